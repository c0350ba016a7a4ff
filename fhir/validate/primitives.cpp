#include "fhir/validate/primitives.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fhir/base/temporal.h"

namespace fhir::validate {
namespace {

constexpr size_t kLargestString = 1024 * 1024;  // characters; bytes are counted only beyond it

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); }
bool isWhite(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Reads fixed shapes from the left; every function says whether it went on.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  bool next(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Exactly `count` digits.
  bool number(int count, int& out) {
    out = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      if (done() || !isDigit(text_[at_])) return false;
      out = out * 10 + (text_[at_] - '0');
    }
    return true;
  }
  bool digits() {
    size_t start = at_;
    while (!done() && isDigit(text_[at_])) ++at_;
    return at_ > start;
  }
  // 0, or digits that do not begin with 0.
  bool natural() {
    if (next('0')) return true;
    return digits();
  }
  char peek() const { return done() ? '\0' : text_[at_]; }
  std::string_view rest() const { return text_.substr(at_); }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

constexpr std::string_view kDate = "not a date: YYYY, YYYY-MM or YYYY-MM-DD that is in the calendar";
constexpr std::string_view kDateTime =
    "not a dateTime: a date, or YYYY-MM-DDThh:mm:ss with a zone, that is in the calendar";
constexpr std::string_view kInstant = "not an instant: YYYY-MM-DDThh:mm:ss with a zone, that is in the calendar";
constexpr std::string_view kTime = "not a time: hh:mm:ss";

bool clock(Reader& reader) {
  int hour = 0, minute = 0, second = 0;
  if (!reader.number(2, hour) || hour > 23 || !reader.next(':')) return false;
  if (!reader.number(2, minute) || minute > 59 || !reader.next(':')) return false;
  if (!reader.number(2, second) || second > 60) return false;
  return !reader.next('.') || reader.digits();
}

bool zone(Reader& reader) {
  if (reader.next('Z')) return true;
  if (!reader.next('+') && !reader.next('-')) return false;
  int hour = 0, minute = 0;
  if (!reader.number(2, hour) || !reader.next(':') || !reader.number(2, minute)) return false;
  return hour < 14 ? minute <= 59 : hour == 14 && minute == 0;
}

enum class Least { Year, Instant };

// A date with at least the precision; `with_time` allows and Least::Instant demands the clock.
bool calendar(std::string_view text, Least least, bool with_time) {
  Reader reader(text);
  int year = 0, month = 0, day = 0;
  if (!reader.number(4, year) || year == 0) return false;
  if (reader.done()) return least == Least::Year;
  if (!reader.next('-') || !reader.number(2, month) || month < 1 || month > 12) return false;
  if (reader.done()) return least == Least::Year;
  if (!reader.next('-') || !reader.number(2, day) || day < 1 || day > base::Temporal::daysInMonth(year, month))
    return false;
  if (reader.done()) return least == Least::Year;
  return with_time && reader.next('T') && clock(reader) && zone(reader) && reader.done();
}

std::string_view date(std::string_view text) { return calendar(text, Least::Year, false) ? "" : kDate; }
std::string_view dateTime(std::string_view text) { return calendar(text, Least::Year, true) ? "" : kDateTime; }
std::string_view instant(std::string_view text) { return calendar(text, Least::Instant, true) ? "" : kInstant; }
std::string_view time(std::string_view text) {
  Reader reader(text);
  return clock(reader) && reader.done() ? "" : kTime;
}

std::string_view boolean(std::string_view text) {
  return text == "true" || text == "false" ? "" : "not true or false";
}

std::string_view decimal(std::string_view text) {
  constexpr std::string_view kWrong = "not a decimal number";
  Reader reader(text);
  reader.next('-');
  if (!reader.natural()) return kWrong;
  if (reader.next('.') && !reader.digits()) return kWrong;
  if (reader.peek() == 'e' || reader.peek() == 'E') {
    reader.next(reader.peek());
    if (!reader.next('+')) reader.next('-');
    if (!reader.digits()) return kWrong;
  }
  return reader.done() ? "" : kWrong;
}

bool withinInt32(std::string_view digits, bool negative) {
  if (digits.size() != 10) return digits.size() < 10;
  return digits <= (negative ? "2147483648" : "2147483647");
}

std::string_view integer(std::string_view text) {
  constexpr std::string_view kWrong = "not an integer of 32 bits";
  Reader reader(text);
  bool negative = reader.next('-');
  std::string_view digits = reader.rest();
  return reader.natural() && reader.done() && withinInt32(digits, negative) ? "" : kWrong;
}
std::string_view unsignedInt(std::string_view text) {
  Reader reader(text);
  return reader.natural() && reader.done() && withinInt32(text, false) ? "" : "not an integer from 0 to 2147483647";
}
std::string_view positiveInt(std::string_view text) {
  Reader reader(text);
  return text != "0" && reader.natural() && reader.done() && withinInt32(text, false)
             ? ""
             : "not an integer from 1 to 2147483647";
}

std::string_view string(std::string_view text) {
  if (text.empty()) return "the text is empty";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') return "the text holds a control character";
  }
  if (text.size() > kLargestString) {
    size_t characters = 0;
    for (char c : text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (characters > kLargestString) return "the text has more than 1,048,576 characters";
  }
  return "";
}

// [^\s]+(\s[^\s]+)*
std::string_view code(std::string_view text) {
  constexpr std::string_view kWrong = "not a code: no white space at the ends, and only single blanks inside";
  bool blank = true;  // the last character was one, or there is none
  for (char c : text) {
    if (isWhite(c) && blank) return kWrong;
    blank = isWhite(c);
  }
  return blank ? kWrong : "";
}

std::string_view id(std::string_view text) {
  constexpr std::string_view kWrong = "not an id: 1 to 64 letters, digits, '-' and '.'";
  if (text.empty() || text.size() > 64) return kWrong;
  for (char c : text)
    if (!isDigit(c) && !isLetter(c) && c != '-' && c != '.') return kWrong;
  return "";
}

// urn:oid:[0-2](\.(0|[1-9][0-9]*))+
std::string_view oid(std::string_view text) {
  constexpr std::string_view kWrong = "not an OID written as a URI (as in urn:oid:1.2.3)";
  if (!text.starts_with("urn:oid:")) return kWrong;
  Reader reader(text.substr(8));
  if (reader.peek() < '0' || reader.peek() > '2') return kWrong;
  reader.next(reader.peek());
  if (reader.done()) return kWrong;
  while (!reader.done())
    if (!reader.next('.') || !reader.natural()) return kWrong;
  return "";
}

std::string_view uuid(std::string_view text) {
  constexpr std::string_view kWrong =
      "not a UUID written as a URI in lower case (as in urn:uuid:c757873d-ec9a-4326-a141-556f43239520)";
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (!text.starts_with("urn:uuid:") || text.size() != 9 + kShape.size()) return kWrong;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const char c = text[9 + i];
    if (kShape[i] == '-' ? c != '-' : !isHex(c)) return kWrong;
  }
  return "";
}

