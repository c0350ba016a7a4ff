#pragma once
// The code systems that the tokens of each search parameter have had. An index has one row for a token, under its
// system and code together; a search for a code alone, `code=718-7`, looks for it under each of these systems.
// It only grows: a system may be here whose tokens are all gone. Thread-safe.

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/lookup.h"

namespace gateway::record::search {

class TokenSystems {
 public:
  using Systems = std::vector<std::string>;  // sorted; the empty text stands for tokens without a system

  // Never null.
  std::shared_ptr<const Systems> of(fhir::definitions::ParameterNumber parameter) const;
  bool contains(fhir::definitions::ParameterNumber parameter, std::string_view system) const;
  void add(fhir::definitions::ParameterNumber parameter, std::string_view system);

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<fhir::definitions::ParameterNumber, std::shared_ptr<const Systems>> by_parameter_;
};

}  // namespace gateway::record::search
