#include "mappings/engine/primitive_text.h"

#include <algorithm>

#include "fhir/base/decimal.h"
#include "fhir/base/temporal.h"
#include "fhir/base/text.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/reference.h"

namespace mappings::engine {
namespace {

using fhir::base::Precision;
using fhir::base::Temporal;

std::string no(std::string_view what) { return "is not " + std::string(what); }

bool isJsonNumber(std::string_view text) { return fhir::base::Decimal::parse(text).ok(); }

std::optional<std::string> checkNumber(std::string_view type, std::string_view text) {
  if (type == "decimal") return isJsonNumber(text) ? std::nullopt : std::optional(no("a number"));
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const bool whole = !digits.empty() && digits.size() <= 10 &&
                     std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
                     (digits.size() == 1 || digits[0] != '0');
  if (!whole) return no("a whole number");
  const long long value = std::stoll(std::string(text));
  if (value > 2147483647LL || value < -2147483648LL) return "does not fit 32 bits";
  if (type == "unsignedInt" && value < 0) return no("0 or more");
  if (type == "positiveInt" && value < 1) return no("1 or more");
  return std::nullopt;
}

std::optional<std::string> checkTime(std::string_view type, std::string_view text) {
  if (type == "date")
    return Temporal::parseDate(text).ok() ? std::nullopt : std::optional(no("a FHIR date; date() reads others"));
  if (type == "time") {
    const auto time = Temporal::parseTime(text);
    return time.ok() && time->precision >= Precision::Second ? std::nullopt : std::optional(no("a FHIR time"));
  }
  const auto value = Temporal::parseDateTime(text);
  if (!value.ok()) return no("a FHIR dateTime; dateTime() and instant() read others");
  if (value->precision > Precision::Day && (!value->has_zone || value->precision < Precision::Second))
    return no("a FHIR dateTime: a time of day needs seconds and a zone");
  if (type == "instant" && value->precision < Precision::Second) return no("an instant: it has no time of day");
  return std::nullopt;
}

bool hasBlank(std::string_view text) { return text.find_first_of(" \t\r\n") != std::string_view::npos; }

std::optional<std::string> checkWord(std::string_view type, std::string_view text) {
  if (type == "id") return fhir::model::isValidId(text) ? std::nullopt : std::optional(no("an id"));
  if (type == "code") {
    const bool wrong = text.front() == ' ' || text.back() == ' ' || text.find_first_of("\t\r\n") != text.npos ||
                       text.find("  ") != text.npos;
    return wrong ? std::optional(no("a code: blanks in the wrong places")) : std::nullopt;
  }
  if (type == "base64Binary") return fhir::base::base64Decode(text).ok() ? std::nullopt : std::optional(no("base64"));
  if (type == "uri" || type == "url" || type == "canonical" || type == "oid" || type == "uuid")
    return hasBlank(text) ? std::optional(no("a URI: it has blanks")) : std::nullopt;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> appendPrimitive(std::string& out, std::string_view type, std::string_view text) {
  if (text.empty()) return "is empty";
  if (type == "boolean") {
    if (text != "true" && text != "false") return no("true or false");
    out += text;
    return std::nullopt;
  }
  if (type == "decimal" || type == "integer" || type == "unsignedInt" || type == "positiveInt") {
    if (auto wrong = checkNumber(type, text)) return wrong;
    out += text;
    return std::nullopt;
  }
  const bool time = type == "date" || type == "dateTime" || type == "instant" || type == "time";
  if (auto wrong = time ? checkTime(type, text) : checkWord(type, text)) return wrong;
  fhir::model::appendJsonString(out, text);
  return std::nullopt;
}

}  // namespace mappings::engine
