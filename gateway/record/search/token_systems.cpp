#include "gateway/record/search/token_systems.h"

#include <algorithm>
#include <mutex>

namespace gateway::record::search {

using fhir::definitions::ParameterNumber;

std::shared_ptr<const TokenSystems::Systems> TokenSystems::of(ParameterNumber parameter) const {
  static const auto kNone = std::make_shared<const Systems>();
  std::shared_lock lock(mutex_);
  auto found = by_parameter_.find(parameter);
  return found == by_parameter_.end() ? kNone : found->second;
}

bool TokenSystems::contains(ParameterNumber parameter, std::string_view system) const {
  auto systems = of(parameter);
  return std::binary_search(systems->begin(), systems->end(), system);
}

void TokenSystems::add(ParameterNumber parameter, std::string_view system) {
  std::unique_lock lock(mutex_);
  auto& systems = by_parameter_[parameter];
  Systems more = systems == nullptr ? Systems() : *systems;
  auto place = std::lower_bound(more.begin(), more.end(), system);
  if (place != more.end() && *place == system) return;
  more.insert(place, std::string(system));
  systems = std::make_shared<const Systems>(std::move(more));
}

}  // namespace gateway::record::search
