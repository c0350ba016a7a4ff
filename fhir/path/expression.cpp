#include "fhir/path/expression.h"

#include <algorithm>

#include "fhir/path/evaluator.h"
#include "fhir/path/parser.h"
#include "fhir/path/program.h"
#include "fhir/path/strict.h"

namespace fhir::path {

Expression::Expression(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

const std::string& Expression::text() const { return program_->text; }

base::Result<Expression> Expression::compile(std::string_view text, const CompileOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Program> program, parse(text, options));
  if (!options.strict_type.empty()) RETURN_IF_ERROR(checkStrictly(*program, options.strict_type));
  return Expression(std::move(program));
}

std::vector<std::string_view> Expression::variables() const {
  std::vector<std::string_view> out;
  if (program_->defines_variables) return out;
  for (const Instruction& instruction : program_->code) {
    if (instruction.op != Op::Variable) continue;
    std::string_view name = program_->names[instruction.index].text;
    if (!Evaluator::isReserved(name) && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

PossibleTypes Expression::possibleTypes(const PossibleTypes& focus) const {
  return path::possibleTypes(*program_, focus);
}

namespace {

base::Result<Collection> run(const Expression::Program& program, std::span<const Item> focus,
                             Evaluation& evaluation) {
  base::Result<Collection> out{Collection(evaluation.arena)};
  Evaluator evaluator(program, evaluation, focus);
  Items results(evaluator.pool, Items::Kept{});
  if (evaluator.evaluate(program.root, Frame{focus, 0}, results)) {
    *out = results.release();
  } else {
    out = std::move(evaluator.error);
  }
  return out;
}

}  // namespace

base::Result<Collection> Expression::evaluate(const Item& focus, Evaluation& evaluation) const {
  return run(*program_, {&focus, 1}, evaluation);
}

base::Result<Collection> Expression::evaluate(const Collection& focus, Evaluation& evaluation) const {
  return run(*program_, {focus.begin(), focus.size()}, evaluation);
}

}  // namespace fhir::path
