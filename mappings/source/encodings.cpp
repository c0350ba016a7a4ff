#include "mappings/source/encodings.h"

#include <algorithm>
#include <cstring>

#include "fhir/base/gb18030.h"
#include "fhir/base/text.h"

namespace mappings::source {

namespace {

using fhir::base::appendUtf8;
using fhir::base::codePointAt;
using fhir::base::Error;
using fhir::base::Gb18030Character;
using fhir::base::Result;
using fhir::base::unicodeOfVendorCharacter;
using fhir::base::Why;

constexpr char32_t kReplacement = 0xFFFD;

// Collects text and notes where the steps of raw bytes and text bytes change.
class Writer {
 public:
  explicit Writer(Decoded& out, size_t raw_size, uint32_t skipped) : out_(out), raw_(skipped) {
    out_.skipped = skipped;
    out_.text.reserve(raw_size + raw_size / 2);
  }

  // A run of bytes that stand for themselves.
  void same(std::string_view bytes) {
    if (bytes.empty()) return;
    step(1, 1);
    out_.text.append(bytes);
    raw_ += bytes.size();
  }
  void character(char32_t value, uint32_t raw_length) {
    const uint32_t text_length = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    step(raw_length, text_length);
    appendUtf8(out_.text, value);
    raw_ += raw_length;
  }
  void replaced(uint32_t raw_length) {
    ++out_.replaced;
    character(kReplacement, raw_length);
  }
  void finish() {
    if (out_.marks.size() == 1 && raw_step_ == 1 && text_step_ == 1) {
      out_.marks.clear();  // nothing but ASCII
    } else if (!out_.marks.empty()) {
      out_.marks.push_back({out_.text.size(), raw_});
    }
  }

 private:
  void step(uint32_t raw_length, uint32_t text_length) {
    if (raw_length == raw_step_ && text_length == text_step_) return;
    raw_step_ = raw_length;
    text_step_ = text_length;
    out_.marks.push_back({out_.text.size(), raw_});
  }

  Decoded& out_;
  uint64_t raw_;
  uint32_t raw_step_ = 0;
  uint32_t text_step_ = 0;
};

size_t asciiRun(std::string_view bytes, size_t at) {
  size_t end = at;
  uint64_t eight;
  while (end + 8 <= bytes.size()) {
    std::memcpy(&eight, bytes.data() + end, 8);
    if ((eight & 0x8080808080808080u) != 0) break;
    end += 8;
  }
  while (end < bytes.size() && static_cast<uint8_t>(bytes[end]) < 0x80) ++end;
  return end;
}

void decodeGb18030(std::string_view bytes, Writer& out) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t run = asciiRun(bytes, at);
    out.same(bytes.substr(at, run - at));
    at = run;
    while (at < bytes.size() && static_cast<uint8_t>(bytes[at]) >= 0x80) {
      const Gb18030Character character = fhir::base::gb18030At(bytes, at);
      if (character.value == 0)
        out.replaced(character.length);
      else
        out.character(character.value, character.length);
      at += character.length;
    }
  }
}

// Whether characters of the private use area that may stand for rare characters occur: U+E7C7 to U+E864.
bool mayHoldVendorCharacters(std::string_view text) {
  for (size_t at = 0;; ++at) {
    const void* found = at < text.size() ? std::memchr(text.data() + at, '\xEE', text.size() - at) : nullptr;
    if (found == nullptr) return false;
    at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    const char32_t value = codePointAt(text, at).value;
    if (unicodeOfVendorCharacter(value) != value) return true;
  }
}

void decodeUtf8(std::string_view bytes, Decoded& out, uint32_t skipped) {
  if (!mayHoldVendorCharacters(bytes)) {
    out.text = bytes;
    out.skipped = skipped;
    return;
  }
  Writer writer(out, bytes.size(), skipped);
  for (size_t at = 0; at < bytes.size();) {
    const auto [value, length] = codePointAt(bytes, at);
    writer.character(unicodeOfVendorCharacter(value), length);
    at += length;
  }
  writer.finish();
}

void decodeUtf16(std::string_view bytes, bool big_endian, Writer& out) {
  const auto unit = [&](size_t at) {
    const auto first = static_cast<uint8_t>(bytes[at]);
    const auto second = static_cast<uint8_t>(bytes[at + 1]);
    return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  size_t at = 0;
  while (at + 2 <= bytes.size()) {
    const char32_t high = unit(at);
    if (high < 0xD800 || high >= 0xE000) {
      out.character(unicodeOfVendorCharacter(high), 2);
      at += 2;
      continue;
    }
    const char32_t low = high < 0xDC00 && at + 4 <= bytes.size() ? unit(at + 2) : 0;
    if (low < 0xDC00 || low >= 0xE000) {
      out.replaced(2);
      at += 2;
      continue;
    }
    out.character(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF), 4);
    at += 4;
  }
  if (at < bytes.size()) out.replaced(1);
}

void decodeSingleByte(std::string_view bytes, bool latin, Writer& out) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t run = asciiRun(bytes, at);
    out.same(bytes.substr(at, run - at));
    at = run;
    for (; at < bytes.size() && static_cast<uint8_t>(bytes[at]) >= 0x80; ++at) {
      if (latin)
        out.character(static_cast<uint8_t>(bytes[at]), 1);
      else
        out.replaced(1);
    }
  }
}

