#pragma once
// Which business key decides the shard of a resource (design decision 10): resources of the Patient compartment stand
// with the institution's Patient, all others with the institution.

#include <string>
#include <string_view>

namespace mappings::engine {

// `patient_key`: key of the Patient in force, empty when there is none.
std::string shardKey(std::string_view type, std::string_view own_key, std::string_view patient_key,
                     std::string_view institution);

}  // namespace mappings::engine
