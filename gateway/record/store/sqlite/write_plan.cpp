#include "gateway/record/store/sqlite/write_plan.h"

#include <algorithm>
#include <tuple>

#include "gateway/record/store/merge_lists.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

Result<WritePlan> WritePlanner::plan(const Batch& batch, const std::vector<FinishedWrite>& finished,
                                     int64_t institution) {
  batch_ = &batch;
  institution_ = institution;
  plan_ = {};
  current_.clear();
  for (size_t i = 0; i < batch.writes.size(); ++i) {
    Done done = one(batch.writes[i], finished[i]);
    if (done.ok()) continue;
    Error error = std::move(done).error();
    if (error.where.empty()) error.where = "write " + std::to_string(i);
    return error;
  }
  return std::move(plan_);
}

Done WritePlanner::one(const Write& write, const FinishedWrite& finished) {
  ASSIGN_OR_RETURN(Current * current, lookup(write.type, write.id));
  if (write.if_match && (current == nullptr || current->version != *write.if_match)) {
    std::string there = current == nullptr ? "there is none" : "it is " + std::to_string(current->version);
    return Error{Why::Conflict, "the current version is not the one to be replaced: " + there, "if-match"};
  }
  bool present = current != nullptr && !current->deleted;
  switch (write.mode) {
    case WriteMode::Delete: return remove(write, current);
    case WriteMode::Create:
      if (present) return Error{Why::Conflict, "a resource with this id exists already", "exists"};
      return put(write, finished.content, current);
    case WriteMode::Ensure:
      if (!present) return put(write, finished.content, current);
      report(Effect::Unchanged, write);
      return {};
    case WriteMode::Put: return put(write, finished.content, current);
    case WriteMode::Replace: return replace(write, finished.content, current);
    case WriteMode::Newer: return newer(write, finished.content, current);
    case WriteMode::Merge: return merge(write, finished, current);
  }
  return Error{Why::Fault, "unknown write mode", ""};
}

Done WritePlanner::remove(const Write& write, Current* current) {
  bool present = current != nullptr && !current->deleted;
  if (present) RETURN_IF_ERROR(append(write, nullptr, current, laterOrder(write, current), originOf(current)));
  report(present ? Effect::Deleted : Effect::Unchanged, write);
  return {};
}

Done WritePlanner::put(const Write& write, const ContentPtr& content, Current* current) {
  bool present = current != nullptr && !current->deleted;
  if (present && current->hash == content->hash) {
    report(Effect::Unchanged, write);
    return {};
  }
  RETURN_IF_ERROR(append(write, content, current, laterOrder(write, current), originOf(current)));
  report(present ? Effect::Updated : Effect::Created, write);
  return {};
}

Done WritePlanner::replace(const Write& write, const ContentPtr& content, Current* current) {
  if (!write.order.empty()) {
    if (current != nullptr) {
      ASSIGN_OR_RETURN(bool again, wasWritten(write, content->hash, *current));
      if (again) {
        report(Effect::Unchanged, write);
        return {};
      }
    }
    if (current != nullptr && current->order && write.order < *current->order) {
      remember(write, write.order, content->hash);
    }
  }
  return put(write, content, current);
}

Done WritePlanner::newer(const Write& write, const ContentPtr& content, Current* current) {
  if (current == nullptr) return put(write, content, nullptr);
  ASSIGN_OR_RETURN(bool again, wasWritten(write, content->hash, *current));
  bool is_newer =
      !current->order || std::tie(write.order, write.order_tie) >= std::tie(*current->order, current->order_tie);
  bool same = !current->deleted && current->hash == content->hash;
  if (!again && !is_newer && !same) return late(write, content, *current);
  if (!again && is_newer && !same) return put(write, content, current);
  if (!again && is_newer) advance(write, *current);
  if (!again && !is_newer) remember(write, write.order, content->hash);
  report(Effect::Unchanged, write);
  return {};
}

// What came too late takes its place in the history, and what was current is current again.
Done WritePlanner::late(const Write& write, const ContentPtr& content, Current current) {
  ContentPtr again;
  if (!current.deleted) {
    ASSIGN_OR_RETURN(again, contentOf(write, current));
  }
  RETURN_IF_ERROR(append(write, content, &current, {write.order, write.order_tie}, originOf(&current)));
  Current before = *current_[{write.type, write.id}];
  RETURN_IF_ERROR(append(write, again, &before, {current.order, current.order_tie},
                         {current.institution, current.message, current.part}));
  report(Effect::History, write);
  return {};
}

