// Mapping functions for dates and times (quirk Q04).

#include "mappings/engine/date_reader.h"
#include "mappings/engine/surroundings.h"

namespace mappings::engine {

using fhir::base::Precision;
using fhir::base::Temporal;
using fhir::path::Collection;
using fhir::path::FunctionCall;
using fhir::path::Item;
using fhir::path::ItemKind;

namespace {

// What stands before the dot as a Temporal; absent when it is nothing, a sentinel, or year-less without a period.
fhir::base::Result<ReadDate> read(MappingCall& mapping) {
  const Collection& input = mapping.input();
  ReadDate out;
  if (input.size() == 1 && (input[0].kind() == ItemKind::Date || input[0].kind() == ItemKind::DateTime)) {
    out.kind = ReadDate::Kind::Value;
    out.value = input[0].temporal();
    return out;
  }
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(input, MappingCall::Read::Taken));
  std::optional<FilePeriod> period;
  if (mapping.arguments() == 1 && !mapping.argument(0).empty()) {
    period = readPeriod(mapping.literal(0));
    if (!period) return fhir::base::invalid("the period of the file is no period: 2025, 2025-03 or 2025-01/2025-06");
  }
  auto value = readDate(text, mapping.around().zone_minutes, period);
  if (!value.ok()) return mapping.wrong(value.error().what, input);
  if (value->kind == ReadDate::Kind::NoYear)
    mapping.warn("value", "a date without a year, and no period of the file is configured", input);
  return std::move(value).value();
}

FunctionResult result(MappingCall& mapping, ItemKind kind, const Temporal& value) {
  return mapping.one(Item::temporal(kind, mapping.arena().make<Temporal>(value)));
}

// FHIR wants seconds wherever there is a time of day (R4 2.24.0.1).
void fillSeconds(Temporal& value) {
  if (value.precision > Precision::Day && value.precision < Precision::Second) value.precision = Precision::Second;
}

}  // namespace

FunctionResult dateFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(ReadDate date, read(mapping));
  if (date.kind != ReadDate::Kind::Value) return mapping.nothing();
  Temporal day;
  day.year = date.value.year;
  day.month = date.value.month;
  day.day = date.value.day;
  day.precision = std::min(date.value.precision, Precision::Day);
  return result(mapping, ItemKind::Date, day);
}

FunctionResult dateTimeFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(ReadDate date, read(mapping));
  if (date.kind != ReadDate::Kind::Value) return mapping.nothing();
  fillSeconds(date.value);
  return result(mapping, ItemKind::DateTime, date.value);
}

FunctionResult instantFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(ReadDate date, read(mapping));
  if (date.kind != ReadDate::Kind::Value) return mapping.nothing();
  if (date.value.precision <= Precision::Day) {
    mapping.warn("value", "an instant needs a time of day, and this is only a date", mapping.input());
    return mapping.nothing();
  }
  fillSeconds(date.value);
  return result(mapping, ItemKind::DateTime, date.value);
}

}  // namespace mappings::engine
