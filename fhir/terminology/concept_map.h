#pragma once
// ConceptMap (FHIR R4 4.10): codes of one system to codes of another, and ConceptMap/$translate (4.10.6.1).
// Immutable after read(); thread-safe. Views live as long as the ConceptMap.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/document.h"
#include "fhir/terminology/terminology.h"

namespace fhir::terminology {

class LoadedTerminology;

// ConceptMapEquivalence; the target is ... than the source.
enum class Equivalence : uint8_t {
  RelatedTo,
  Equivalent,
  Equal,
  Wider,
  Subsumes,
  Narrower,
  Specializes,
  Inexact,
  Unmatched,
  Disjoint,
};
std::string_view toString(Equivalence equivalence);  // "relatedto", "equivalent", ...
// What the relation is when it is read from target to source: wider and narrower change places.
Equivalence reversed(Equivalence equivalence);
// False for unmatched and disjoint: these say that there is no match.
bool isMatch(Equivalence equivalence);

// A dependency (dependsOn) or a product of a mapping.
struct MappingAttribute {
  std::string property, system, value, display;
};

struct ConceptMapTarget {
  std::string code, display, comment;
  Equivalence equivalence = Equivalence::RelatedTo;
  std::vector<MappingAttribute> depends_on, products;
};

struct ConceptMapElement {
  std::string code, display;
  std::vector<ConceptMapTarget> targets;
};

enum class UnmappedMode : uint8_t { None, Provided, Fixed, OtherMap };

struct ConceptMapGroup {
  std::string source, source_version, target, target_version;
  std::vector<ConceptMapElement> elements;
  UnmappedMode unmapped = UnmappedMode::None;
  std::string unmapped_code, unmapped_display, unmapped_url;

  // All elements with the code (a map may list it more than once).
  std::vector<const ConceptMapElement*> find(std::string_view code) const;

 private:
  friend class ConceptMapReader;
  std::unordered_multimap<std::string_view, uint32_t> by_code_;
};

class ConceptMap {
 public:
  // Why::Invalid with the place: not a ConceptMap, an element without a code, an equivalence that FHIR does not have.
  static base::Result<ConceptMap> read(const model::Document& resource);

  const std::string& url() const { return url_; }
  const std::string& version() const { return version_; }
  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::string& status() const { return status_; }
  const std::string& sourceScope() const { return source_scope_; }  // value set, source[x]
  const std::string& targetScope() const { return target_scope_; }
  const std::vector<ConceptMapGroup>& groups() const { return groups_; }
  size_t memory() const;

  ConceptMap(ConceptMap&&) = default;
  ConceptMap& operator=(ConceptMap&&) = default;

 private:
  friend class ConceptMapReader;
  ConceptMap() = default;
  std::string url_, version_, id_, name_, status_, source_scope_, target_scope_;
  std::vector<ConceptMapGroup> groups_;
};

struct TranslateQuestion {
  std::span<const Coding> codings;  // a CodeableConcept has several
  // One map, by canonical or given with the request; neither: every map that is loaded and fits.
  std::string_view url;
  const ConceptMap* inline_map = nullptr;
  std::string_view source, target;  // value sets: only maps for them
  std::string_view target_system;   // only matches in this system
  bool reverse = false;             // from target to source
  std::vector<MappingAttribute> dependencies;
};

struct TranslateMatch {
  Equivalence equivalence = Equivalence::RelatedTo;
  Coding concept_coding;  // code is empty for unmatched; views into the maps or the question
  std::string_view comment;
  std::vector<MappingAttribute> products;
  std::vector<MappingAttribute> depends_on;  // what the match holds under, when the question did not say
  std::string_view source_map;               // canonical url of the map
};

struct TranslateAnswer {
  bool result = false;  // some match that is not unmatched or disjoint
  std::string message;  // why there is none
  std::vector<TranslateMatch> matches;
};

// Why::NotFound when the map that the question names is not here (also the other map of unmapped.mode other-map),
// Why::Invalid when other-maps lead in a circle (with the path).
base::Result<TranslateAnswer> translate(const LoadedTerminology& terminology, const TranslateQuestion& question);

}  // namespace fhir::terminology
