#include "fhir/path/strict.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "fhir/path/function_table.h"

namespace fhir::path {
namespace {

using definitions::TypeNumber;

// What a collection can hold.
struct Possible {
  bool anything = false;
  bool unordered = false;
  std::vector<TypeNumber> fhir;          // without repeats
  std::vector<std::string_view> system;  // "Boolean", ...

  void add(TypeNumber type) {
    if (std::find(fhir.begin(), fhir.end(), type) == fhir.end()) fhir.push_back(type);
  }
  void add(const Possible& other) {
    anything |= other.anything;
    unordered |= other.unordered;
    for (TypeNumber type : other.fhir) add(type);
    system.insert(system.end(), other.system.begin(), other.system.end());
  }
};

Possible anything() {
  Possible out;
  out.anything = true;
  return out;
}
Possible system(std::string_view name) {
  Possible out;
  out.system.push_back(name);
  return out;
}

std::string_view systemName(ItemKind kind) {
  static constexpr std::string_view kNames[] = {"",         "Boolean", "Integer",  "Decimal",  "String", "Date",
                                                "DateTime", "Time",    "Quantity", "TypeInfo", "Long"};
  return kNames[static_cast<int>(kind)];
}

class Checker {
 public:
  explicit Checker(const Expression::Program& program) : program_(program) {}

  base::Done run(TypeNumber type) {
    root_.add(type);
    check(program_.root, root_);
    return error_ ? base::Done(*error_) : base::Done();
  }

  PossibleTypes typesOver(const PossibleTypes& focus) {
    refuses_ = false;
    root_.anything = focus.anything;
    root_.fhir = focus.fhir;
    root_.system = focus.system;
    Possible out = check(program_.root, root_);
    return {out.anything, std::move(out.fhir), std::move(out.system)};
  }

 private:
  using Definitions = definitions::Definitions;

  void fail(uint32_t offset, std::string what) {
    if (!error_ && refuses_) error_ = base::invalid(std::move(what), program_.place(offset));
  }

  const uint32_t* operands(const Instruction& instruction) const {
    return &program_.operands[instruction.first_operand];
  }

  Possible check(uint32_t at, const Possible& focus) {
    const Instruction& instruction = program_.code[at];
    switch (instruction.op) {
      case Op::Empty: return {};
      case Op::Literal: return system(systemName(program_.literals[instruction.index].kind()));
      case Op::This: return focus;
      case Op::Index: return system("Integer");
      case Op::Total: return anything();
      case Op::Variable: return variable(instruction);
      case Op::Path: return path(instruction, focus);
      case Op::IsType: check(*operands(instruction), focus); return system("Boolean");
      case Op::AsType: return narrow(check(*operands(instruction), focus), program_.types[instruction.type]);
      case Op::Type: return {};
      case Op::Negate:
      case Op::Plus: return check(*operands(instruction), focus);
      case Op::Operators: return operators(instruction, focus);
      default: return step(instruction, focus, focus);
    }
  }

  Possible path(const Instruction& instruction, const Possible& focus) {
    const uint32_t* operand = operands(instruction);
    Possible current = *operand == Expression::Program::kFocus ? focus : check(*operand, focus);
    for (uint32_t i = 1; i < instruction.operand_count && !error_; ++i) {
      current = step(program_.code[operand[i]], current, focus);
    }
    return current;
  }

  Possible step(const Instruction& instruction, const Possible& input, const Possible& focus) {
    switch (instruction.op) {
      case Op::Member: return member(instruction, input);
      case Op::TypeOrMember: return typeOrMember(instruction, input);
      case Op::Numbered: fail(instruction.offset, "a FHIR element has no members by position"); return anything();
      case Op::Indexer:
        check(*operands(instruction), focus);
        ordered(instruction, input);
        return input;
      case Op::Call: return call(instruction, input, focus);
      case Op::HostCall:
        for (uint32_t i = 0; i < instruction.operand_count; ++i) check(operands(instruction)[i], focus);
        return hostResult(program_.host_functions[instruction.index]);
      case Op::This: return focus;
      case Op::Index: return system("Integer");
      default: return anything();
    }
  }

