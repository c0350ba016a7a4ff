#include "fhir/path/parser.h"

#include <algorithm>
#include <array>
#include <optional>

#include "fhir/definitions/lookup.h"
#include "fhir/path/function_table.h"
#include "fhir/path/quantity_math.h"
#include "fhir/path/temporal_math.h"
#include "fhir/path/written_names.h"

namespace fhir::path {
namespace {

constexpr uint8_t kLongestChain = 32;
constexpr int kMaxDepth = 100;  // nested brackets, arguments and ranks of operators
constexpr size_t kMaxText = 1 << 20;

struct OperatorRank {
  std::string_view text;
  Operator op;
  int rank;  // higher binds tighter
};

// N1 6.8: operator precedence. `is` and `as` have rank 8.
constexpr OperatorRank kOperators[] = {
    {"*", Operator::Multiply, 10},      {"/", Operator::Divide, 10},    {"div", Operator::Div, 10},
    {"mod", Operator::Mod, 10},         {"+", Operator::Add, 9},        {"-", Operator::Subtract, 9},
    {"&", Operator::Concatenate, 9},    {"|", Operator::Union, 7},      {"<", Operator::Less, 6},
    {"<=", Operator::LessOrEqual, 6},   {">", Operator::Greater, 6},    {">=", Operator::GreaterOrEqual, 6},
    {"=", Operator::Equal, 5},          {"~", Operator::Equivalent, 5}, {"!=", Operator::NotEqual, 5},
    {"!~", Operator::NotEquivalent, 5}, {"in", Operator::In, 4},        {"contains", Operator::Contains, 4},
    {"and", Operator::And, 3},          {"or", Operator::Or, 2},        {"xor", Operator::Xor, 2},
    {"implies", Operator::Implies, 1},
};
constexpr int kTypeRank = 8;

constexpr std::string_view kSystemTypes[] = {"Any",  "Boolean",  "String", "Integer",  "Long",    "Decimal",
                                             "Date", "DateTime", "Time",   "Quantity", "Concept", "Code"};

class Parser {
 public:
  Parser(std::string_view text, const CompileOptions& options)
      : options_(options), program_(std::make_unique<Expression::Program>()), lexer_(program_->text) {
    program_->text = text;
    program_->file = options.file;
    program_->line = options.line;
    program_->column = options.column;
    program_->search_parameter = options.search_parameter;
    lexer_ = Lexer(program_->text);
  }

  base::Result<std::unique_ptr<Expression::Program>> run() {
    if (program_->text.size() > kMaxText) {
      return base::Error{base::Why::TooCostly, "the expression is longer than 1 MiB", program_->place(0)};
    }
    advance();
    uint32_t root = parseExpression(0);
    if (!failed() && token_.kind != TokenKind::End) expected("an operator or the end");
    if (failed()) return *error_;
    program_->root = root;
    return std::move(program_);
  }

 private:
  // --- Tokens ---
  bool failed() const { return error_.has_value(); }

  void advance(bool position = false) {
    if (failed()) return;
    token_ = lexer_.next(position);
    if (token_.kind == TokenKind::Error) {
      fail(token_.offset, token_.text);
      token_.kind = TokenKind::End;
    }
  }

  uint32_t fail(uint32_t offset, std::string what, base::Why why = base::Why::Invalid) {
    if (!failed()) error_ = base::Error{why, std::move(what), program_->place(offset)};
    return 0;
  }
  uint32_t expected(std::string_view what) {
    bool at_end = token_.kind == TokenKind::End;
    return fail(token_.offset, "expected " + std::string(what) + (at_end ? ", found the end" : ""));
  }

  bool isSymbol(std::string_view text) const { return token_.kind == TokenKind::Symbol && token_.text == text; }
  bool isWord(std::string_view text) const {
    return token_.kind == TokenKind::Identifier && !token_.delimited && token_.text == text;
  }
  bool accept(std::string_view symbol) {
    if (!isSymbol(symbol)) return false;
    advance();
    return true;
  }
  bool require(std::string_view symbol) {
    if (failed()) return false;
    if (accept(symbol)) return true;
    expected("'" + std::string(symbol) + "'");
    return false;
  }

