#pragma once
// Whether a value set contains a code, worked out from its definition without expanding it. Private to
// fhir/terminology; validate_code.h and expansion.h are for others.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/value_set.h"

namespace fhir::terminology {

// A code system as it takes part in a question: here or not, complete or not.
struct ConceptPlace {
  const CodeSystem* system = nullptr;  // nullptr: not here, or a grammar
  ConceptIndex concept_index = kNoConcept;
};

enum class Member : uint8_t { In, Out, Unknown };

// Why a question has no answer.
struct Obstacle {
  enum class Kind : uint8_t {
    UnknownValueSet,
    UnknownCodeSystem,
    UnknownVersion,
    Fragment,
    Circular,
    TooDeep,
    TooCostly,
    BadFilter
  } kind;
  std::string name;  // canonical of what lacks; the path of a circle: "a -> b -> a"
};

struct Candidate {
  std::string_view system, version, code;
};

// What was found on the way to In.
struct MemberPlace {
  ConceptPlace place;
  const ValueSetPart* part = nullptr;  // the include that lists it, with `listed` its place there
  uint32_t listed = ValueSetPart::kNone;
  const ListedCode* row = nullptr;  // of an expansion
};

// One question, one object. Not thread-safe.
class MembershipCheck {
 public:
  // `budget` bounds how often value sets are opened: ten value sets that each name the next one twice are a thousand.
  explicit MembershipCheck(const LoadedTerminology& terminology, uint64_t budget = 20'000)
      : terminology_(&terminology), budget_(budget) {}

  Member inValueSet(const ValueSet& set, const Candidate& candidate);
  Member inPart(const ValueSet& owner, const ValueSetPart& part, const Candidate& candidate);
  // All value sets named by the part; In when it names none.
  Member inNamedSets(const ValueSetPart& part, const Candidate& candidate);
  Member excluded(const ValueSet& set, const Candidate& candidate);

  // The code systems that the value set draws from, each once, imported value sets included.
  std::vector<std::string_view> systemsOf(const ValueSet& set);

  const std::vector<Obstacle>& obstacles() const { return obstacles_; }
  const MemberPlace& place() const { return place_; }

  // Holds a value set open while what it names is looked at; false (and an obstacle) when it is open already.
  bool enter(const ValueSet& set);
  void leave() { open_.pop_back(); }
  void note(Obstacle::Kind kind, std::string name);
  // What a copy of this check has spent counts here too.
  void spendLike(const MembershipCheck& copy) { budget_ = copy.budget_; }

 private:
  Member inSystem(const ValueSetPart& part, const Candidate& candidate);

  const LoadedTerminology* terminology_;
  uint64_t budget_;
  std::vector<const ValueSet*> open_;
  std::vector<Obstacle> obstacles_;
  MemberPlace place_;
};

// Whether a concept passes a filter. Unknown: the filter makes no sense for this system (with an obstacle's text).
Member passesFilter(const CodeSystem& system, ConceptIndex at, const ValueSetFilter& filter);

}  // namespace fhir::terminology
