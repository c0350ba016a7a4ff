// `onecard dump`: all that a store holds, as sorted text lines, so that two stores can be compared. Line formats are
// in gateway/docs/data_formats.md. Keys of rows, sequences and hashes do not show: a hash is shown by its text.

#include <algorithm>
#include <unordered_map>

#include "fhir/base/digest.h"
#include "fhir/model/json_writer.h"
#include "gateway/record/store/sqlite/index_tables.h"
#include "gateway/record/store/sqlite/store_body.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Result;

namespace {

// Index rows are gathered for so many versions at a time by one pass over the index: this bounds the memory.
constexpr size_t kVersionsInOnePass = 100'000;

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\x1f', '|');
  std::string out;
  fhir::model::appendJsonString(out, text);
  return out;
}

std::string hexOf(std::string_view bytes) {
  return fhir::base::hex(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::string padded(uint64_t version) {
  std::string text = std::to_string(version);
  return std::string(text.size() < 10 ? 10 - text.size() : 0, '0') + text;
}

// Where a version stands in the order of the dump.
struct Place {
  TypeNumber type = 0;
  std::string id;
  uint64_t version = 0;
};

struct Line {
  int64_t vkey = 0;
  Place place;
  bool current = false;
  std::string text;                // of the version itself
  std::vector<std::string> index;  // of its index rows
};

class Dump {
 public:
  Dump(ReaderPool& readers, uint64_t sequence, int zone_minutes, const std::function<bool(std::string_view)>& out)
      : readers_(readers), sequence_(sequence), zone_minutes_(zone_minutes), out_(out) {}

  Done run() {
    ASSIGN_OR_RETURN(auto types, typesByName());
    std::vector<Line> lines;
    for (TypeNumber type : types) {
      Place after{type, "", 0};
      while (true) {
        size_t before = lines.size();
        RETURN_IF_ERROR(addVersions(after, lines));
        if (lines.size() == before) break;
        after = lines.back().place;
        if (lines.size() < kVersionsInOnePass) continue;
        RETURN_IF_ERROR(flush(lines));
      }
    }
    RETURN_IF_ERROR(flush(lines));
    ASSIGN_OR_RETURN(auto reader, readers_.take(true));
    return printWritten(reader);
  }

 private:
  Result<std::vector<TypeNumber>> typesByName() {
    ASSIGN_OR_RETURN(auto reader, readers_.take(true));
    ASSIGN_OR_RETURN(auto select, reader->connection->prepare(
                                      "WITH RECURSIVE t(type) AS (SELECT min(type) FROM version UNION ALL "
                                      "SELECT (SELECT min(type) FROM version WHERE type>t.type) FROM t "
                                      "WHERE t.type IS NOT NULL) SELECT type FROM t WHERE type IS NOT NULL"));
    std::vector<TypeNumber> types;
    while (true) {
      ASSIGN_OR_RETURN(bool row, select.step());
      if (!row) break;
      types.push_back(static_cast<TypeNumber>(select.integer(0)));
    }
    std::sort(types.begin(), types.end(), [](TypeNumber a, TypeNumber b) { return nameOf(a) < nameOf(b); });
    return types;
  }

  // The next versions of a type after a place.
  Done addVersions(const Place& after, std::vector<Line>& lines) {
    ASSIGN_OR_RETURN(auto reader, readers_.take(true));
    ASSIGN_OR_RETURN(
        auto select,
        reader->connection->prepare(
            "SELECT v.vkey, v.id, v.version, v.to_seq, v.deleted, v.last_updated, v.institution, v.content_hash, "
            "v.write_order, v.message, v.part, i.code FROM version AS v LEFT JOIN institution AS i "
            "ON i.number=v.institution WHERE v.type=?1 AND (v.id, v.version)>(?2, ?3) AND v.from_seq<=?4 "
            "ORDER BY v.id, v.version LIMIT ?5"));
    select.bind(1, int64_t{after.type}).bind(2, std::string_view(after.id));
    select.bind(3, static_cast<int64_t>(after.version)).bind(4, static_cast<int64_t>(sequence_));
    select.bind(5, static_cast<int64_t>(kVersionsInOnePass - lines.size()));
    while (true) {
      ASSIGN_OR_RETURN(bool row, select.step());
      if (!row) return {};
      Line line;
      line.vkey = select.integer(0);
      line.place = {after.type, std::string(select.text(1)), static_cast<uint64_t>(select.integer(2))};
      bool deleted = select.integer(4) != 0;
      line.current = !deleted && select.integer(3) > static_cast<int64_t>(sequence_);
      line.text = "version\tlastUpdated=" + instantText(select.integer(5), zone_minutes_);
      line.text += "\tinstitution=" + quoted(std::string(select.text(11)));
      if (!select.isNull(8)) line.text += "\torder=" + quoted(std::string(select.text(8)));
      if (!select.isNull(9)) {
        line.text +=
            "\tmessage=" + quoted(std::string(select.text(9))) + "\tpart=" + std::to_string(select.integer(10));
      }
      if (deleted) line.text += "\tdeleted";
      lines.push_back(std::move(line));
    }
  }

  Done addIndexRows(std::vector<Line>& lines) {
    std::unordered_map<int64_t, Line*> by_key;
    for (auto& line : lines) by_key.emplace(line.vkey, &line);
    ASSIGN_OR_RETURN(auto reader, readers_.take(true));
    for (size_t table = 0; table < kTables.size(); ++table) {
      ASSIGN_OR_RETURN(auto select, reader->connection->prepare(selectAll(kTables[table])));
      while (true) {
        ASSIGN_OR_RETURN(bool row, select.step());
        if (!row) break;
        auto found = by_key.find(select.integer(0));
        // Rows of superseded versions go with time; a dump must not.
        if (found == by_key.end() || (table != kCompartmentTable && !found->second->current)) continue;
        ASSIGN_OR_RETURN(std::string text, textOf(reader, readRow(table, select)));
        found->second->index.push_back(std::move(text));
      }
    }
    return {};
  }

  Result<std::string> textOf(ReaderPool::Loan& reader, const IndexRow& row) {
    auto number = [&](size_t column) { return std::get<int64_t>(row.columns[column]); };
    std::string text(kTables[row.table].kind);
    text += '\t';
    if (kTables[row.table].columns.starts_with("patient")) {
      ASSIGN_OR_RETURN(std::string patient, hashed(reader, number(0)));
      text += patient;
      if (row.table != kCompartmentTable) text += '\t' + std::to_string(number(2));
      return text;
    }
    if (kTables[row.table].kind == "present") return text + codesOf(std::get<std::string>(row.columns[0]));
    text += codeOf(number(0));
    if (kTables[row.table].kind == "value") {
      ASSIGN_OR_RETURN(std::string value, hashed(reader, number(1)));
      return text + '\t' + value;
    }
    for (size_t i = 1; i < row.columns.size(); ++i) {
      text += '\t';
      if (auto* integer = std::get_if<int64_t>(&row.columns[i])) text += std::to_string(*integer);
      if (auto* string = std::get_if<std::string>(&row.columns[i])) text += quoted(*string);
      if (auto* blob = std::get_if<std::vector<uint8_t>>(&row.columns[i])) {
        text += fhir::base::hex(blob->data(), blob->size());
      }
    }
    return text;
  }

  static std::string codeOf(int64_t parameter) {
    const auto* known =
        fhir::definitions::r4().searchParameter(static_cast<fhir::definitions::ParameterNumber>(parameter));
    return known == nullptr ? std::to_string(parameter) : std::string(known->code);
  }

  // ",12,34," -> "code status"
  static std::string codesOf(std::string_view parameters) {
    std::string codes;
    int64_t number = 0;
    for (char c : parameters.substr(std::min<size_t>(1, parameters.size()))) {
      if (c == ',') {
        codes += (codes.empty() ? "" : " ") + codeOf(number);
        number = 0;
      } else {
        number = number * 10 + (c - '0');
      }
    }
    return codes;
  }

  Result<std::string> hashed(ReaderPool::Loan& reader, int64_t hash) {
    ASSIGN_OR_RETURN(auto select, reader->connection->prepare("SELECT text FROM hashed_text WHERE hash=?1"));
    select.bind(1, hash);
    ASSIGN_OR_RETURN(bool row, select.step());
    return row ? quoted(std::string(select.text(0))) : "hash without text " + std::to_string(hash);
  }

  Done flush(std::vector<Line>& lines) {
    RETURN_IF_ERROR(addIndexRows(lines));
    ASSIGN_OR_RETURN(auto reader, readers_.take(true));
    for (size_t i = 0; i < lines.size() && !stopped_; ++i) {
      const Place& place = lines[i].place;
      if (place.type != last_.type || place.id != last_.id) RETURN_IF_ERROR(printWritten(reader));
      last_ = place;
      RETURN_IF_ERROR(print(reader, lines[i]));
    }
    lines.clear();
    return {};
  }

  Done print(ReaderPool::Loan& reader, Line& line) {
    auto body = reader->bodies.ofVersion(line.vkey);
    if (!body.ok() && body.error().why != fhir::base::Why::NotFound) return body.error();
    if (body.ok()) line.text += "\tcontent=" + *body;
    line.index.push_back(std::move(line.text));
    std::sort(line.index.begin(), line.index.end());
    for (const auto& text : line.index) put(startOf(line.place) + padded(line.place.version) + '\t' + text);
    return {};
  }

  // What mappings wrote into the last resource and no version of it shows.
  Done printWritten(ReaderPool::Loan& reader) {
    if (last_.type == 0) return {};
    ASSIGN_OR_RETURN(auto select,
                     reader->connection->prepare("SELECT write_order, content_hash FROM written "
                                                 "WHERE type=?1 AND id=?2 ORDER BY write_order, content_hash"));
    select.bind(1, int64_t{last_.type}).bind(2, std::string_view(last_.id));
    while (true) {
      ASSIGN_OR_RETURN(bool row, select.step());
      if (!row) return {};
      put(startOf(last_) + "written\torder=" + quoted(std::string(select.text(0))) + "\tcontent " +
          hexOf(select.blob(1)));
    }
  }

  void put(const std::string& line) { stopped_ = stopped_ || !out_(line); }

  static std::string_view nameOf(TypeNumber type) { return fhir::definitions::r4().type(type)->name; }
  static std::string startOf(const Place& place) { return std::string(nameOf(place.type)) + '\t' + place.id + '\t'; }

  ReaderPool& readers_;
  const uint64_t sequence_;
  const int zone_minutes_;
  const std::function<bool(std::string_view)>& out_;
  Place last_;
  bool stopped_ = false;  // nobody wants more
};

}  // namespace

Done SqliteStore::dump(const std::function<bool(std::string_view line)>& out) {
  return Dump(*body_->readers, body_->writer->published(), body_->options.zone_minutes, out).run();
}

}  // namespace gateway::record::store