Done WritePlanner::merge(const Write& write, const FinishedWrite& finished, Current* current) {
  if (current == nullptr) return put(write, finished.content, nullptr);
  const std::string& hash = finished.content->hash;
  ASSIGN_OR_RETURN(bool again, wasWritten(write, hash, *current));
  if (again) {
    report(Effect::Unchanged, write);
    return {};
  }
  if (current->deleted) return newer(write, finished.content, current);
  bool is_newer =
      !current->order || std::tie(write.order, write.order_tie) >= std::tie(*current->order, current->order_tie);
  ASSIGN_OR_RETURN(ContentPtr merged, mergedWith(write, finished, *current, is_newer));
  bool changed = merged->hash != current->hash;
  if (changed) {
    RETURN_IF_ERROR(append(write, merged, current, laterOrder(write, current), originOf(current)));
  } else if (is_newer) {
    advance(write, *current);
  }
  // Unless the version itself shows it.
  if (merged->hash != hash || !is_newer) remember(write, write.order, hash);
  report(changed ? Effect::Updated : Effect::Unchanged, write);
  return {};
}

Result<ContentPtr> WritePlanner::mergedWith(const Write& write, const FinishedWrite& finished, const Current& current,
                                            bool incoming_is_newer) {
  bool still = current.vkey != 0 && current.vkey == finished.merged_with;
  if (still && finished.merged != nullptr && finished.merged_as_newer == incoming_is_newer) return finished.merged;
  ASSIGN_OR_RETURN(std::string stored, storedOf(current));
  const std::string& incoming = finished.content->stored;
  std::string merged = incoming_is_newer ? mergeLists(incoming, stored, true, write.merge_lists)
                                         : mergeLists(stored, incoming, false, write.merge_lists);
  return maker_.ofStored(write.id, std::move(merged));
}

Result<WritePlanner::Current*> WritePlanner::lookup(TypeNumber type, const std::string& id) {
  auto [found, is_new] = current_.try_emplace({type, id});
  if (!is_new) return found->second ? &*found->second : nullptr;
  ASSIGN_OR_RETURN(auto select,
                   connection_.prepare("SELECT vkey, version, institution, deleted, content_hash, write_order, "
                                       "order_tie, last_updated, message, part FROM version "
                                       "WHERE type=?1 AND id=?2 ORDER BY version DESC LIMIT 1"));
  select.bind(1, int64_t{type}).bind(2, std::string_view(id));
  ASSIGN_OR_RETURN(bool row, select.step());
  if (!row) return nullptr;
  Current current;
  current.vkey = select.integer(0);
  current.version = static_cast<uint64_t>(select.integer(1));
  current.institution = select.integer(2);
  current.deleted = select.integer(3) != 0;
  current.hash = select.blob(4);
  if (!select.isNull(5)) current.order = std::string(select.text(5));
  current.order_tie = static_cast<uint64_t>(select.integer(6));
  current.last_updated = select.integer(7);
  current.message = select.text(8);
  current.part = static_cast<uint32_t>(select.integer(9));
  found->second = std::move(current);
  return &*found->second;
}

Result<bool> WritePlanner::wasWritten(const Write& write, const std::string& hash, const Current& current) {
  // The current version has the greatest order of all.
  if (!current.order || write.order > *current.order) return false;
  for (const auto& version : plan_.versions) {
    if (version.type == write.type && version.id == write.id && version.order == write.order &&
        version.content != nullptr && version.content->hash == hash) {
      return true;
    }
  }
  for (const auto& seen : plan_.seen) {
    if (seen.type == write.type && seen.id == write.id && seen.order == write.order && seen.hash == hash) return true;
  }
  ASSIGN_OR_RETURN(auto select,
                   connection_.prepare("SELECT 1 FROM version WHERE type=?1 AND id=?2 AND write_order=?3 AND "
                                       "content_hash=?4 UNION ALL SELECT 1 FROM written WHERE type=?1 AND id=?2 AND "
                                       "write_order=?3 AND content_hash=?4"));
  select.bind(1, int64_t{write.type}).bind(2, std::string_view(write.id)).bind(3, std::string_view(write.order));
  select.bindBlob(4, hash);
  return select.step();
}

