#include "fhir/terminology/display.h"

#include <algorithm>
#include <cstdlib>

#include "fhir/base/text.h"

namespace fhir::terminology {
namespace {

// "0.8" as thousandths; 1000 when it cannot be read.
int quality(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 1000;
  int value = (text[0] - '0') * 1000, unit = 100;
  if (text.size() > 1 && text[1] == '.') {
    for (char c : text.substr(2, 3)) {
      if (c < '0' || c > '9') break;
      value += (c - '0') * unit;
      unit /= 10;
    }
  }
  return value;
}

bool isPrefixTag(std::string_view shorter, std::string_view longer) {
  return longer.size() > shorter.size() && longer[shorter.size()] == '-' &&
         base::equalIgnoringCase(longer.substr(0, shorter.size()), shorter);
}

}  // namespace

std::vector<std::string_view> languageRanges(std::string_view accept_language) {
  std::vector<std::pair<int, std::string_view>> found;
  if (base::trim(accept_language).empty()) return {};
  for (std::string_view piece : base::split(accept_language, ',')) {
    auto parts = base::split(piece, ';');
    std::string_view tag = base::trim(parts[0]);
    int weight = 1000;
    for (size_t i = 1; i < parts.size(); ++i) {
      std::string_view parameter = base::trim(parts[i]);
      if (parameter.starts_with("q=")) weight = quality(parameter.substr(2));
    }
    if (!tag.empty() && weight > 0) found.emplace_back(-weight, tag);
  }
  std::stable_sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.first < b.first; });
  std::vector<std::string_view> out;
  for (const auto& [weight, tag] : found) out.push_back(tag);
  return out;
}

int languageFit(std::string_view range, std::string_view tag) {
  if (tag.empty()) return 0;
  if (range == "*" || base::equalIgnoringCase(range, tag)) return 3;
  if (isPrefixTag(range, tag)) return 2;
  return isPrefixTag(tag, range) ? 1 : 0;
}

std::vector<DisplayText> displayTexts(const LoadedTerminology& terminology, const CodeSystem& system,
                                      ConceptIndex at) {
  std::vector<DisplayText> out;
  if (!system.display(at).empty()) out.push_back({system.display(at), system.language()});
  for (const Designation& designation : system.designations(at)) {
    out.push_back({designation.value, designation.language});
  }
  for (const CodeSystem* supplement : terminology.supplements(system)) {
    ConceptIndex same = supplement->find(system.code(at));
    if (same == kNoConcept) continue;
    if (!supplement->display(same).empty()) out.push_back({supplement->display(same), supplement->language()});
    for (const Designation& designation : supplement->designations(same)) {
      out.push_back(
          {designation.value, designation.language.empty() ? supplement->language() : designation.language});
    }
  }
  return out;
}

DisplayText bestDisplay(const std::vector<DisplayText>& texts, std::string_view accept_language) {
  if (texts.empty()) return {};
  for (std::string_view range : languageRanges(accept_language)) {
    const DisplayText* best = nullptr;
    int best_fit = 0;
    for (const DisplayText& text : texts) {
      int fit = languageFit(range, text.language);
      if (fit <= best_fit) continue;
      best = &text;
      best_fit = fit;
    }
    if (best) return *best;
  }
  return texts[0];
}

std::string_view displayOf(const LoadedTerminology& terminology, const CodeSystem& system, ConceptIndex at,
                           std::string_view accept_language) {
  if (accept_language.empty() && !system.display(at).empty()) return system.display(at);
  return bestDisplay(displayTexts(terminology, system, at), accept_language).text;
}

bool sameDisplay(std::string_view a, std::string_view b) {
  a = base::trim(a);
  b = base::trim(b);
  if (a == b || base::equalIgnoringCase(a, b)) return true;
  return base::equalIgnoringCase(base::trim(base::halfWidth(a)), base::trim(base::halfWidth(b)));
}

}  // namespace fhir::terminology