  // --- Writing the program ---
  uint32_t emit(Op op, uint32_t offset, uint32_t index = 0) {
    Instruction instruction;
    instruction.op = op;
    instruction.index = index;
    instruction.offset = offset;
    program_->code.push_back(instruction);
    return static_cast<uint32_t>(program_->code.size() - 1);
  }
  uint32_t emit(Op op, uint32_t offset, uint32_t index, const std::vector<uint32_t>& operands) {
    uint32_t at = emit(op, offset, index);
    program_->code[at].first_operand = static_cast<uint32_t>(program_->operands.size());
    program_->code[at].operand_count = static_cast<uint32_t>(operands.size());
    program_->operands.insert(program_->operands.end(), operands.begin(), operands.end());
    return at;
  }
  uint32_t addName(std::string_view text) {
    base::Name name = definitions::r4().name(program_->strings.keep(text));
    auto& names = program_->names;
    for (uint32_t i = 0; i < names.size(); ++i) {
      if (names[i].is(name.text, name.hash)) return i;
    }
    names.push_back(name);
    return static_cast<uint32_t>(names.size() - 1);
  }
  uint32_t emitLiteral(uint32_t offset, Item item) {
    program_->literals.push_back(item);
    return emit(Op::Literal, offset, static_cast<uint32_t>(program_->literals.size() - 1));
  }

  // --- Expressions ---
  uint32_t parseExpression(int min_rank) {
    if (++depth_ > kMaxDepth) {
      --depth_;
      return fail(token_.offset, "the expression nests deeper than 100 levels", base::Why::TooCostly);
    }
    uint32_t left = parseOperand();
    while (!failed()) {
      if (isWord("is") || isWord("as")) {
        if (kTypeRank < min_rank) break;
        left = parseTypeOperator(left);
        continue;
      }
      const OperatorRank* found = findOperator();
      if (!found || found->rank < min_rank) break;
      left = parseOperators(left, found->rank);
    }
    --depth_;
    return left;
  }

  const OperatorRank* findOperator() const {
    bool word = token_.kind == TokenKind::Identifier && !token_.delimited;
    if (token_.kind != TokenKind::Symbol && !word) return nullptr;
    for (const OperatorRank& candidate : kOperators) {
      if (candidate.text == token_.text) return &candidate;
    }
    return nullptr;
  }

  uint32_t parseOperators(uint32_t left, int rank) {
    uint32_t offset = token_.offset;
    std::vector<uint32_t> operands = {left};
    while (const OperatorRank* found = findOperator()) {
      if (found->rank != rank || failed()) break;
      uint32_t place = token_.offset;
      advance();
      operands.push_back(static_cast<uint32_t>(found->op));
      operands.push_back(place);
      operands.push_back(parseExpression(rank + 1));
    }
    return emit(Op::Operators, offset, 0, operands);
  }

  uint32_t parseTypeOperator(uint32_t left) {
    Op op = token_.text == "is" ? Op::IsType : Op::AsType;
    uint32_t offset = token_.offset;
    advance();
    uint16_t type = parseType();
    uint32_t at = emit(op, offset, 0, {left});
    program_->code[at].type = type;
    return parseSteps(at);
  }

  // Signs, then a term with its steps.
  uint32_t parseOperand() {
    std::vector<std::pair<Op, uint32_t>> signs;
    while (!failed() && (isSymbol("-") || isSymbol("+"))) {
      signs.emplace_back(isSymbol("-") ? Op::Negate : Op::Plus, token_.offset);
      if (signs.size() > kMaxDepth) return fail(token_.offset, "too many signs", base::Why::TooCostly);
      advance();
    }
    uint32_t at = parseTerm();
    for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
      at = emit(sign->first, sign->second, 0, {at});
    }
    return at;
  }

