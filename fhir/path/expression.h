#pragma once
// Expression: a FHIRPath expression (N1 2.0.0 and the functions of FHIR R4 2.9), compiled once, evaluated
// often. Immutable after compile() and thread-safe; each evaluation has its own Evaluation.
//
//   ASSIGN_OR_RETURN(auto given, Expression::compile("name.where(use='official').given.first()"));
//   Evaluation evaluation(arena);
//   ASSIGN_OR_RETURN(Collection result, given.evaluate(patient, evaluation));
//
// The one extension: `PID.5.1`, a member access by position, calls Navigator::numbered.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/path/item.h"

namespace fhir::terminology {
class Terminology;
}

namespace fhir::path {

class Resolver;
class Conformance;
class TraceSink;
class StepSink;
class ReadObserver;
struct Evaluation;

// A function that the host adds to the language (the mapping functions are made this way).
struct FunctionCall {
  const Collection& input;                // what stands before the dot; the focus when nothing does
  std::span<const Collection> arguments;  // each evaluated in the surrounding focus
  Evaluation& evaluation;
};
struct HostFunction {
  std::string_view name;
  uint8_t min_arguments = 0;
  uint8_t max_arguments = 0;  // 255: any number
  base::Result<Collection> (*call)(FunctionCall&) = nullptr;
  bool takes_type = false;        // a name as argument is a type, as in ofType(Patient): an item of kind Type
  std::string_view returns = {};  // the System type of its results ("String"), when it is always the same
};

// What the items of a result can be, as far as the expression and the definitions tell.
struct PossibleTypes {
  bool anything = false;                      // it cannot be known
  std::vector<definitions::TypeNumber> fhir;  // without repeats
  std::vector<std::string_view> system;       // "Boolean", "String", ...
  bool nothing() const { return !anything && fhir.empty() && system.empty(); }
};

// Values of %name beyond those FHIRPath defines (%context, %resource, %ucum, ...).
class Variables {
 public:
  virtual ~Variables() = default;
  // False when there is no such variable (an error), true with an empty collection when it is empty.
  virtual bool find(std::string_view name, Collection& out) const = 0;
};

struct CompileOptions {
  std::span<const HostFunction> functions;  // must outlive the Expression
  // With a FHIR type ("Patient"): a member that cannot exist for the type is an error with its position.
  std::string_view strict_type;
  // How the search parameters that R4 publishes want to be read: `as` over several items keeps those of the
  // type instead of being an error, `resolve() is Patient` holds for a literal reference "Patient/1" that cannot be
  // resolved, and `|` joins what its sides find without comparing it: 1.0 and 1.00 are equal, but each is searched by
  // the range that its own digits imply (R4 3.1.1.4.6).
  bool search_parameter = false;
  // Where the text stands, so that errors report positions in the file that holds it.
  std::string_view file;
  uint32_t line = 1;
  uint32_t column = 1;
};

// What one evaluation needs. Not thread-safe: one per thread, reusable after arena.reset().
struct Evaluation {
  explicit Evaluation(base::Arena& a) : arena(a) {}

  base::Arena& arena;
  const Variables* variables = nullptr;
  Resolver* resolver = nullptr;
  terminology::Terminology* terminology = nullptr;
  Conformance* conformance = nullptr;
  TraceSink* trace = nullptr;
  StepSink* steps = nullptr;            // hears every step; for people who look for a mistake
  ReadObserver* observer = nullptr;     // hears which leaves were read
  const Item* resource = nullptr;       // %resource; the focus when not given
  const Item* root_resource = nullptr;  // %rootResource; %resource when not given
  base::Temporal now;                   // now(), today(), timeOfDay(); given by the host
  uint64_t step_budget = 10'000'000;    // evaluation steps; beyond: Why::TooCostly
  uint64_t memory_budget = 256u << 20;  // bytes of the arena that it may take; beyond: Why::TooCostly
  uint32_t depth_budget = 200;          // nested calls
  void* host = nullptr;                 // for host functions
};

class Expression {
 public:
  // Why::Invalid with where = "line:column" (or "file:line:column").
  static base::Result<Expression> compile(std::string_view text, const CompileOptions& options = {});

  base::Result<Collection> evaluate(const Item& focus, Evaluation& evaluation) const;
  base::Result<Collection> evaluate(const Collection& focus, Evaluation& evaluation) const;

  const std::string& text() const;

  // The names after % that the host must know: neither FHIRPath's own nor given by defineVariable().
  std::vector<std::string_view> variables() const;
  // What evaluating over a focus of these types can give. Members that a type has not give nothing.
  PossibleTypes possibleTypes(const PossibleTypes& focus) const;

  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  struct Program;  // the compiled form; private to fhir/path

 private:
  explicit Expression(std::unique_ptr<const Program> program);
  std::unique_ptr<const Program> program_;
};

}  // namespace fhir::path
