#include "gateway/record/search/page_key.h"

#include "gateway/record/search/byte_fields.h"

namespace gateway::record::search {

using fhir::base::invalid;
using fhir::base::Result;

namespace {

enum Kind : char { kNull = 'n', kInteger = 'i', kText = 't', kBlob = 'b' };

void writeValue(ByteWriter& out, const sql::Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    out.byte(kInteger);
    out.number(static_cast<uint64_t>(*integer));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out.byte(kText);
    out.text(*text);
  } else if (const auto* blob = std::get_if<std::vector<uint8_t>>(&value)) {
    out.byte(kBlob);
    out.text({reinterpret_cast<const char*>(blob->data()), blob->size()});
  } else {
    out.byte(kNull);
  }
}

bool readValue(ByteReader& in, sql::Value& value) {
  switch (in.byte()) {
    case kNull: value = std::monostate(); return true;
    case kInteger: value = static_cast<int64_t>(in.number()); return true;
    case kText: value = std::string(in.text()); return true;
    case kBlob: {
      std::string_view bytes = in.text();
      value = std::vector<uint8_t>(bytes.begin(), bytes.end());
      return true;
    }
    default: return false;
  }
}

}  // namespace

std::string writePageKey(const PageKey& key) {
  ByteWriter out;
  out.byte(key.total ? 1 : 0);
  out.number(key.total.value_or(0));
  out.byte(static_cast<char>(key.sort.size()));
  for (const auto& value : key.sort) writeValue(out, value);
  out.text(key.id);
  out.number(key.version);
  return out.take();
}

Result<PageKey> readPageKey(std::string_view bytes) {
  ByteReader in(bytes);
  PageKey key;
  bool has_total = in.byte() == 1;
  uint64_t total = in.number();
  if (has_total) key.total = total;
  auto values = static_cast<unsigned char>(in.byte());
  bool known = true;
  for (int i = 0; i < values && in.good() && known; ++i) known = readValue(in, key.sort.emplace_back());
  key.id = in.text();
  key.version = in.number();
  if (!known || !in.good() || !in.atEnd()) return invalid("this is no page key");
  return key;
}

}  // namespace gateway::record::search
