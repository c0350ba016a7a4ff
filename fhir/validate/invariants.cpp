// Invariants: FHIRPath of the definitions, with limits on steps and depth (R4 5.3.6; ElementDefinition.constraint).

#include "fhir/path/resolver.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {

namespace {

constexpr uint64_t kMostMemory = 32u << 20;  // of one evaluation

// True alone is true: an empty result means that the rule could not be shown to hold.
bool isTrue(const path::Collection& result, base::Arena& arena) {
  if (result.size() != 1) return false;
  const path::Item value = result[0].computed(arena);
  return value.kind() != path::ItemKind::Boolean || value.boolean();
}

// Remembers that a reference led out of the document: what lies there nobody here can say.
class Outside final : public path::Resolver {
 public:
  std::optional<path::Item> resolve(std::string_view, const path::Item&) override {
    asked = true;
    return std::nullopt;
  }
  bool asked = false;
};

}  // namespace

void Pass::checkInvariant(uint32_t index, const Invariant& invariant) {
  if (!bad_.empty() && speaksOfBad(index, invariant)) return;
  path::Evaluation evaluation(arena_);
  evaluation.terminology = options.terminology;
  evaluation.conformance = this;
  evaluation.now = options.now;
  evaluation.step_budget = options.invariant_steps;
  evaluation.memory_budget = kMostMemory;
  evaluation.depth_budget = 100;
  Outside outside;
  evaluation.resolver = &outside;
  auto result = invariant.expression.evaluate(item(index), evaluation);
  if (!result.ok() && result.error().why != base::Why::TooCostly && hasErrorBelow(index)) {
    // it stumbled over what has been said already
  } else if (!result.ok()) {
    warning(index, result.error().why == base::Why::TooCostly ? "too-costly" : "processing", "invariant-stopped",
            invariant.key + " could not be evaluated: " + result.error().what);
  } else if (isTrue(*result, arena_)) {
    // it holds
  } else if (outside.asked) {
    report(index, base::Severity::Information, "incomplete", "invariant-stopped",
           invariant.key + " could not be evaluated: it follows a reference that leads out of the document");
  } else {
    report(index, invariant.severity, "invariant", invariant.key, invariant.human);
  }
  if (visits_.empty()) arena_.reset();
}

}  // namespace fhir::validate
