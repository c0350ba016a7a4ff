#pragma once
// Settings: strict YAML checked against tables that each component declares beside its class. Unknown keys are
// refused with file:line:column and the nearest known key. `--set a.b=value` overrides; ${secret:name} is replaced
// from the environment (ONECARD_SECRET_NAME) or the file secrets/<name>, never logged.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/base/strict_yaml.h"

namespace gateway::host {

enum class SettingKind { Text, Integer, Duration, Bytes, Choice, Path, Address, Yes_No, List, Section };

struct Setting {
  std::string_view key;  // dotted: "http.port"; "sources.*.connector" for entries of a named list
  SettingKind kind = SettingKind::Text;
  std::string_view default_value;  // "(required)" when there is none
  std::string_view choices;        // for Choice, separated by |
  std::string_view text;           // meaning and unit
  std::string_view since;          // "0.1"
};

// A value with the place it came from.
struct SettingValue {
  std::string text;
  std::vector<std::string> list;
  std::string where;    // "conf/demo.yaml:12:3", "--set", or "default"
  int64_t number = 0;   // Integer; Duration in milliseconds; Bytes in bytes; Yes_No 0 or 1
  bool secret = false;  // came from ${secret:...}: never print it
};

// Checks one written value against its setting and fills in `number` (and `list`, split at commas, when the text is
// all there is). Durations: 250ms 30s 5m 2h 7d; bytes: 4096 64KiB 16MiB 2GiB; integers in decimal; yes or no;
// addresses: host, IPv4, IPv6 or host:port. Why::Invalid with `where`; the sentence shows the value unless secret.
fhir::base::Result<SettingValue> checkSetting(const Setting& setting, SettingValue written);

class Settings {
 public:
  // All keys of all tables are known; anything else is Why::Invalid naming the nearest known key.
  // A key `include: [file, ...]` at the top reads further files (relative to this one) first; what comes later wins.
  // Secrets are files in `secrets/` beside `path`. An override is "key=value", a list's items separated by commas.
  // The error names the first trouble in `what` and `where`; further ones follow in `what`, one a line.
  static fhir::base::Result<Settings> read(const std::string& path, const std::vector<std::string>& overrides,
                                           const std::vector<Setting>& table);
  const std::string& text(std::string_view key) const;
  int64_t number(std::string_view key) const;  // Integer, Duration (ms), Bytes, Yes_No
  const std::vector<std::string>& list(std::string_view key) const;
  const SettingValue* find(std::string_view key) const;  // nullptr when neither set nor defaulted
  // Names of a section's entries in file order: names("sources") -> {"lis", "township"}.
  std::vector<std::string> names(std::string_view section) const;
  // Free-form entries below a key (connector settings), dotted names relative to it, with their places.
  std::vector<std::pair<std::string, SettingValue>> below(std::string_view key) const;

 private:
  std::map<std::string, SettingValue, std::less<>> values_;
  std::map<std::string, std::vector<std::string>, std::less<>> names_;
};

// The known key nearest to `key` by edit distance, empty when none is near.
std::string nearestKey(std::string_view key, const std::vector<std::string>& known);

}  // namespace gateway::host
