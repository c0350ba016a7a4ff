#include "gateway/access/rest/interactions/transaction_plan.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "fhir/model/reference.h"
#include "gateway/access/rest/interactions/condition.h"
#include "gateway/access/rest/outcome.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;

namespace {

std::string_view methodOf(const PlannedEntry& entry) { return entry.asked->call->method; }

std::string identityOf(const PlannedEntry& entry) { return entry.asked->route.type_name + "/" + entry.id; }

std::optional<Answer> checkAllowed(const PlannedEntry& entry, const Call& call) {
  const Interaction& interaction = *entry.asked->route.interaction;
  if (interaction.writes && !call.rights.unrestricted())
    return refuse({Why::Forbidden, "this caller may read, not write", {}});
  if (interaction.shape == Shape::TypeSearch && methodOf(entry) == "POST")
    return refuse({Why::Unsupported, "an entry searches by GET", entry.asked->place() + ".request"});
  if (interaction.writes && interaction.accepts == Accepts::NoParameters && !entry.asked->call->parameters.empty())
    return refuse({Why::Unsupported, "this interaction takes no parameters", entry.asked->place() + ".request.url"});
  bool needs_resource = methodOf(entry) == "POST" || methodOf(entry) == "PUT" || methodOf(entry) == "PATCH";
  if (needs_resource && entry.asked->resource.tree == nullptr)
    return refuse(Refusal::BodyMissing, "this entry needs a resource", entry.asked->place() + ".resource");
  return std::nullopt;
}

std::optional<Answer> findMatch(const Service& service, const Call& call, PlannedEntry& entry,
                                TransactionPlan& plan) {
  const std::string& criteria = entry.asked->call->preconditions.if_none_exist;
  auto matched =
      match(service, entry.asked->route.type, criteria, call.rights, entry.asked->place() + ".request.ifNoneExist");
  if (auto* refusal = std::get_if<Answer>(&matched)) return std::move(*refusal);
  auto& found = std::get<Matched>(matched);
  if (found.version) {
    entry.id = found.version->id;
    entry.existing = std::move(found.version);
  }
  plan.conditions.push_back(std::move(found.condition));
  return std::nullopt;
}

// Conditional update, patch and delete.
std::optional<Answer> findTarget(const Service& service, PlannedEntry& entry, TransactionPlan& plan) {
  entry.conditional = true;
  const Call& call = *entry.asked->call;
  auto matched = match(service, call.type, call.parameters, call.rights, entry.asked->place() + ".request.url");
  if (auto* refusal = std::get_if<Answer>(&matched)) return std::move(*refusal);
  auto& found = std::get<Matched>(matched);
  if (methodOf(entry) == "PUT") {
    auto target = updateTarget(service, call, found, memberText(entry.asked->resource, "id"));
    if (auto* refusal = std::get_if<Answer>(&target)) return std::move(*refusal);
    entry.id = std::get<UpdateTarget>(target).id;
    entry.precondition = std::get<UpdateTarget>(target).precondition;
  } else {
    if (found.version) entry.id = found.version->id;
    if (entry.id.empty() && methodOf(entry) == "PATCH")
      return refuse({Why::NotFound, "the criteria match no resource", {}});
    auto precondition = writePrecondition(service, call, entry.id);
    if (auto* refusal = std::get_if<Answer>(&precondition)) return std::move(*refusal);
    entry.precondition = std::get<WritePrecondition>(precondition);
    if (entry.id.empty() && entry.precondition.if_match) return versionMismatch();
  }
  plan.conditions.push_back(std::move(found.condition));
  return std::nullopt;
}

// Which resource the entry is about after the transaction.
std::optional<Answer> identify(const Service& service, const Call& call, PlannedEntry& entry, TransactionPlan& plan) {
  if (methodOf(entry) == "POST") {
    if (!entry.asked->call->preconditions.if_none_exist.empty()) {
      if (auto refusal = findMatch(service, call, entry, plan)) return refusal;
    }
    if (!entry.existing) entry.id = service.new_id();
    return std::nullopt;
  }
  if (entry.asked->route.interaction->shape == Shape::Type) return findTarget(service, entry, plan);
  entry.id = entry.asked->route.id;
  if (!fhir::model::isValidId(entry.id))
    return refuse(Refusal::IdInvalid, "an id has 1 to 64 characters of A-Z a-z 0-9 - and .",
                  entry.asked->place() + ".request.url");
  auto precondition = writePrecondition(service, *entry.asked->call);
  if (auto* refusal = std::get_if<Answer>(&precondition)) return std::move(*refusal);
  entry.precondition = std::get<WritePrecondition>(precondition);
  return std::nullopt;
}

// What a POST or PUT asks to be there once; empty: it has no criteria.
std::string criteriaOf(const PlannedEntry& entry) {
  const Call& call = *entry.asked->call;
  record::search::QueryParameters parameters;
  if (methodOf(entry) == "PUT" && entry.conditional) parameters = call.parameters;
  if (methodOf(entry) == "POST") {
    auto decoded = record::search::decodeForm(call.preconditions.if_none_exist);
    if (decoded.ok()) parameters = std::move(decoded).value();
  }
  std::sort(parameters.begin(), parameters.end());
  std::string text;
  for (const auto& [name, value] : parameters) text += name + '\0' + value + '\0';
  return text;
}

// Two entries that touch one resource, or ask for one resource by the same criteria, have no order between them.
std::optional<Answer> checkOverlap(const TransactionPlan& plan) {
  std::unordered_set<std::string> touched;
  std::set<std::pair<std::string, std::string>> asked_for;
  for (const auto& entry : plan.entries) {
    if (!entry.asked->route.interaction->writes || entry.id.empty()) continue;
    std::string criteria = criteriaOf(entry);
    bool repeated = !criteria.empty() && !asked_for.emplace(entry.asked->route.type_name, std::move(criteria)).second;
    if (repeated || !touched.insert(identityOf(entry)).second)
      return refuse(Refusal::Overlap, "another entry of this transaction touches the same resource",
                    entry.asked->place() + ".request");
  }
  return std::nullopt;
}

std::optional<Answer> mapFullUrls(TransactionPlan& plan) {
  for (const auto& entry : plan.entries) {
    std::string_view method = methodOf(entry);
    if ((method != "POST" && method != "PUT" && method != "PATCH") || entry.asked->full_url.empty()) continue;
    if (!plan.identities.emplace(entry.asked->full_url, identityOf(entry)).second)
      return refuse(Refusal::Overlap, "another entry has the same fullUrl", entry.asked->place() + ".fullUrl");
  }
  return std::nullopt;
}

void orderWrites(TransactionPlan& plan) {
  for (std::string_view method : {"DELETE", "POST", "PUT", "PATCH"}) {
    for (size_t i = 0; i < plan.entries.size(); ++i) {
      PlannedEntry& entry = plan.entries[i];
      if (methodOf(entry) != method || !entry.asked->route.interaction->writes || entry.existing || entry.id.empty())
        continue;
      entry.write = plan.write_order.size();
      plan.write_order.push_back(i);
    }
  }
}

}  // namespace

OrRefusal<TransactionPlan> planTransaction(const Service& service, const Call& call,
                                           std::vector<AskedEntry>& entries) {
  TransactionPlan plan;
  plan.entries.resize(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    PlannedEntry& entry = plan.entries[i];
    entry.asked = &entries[i];
    if (entry.asked->refusal) return *entry.asked->refusal;
    auto refusal = checkAllowed(entry, call);
    if (!refusal && entry.asked->route.interaction->writes) refusal = identify(service, call, entry, plan);
    if (refusal) {
      placeIn(*entry.asked, *refusal);
      return *std::move(refusal);
    }
  }
  if (auto refusal = checkOverlap(plan)) return *std::move(refusal);
  if (auto refusal = mapFullUrls(plan)) return *std::move(refusal);
  orderWrites(plan);
  return plan;
}

}  // namespace gateway::access::rest::interactions
