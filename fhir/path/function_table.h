#pragma once
// The functions of the language: name, how many arguments, and the C++ function. Private to fhir/path.

#include <cstdint>
#include <string_view>

namespace fhir::path {

class Items;
struct Call;

// Appends the results; false when the evaluator holds an error.
using Function = bool (*)(Call& call, Items& out);

// How the arguments are read by the parser.
enum class Arguments : uint8_t {
  Expressions,
  Type,  // one type name: is(Patient)
  Sort,  // expressions, each with an optional asc or desc
};

struct FunctionSpec {
  std::string_view name;
  uint8_t min_arguments;
  uint8_t max_arguments;  // 255: any number
  Function call;
  Arguments arguments = Arguments::Expressions;
};

const FunctionSpec* findFunction(std::string_view name);

}  // namespace fhir::path
