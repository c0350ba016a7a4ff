#pragma once
// Code maps: local code -> standard code, one CSV each in mappings/code_maps. Columns:
//   scope       institution whose code it is; * for all that have no row of their own
//   local       the code or word as the source writes it (compared without blanks and width; case counts)
//   code        target code; empty only for equivalence "unmatched" (known, and deliberately not mapped)
//   system      target system: a name of systems.csv or a URI
//   display     target display (optional)
//   equivalence equivalent | equal | wider | narrower | inexact | unmatched (empty: equivalent)
//   valid_from, valid_to  days, both inclusive, of the message's own time (optional)
//   note        for people (optional)
// Immutable, thread-safe.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/engine/system_names.h"

namespace mappings::engine {

struct CodeMapRow {
  std::string local;
  std::string code;
  std::string system;  // name or URI
  std::string display;
  std::string equivalence;
  std::string valid_from;  // "2025-01-01" or empty
  std::string valid_to;
  uint32_t line = 0;
};

class CodeMap {
 public:
  static fhir::base::Result<CodeMap> load(const std::string& path, std::string_view file, const SystemNames& systems);

  // The row for a local code of an institution on a day ("2025-03-06", empty: any day); nullptr on a miss.
  const CodeMapRow* find(std::string_view institution, std::string_view local, std::string_view day) const;
  // Whether the institution has rows of its own here.
  bool declaredFor(std::string_view institution) const { return scopes_.find(institution) != scopes_.end(); }

  const std::string& file() const { return file_; }
  const std::string& bytes() const { return bytes_; }
  const std::vector<const CodeMapRow*>& rows() const { return in_order_; }

 private:
  using Rows = std::multimap<std::string, std::unique_ptr<CodeMapRow>, std::less<>>;  // by compareForm(local)
  const CodeMapRow* findIn(std::string_view scope, const std::string& key, std::string_view day) const;

  std::string file_;
  std::string bytes_;
  std::map<std::string, Rows, std::less<>> scopes_;
  std::vector<const CodeMapRow*> in_order_;
};

class CodeMaps {
 public:
  // Every *.csv of the folder but systems.csv; collects all errors.
  static CodeMaps load(const std::string& folder, const SystemNames& systems, std::vector<fhir::base::Error>& errors);

  const CodeMap* find(std::string_view name) const;  // "sex" is sex.csv
  std::string nearest(std::string_view name) const;
  const std::map<std::string, CodeMap, std::less<>>& all() const { return maps_; }

 private:
  std::map<std::string, CodeMap, std::less<>> maps_;
};

}  // namespace mappings::engine
