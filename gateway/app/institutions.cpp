#include "gateway/app/institutions.h"

namespace gateway::app {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

std::string place(const host::Settings& settings, const std::string& key) {
  const auto* value = settings.find(key);
  return value == nullptr ? key : value->where;
}

}  // namespace

Result<Institutions> Institutions::read(const host::Settings& settings) {
  Institutions read;
  auto communities = settings.names("communities");
  for (const std::string& code : settings.names("institutions")) {
    std::string key = "institutions." + code;
    auto& facts = read.facts_[code];
    facts["name"] = settings.text(key + ".name");
    for (const auto& [fact, value] : settings.below(key + ".facts")) {
      if (fact == "name" || fact == "community" || fact == "county")
        return Error{Why::Invalid, "the fact " + fact + " has a setting of its own", value.where};
      facts[fact] = value.text;
    }
    const std::string& community = settings.text(key + ".community");
    if (!community.empty()) {
      if (std::find(communities.begin(), communities.end(), community) == communities.end()) {
        return Error{Why::Invalid, "no community is called " + community, place(settings, key + ".community")};
      }
      facts["community"] = community;
      facts["county"] = settings.text("communities." + community + ".county");
    }
    std::vector<std::string> aliases = settings.list(key + ".aliases");
    aliases.push_back(code);
    for (const std::string& alias : aliases) {
      auto [known, fresh] = read.by_alias_.emplace(alias, code);
      if (!fresh && known->second != code) {
        return Error{Why::Invalid, "alias " + alias + " already means institution " + known->second,
                     place(settings, key + ".aliases")};
      }
    }
  }
  for (const std::string& source : settings.names("sources")) {
    std::string key = "sources." + source;
    std::vector<std::string> names = settings.list(key + ".institutions");
    names.push_back(settings.text(key + ".institution"));
    for (const std::string& name : names) {
      if (read.facts_.find(name) == read.facts_.end()) {
        return Error{Why::Invalid, "no institution has the code " + name, place(settings, key + ".institution")};
      }
      read.allowed_[source].insert(name);
    }
  }
  return read;
}

std::optional<std::string> Institutions::institution(std::string_view source, std::string_view alias) const {
  auto known = by_alias_.find(alias);
  auto allowed = allowed_.find(source);
  if (known == by_alias_.end() || allowed == allowed_.end() || !allowed->second.contains(known->second)) return {};
  return known->second;
}

std::optional<std::string> Institutions::anyInstitution(std::string_view alias) const {
  auto known = by_alias_.find(alias);
  if (known == by_alias_.end()) return {};
  return known->second;
}

std::string Institutions::lookup(std::string_view institution, std::string_view fact) const {
  auto found = facts_.find(institution);
  if (found == facts_.end()) return {};
  auto value = found->second.find(fact);
  return value == found->second.end() ? std::string() : value->second;
}

}  // namespace gateway::app
