#include "fhir/model/canonical.h"

#include <algorithm>

namespace fhir::model {
namespace {

bool isNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int comparePieces(std::string_view a, std::string_view b) {
  if (!isNumber(a) || !isNumber(b)) return a.compare(b);
  while (a.size() > 1 && a[0] == '0') a.remove_prefix(1);
  while (b.size() > 1 && b[0] == '0') b.remove_prefix(1);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

}  // namespace

Canonical splitCanonical(std::string_view canonical) {
  size_t bar = canonical.rfind('|');
  if (bar == std::string_view::npos) return {canonical, {}};
  return {canonical.substr(0, bar), canonical.substr(bar + 1)};
}

int compareVersions(std::string_view a, std::string_view b) {
  while (true) {
    size_t a_end = std::min(a.find_first_of(".-"), a.size()), b_end = std::min(b.find_first_of(".-"), b.size());
    int order = comparePieces(a.substr(0, a_end), b.substr(0, b_end));
    if (order != 0) return order;
    if (a_end == a.size() || b_end == b.size()) {
      if (a_end == a.size() && b_end == b.size()) return 0;
      // 1.0.1 is after 1.0, but 1.0-draft before it.
      bool a_ends = a_end == a.size();
      char goes_on = a_ends ? b[b_end] : a[a_end];
      return a_ends == (goes_on == '.') ? -1 : 1;
    }
    a.remove_prefix(a_end + 1);
    b.remove_prefix(b_end + 1);
  }
}

bool versionAnswers(std::string_view version, std::string_view asked) {
  if (version == asked) return true;
  return version.size() > asked.size() && version.starts_with(asked) && version[asked.size()] == '.';
}

}  // namespace fhir::model
