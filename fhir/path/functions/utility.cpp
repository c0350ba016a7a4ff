#include "fhir/path/functions/functions.h"
#include "fhir/path/trace.h"
#include "fhir/path/type_names.h"

namespace fhir::path::functions {

bool trace(Call& call, Items& out) {
  std::optional<std::string_view> name;
  if (!call.stringArgument(0, name)) return false;
  Items projected(call.evaluator.pool);
  for (size_t i = 0; call.count() > 1 && i < call.input.size(); ++i) {
    if (!call.argumentOver(1, call.input[i], i, projected)) return false;
  }
  if (TraceSink* sink = call.evaluator.evaluation.trace) {
    std::span<const Item> shown = projected;
    sink->trace(name.value_or(""), call.evaluator.collection(call.count() > 1 ? shown : call.input));
  }
  out.append(call.input);
  return true;
}

bool now(Call& call, Items& out) {
  out.push(Item::temporal(ItemKind::DateTime, call.keep(call.evaluator.evaluation.now)));
  return true;
}

bool today(Call& call, Items& out) {
  base::Temporal today;
  today.year = call.evaluator.evaluation.now.year;
  today.month = call.evaluator.evaluation.now.month;
  today.day = call.evaluator.evaluation.now.day;
  today.precision = base::Precision::Day;
  out.push(Item::temporal(ItemKind::Date, call.keep(today)));
  return true;
}

bool timeOfDay(Call& call, Items& out) {
  base::Temporal time = call.evaluator.evaluation.now;
  time.is_time = true;
  time.has_zone = false;
  time.zone_minutes = 0;
  time.year = 1;
  time.month = time.day = 1;
  out.push(Item::temporal(ItemKind::Time, call.keep(time)));
  return true;
}

bool not_(Call& call, Items& out) {
  Truth truth;
  if (!call.evaluator.truth(call.input, call.offset(), truth)) return false;
  if (truth != Truth::Empty) out.push(Item::boolean(truth == Truth::False));
  return true;
}

bool is(Call& call, Items& out) {
  std::optional<Item> item;
  if (!call.oneInput(item)) return false;
  if (item) out.push(Item::boolean(isOfType(*item, call.typeArgument())));
  return true;
}

bool as(Call& call, Items& out) {
  if (call.evaluator.program.search_parameter) return ofType(call, out);
  std::optional<Item> item;
  if (!call.oneInput(item)) return false;
  if (!item) return true;
  if (auto cast = asType(*item, call.typeArgument(), call.evaluator.arena())) out.push(*cast);
  return true;
}

bool type(Call& call, Items& out) {
  for (const Item& item : call.input) {
    TypeName name = typeNameOf(item);
    if (!name.name.empty()) out.push(Item::type(call.keep(name)));
  }
  return true;
}

// The definition takes effect for the steps that follow, and for what they evaluate.
bool defineVariable(Call& call, Items& out) {
  std::optional<std::string_view> name;
  if (!call.stringArgument(0, name)) return false;
  if (!name) return call.fail("defineVariable() needs a name");
  Items value(call.evaluator.pool);
  if (call.count() > 1) {
    Frame inner{call.input, call.frame.index, call.frame.total};
    if (!call.evaluator.evaluateScoped(call.at(1), inner, value)) return false;
  } else {
    value.append(call.input);
  }
  if (!call.evaluator.defineVariable(*name, value, call.offset())) return false;
  out.append(call.input);
  return true;
}

}  // namespace fhir::path::functions
