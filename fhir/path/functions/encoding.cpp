// encode, decode, escape, unescape (N1 5.6, trial use).

#include <utility>

#include "fhir/base/text.h"
#include "fhir/path/functions/functions.h"

namespace fhir::path::functions {
namespace {

using Text = std::optional<std::string_view>;

// The input and the name of the format; neither: nothing to do.
bool inputs(Call& call, Text& text, Text& format) { return call.stringInput(text) && call.stringArgument(0, format); }

bool push(Call& call, std::string_view text, Items& out) {
  out.push(Item::string(call.evaluator.arena().keep(text)));
  return true;
}

std::string toHex(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (char c : text) {
    out += kDigits[static_cast<uint8_t>(c) >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

std::optional<std::string> fromHex(std::string_view text) {
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string toAscii(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    base::CodePoint point = base::codePointAt(text, at);
    out += point.value < 0x80 ? static_cast<char>(point.value) : '?';
    at += point.length;
  }
  return out;
}

std::string urlAlphabet(std::string text) {
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

constexpr std::pair<std::string_view, char> kHtmlEntities[] = {{"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},
                                                               {"&quot;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}};

std::string escapeHtml(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

// "#233" or "#xE9" -> the code point; 0 when it is none.
char32_t numericEntity(std::string_view name) {
  if (name.size() < 2 || name.size() > 9 || name[0] != '#') return 0;
  bool hex = name[1] == 'x' || name[1] == 'X';
  char32_t value = 0;
  for (char c : name.substr(hex ? 2 : 1)) {
    int digit = c >= '0' && c <= '9' ? c - '0' : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return 0;
    value = value * (hex ? 16 : 10) + static_cast<char32_t>(digit);
  }
  return value;
}

std::string unescapeHtml(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    std::string_view rest = text.substr(at);
    size_t before = out.size();
    size_t end = rest[0] == '&' ? rest.find(';') : std::string_view::npos;
    for (auto [entity, character] : kHtmlEntities) {
      if (end != std::string_view::npos && rest.substr(0, end + 1) == entity) out += character;
    }
    if (end != std::string_view::npos && out.size() == before) {
      if (char32_t point = numericEntity(rest.substr(1, end - 1))) base::appendUtf8(out, point);
    }
    if (out.size() == before) {
      out += rest[0];
      ++at;
    } else {
      at += end + 1;
    }
  }
  return out;
}

std::string escapeJson(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\f': out += "\\f"; break;
      case '\b': out += "\\b"; break;
      default:
        if (static_cast<uint8_t>(c) >= 0x20) {
          out += c;
        } else {
          out += std::string("\\u00") + kDigits[static_cast<uint8_t>(c) >> 4] + kDigits[c & 15];
        }
    }
  }
  return out;
}

// Four hexadecimal digits; -1 when they are none.
int codeUnit(std::string_view text) {
  auto bytes = text.size() >= 4 ? fromHex(text.substr(0, 4)) : std::nullopt;
  return bytes ? static_cast<uint8_t>((*bytes)[0]) * 256 + static_cast<uint8_t>((*bytes)[1]) : -1;
}

std::string unescapeJson(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      out += text[at];
      continue;
    }
    char c = text[++at];
    int unit = c == 'u' ? codeUnit(text.substr(at + 1)) : -1;
    if (unit >= 0) {
      at += 4;
      int low =
          unit >= 0xD800 && unit < 0xDC00 && text.substr(at + 1, 2) == "\\u" ? codeUnit(text.substr(at + 3)) : -1;
      char32_t point = static_cast<char32_t>(unit);
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + static_cast<char32_t>(low - 0xDC00);
        at += 6;
      }
      base::appendUtf8(out, point);
      continue;
    }
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 'f' ? '\f' : c == 'b' ? '\b' : c;
  }
  return out;
}

}  // namespace

bool encode(Call& call, Items& out) {
  Text text, format;
  if (!inputs(call, text, format)) return false;
  if (!text || !format) return true;
  if (*format == "hex") return push(call, toHex(*text), out);
  if (*format == "base64") return push(call, base::base64Encode(*text), out);
  if (*format == "urlbase64") return push(call, urlAlphabet(base::base64Encode(*text)), out);
  if (*format == "ascii") return push(call, toAscii(*text), out);
  return call.fail("encode() knows hex, base64, urlbase64 and ascii");
}

bool decode(Call& call, Items& out) {
  Text text, format;
  if (!inputs(call, text, format)) return false;
  if (!text || !format) return true;
  std::optional<std::string> bytes;
  if (*format == "hex") {
    bytes = fromHex(*text);
  } else if (*format == "base64" || *format == "urlbase64") {
    auto decoded = base::base64Decode(*text);
    if (decoded) bytes = std::move(*decoded);
  } else {
    return call.fail("decode() knows hex, base64 and urlbase64");
  }
  return !bytes || !base::isUtf8(*bytes) || push(call, *bytes, out);
}

bool escape(Call& call, Items& out) {
  Text text, target;
  if (!inputs(call, text, target)) return false;
  if (!text || !target) return true;
  if (*target == "html") return push(call, escapeHtml(*text), out);
  if (*target == "json") return push(call, escapeJson(*text), out);
  return call.fail("escape() knows html and json");
}

bool unescape(Call& call, Items& out) {
  Text text, target;
  if (!inputs(call, text, target)) return false;
  if (!text || !target) return true;
  if (*target == "html") return push(call, unescapeHtml(*text), out);
  if (*target == "json") return push(call, unescapeJson(*text), out);
  return call.fail("unescape() knows html and json");
}

}  // namespace fhir::path::functions
