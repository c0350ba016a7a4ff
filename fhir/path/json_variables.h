#pragma once
// JsonVariables: values of %name given as JSON: true, 5, 1.50, "text", a FHIR resource, any other object, or an
// array for several items. Not thread-safe while it is filled; reading is.

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/document.h"
#include "fhir/path/expression.h"

namespace fhir::path {

class JsonVariables final : public Variables {
 public:
  // Why::Invalid when the text is no JSON, with where = "name:line:column". A name given again is replaced.
  base::Done add(std::string_view name, std::string json);

  bool find(std::string_view name, Collection& out) const override;

 private:
  std::deque<model::Document> documents_;
  std::map<std::string, std::vector<Item>, std::less<>> values_;
  base::Arena arena_;
};

}  // namespace fhir::path
