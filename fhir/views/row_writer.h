#pragma once
// RowWriter: rows as text.
//   NDJSON  one object for each row and line
//   JSON    an array of these objects
//   CSV     RFC 4180 with a header, lines end with LF; null is nothing, an empty text is ""; collections and values
//           that are no primitives as JSON text
// In JSON, booleans and numbers are JSON's own (with the digits that were written), null is null, collections are
// arrays, values that are no primitives are objects as they were read; all else is a string.
// Thread-safe.

#include <cstdint>
#include <span>
#include <string>

#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"

namespace fhir::views {

enum class RowFormat : uint8_t { Ndjson, Json, Csv };

class RowWriter {
 public:
  // The view must outlive this.
  RowWriter(const ViewDefinition& view, RowFormat format);

  void begin(std::string& out) const;
  // `first`: no row has been written before.
  void row(std::span<const Cell> cells, bool first, std::string& out) const;
  void end(bool empty, std::string& out) const;

 private:
  void appendObject(std::span<const Cell> cells, std::string& out) const;

  const ViewDefinition& view_;
  RowFormat format_;
  std::vector<std::string> keys_;  // "name": for JSON
};

}  // namespace fhir::views
