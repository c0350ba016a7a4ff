#pragma once
// Port: what a mapping may ask beyond its own message. Thread-safe.

#include <optional>
#include <string>
#include <string_view>

namespace mappings::engine {

class Directory {
 public:
  virtual ~Directory() = default;
  // The institution that an alias code means for this source (9-, 12-, 18-, 22-character codes, local codes),
  // within the source's allow-list; nothing when unknown: the part is parked.
  virtual std::optional<std::string> institution(std::string_view source, std::string_view alias) const = 0;
  // The institution that an alias code means, whichever source names it; nothing when unknown. For resolve().
  virtual std::optional<std::string> anyInstitution(std::string_view alias) const = 0;
  // A fact about an institution: "name", "community", "county", or one of its configured facts; empty when unknown.
  virtual std::string lookup(std::string_view institution, std::string_view fact) const = 0;
};

}  // namespace mappings::engine
