#include "mappings/source/delimited_reader.h"

#include <algorithm>
#include <set>

#include "fhir/base/text.h"
#include "mappings/source/places.h"
#include "mappings/source/source_tree.h"

namespace mappings::source {

namespace {

using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::Why;

constexpr size_t kMaxColumns = 1000;

struct Cell {
  size_t begin;  // of the content, behind the quote
  size_t end;    // of the content
  bool doubled;  // holds "" that stand for "
};

struct Row {
  std::vector<Cell> cells;
  size_t begin = 0;
  size_t end = 0;
  uint64_t line = 0;  // where it begins, from 1
  bool open = false;  // a quote without an end; cells up to the end of the line only
};

class Rows {
 public:
  Rows(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  // The next row that is not blank; false at the end.
  bool next(Row& row) {
    for (;;) {
      if (at_ >= text_.size()) return false;
      readRow(row);
      if (!isBlank(row)) return true;
    }
  }
  uint64_t line() const { return line_; }  // of the next row, from 1

 private:
  bool isLineEnd(size_t at) const { return at >= text_.size() || text_[at] == '\n' || text_[at] == '\r'; }

  void readRow(Row& row) {
    row.cells.clear();
    row.begin = at_;
    row.line = line_;
    row.open = false;
    for (;;) {
      Cell cell = text_.substr(at_, 1) == "\"" ? quotedCell(row) : plainCell(at_);
      row.cells.push_back(cell);
      if (row.open || isLineEnd(at_)) break;
      ++at_;  // the delimiter
    }
    row.end = at_;
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  Cell plainCell(size_t begin) {
    while (!isLineEnd(at_) && text_[at_] != delimiter_) ++at_;
    return {begin, at_, false};
  }

  Cell quotedCell(Row& row) {
    const size_t begin = at_ + 1;
    bool doubled = false;
    size_t end = begin;
    for (;;) {
      end = text_.find('"', end);
      if (end == std::string_view::npos) return openCell(row, begin);
      if (text_.substr(end, 2) != "\"\"") break;
      doubled = true;
      end += 2;
    }
    const std::string_view content = text_.substr(begin, end - begin);
    at_ = end + 1;
    if (!isLineEnd(at_) && text_[at_] != delimiter_) {  // "x" y: then quotes are just characters
      at_ = begin - 1;
      return plainCell(at_);
    }
    line_ += static_cast<uint64_t>(std::count(content.begin(), content.end(), '\n'));
    return {begin, end, doubled};
  }

  // A quote that nothing closes must not swallow the rows behind it: the row ends with its line.
  Cell openCell(Row& row, size_t begin) {
    row.open = true;
    while (!isLineEnd(at_)) ++at_;
    return {begin, at_, false};
  }

  bool isBlank(const Row& row) const {
    return std::all_of(row.cells.begin(), row.cells.end(), [&](const Cell& cell) {
      return fhir::base::trim(text_.substr(cell.begin, cell.end - cell.begin)).empty();
    });
  }

  std::string_view text_;
  char delimiter_;
  size_t at_ = 0;
  uint64_t line_ = 1;
};

std::string contentOf(std::string_view text, const Cell& cell) {
  std::string content(text.substr(cell.begin, cell.end - cell.begin));
  if (!cell.doubled) return content;
  std::string out;
  for (size_t i = 0; i < content.size(); ++i) {
    out += content[i];
    if (content[i] == '"' && i + 1 < content.size() && content[i + 1] == '"') ++i;
  }
  return out;
}

struct Column {
  std::string_view name;
  uint32_t hash;
  uint32_t repeat;  // of the same name further left
};

// `kept` receives the names, one behind the other.
std::vector<Column> columnsOf(std::vector<std::string> names, std::string& kept) {
  size_t number = 0;
  for (std::string& name : names) {
    ++number;
    name = std::string(fhir::base::trim(name));
    if (name.empty()) name = std::to_string(number);
    kept += name;
  }
  std::vector<Column> columns;
  std::multiset<std::string_view> seen;
  std::string_view rest = kept;
  for (const std::string& name : names) {
    const std::string_view view = rest.substr(0, name.size());
    rest.remove_prefix(name.size());
    columns.push_back({view, fhir::base::hashName(view), static_cast<uint32_t>(seen.count(view))});
    seen.insert(view);
  }
  return columns;
}

std::optional<Error> checkRow(const Row& row, uint32_t number, size_t columns) {
  const std::string which = "row " + std::to_string(number);
  if (row.open) return invalid(which + " has a quote without an end", atLine(row.line));
  if (row.cells.size() == columns) return std::nullopt;
  return invalid(
      which + " has " + std::to_string(row.cells.size()) + " columns, the header has " + std::to_string(columns),
      atLine(row.line));
}

}  // namespace

struct DelimitedReader::Body {
  Body(std::shared_ptr<const std::string> whole, char delimiter) : text(std::move(whole)), rows(*text, delimiter) {}

