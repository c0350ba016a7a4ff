#pragma once
// Constants: what %name means in the expressions of a view (ViewDefinition.constant). Private to fhir/views.

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/model/json_value.h"
#include "fhir/path/item.h"

namespace fhir::views {

class Constants {
 public:
  // `member` is the JSON name of the value: "valueDate". Why::Invalid without a place.
  base::Done add(std::string_view name, std::string_view member, const model::JsonValue& value);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  const path::Item* find(std::string_view name) const;

 private:
  std::deque<std::string> texts_;  // the arena's strings could do, but do not move with it
  std::deque<base::Decimal> decimals_;
  std::deque<base::Temporal> temporals_;
  std::vector<std::pair<std::string, path::Item>> items_;
};

}  // namespace fhir::views