  static Possible hostResult(const HostFunction& function) {
    return function.returns.empty() ? anything() : system(function.returns);
  }

  // Adds what `name` can be in `type`; false when it has no such member.
  bool addMember(TypeNumber type, const base::Name& name, Possible& out) const {
    const definitions::Element* element = definitions_.element(type, name);
    if (!element) return false;
    for (TypeNumber possible : element->types) out.add(possible);
    return true;
  }

  // A resource that is not known more closely may be any resource type.
  bool addMemberOfAnyResource(TypeNumber ancestor, const base::Name& name, Possible& out) const {
    bool found = false;
    for (const definitions::Type& type : definitions_.types()) {
      if (definitions_.isResource(type.number) && definitions_.isSubtypeOf(type.number, ancestor)) {
        found |= addMember(type.number, name, out);
      }
    }
    return found;
  }

  // Names as JSON writes them (written_names.h); strict mode does not know them.
  void addWritten(const Possible& input, const base::Name& name, Possible& out) const {
    for (TypeNumber type : input.fhir) {
      if (name.text == "resourceType" && definitions_.isResource(type)) out.system.push_back("String");
      const definitions::Member member = definitions_.member(type, name);
      if (member.element && member.element->choice) out.add(member.type);
    }
  }

  // What the members of a value of FHIRPath itself are; false when it has no such member.
  static bool addSystemMember(const Possible& input, std::string_view name, Possible& out) {
    auto has = [&](std::string_view type) {
      return std::find(input.system.begin(), input.system.end(), type) != input.system.end();
    };
    if (!has("Quantity") || (name != "value" && name != "unit")) return false;
    out.system.push_back(name == "value" ? "Decimal" : "String");
    return true;
  }

  Possible member(const Instruction& instruction, const Possible& input) {
    const base::Name& name = program_.names[instruction.index];
    Possible out;
    out.anything = input.anything;
    bool found = input.anything || (input.fhir.empty() && input.system.empty());
    for (TypeNumber type : input.fhir) {
      const definitions::Type* known = definitions_.type(type);
      bool abstract_resource = known && (known->name == "Resource" || known->name == "DomainResource");
      found |= abstract_resource ? addMemberOfAnyResource(type, name, out) : addMember(type, name, out);
    }
    found |= addSystemMember(input, name.text, out);
    if (!found && !refuses_) addWritten(input, name, out);
    bool reflection = std::find(input.system.begin(), input.system.end(), "TypeInfo") != input.system.end();
    if (reflection) return system("String");
    if (!found) fail(instruction.offset, typesOf(input) + " has no member " + std::string(name.text));
    return out;
  }

  Possible typeOrMember(const Instruction& instruction, const Possible& input) {
    const base::Name& name = program_.names[instruction.index];
    uint16_t wanted = instruction.type ? program_.types[instruction.type].number : 0;
    if (!wanted) return member(instruction, input);
    if (input.anything) {
      Possible out;
      out.add(wanted);
      return out;
    }
    Possible out;
    for (TypeNumber type : input.fhir) {
      if (definitions_.isSubtypeOf(type, wanted)) out.add(type);
    }
    if (out.fhir.empty()) fail(instruction.offset, typesOf(input) + " is no " + std::string(name.text));
    return out;
  }

  Possible narrow(const Possible& input, const TypeSpecifier& type) {
    Possible out;
    out.unordered = input.unordered;
    if (type.number) out.add(type.number);
    if (!type.number || type.space != "FHIR") out.system.push_back(type.name);
    return out;
  }

  Possible variable(const Instruction& instruction) {
    std::string_view name = program_.names[instruction.index].text;
    if (name == "context" || name == "resource") return root_;
    if (name == "ucum" || name == "sct" || name == "loinc") return system("String");
    return anything();
  }

