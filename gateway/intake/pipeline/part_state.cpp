#include "gateway/intake/pipeline/part_state.h"

#include <algorithm>

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Result;
using record::sql::Statement;
using record::sql::Value;
using record::store::AlsoRun;

namespace {

constexpr const char* kTables =
    "CREATE TABLE IF NOT EXISTS message_state("
    "  id TEXT PRIMARY KEY, source TEXT NOT NULL, sequence INTEGER NOT NULL, received INTEGER NOT NULL,"
    "  parts INTEGER NOT NULL, unfinished INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS message_state_sequence ON message_state(sequence);"
    "CREATE TABLE IF NOT EXISTS part_state("
    "  message TEXT NOT NULL, part INTEGER NOT NULL, outcome TEXT NOT NULL, mapping TEXT NOT NULL,"
    "  mapping_version TEXT NOT NULL, part_key TEXT NOT NULL, reason TEXT NOT NULL, resources TEXT NOT NULL,"
    "  unread INTEGER NOT NULL, attempts INTEGER NOT NULL, updated INTEGER NOT NULL,"
    "  PRIMARY KEY(message, part)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS part_state_parked ON part_state(message, part) WHERE outcome='parked';"
    "CREATE TABLE IF NOT EXISTS intake_mark(name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;";

constexpr const char* kPartColumns =
    "p.message, p.part, p.outcome, p.mapping, p.mapping_version, p.part_key, p.reason, p.resources, p.unread, "
    "p.attempts, p.updated";

PartOutcome outcomeOf(std::string_view text) {
  if (text == toString(PartOutcome::Parked)) return PartOutcome::Parked;
  return text == toString(PartOutcome::Refused) ? PartOutcome::Refused : PartOutcome::Done;
}

PartState readPart(const Statement& row) {
  PartState part;
  part.message = row.text(0);
  part.part = static_cast<uint32_t>(row.integer(1));
  part.outcome = outcomeOf(row.text(2));
  part.mapping = row.text(3);
  part.mapping_version = row.text(4);
  part.part_key = row.text(5);
  part.reason = row.text(6);
  part.resources = row.text(7);
  part.unread = static_cast<uint32_t>(row.integer(8));
  part.attempts = static_cast<uint32_t>(row.integer(9));
  part.updated = row.integer(10);
  return part;
}

// "as Type/id" lines
std::map<std::string, std::string> resourcesOf(std::string_view lines) {
  std::map<std::string, std::string> resources;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    const size_t blank = std::min(line.find(' '), line.size());
    if (blank < line.size()) resources.emplace(line.substr(0, blank), line.substr(blank + 1));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return resources;
}

Value number(uint64_t value) { return static_cast<int64_t>(value); }

}  // namespace

std::string_view toString(PartOutcome outcome) {
  switch (outcome) {
    case PartOutcome::Done: return "done";
    case PartOutcome::Parked: return "parked";
    case PartOutcome::Refused: return "refused";
  }
  return "parked";
}

Done PartLedger::createTables() { return store_.ensureTables("intake", kTables); }

Result<std::optional<MessageState>> PartLedger::message(std::string_view id) {
  std::optional<MessageState> found;
  RETURN_IF_ERROR(store_.query(
      {"SELECT id, source, sequence, received, parts, unfinished FROM message_state WHERE id=?", {std::string(id)}},
      [&](const Statement& row) {
        found = MessageState{std::string(row.text(0)),
                             std::string(row.text(1)),
                             static_cast<uint64_t>(row.integer(2)),
                             row.integer(3),
                             static_cast<uint32_t>(row.integer(4)),
                             static_cast<uint32_t>(row.integer(5))};
        return false;
      }));
  return found;
}

Result<std::vector<PartState>> PartLedger::parts(std::string_view message) {
  std::vector<PartState> parts;
  RETURN_IF_ERROR(
      store_.query({std::string("SELECT ") + kPartColumns + " FROM part_state p WHERE p.message=? ORDER BY p.part",
                    {std::string(message)}},
                   [&](const Statement& row) {
                     parts.push_back(readPart(row));
                     return true;
                   }));
  return parts;
}

Result<std::vector<uint32_t>> PartLedger::finalParts(std::string_view message) {
  std::vector<uint32_t> numbers;
  RETURN_IF_ERROR(store_.query({"SELECT part FROM part_state WHERE message=? ORDER BY part", {std::string(message)}},
                               [&](const Statement& row) {
                                 numbers.push_back(static_cast<uint32_t>(row.integer(0)));
                                 return true;
                               }));
  return numbers;
}

