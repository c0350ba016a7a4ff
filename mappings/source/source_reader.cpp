#include "mappings/source/source_reader.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "mappings/source/delimited_reader.h"
#include "mappings/source/encodings.h"
#include "mappings/source/form_reader.h"
#include "mappings/source/hl7v2_reader.h"
#include "mappings/source/json_reader.h"
#include "mappings/source/split.h"
#include "mappings/source/tree_builder.h"
#include "mappings/source/tree_path.h"
#include "mappings/source/unwrap.h"
#include "mappings/source/xml_reader.h"

namespace mappings::source {

namespace {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::Why;

// What the bytes of an XML document are in (Q01): the source's word first, then the document's own; a declaration
// of something else than UTF-8 is not believed when the bytes are UTF-8 beyond ASCII, because then somebody has
// decoded and encoded the document since.
std::string xmlEncoding(std::string_view bytes, std::string_view of_source) {
  if (!of_source.empty()) return std::string(of_source);
  const std::string declared = declaredXmlEncoding(bytes);
  const bool ascii = std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  if (!ascii && canonicalEncoding(declared) != "UTF-8" && fhir::base::isUtf8(bytes)) return "UTF-8";
  return declared;
}

Result<Decoded> decodeMessage(std::string_view bytes, const ReadOptions& options) {
  if (options.format == "hl7v2") {
    const std::string declared = declaredHl7v2Encoding(bytes, options.encoding.empty());
    return decode(bytes, declared.empty() ? std::string_view(options.encoding) : std::string_view(declared));
  }
  if (options.format == "xml") return decode(bytes, xmlEncoding(bytes, options.encoding));
  return decode(bytes, options.encoding);
}

// A part that holds one tree with the whole message.
Part wholePart(const std::shared_ptr<const std::string>& text, SourceTree::Style style, uint32_t max_records) {
  Part part;
  part.length = text->size();
  part.tree.setStyle(style);
  part.tree.share(text);
  part.tree.at(0).length = text->size();
  // At most this many nodes, so that the tree never moves while it grows. Memory that is not used is never touched.
  const auto begins_node = [style](char c) {
    return style == SourceTree::Style::Xml ? c == '<' || c == '=' : c == ',' || c == '[' || c == '{' || c == '&';
  };
  const auto expected = std::count_if(text->begin(), text->end(), begins_node);
  part.tree.reserve(std::min<size_t>(static_cast<size_t>(expected), max_records) + 2);
  return part;
}

// Unwraps and splits a message that is one tree.
Result<std::vector<Part>> partsOfTree(Part whole, const std::shared_ptr<const std::string>& text,
                                      const ReadOptions& options) {
  const std::vector<UnwrapFailure> failures = unwrap(whole.tree, *text, options);
  // A JSON array as the whole message is split by itself.
  const bool array = options.format == "json" && fhir::base::trim(*text).substr(0, 1) == "[";
  const bool hoisted = array && options.split.empty();
  if (options.split.empty() && !hoisted) {
    if (!failures.empty()) return failures.front().error;
    std::vector<Part> parts;
    parts.push_back(std::move(whole));
    return parts;
  }
  const std::vector<uint32_t> rows = nodesAt(whole.tree, hoisted ? kItem : std::string_view(options.split));
  if (rows.empty()) {
    if (!failures.empty()) return failures.front().error;
    return invalid(hoisted ? std::string("an empty array") : "there is nothing at " + options.split);
  }
  ASSIGN_OR_RETURN(std::vector<Part> parts, splitTree(whole.tree, rows, hoisted, options.max_records));
  const std::vector<uint32_t> row_of = rowOfNodes(whole.tree, rows);
  for (const UnwrapFailure& failure : failures) {
    if (row_of[failure.node] == 0) return failure.error;  // outside of the rows: it concerns them all
    parts[row_of[failure.node] - 1].error = failure.error;
  }
  return parts;
}

// Unwraps in parts that the format itself has made.
void unwrapParts(std::vector<Part>& parts, std::string_view text, const ReadOptions& options) {
  if (options.unwrap.empty()) return;
  for (Part& part : parts) {
    if (part.error) continue;
    const std::vector<UnwrapFailure> failures = unwrap(part.tree, text, options);
    if (!failures.empty()) part.error = failures.front().error;
  }
}

Result<std::vector<Part>> readParts(const std::shared_ptr<const std::string>& text, std::string_view encoding,
                                    const ReadOptions& options) {
  const ReadLimits limits{options.max_depth, options.max_records};
  if (options.format == "hl7v2") {
    ASSIGN_OR_RETURN(std::vector<Part> parts, readHl7v2(text, encoding, options));
    unwrapParts(parts, *text, options);
    return parts;
  }
  const bool xml = options.format == "xml";
  Part whole = wholePart(text, xml ? SourceTree::Style::Xml : SourceTree::Style::Json, options.max_records);
  RETURN_IF_ERROR(xml ? readXmlInto(whole.tree, 0, *text, {}, limits)
                      : readJsonInto(whole.tree, 0, *text, {}, limits));
  return partsOfTree(std::move(whole), text, options);
}

// From places in the decoded text to places in the bytes that came in.
void toRawPlaces(std::vector<Part>& parts, const Decoded& decoded) {
  if (decoded.marks.empty() && decoded.skipped == 0) return;
  const auto convert = [&](uint64_t& offset, uint64_t& length) {
    const uint64_t end = decoded.rawOffset(offset + length);
    offset = decoded.rawOffset(offset);
    if (length != 0) length = end - offset;
  };
  for (Part& part : parts) {
    convert(part.offset, part.length);
    for (uint32_t i = 0; i < part.tree.records().size(); ++i) {
      SourceTree::Record& record = part.tree.at(i);
      convert(record.offset, record.length);
    }
  }
}

}  // namespace

struct PartReader::Body {
  ReadOptions options;
  Decoded decoded;  // its text has moved to `text`
  std::shared_ptr<const std::string> text;
  std::optional<DelimitedReader> rows;
  std::vector<Part> parts;  // of other formats, all of them
  size_t given = 0;

