#include "gateway/record/store/sqlite/touched.h"

#include <algorithm>

#include "fhir/base/digest.h"
#include "gateway/record/search/derived_parameters.h"

namespace gateway::record::store {

using fhir::definitions::SearchType;
using fhir::definitions::TypeNumber;
using search::Modifier;
using search::SearchClause;
using search::SearchQuery;

namespace {

constexpr uint64_t kAnything = 1;

uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9e3779b97f4a7c15u + b;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 29);
}

uint64_t typeKey(TypeNumber type) { return mix(2, type); }
uint64_t valueKey(TypeNumber type, uint64_t parameter, int64_t value) {
  return mix(mix(mix(3, type), parameter), static_cast<uint64_t>(value));
}
uint64_t resourceKey(TypeNumber type, std::string_view id) { return mix(mix(4, type), fhir::base::hash64(id)); }

// Can a version match the clause only if its index rows hold one of the operands' hashes?
bool byHash(const SearchClause& clause) {
  SearchType type = clause.parameter->type;
  bool hashed = type == SearchType::Token || type == SearchType::Reference || type == SearchType::Uri;
  bool plain = clause.modifier == Modifier::None || clause.modifier == Modifier::Identifier;
  // A code alone can match under any system, also one that comes later.
  bool any_system = type == SearchType::Token && clause.modifier == Modifier::None &&
                    std::any_of(clause.any_of.begin(), clause.any_of.end(), [](const auto& o) { return !o.system; });
  bool missing = std::any_of(clause.any_of.begin(), clause.any_of.end(), [](const auto& o) { return o.missing; });
  return hashed && plain && !any_system && !missing && !clause.any_of.empty() &&
         !search::isDerived(*clause.parameter);
}

}  // namespace

void Touched::set(uint64_t key, uint64_t sequence) { young_[key] = sequence; }

void Touched::record(TypeNumber type, std::string_view id, const Content* content, uint64_t sequence) {
  if (watchers_.load() == 0) {
    young_.clear();
    old_.clear();
    forgotten_ = sequence;
    return;
  }
  if (young_.size() >= kMost) {
    for (const auto& [key, at] : old_) forgotten_ = std::max(forgotten_, at);
    old_ = std::move(young_);
    young_.clear();
  }
  set(kAnything, sequence);
  set(typeKey(type), sequence);
  set(resourceKey(type, id), sequence);
  if (content == nullptr) return;
  for (const auto& row : content->rows.hashed) set(valueKey(type, row.parameter, row.value), sequence);
}

bool Touched::after(const std::vector<uint64_t>& keys, uint64_t sequence) const {
  if (sequence < forgotten_) return true;
  auto later = [&](const auto& map, uint64_t key) {
    auto found = map.find(key);
    return found != map.end() && found->second > sequence;
  };
  return std::any_of(keys.begin(), keys.end(), [&](uint64_t key) { return later(young_, key) || later(old_, key); });
}

std::vector<uint64_t> Touched::keysOf(const SearchQuery& query, std::string_view expected) {
  const SearchClause* watched = nullptr;
  for (const auto& clause : query.all_of) {
    // Another resource's change can make these true or false.
    if (clause.chain != nullptr || clause.reverse_type != 0) return {kAnything};
    // All clauses must hold, so a new match cannot come about without touching the one that is watched.
    bool by_id = clause.parameter->code == "_id" && clause.modifier == Modifier::None;
    if (watched == nullptr && !by_id && byHash(clause)) watched = &clause;
  }
  if (query.type == 0) return {kAnything};
  if (watched == nullptr) return {typeKey(query.type)};
  static const search::TokenSystems kNoSystems;
  std::vector<uint64_t> keys;
  for (const auto& operand : watched->any_of) {
    auto asked = search::hashedOperand(*watched, operand, kNoSystems);
    for (int64_t value : asked.values) keys.push_back(valueKey(query.type, asked.parameter, value));
  }
  if (!expected.empty()) keys.push_back(resourceKey(query.type, expected));
  return keys;
}

}  // namespace gateway::record::store