struct Mark {
  std::string_view encoding;
  uint32_t length;
};

Mark byteOrderMark(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") return {"UTF-8", 3};
  if (bytes.substr(0, 2) == "\xFF\xFE") return {"UTF-16LE", 2};
  if (bytes.substr(0, 2) == "\xFE\xFF") return {"UTF-16BE", 2};
  if (bytes.substr(0, 4) == "\x84\x31\x95\x33") return {"GB18030", 4};
  return {{}, 0};
}

}  // namespace

uint64_t Decoded::rawOffset(uint64_t text_offset) const {
  if (marks.empty()) return text_offset + skipped;
  const auto after = std::upper_bound(marks.begin(), marks.end(), text_offset,
                                      [](uint64_t offset, const Mark& mark) { return offset < mark.text; });
  if (after == marks.begin()) return text_offset + skipped;
  const Mark& from = *(after - 1);
  if (after == marks.end()) return from.raw + (text_offset - from.text);
  return from.raw + (text_offset - from.text) * (after->raw - from.raw) / (after->text - from.text);
}

std::string canonicalEncoding(std::string_view name) {
  std::string plain;
  for (const char c : fhir::base::lowerAscii(name))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"utf8", "UTF-8"},          {"unicodeutf8", "UTF-8"},   {"unicode", "UTF-8"},       {"cp65001", "UTF-8"},
      {"utf16", "UTF-16"},        {"unicodeutf16", "UTF-16"}, {"utf16le", "UTF-16LE"},    {"utf16be", "UTF-16BE"},
      {"gb18030", "GB18030"},     {"gb180302000", "GB18030"}, {"gb180302005", "GB18030"}, {"gb180302022", "GB18030"},
      {"gbk", "GB18030"},         {"gb2312", "GB18030"},      {"gb23121980", "GB18030"},  {"cp936", "GB18030"},
      {"ms936", "GB18030"},       {"windows936", "GB18030"},  {"euccn", "GB18030"},       {"88591", "ISO-8859-1"},
      {"iso88591", "ISO-8859-1"}, {"latin1", "ISO-8859-1"},   {"ascii", "ASCII"},         {"usascii", "ASCII"},
      {"iso646", "ASCII"},        {"isoir6", "ASCII"},
  };
  for (const auto& [known, canonical] : kNames)
    if (plain == known) return std::string(canonical);
  return {};
}

Result<Decoded> decode(std::string_view bytes, std::string_view encoding) {
  Decoded out;
  const auto [marked, mark_length] = byteOrderMark(bytes);
  if (mark_length > 0) {
    out.encoding = marked;
  } else if (!encoding.empty()) {
    out.encoding = canonicalEncoding(encoding);
    if (out.encoding.empty()) return Error{Why::Unsupported, "unknown character encoding", {}};
    if (out.encoding == "UTF-16") out.encoding = "UTF-16BE";  // without a mark (RFC 2781 4.3)
  } else {
    out.encoding = fhir::base::isUtf8(bytes) ? "UTF-8" : "GB18030";
  }

  const std::string_view body = bytes.substr(mark_length);
  if (out.encoding == "UTF-8") {
    if (const size_t bad = fhir::base::firstInvalidUtf8(body); bad < body.size())
      return fhir::base::invalid("not UTF-8", "byte " + std::to_string(bad + mark_length));
    decodeUtf8(body, out, mark_length);
    return out;
  }
  Writer writer(out, body.size(), mark_length);
  if (out.encoding == "GB18030")
    decodeGb18030(body, writer);
  else if (out.encoding == "UTF-16LE" || out.encoding == "UTF-16BE")
    decodeUtf16(body, out.encoding == "UTF-16BE", writer);
  else
    decodeSingleByte(body, out.encoding == "ISO-8859-1", writer);
  writer.finish();
  return out;
}

Result<std::string> encode(std::string_view utf8, std::string_view encoding) {
  const std::string name = canonicalEncoding(encoding);
  if (name.empty()) return Error{Why::Unsupported, "unknown character encoding", {}};
  if (name == "UTF-8") return std::string(utf8);
  const bool two_bytes_only = encoding.find("18030") == std::string_view::npos;
  std::string out;
  out.reserve(utf8.size());
  for (size_t at = 0; at < utf8.size();) {
    const auto [value, length] = codePointAt(utf8, at);
    at += length;
    if (value < 0x80 && name.substr(0, 5) != "UTF-1") {
      out += static_cast<char>(value);
    } else if (name == "GB18030") {
      fhir::base::appendGb18030(out, value, two_bytes_only);
    } else if (name == "ISO-8859-1") {
      out += value < 0x100 ? static_cast<char>(value) : '?';
    } else if (name == "ASCII") {
      out += '?';
    } else {
      const bool big_endian = name != "UTF-16LE";
      const auto put = [&](char32_t unit) {
        out += static_cast<char>(big_endian ? unit >> 8 : unit & 0xFF);
        out += static_cast<char>(big_endian ? unit & 0xFF : unit >> 8);
      };
      if (value >= 0x10000) {
        put(0xD7C0 + (value >> 10));
        put(0xDC00 + (value & 0x3FF));
      } else {
        put(value);
      }
    }
  }
  return out;
}

}  // namespace mappings::source
