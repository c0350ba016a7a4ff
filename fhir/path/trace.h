#pragma once
// Ports: where trace(name) writes to, and who follows an evaluation step by step.

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/path/item.h"

namespace fhir::path {

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  // `values` is what trace() was given, or its projection; good during the call only.
  virtual void trace(std::string_view name, const Collection& values) = 0;
};

// One part of an expression that has been evaluated. All of it is good during the call only.
struct EvaluationStep {
  uint32_t position = 0;        // where its name or operator stands in the expression, in characters from 0
  uint32_t length = 0;          // of that name or operator, in characters
  std::string_view name;        // "given", "where", "=", "is", "$this", "%ucum", "[]", "{}"; "constant" for literals
  std::span<const Item> focus;  // what stands before the dot; for operators what surrounds them
  std::span<const Item> self;   // $this
  int64_t index = -1;           // $index; -1 outside of a loop
  std::span<const Item> results;
};

class StepSink {
 public:
  virtual ~StepSink() = default;
  // After each step that did not fail, arguments before the function that asked for them.
  virtual void step(const EvaluationStep& step) = 0;
};

}  // namespace fhir::path
