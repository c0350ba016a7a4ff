#include "fhir/base/text.h"

#include <simdjson.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>

namespace fhir::base {

namespace {

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool isContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Characters that searchForm() leaves alone whatever stands beside them: CJK unified ideographs.
bool isPlainHan(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }

bool isAccent(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
         (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F);
}

std::u16string normalize(const UNormalizer2* normalizer, const std::u16string& text) {
  UErrorCode status = U_ZERO_ERROR;
  std::u16string out(text.size() * 2 + 16, u'\0');
  const auto size = static_cast<int32_t>(text.size());
  int32_t length =
      unorm2_normalize(normalizer, text.data(), size, out.data(), static_cast<int32_t>(out.size()), &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    out.resize(static_cast<size_t>(length));
    length = unorm2_normalize(normalizer, text.data(), size, out.data(), length, &status);
  }
  if (U_FAILURE(status)) return text;
  out.resize(static_cast<size_t>(length));
  return out;
}

std::u16string toUtf16(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const auto [value, length] = codePointAt(text, at);
    at += length;
    if (value >= 0x10000) {
      out += static_cast<char16_t>(0xD7C0 + (value >> 10));
      out += static_cast<char16_t>(0xDC00 + (value & 0x3FF));
    } else {
      out += static_cast<char16_t>(value);
    }
  }
  return out;
}

template <typename Change>
std::string toUtf8(const std::u16string& wide, Change change) {
  std::string out;
  out.reserve(wide.size() * 3);
  for (size_t i = 0; i < wide.size(); ++i) {
    char32_t value = wide[i];
    if (value >= 0xD800 && value < 0xDC00 && i + 1 < wide.size() && wide[i + 1] >= 0xDC00 && wide[i + 1] < 0xE000)
      value = 0x10000 + ((value & 0x3FF) << 10) + (wide[++i] & 0x3FF);
    appendUtf8(out, change(value));
  }
  return out;
}

std::string foldByIcu(std::string_view text) {
  struct Normalizers {
    const UNormalizer2* fold;
    const UNormalizer2* decompose;
    const UNormalizer2* compose;
  };
  static const Normalizers kNormalizers = [] {
    UErrorCode status = U_ZERO_ERROR;
    return Normalizers{unorm2_getNFKCCasefoldInstance(&status), unorm2_getNFDInstance(&status),
                       unorm2_getNFCInstance(&status)};
  }();
  std::u16string wide = normalize(kNormalizers.decompose, normalize(kNormalizers.fold, toUtf16(text)));
  wide.erase(std::remove_if(wide.begin(), wide.end(), [](char16_t c) { return isAccent(c); }), wide.end());
  wide = normalize(kNormalizers.compose, wide);

  return toUtf8(wide, [](char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) ? U' ' : c; });
}

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

// u_strToUpper or u_strToLower in the root locale.
std::string mapCase(std::string_view text, decltype(&u_strToUpper) map) {
  const std::u16string wide = toUtf16(text);
  const auto size = static_cast<int32_t>(wide.size());
  std::u16string out(wide.size() + 16, u'\0');
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = map(out.data(), static_cast<int32_t>(out.size()), wide.data(), size, "", &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    out.resize(static_cast<size_t>(length));
    length = map(out.data(), length, wide.data(), size, "", &status);
  }
  if (U_FAILURE(status)) return std::string(text);
  out.resize(static_cast<size_t>(length));
  return toUtf8(out, [](char32_t c) { return c; });
}

void collapseBlanks(std::string& text) {
  size_t to = 0;
  for (const char c : text) {
    if (!isBlank(c))
      text[to++] = c;
    else if (to > 0 && text[to - 1] != ' ')
      text[to++] = ' ';
  }
  if (to > 0 && text[to - 1] == ' ') --to;
  text.resize(to);
}

}  // namespace

bool isBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trim(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

Result<std::string> percentDecode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
      if (high < 0 || low < 0) return invalid("% without two hex digits", "byte " + std::to_string(i));
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus == Plus::Space ? ' ' : text[i];
    }
  }
  return out;
}

std::string percentEncode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                      c == '.' || c == '_' || c == '~';
    if (kept) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<uint8_t>(c) >> 4];
      out += kDigits[static_cast<uint8_t>(c) & 15];
    }
  }
  return out;
}

