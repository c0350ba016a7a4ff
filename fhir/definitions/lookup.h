#pragma once
// The facts of FHIR R4 (4.0.1) as tables: types, elements, search parameters, compartments, required
// codes. The tables are fhir/definitions/r4/*.tsv, made by fhir/definitions/rebuild from the published
// definitions and compiled into the library. Types and search parameters have fixed numbers which are
// stored in databases: a number is never given to something else.
// Immutable and thread-safe. All text lives as long as the program.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/base/name.h"

namespace fhir::definitions {

using TypeNumber = uint16_t;       // 0 = no type
using ParameterNumber = uint16_t;  // 0 = no parameter; site parameters get 10000 and up

enum class TypeKind : uint8_t { Primitive, Complex, Backbone, Resource, Abstract };

struct Type {
  TypeNumber number = 0;
  std::string_view name;  // "Patient", "HumanName", "date"; backbone elements by path: "Patient.contact"
  TypeNumber base = 0;    // "DomainResource"; 0 for Element, Resource, and for R4 primitives "Element"
  TypeKind kind = TypeKind::Complex;
};

// One element of a type. A choice element has one row with `choice` true and its possible types; the
// JSON name of an instance is name + capitalised type name. Content references are resolved.
struct Element {
  base::Name name;  // "value", "given"
  TypeNumber parent = 0;
  std::span<const TypeNumber> types;  // more than one only for a choice; Any is the open list spelled out
  uint16_t min = 0;
  uint16_t max = 1;  // 65535 = unbounded
  bool choice = false;
  bool is_modifier = false;
  bool is_summary = false;
  std::string_view binding;                   // canonical of the value set when the binding is required
  std::span<const std::string_view> targets;  // resource types a Reference or canonical may point to
};

struct Member {  // what a JSON member name means in a type: "valueQuantity" -> value, Quantity
  const Element* element = nullptr;
  TypeNumber type = 0;
};

enum class SearchType : uint8_t { Number, Date, String, Token, Reference, Composite, Quantity, Uri, Special };

struct SearchParameter {
  ParameterNumber number = 0;
  std::string_view code;  // "birthdate", as in the query
  std::string_view url;   // canonical
  std::string_view name;
  SearchType type = SearchType::Token;
  std::string_view expression;                   // FHIRPath for this base type alone
  TypeNumber base = 0;                           // the resource type; Resource for _id, _lastUpdated, ...
  std::span<const std::string_view> targets;     // for Reference
  std::span<const std::string_view> components;  // for Composite: "code|expression" of each part
};

// A path from a resource into a compartment: Observation is in the Patient compartment by `subject`, `performer`.
struct CompartmentRule {
  TypeNumber resource = 0;
  std::span<const std::string_view> parameters;  // search parameter codes; "{def}" is the resource itself
};

// The codes that a required value set takes from one code system.
struct SystemCodes {
  std::string_view system;
  std::vector<std::string_view> codes;
};

class Definitions {
 public:
  const Type* type(std::string_view name) const;
  const Type* type(TypeNumber number) const;
  std::span<const Type> types() const;
  bool isSubtypeOf(TypeNumber type, TypeNumber ancestor) const;  // reflexive
  bool isResource(TypeNumber type) const;                        // concrete resource types only

  // Elements of a type in order, inherited ones first.
  std::span<const Element* const> elements(TypeNumber type) const;
  // By element name: "value" finds the choice.
  const Element* element(TypeNumber type, const base::Name& name) const;
  // By JSON member name: "valueQuantity" or "given"; element == nullptr when unknown.
  Member member(TypeNumber type, std::string_view json_name) const;
  Member member(TypeNumber type, const base::Name& json_name) const;
  // The name, marked as known when it is that of an element and no other element's name has its hash.
  base::Name name(std::string_view element_name) const;
  // All elements of all types in table order: the place of one here is its index, dense and good for this run only.
  std::span<const Element> allElements() const;

  const SearchParameter* searchParameter(TypeNumber resource, std::string_view code) const;  // also Resource's own
  const SearchParameter* searchParameter(ParameterNumber number) const;
  // All parameters of a resource type, those of Resource and DomainResource included, by code.
  std::span<const SearchParameter* const> searchParameters(TypeNumber resource) const;

  std::span<const CompartmentRule> patientCompartment() const;
  const CompartmentRule* patientCompartment(TypeNumber resource) const;  // nullptr: never in it

  // Codes of a value set that a required binding names, when it is small enough to be carried; empty: not carried.
  std::span<const std::string_view> requiredCodes(std::string_view value_set) const;
  bool hasRequiredCodes(std::string_view value_set) const;
  // The same by code system: the system that a `code` element leaves unsaid.
  std::span<const SystemCodes> requiredSystems(std::string_view value_set) const;
};

// R4. The first call reads the compiled-in tables (a few milliseconds).
const Definitions& r4();

}  // namespace fhir::definitions
