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
    {"ceiling", 0, 0, functions::ceiling},
    {"children", 0, 0, functions::children},
    {"combine", 1, 1, functions::combine},
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
    {"defineVariable", 1, 2, functions::defineVariable},
    {"descendants", 0, 0, functions::descendants},
    {"distinct", 0, 0, functions::distinct},
    {"empty", 0, 0, functions::empty},
    {"endsWith", 1, 1, functions::endsWith},
    {"exclude", 1, 1, functions::exclude},
    {"exists", 0, 1, functions::exists},
    {"extension", 1, 1, functions::extension},
    {"first", 0, 0, functions::first},
    {"floor", 0, 0, functions::floor},
    {"getValue", 0, 0, functions::getValue},
    {"hasValue", 0, 0, functions::hasValue},
    {"iif", 2, 3, functions::iif},
    {"indexOf", 1, 1, functions::indexOf},
    {"intersect", 1, 1, functions::intersect},
    {"is", 1, 1, functions::is, Arguments::Type},
    {"isDistinct", 0, 0, functions::isDistinct},
    {"join", 0, 1, functions::join},
    {"last", 0, 0, functions::last},
    {"lastIndexOf", 1, 1, functions::lastIndexOf},
    {"length", 0, 0, functions::length},
    {"lower", 0, 0, functions::lower},
    {"matches", 1, 1, functions::matches},
    {"matchesFull", 1, 1, functions::matchesFull},
    {"not", 0, 0, functions::not_},
    {"now", 0, 0, functions::now},
    {"ofType", 1, 1, functions::ofType, Arguments::Type},
    {"repeat", 1, 1, functions::repeat},
    {"replace", 2, 2, functions::replace},
    {"replaceMatches", 2, 2, functions::replaceMatches},
    {"resolve", 0, 0, functions::resolve},
    {"round", 0, 1, functions::round},
    {"select", 1, 1, functions::select},
    {"single", 0, 0, functions::single},
    {"skip", 1, 1, functions::skip},
    {"split", 1, 1, functions::split},
    {"startsWith", 1, 1, functions::startsWith},
    {"subsetOf", 1, 1, functions::subsetOf},
    {"substring", 1, 2, functions::substring},
    {"supersetOf", 1, 1, functions::supersetOf},
    {"tail", 0, 0, functions::tail},
    {"take", 1, 1, functions::take},
    {"timeOfDay", 0, 0, functions::timeOfDay},
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
    {"union", 1, 1, functions::union_},
    {"upper", 0, 0, functions::upper},
    {"where", 1, 1, functions::where},
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
