#pragma once
// Surroundings: what the mapping functions see of the run that calls them. Reached through Evaluation::host.

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/path/expression.h"
#include "mappings/engine/built_value.h"
#include "mappings/engine/code_maps.h"
#include "mappings/engine/directory.h"
#include "mappings/engine/map.h"
#include "mappings/engine/part_view.h"

namespace mappings::engine {

struct Surroundings {
  PartView& part;
  const CodeMaps& code_maps;
  const SystemNames& systems;
  const Directory* directory = nullptr;
  fhir::base::Findings& findings;
  std::string_view canonical;  // ends with /
  std::string_view site_key;
  std::string institution;
  int zone_minutes = 480;
  std::string day;                  // of the message, for the validity of code map rows; may be empty
  std::string patient_key;          // shard key: business key of the institution's Patient in force, may be empty
  const FilePlace* rule = nullptr;  // place of the running expression
  std::string_view element;         // what it is written into: "Observation.status"
  std::set<std::string> outside;    // what ref() named of other messages
  bool reference_made = false;      // ref() has made something since this was last cleared
};

// One call of a mapping function, with what every function needs.
class MappingCall {
 public:
  explicit MappingCall(fhir::path::FunctionCall& call)
      : call_(call), around_(*static_cast<Surroundings*>(call.evaluation.host)) {}

  Surroundings& around() { return around_; }
  fhir::base::Arena& arena() { return call_.evaluation.arena; }
  const fhir::path::Collection& input() const { return call_.input; }
  const fhir::path::Collection& argument(size_t i) const { return call_.arguments[i]; }
  size_t arguments() const { return call_.arguments.size(); }
  fhir::path::Collection nothing() { return fhir::path::Collection(arena()); }
  fhir::path::Collection one(const fhir::path::Item& item);
  fhir::path::Collection text(std::string_view text);  // nothing when it is empty

  enum class Read { Taken, Compared };  // taken over into the result, or only looked at
  // The text of a leaf (of an HL7 v2 field with components: of the first), or a computed value; empty for other
  // objects.
  std::string_view textOf(const fhir::path::Item& item, Read read);
  // The same, with all components and their separators.
  std::string_view writtenOf(const fhir::path::Item& item);
  // The only text of a collection; empty for none, Why::Invalid for several.
  fhir::base::Result<std::string_view> singleText(const fhir::path::Collection& items, Read read);
  // A literal argument such as the name of a code map.
  std::string_view literal(size_t i);

  void warn(std::string_view code, std::string_view what, const fhir::path::Collection& about,
            fhir::base::Severity severity = fhir::base::Severity::Warning);
  // "OBX[4].5 (byte 412) is not a number"
  fhir::base::Error wrong(std::string_view what, const fhir::path::Collection& about);

  std::string uriOf(std::string_view system) const {
    return around_.systems.uri(system, around_.canonical, around_.institution);
  }
  // {canonical}code/{institution}/{name}: codes of the institution's own.
  std::string localSystem(std::string_view name) const;
  BuiltValue* coding(std::string_view system_uri, std::string_view code, std::string_view display);
  BuiltValue* codingOf(const CodeMapRow& row) { return coding(uriOf(row.system), row.code, row.display); }

 private:
  fhir::path::FunctionCall& call_;
  Surroundings& around_;
};

// Parts of a business key in one text; a part cannot hold the separator.
constexpr char kKeySeparator = '\x1f';
std::vector<std::string> keyParts(std::string_view key);

using FunctionResult = fhir::base::Result<fhir::path::Collection>;
#define ONECARD_MAPPING_FUNCTION(name) FunctionResult name(fhir::path::FunctionCall& call)

// source_functions.cpp
ONECARD_MAPPING_FUNCTION(groupsFunction);
ONECARD_MAPPING_FUNCTION(followingFunction);
ONECARD_MAPPING_FUNCTION(latestFunction);
ONECARD_MAPPING_FUNCTION(writtenFunction);
ONECARD_MAPPING_FUNCTION(joinFunction);
ONECARD_MAPPING_FUNCTION(coalesceFunction);
ONECARD_MAPPING_FUNCTION(plainFunction);
ONECARD_MAPPING_FUNCTION(wordsFunction);
ONECARD_MAPPING_FUNCTION(narrativeFunction);
ONECARD_MAPPING_FUNCTION(lookupFunction);
ONECARD_MAPPING_FUNCTION(resolveFunction);
// time_functions.cpp
ONECARD_MAPPING_FUNCTION(dateFunction);
ONECARD_MAPPING_FUNCTION(dateTimeFunction);
ONECARD_MAPPING_FUNCTION(instantFunction);
// code_functions.cpp
ONECARD_MAPPING_FUNCTION(codingFunction);
ONECARD_MAPPING_FUNCTION(conceptFunction);
ONECARD_MAPPING_FUNCTION(translateFunction);
ONECARD_MAPPING_FUNCTION(systemFunction);
ONECARD_MAPPING_FUNCTION(urlFunction);
ONECARD_MAPPING_FUNCTION(declaredFunction);
// measurement_functions.cpp
ONECARD_MAPPING_FUNCTION(numberFunction);
ONECARD_MAPPING_FUNCTION(quantityFunction);
ONECARD_MAPPING_FUNCTION(ratioFunction);
ONECARD_MAPPING_FUNCTION(rangeFunction);
ONECARD_MAPPING_FUNCTION(interpretFunction);
ONECARD_MAPPING_FUNCTION(kindFunction);
// identity_functions.cpp
ONECARD_MAPPING_FUNCTION(keyFunction);
ONECARD_MAPPING_FUNCTION(refFunction);
ONECARD_MAPPING_FUNCTION(hashFunction);
ONECARD_MAPPING_FUNCTION(idcardFunction);
ONECARD_MAPPING_FUNCTION(personNameFunction);

}  // namespace mappings::engine
