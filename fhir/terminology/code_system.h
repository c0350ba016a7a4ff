#pragma once
// CodeSystem (FHIR R4 4.8): the concepts that one system defines, in a compact form: all text in one block, concepts
// as rows of numbers in the order of the resource (parents before their children). 100,000 concepts take some 20 MiB.
// Immutable after read(); all reading functions are thread-safe. Views live as long as the CodeSystem.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/document.h"

namespace fhir::terminology {

using ConceptIndex = uint32_t;  // place of a concept in its CodeSystem, from 0
inline constexpr ConceptIndex kNoConcept = 0xFFFFFFFF;

// CodeSystem.content: how much of the system is here.
enum class Content : uint8_t { NotPresent, Example, Fragment, Complete, Supplement };

// CodeSystem.hierarchyMeaning. Unsaid counts as IsA for subsumption, as the specification advises for its default.
enum class HierarchyMeaning : uint8_t { Unsaid, GroupedBy, IsA, PartOf, ClassifiedWith };

enum class PropertyType : uint8_t { Code, Coding, String, Integer, Boolean, DateTime, Decimal };
std::string_view toString(PropertyType type);  // "code", "Coding", "dateTime", ...

struct PropertyValue {
  std::string_view property;  // its code
  PropertyType type = PropertyType::String;
  std::string_view value;                     // as written; the code of a Coding
  std::string_view system, version, display;  // of a Coding
};

struct Designation {
  std::string_view language;              // BCP 47; may be empty
  std::string_view use_system, use_code;  // may be empty
  std::string_view use_display;
  std::string_view value;
};

struct PropertyDefinition {
  std::string_view code, uri, description;
  PropertyType type = PropertyType::String;
};

class CodeSystem {
 public:
  // From a resource that Document::readResource() or readXml() has read. Why::Invalid with the element's place: not a
  // CodeSystem, no url, a concept without a code, the same code twice. A parent that is not there is passed over.
  static base::Result<CodeSystem> read(const model::Document& resource);

  std::string_view url() const;
  std::string_view version() const;  // may be empty
  std::string_view id() const;
  std::string_view name() const;
  std::string_view title() const;
  std::string_view status() const;  // PublicationStatus
  std::string_view language() const;
  std::string_view supplements() const;  // canonical, when content is Supplement
  std::string_view valueSet() const;     // canonical of the value set of all codes
  Content content() const;
  HierarchyMeaning hierarchyMeaning() const;
  bool caseSensitive() const;  // true when the resource does not say
  bool experimental() const;
  bool versionNeeded() const;
  bool hasHierarchy() const;  // some concept has a parent
  std::vector<PropertyDefinition> propertyDefinitions() const;

  size_t size() const;                             // concepts
  ConceptIndex find(std::string_view code) const;  // kNoConcept when there is none; case as caseSensitive() says
  std::string_view code(ConceptIndex at) const;
  std::string_view display(ConceptIndex at) const;        // may be empty
  std::string_view definition(ConceptIndex at) const;     // may be empty
  bool isAbstract(ConceptIndex at) const;                 // property notSelectable (or abstract) is true
  bool isInactive(ConceptIndex at) const;                 // property inactive is true, or status says so
  std::string_view conceptStatus(ConceptIndex at) const;  // property status; may be empty

  // Of the nesting and of the properties parent and child. In the order of the resource.
  std::span<const ConceptIndex> parents(ConceptIndex at) const;
  std::span<const ConceptIndex> children(ConceptIndex at) const;
  std::span<const ConceptIndex> roots() const;
  // True for equal concepts and when `ancestor` is reached over parents; ends on circular parents.
  bool isA(ConceptIndex at, ConceptIndex ancestor) const;
  // `ancestor` and all below it, each once, parents first.
  std::vector<ConceptIndex> descendantsAndSelf(ConceptIndex ancestor) const;

  std::vector<PropertyValue> properties(ConceptIndex at) const;
  std::vector<Designation> designations(ConceptIndex at) const;

  size_t memory() const;  // bytes that this object holds

  CodeSystem(CodeSystem&&) noexcept;
  CodeSystem& operator=(CodeSystem&&) noexcept;
  ~CodeSystem();

  struct Rows;  // private to fhir/terminology

 private:
  explicit CodeSystem(std::unique_ptr<const Rows> rows);
  std::unique_ptr<const Rows> rows_;
};

}  // namespace fhir::terminology
