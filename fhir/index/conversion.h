#pragma once
// Found nodes -> search values, one function for each search type (R4 3.1.1.4), each in its own file.
// A function appends what the node gives and nothing when its type does not fit the search type.

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/index/extractor.h"
#include "fhir/index/shape.h"
#include "fhir/path/navigator.h"

namespace fhir::index {

// Several parameters find the same quantities, and converting units costs: the last results are kept.
class QuantityMemo {
 public:
  const QuantityValue* find(uint32_t node) const {
    for (const auto& [known, value] : last_)
      if (known == node) return &value;
    return nullptr;
  }
  void keep(uint32_t node, const QuantityValue& value) {
    if (last_.size() < kMost) {
      last_.emplace_back(node, value);
    } else {
      last_[next_++ % kMost] = {node, value};
    }
  }

 private:
  static constexpr size_t kMost = 8;
  std::vector<std::pair<uint32_t, QuantityValue>> last_;
  size_t next_ = 0;
};

// What stands behind one resource's conversion.
struct Conversion {
  const model::Document::Tree& tree;
  base::Findings& findings;
  int zone_minutes = 480;
  std::vector<SearchValue>& out;
  QuantityMemo& quantities;
  const definitions::SearchParameter* parameter = nullptr;

  const model::Record& record(uint32_t node) const { return tree.records[node]; }
  SearchValue& add();  // a new value of the current parameter at the end of `out`
  void cannotRead(uint32_t node, const char* what);
};

void addTokens(Conversion& conversion, uint32_t node);
void addStrings(Conversion& conversion, uint32_t node);
void addReferences(Conversion& conversion, uint32_t node);
void addDates(Conversion& conversion, uint32_t node);
void addNumbers(Conversion& conversion, uint32_t node);
void addQuantities(Conversion& conversion, uint32_t node);
void addUris(Conversion& conversion, uint32_t node);

// By `parameter->type`. An Extension stands for its value. Composite and Special give nothing here.
void addValues(Conversion& conversion, uint32_t node);
// A value that an expression computed (Patient.deceased): token or string.
void addComputed(Conversion& conversion, const path::Scalar& scalar);

// Every combination of the parts' values, at most kMostCombinations. Leaves nothing useful in `parts`.
constexpr size_t kMostCombinations = 1000;
void addComposites(Conversion& conversion, std::span<std::vector<SearchValue>> parts);

// Values [first, end) of `values` without repeats, order kept.
void dropRepeats(std::vector<SearchValue>& values, size_t first);

// Pieces that several types share.
void readIdentifier(const model::Document::Tree& tree, uint32_t identifier, TokenValue& out);
std::optional<DateValue> dateOf(Conversion& conversion, uint32_t primitive);
std::optional<DateValue> periodOf(Conversion& conversion, uint32_t period);
// The bounds of a number's implied precision; nothing when it is no number.
std::optional<NumberValue> numberOf(const model::Document::Tree& tree, uint32_t primitive);
std::string lowestKey();   // below every Decimal::orderKey
std::string highestKey();  // above every one

}  // namespace fhir::index
