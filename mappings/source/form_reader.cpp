#include "mappings/source/form_reader.h"

#include "fhir/base/text.h"
#include "mappings/source/encodings.h"
#include "mappings/source/places.h"

namespace mappings::source {

namespace {

using fhir::base::Result;

struct Pair {
  std::string name;   // bytes, decoded from percent signs
  std::string value;  // likewise
  size_t offset;      // of the value in the form
  size_t length;
};

Result<std::string> percentDecoded(std::string_view text, size_t offset) {
  auto decoded = fhir::base::percentDecode(text, fhir::base::Plus::Space);
  if (!decoded.ok()) return fhir::base::invalid(decoded.error().what, atByte(offset));
  return decoded;
}

Result<std::vector<Pair>> takeApart(std::string_view bytes) {
  std::vector<Pair> pairs;
  size_t at = 0;
  for (const std::string_view piece : fhir::base::split(bytes, '&')) {
    const size_t begin = at;
    at += piece.size() + 1;
    if (fhir::base::trim(piece).empty()) continue;
    const size_t equals = std::min(piece.find('='), piece.size());
    const std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
    Pair pair;
    ASSIGN_OR_RETURN(pair.name, percentDecoded(piece.substr(0, equals), begin));
    ASSIGN_OR_RETURN(pair.value, percentDecoded(value, begin + equals + 1));
    pair.offset = begin + equals + 1;
    pair.length = value.size();
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace

Result<FormEncoding> readFormInto(SourceTree& tree, uint32_t parent, std::string_view bytes, Origin origin,
                                  std::string_view encoding, const ReadLimits& limits) {
  ASSIGN_OR_RETURN(const std::vector<Pair> pairs, takeApart(bytes));
  FormEncoding result;
  result.used = std::string(encoding);
  if (encoding.empty()) {
    result.used = "UTF-8";
    for (const Pair& pair : pairs)
      if (!fhir::base::isUtf8(pair.name) || !fhir::base::isUtf8(pair.value)) result.used = "GB18030";
  }
  TreeBuilder builder(tree, parent, origin, limits);
  for (const Pair& pair : pairs) {
    ASSIGN_OR_RETURN(const Decoded name, decode(pair.name, result.used));
    auto value = decode(pair.value, result.used);
    if (!value.ok()) {
      fhir::base::Error error = value.error();
      if (!error.where.empty()) error.where = atByte(pair.offset);
      return error;
    }
    result.replaced += name.replaced + value->replaced;
    if (value->text.empty()) continue;
    SourceTree::Record record;
    record.name = tree.keep(name.text);
    record.text = tree.keep(value->text);
    record.offset = pair.offset;
    record.length = pair.length;
    if (!builder.leaf(record)) return tooManyRecords();
  }
  if (const std::string canonical = canonicalEncoding(result.used); !canonical.empty()) result.used = canonical;
  return result;
}

}  // namespace mappings::source
