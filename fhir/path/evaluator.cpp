#include "fhir/path/evaluator.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"
#include "fhir/path/operators.h"
#include "fhir/path/read_observer.h"
#include "fhir/path/resource_scope.h"
#include "fhir/path/type_names.h"
#include "fhir/path/written_names.h"

namespace fhir::path {
namespace {

struct ChildSink final : NodeSink {
  ChildSink(Items& o, const Navigator* n) : out(o), navigator(n) {}
  void add(Node node) override { out.push(Item::node(node, navigator)); }
  Items& out;
  const Navigator* navigator;
};

bool isStep(Op op) {
  return op == Op::Member || op == Op::TypeOrMember || op == Op::Numbered || op == Op::Indexer || op == Op::Call ||
         op == Op::HostCall;
}

// An object of an untyped tree that says what it is: {"resourceType":"Order", ...}.
bool namesItself(const Item& item, std::string_view name) {
  static constexpr base::Name kResourceType("resourceType");
  struct Sink final : NodeSink {
    void add(Node node) override { found = node; }
    Node found;
  } sink;
  item.navigator().named(item.node(), kResourceType, sink);
  return sink.found.tree && item.navigator().scalar(sink.found).text() == name;
}

}  // namespace

Evaluator::Evaluator(const Expression::Program& p, Evaluation& e, std::span<const Item> focus)
    : program(p),
      evaluation(e),
      pool(e.arena),
      focus_(focus),
      steps_(e.step_budget),
      most_memory_(e.arena.used() + std::min<uint64_t>(e.memory_budget, UINT64_MAX / 2)) {}

bool Evaluator::fail(uint32_t offset, std::string what, base::Why why) {
  error = base::Error{why, std::move(what), program.place(offset)};
  return false;
}

bool Evaluator::spent(uint32_t offset) {
  if (evaluation.arena.used() > most_memory_)
    return fail(offset, "the evaluation takes more memory than its budget", base::Why::TooCostly);
  return fail(offset, "the evaluation takes more steps than its budget", base::Why::TooCostly);
}

Collection Evaluator::collection(std::span<const Item> items) {
  Collection out(evaluation.arena);
  out.append(items);
  return out;
}

Item Evaluator::value(const Item& item) {
  if (!item.isNode()) return item;
  if (evaluation.observer && item.navigator().scalar(item.node()).kind != ScalarKind::None) {
    evaluation.observer->read(item);
  }
  return item.computed(evaluation.arena);
}

bool Evaluator::withoutValue(const Item& value) {
  return value.isNode() && isPrimitiveType(value.navigator().type(value.node()));
}

bool Evaluator::text(const Item& item, std::string_view& out) {
  if (!item.text(evaluation.arena, out)) return false;
  if (evaluation.observer && item.isNode()) evaluation.observer->read(item);
  return true;
}

bool Evaluator::evaluateOperand(uint32_t at, const Frame& frame, Items& storage, std::span<const Item>& result) {
  const Instruction& instruction = program.code[at];
  if (!evaluation.steps && instruction.op == Op::Literal) {
    result = {&program.literals[instruction.index], 1};
    return spend(1, instruction.offset);
  }
  if (!evaluation.steps && instruction.op == Op::This) {
    result = frame.focus;
    return spend(1, instruction.offset);
  }
  const bool ok = evaluateScoped(at, frame, storage);
  result = storage;
  return ok;
}

bool Evaluator::runTold(const Instruction& instruction, const Frame& frame, Items& out) {
  size_t before = out.size();
  if (!run(instruction, frame, out)) return false;
  // Steps and operators tell of themselves.
  bool told = isStep(instruction.op) || instruction.op == Op::Path || instruction.op == Op::Operators;
  if (!told) tell(instruction, frame.focus, frame, out, before);
  return true;
}

bool Evaluator::run(const Instruction& instruction, const Frame& frame, Items& out) {
  if (!spend(1, instruction.offset)) return false;
  switch (instruction.op) {
    case Op::Empty: return true;
    case Op::Literal: out.push(program.literals[instruction.index]); return true;
    case Op::This: out.append(frame.focus); return true;
    case Op::Index:
      if (frame.index >= 0) out.push(Item::integer(frame.index));
      return true;
    case Op::Total:
      if (frame.total) out.append(*frame.total);
      return true;
    case Op::Variable: return variable(instruction, out);
    case Op::Path: break;
    case Op::Member:
    case Op::TypeOrMember:
    case Op::Numbered:
    case Op::Indexer:
    case Op::Call:
    case Op::HostCall: return step(instruction, frame.focus, frame, out);
    case Op::IsType:
    case Op::AsType: return typeOperator(instruction, frame, out);
    case Op::Type: return fail(instruction.offset, "a type is no value");
    case Op::Negate:
    case Op::Plus: return sign(instruction, frame, out);
    case Op::Operators: break;
  }
  if (++depth_ > evaluation.depth_budget) {
    return fail(instruction.offset, "calls nest deeper than the budget", base::Why::TooCostly);
  }
  bool ok = instruction.op == Op::Path ? path(instruction, frame, out) : operators(instruction, frame, out);
  --depth_;
  return ok;
}

bool Evaluator::path(const Instruction& instruction, const Frame& frame, Items& out) {
  const uint32_t* operand = &program.operands[instruction.first_operand];
  const uint32_t* const end = operand + instruction.operand_count;
  Items first(pool), second(pool);
  Items* current = &first;
  Items* next = &second;
  std::span<const Item> input = frame.focus;
  if (*operand != Expression::Program::kFocus) {
    if (operand + 1 == end) return evaluate(*operand, frame, out);
    if (!evaluate(*operand, frame, *current)) return false;
    input = *current;
  }
  ++operand;
  while (true) {
    const Instruction& now = program.code[*operand];
    const bool chained = now.op == Op::Member && now.type == 0 && !evaluation.steps;
    operand += chained ? now.chain : 1;
    const bool last = operand == end;
    if (!last) next->clear();
    Items& target = last ? out : *next;
    const bool ok = chained ? members({&program.chains[now.first_operand], now.chain}, input, now.offset, target)
                            : step(now, input, frame, target);
    if (!ok || last) return ok;
    std::swap(current, next);
    input = *current;
  }
}

bool Evaluator::step(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out) {
  if (!evaluation.steps) return runStep(instruction, input, frame, out);
  size_t before = out.size();
  if (!runStep(instruction, input, frame, out)) return false;
  tell(instruction, input, frame, out, before);
  return true;
}

bool Evaluator::runStep(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out) {
  if (instruction.op == Op::Member)
    return instruction.type != 0 ? writtenMember(instruction, input, out)
                                 : members({&program.names[instruction.index], 1}, input, instruction.offset, out);
  if (!spend(1 + input.size(), instruction.offset)) return false;
  switch (instruction.op) {
    case Op::TypeOrMember: return typeOrMember(instruction, input, out);
    case Op::Numbered: return numbered(instruction, input, out);
    case Op::Indexer: return indexer(instruction, input, frame, out);
    case Op::Call: {
      Call call{*this, instruction, input, frame};
      return program.functions[instruction.index]->call(call, out);
    }
    case Op::HostCall: return hostCall(instruction, input, frame, out);
    case Op::This: out.append(frame.focus); return true;
    case Op::Index:
    case Op::Total: {
      if (instruction.op == Op::Index && frame.index >= 0) out.push(Item::integer(frame.index));
      if (instruction.op == Op::Total && frame.total) out.append(*frame.total);
      return true;
    }
    default: return fail(instruction.offset, "not a step", base::Why::Fault);
  }
}

bool Evaluator::children(const Item& item, Items& out) {
  if (!item.isNode()) return true;
  ChildSink sink(out, &item.navigator());
  item.navigator().all(item.node(), sink);
  return true;
}

bool Evaluator::childrenNamed(const Item& item, const base::Name& name, Items& out) {
  if (!item.isNode()) return true;
  ChildSink sink(out, &item.navigator());
  item.navigator().named(item.node(), name, sink);
  return true;
}

bool Evaluator::members(std::span<const base::Name> names, std::span<const Item> input, uint32_t offset, Items& out) {
  const size_t before = out.size();
  if (!spend(names.size() + input.size(), offset)) return false;
  for (const Item& item : input) {
    if (item.isNode()) {
      if (!membersOf(item, names, offset, out)) return false;
    } else if (names.size() == 1) {
      membersOfValue(item, names[0].text, out);
    }
  }
  return spend(out.size() - before, offset);
}

bool Evaluator::membersOf(const Item& item, std::span<const base::Name> names, uint32_t offset, Items& out) {
  const Navigator& navigator = item.navigator();
  ChildSink sink(out, &navigator);
  if (names.size() == 1) {
    navigator.named(item.node(), names[0], sink);
    return true;
  }
  if (navigator.along) {
    navigator.along(item.node(), names, sink);
    return true;
  }
  Items inner(pool);
  return membersOf(item, names.first(names.size() - 1), offset, inner) && members(names.last(1), inner, offset, out);
}

void Evaluator::membersOfValue(const Item& value, std::string_view member, Items& out) {
  if (value.kind() == ItemKind::Quantity) {
    // N1 4.1.8: a value, which is a Decimal, and a unit, which is a String.
    if (member == "value") out.push(Item::decimal(&value.quantity().value));
    if (member == "unit") out.push(Item::string(value.quantity().unit));
  } else if (value.kind() == ItemKind::Type) {
    // Reflection (N1 10.2).
    if (member == "namespace") out.push(Item::string(value.type().space));
    if (member == "name") out.push(Item::string(value.type().name));
    if (member == "baseType") {
      std::string_view base = baseTypeOf(value.type(), arena());
      if (!base.empty()) out.push(Item::string(base));
    }
  }
}

bool Evaluator::writtenMember(const Instruction& instruction, std::span<const Item> input, Items& out) {
  const base::Name& name = program.names[instruction.index];
  for (const Item& item : input) {
    const size_t before = out.size();
    if (!members({&name, 1}, {&item, 1}, instruction.offset, out)) return false;
    if (out.size() == before && item.isNode()) childrenWritten(*this, item, name, out);
  }
  return true;
}

bool Evaluator::isOfNamedType(const Instruction& instruction, const Item& item) {
  const TypeName type = item.navigator().type(item.node());
  const uint16_t number = instruction.type ? program.types[instruction.type].number : 0;
  if (number && type.number) return definitions::r4().isSubtypeOf(type.number, number);
  const std::string_view name = program.names[instruction.index].text;
  return type.name.empty() ? namesItself(item, name) : type.name == name;
}

bool Evaluator::typeOrMember(const Instruction& instruction, std::span<const Item> input, Items& out) {
  for (const Item& item : input) {
    if (!item.isNode()) continue;
    if (isOfNamedType(instruction, item)) {
      out.push(item);
    } else {
      childrenNamed(item, program.names[instruction.index], out);
    }
  }
  return true;
}

bool Evaluator::numbered(const Instruction& instruction, std::span<const Item> input, Items& out) {
  for (const Item& item : input) {
    if (!item.isNode()) continue;
    ChildSink sink(out, &item.navigator());
    item.navigator().numbered(item.node(), instruction.index, sink);
  }
  return true;
}

bool Evaluator::indexer(const Instruction& instruction, std::span<const Item> input, const Frame& frame, Items& out) {
  Items storage(pool);
  std::span<const Item> index;
  if (!evaluateOperand(program.operands[instruction.first_operand], frame, storage, index)) return false;
  if (index.empty()) return true;
  Item position = value(index[0]);
  if (index.size() > 1 || position.kind() != ItemKind::Integer) {
    return fail(instruction.offset, "the index in [] must be one integer");
  }
  int64_t at = position.integer();
  if (at >= 0 && at < static_cast<int64_t>(input.size())) out.push(input[at]);
  return true;
}

bool Evaluator::hostCall(const Instruction& instruction, std::span<const Item> input, const Frame& frame,
                         Items& out) {
  const HostFunction& host = program.host_functions[instruction.index];
  if (++depth_ > evaluation.depth_budget) {
    return fail(instruction.offset, "calls nest deeper than the budget", base::Why::TooCostly);
  }
  Collection given = collection(input);
  Collection* arguments = nullptr;
  if (instruction.operand_count > 0) {
    arguments = static_cast<Collection*>(
        evaluation.arena.allocate(instruction.operand_count * sizeof(Collection), alignof(Collection)));
  }
  Items argument(pool);
  for (uint32_t i = 0; i < instruction.operand_count; ++i) {
    argument.clear();
    uint32_t at = program.operands[instruction.first_operand + i];
    if (program.code[at].op == Op::Type) {
      const TypeSpecifier& type = program.types[program.code[at].type];
      argument.push(Item::type(arena().make<TypeName>(TypeName{type.space, type.name, type.number})));
    } else if (!evaluateScoped(at, frame, argument)) {
      return false;
    }
    new (&arguments[i]) Collection(collection(argument));
  }
  FunctionCall call{given, {arguments, instruction.operand_count}, evaluation};
  base::Result<Collection> result = host.call(call);
  --depth_;
  if (!result) {
    error = std::move(result).error();
    if (error.where.empty()) error.where = program.place(instruction.offset);
    return false;
  }
  out.append({result->begin(), result->size()});
  return true;
}

std::optional<Item> Evaluator::resource() const {
  if (evaluation.resource) return *evaluation.resource;
  return focus_.empty() ? std::nullopt : resourceOf(focus_[0]);
}

// The variables that FHIRPath and FHIR define (N1 9, FHIR R4 2.9.1.3).
bool Evaluator::isReserved(std::string_view name) {
  return name == "context" || name == "resource" || name == "rootResource" || name == "ucum" || name == "sct" ||
         name == "loinc" || name.starts_with("vs-") || name.starts_with("ext-");
}

bool Evaluator::reserved(std::string_view name, Items& out) {
  auto text = [&](std::string_view value) {
    out.push(Item::string(value));
    return true;
  };
  if (name == "ucum") return text("http://unitsofmeasure.org");
  if (name == "sct") return text("http://snomed.info/sct");
  if (name == "loinc") return text("http://loinc.org");
  if (name.starts_with("vs-")) {
    return text(arena().keep("http://hl7.org/fhir/ValueSet/" + std::string(name.substr(3))));
  }
  if (name.starts_with("ext-")) {
    return text(arena().keep("http://hl7.org/fhir/StructureDefinition/" + std::string(name.substr(4))));
  }
  std::optional<Item> item;
  if (name == "resource") item = resource();
  if (name == "rootResource") {
    item = resource();
    if (item) item = containerOf(*item);
    if (evaluation.root_resource) item = *evaluation.root_resource;
  }
  item ? out.push(*item) : out.append(focus_);
  return true;
}

bool Evaluator::defineVariable(std::string_view name, std::span<const Item> values, uint32_t offset) {
  if (isReserved(name)) return fail(offset, "the variable is defined already");
  for (Defined* defined = defined_; defined; defined = defined->outer) {
    if (defined->name == name) return fail(offset, "the variable is defined already");
  }
  Collection kept = collection(values);
  defined_ = evaluation.arena.make<Defined>(name, std::span<const Item>(kept.begin(), kept.size()), defined_);
  return true;
}

bool Evaluator::variable(const Instruction& instruction, Items& out) {
  std::string_view name = program.names[instruction.index].text;
  for (Defined* defined = defined_; defined; defined = defined->outer) {
    if (defined->name != name) continue;
    out.append(defined->value);
    return true;
  }
  if (isReserved(name)) return reserved(name, out);
  Collection found(evaluation.arena);
  if (!evaluation.variables || !evaluation.variables->find(name, found)) {
    return fail(instruction.offset, "there is no variable %" + std::string(name));
  }
  out.append({found.begin(), found.size()});
  return true;
}

bool Evaluator::typeOperator(const Instruction& instruction, const Frame& frame, Items& out) {
  Items items(pool);
  if (!evaluateScoped(program.operands[instruction.first_operand], frame, items)) return false;
  const TypeSpecifier& type = program.types[instruction.type];
  bool is = instruction.op == Op::IsType;
  if (items.size() > 1 && (is || !program.search_parameter)) {
    return fail(instruction.offset, is ? "'is' needs a single item" : "'as' needs a single item");
  }
  for (const Item& item : items) {
    // A reference that search parameters cannot follow stands as its type alone (functions/references.cpp).
    bool stands_as_type = program.search_parameter && item.kind() == ItemKind::Type;
    bool fits = stands_as_type ? isType(item.type(), type) : isOfType(item, type);
    if (is) {
      out.push(Item::boolean(fits));
    } else if (program.search_parameter) {
      if (fits) out.push(item);
    } else if (auto cast = asType(item, type, arena())) {
      out.push(*cast);
    }
  }
  return true;
}

bool Evaluator::truth(std::span<const Item> items, uint32_t offset, Truth& out) {
  if (items.empty()) {
    out = Truth::Empty;
    return true;
  }
  if (items.size() > 1) return fail(offset, "expected a single Boolean, found several items");
  Item single = value(items[0]);
  out = single.kind() != ItemKind::Boolean || single.boolean() ? Truth::True : Truth::False;
  return true;
}

bool Evaluator::truthOf(uint32_t at, const Frame& frame, Truth& out) {
  Items storage(pool);
  std::span<const Item> items;
  if (!evaluateOperand(at, frame, storage, items)) return false;
  if (items.size() == 1 && items[0].kind() == ItemKind::Boolean) {
    out = items[0].boolean() ? Truth::True : Truth::False;
    return true;
  }
  return items.size() <= 1 ? truth(items, 0, out) : truth(items, program.beginOf(at), out);
}

bool Evaluator::sign(const Instruction& instruction, const Frame& frame, Items& out) {
  Items items(pool);
  if (!evaluateScoped(program.operands[instruction.first_operand], frame, items)) return false;
  if (items.empty()) return true;
  Item number = value(items[0]);
  if (items.size() == 1 && withoutValue(number)) return true;
  bool fits = isNumber(number.kind()) || number.kind() == ItemKind::Quantity;
  if (items.size() > 1 || !fits) return fail(instruction.offset, "a sign needs one number");
  if (instruction.op == Op::Plus) {
    out.push(number);
  } else if (number.kind() == ItemKind::Integer) {
    out.push(Item::integer(-number.integer()));
  } else if (number.kind() == ItemKind::Long) {
    if (number.integer() != INT64_MIN) out.push(Item::longInteger(-number.integer()));
  } else if (number.kind() == ItemKind::Decimal) {
    out.push(Item::decimal(arena().make<base::Decimal>(number.decimal().negated())));
  } else {
    auto* negative = arena().make<Quantity>(number.quantity());
    negative->value = negative->value.negated();
    out.push(Item::quantity(negative));
  }
  return true;
}

// N1 6.5: three-valued logic. The right side is not evaluated when the left side decides.
bool Evaluator::logic(Operator op, Truth left, uint32_t right_at, const Frame& frame, uint32_t offset, Truth& out) {
  if ((op == Operator::And && left == Truth::False) || (op == Operator::Or && left == Truth::True)) {
    out = left;
    return true;
  }
  if (op == Operator::Implies && left == Truth::False) {
    out = Truth::True;
    return true;
  }
  if (op == Operator::Xor && left == Truth::Empty) {
    out = Truth::Empty;
    return true;
  }
  Items items(pool);
  Truth right;
  if (!evaluateScoped(right_at, frame, items) || !truth(items, offset, right)) return false;
  switch (op) {
    case Operator::And:
      out = right == Truth::False ? Truth::False : left == Truth::True ? right : Truth::Empty;
      return true;
    case Operator::Or:
      out = right == Truth::True ? Truth::True : left == Truth::False ? right : Truth::Empty;
      return true;
    case Operator::Xor:
      out = right == Truth::Empty ? Truth::Empty : left != right ? Truth::True : Truth::False;
      return true;
    default:  // implies, left true or empty
      out = right == Truth::True ? Truth::True : left == Truth::Empty ? Truth::Empty : right;
      return true;
  }
}

}  // namespace fhir::path
