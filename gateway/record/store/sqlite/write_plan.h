#pragma once
// The write modes (design decision 6): what a batch's writes mean for the record as it is now. Planning only reads
// and checks; the versions are inserted afterwards, so a refused batch has written nothing. Used by the writer's
// thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/resource_store.h"
#include "gateway/record/store/sqlite/body_reader.h"
#include "gateway/record/store/sqlite/content.h"

namespace gateway::record::store {

// A write whose rows are finished, as it goes from the caller's thread to the writer.
struct FinishedWrite {
  ContentPtr content;  // nullptr for Delete
  // Merge: what comes of it if version `merged_with` is still the current one; so that the writer need not do it.
  int64_t merged_with = 0;  // vkey
  bool merged_as_newer = false;
  ContentPtr merged;
};

struct NewVersion {
  TypeNumber type = 0;
  std::string id;
  uint64_t version = 0;
  int64_t institution = 0;
  ContentPtr content;  // nullptr: a deletion
  std::optional<std::string> order;
  uint64_t order_tie = 0;
  std::string message;
  uint32_t part = 0;
  std::vector<int64_t> patients;  // its compartments; a deletion has those of the version before it
  bool current = true;            // false: superseded by the same batch, never visible to a search
  // The row that it supersedes (vkey); 0: none, or an earlier version of the same plan.
  int64_t supersedes = 0;
  bool supersedes_indexed = false;       // that row has index rows
  std::vector<int64_t> patients_before;  // the compartments of that row
};

struct WritePlan {
  std::vector<NewVersion> versions;
  struct Seen {  // a row of `written`
    TypeNumber type;
    std::string id, order, hash;
  };
  std::vector<Seen> seen;
  struct NewOrder {  // same content again with a later order: only the order moves
    int64_t vkey;
    std::string order;
    uint64_t order_tie;
  };
  std::vector<NewOrder> orders;
  std::vector<WriteOutcome> outcomes;  // last_updated 0: the time of this commit
};

class WritePlanner {
 public:
  WritePlanner(sql::Connection& connection, BodyReader& bodies, const ContentMaker& maker)
      : connection_(connection), bodies_(bodies), maker_(maker) {}

  // `institution`: the number of the batch's, 0 when it names none. Errors: the modes' own, see SqliteStore.
  fhir::base::Result<WritePlan> plan(const Batch& batch, const std::vector<FinishedWrite>& finished,
                                     int64_t institution);

 private:
  // What is there now, in the record or by an earlier write of the same batch.
  struct Current {
    int64_t vkey = 0;    // 0: planned
    size_t planned = 0;  // index in the plan when vkey is 0
    uint64_t version = 0;
    int64_t institution = 0;
    bool deleted = false;
    std::string hash;
    std::optional<std::string> order;
    uint64_t order_tie = 0;
    int64_t last_updated = 0;
    std::string message;
    uint32_t part = 0;
  };
  using Key = std::pair<TypeNumber, std::string>;

  struct Order {
    std::optional<std::string> text;
    uint64_t tie = 0;
  };
  struct Origin {
    int64_t institution = 0;
    std::string message;
    uint32_t part = 0;
  };

  fhir::base::Done one(const Write& write, const FinishedWrite& finished);
  fhir::base::Done remove(const Write& write, Current* current);
  fhir::base::Done put(const Write& write, const ContentPtr& content, Current* current);
  fhir::base::Done replace(const Write& write, const ContentPtr& content, Current* current);
  fhir::base::Done newer(const Write& write, const ContentPtr& content, Current* current);
  fhir::base::Done late(const Write& write, const ContentPtr& content, Current current);
  fhir::base::Done merge(const Write& write, const FinishedWrite& finished, Current* current);
  fhir::base::Result<ContentPtr> mergedWith(const Write& write, const FinishedWrite& finished, const Current& current,
                                            bool incoming_is_newer);

  fhir::base::Result<Current*> lookup(TypeNumber type, const std::string& id);
  // Did a mapping write this content with this order before?
  fhir::base::Result<bool> wasWritten(const Write& write, const std::string& hash, const Current& current);
  fhir::base::Result<std::string> storedOf(const Current& current);
  fhir::base::Result<ContentPtr> contentOf(const Write& write, const Current& current);
  fhir::base::Result<std::vector<int64_t>> patientsOf(int64_t vkey);

  Origin originOf(const Current* current) const;  // of a version that this batch makes
  static Order laterOrder(const Write& write, const Current* current);
  // Adds the next version of a resource to the plan and makes it the current one.
  fhir::base::Done append(const Write& write, ContentPtr content, const Current* current, Order order, Origin origin);
  void report(Effect effect, const Write& write);  // as the resource is now
  // The content that is there came again with a later order.
  void advance(const Write& write, Current& current);
  void remember(const Write& write, const std::string& order, const std::string& hash);

  sql::Connection& connection_;
  BodyReader& bodies_;
  const ContentMaker& maker_;
  const Batch* batch_ = nullptr;
  int64_t institution_ = 0;
  WritePlan plan_;
  std::map<Key, std::optional<Current>> current_;
};

}  // namespace gateway::record::store
