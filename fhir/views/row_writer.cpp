#include "fhir/views/row_writer.h"

#include "fhir/model/json_writer.h"
#include "fhir/path/result_json.h"
#include "fhir/views/column_type.h"

namespace fhir::views {
namespace {

// A primitive that has extensions only has no value to show.
void appendValue(const path::Item& item, std::string& out) {
  switch (item.kind()) {
    case path::ItemKind::String: model::appendJsonString(out, item.string()); return;
    case path::ItemKind::Boolean: out += item.boolean() ? "true" : "false"; return;
    case path::ItemKind::Integer: out += std::to_string(item.integer()); return;
    case path::ItemKind::Node: break;
    default: out += path::toJson(item); return;
  }
  path::Scalar scalar = item.navigator().scalar(item.node());
  switch (scalar.kind) {
    case path::ScalarKind::None: out += classOf(item) == ValueClass::None ? "null" : path::toJson(item); return;
    case path::ScalarKind::Boolean:
    case path::ScalarKind::Integer:
    case path::ScalarKind::Decimal: out += scalar.text(); return;
    default: model::appendJsonString(out, scalar.text());
  }
}

void appendJsonCell(const Cell& cell, bool collection, std::string& out) {
  if (!cell.items) {
    out += "null";
  } else if (!collection) {
    appendValue(cell.items[0], out);
  } else {
    out += '[';
    for (uint32_t i = 0; i < cell.count; ++i) {
      if (i > 0) out += ',';
      appendValue(cell.items[i], out);
    }
    out += ']';
  }
}

void appendCsvText(std::string_view text, std::string& out) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void appendCsvCell(const Cell& cell, bool collection, std::string& out) {
  if (!cell.items) return;
  if (!collection) {
    ValueClass value = classOf(cell.items[0]);
    if (value == ValueClass::None) return;
    std::string_view text;
    base::Arena arena(64);
    if (value != ValueClass::Complex && cell.items[0].text(arena, text)) return appendCsvText(text, out);
  }
  std::string json;
  appendJsonCell(cell, collection, json);
  appendCsvText(json, out);
}

}  // namespace

RowWriter::RowWriter(const ViewDefinition& view, RowFormat format) : view_(view), format_(format) {
  for (const Column& column : view.columns()) {
    std::string key = keys_.empty() ? "{" : ",";
    model::appendJsonString(key, column.name);
    keys_.push_back(key + ':');
  }
}

void RowWriter::begin(std::string& out) const {
  if (format_ == RowFormat::Json) out += '[';
  if (format_ != RowFormat::Csv) return;
  for (const Column& column : view_.columns()) {
    if (&column != view_.columns().data()) out += ',';
    appendCsvText(column.name, out);
  }
  out += '\n';
}

void RowWriter::appendObject(std::span<const Cell> cells, std::string& out) const {
  for (size_t i = 0; i < cells.size(); ++i) {
    out += keys_[i];
    appendJsonCell(cells[i], view_.columns()[i].collection, out);
  }
  out += '}';
}

void RowWriter::row(std::span<const Cell> cells, bool first, std::string& out) const {
  switch (format_) {
    case RowFormat::Ndjson:
      appendObject(cells, out);
      out += '\n';
      return;
    case RowFormat::Json:
      out += first ? "\n" : ",\n";
      appendObject(cells, out);
      return;
    case RowFormat::Csv: break;
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    appendCsvCell(cells[i], view_.columns()[i].collection, out);
  }
  out += '\n';
}

void RowWriter::end(bool empty, std::string& out) const {
  if (format_ == RowFormat::Json) out += empty ? "]\n" : "\n]\n";
}

}  // namespace fhir::views
