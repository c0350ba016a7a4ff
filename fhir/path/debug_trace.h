#pragma once
// DebugTrace: an evaluation written down step by step, as the Parameters resource that HL7's FHIRPath Lab reads
// (its server API, "debug-trace", a draft):
//
//   {"resourceType":"Parameters","id":"fhirpath","parameter":[
//     {"name":"parameters","part":[{"name":"evaluator",...},{"name":"expression",...}]},
//     {"name":"result","part":[{"name":"HumanName",...},{"name":"trace","valueString":"T","part":[...]}]},
//     {"name":"debug-trace","part":[{"name":"0,4,name","part":[...]}]}]}
//
// A step's name is "position,length,function", in characters of the expression from 0. Values of the resource carry
// their place ("Patient.name[0]"); of complex ones a step gives the place alone, a result its content as well.
// One for each evaluation: give it as Evaluation::trace and Evaluation::steps, then ask for the text.

#include <string>
#include <string_view>

#include "fhir/path/trace.h"

namespace fhir::path {

class DebugTrace final : public TraceSink, public StepSink {
 public:
  // Steps beyond these are counted, not kept: a part "steps-left-out" says how many.
  static constexpr size_t kMostSteps = 10'000;

  void trace(std::string_view name, const Collection& values) override;
  void step(const EvaluationStep& step) override;

  // `evaluator` is the program that speaks, with its version and FHIR's: "OneCard 0.1.0 (R4)".
  std::string parameters(std::string_view evaluator, std::string_view expression, const Collection& results) const;

 private:
  std::string traces_, steps_;  // parts, each followed by a comma
  size_t count_ = 0;
};

}  // namespace fhir::path
