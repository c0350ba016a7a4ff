#pragma once
// RuleBook: what R4 itself demands, compiled once from the tables of fhir/definitions and shared by all checks.
// Immutable after construction and thread-safe. Private to fhir/validate.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/definitions/rules.h"
#include "fhir/path/expression.h"
#include "fhir/terminology/expansion.h"

namespace fhir::validate {

struct Invariant {
  std::string key;
  std::string human;
  base::Severity severity = base::Severity::Error;
  path::Expression expression;
};

// The codes of a bound value set, when they can be listed.
class CodeList {
 public:
  explicit CodeList(std::span<const definitions::SystemCodes> systems);
  explicit CodeList(const terminology::Expansion& expansion);  // of a value set that lives as long as the list
  bool holds(std::string_view code) const { return codes_.contains(code); }
  bool holds(std::string_view system, std::string_view code) const;
  bool knowsSystem(std::string_view system) const { return by_system_.contains(system); }

 private:
  std::unordered_set<std::string_view> codes_;
  std::unordered_map<std::string_view, std::unordered_set<std::string_view>> by_system_;
};

// Value sets that are a grammar, not a list. Format: a media type, or json, xml or ttl (R4 2.1.0, CapabilityStatement
// and TestScript).
enum class Grammar : uint8_t { None, MediaType, Format, Language, Ucum };
Grammar grammarOf(std::string_view value_set);

struct BoundSet {
  std::string_view url;
  const CodeList* codes = nullptr;  // nullptr: not carried
  Grammar grammar = Grammar::None;
  bool set() const { return !url.empty(); }
};

struct ElementBook {
  BoundSet required;            // outside: error
  bool text_is_enough = false;  // `required` bounds a binding that is weaker than extensible: no code is none outside
  BoundSet extensible;          // outside: warning
  std::vector<const Invariant*> invariants;
  std::vector<std::string_view> profiles;  // of its data type: SimpleQuantity
};

struct TypeBook {
  std::vector<uint32_t> required;            // indexes of elements with min > 0
  std::vector<const Invariant*> invariants;  // of its ancestors too
};

class RuleBook {
 public:
  RuleBook();
  const TypeBook& type(definitions::TypeNumber number) const { return types_[number]; }
  const ElementBook& element(uint32_t index) const { return elements_[index]; }
  // nullptr: not carried here.
  const CodeList* codes(std::string_view value_set) const;
  // Whether R4 itself has an invariant with this key and text, so that a profile only repeats it.
  bool isPublished(std::string_view key, std::string_view expression) const;

 private:
  void addInvariants();
  void addBindings();
  BoundSet bound(std::string_view value_set) const;
  // nullptr when its codes are not at hand.
  static std::unique_ptr<CodeList> listOf(std::string_view value_set);

  std::vector<TypeBook> types_;        // by type number
  std::vector<ElementBook> elements_;  // by index in allElements()
  std::vector<std::unique_ptr<Invariant>> invariants_;
  std::unordered_multimap<std::string_view, std::string_view> published_;
  mutable std::unordered_map<std::string_view, std::unique_ptr<CodeList>> lists_;  // filled by the constructor alone
};

const RuleBook& ruleBook();

}  // namespace fhir::validate