Result<std::string> base64Decode(std::string_view text) {
  static constexpr auto kValues = [] {
    std::array<int8_t, 256> values{};
    for (auto& value : values) value = -1;
    for (int i = 0; i < 26; ++i) {
      values[static_cast<size_t>('A' + i)] = static_cast<int8_t>(i);
      values[static_cast<size_t>('a' + i)] = static_cast<int8_t>(26 + i);
    }
    for (int i = 0; i < 10; ++i) values[static_cast<size_t>('0' + i)] = static_cast<int8_t>(52 + i);
    values['+'] = values['-'] = 62;
    values['/'] = values['_'] = 63;
    return values;
  }();
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint32_t pending = 0;
  int bits = 0;
  size_t padding = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (isBlank(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = kValues[static_cast<uint8_t>(c)];
    if (value < 0 || padding > 0) return invalid("not base64", "byte " + std::to_string(i));
    pending = (pending << 6) | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((pending >> bits) & 0xFF);
    }
  }
  if (bits >= 6 || padding > 2) return invalid("base64 of an impossible length");
  return out;
}

std::string base64Encode(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = (group << 8) | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= count ? kAlphabet[(group >> (18 - 6 * k)) & 63] : '=';
  }
  return out;
}

bool isUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

size_t firstInvalidUtf8(std::string_view text) {
  if (isUtf8(text)) return text.size();
  for (size_t at = 0; at < text.size();) {
    const auto [value, length] = codePointAt(text, at);
    if (value == 0xFFFD && length == 1) return at;
    at += length;
  }
  return text.size();
}

CodePoint codePointAt(std::string_view text, size_t offset) {
  constexpr CodePoint kInvalid{0xFFFD, 1};
  const auto lead = static_cast<uint8_t>(text[offset]);
  if (lead < 0x80) return {lead, 1};
  const uint32_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || offset + length > text.size()) return kInvalid;
  char32_t value = lead & (0x7Fu >> length);
  for (uint32_t i = 1; i < length; ++i) {
    if (!isContinuation(text[offset + i])) return kInvalid;
    value = (value << 6) | (static_cast<uint8_t>(text[offset + i]) & 0x3F);
  }
  const bool too_long = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (too_long || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return kInvalid;
  return {value, length};
}

void appendUtf8(std::string& out, char32_t value) {
  if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) value = 0xFFFD;
  if (value < 0x80) {
    out += static_cast<char>(value);
    return;
  }
  if (value < 0x800) {
    out += static_cast<char>(0xC0 | (value >> 6));
  } else {
    if (value < 0x10000) {
      out += static_cast<char>(0xE0 | (value >> 12));
    } else {
      out += static_cast<char>(0xF0 | (value >> 18));
      out += static_cast<char>(0x80 | ((value >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (value & 0x3F));
}

size_t countCodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !isContinuation(c); }));
}

std::string halfWidth(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    // U+3000 is E3 80 80; U+FF01 to U+FF5E are EF BC 81 to EF BD 9E.
    const std::string_view three = text.substr(at, 3);
    const bool may_be = three.size() == 3 && (three[0] == '\xE3' || three[0] == '\xEF');
    const char32_t value = may_be ? codePointAt(three, 0).value : 0;
    if (value == 0x3000 || (value >= 0xFF01 && value <= 0xFF5E)) {
      out += value == 0x3000 ? ' ' : static_cast<char>(value - 0xFF01 + '!');
      at += 3;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string searchForm(std::string_view text) {
  bool plain = true;
  for (size_t at = 0; plain && at < text.size();) {
    const auto [value, length] = codePointAt(text, at);
    plain = value < 0x80 || isPlainHan(value);
    at += length;
  }
  std::string out = plain ? lowerAscii(text) : foldByIcu(text);
  collapseBlanks(out);
  return out;
}

std::string upperCase(std::string_view text) {
  if (!isAscii(text)) return mapCase(text, u_strToUpper);
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  return out;
}

std::string lowerCase(std::string_view text) {
  return isAscii(text) ? lowerAscii(text) : mapCase(text, u_strToLower);
}

}  // namespace fhir::base