  uint32_t parseTerm() {
    if (failed()) return 0;
    uint32_t offset = token_.offset;
    switch (token_.kind) {
      case TokenKind::String: {
        Item item = Item::string(program_->strings.keep(token_.text));
        advance();
        return parseSteps(emitLiteral(offset, item));
      }
      case TokenKind::Number: return parseSteps(parseNumber());
      case TokenKind::Date: return parseSteps(parseTemporal(ItemKind::Date));
      case TokenKind::DateTime: return parseSteps(parseTemporal(ItemKind::DateTime));
      case TokenKind::Time: return parseSteps(parseTemporal(ItemKind::Time));
      case TokenKind::Identifier: return parseSteps(parseFirstInvocation(), true);
      case TokenKind::Symbol: return parseSymbolTerm();
      default: return expected("an expression");
    }
  }

  uint32_t parseSymbolTerm() {
    uint32_t offset = token_.offset;
    if (accept("(")) {
      uint32_t inner = parseExpression(0);
      require(")");
      return parseSteps(inner);
    }
    if (accept("{")) {
      require("}");
      return parseSteps(emit(Op::Empty, offset));
    }
    if (isSymbol("$")) {
      Op op = parseDollar();
      return parseSteps(emit(op, offset));
    }
    if (accept("%")) {
      if (token_.kind != TokenKind::Identifier && token_.kind != TokenKind::String) {
        return expected("the name of a variable after '%'");
      }
      uint32_t name = addName(token_.text);
      advance();
      return parseSteps(emit(Op::Variable, offset, name));
    }
    return expected("an expression");
  }

  Op parseDollar() {
    advance();
    Op op = Op::This;
    if (isWord("this")) {
      op = Op::This;
    } else if (isWord("index")) {
      op = Op::Index;
    } else if (isWord("total")) {
      op = Op::Total;
    } else {
      expected("this, index or total after '$'");
    }
    advance();
    return op;
  }

  uint32_t parseNumber() {
    uint32_t offset = token_.offset;
    std::string number = token_.text;
    advance();
    if (failed()) return 0;
    if (number.ends_with('L')) return emitLong(offset, number.substr(0, number.size() - 1));
    if (token_.kind == TokenKind::String) {
      std::string_view word = calendarUnit(token_.text);
      std::string_view unit = word.empty() ? program_->strings.keep(token_.text) : word;
      advance();
      return emitQuantity(offset, number, unit, !word.empty());
    }
    if (token_.kind == TokenKind::Identifier && !token_.delimited && !calendarUnit(token_.text).empty()) {
      std::string_view unit = calendarUnit(token_.text);
      advance();
      return emitQuantity(offset, number, unit, true);
    }
    auto decimal = base::Decimal::parse(number);
    if (!decimal && number.size() > 1 && number[0] == '0') decimal = base::Decimal::parse(withoutZeros(number));
    if (!decimal) return fail(offset, "the number has too many digits");
    if (number.find('.') != std::string::npos) {
      return emitLiteral(offset, Item::decimal(program_->strings.make<base::Decimal>(*decimal)));
    }
    auto integer = decimal->toInteger();
    if (!integer || *integer > INT32_MAX) {
      // -2147483648 is a sign and a number: the one value beyond the maximum that may stand here.
      if (!integer || *integer > int64_t{INT32_MAX} + 1) {
        return fail(offset, "the number is beyond the range of Integer");
      }
    }
    return emitLiteral(offset, Item::integer(*integer));
  }

  // 5L: a whole number of 64 bits (FHIRPath 3.0 4.1.4, trial use).
  uint32_t emitLong(uint32_t offset, const std::string& number) {
    auto decimal = base::Decimal::parse(withoutZeros(number));
    auto integer = decimal ? decimal->toInteger() : base::Result<int64_t>(decimal.error());
    if (!integer) return fail(offset, "the number is beyond the range of Long");
    return emitLiteral(offset, Item::longInteger(*integer));
  }

  static std::string withoutZeros(const std::string& number) {
    size_t from = number.find_first_not_of('0');
    if (from == std::string::npos || number[from] == '.')
      from = (from == std::string::npos ? number.size() : from) - 1;
    return number.substr(from);
  }

