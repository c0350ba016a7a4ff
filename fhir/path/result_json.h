#pragma once
// Results as JSON text, the way the command line prints them:
//   Boolean, Integer, Decimal   as JSON, decimals with their digits
//   String, Date, DateTime, Time  strings ("2024-02-29", "10:30")
//   Quantity                    {"value":1.50,"unit":"mg"}; calendar units by their word ("year")
//   type()                      {"namespace":"FHIR","name":"HumanName"}
//   elements                    their JSON as it was read; primitives their value; a primitive that has only
//                               extensions {"extension":[...]}
// Elements of trees other than FHIR documents become objects of their members, repeated members arrays.
// Thread-safe.

#include <string>

#include "fhir/path/item.h"

namespace fhir::path {

std::string toJson(const Item& item);

struct ResultFormat {
  bool typed = false;  // each result as {"type":"FHIR.HumanName","value":...}
};
std::string toJsonArray(const Collection& results, const ResultFormat& format = {});

// "System.Integer", "FHIR.HumanName"; empty for objects of untyped trees.
std::string qualifiedType(const Item& item);

}  // namespace fhir::path
