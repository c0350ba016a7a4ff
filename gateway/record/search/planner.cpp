#include "gateway/record/search/planner.h"

namespace gateway::record::search {

using fhir::base::Done;
using fhir::base::Result;
using fhir::definitions::SearchType;

namespace {

constexpr uint64_t kCountedPerGathered = 25;  // counting sorts nothing

struct Driver {
  Walk walk = Walk::Type;
  size_t clause = 0;
  uint64_t rows = UINT64_MAX;
  bool found() const { return rows != UINT64_MAX; }
};

// The driver with the fewest rows if one has fewer than `cap`.
Result<Driver> smallest(const SearchQuery& query, const Rights& rights, Estimator& estimator, uint64_t cap) {
  Driver best;
  auto consider = [&](std::optional<uint64_t> rows, Walk walk, size_t clause) {
    if (rows && *rows < cap && *rows < best.rows) best = {walk, clause, *rows};
  };
  auto considerClauses = [&](bool dear) -> Done {
    for (size_t i = 0; i < query.all_of.size(); ++i) {
      if (estimator.isDear(query.all_of[i]) != dear) continue;
      ASSIGN_OR_RETURN(auto rows, estimator.rowsOf(query.all_of[i], best.found() ? best.rows : cap));
      consider(rows, estimator.isOrdered(query.all_of[i]) ? Walk::Clause : Walk::Gathered, i);
    }
    return {};
  };
  RETURN_IF_ERROR(considerClauses(false));
  if (!rights.unrestricted()) {
    ASSIGN_OR_RETURN(auto rows, estimator.rowsOfPatients(query, rights, best.found() ? best.rows : cap));
    consider(rows, Walk::Patients, 0);
  }
  if (!best.found()) RETURN_IF_ERROR(considerClauses(true));
  return best;
}

// Every clause finds many. In commit order a clause that walks in this order leaves out more than the whole type
// does.
Plan dense(const SearchQuery& query, Order order, Estimator& estimator, bool counting) {
  if (!counting && order == Order::Id) return {Walk::Ids, 0};
  if (!counting && order == Order::Date) return {Walk::Dates, 0};
  for (size_t i = 0; i < query.all_of.size(); ++i) {
    if (estimator.isOrdered(query.all_of[i])) return {Walk::Clause, i};
  }
  return {Walk::Type, 0};
}

}  // namespace

Order orderOf(const SearchQuery& query) {
  if (query.sort.empty()) return Order::Newest;
  if (query.sort.size() > 1) return Order::Several;
  const SortKey& key = query.sort.front();
  if (key.parameter->code == "_lastUpdated") return key.descending ? Order::Newest : Order::Oldest;
  if (key.parameter->code == "_id") return Order::Id;
  return key.parameter->type == SearchType::Date ? Order::Date : Order::Several;
}

Result<Plan> makePlan(const SearchQuery& query, const Rights& rights, Estimator& estimator, uint64_t gatherable,
                      bool counting) {
  if (rights.seesNothing()) return Plan{Walk::Nothing, 0};
  Order order = orderOf(query);
  bool by_commit = order == Order::Newest || order == Order::Oldest;
  bool one_clause = query.all_of.size() == 1 && rights.unrestricted();
  if (one_clause && (by_commit || counting) && estimator.isOrdered(query.all_of[0])) return Plan{Walk::Clause, 0};
  uint64_t most = counting ? gatherable * kCountedPerGathered : gatherable;
  // From small to large, so that a clause with a handful of rows ends the asking at once.
  for (uint64_t cap : {uint64_t{64}, uint64_t{1'000}, gatherable, most}) {
    if (cap > most) continue;
    ASSIGN_OR_RETURN(Driver driver, smallest(query, rights, estimator, cap));
    if (driver.found()) return Plan{driver.walk, driver.clause};
  }
  return dense(query, order, estimator, counting);
}

}  // namespace gateway::record::search
