#include "fhir/terminology/loaded_terminology.h"

#include <algorithm>
#include <array>

#include "fhir/base/text.h"
#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/membership.h"
#include "fhir/terminology/subsumption.h"
#include "fhir/terminology/validate_code.h"

namespace fhir::terminology {
namespace {

template <typename Resource>
void addVersions(const VersionedResources<Resource>& resources, std::string_view url,
                 std::vector<std::string_view>& out) {
  const auto* versions = resources.versionsOf(url);
  if (!versions) return;
  for (const Resource* one : *versions) {
    if (std::find(out.begin(), out.end(), one->version()) == out.end()) out.push_back(one->version());
  }
}

}  // namespace

LoadedTerminology::LoadedTerminology(std::unique_ptr<Layer> layer) : layer_(std::move(layer)) {}
LoadedTerminology::~LoadedTerminology() = default;

std::optional<bool> LoadedTerminology::memberOf(const Coding& coding, std::string_view value_set) {
  CodeQuestion question;
  question.codings = {&coding, 1};
  question.value_set = value_set;
  question.infer_system = coding.system.empty();
  question.check_display = false;
  CodeAnswer answer = validateCode(*this, question);
  if (answer.outcome == CodeAnswer::Outcome::Unknown) return std::nullopt;
  return answer.valid();
}

std::optional<bool> LoadedTerminology::hasCode(const Coding& coding) {
  std::string canonical(coding.system);
  if (!coding.version.empty()) canonical.append("|").append(coding.version);
  const CodeSystem* system = codeSystem(canonical);
  if (system == nullptr && !coding.version.empty()) system = codeSystem(coding.system);
  if (system == nullptr || system->content() != Content::Complete) return std::nullopt;
  return system->find(coding.code) != kNoConcept;
}

std::optional<bool> LoadedTerminology::subsumes(std::string_view system, std::string_view a, std::string_view b) {
  auto answer = testSubsumption(*this, system, a, b);
  if (!answer) return std::nullopt;
  return *answer == Subsumption::Equivalent || *answer == Subsumption::Subsumes;
}

const CodeSystem* LoadedTerminology::codeSystem(std::string_view canonical) const {
  Canonical wanted = splitCanonical(canonical);
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    if (const CodeSystem* found = at->layer_->code_systems.find(wanted)) return found;
  }
  return nullptr;
}

const ValueSet* LoadedTerminology::valueSet(std::string_view canonical) const {
  Canonical wanted = splitCanonical(canonical);
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    if (const ValueSet* found = at->layer_->value_sets.find(wanted)) return found;
  }
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    if (const ValueSet* found = at->layer_->implied_value_sets.find(wanted)) return found;
  }
  return nullptr;
}

const ConceptMap* LoadedTerminology::conceptMap(std::string_view canonical) const {
  Canonical wanted = splitCanonical(canonical);
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    if (const ConceptMap* found = at->layer_->concept_maps.find(wanted)) return found;
  }
  return nullptr;
}

std::vector<const ConceptMap*> LoadedTerminology::conceptMaps() const {
  std::vector<const ConceptMap*> out;
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    for (const auto& map : at->layer_->concept_maps.all()) out.push_back(map.get());
  }
  return out;
}

std::vector<std::string_view> LoadedTerminology::codeSystemVersions(std::string_view url) const {
  std::vector<std::string_view> out;
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    addVersions(at->layer_->code_systems, url, out);
  }
  return out;
}

std::vector<std::string_view> LoadedTerminology::valueSetVersions(std::string_view url) const {
  std::vector<std::string_view> out;
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    addVersions(at->layer_->value_sets, url, out);
  }
  return out;
}

std::vector<const CodeSystem*> LoadedTerminology::supplements() const {
  std::vector<const CodeSystem*> out;
  for (const LoadedTerminology* at = this; at; at = at->layer_->below.get()) {
    for (const auto& one : at->layer_->supplements.all()) out.push_back(one.get());
  }
  return out;
}

std::vector<const CodeSystem*> LoadedTerminology::supplements(const CodeSystem& code_system) const {
  std::vector<const CodeSystem*> out;
  for (const CodeSystem* one : supplements()) {
    Canonical base = splitCanonical(one->supplements());
    if (base.url != code_system.url()) continue;
    if (base.version.empty() || base.version == code_system.version()) out.push_back(one);
  }
  return out;
}

size_t LoadedTerminology::memory() const {
  size_t bytes = sizeof(Layer);
  for (const auto& one : layer_->code_systems.all()) bytes += one->memory();
  for (const auto& one : layer_->supplements.all()) bytes += one->memory();
  for (const auto& one : layer_->value_sets.all()) bytes += one->memory();
  for (const auto& one : layer_->implied_value_sets.all()) bytes += one->memory();
  for (const auto& one : layer_->concept_maps.all()) bytes += one->memory();
  return bytes;
}

// --- Builder ---

LoadedTerminology::Builder::Builder(std::shared_ptr<const LoadedTerminology> below)
    : layer_(std::make_unique<Layer>()) {
  layer_->below = std::move(below);
}
LoadedTerminology::Builder::~Builder() = default;

bool LoadedTerminology::Builder::isTerminologyType(std::string_view resource_type) {
  return resource_type == "CodeSystem" || resource_type == "ValueSet" || resource_type == "ConceptMap";
}

base::Done LoadedTerminology::Builder::add(const model::Document& resource) {
  if (resource.resourceType() == "CodeSystem") {
    ASSIGN_OR_RETURN(auto system, CodeSystem::read(resource));
    bool supplement = system.content() == Content::Supplement;
    (supplement ? layer_->supplements : layer_->code_systems).add(std::move(system));
    return {};
  }
  if (resource.resourceType() == "ValueSet") {
    ASSIGN_OR_RETURN(auto set, ValueSet::read(resource));
    if (set.url().empty()) return base::invalid("a value set needs a url to be asked for", "ValueSet.url");
    layer_->value_sets.add(std::move(set));
    return {};
  }
  if (resource.resourceType() == "ConceptMap") {
    ASSIGN_OR_RETURN(auto map, ConceptMap::read(resource));
    if (map.url().empty()) return base::invalid("a concept map needs a url to be asked for", "ConceptMap.url");
    layer_->concept_maps.add(std::move(map));
    return {};
  }
  return base::Error{base::Why::Unsupported, "CodeSystem, ValueSet and ConceptMap only",
                     std::string(resource.resourceType())};
}

base::Done LoadedTerminology::Builder::addJson(std::string json, std::string_view where) {
  model::ReadLimits limits;
  limits.bytes = 64u << 20;
  limits.values = 8'000'000;
  base::Findings findings;
  auto inFile = [&](base::Error error) {
    if (!where.empty() && !error.where.empty()) error.where.insert(0, ":");
    error.where.insert(0, where);
    return error;
  };
  auto resource = model::Document::readResource(std::move(json), findings, limits);
  if (!resource) return inFile(std::move(resource).error());
  auto added = add(*resource);
  return added ? added : base::Done(inFile(std::move(added).error()));
}

std::shared_ptr<const LoadedTerminology> LoadedTerminology::Builder::build() {
  for (const auto& system : layer_->code_systems.all()) {
    std::string_view canonical = splitCanonical(system->valueSet()).url;
    if (canonical.empty() || layer_->value_sets.versionsOf(canonical)) continue;
    layer_->implied_value_sets.add(ValueSet::ofSystem(canonical, *system));
  }
  return std::shared_ptr<const LoadedTerminology>(new LoadedTerminology(std::move(layer_)));
}

}  // namespace fhir::terminology
