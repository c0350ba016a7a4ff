#include "fhir/path/function_table.h"

#include <algorithm>
#include <iterator>

#include "fhir/path/functions/functions.h"

namespace fhir::path {
namespace {

// By name. Columns: name, least and most arguments, function, how the arguments are read.
constexpr FunctionSpec kFunctions[] = {
    {"abs", 0, 0, functions::abs},
    {"aggregate", 1, 2, functions::aggregate},
    {"all", 1, 1, functions::all},
    {"allFalse", 0, 0, functions::allFalse},
    {"allTrue", 0, 0, functions::allTrue},
    {"anyFalse", 0, 0, functions::anyFalse},
    {"anyTrue", 0, 0, functions::anyTrue},
    {"as", 1, 1, functions::as, Arguments::Type},
    {"avg", 0, 0, functions::avg},
    {"ceiling", 0, 0, functions::ceiling},
    {"checkModifiers", 0, 255, functions::checkModifiers},
    {"children", 0, 0, functions::children},
    {"coalesce", 1, 255, functions::coalesce},
    {"combine", 1, 2, functions::combine},
    {"comparable", 1, 1, functions::comparable},
    {"conformsTo", 1, 1, functions::conformsTo},
    {"contains", 1, 1, functions::contains},
    {"convertsToBoolean", 0, 0, functions::convertsToBoolean},
    {"convertsToDate", 0, 0, functions::convertsToDate},
    {"convertsToDateTime", 0, 0, functions::convertsToDateTime},
    {"convertsToDecimal", 0, 0, functions::convertsToDecimal},
    {"convertsToInteger", 0, 0, functions::convertsToInteger},
    {"convertsToQuantity", 0, 1, functions::convertsToQuantity},
    {"convertsToString", 0, 0, functions::convertsToString},
    {"convertsToTime", 0, 0, functions::convertsToTime},
    {"count", 0, 0, functions::count},
    {"dateOf", 0, 0, functions::dateOf},
    {"dayOf", 0, 0, functions::dayOf},
    {"decode", 1, 1, functions::decode},
    {"defineVariable", 1, 2, functions::defineVariable},
    {"descendants", 0, 0, functions::descendants},
    {"difference", 2, 2, functions::difference},
    {"distinct", 0, 0, functions::distinct},
    {"duration", 2, 2, functions::duration},
    {"empty", 0, 0, functions::empty},
    {"encode", 1, 1, functions::encode},
    {"endsWith", 1, 1, functions::endsWith},
    {"escape", 1, 1, functions::escape},
    {"exclude", 1, 1, functions::exclude},
    {"exists", 0, 1, functions::exists},
    {"exp", 0, 0, functions::exp},
    {"extension", 1, 1, functions::extension},
    {"first", 0, 0, functions::first},
    {"floor", 0, 0, functions::floor},
    {"getValue", 0, 0, functions::getValue},
    {"hasValue", 0, 0, functions::hasValue},
    {"highBoundary", 0, 1, functions::highBoundary},
    {"hourOf", 0, 0, functions::hourOf},
    {"htmlChecks", 0, 0, functions::htmlChecks},
    {"htmlChecks2", 0, 0, functions::htmlChecks},
    {"iif", 2, 3, functions::iif},
    {"indexOf", 1, 1, functions::indexOf},
    {"intersect", 1, 1, functions::intersect},
    {"is", 1, 1, functions::is, Arguments::Type},
    {"isDistinct", 0, 0, functions::isDistinct},
    {"join", 0, 1, functions::join},
    {"last", 0, 0, functions::last},
    {"lastIndexOf", 1, 1, functions::lastIndexOf},
    {"length", 0, 0, functions::length},
    {"ln", 0, 0, functions::ln},
    {"log", 1, 1, functions::log},
    {"lowBoundary", 0, 1, functions::lowBoundary},
    {"lower", 0, 0, functions::lower},
    {"matches", 1, 2, functions::matches},
    {"matchesFull", 1, 2, functions::matchesFull},
    {"max", 0, 0, functions::max},
    {"memberOf", 1, 1, functions::memberOf},
    {"millisecondOf", 0, 0, functions::millisecondOf},
    {"min", 0, 0, functions::min},
    {"minuteOf", 0, 0, functions::minuteOf},
    {"monthOf", 0, 0, functions::monthOf},
    {"not", 0, 0, functions::not_},
    {"now", 0, 0, functions::now},
    {"ofType", 1, 1, functions::ofType, Arguments::Type},
    {"power", 1, 1, functions::power},
    {"precision", 0, 0, functions::precision},
    {"repeat", 1, 1, functions::repeat},
    {"repeatAll", 1, 1, functions::repeatAll},
    {"replace", 2, 2, functions::replace},
    {"replaceMatches", 2, 3, functions::replaceMatches},
    {"resolve", 0, 0, functions::resolve},
    {"round", 0, 1, functions::round},
    {"secondOf", 0, 0, functions::secondOf},
    {"select", 1, 1, functions::select},
    {"single", 0, 0, functions::single},
    {"skip", 1, 1, functions::skip},
    {"sort", 0, 255, functions::sort, Arguments::Sort},
    {"split", 1, 1, functions::split},
    {"sqrt", 0, 0, functions::sqrt},
    {"startsWith", 1, 1, functions::startsWith},
    {"subsetOf", 1, 1, functions::subsetOf},
    {"substring", 1, 2, functions::substring},
    {"subsumedBy", 1, 1, functions::subsumedBy},
    {"subsumes", 1, 1, functions::subsumes},
    {"sum", 0, 0, functions::sum},
    {"supersetOf", 1, 1, functions::supersetOf},
    {"tail", 0, 0, functions::tail},
    {"take", 1, 1, functions::take},
    {"timeOf", 0, 0, functions::timeOf},
    {"timeOfDay", 0, 0, functions::timeOfDay},
    {"timezoneOffsetOf", 0, 0, functions::timezoneOffsetOf},
    {"toBoolean", 0, 0, functions::toBoolean},
    {"toChars", 0, 0, functions::toChars},
    {"toDate", 0, 0, functions::toDate},
    {"toDateTime", 0, 0, functions::toDateTime},
    {"toDecimal", 0, 0, functions::toDecimal},
    {"toInteger", 0, 0, functions::toInteger},
    {"toQuantity", 0, 1, functions::toQuantity},
    {"toString", 0, 0, functions::toString},
    {"toTime", 0, 0, functions::toTime},
    {"today", 0, 0, functions::today},
    {"trace", 1, 2, functions::trace},
    {"trim", 0, 0, functions::trim},
    {"truncate", 0, 0, functions::truncate},
    {"type", 0, 0, functions::type},
    {"unescape", 1, 1, functions::unescape},
    {"union", 1, 1, functions::union_},
    {"upper", 0, 0, functions::upper},
    {"where", 1, 1, functions::where},
    {"yearOf", 0, 0, functions::yearOf},
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