  Possible operators(const Instruction& instruction, const Possible& focus) {
    const uint32_t* operand = operands(instruction);
    Possible current = check(*operand, focus);
    for (uint32_t i = 1; i + 2 < instruction.operand_count && !error_; i += 3) {
      Operator op = static_cast<Operator>(operand[i]);
      Possible right = check(operand[i + 2], focus);
      if (op == Operator::Union) {
        current.add(right);
      } else if (op == Operator::Concatenate) {
        current = system("String");
      } else if (op >= Operator::Less) {
        current = system("Boolean");
      } else {
        current = anything();
      }
    }
    return current;
  }

  void ordered(const Instruction& instruction, const Possible& input) {
    if (input.unordered) fail(instruction.offset, "the order of children() and descendants() is not defined");
  }

  Possible call(const Instruction& instruction, const Possible& input, const Possible& focus) {
    const FunctionSpec& spec = *program_.functions[instruction.index];
    if (spec.needs_order) ordered(instruction, input);
    Possible item = input;
    item.unordered = false;
    std::vector<Possible> arguments;
    if (spec.arguments != Arguments::Type) {
      bool over_items = spec.arguments == Arguments::OverItems || spec.arguments == Arguments::Sort;
      for (uint32_t i = 0; i < instruction.operand_count && !error_; ++i) {
        arguments.push_back(check(operands(instruction)[i], over_items ? item : focus));
      }
    }
    if (error_) return {};
    switch (spec.result) {
      case Returns::Boolean: return system("Boolean");
      case Returns::Integer: return system("Integer");
      case Returns::Decimal: return system("Decimal");
      case Returns::String: return system("String");
      case Returns::Date: return system("Date");
      case Returns::DateTime: return system("DateTime");
      case Returns::Time: return system("Time");
      case Returns::Quantity: return system("Quantity");
      case Returns::TypeInfo: return system("TypeInfo");
      case Returns::Input: return input;
      case Returns::InputAndArgument:
        for (const Possible& argument : arguments) item.add(argument);
        return item;
      case Returns::Argument: return arguments.empty() ? input : arguments[0];
      case Returns::Branches: return branches(instruction, arguments);
      case Returns::OfType: return narrow(input, program_.types[program_.code[*operands(instruction)].type]);
      case Returns::Extensions: {
        Possible out;
        if (const auto* type = definitions_.type("Extension")) out.add(type->number);
        return out;
      }
      case Returns::Children: {
        Possible out = anything();
        out.unordered = true;
        return out;
      }
      case Returns::Anything: break;
    }
    return anything();
  }

  Possible branches(const Instruction& instruction, const std::vector<Possible>& arguments) {
    const Possible& condition = arguments[0];
    bool boolean = condition.anything || (condition.fhir.empty() && condition.system.empty());
    for (std::string_view name : condition.system) boolean |= name == "Boolean";
    for (TypeNumber type : condition.fhir) {
      const definitions::Type* known = definitions_.type(type);
      boolean |= known && known->name == "boolean";
    }
    if (!boolean) fail(program_.beginOf(*operands(instruction)), "the condition of iif() is no Boolean");
    Possible out;
    for (size_t i = 1; i < arguments.size(); ++i) out.add(arguments[i]);
    return out;
  }

  // "Range or Quantity": each name once, so many as a sentence bears.
  std::string typesOf(const Possible& input) const {
    std::vector<std::string_view> names;
    auto add = [&](std::string_view name) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (TypeNumber number : input.fhir) {
      if (const definitions::Type* type = definitions_.type(number)) add(type->name);
    }
    for (std::string_view name : input.system) add(name);
    std::string out;
    for (std::string_view name : names) {
      if (out.size() < 80) out += (out.empty() ? "" : " or ") + std::string(name);
    }
    return out;
  }

  const Expression::Program& program_;
  const Definitions& definitions_ = definitions::r4();
  Possible root_;
  std::optional<base::Error> error_;
  bool refuses_ = true;
};

}  // namespace

base::Done checkStrictly(const Expression::Program& program, std::string_view type) {
  const definitions::Type* known = definitions::r4().type(type);
  if (!known) return base::invalid("there is no type " + std::string(type));
  return Checker(program).run(known->number);
}

PossibleTypes possibleTypes(const Expression::Program& program, const PossibleTypes& focus) {
  return Checker(program).typesOver(focus);
}

}  // namespace fhir::path
