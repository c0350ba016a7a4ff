#pragma once
// Evaluator: runs a Program over a focus. One for each evaluation. Private to fhir/path.
//
// Every evaluating function returns false when it has stopped with an error; the error is in `error`.
// Results are appended to `out`.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/path/bundle_index.h"
#include "fhir/path/function_table.h"
#include "fhir/path/items.h"
#include "fhir/path/program.h"

namespace fhir::path {

// What an expression sees: $this, $index, $total.
struct Frame {
  std::span<const Item> focus;
  int64_t index = -1;
  const Items* total = nullptr;
};

enum class Truth : uint8_t { False, True, Empty };

class Evaluator {
 public:
  Evaluator(const Expression::Program& program, Evaluation& evaluation, std::span<const Item> focus);

  bool evaluate(uint32_t at, const Frame& frame, Items& out) {
    const Instruction& instruction = program.code[at];
    return evaluation.steps ? runTold(instruction, frame, out) : run(instruction, frame, out);
  }
  // Evaluates with an own scope for defineVariable.
  bool evaluateScoped(uint32_t at, const Frame& frame, Items& out) {
    Defined* outer = defined_;
    const bool ok = evaluate(at, frame, out);
    defined_ = outer;
    return ok;
  }
  // The same where the result is only looked at: constants and the focus are not copied to `storage`.
  bool evaluateOperand(uint32_t at, const Frame& frame, Items& storage, std::span<const Item>& result);

  // Singleton evaluation (N1 4.5): more than one item is an error; one item that is no Boolean counts as true.
  bool truth(std::span<const Item> items, uint32_t offset, Truth& out);
  bool truthOf(uint32_t at, const Frame& frame, Truth& out);

  // The computed value of an item; tells the observer that a leaf was read.
  Item value(const Item& item);
  // Whether what value() gave is a FHIR primitive that has extensions in place of a value. Where a value is asked
  // for, it is as good as nothing (FHIR R4 2.9.1.1, getValue()).
  static bool withoutValue(const Item& value);
  // As toString(); false for objects.
  bool text(const Item& item, std::string_view& out);

  bool children(const Item& item, Items& out);
  bool childrenNamed(const Item& item, const base::Name& name, Items& out);

  bool defineVariable(std::string_view name, std::span<const Item> value, uint32_t offset);

  // Counts work done; false when the budget is spent.
  bool spend(uint64_t steps, uint32_t offset) {
    if (steps_ < steps || evaluation.arena.used() > most_memory_) return spent(offset);
    steps_ -= steps;
    return true;
  }
  bool fail(uint32_t offset, std::string what, base::Why why = base::Why::Invalid);

  bool failed() const { return !error.what.empty(); }

  base::Arena& arena() { return evaluation.arena; }
  Collection collection(std::span<const Item> items);

  const Expression::Program& program;
  Evaluation& evaluation;
  ItemPool pool;
  base::Error error;
  BundleIndex bundle_index;

  // A variable that FHIRPath or FHIR defines: %resource, %ucum, ...
  static bool isReserved(std::string_view name);

  // %resource: given by the host, else the resource that holds the context.
  std::optional<Item> resource() const;

 private:
  bool spent(uint32_t offset);
  struct Defined {
    std::string_view name;
    std::span<const Item> value;
    Defined* outer;
  };

  bool run(const Instruction& instruction, const Frame& frame, Items& out);
  bool runTold(const Instruction& instruction, const Frame& frame, Items& out);
  // Tells the step sink what the instruction has added behind `before` items (evaluation_steps.cpp).
  void tell(const Instruction& instruction, std::span<const Item> focus, const Frame& frame, const Items& out,
            size_t before);
  void tellOperator(uint32_t offset, const Frame& frame, const Items& out, size_t before);
  bool path(const Instruction& instruction, const Frame& frame, Items& out);
  bool runStep(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out);
  bool step(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out);
  bool members(std::span<const base::Name> names, std::span<const Item> input, uint32_t offset, Items& out);
  bool membersOf(const Item& item, std::span<const base::Name> names, uint32_t offset, Items& out);
  // What a computed value has: the parts of a Quantity, the names of a type.
  void membersOfValue(const Item& value, std::string_view member, Items& out);
  // A member that may be asked for as JSON writes it (written_names.h).
  bool writtenMember(const Instruction& instruction, std::span<const Item> input, Items& out);
  bool isOfNamedType(const Instruction& instruction, const Item& item);
  bool typeOrMember(const Instruction& instruction, std::span<const Item> input, Items& out);
  bool numbered(const Instruction& instruction, std::span<const Item> input, Items& out);
  bool indexer(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out);
  bool hostCall(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out);
  bool variable(const Instruction& instruction, Items& out);
  bool reserved(std::string_view name, Items& out);
  bool typeOperator(const Instruction& instruction, const Frame& frame, Items& out);
  bool sign(const Instruction& instruction, const Frame& frame, Items& out);
  bool operators(const Instruction& instruction, const Frame& frame, Items& out);
  bool operation(Operator op, std::span<const Item> left, uint32_t right_at, const Frame& frame, uint32_t offset,
                 Items& out);
  bool runOperation(Operator op, std::span<const Item> left, uint32_t right_at, const Frame& frame, uint32_t offset,
                    Items& out);
  bool logic(Operator op, Truth left, uint32_t right_at, const Frame& frame, uint32_t offset, Truth& out);

  std::span<const Item> focus_;
  uint64_t steps_;
  uint64_t most_memory_;
  uint32_t depth_ = 0;
  Defined* defined_ = nullptr;
};

// One call of a function of the language.
struct Call {
  Evaluator& evaluator;
  const Instruction& instruction;
  std::span<const Item> input;
  const Frame& frame;

  size_t count() const { return instruction.operand_count; }
  uint32_t at(size_t i) const { return evaluator.program.operands[instruction.first_operand + i]; }
  uint32_t offset() const { return instruction.offset; }

  // Argument i in the surrounding focus.
  bool argument(size_t i, Items& out) { return evaluator.evaluateScoped(at(i), frame, out); }
  // Argument i with one item of the input as $this.
  bool argumentOver(size_t i, const Item& item, size_t index, Items& out, const Items* total = nullptr) {
    Frame inner{{&item, 1}, static_cast<int64_t>(index), total ? total : frame.total};
    return evaluator.evaluateScoped(at(i), inner, out);
  }
  bool truthOver(size_t i, const Item& item, size_t index, Truth& out) {
    Frame inner{{&item, 1}, static_cast<int64_t>(index), frame.total};
    return evaluator.truthOf(at(i), inner, out);
  }
  const TypeSpecifier& typeArgument() const { return evaluator.program.types[evaluator.program.code[at(0)].type]; }

  // Singletons: the value if there is one. Two items, or an item of another type, are an error.
  bool oneInput(std::optional<Item>& out);
  bool stringInput(std::optional<std::string_view>& out);
  bool oneArgument(size_t i, std::optional<Item>& out);
  bool stringArgument(size_t i, std::optional<std::string_view>& out);
  bool integerArgument(size_t i, std::optional<int64_t>& out);
  bool one(std::span<const Item> items, std::optional<Item>& out);
  bool string(std::span<const Item> items, std::optional<std::string_view>& out);

  bool fail(std::string what, base::Why why = base::Why::Invalid) {
    return evaluator.fail(offset(), std::move(what), why);
  }
  template <typename T>
  const T* keep(const T& value) {
    return evaluator.arena().template make<T>(value);
  }
};

}  // namespace fhir::path
