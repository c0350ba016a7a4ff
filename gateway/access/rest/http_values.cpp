#include "gateway/access/rest/http_values.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "fhir/base/temporal.h"

namespace gateway::access::rest {

namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string httpDate(int64_t seconds) {
  auto time = fhir::base::Temporal::fromMicroseconds(seconds * 1'000'000, 0);
  int64_t day = fhir::base::Temporal::daysFromCivil(time.year, time.month, time.day);
  size_t weekday = static_cast<size_t>(((day % 7) + 7 + 4) % 7);  // 1970-01-01 was a Thursday
  char text[48];
  std::snprintf(text, sizeof(text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", kDays[weekday].data(), time.day,
                kMonths[time.month - 1u].data(), time.year, time.hour, time.minute, time.second);
  return text;
}

std::optional<int64_t> parseHttpDate(std::string_view text) {
  text = trimmed(text);
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':') return std::nullopt;
  int month = 0;
  for (size_t i = 0; i < kMonths.size(); ++i)
    if (text.substr(8, 3) == kMonths[i]) month = static_cast<int>(i) + 1;
  auto day = digits(text, 5, 2), year = digits(text, 12, 4);
  auto hour = digits(text, 17, 2), minute = digits(text, 20, 2), second = digits(text, 23, 2);
  if (month == 0 || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (*year < 1 || *day < 1 || *day > fhir::base::Temporal::daysInMonth(*year, month)) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return fhir::base::Temporal::daysFromCivil(*year, month, *day) * 86400 + *hour * 3600 + *minute * 60 + *second;
}

std::string entityTag(uint64_t version) { return "W/\"" + std::to_string(version) + "\""; }

fhir::base::Result<EntityTags> parseEntityTags(std::string_view text) {
  EntityTags tags;
  text = trimmed(text);
  if (text == "*") {
    tags.any = true;
    return tags;
  }
  while (!text.empty()) {
    if (text.starts_with("W/")) text.remove_prefix(2);
    size_t close = text.size() > 1 && text[0] == '"' ? text.find('"', 1) : std::string_view::npos;
    if (close == std::string_view::npos) return fhir::base::invalid("an entity tag is written W/\"3\"");
    std::string_view tag = text.substr(1, close - 1);
    uint64_t version = 0;
    auto read = std::from_chars(tag.data(), tag.data() + tag.size(), version);
    bool ours = !tag.empty() && read.ec == std::errc() && read.ptr == tag.data() + tag.size();
    tags.versions.push_back(ours ? version : 0);  // versions begin with 1: 0 matches nothing
    text = trimmed(text.substr(close + 1));
    if (text.empty()) break;
    if (text[0] != ',') return fhir::base::invalid("entity tags are separated by commas");
    text = trimmed(text.substr(1));
    if (text.empty()) return fhir::base::invalid("an entity tag is missing after the comma");
  }
  return tags;
}

std::optional<std::string> percentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    char c = static_cast<char>(high * 16 + low);
    if (c == '\0' || c == '/') return std::nullopt;
    out += c;
    i += 2;
  }
  return out;
}

void readPreferences(std::string_view header, Preferences& preferences) {
  while (!header.empty()) {
    size_t end = header.find_first_of(",;");
    std::string_view one = trimmed(header.substr(0, end));
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    size_t equals = one.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view name = trimmed(one.substr(0, equals));
    std::string_view value = trimmed(one.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (equalIgnoringCase(name, "return") && !preferences.returns) {
      if (value == "minimal") preferences.returns = Return::Minimal;
      if (value == "representation") preferences.returns = Return::Representation;
      if (value == "OperationOutcome") preferences.returns = Return::Outcome;
    }
    if (equalIgnoringCase(name, "handling")) preferences.lenient = value == "lenient";
  }
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

}  // namespace gateway::access::rest
