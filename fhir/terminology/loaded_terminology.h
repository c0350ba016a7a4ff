#pragma once
// LoadedTerminology: code systems, value sets and concept maps that were loaded once, asked by everybody.
// Built in layers: what a site or a package brings lies above R4's own tables and wins when canonical and version
// agree. Immutable after build(): all functions are const in effect and thread-safe.
//
//   LoadedTerminology::Builder builder(LoadedTerminology::r4());
//   RETURN_IF_ERROR(builder.add(document));                      // or addJson(text, "file.json")
//   std::shared_ptr<const LoadedTerminology> terminology = builder.build();
//   CodeAnswer answer = validateCode(*terminology, question);    // fhir/terminology/validate_code.h
//
// Canonicals are "url" or "url|version". Without a version the newest of the uppermost layer that has the url is
// meant (versions compared by their numbers, 1.10 after 1.9; a resource that is active before one that is not). A
// version may be cut short: "1.2" finds 1.2.5 when there is no 1.2.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/document.h"
#include "fhir/terminology/code_system.h"
#include "fhir/terminology/terminology.h"

namespace fhir::terminology {

class ValueSet;    // value_set.h
class ConceptMap;  // concept_map.h

class LoadedTerminology final : public Terminology {
 public:
  class Builder;

  // R4's own code systems and value sets that bindings of R4 need (fhir/definitions/r4). Made at the first call.
  static std::shared_ptr<const LoadedTerminology> r4();

  // --- the port, for FHIRPath; const in effect (the port's functions are not) ---
  std::optional<bool> memberOf(const Coding& coding, std::string_view value_set) override;
  std::optional<bool> hasCode(const Coding& coding) override;
  std::optional<bool> subsumes(std::string_view system, std::string_view a, std::string_view b) override;

  // --- what is loaded; nullptr when it is not ---
  const CodeSystem* codeSystem(std::string_view canonical) const;
  const ValueSet* valueSet(std::string_view canonical) const;
  const ConceptMap* conceptMap(std::string_view canonical) const;
  // All concept maps, those of upper layers first.
  std::vector<const ConceptMap*> conceptMaps() const;
  // All versions that are loaded of one system or value set.
  std::vector<std::string_view> codeSystemVersions(std::string_view url) const;
  std::vector<std::string_view> valueSetVersions(std::string_view url) const;
  // Supplements of a code system that are loaded, in every layer.
  std::vector<const CodeSystem*> supplements(const CodeSystem& code_system) const;
  std::vector<const CodeSystem*> supplements() const;

  size_t memory() const;  // bytes of this layer

  ~LoadedTerminology() override;
  struct Layer;  // private to fhir/terminology

 private:
  explicit LoadedTerminology(std::unique_ptr<Layer> layer);
  std::unique_ptr<Layer> layer_;
};

// Not thread-safe; used once.
class LoadedTerminology::Builder {
 public:
  // `below` may be nullptr: then nothing but what is added is known.
  explicit Builder(std::shared_ptr<const LoadedTerminology> below = LoadedTerminology::r4());
  ~Builder();

  // CodeSystem, ValueSet or ConceptMap; Why::Unsupported for another type, Why::Invalid with the place otherwise.
  // A later resource with the same url and version replaces an earlier one.
  base::Done add(const model::Document& resource);
  // The same from JSON text, with limits made for large code systems (64 MiB). `where` begins the place of errors.
  base::Done addJson(std::string json, std::string_view where);
  static bool isTerminologyType(std::string_view resource_type);

  std::shared_ptr<const LoadedTerminology> build();

 private:
  std::unique_ptr<LoadedTerminology::Layer> layer_;
};

}  // namespace fhir::terminology
