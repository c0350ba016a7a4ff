#pragma once
// Every function of the language, by the chapters of the specification. Rows in function_table.cpp name them.

#include "fhir/path/evaluator.h"

namespace fhir::path::functions {

// N1 5.1 existence
bool empty(Call&, Items&);
bool exists(Call&, Items&);
bool all(Call&, Items&);
bool allTrue(Call&, Items&);
bool anyTrue(Call&, Items&);
bool allFalse(Call&, Items&);
bool anyFalse(Call&, Items&);
bool subsetOf(Call&, Items&);
bool supersetOf(Call&, Items&);
bool count(Call&, Items&);
bool distinct(Call&, Items&);
bool isDistinct(Call&, Items&);

// N1 5.2 filtering and projection
bool where(Call&, Items&);
bool select(Call&, Items&);
bool repeat(Call&, Items&);
bool repeatAll(Call&, Items&);
bool ofType(Call&, Items&);

// N1 5.3 subsetting
bool single(Call&, Items&);
bool first(Call&, Items&);
bool last(Call&, Items&);
bool tail(Call&, Items&);
bool skip(Call&, Items&);
bool take(Call&, Items&);
bool intersect(Call&, Items&);
bool exclude(Call&, Items&);

// N1 5.4 combining
bool union_(Call&, Items&);
bool combine(Call&, Items&);

// N1 5.5 conversion
bool iif(Call&, Items&);
bool toBoolean(Call&, Items&);
bool toInteger(Call&, Items&);
bool toDecimal(Call&, Items&);
bool toString(Call&, Items&);
bool pathname(Call&, Items&);
bool hasExtension(Call&, Items&);
bool toLong(Call&, Items&);
bool convertsToLong(Call&, Items&);
bool toDate(Call&, Items&);
bool toDateTime(Call&, Items&);
bool toTime(Call&, Items&);
bool toQuantity(Call&, Items&);
bool convertsToBoolean(Call&, Items&);
bool convertsToInteger(Call&, Items&);
bool convertsToDecimal(Call&, Items&);
bool convertsToString(Call&, Items&);
bool convertsToDate(Call&, Items&);
bool convertsToDateTime(Call&, Items&);
bool convertsToTime(Call&, Items&);
bool convertsToQuantity(Call&, Items&);

// N1 5.6 strings
bool indexOf(Call&, Items&);
bool lastIndexOf(Call&, Items&);
bool substring(Call&, Items&);
bool startsWith(Call&, Items&);
bool endsWith(Call&, Items&);
bool contains(Call&, Items&);
bool upper(Call&, Items&);
bool lower(Call&, Items&);
bool replace(Call&, Items&);
bool matches(Call&, Items&);
bool matchesFull(Call&, Items&);
bool replaceMatches(Call&, Items&);
bool length(Call&, Items&);
bool toChars(Call&, Items&);
bool trim(Call&, Items&);
bool split(Call&, Items&);
bool join(Call&, Items&);
bool encode(Call&, Items&);
bool decode(Call&, Items&);
bool escape(Call&, Items&);
bool unescape(Call&, Items&);

// N1 5.7 math
bool abs(Call&, Items&);
bool ceiling(Call&, Items&);
bool exp(Call&, Items&);
bool floor(Call&, Items&);
bool ln(Call&, Items&);
bool log(Call&, Items&);
bool power(Call&, Items&);
bool round(Call&, Items&);
bool sqrt(Call&, Items&);
bool truncate(Call&, Items&);

// N1 5.8 tree navigation
bool children(Call&, Items&);
bool descendants(Call&, Items&);

// N1 5.9 utility, 6.3 types, 6.5 logic, 7 aggregates
bool trace(Call&, Items&);
bool now(Call&, Items&);
bool timeOfDay(Call&, Items&);
bool today(Call&, Items&);
bool defineVariable(Call&, Items&);
bool is(Call&, Items&);
bool as(Call&, Items&);
bool type(Call&, Items&);
bool not_(Call&, Items&);
bool aggregate(Call&, Items&);
bool sort(Call&, Items&);
bool lowBoundary(Call&, Items&);
bool highBoundary(Call&, Items&);
bool precision(Call&, Items&);
bool comparable(Call&, Items&);
bool sum(Call&, Items&);
bool avg(Call&, Items&);
bool min(Call&, Items&);
bool max(Call&, Items&);
bool coalesce(Call&, Items&);

// N1 5.9, trial use: parts of dates and times
bool yearOf(Call&, Items&);
bool monthOf(Call&, Items&);
bool dayOf(Call&, Items&);
bool hourOf(Call&, Items&);
bool minuteOf(Call&, Items&);
bool secondOf(Call&, Items&);
bool millisecondOf(Call&, Items&);
bool timezoneOffsetOf(Call&, Items&);
bool dateOf(Call&, Items&);
bool timeOf(Call&, Items&);
bool duration(Call&, Items&);
bool difference(Call&, Items&);

// FHIR R4 2.9.1.5
bool extension(Call&, Items&);
bool hasValue(Call&, Items&);
bool getValue(Call&, Items&);
bool resolve(Call&, Items&);
bool memberOf(Call&, Items&);
bool subsumes(Call&, Items&);
bool subsumedBy(Call&, Items&);
bool conformsTo(Call&, Items&);
bool checkModifiers(Call&, Items&);
bool htmlChecks(Call&, Items&);

}  // namespace fhir::path::functions
