#include "fhir/views/constants.h"

#include <optional>

#include "fhir/base/text.h"
#include "fhir/model/reference.h"

namespace fhir::views {
namespace {

using model::JsonValue;

enum class Form : uint8_t {
  Text,
  Base64,
  Id,
  Oid,
  Uuid,
  Boolean,
  Integer,
  Positive,
  Unsigned,
  Integer64,
  Decimal,
  Date,
  DateTime,
  Instant,
  Time
};

struct FormOf {
  std::string_view member;
  Form form;
};
// The types of ViewDefinition.constant.value[x].
constexpr FormOf kForms[] = {
    {"valueBase64Binary", Form::Base64},
    {"valueBoolean", Form::Boolean},
    {"valueCanonical", Form::Text},
    {"valueCode", Form::Text},
    {"valueDate", Form::Date},
    {"valueDateTime", Form::DateTime},
    {"valueDecimal", Form::Decimal},
    {"valueId", Form::Id},
    {"valueInstant", Form::Instant},
    {"valueInteger", Form::Integer},
    {"valueInteger64", Form::Integer64},
    {"valueOid", Form::Oid},
    {"valueString", Form::Text},
    {"valuePositiveInt", Form::Positive},
    {"valueTime", Form::Time},
    {"valueUnsignedInt", Form::Unsigned},
    {"valueUri", Form::Text},
    {"valueUrl", Form::Text},
    {"valueUuid", Form::Uuid},
};

std::optional<Form> formOf(std::string_view member) {
  for (const FormOf& row : kForms) {
    if (row.member == member) return row.form;
  }
  return std::nullopt;
}

base::Error wrongKind(std::string_view member, std::string_view wanted) {
  return base::invalid(std::string(member) + " must be " + std::string(wanted));
}

base::Result<int64_t> integerOf(std::string_view member, Form form, const JsonValue& value) {
  // integer64 is written as a string (R5 2.1.28.0.1).
  bool kind = value.kind == (form == Form::Integer64 ? JsonValue::Kind::String : JsonValue::Kind::Number);
  auto number = kind ? base::Decimal::parse(value.text) : base::Result<base::Decimal>(base::invalid(""));
  if (!number || value.text.find_first_of(".eE") != std::string::npos) return wrongKind(member, "an integer");
  auto out = number->toInteger();
  bool small = out && *out >= INT32_MIN && *out <= INT32_MAX;
  if (!out || (form != Form::Integer64 && !small))
    return wrongKind(member, "an integer within the range of its type");
  if (form == Form::Positive && *out < 1) return wrongKind(member, "above zero");
  if (form == Form::Unsigned && *out < 0) return wrongKind(member, "zero or more");
  return out;
}

bool hasForm(Form form, std::string_view text) {
  switch (form) {
    case Form::Base64: return base::base64Decode(text).ok();
    case Form::Id: return model::isValidId(text);
    case Form::Oid: return text.starts_with("urn:oid:");
    case Form::Uuid: return text.starts_with("urn:uuid:");
    default: return true;
  }
}

base::Result<base::Temporal> temporalOf(Form form, std::string_view text) {
  using base::Precision;
  auto out = form == Form::Date   ? base::Temporal::parseDate(text)
             : form == Form::Time ? base::Temporal::parseTime(text)
                                  : base::Temporal::parseDateTime(text);
  if (!out) return out;
  bool whole = out->precision >= Precision::Second;
  if (form == Form::Time && !whole) return base::invalid("");
  if (form == Form::Instant && (!whole || !out->has_zone)) return base::invalid("");
  return out;
}

}  // namespace

base::Done Constants::add(std::string_view name, std::string_view member, const JsonValue& value) {
  std::optional<Form> form = formOf(member);
  if (!form) return base::invalid("there is no " + std::string(member) + " among the types of constants");
  auto put = [&](path::Item item) {
    items_.emplace_back(name, item);
    return base::Done();
  };
  switch (*form) {
    case Form::Boolean:
      if (value.kind != JsonValue::Kind::Boolean) return wrongKind(member, "a boolean");
      return put(path::Item::boolean(value.boolean));
    case Form::Integer:
    case Form::Positive:
    case Form::Unsigned:
    case Form::Integer64: {
      ASSIGN_OR_RETURN(int64_t number, integerOf(member, *form, value));
      return put(path::Item::integer(number));
    }
    case Form::Decimal: {
      if (value.kind != JsonValue::Kind::Number) return wrongKind(member, "a number");
      ASSIGN_OR_RETURN(base::Decimal number, base::Decimal::parse(value.text));
      decimals_.push_back(number);
      return put(path::Item::decimal(&decimals_.back()));
    }
    default: break;
  }
  if (!value.isString() || value.text.empty()) return wrongKind(member, "a text");
  if (*form == Form::Date || *form == Form::DateTime || *form == Form::Instant || *form == Form::Time) {
    auto temporal = temporalOf(*form, value.text);
    if (!temporal) return base::invalid(std::string(member) + " is not written as its type demands");
    temporals_.push_back(*temporal);
    auto kind = *form == Form::Date   ? path::ItemKind::Date
                : *form == Form::Time ? path::ItemKind::Time
                                      : path::ItemKind::DateTime;
    return put(path::Item::temporal(kind, &temporals_.back()));
  }
  if (!hasForm(*form, value.text)) return base::invalid(std::string(member) + " is not written as its type demands");
  texts_.push_back(value.text);
  return put(path::Item::string(texts_.back()));
}

const path::Item* Constants::find(std::string_view name) const {
  for (const auto& [known, item] : items_) {
    if (known == name) return &item;
  }
  return nullptr;
}

}  // namespace fhir::views
