#pragma once
// The functions of the language: name, how many arguments, and the C++ function. Private to fhir/path.

#include <cstdint>
#include <string_view>

namespace fhir::path {

class Items;
struct Call;

// Appends the results; false when the evaluator holds an error.
using Function = bool (*)(Call& call, Items& out);

// How the arguments are read and evaluated.
enum class Arguments : uint8_t {
  Values,     // each in the surrounding focus
  OverItems,  // each item of the input (or the input, for iif and defineVariable) is $this
  Type,       // one type name: is(Patient)
  Sort,       // over items, each with an optional asc or desc
};

// What strict mode knows of the result.
enum class Returns : uint8_t {
  Anything,
  Boolean,
  Integer,
  Decimal,
  String,
  Date,
  DateTime,
  Time,
  Quantity,
  TypeInfo,
  Input,             // items of the input
  InputAndArgument,  // items of both
  Argument,          // what the first argument gives
  Branches,          // iif
  OfType,            // of the type that is named
  Extensions,
  Children,  // anything, in no defined order
};

struct FunctionSpec {
  std::string_view name;
  uint8_t min_arguments;
  uint8_t max_arguments;  // 255: any number
  Function call;
  Returns result = Returns::Anything;
  Arguments arguments = Arguments::Values;
  bool needs_order = false;
};

const FunctionSpec* findFunction(std::string_view name);

}  // namespace fhir::path
