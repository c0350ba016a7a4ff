#pragma once
// What one layer of a LoadedTerminology holds. Private to fhir/terminology.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/model/canonical.h"
#include "fhir/terminology/code_system.h"
#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/value_set.h"

namespace fhir::terminology {

using model::Canonical;
using model::splitCanonical;

// Resources of one kind by url, each with its versions, newest first.
template <typename Resource>
class VersionedResources {
 public:
  const Resource* add(Resource resource) {
    auto owned = std::make_unique<const Resource>(std::move(resource));
    const Resource* kept = owned.get();
    auto& versions = by_url_[std::string(kept->url())];
    std::erase_if(versions, [&](const Resource* other) {
      if (other->version() != kept->version()) return false;
      std::erase_if(owned_, [&](const auto& one) { return one.get() == other; });
      return true;
    });
    size_t at = 0;
    while (at < versions.size() && !goesBefore(*kept, *versions[at])) ++at;
    versions.insert(versions.begin() + static_cast<std::ptrdiff_t>(at), kept);
    owned_.push_back(std::move(owned));
    return kept;
  }

  const Resource* find(Canonical canonical) const {
    const auto* versions = versionsOf(canonical.url);
    if (!versions) return nullptr;
    if (canonical.version.empty()) return versions->front();
    for (const Resource* one : *versions) {
      if (one->version() == canonical.version) return one;
    }
    for (const Resource* one : *versions) {
      if (model::versionAnswers(one->version(), canonical.version)) return one;
    }
    return nullptr;
  }
  const std::vector<const Resource*>* versionsOf(std::string_view url) const {
    auto found = by_url_.find(url);
    return found == by_url_.end() ? nullptr : &found->second;
  }
  const std::vector<std::unique_ptr<const Resource>>& all() const { return owned_; }

 private:
  static bool goesBefore(const Resource& a, const Resource& b) {
    bool a_active = a.status() == "active", b_active = b.status() == "active";
    if (a_active != b_active) return a_active;
    return model::compareVersions(a.version(), b.version()) > 0;
  }

  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::vector<std::unique_ptr<const Resource>> owned_;
  std::unordered_map<std::string, std::vector<const Resource*>, TextHash, std::equal_to<>> by_url_;
};

struct LoadedTerminology::Layer {
  std::shared_ptr<const LoadedTerminology> below;
  VersionedResources<CodeSystem> code_systems;
  VersionedResources<CodeSystem> supplements;  // by their own url
  VersionedResources<ValueSet> value_sets;
  VersionedResources<ValueSet> implied_value_sets;  // CodeSystem.valueSet of systems whose value set nobody wrote
  VersionedResources<ConceptMap> concept_maps;
};

}  // namespace fhir::terminology
