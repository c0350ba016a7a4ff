#pragma once
// The text filter of an expansion. Private to fhir/terminology.

#include <string>
#include <string_view>
#include <vector>

namespace fhir::terminology {

class TextFilter {
 public:
  explicit TextFilter(std::string_view filter);
  bool empty() const { return words_.empty(); }
  // Whether each word is in one of the texts.
  bool accepts(const std::vector<std::string_view>& texts) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace fhir::terminology