  uint32_t emitQuantity(uint32_t offset, const std::string& number, std::string_view unit, bool calendar) {
    auto value = base::Decimal::parse(withoutZeros(number));
    if (!value) return fail(offset, "the number has too many digits");
    auto* quantity = program_->strings.make<Quantity>();
    quantity->value = *value;
    quantity->unit = unit;
    quantity->calendar = calendar;
    if (auto ucum = ucumUnit(*quantity)) {
      program_->units.push_back(std::move(*ucum));
      quantity->ucum = &program_->units.back();
    }
    return emitLiteral(offset, Item::quantity(quantity));
  }

  uint32_t parseTemporal(ItemKind kind) {
    uint32_t offset = token_.offset;
    auto parsed = kind == ItemKind::Date       ? base::Temporal::parseDate(token_.text)
                  : kind == ItemKind::DateTime ? base::Temporal::parseDateTime(token_.text)
                                               : base::Temporal::parseTime(token_.text);
    if (!parsed) return fail(offset, "no such date or time");
    advance();
    return emitLiteral(offset, Item::temporal(kind, program_->strings.make<base::Temporal>(*parsed)));
  }

  // --- Paths ---
  // A term that begins with a name: `true`, a member, a type, or a call without an input.
  uint32_t parseFirstInvocation() {
    uint32_t offset = token_.offset;
    if (isWord("true") || isWord("false")) {
      bool value = token_.text == "true";
      advance();
      return emitLiteral(offset, Item::boolean(value));
    }
    return parseInvocation(true);
  }

  // A name with or without arguments.
  uint32_t parseInvocation(bool first) {
    uint32_t offset = token_.offset;
    std::string name = token_.text;
    bool delimited = token_.delimited;
    advance();
    if (isSymbol("(") && !delimited) return parseCall(name, offset);
    bool capital = name[0] >= 'A' && name[0] <= 'Z';
    uint32_t at = emit(first && capital ? Op::TypeOrMember : Op::Member, offset, addName(name));
    if (!(first && capital)) program_->code[at].type = !options_.search_parameter && isWrittenName(name);
    if (first && capital) {
      auto* type = definitions::r4().type(name);
      program_->code[at].type =
          type ? addType({"FHIR", program_->names[program_->code[at].index].text, type->number}) : 0;
    }
    return at;
  }

  // `.name`, `.name(...)`, `.5` and `[...]` after a term. With `from_focus` the term is itself a step.
  uint32_t parseSteps(uint32_t start, bool from_focus = false) {
    if (failed()) return 0;
    std::vector<uint32_t> operands;
    bool is_step = false;
    if (from_focus) {
      Op op = program_->code[start].op;
      is_step = op == Op::Member || op == Op::TypeOrMember || op == Op::Call || op == Op::HostCall;
    }
    if (is_step) operands.push_back(Expression::Program::kFocus);
    operands.push_back(start);
    uint32_t offset = program_->code[start].offset;
    while (!failed()) {
      if (isSymbol(".")) {
        advance(true);
        operands.push_back(parseStep());
      } else if (isSymbol("[")) {
        uint32_t bracket = token_.offset;
        advance();
        uint32_t index = parseExpression(0);
        require("]");
        operands.push_back(emit(Op::Indexer, bracket, 0, {index}));
      } else {
        break;
      }
    }
    if (failed()) return 0;
    if (operands.size() == 1) return start;
    chainMembers(operands);
    return emit(Op::Path, offset, 0, operands);
  }

  // Members that follow each other are one step for the evaluator: each knows how many, itself among them.
  void chainMembers(const std::vector<uint32_t>& operands) {
    auto& code = program_->code;
    const auto isMember = [&](uint32_t at) {
      return at != Expression::Program::kFocus && code[at].op == Op::Member && code[at].type == 0;
    };
    const auto begin = static_cast<uint32_t>(program_->chains.size());
    uint32_t next = begin;
    for (size_t i = 1; i < operands.size(); ++i) {
      if (!isMember(operands[i])) continue;
      Instruction& member = code[operands[i]];
      member.first_operand = next++;
      program_->chains.push_back(program_->names[member.index]);
    }
    for (size_t i = operands.size() - 1; i > 1; --i) {
      const bool both = isMember(operands[i - 1]) && isMember(operands[i]);
      if (both && code[operands[i]].chain < kLongestChain) code[operands[i - 1]].chain = code[operands[i]].chain + 1;
    }
  }

