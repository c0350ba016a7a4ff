#pragma once
// Port: bytes of one message -> its parts, each a SourceTree. The unit of work is the part
// (design decision 2): a CSV row, one HL7 v2 message of a batch, one element of `rows[]`.
// Readers are stateless and thread-safe; they survive any input.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_tree.h"

namespace mappings::source {

// One step of unwrapping a payload inside a payload (quirk Q07): declared by the mapping, in order.
struct UnwrapStep {
  enum class Kind { Xml, Json, Base64, Form } kind = Kind::Xml;
  std::string at;  // where the inner payload stands: a dotted path, "Envelope.Body.CallService.inXml"
};

struct ReadOptions {
  std::string format;    // "hl7v2", "xml", "json", "delimited", "form"
  std::string encoding;  // what the source declares: "GB18030", "GBK", "UTF-8"; empty: declared -> sniffed
  char delimiter = ',';
  std::vector<std::string> columns;  // delimited without a header line; empty: the first line is the header
  std::string split;                 // dotted path whose repeats are the parts ("data.rows"); empty: format's own
  std::vector<UnwrapStep> unwrap;
  size_t max_bytes = 64u << 20;
  uint32_t max_depth = 64;         // of each payload, wrapped ones too
  uint32_t max_records = 300'000;  // nodes in all parts together, a part counting for six: bounds the memory,
                                   // about 100 bytes each
  uint32_t max_rows = 1'000'000;   // of a delimited file
};

struct Part {
  uint32_t number = 1;  // 1-based within the message
  SourceTree tree;
  uint64_t offset = 0;  // of the part in the raw message
  uint64_t length = 0;
  // Set when this part could not be read (wrong column count): the rest of the message goes on.
  std::optional<fhir::base::Error> error;
};

struct ReadMessage {
  std::string encoding;     // that was used
  uint32_t replaced = 0;    // undecodable sequences that became U+FFFD (Q40)
  std::vector<Part> parts;  // at least one
};

// What one message is split into: HL7 v2 batches and concatenations into their messages, delimited files into
// their rows, a JSON array into its elements, anything with `split` into the repeats found there (each part then
// holds everything outside of them and its own repeat).
// The encoding is what the message says of itself (MSH-18, the XML declaration), else options.encoding, else sniffed;
// for XML and JSON options.encoding comes first, because the transport may have changed the encoding (Q01).
//
// NUL bytes become spaces.
//
// Why::Invalid with where = "line N" or "byte N" when the message as a whole cannot be read, Why::TooCostly when it
// goes beyond a limit of the options; Why::Unsupported for an unknown format or encoding.
fhir::base::Result<ReadMessage> readMessage(std::string_view bytes, const ReadOptions& options);

// The same, a few parts at a time: a delimited file of any number of rows then costs its own bytes and the rows in
// hand, and max_records bounds those of one call. Other formats are trees, and are read whole by open(). Used by one
// thread at a time; the parts given out live on without it.
class PartReader {
 public:
  static fhir::base::Result<PartReader> open(std::string_view bytes, const ReadOptions& options);
  // Gives the bytes back as soon as they are decoded.
  static fhir::base::Result<PartReader> openAndFree(std::string& bytes, const ReadOptions& options);
  PartReader(PartReader&&) noexcept;
  PartReader& operator=(PartReader&&) noexcept;
  ~PartReader();

  // At most `most` further parts; empty at the end.
  std::vector<Part> next(size_t most);
  uint32_t total() const;  // parts in the whole message, at least one
  const std::string& encoding() const;
  uint32_t replaced() const;  // undecodable sequences in the whole message (Q40)

 private:
  struct Body;
  static fhir::base::Result<PartReader> open(std::string_view bytes, const ReadOptions& options,
                                             const std::function<void()>& decoded);
  explicit PartReader(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace mappings::source
