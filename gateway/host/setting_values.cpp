#include <array>
#include <charconv>
#include <limits>

#include "gateway/host/settings.h"

namespace gateway::host {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

struct Unit {
  std::string_view suffix;
  int64_t factor;
};

constexpr std::array<Unit, 5> kDurations{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 5> kBytes{{{"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};

bool readInteger(std::string_view text, int64_t& number) {
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  return trouble == std::errc{} && end == text.data() + text.size();
}

template <size_t N>
bool readAmount(std::string_view text, const std::array<Unit, N>& units, int64_t& number) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || !readInteger(text.substr(0, digits), number)) return false;
  for (const Unit& unit : units) {
    if (unit.suffix != text.substr(digits)) continue;
    if (number > std::numeric_limits<int64_t>::max() / unit.factor) return false;
    number *= unit.factor;
    return true;
  }
  return false;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, end);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool isChoice(std::string_view text, std::string_view choices) {
  for (const std::string& choice : split(choices, '|')) {
    if (choice == text) return true;
  }
  return false;
}

bool isAddress(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_[]%") ==
         std::string_view::npos;
}

bool readYesNo(std::string_view text, int64_t& number) {
  number = text == "yes" || text == "true" ? 1 : 0;
  return number == 1 || text == "no" || text == "false";
}

// Empty when the value fits; else what it should have been.
std::string misfit(const Setting& setting, SettingValue& value) {
  switch (setting.kind) {
    case SettingKind::Integer: return readInteger(value.text, value.number) ? "" : "a whole number";
    case SettingKind::Duration:
      return readAmount(value.text, kDurations, value.number) ? "" : "a duration such as 250ms, 30s, 5m, 2h or 7d";
    case SettingKind::Bytes:
      return readAmount(value.text, kBytes, value.number) ? "" : "a size such as 4096, 64KiB, 16MiB or 2GiB";
    case SettingKind::Choice:
      return isChoice(value.text, setting.choices) ? "" : "one of " + std::string(setting.choices);
    case SettingKind::Yes_No: return readYesNo(value.text, value.number) ? "" : "yes or no";
    case SettingKind::Address: return isAddress(value.text) ? "" : "an address such as 127.0.0.1 or ::1";
    case SettingKind::Path: return value.text.find('\0') == std::string::npos ? "" : "a path";
    case SettingKind::List:
      if (value.list.empty()) value.list = split(value.text, ',');
      return "";
    case SettingKind::Text:
    case SettingKind::Section: return "";
  }
  return "";
}

}  // namespace

Result<SettingValue> checkSetting(const Setting& setting, SettingValue written) {
  const std::string expected = misfit(setting, written);
  if (expected.empty()) return written;
  std::string what = "\"" + std::string(setting.key) + "\" must be " + expected;
  if (!written.secret) what += ", not \"" + written.text + "\"";
  return Error{Why::Invalid, std::move(what), written.where};
}

}  // namespace gateway::host