  uint32_t parseStep() {
    if (failed()) return 0;
    if (token_.kind == TokenKind::Number) {
      uint32_t offset = token_.offset;
      if (token_.text.size() > 9) return fail(offset, "the position is too large");
      uint32_t position = static_cast<uint32_t>(std::stoul(token_.text));
      advance();
      return emit(Op::Numbered, offset, position);
    }
    if (isSymbol("$")) {
      uint32_t offset = token_.offset;
      return emit(parseDollar(), offset);
    }
    if (token_.kind != TokenKind::Identifier) return expected("a member or a function after '.'");
    return parseInvocation(false);
  }

  uint32_t parseCall(const std::string& name, uint32_t offset) {
    advance();  // (
    for (const HostFunction& host : options_.functions) {
      if (host.name == name) return parseHostCall(host, offset);
    }
    const FunctionSpec* spec = findFunction(name);
    if (!spec) return fail(offset, "there is no function " + name + "()");
    std::vector<uint32_t> arguments;
    if (spec->arguments == Arguments::Type) {
      uint32_t at = emit(Op::Type, token_.offset);
      uint16_t type = parseType();
      program_->code[at].type = type;
      arguments.push_back(at);
      require(")");
    } else {
      arguments = parseArguments(spec->arguments == Arguments::Sort);
    }
    if (failed() || !checkCount(name, arguments.size(), spec->min_arguments, spec->max_arguments, offset)) return 0;
    if (name == "defineVariable") program_->defines_variables = true;
    program_->functions.push_back(spec);
    uint32_t at = emit(Op::Call, offset, static_cast<uint32_t>(program_->functions.size() - 1), arguments);
    if (name == "matches" || name == "matchesFull" || name == "replaceMatches") keepPattern(at, name);
    return at;
  }

  // A regular expression that is a literal is compiled once. One that is wrong is left to the evaluation.
  void keepPattern(uint32_t at, std::string_view name) {
    Instruction& call = program_->code[at];
    if (call.operand_count > (name == "replaceMatches" ? 2u : 1u)) return;  // with flags
    const Instruction& argument = program_->code[program_->operands[call.first_operand]];
    if (argument.op != Op::Literal || program_->literals[argument.index].kind() != ItemKind::String) return;
    auto pattern = base::Pattern::compile(program_->literals[argument.index].string());
    if (!pattern || program_->patterns.size() >= UINT16_MAX) return;
    program_->patterns.push_back(std::move(*pattern));
    call.type = static_cast<uint16_t>(program_->patterns.size());
  }

  uint32_t parseHostCall(const HostFunction& host, uint32_t offset) {
    std::vector<uint32_t> arguments;
    if (host.takes_type && token_.kind == TokenKind::Identifier) {
      arguments.push_back(emit(Op::Type, token_.offset));
      uint16_t type = parseType();
      program_->code[arguments[0]].type = type;
      require(")");
    } else {
      arguments = parseArguments(false);
    }
    if (failed() || !checkCount(host.name, arguments.size(), host.min_arguments, host.max_arguments, offset)) {
      return 0;
    }
    program_->host_functions.push_back(host);
    return emit(Op::HostCall, offset, static_cast<uint32_t>(program_->host_functions.size() - 1), arguments);
  }

  bool checkCount(std::string_view name, size_t count, uint8_t min, uint8_t max, uint32_t offset) {
    if (count >= min && (max == 255 || count <= max)) return true;
    std::string wanted = std::to_string(min);
    if (max == 255) {
      wanted = "at least " + wanted;
    } else if (max != min) {
      wanted += " to " + std::to_string(max);
    }
    fail(offset, std::string(name) + "() takes " + wanted + (min == 1 && max == 1 ? " argument" : " arguments") +
                     ", not " + std::to_string(count));
    return false;
  }