  std::shared_ptr<const std::string> text;
  Rows rows;
  std::shared_ptr<std::string> names = std::make_shared<std::string>();  // lives as long as any part's tree
  std::vector<Column> columns;
  uint32_t count = 0;
  uint32_t given = 0;

  Result<std::vector<std::string>> header(const ReadOptions& options) {
    if (!options.columns.empty()) return options.columns;
    Row row;
    if (!rows.next(row)) return invalid("no header line", atLine(1));
    if (row.open) return invalid("the header has a quote without an end", atLine(row.line));
    std::vector<std::string> names_of_header;
    for (const Cell& cell : row.cells) names_of_header.push_back(contentOf(*text, cell));
    return names_of_header;
  }

  void fill(Part& part, const Row& row) const {
    part.tree.share(text);
    part.tree.share(names);
    part.tree.reserve(columns.size() + 1);
    for (size_t i = 0; i < row.cells.size(); ++i) {
      const Cell& cell = row.cells[i];
      if (cell.begin == cell.end) continue;
      SourceTree::Record record;
      record.name = columns[i].name;
      record.name_hash = columns[i].hash;
      record.position = static_cast<uint32_t>(i + 1);
      record.repeat = columns[i].repeat;
      record.offset = cell.begin;
      record.length = cell.end - cell.begin;
      record.text = cell.doubled ? part.tree.keep(contentOf(*text, cell))
                                 : std::string_view(*text).substr(cell.begin, record.length);
      part.tree.append(0, record);
    }
  }
};

DelimitedReader::DelimitedReader(std::unique_ptr<Body> body) : body_(std::move(body)) {}
DelimitedReader::DelimitedReader(DelimitedReader&&) noexcept = default;
DelimitedReader& DelimitedReader::operator=(DelimitedReader&&) noexcept = default;
DelimitedReader::~DelimitedReader() = default;

Result<DelimitedReader> DelimitedReader::open(const std::shared_ptr<const std::string>& text,
                                              const ReadOptions& options) {
  auto body = std::make_unique<Body>(text, options.delimiter);
  ASSIGN_OR_RETURN(const std::vector<std::string> names, body->header(options));
  if (names.size() > kMaxColumns) return Error{Why::TooCostly, "more than 1,000 columns", atLine(1)};
  body->columns = columnsOf(names, *body->names);
  Rows counted = body->rows;
  Row row;
  while (counted.next(row)) {
    if (++body->count > options.max_rows) {
      return Error{Why::TooCostly, "more than " + std::to_string(options.max_rows) + " rows in one file",
                   atLine(row.line)};
    }
  }
  if (body->count == 0) return invalid("no row after the header", atLine(body->rows.line()));
  return DelimitedReader(std::move(body));
}

uint32_t DelimitedReader::rows() const { return body_->count; }

std::vector<Part> DelimitedReader::next(size_t most) {
  std::vector<Part> parts;
  Row row;
  while (parts.size() < most && body_->rows.next(row)) {
    Part& part = parts.emplace_back();
    part.number = ++body_->given;
    part.offset = row.begin;
    part.length = row.end - row.begin;
    part.tree.setStyle(SourceTree::Style::Delimited);
    part.error = checkRow(row, part.number, body_->columns.size());
    if (!part.error) body_->fill(part, row);
  }
  return parts;
}

}  // namespace mappings::source
