#pragma once
// SearchQuery + what an index knows about its clauses -> Plan. The clause that finds the fewest rows drives; how many
// it finds is asked with a cap, so asking costs less than a page.

#include <cstdint>
#include <optional>

#include "fhir/base/result.h"
#include "gateway/record/search/plan.h"
#include "gateway/record/search/rights.h"
#include "gateway/record/search/search_query.h"

namespace gateway::record::search {

enum class Order : uint8_t {
  Newest,   // by commit, the newest first: no _sort, or _sort=-_lastUpdated
  Oldest,   // _sort=_lastUpdated
  Id,       // _sort=_id or -_id alone
  Date,     // one date parameter alone
  Several,  // anything else: the matches are gathered and sorted
};
Order orderOf(const SearchQuery& query);

// What the planner asks an index. Rows of older versions and of what the caller may not see count too: it is an
// estimate.
class Estimator {
 public:
  virtual ~Estimator() = default;
  // How many rows a clause would drive with, `cap` at most; nothing when it cannot drive (`:not`, `:missing=true`).
  virtual fhir::base::Result<std::optional<uint64_t>> rowsOf(const SearchClause& clause, uint64_t cap) = 0;
  // Is counting them dear, since many rows must be looked at for one that counts?
  virtual bool isDear(const SearchClause& clause) = 0;
  // Does the clause hand out its versions in commit order?
  virtual bool isOrdered(const SearchClause& clause) = 0;
  // Versions of the type in the compartments of these patients; nothing when the type is not limited to compartments.
  virtual fhir::base::Result<std::optional<uint64_t>> rowsOfPatients(const SearchQuery& query, const Rights& rights,
                                                                     uint64_t cap) = 0;
};

// Fewer rows than this are gathered and sorted in a few milliseconds; with more, a walk in the wanted order finds a
// page sooner.
constexpr uint64_t kGatherable = 20'000;

// `gatherable`: see above. `counting`: for the total, where no order is asked for and nothing ends the walk early.
fhir::base::Result<Plan> makePlan(const SearchQuery& query, const Rights& rights, Estimator& estimator,
                                  uint64_t gatherable, bool counting);

}  // namespace gateway::record::search