Result<std::string> WritePlanner::storedOf(const Current& current) {
  if (current.vkey != 0) return bodies_.ofVersion(current.vkey);
  return plan_.versions[current.planned].content->stored;
}

Result<ContentPtr> WritePlanner::contentOf(const Write& write, const Current& current) {
  if (current.vkey == 0) return plan_.versions[current.planned].content;
  ASSIGN_OR_RETURN(std::string stored, bodies_.ofVersion(current.vkey));
  return maker_.ofStored(write.id, std::move(stored));
}

Result<std::vector<int64_t>> WritePlanner::patientsOf(int64_t vkey) {
  ASSIGN_OR_RETURN(auto select, connection_.prepare("SELECT patient FROM compartment WHERE vkey=?1"));
  select.bind(1, vkey);
  std::vector<int64_t> patients;
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return patients;
    patients.push_back(select.integer(0));
  }
}

WritePlanner::Origin WritePlanner::originOf(const Current* current) const {
  int64_t owner = institution_ == 0 && current != nullptr ? current->institution : institution_;
  return {owner, batch_->message, batch_->part};
}

// The order that the next version gets. It never goes back, so that the current version has the greatest of all.
WritePlanner::Order WritePlanner::laterOrder(const Write& write, const Current* current) {
  bool ordered = write.mode == WriteMode::Newer || write.mode == WriteMode::Merge;
  bool may_be_ordered = write.mode == WriteMode::Replace || write.mode == WriteMode::Ensure;
  Order own;
  if (ordered || (may_be_ordered && !write.order.empty())) own = {write.order, write.order_tie};
  if (current == nullptr || !current->order) return own;
  bool later = own.text && std::tie(*own.text, own.tie) >= std::tie(*current->order, current->order_tie);
  return later ? own : Order{current->order, current->order_tie};
}

Done WritePlanner::append(const Write& write, ContentPtr content, const Current* before, Order order, Origin origin) {
  NewVersion next;
  next.type = write.type;
  next.id = write.id;
  next.content = std::move(content);
  next.order = order.text;
  next.order_tie = order.tie;
  next.institution = origin.institution;
  next.message = origin.message;
  next.part = origin.part;
  next.version = 1;
  if (before != nullptr) {
    next.version = before->version + 1;
    if (before->vkey != 0) {
      next.supersedes = before->vkey;
      next.supersedes_indexed = !before->deleted;
      ASSIGN_OR_RETURN(next.patients_before, patientsOf(before->vkey));
    } else {
      plan_.versions[before->planned].current = false;
      next.patients_before = plan_.versions[before->planned].patients;
    }
  }
  next.patients = next.content != nullptr ? next.content->rows.patients : next.patients_before;

  Current now;
  now.planned = plan_.versions.size();
  now.version = next.version;
  now.institution = next.institution;
  now.deleted = next.content == nullptr;
  if (next.content != nullptr) now.hash = next.content->hash;
  now.order = next.order;
  now.order_tie = next.order_tie;
  now.message = next.message;
  now.part = next.part;
  plan_.versions.push_back(std::move(next));
  current_[{write.type, write.id}] = std::move(now);
  return {};
}

void WritePlanner::report(Effect effect, const Write& write) {
  const auto& current = current_[{write.type, write.id}];
  WriteOutcome outcome{effect, write.type, write.id};
  if (current) {
    outcome.version = current->version;
    outcome.last_updated = current->last_updated;
  }
  plan_.outcomes.push_back(std::move(outcome));
}

void WritePlanner::advance(const Write& write, Current& current) {
  // The row no longer shows that this content came with the order before.
  if (current.order && *current.order != write.order) remember(write, *current.order, current.hash);
  current.order = write.order;
  current.order_tie = write.order_tie;
  if (current.vkey != 0) {
    plan_.orders.push_back({current.vkey, write.order, write.order_tie});
  } else {
    plan_.versions[current.planned].order = write.order;
    plan_.versions[current.planned].order_tie = write.order_tie;
  }
}

void WritePlanner::remember(const Write& write, const std::string& order, const std::string& hash) {
  plan_.seen.push_back({write.type, write.id, order, hash});
}

}  // namespace gateway::record::store
