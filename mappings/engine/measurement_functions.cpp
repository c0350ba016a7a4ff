// Mapping functions for results: numbers, titres, units, reference ranges (quirks Q18 to Q22).

#include "mappings/engine/measured_text.h"
#include "mappings/engine/plain_text.h"
#include "mappings/engine/surroundings.h"

namespace mappings::engine {

using fhir::path::Collection;
using fhir::path::FunctionCall;
using fhir::path::Item;
using fhir::path::ScalarKind;
using Read = MappingCall::Read;

namespace {

constexpr std::string_view kUcum = "http://unitsofmeasure.org";

struct Unit {
  std::string_view text;
  std::string_view code;  // UCUM, empty when unknown
};

const CodeMapRow* unitRow(MappingCall& mapping, std::string_view text) {
  const CodeMap* map = mapping.around().code_maps.find("unit");
  return map == nullptr ? nullptr : map->find(mapping.around().institution, text, mapping.around().day);
}

// The unit that a field names: "10^9/L" even where HL7 v2 takes ^ for a separator, or code^text^UCUM.
fhir::base::Result<Unit> readUnit(MappingCall& mapping, const Collection& items, bool tell_unknown) {
  if (items.size() > 1) return mapping.wrong("has several units", items);
  Unit unit;
  if (!items.empty()) unit.text = trimmed(mapping.writtenOf(items[0]));
  if (unit.text.empty()) return unit;
  const CodeMapRow* row = unitRow(mapping, unit.text);
  if (row == nullptr) {
    const size_t caret = unit.text.find('^');
    const std::string_view first = trimmed(unit.text.substr(0, caret));
    if (caret != std::string_view::npos && !first.empty()) row = unitRow(mapping, first);
    if (row != nullptr) unit.text = first;
  }
  if (row != nullptr)
    unit.code = row->code;
  else if (tell_unknown)
    mapping.warn("code-invalid", "no row for the unit in code_maps/unit.csv: its text is kept", items);
  return unit;
}

Unit ownUnit(MappingCall& mapping, const MeasuredNumber& number) {
  const CodeMapRow* row = unitRow(mapping, number.unit);
  if (row == nullptr)
    mapping.warn("code-invalid", "no row for the unit in code_maps/unit.csv: its text is kept", mapping.input());
  return {mapping.arena().keep(number.unit), row == nullptr ? std::string_view() : std::string_view(row->code)};
}

BuiltValue* buildQuantity(MappingCall& mapping, std::string_view digits, std::string_view comparator,
                          const Unit& unit) {
  BuiltValue* value = BuiltValue::object(mapping.arena(), "Quantity");
  value->add(mapping.arena(), "value", digits, ScalarKind::Decimal);
  value->add(mapping.arena(), "comparator", comparator);
  value->add(mapping.arena(), "unit", unit.text);
  if (!unit.code.empty()) {
    value->add(mapping.arena(), "system", kUcum);
    value->add(mapping.arena(), "code", unit.code);
  }
  return value;
}

}  // namespace

FunctionResult numberFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Taken));
  if (trimmed(text).empty()) return mapping.nothing();
  const auto number = readMeasured(text);
  if (!number || !number->comparator.empty() || !number->unit.empty())
    return mapping.wrong("is not a number", mapping.input());
  return mapping.one(Item::decimal(mapping.arena().make<fhir::base::Decimal>(number->value)));
}

// x.quantity(unit): the unit behind the number wins over the argument.
FunctionResult quantityFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Taken));
  if (trimmed(text).empty()) return mapping.nothing();
  const auto number = readMeasured(text);
  if (!number) return mapping.wrong("is not a number", mapping.input());
  Unit unit;
  if (!number->unit.empty()) {
    unit = ownUnit(mapping, *number);
  } else if (mapping.arguments() == 1) {
    ASSIGN_OR_RETURN(unit, readUnit(mapping, mapping.argument(0), true));
  }
  return mapping.one(buildQuantity(mapping, number->digits, number->comparator, unit)->item());
}

FunctionResult ratioFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Taken));
  if (trimmed(text).empty()) return mapping.nothing();
  const auto ratio = readRatio(text);
  if (!ratio) return mapping.wrong("is not a ratio", mapping.input());
  BuiltValue* value = BuiltValue::object(mapping.arena(), "Ratio");
  value->adopt("numerator", buildQuantity(mapping, ratio->numerator, "", {}));
  value->adopt("denominator", buildQuantity(mapping, ratio->denominator, "", {}));
  return mapping.one(value->item());
}

// x.range(unit): Observation.referenceRange, one for each sex, age or group where the text says so; its text is
// always kept.
FunctionResult rangeFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Taken));
  const std::vector<ReferenceRange> ranges = readRanges(text);
  Collection out = mapping.nothing();
  if (ranges.empty()) return out;
  Unit unit;
  if (mapping.arguments() == 1) {
    ASSIGN_OR_RETURN(unit, readUnit(mapping, mapping.argument(0), false));  // quantity() tells an unknown one
  }
  fhir::base::Arena& arena = mapping.arena();
  for (const ReferenceRange& range : ranges) {
    BuiltValue* value = BuiltValue::object(arena, "Observation.referenceRange");
    if (!range.low.empty()) value->adopt("low", buildQuantity(mapping, range.low, "", unit));
    if (!range.high.empty()) value->adopt("high", buildQuantity(mapping, range.high, "", unit));
    if (!range.sex.empty()) {
      BuiltValue* who = value->addObject(arena, "appliesTo", "CodeableConcept");
      who->adopt("coding", mapping.coding("http://hl7.org/fhir/administrative-gender", range.sex, ""));
    }
    if (!range.group.empty())
      value->addObject(arena, "appliesTo", "CodeableConcept")->add(arena, "text", arena.keep(range.group));
    if (!range.age_unit.empty()) {
      BuiltValue* age = value->addObject(arena, "age", "Range");
      const Unit age_unit{arena.keep(range.age_unit), arena.keep(range.age_unit)};
      if (!range.age_low.empty()) age->adopt("low", buildQuantity(mapping, range.age_low, "", age_unit));
      if (!range.age_high.empty()) age->adopt("high", buildQuantity(mapping, range.age_high, "", age_unit));
    }
    value->add(arena, "text", range.text);
    out.push_back(value->item());
  }
  return out;
}

// x.interpret(range, sex): H, L or N by the range; nothing when it does not decide.
FunctionResult interpretFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Compared));
  ASSIGN_OR_RETURN(std::string_view range, mapping.singleText(mapping.argument(0), Read::Compared));
  std::string_view sex;
  if (mapping.arguments() == 2) {
    ASSIGN_OR_RETURN(sex, mapping.singleText(mapping.argument(1), Read::Compared));
  }
  const auto number = readMeasured(text);
  if (!number) return mapping.nothing();
  return mapping.text(interpretNumber(*number, readRanges(range), sex));
}

// x.kind('lab-result', 'lab-absent'): the first of these code maps that has the text, otherwise quantity, ratio or
// text.
FunctionResult kindFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Compared));
  if (trimmed(text).empty()) return mapping.nothing();
  for (size_t i = 0; i < mapping.arguments(); ++i) {
    const CodeMap* map = mapping.around().code_maps.find(mapping.literal(i));
    if (map != nullptr && map->find(mapping.around().institution, text, mapping.around().day) != nullptr)
      return mapping.text(mapping.literal(i));
  }
  if (readMeasured(text)) return mapping.text("quantity");
  return mapping.text(readRatio(text) ? "ratio" : "text");
}

}  // namespace mappings::engine