  std::vector<uint32_t> parseArguments(bool sort) {
    std::vector<uint32_t> arguments;
    if (accept(")")) return arguments;
    do {
      uint32_t argument = parseExpression(0);
      if (sort && (isWord("asc") || isWord("desc"))) {
        // Descending is written into the argument as a sign that sort() reads.
        if (isWord("desc")) argument = emit(Op::Path, token_.offset, 1, {argument});
        advance();
      }
      arguments.push_back(argument);
    } while (!failed() && accept(","));
    require(")");
    return arguments;
  }

  // --- Types ---
  uint16_t addType(TypeSpecifier type) {
    auto& types = program_->types;
    if (types.empty()) types.push_back({});  // 0 means none
    for (size_t i = 1; i < types.size(); ++i) {
      if (types[i].space == type.space && types[i].name == type.name) return static_cast<uint16_t>(i);
    }
    if (types.size() > UINT16_MAX) {
      fail(token_.offset, "the expression names too many types", base::Why::TooCostly);
      return 0;
    }
    types.push_back(type);
    return static_cast<uint16_t>(types.size() - 1);
  }

  // identifier {'.' identifier}; a name before a bracket is a call on the result, not a part of the type.
  uint16_t parseType() {
    uint32_t offset = token_.offset;
    if (failed() || token_.kind != TokenKind::Identifier) {
      expected("the name of a type");
      return 0;
    }
    std::string name = token_.text;
    advance();
    while (!failed() && isSymbol(".")) {
      Token dot = token_;
      advance(true);
      Token part = token_;
      advance();
      if (part.kind != TokenKind::Identifier || isSymbol("(")) {
        lexer_.rewind(dot);
        error_.reset();
        advance();
        break;
      }
      name += "." + part.text;
    }
    return failed() ? 0 : resolveType(name, offset);
  }

  uint16_t resolveType(std::string_view name, uint32_t offset) {
    TypeSpecifier type;
    std::string_view local = name;
    if (name.starts_with("System.")) {
      type.space = "System";
      local = name.substr(7);
    } else if (name.starts_with("FHIR.")) {
      type.space = "FHIR";
      local = name.substr(5);
    }
    // R4 2.9.1.2 writes System.string for System.String.
    std::string capital(local);
    if (type.space == "System" && !capital.empty() && capital[0] >= 'a')
      capital[0] = static_cast<char>(capital[0] - 32);
    if (std::find(std::begin(kSystemTypes), std::end(kSystemTypes), capital) != std::end(kSystemTypes))
      local = capital;
    type.name = program_->strings.keep(local);
    bool system = type.space != "FHIR" &&
                  std::find(std::begin(kSystemTypes), std::end(kSystemTypes), local) != std::end(kSystemTypes);
    // System.Patient names no type of System, but the question whether something is one has an answer.
    auto* fhir = definitions::r4().type(local);
    bool known = system || fhir;
    if (fhir && type.space != "System") type.number = fhir->number;
    if (!known) fail(offset, "there is no type " + std::string(name));
    return addType(type);
  }

  const CompileOptions& options_;
  std::unique_ptr<Expression::Program> program_;
  Lexer lexer_;
  Token token_;
  std::optional<base::Error> error_;
  int depth_ = 0;
};

}  // namespace

uint32_t Expression::Program::beginOf(uint32_t at) const {
  while (true) {
    const Instruction& instruction = code[at];
    bool has_left = instruction.op == Op::Operators || instruction.op == Op::IsType || instruction.op == Op::AsType ||
                    instruction.op == Op::Path;
    if (!has_left || operands[instruction.first_operand] == kFocus) return instruction.offset;
    at = operands[instruction.first_operand];
  }
}

std::string Expression::Program::place(uint32_t offset) const {
  uint32_t row = line;
  uint32_t at = column;
  for (size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++row;
      at = 1;
    } else if ((text[i] & 0xC0) != 0x80) {
      ++at;
    }
  }
  std::string out = file.empty() ? "" : file + ":";
  return out + std::to_string(row) + ":" + std::to_string(at);
}

base::Result<std::unique_ptr<Expression::Program>> parse(std::string_view text, const CompileOptions& options) {
  return Parser(text, options).run();
}

}  // namespace fhir::path
