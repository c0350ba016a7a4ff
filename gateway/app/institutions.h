#pragma once
// The configured institutions, communities and their alias codes, and which of them each source may name.
// Immutable and thread-safe.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "gateway/host/settings.h"
#include "mappings/engine/directory.h"

namespace gateway::app {

class Institutions : public mappings::engine::Directory {
 public:
  // Why::Invalid with the setting's place: an alias of two institutions, an unknown community or institution.
  static fhir::base::Result<Institutions> read(const host::Settings& settings);

  std::optional<std::string> institution(std::string_view source, std::string_view alias) const override;
  std::optional<std::string> anyInstitution(std::string_view alias) const override;
  std::string lookup(std::string_view institution, std::string_view fact) const override;

 private:
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> facts_;
  std::map<std::string, std::string, std::less<>> by_alias_;  // the code itself is one
  std::map<std::string, std::set<std::string>, std::less<>> allowed_;
};

}  // namespace gateway::app
