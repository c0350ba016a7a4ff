#pragma once
// Program: the compiled form of an expression. Flat arrays that refer to each other by index; the parser
// writes them once, evaluations only read. Private to fhir/path.
//
// Depth: chains of members and calls are one Path with steps, operators of equal rank one Operators with
// operands. Both run in loops, so only brackets and arguments nest, and the parser caps those.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/name.h"
#include "fhir/base/patterns.h"
#include "fhir/path/expression.h"
#include "fhir/terminology/ucum.h"

namespace fhir::path {

struct FunctionSpec;

enum class Op : uint8_t {
  Empty,         // {}
  Literal,       // index: literals
  This,          // $this
  Index,         // $index
  Total,         // $total
  Variable,      // %name; index: names
  Path,          // operands: start (kFocus: the focus), then steps
  Member,        // step; index: names; type: 1 when isWrittenName(); first_operand: its name in Program::chains
  TypeOrMember,  // first step whose name begins with a capital: Patient.name; index: names; type
  Numbered,      // step; index: the position, from 1
  Indexer,       // step; operand: the position, from 0
  Call,          // step; index: functions; operands: arguments
  HostCall,      // step; index: host_functions; operands: arguments
  IsType,        // operand; type
  AsType,        // operand; type
  Type,          // the argument of is(), as() and ofType(); type
  Negate,        // operand
  Plus,          // operand
  Operators,     // operands: left, then for each operator of the chain: Operator, offset of its sign, right
};

enum class Operator : uint8_t {
  Multiply,
  Divide,
  Div,
  Mod,
  Add,
  Subtract,
  Concatenate,
  Union,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  Equal,
  Equivalent,
  NotEqual,
  NotEquivalent,
  In,
  Contains,
  And,
  Or,
  Xor,
  Implies,
};

struct Instruction {
  Op op = Op::Empty;
  uint8_t chain = 1;           // Member: how many steps of its path from here on are members and looked up as one
  uint16_t type = 0;           // index into Program::types, or see Op
  uint32_t index = 0;          // see Op
  uint32_t first_operand = 0;  // into Program::operands
  uint32_t operand_count = 0;
  uint32_t offset = 0;  // byte in the text, for places
};

// A type that an expression names: "System.String", "FHIR.Patient", or "Quantity" which may be either.
struct TypeSpecifier {
  std::string_view space;  // "System", "FHIR" or empty
  std::string_view name;
  uint16_t number = 0;  // definitions::TypeNumber when it is a FHIR type
};

struct Expression::Program {
  static constexpr uint32_t kFocus = UINT32_MAX;

  Program() : strings(512) {}

  std::string text;
  std::string file;
  uint32_t line = 1;
  uint32_t column = 1;

  base::Arena strings;  // what names, literals and types point to
  std::vector<Instruction> code;
  std::vector<uint32_t> operands;
  std::vector<base::Name> names;
  std::vector<base::Name> chains;  // the names of members that follow each other in a path
  std::vector<Item> literals;
  std::deque<terminology::UcumUnit> units;  // of quantity literals
  std::vector<TypeSpecifier> types;
  std::vector<const FunctionSpec*> functions;
  std::vector<base::Pattern> patterns;  // of calls whose regular expression is a literal: Instruction::type - 1
  std::vector<HostFunction> host_functions;
  uint32_t root = 0;
  bool defines_variables = false;
  bool search_parameter = false;

  const base::Pattern* pattern(const Instruction& call) const {
    return call.type ? &patterns[call.type - 1] : nullptr;
  }

  // The byte where the instruction's expression begins: that of its leftmost operand.
  uint32_t beginOf(uint32_t at) const;
  // "file:line:column" of a byte in the text.
  std::string place(uint32_t offset) const;
};

}  // namespace fhir::path