std::string_view uri(std::string_view text) {
  if (text.empty()) return "the URI is empty";
  for (char c : text)
    if (isWhite(c) || static_cast<unsigned char>(c) < 0x20) return "a URI has no white space";
  if (text.starts_with("urn:oid:")) return oid(text);
  if (text.starts_with("oid:") || text.starts_with("uuid:")) return "OIDs and UUIDs as URIs begin with urn:";
  if (text.starts_with("urn:uuid:")) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c;
    return uuid(lower);  // upper case is a fault of the type uuid alone
  }
  return "";
}

// A URI with a version behind a bar.
std::string_view canonical(std::string_view text) {
  const size_t bar = text.find('|');
  if (const auto wrong = uri(text.substr(0, std::min(bar, text.find('#')))); !wrong.empty() && text[0] != '#')
    return wrong;
  return bar == std::string_view::npos || bar + 1 < text.size() ? "" : "the version of the canonical is empty";
}

std::string_view base64Binary(std::string_view text) {
  constexpr std::string_view kWrong = "not base64: groups of four characters, with = at the end alone";
  size_t count = 0, padding = 0;
  for (char c : text) {
    if (isWhite(c)) continue;
    if (c == '=') {
      ++padding;
    } else if (padding > 0 || (!isDigit(c) && !isLetter(c) && c != '+' && c != '/')) {
      return kWrong;
    }
    ++count;
  }
  return count == 0 || count % 4 != 0 || padding > 2 ? kWrong : "";
}

using Check = std::string_view (*)(std::string_view);

constexpr std::pair<std::string_view, Check> kChecks[] = {{"base64Binary", base64Binary},
                                                          {"boolean", boolean},
                                                          {"canonical", canonical},
                                                          {"code", code},
                                                          {"date", date},
                                                          {"dateTime", dateTime},
                                                          {"decimal", decimal},
                                                          {"id", id},
                                                          {"instant", instant},
                                                          {"integer", integer},
                                                          {"markdown", string},
                                                          {"oid", oid},
                                                          {"positiveInt", positiveInt},
                                                          {"string", string},
                                                          {"time", time},
                                                          {"unsignedInt", unsignedInt},
                                                          {"uri", uri},
                                                          {"url", uri},
                                                          {"uuid", uuid}};

}  // namespace

std::string_view wrongPrimitive(definitions::TypeNumber type, std::string_view value) {
  static const std::vector<Check> checks = [] {
    std::vector<Check> out(definitions::r4().types().size() + 1, nullptr);
    for (const auto& [name, check] : kChecks) out[definitions::r4().type(name)->number] = check;
    return out;
  }();
  return type < checks.size() && checks[type] != nullptr ? checks[type](value) : std::string_view();
}

std::string_view wrongPrimitive(std::string_view type, std::string_view value) {
  const definitions::Type* found = definitions::r4().type(type);
  return found == nullptr ? std::string_view() : wrongPrimitive(found->number, value);
}

}  // namespace fhir::validate
