#include "fhir/path/function_table.h"

#include <algorithm>
#include <iterator>

#include "fhir/path/functions/functions.h"

namespace fhir::path {
namespace {

// By name. Columns: name, least and most arguments, function, what it returns, how the arguments are read, whether
// the order of the input matters.
constexpr FunctionSpec kFunctions[] = {
    {"abs", 0, 0, functions::abs, Returns::Anything},
    {"aggregate", 1, 2, functions::aggregate, Returns::Anything, Arguments::OverItems},
    {"all", 1, 1, functions::all, Returns::Boolean, Arguments::OverItems},
    {"allFalse", 0, 0, functions::allFalse, Returns::Boolean},
    {"allTrue", 0, 0, functions::allTrue, Returns::Boolean},
    {"anyFalse", 0, 0, functions::anyFalse, Returns::Boolean},
    {"anyTrue", 0, 0, functions::anyTrue, Returns::Boolean},
    {"as", 1, 1, functions::as, Returns::OfType, Arguments::Type},
    {"avg", 0, 0, functions::avg, Returns::Anything},
    {"ceiling", 0, 0, functions::ceiling, Returns::Anything},
    {"checkModifiers", 0, 255, functions::checkModifiers, Returns::Input},
    {"children", 0, 0, functions::children, Returns::Children},
    {"coalesce", 1, 255, functions::coalesce, Returns::InputAndArgument},
    {"combine", 1, 2, functions::combine, Returns::InputAndArgument},
    {"comparable", 1, 1, functions::comparable, Returns::Boolean},
    {"conformsTo", 1, 1, functions::conformsTo, Returns::Boolean},
    {"contains", 1, 1, functions::contains, Returns::Boolean},
    {"convertsToBoolean", 0, 0, functions::convertsToBoolean, Returns::Boolean},
    {"convertsToDate", 0, 1, functions::convertsToDate, Returns::Boolean},
    {"convertsToDateTime", 0, 1, functions::convertsToDateTime, Returns::Boolean},
    {"convertsToDecimal", 0, 0, functions::convertsToDecimal, Returns::Boolean},
    {"convertsToInteger", 0, 0, functions::convertsToInteger, Returns::Boolean},
    {"convertsToLong", 0, 0, functions::convertsToLong, Returns::Boolean},
    {"convertsToQuantity", 0, 1, functions::convertsToQuantity, Returns::Boolean},
    {"convertsToString", 0, 0, functions::convertsToString, Returns::Boolean},
    {"convertsToTime", 0, 0, functions::convertsToTime, Returns::Boolean},
    {"count", 0, 0, functions::count, Returns::Integer},
    {"dateOf", 0, 0, functions::dateOf, Returns::Date},
    {"dayOf", 0, 0, functions::dayOf, Returns::Integer},
    {"decode", 1, 1, functions::decode, Returns::String},
    {"defineVariable", 1, 2, functions::defineVariable, Returns::Input, Arguments::OverItems},
    {"descendants", 0, 0, functions::descendants, Returns::Children},
    {"difference", 2, 2, functions::difference, Returns::Integer},
    {"distinct", 0, 0, functions::distinct, Returns::Input},
    {"duration", 2, 2, functions::duration, Returns::Integer},
    {"empty", 0, 0, functions::empty, Returns::Boolean},
    {"encode", 1, 1, functions::encode, Returns::String},
    {"endsWith", 1, 1, functions::endsWith, Returns::Boolean},
    {"escape", 1, 1, functions::escape, Returns::String},
    {"exclude", 1, 1, functions::exclude, Returns::Input},
    {"exists", 0, 1, functions::exists, Returns::Boolean, Arguments::OverItems},
    {"exp", 0, 0, functions::exp, Returns::Decimal},
    {"extension", 1, 1, functions::extension, Returns::Extensions},
    {"first", 0, 0, functions::first, Returns::Input, Arguments::Values, true},
    {"floor", 0, 0, functions::floor, Returns::Anything},
    {"getValue", 0, 0, functions::getValue, Returns::Anything},
    {"hasExtension", 1, 1, functions::hasExtension, Returns::Boolean},
    {"hasValue", 0, 0, functions::hasValue, Returns::Boolean},
    {"highBoundary", 0, 1, functions::highBoundary, Returns::Anything},
    {"hourOf", 0, 0, functions::hourOf, Returns::Integer},
    {"htmlChecks", 0, 0, functions::htmlChecks, Returns::Boolean},
    {"htmlChecks2", 0, 0, functions::htmlChecks, Returns::Boolean},
    {"iif", 2, 3, functions::iif, Returns::Branches, Arguments::OverItems},
    {"indexOf", 1, 1, functions::indexOf, Returns::Integer},
    {"intersect", 1, 1, functions::intersect, Returns::Input},
    {"is", 1, 1, functions::is, Returns::Boolean, Arguments::Type},
    {"isDistinct", 0, 0, functions::isDistinct, Returns::Boolean},
    {"join", 0, 1, functions::join, Returns::String},
    {"last", 0, 0, functions::last, Returns::Input, Arguments::Values, true},
    {"lastIndexOf", 1, 1, functions::lastIndexOf, Returns::Integer},
    {"length", 0, 0, functions::length, Returns::Integer},
    {"ln", 0, 0, functions::ln, Returns::Decimal},
    {"log", 1, 1, functions::log, Returns::Decimal},
    {"lowBoundary", 0, 1, functions::lowBoundary, Returns::Anything},
    {"lower", 0, 0, functions::lower, Returns::String},
    {"matches", 1, 2, functions::matches, Returns::Boolean},
    {"matchesFull", 1, 2, functions::matchesFull, Returns::Boolean},
    {"max", 0, 0, functions::max, Returns::Input},
    {"memberOf", 1, 1, functions::memberOf, Returns::Boolean},
    {"millisecondOf", 0, 0, functions::millisecondOf, Returns::Integer},
    {"min", 0, 0, functions::min, Returns::Input},
    {"minuteOf", 0, 0, functions::minuteOf, Returns::Integer},
    {"monthOf", 0, 0, functions::monthOf, Returns::Integer},
    {"not", 0, 0, functions::not_, Returns::Boolean},
    {"now", 0, 0, functions::now, Returns::DateTime},
    {"ofType", 1, 1, functions::ofType, Returns::OfType, Arguments::Type},
    {"pathname", 0, 1, functions::pathname, Returns::String},
    {"power", 1, 1, functions::power, Returns::Anything},
    {"precision", 0, 0, functions::precision, Returns::Integer},
    {"repeat", 1, 1, functions::repeat, Returns::Anything, Arguments::OverItems},
    {"repeatAll", 1, 1, functions::repeatAll, Returns::Anything, Arguments::OverItems},
    {"replace", 2, 2, functions::replace, Returns::String},
    {"replaceMatches", 2, 3, functions::replaceMatches, Returns::String},
    {"resolve", 0, 0, functions::resolve, Returns::Anything},
    {"round", 0, 1, functions::round, Returns::Anything},
    {"secondOf", 0, 0, functions::secondOf, Returns::Integer},
    {"select", 1, 1, functions::select, Returns::Argument, Arguments::OverItems},
    {"single", 0, 0, functions::single, Returns::Input},
    {"skip", 1, 1, functions::skip, Returns::Input, Arguments::Values, true},
    {"sort", 0, 255, functions::sort, Returns::Input, Arguments::Sort},
    {"split", 1, 1, functions::split, Returns::String},
    {"sqrt", 0, 0, functions::sqrt, Returns::Decimal},
    {"startsWith", 1, 1, functions::startsWith, Returns::Boolean},
    {"subsetOf", 1, 1, functions::subsetOf, Returns::Boolean},
    {"substring", 1, 2, functions::substring, Returns::String},
    {"subsumedBy", 1, 1, functions::subsumedBy, Returns::Boolean},
    {"subsumes", 1, 1, functions::subsumes, Returns::Boolean},
    {"sum", 0, 0, functions::sum, Returns::Anything},
    {"supersetOf", 1, 1, functions::supersetOf, Returns::Boolean},
    {"tail", 0, 0, functions::tail, Returns::Input, Arguments::Values, true},
    {"take", 1, 1, functions::take, Returns::Input, Arguments::Values, true},
    {"timeOf", 0, 0, functions::timeOf, Returns::Time},
    {"timeOfDay", 0, 0, functions::timeOfDay, Returns::Time},
    {"timezoneOffsetOf", 0, 0, functions::timezoneOffsetOf, Returns::Decimal},
    {"toBoolean", 0, 0, functions::toBoolean, Returns::Boolean},
    {"toChars", 0, 0, functions::toChars, Returns::String},
    {"toDate", 0, 1, functions::toDate, Returns::Date},
    {"toDateTime", 0, 1, functions::toDateTime, Returns::DateTime},
    {"toDecimal", 0, 0, functions::toDecimal, Returns::Decimal},
    {"toInteger", 0, 0, functions::toInteger, Returns::Integer},
    {"toLong", 0, 0, functions::toLong, Returns::Anything},
    {"toQuantity", 0, 1, functions::toQuantity, Returns::Quantity},
    {"toString", 0, 0, functions::toString, Returns::String},
    {"toTime", 0, 0, functions::toTime, Returns::Time},
    {"today", 0, 0, functions::today, Returns::Date},
    {"trace", 1, 2, functions::trace, Returns::Input, Arguments::OverItems},
    {"trim", 0, 0, functions::trim, Returns::String},
    {"truncate", 0, 0, functions::truncate, Returns::Anything},
    {"type", 0, 0, functions::type, Returns::TypeInfo},
    {"unescape", 1, 1, functions::unescape, Returns::String},
    {"union", 1, 1, functions::union_, Returns::InputAndArgument},
    {"upper", 0, 0, functions::upper, Returns::String},
    {"where", 1, 1, functions::where, Returns::Input, Arguments::OverItems},
    {"yearOf", 0, 0, functions::yearOf, Returns::Integer},
};

constexpr bool sorted() {
  for (size_t i = 1; i < std::size(kFunctions); ++i) {
    if (kFunctions[i].name <= kFunctions[i - 1].name) return false;
  }
  return true;
}
static_assert(sorted());

}  // namespace

const FunctionSpec* findFunction(std::string_view name) {
  const FunctionSpec* found =
      std::lower_bound(std::begin(kFunctions), std::end(kFunctions), name,
                       [](const FunctionSpec& spec, std::string_view wanted) { return spec.name < wanted; });
  return found != std::end(kFunctions) && found->name == name ? found : nullptr;
}

}  // namespace fhir::path