  Done openText();
  Done decodeText(std::string_view bytes);
  Done openForm(std::string_view bytes);
};

// Forms are bytes behind percent signs: they are decoded value by value.
Done PartReader::Body::openForm(std::string_view bytes) {
  text = std::make_shared<const std::string>(bytes);
  Part whole = wholePart(text, SourceTree::Style::Json, options.max_records);
  const ReadLimits limits{options.max_depth, options.max_records};
  ASSIGN_OR_RETURN(const FormEncoding encoding, readFormInto(whole.tree, 0, *text, {}, options.encoding, limits));
  decoded.encoding = encoding.used;
  decoded.replaced = encoding.replaced;
  ASSIGN_OR_RETURN(parts, partsOfTree(std::move(whole), text, options));
  return {};
}

Done PartReader::Body::decodeText(std::string_view bytes) {
  ASSIGN_OR_RETURN(decoded, decodeMessage(bytes, options));
  // Fixed-length fields come filled up with NUL bytes (Q03), which no format has a use for.
  std::replace(decoded.text.begin(), decoded.text.end(), '\0', ' ');
  text = std::make_shared<const std::string>(std::move(decoded.text));
  return {};
}

Done PartReader::Body::openText() {
  if (options.format == "delimited") {
    ASSIGN_OR_RETURN(rows, DelimitedReader::open(text, options));
    return {};
  }
  ASSIGN_OR_RETURN(parts, readParts(text, decoded.encoding, options));
  toRawPlaces(parts, decoded);
  return {};
}

PartReader::PartReader(std::unique_ptr<Body> body) : body_(std::move(body)) {}
PartReader::PartReader(PartReader&&) noexcept = default;
PartReader& PartReader::operator=(PartReader&&) noexcept = default;
PartReader::~PartReader() = default;

Result<PartReader> PartReader::open(std::string_view bytes, const ReadOptions& options) {
  return open(bytes, options, [] {});
}

Result<PartReader> PartReader::openAndFree(std::string& bytes, const ReadOptions& options) {
  return open(bytes, options, [&bytes] { std::string().swap(bytes); });
}

Result<PartReader> PartReader::open(std::string_view bytes, const ReadOptions& options,
                                    const std::function<void()>& decoded) {
  if (bytes.size() > options.max_bytes)
    return Error{Why::TooCostly, "the message is longer than " + std::to_string(options.max_bytes) + " bytes", {}};
  auto body = std::make_unique<Body>();
  body->options = options;
  if (options.format == "form") {
    RETURN_IF_ERROR(body->openForm(bytes));
    decoded();
  } else if (options.format == "hl7v2" || options.format == "xml" || options.format == "json" ||
             options.format == "delimited") {
    RETURN_IF_ERROR(body->decodeText(bytes));
    decoded();
    RETURN_IF_ERROR(body->openText());
  } else {
    return Error{Why::Unsupported, "unknown format", {}};
  }
  return PartReader(std::move(body));
}

std::vector<Part> PartReader::next(size_t most) {
  Body& b = *body_;
  std::vector<Part> slice;
  if (b.rows) {
    slice = b.rows->next(most);
    unwrapParts(slice, *b.text, b.options);
    toRawPlaces(slice, b.decoded);
    return slice;
  }
  for (; b.given < b.parts.size() && slice.size() < most; ++b.given) slice.push_back(std::move(b.parts[b.given]));
  return slice;
}

uint32_t PartReader::total() const {
  return body_->rows ? body_->rows->rows() : static_cast<uint32_t>(body_->parts.size());
}
const std::string& PartReader::encoding() const { return body_->decoded.encoding; }
uint32_t PartReader::replaced() const { return body_->decoded.replaced; }

Result<ReadMessage> readMessage(std::string_view bytes, const ReadOptions& options) {
  ASSIGN_OR_RETURN(PartReader reader, PartReader::open(bytes, options));
  ReadMessage message;
  message.encoding = reader.encoding();
  message.replaced = reader.replaced();
  uint64_t records = 0;
  for (;;) {
    std::vector<Part> slice = reader.next(1000);
    if (slice.empty()) return message;
    for (Part& part : slice) {
      records += kPartCost + part.tree.records().size() - 1;
      // Trees have kept to the limit while they were read.
      if (options.format == "delimited" && records > options.max_records) {
        Error error = tooManyRecords();
        error.where = "row " + std::to_string(part.number);
        return error;
      }
      message.parts.push_back(std::move(part));
    }
  }
}

}  // namespace mappings::source
