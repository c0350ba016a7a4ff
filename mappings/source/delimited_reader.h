#pragma once
// Delimited text (RFC 4180: quotes, doubled quotes, line ends within quotes; CRLF or LF) -> one part for each row,
// its columns under the names of the header. Blank rows are passed over. A row with the wrong number of columns is a
// part with an error; the rows around it are read.

#include <memory>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_reader.h"

namespace mappings::source {

// Reads the rows of one text a few at a time, so that a file of any length costs its own bytes and the rows in hand.
// Used by one thread at a time.
class DelimitedReader {
 public:
  // `text` is UTF-8. Offsets are those of `text`. Why::Invalid when there is no header or no row, Why::TooCostly for
  // more columns or rows than allowed.
  static fhir::base::Result<DelimitedReader> open(const std::shared_ptr<const std::string>& text,
                                                  const ReadOptions& options);
  DelimitedReader(DelimitedReader&&) noexcept;
  DelimitedReader& operator=(DelimitedReader&&) noexcept;
  ~DelimitedReader();

  uint32_t rows() const;  // in the whole file
  // At most `most` further rows; empty at the end.
  std::vector<Part> next(size_t most);

 private:
  struct Body;
  explicit DelimitedReader(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace mappings::source
