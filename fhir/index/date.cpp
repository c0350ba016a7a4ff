// Date (R4 3.1.1.4.7): every value is a span of time; a Period without a start or end is open there.

#include <algorithm>

#include "fhir/base/temporal.h"
#include "fhir/index/conversion.h"

namespace fhir::index {

std::optional<DateValue> dateOf(Conversion& conversion, uint32_t primitive) {
  std::string_view text = conversion.tree.value(conversion.record(primitive));
  if (text.empty()) return std::nullopt;
  auto temporal = base::Temporal::parseDateTime(text);
  if (!temporal.ok()) {
    conversion.cannotRead(primitive, "this date cannot be searched for: it is not a date of the calendar");
    return std::nullopt;
  }
  const auto span = temporal->span(conversion.zone_minutes);
  return DateValue{span.low, span.high};
}

std::optional<DateValue> periodOf(Conversion& conversion, uint32_t period) {
  DateValue value;
  bool found = false;
  for (uint32_t i = conversion.record(period).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.type == 0) continue;
    if (child.element == shapes().period_start) {
      if (auto start = dateOf(conversion, i)) value.low = start->low, found = true;
    } else if (child.element == shapes().period_end) {
      if (auto end = dateOf(conversion, i)) value.high = end->high, found = true;
    }
  }
  if (!found) return std::nullopt;
  if (value.low > value.high) {
    conversion.cannotRead(period, "this period cannot be searched for: it ends before it starts");
    return std::nullopt;
  }
  return value;
}

namespace {

// The outer limits of all events and bounds.
std::optional<DateValue> timingOf(Conversion& conversion, uint32_t timing) {
  std::optional<DateValue> outer;
  auto widen = [&](std::optional<DateValue> by) {
    if (!by) return;
    if (!outer) outer = by;
    outer->low = std::min(outer->low, by->low);
    outer->high = std::max(outer->high, by->high);
  };
  for (uint32_t i = conversion.record(timing).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().timing_event && child.type != 0) widen(dateOf(conversion, i));
    if (child.element != shapes().timing_repeat) continue;
    for (uint32_t j = child.first; j != 0; j = conversion.record(j).next)
      if (conversion.record(j).element == shapes().repeat_bounds &&
          shapes().shape(conversion.record(j)) == Shape::Period)
        widen(periodOf(conversion, j));
  }
  return outer;
}

}  // namespace

void addDates(Conversion& conversion, uint32_t node) {
  std::optional<DateValue> value;
  switch (shapes().shape(conversion.record(node))) {
    case Shape::Date: value = dateOf(conversion, node); break;
    case Shape::Period: value = periodOf(conversion, node); break;
    case Shape::Timing: value = timingOf(conversion, node); break;
    default: return;
  }
  if (value) conversion.add().date = *value;
}

}  // namespace fhir::index
