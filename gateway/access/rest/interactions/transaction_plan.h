#pragma once
// What a transaction will do, before anything is written: each entry's identity, the order of the writes, and the
// refusal when entries contradict one another (R4 3.1.0.11.2).

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/interactions/precondition.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest::interactions {

struct PlannedEntry {
  AskedEntry* asked = nullptr;
  std::string id;            // of the resource written; of the match for If-None-Exist; empty: nothing to delete
  bool conditional = false;  // criteria in the URL
  WritePrecondition precondition;
  std::optional<record::store::Version> existing;  // If-None-Exist matched: nothing is written
  std::optional<size_t> write;                     // position in the batch
};

struct TransactionPlan {
  std::vector<PlannedEntry> entries;  // as in the Bundle
  std::vector<size_t> write_order;    // positions in `entries`: DELETE, POST, PUT, PATCH
  std::vector<record::store::Condition> conditions;
  std::unordered_map<std::string, std::string> identities;  // fullUrl -> "Patient/1"
};

OrRefusal<TransactionPlan> planTransaction(const Service& service, const Call& call,
                                           std::vector<AskedEntry>& entries);

}  // namespace gateway::access::rest::interactions
