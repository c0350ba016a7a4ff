#pragma once
// The cases beside each mapping: <format>/<name>/cases/<case>/{in.*, out.json, asserts.yaml}. A case runs the message
// through the mapping and compares with out.json; and, whatever out.json says, holds the result to rules that are
// true for every mapping: it reads as FHIR, ids are unique, references resolve, nothing is empty, no source field is
// left unread without a word. Reads files; for `onecard map test` and for tests.

#include <map>
#include <string>
#include <vector>

#include "mappings/engine/map_runner.h"

namespace mappings::engine {

// Answers what the running case says. Set before each case, so one thread only.
class CaseDirectory : public Directory {
 public:
  std::optional<std::string> institution(std::string_view source, std::string_view alias) const override;
  std::optional<std::string> anyInstitution(std::string_view alias) const override;
  std::string lookup(std::string_view institution, std::string_view fact) const override;

  bool any_alias = true;  // every code names itself
  std::map<std::string, std::string, std::less<>> aliases;
  std::map<std::string, std::string, std::less<>> facts;
};

struct MapCase {
  std::string mapping;  // "hl7v2/oru_r01"
  std::string name;     // "q18_result_texts"
  std::string folder;   // where its files are
};

// Sorted; those of all mappings, or of those whose "mapping/case" begins with `prefix`.
std::vector<MapCase> findCases(const std::string& mappings_folder, std::string_view prefix = {});

struct CaseResult {
  bool passed = true;
  std::vector<std::string> problems;  // sentences
  std::vector<SourceField> fields;    // of all parts, for the coverage report
};

// With `update`, out.json is written instead of compared; the rules still hold.
CaseResult runCase(const MapLibrary& library, CaseDirectory& directory, const MapCase& one, bool update);

// The parts of a case's message as this library maps them, under what the case says of institution and source. The
// origins of all values are added to `origins`.
std::vector<fhir::base::Result<MappedPart>> mapCase(const MapLibrary& library, CaseDirectory& directory,
                                                    const MapCase& one, std::vector<OutputOrigin>* origins = nullptr);

// The site key of golden cases: their ids are the same everywhere.
constexpr std::string_view kCaseSiteKey = "test-site-key";

}  // namespace mappings::engine
