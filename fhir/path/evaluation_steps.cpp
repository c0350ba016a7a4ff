// What an evaluation tells its step sink. The names and lengths are read from the expression's text again, so that
// evaluations that nobody follows carry nothing for it.

#include "fhir/base/text.h"
#include "fhir/path/evaluator.h"
#include "fhir/path/lexer.h"
#include "fhir/path/trace.h"

namespace fhir::path {
namespace {

struct Word {
  uint32_t begin, end;
};

// The token at `offset`; of a quantity, a variable or $this both its tokens.
Word wordAt(std::string_view text, uint32_t offset, int tokens) {
  Lexer lexer(text.substr(offset));
  Token token = lexer.next(tokens == 0);
  for (int i = 1; i < tokens; ++i) token = lexer.next();
  return {offset, offset + (token.kind == TokenKind::Error ? 0 : token.end)};
}

// How many tokens the instruction's name has; 0: digits that a point may follow.
int tokensOf(const Expression::Program& program, const Instruction& instruction) {
  switch (instruction.op) {
    case Op::Empty:
    case Op::This:
    case Op::Index:
    case Op::Total:
    case Op::Variable: return 2;
    case Op::Literal: return program.literals[instruction.index].kind() == ItemKind::Quantity ? 2 : 1;
    case Op::Numbered: return 0;
    default: return 1;
  }
}

}  // namespace

void Evaluator::tell(const Instruction& instruction, std::span<const Item> focus, const Frame& frame,
                     const Items& out, size_t before) {
  std::string_view text = program.text;
  Word word = wordAt(text, instruction.offset, tokensOf(program, instruction));
  EvaluationStep step;
  step.position = static_cast<uint32_t>(base::countCodePoints(text.substr(0, word.begin)));
  step.length = static_cast<uint32_t>(base::countCodePoints(text.substr(word.begin, word.end - word.begin)));
  step.name = text.substr(word.begin, word.end - word.begin);
  if (instruction.op == Op::Literal) step.name = "constant";
  if (instruction.op == Op::Indexer) step.name = "[]";
  if (instruction.op == Op::Empty) step.name = "{}";
  step.focus = focus;
  step.self = frame.focus;
  step.index = frame.index;
  step.results = std::span<const Item>(out).subspan(before);
  evaluation.steps->step(step);
}

void Evaluator::tellOperator(uint32_t offset, const Frame& frame, const Items& out, size_t before) {
  Instruction sign;
  sign.op = Op::Operators;
  sign.offset = offset;
  tell(sign, frame.focus, frame, out, before);
}

}  // namespace fhir::path