Result<MessageOutcome> PartLedger::outcome(std::string_view id) {
  MessageOutcome outcome;
  ASSIGN_OR_RETURN(auto state, message(id));
  if (!state || state->unfinished > 0) return outcome;
  outcome.finished = true;
  RETURN_IF_ERROR(
      store_.query({"SELECT outcome, count(*) FROM part_state WHERE message=? GROUP BY outcome", {std::string(id)}},
                   [&](const Statement& row) {
                     const PartOutcome of = outcomeOf(row.text(0));
                     (of == PartOutcome::Parked    ? outcome.parked
                      : of == PartOutcome::Refused ? outcome.refused
                                                   : outcome.done) = static_cast<uint32_t>(row.integer(1));
                     return true;
                   }));
  if (outcome.parked + outcome.refused > 0) {
    RETURN_IF_ERROR(
        store_.query({"SELECT reason FROM part_state WHERE message=? AND outcome<>'done' ORDER BY part LIMIT 1",
                      {std::string(id)}},
                     [&](const Statement& row) {
                       outcome.reason = row.text(0);
                       return false;
                     }));
  }
  RETURN_IF_ERROR(
      store_.query({"SELECT resources FROM part_state WHERE message=? ORDER BY part LIMIT 1", {std::string(id)}},
                   [&](const Statement& row) {
                     outcome.resources = resourcesOf(row.text(0));
                     return false;
                   }));
  return outcome;
}

Result<std::vector<PartState>> PartLedger::parked(std::string_view source) {
  return withOutcome(PartOutcome::Parked, source);
}

Result<std::vector<PartState>> PartLedger::refused(std::string_view source) {
  return withOutcome(PartOutcome::Refused, source);
}

Result<std::vector<PartState>> PartLedger::withOutcome(PartOutcome outcome, std::string_view source) {
  std::vector<PartState> parts;
  // The text stands in the statement, so that the partial index of parked parts is used.
  RETURN_IF_ERROR(
      store_.query({std::string("SELECT ") + kPartColumns +
                        " FROM part_state p JOIN message_state m ON m.id=p.message WHERE p.outcome='" +
                        std::string(toString(outcome)) + "' AND (?1='' OR m.source=?1) ORDER BY m.sequence, p.part",
                    {std::string(source)}},
                   [&](const Statement& row) {
                     parts.push_back(readPart(row));
                     return true;
                   }));
  return parts;
}

Result<uint64_t> PartLedger::parkedCount() {
  uint64_t count = 0;
  RETURN_IF_ERROR(
      store_.query({"SELECT count(*) FROM part_state WHERE outcome='parked'", {}}, [&](const Statement& row) {
        count = static_cast<uint64_t>(row.integer(0));
        return false;
      }));
  return count;
}

Result<uint64_t> PartLedger::lastSequence() {
  uint64_t last = 0;
  RETURN_IF_ERROR(store_.query({"SELECT max(coalesce((SELECT max(sequence) FROM message_state),0),"
                                "coalesce((SELECT max(sequence) FROM intake_mark),0))",
                                {}},
                               [&](const Statement& row) {
                                 last = static_cast<uint64_t>(row.integer(0));
                                 return false;
                               }));
  return last;
}

Result<uint64_t> PartLedger::watermark() {
  uint64_t mark = 0;
  RETURN_IF_ERROR(
      store_.query({"SELECT sequence FROM intake_mark WHERE name='final'", {}}, [&](const Statement& row) {
        mark = static_cast<uint64_t>(row.integer(0));
        return false;
      }));
  return mark;
}

std::vector<AlsoRun> PartLedger::statements(const MessageState& message, const PartState& part, bool first_time) {
  std::vector<AlsoRun> run;
  run.push_back(
      {"INSERT INTO message_state(id, source, sequence, received, parts, unfinished) VALUES(?,?,?,?,?,?) "
       "ON CONFLICT(id) DO UPDATE SET parts=excluded.parts, unfinished=max(0, message_state.unfinished"
       "+excluded.parts-message_state.parts)",
       {message.id, message.source, number(message.sequence), message.received, number(message.parts),
        number(message.parts)}});
  run.push_back(
      {"INSERT INTO part_state(message, part, outcome, mapping, mapping_version, part_key, reason, "
       "resources, unread, attempts, updated) VALUES(?,?,?,?,?,?,?,?,?,?,?) "
       "ON CONFLICT(message, part) DO UPDATE SET outcome=excluded.outcome, mapping=excluded.mapping, "
       "mapping_version=excluded.mapping_version, part_key=excluded.part_key, reason=excluded.reason, "
       "resources=excluded.resources, unread=excluded.unread, attempts=part_state.attempts+1, "
       "updated=excluded.updated",
       {part.message, number(part.part), std::string(toString(part.outcome)), part.mapping, part.mapping_version,
        part.part_key, part.reason, part.resources, number(part.unread), number(part.attempts), part.updated}});
  if (first_time) {
    run.push_back({"UPDATE message_state SET unfinished=max(0, unfinished-1) WHERE id=?", {message.id}});
  } else {
    // Today's mapping may see fewer parts in the message than the one before it.
    run.push_back({"DELETE FROM part_state WHERE message=? AND part>?", {message.id, number(message.parts)}});
  }
  return run;
}

AlsoRun PartLedger::watermarkStatement(uint64_t sequence) {
  return {
      "INSERT INTO intake_mark(name, sequence) VALUES('final', ?) "
      "ON CONFLICT(name) DO UPDATE SET sequence=max(intake_mark.sequence, excluded.sequence)",
      {number(sequence)}};
}

}  // namespace gateway::intake
