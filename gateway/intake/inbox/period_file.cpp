#include "gateway/intake/inbox/period_file.h"

#include <algorithm>
#include <cstdio>

#include "fhir/base/temporal.h"

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using record::sql::Connection;

namespace {

constexpr int kLayout = 1;
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS message("
    "  sequence INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  source TEXT NOT NULL,"
    "  received INTEGER NOT NULL,"
    "  media_type TEXT NOT NULL,"
    "  headers TEXT NOT NULL,"
    "  bytes BLOB NOT NULL);";

Message readRow(const record::sql::Statement& row, bool with_bytes) {
  Message message;
  message.sequence = static_cast<uint64_t>(row.integer(0));
  message.id = row.text(1);
  message.source = row.text(2);
  message.received = row.integer(3);
  message.media_type = row.text(4);
  message.headers = headersFromText(row.text(5));
  if (with_bytes) message.bytes = row.blob(6);
  return message;
}

}  // namespace

Result<std::unique_ptr<PeriodFile>> PeriodFile::open(const std::string& path, Connection::Use use) {
  Connection::Options options;
  options.use = use;
  options.cache_bytes = use == Connection::Use::Writer ? 8 << 20 : 1 << 20;
  ASSIGN_OR_RETURN(auto connection, Connection::open(path, options));
  int64_t layout = 0;
  {
    ASSIGN_OR_RETURN(auto statement, connection->prepare("PRAGMA user_version"));
    RETURN_IF_ERROR(statement.step());
    layout = statement.integer(0);
  }
  if (layout > kLayout) {
    return Error{Why::Unsupported, "inbox file was written by a newer version of onecard", path};
  }
  if (use == Connection::Use::Writer && layout < kLayout) {
    RETURN_IF_ERROR(connection->exec(kSchema));
    RETURN_IF_ERROR(connection->exec("PRAGMA user_version=" + std::to_string(kLayout)));
  }
  return std::unique_ptr<PeriodFile>(new PeriodFile(std::move(connection)));
}

Done PeriodFile::begin() { return connection_->exec("BEGIN IMMEDIATE"); }

Done PeriodFile::insert(const Message& message, std::string_view bytes) {
  ASSIGN_OR_RETURN(auto statement,
                   connection_->prepare("INSERT INTO message(sequence,id,source,received,media_type,headers,bytes) "
                                        "VALUES(?,?,?,?,?,?,?)"));
  std::string headers = headersToText(message.headers);
  statement.bind(1, static_cast<int64_t>(message.sequence)).bind(2, std::string_view(message.id));
  statement.bind(3, std::string_view(message.source)).bind(4, message.received);
  statement.bind(5, std::string_view(message.media_type)).bind(6, std::string_view(headers));
  statement.bindBlob(7, bytes);
  return statement.run();
}

Done PeriodFile::commit() { return connection_->exec("COMMIT"); }

void PeriodFile::rollback() { (void)connection_->exec("ROLLBACK").ok(); }

Result<std::optional<KnownMessage>> PeriodFile::find(std::string_view id) {
  ASSIGN_OR_RETURN(auto statement, connection_->prepare("SELECT received, sequence FROM message WHERE id=?"));
  statement.bind(1, id);
  ASSIGN_OR_RETURN(bool found, statement.step());
  if (!found) return std::optional<KnownMessage>();
  return std::optional<KnownMessage>(KnownMessage{statement.integer(0), static_cast<uint64_t>(statement.integer(1))});
}

Result<std::optional<Message>> PeriodFile::read(std::string_view id) {
  ASSIGN_OR_RETURN(auto statement, connection_->prepare("SELECT sequence,id,source,received,media_type,headers,bytes "
                                                        "FROM message WHERE id=?"));
  statement.bind(1, id);
  ASSIGN_OR_RETURN(bool found, statement.step());
  if (!found) return std::optional<Message>();
  return std::optional<Message>(readRow(statement, true));
}

Done PeriodFile::scan(uint64_t after, uint64_t before, bool with_bytes, const std::function<bool(Message&&)>& row) {
  ASSIGN_OR_RETURN(
      auto statement,
      connection_->prepare(with_bytes ? "SELECT sequence,id,source,received,media_type,headers,bytes "
                                        "FROM message WHERE sequence>? AND sequence<? ORDER BY sequence"
                                      : "SELECT sequence,id,source,received,media_type,headers "
                                        "FROM message WHERE sequence>? AND sequence<? ORDER BY sequence"));
  statement.bind(1, static_cast<int64_t>(after));
  statement.bind(2, static_cast<int64_t>(std::min<uint64_t>(before, INT64_MAX)));
  for (bool go_on = true; go_on;) {
    ASSIGN_OR_RETURN(bool found, statement.step());
    if (!found) break;
    go_on = row(readRow(statement, with_bytes));
  }
  return {};
}

Result<uint64_t> PeriodFile::nextSequence(uint64_t after) {
  ASSIGN_OR_RETURN(auto statement,
                   connection_->prepare("SELECT coalesce(min(sequence),0) FROM message WHERE sequence>?"));
  statement.bind(1, static_cast<int64_t>(after));
  RETURN_IF_ERROR(statement.step());
  return static_cast<uint64_t>(statement.integer(0));
}

Result<uint64_t> PeriodFile::lastSequence() {
  ASSIGN_OR_RETURN(auto statement, connection_->prepare("SELECT coalesce(max(sequence),0) FROM message"));
  RETURN_IF_ERROR(statement.step());
  return static_cast<uint64_t>(statement.integer(0));
}

std::string periodOf(int64_t microseconds) {
  fhir::base::Temporal day = fhir::base::Temporal::fromMicroseconds(microseconds, 0);
  char text[16];
  std::snprintf(text, sizeof text, "%04d%02d%02d", day.year, day.month, day.day);
  return text;
}

std::string headersToText(const Headers& headers) {
  std::string out;
  auto clean = [&out](std::string_view text) {
    for (char c : text) out += (c == '\t' || c == '\n' || c == '\r') ? ' ' : c;
  };
  for (const auto& [name, value] : headers) {
    clean(name);
    out += '\t';
    clean(value);
    out += '\n';
  }
  return out;
}

Headers headersFromText(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    size_t tab = line.find('\t');
    if (tab != std::string_view::npos) headers.emplace_back(line.substr(0, tab), line.substr(tab + 1));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return headers;
}

}  // namespace gateway::intake
