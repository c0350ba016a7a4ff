#pragma once
// Small changes to a JSON text, one a line, as the cases of validation write them:
//   set PATH JSON       the member or item gets the value; it is made when it is not there
//   remove PATH
//   rename PATH NAME    the member keeps its value and its place
//   repeat PATH         an item of an array is there twice; any other value becomes an array of two
//   add PATH JSON       one more item of the array, which is made when it is not there
// PATH is "name[0].given[1]".

#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace tests::support {

// The changes in order. Why::Invalid names the change that finds no place.
fhir::base::Result<std::string> changed(std::string_view json, std::span<const std::string> changes);

}  // namespace tests::support
