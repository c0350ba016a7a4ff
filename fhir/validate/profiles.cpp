#include "fhir/validate/profiles.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "fhir/definitions/rules.h"
#include "fhir/validate/element_reader.h"
#include "fhir/validate/snapshot.h"

namespace fhir::validate {

using base::invalid;
using model::Document;

namespace {

constexpr std::string_view kStructure = "http://hl7.org/fhir/StructureDefinition/";

// The type of R4 whose own definition the canonical is; 0 for profiles.
definitions::TypeNumber ownDefinition(std::string_view canonical) {
  canonical = canonical.substr(0, canonical.find('|'));
  if (!canonical.starts_with(kStructure)) return 0;
  const auto* type = definitions::r4().type(canonical.substr(kStructure.size()));
  return type == nullptr ? definitions::TypeNumber{0} : type->number;
}

}  // namespace

base::Result<std::unique_ptr<Profiles>> Profiles::create() {
  auto profiles = std::make_unique<Profiles>();
  for (std::string_view line : base::split(definitions::r4Rules().profiles(), '\n')) {
    if (line.empty()) continue;
    base::Findings findings;
    ASSIGN_OR_RETURN(auto document, Document::readResource(std::string(line), findings));
    RETURN_IF_ERROR(profiles->load(std::make_shared<const Document>(std::move(document))));
  }
  profiles->complete();
  for (auto& [url, sources] : profiles->sources_)
    for (auto& source : sources) source->published = true;
  return profiles;
}

std::shared_ptr<const Profiles> Profiles::r4() {
  // What is compiled in can be read: a test holds it to that.
  static const std::shared_ptr<const Profiles> made = std::move(create()).value();
  return made;
}

base::Result<bool> Profiles::load(std::shared_ptr<const Document> definition) {
  if (definition->resourceType() != "StructureDefinition") return false;
  const path::Node root = definition->root();
  const std::string url(textOf(root, "url"));
  if (url.empty()) return invalid("a StructureDefinition without a url");
  if (textOf(root, "derivation") != "constraint" || ownDefinition(url) != 0) return false;
  if (textOf(root, "baseDefinition").empty()) return invalid("the profile names no baseDefinition", url);
  if (textOf(root, "kind") == "logical") return false;
  auto source = std::make_unique<Source>();
  source->url = url;
  source->version = textOf(root, "version");
  source->base = textOf(root, "baseDefinition");
  source->document = std::move(definition);
  auto& same = sources_[url];
  // R4's own are here already, with their faults corrected.
  for (const auto& old : same)
    if (old->published && source->version == "4.0.1") return false;
  std::erase_if(same, [&](const auto& old) { return old->version == source->version || old->published; });
  same.push_back(std::move(source));
  return true;
}

void Profiles::complete() {
  std::vector<Source*> raw;
  for (auto& [url, sources] : sources_)
    for (auto& source : sources)
      if (source->state == Source::State::Raw) raw.push_back(source.get());
  for (Source* source : raw) {
    auto done = finished(*source);
    if (!done.ok()) {
      std::string lack = source->url + ": " + done.error().what;
      if (std::find(lacks_.begin(), lacks_.end(), lack) == lacks_.end()) lacks_.push_back(std::move(lack));
    }
  }
  std::map<std::string, std::vector<std::string>> missing;  // canonical -> who names it
  for (Source* source : raw) {
    if (source->profile == nullptr) continue;
    for (std::string& canonical : missingOf(*source->profile))
      missing[std::move(canonical)].push_back(source->profile->url);
  }
  for (const auto& [canonical, by] : missing) {
    std::string lack = by[0] + (by.size() == 1 ? "" : " and " + std::to_string(by.size() - 1) + " more") +
                       ": the profile " + canonical + ", which " + (by.size() == 1 ? "it names" : "they name") +
                       ", is not here";
    if (std::find(lacks_.begin(), lacks_.end(), lack) == lacks_.end()) lacks_.push_back(std::move(lack));
  }
}

base::Result<const Profile*> Profiles::finished(Source& source) {
  // A chain of bases, walked down and made from its end, so that nothing recurses.
  std::vector<Source*> chain;
  for (Source* at = &source; at != nullptr;) {
    if (at->state == Source::State::Ready) break;
    if (at->state == Source::State::Unusable) return invalid("its base " + at->url + " cannot be used");
    if (at->state == Source::State::UnderWay) {
      for (Source* one : chain) one->state = Source::State::Unusable;
      return invalid("the profile is its own base, by way of " + at->base);
    }
    at->state = Source::State::UnderWay;
    chain.push_back(at);
    if (ownDefinition(at->base) != 0) break;
    Source* base = this->source(at->base);
    if (base == nullptr && Document::child(at->document->root(), "snapshot").tree == nullptr) {
      for (Source* one : chain) one->state = Source::State::Unusable;
      return invalid("its base " + at->base + " is not here; load the package that defines it");
    }
    at = base;
  }
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    Source* base = ownDefinition((*one)->base) != 0 ? nullptr : this->source((*one)->base);
    if (base != nullptr && base->profile == nullptr) return invalid("its base " + base->url + " cannot be used");
    auto made = makeSnapshot((*one)->document, base == nullptr ? nullptr : base->profile.get());
    if (!made.ok()) {
      for (; one != chain.rend(); ++one) (*one)->state = Source::State::Unusable;
      return made.error();
    }
    (*one)->profile = std::move(made).value();
    (*one)->state = Source::State::Ready;
  }
  return source.profile.get();
}

Profiles::Source* Profiles::source(std::string_view canonical) {
  return const_cast<Source*>(static_cast<const Profiles*>(this)->source(canonical));
}

const Profiles::Source* Profiles::source(std::string_view canonical) const {
  const size_t bar = canonical.find('|');
  auto found = sources_.find(canonical.substr(0, bar));
  if (found == sources_.end() || found->second.empty()) return nullptr;
  if (bar == std::string_view::npos) return found->second.back().get();
  const std::string_view version = canonical.substr(bar + 1);
  for (const auto& source : found->second)
    if (source->version == version || source->published) return source.get();
  return nullptr;
}

const Profile* Profiles::find(std::string_view canonical) const {
  const Source* found = source(canonical);
  return found == nullptr ? nullptr : found->profile.get();
}

std::vector<std::string> Profiles::loaded() const {
  std::vector<std::string> out;
  for (const auto& [url, sources] : sources_)
    for (const auto& source : sources)
      if (!source->published) out.push_back(source->version.empty() ? url : url + "|" + source->version);
  return out;
}

std::vector<std::string> Profiles::missingOf(const Profile& profile) const {
  std::vector<std::string> missing;
  std::vector<const ElementRule*> open{&profile.root};
  auto miss = [&](const std::string& canonical) {
    if (ownDefinition(canonical) != 0 || source(canonical) != nullptr) return;
    if (std::find(missing.begin(), missing.end(), canonical) == missing.end()) missing.push_back(canonical);
  };
  while (!open.empty()) {
    const ElementRule* at = open.back();
    open.pop_back();
    for (const auto& child : at->children) open.push_back(child.get());
    for (const auto& slice : at->slices) open.push_back(slice.get());
    for (const TypeRule& type : at->types) {
      for (const std::string& canonical : type.profiles) miss(canonical);
      for (const std::string& canonical : type.target_profiles) miss(canonical);
    }
  }
  return missing;
}

}  // namespace fhir::validate
