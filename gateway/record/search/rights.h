#pragma once
// Rights: what a caller may see; part of every read (design decision 18). There is no default: empty means nothing.
// They are compiled into every hop of a plan, so answers never depend on data outside them.

#include <string>
#include <string_view>
#include <vector>

namespace gateway::record::search {

class Rights {
 public:
  // Everything; `reason` says why ("reindex", "authorization disabled in conf/demo.yaml") and is logged.
  static Rights all(std::string reason) { return Rights(true, std::move(reason), {}); }
  // The Patient compartments of these Patient ids, and resources of types that are in no Patient compartment
  // (Organization, Practitioner, ...). An empty list sees nothing at all.
  static Rights ofPatients(std::vector<std::string> patient_ids) { return Rights(false, {}, std::move(patient_ids)); }

  bool unrestricted() const { return all_; }
  const std::string& reason() const { return reason_; }
  const std::vector<std::string>& patients() const { return patients_; }
  bool seesNothing() const { return !all_ && patients_.empty(); }

 private:
  Rights(bool all, std::string reason, std::vector<std::string> patients)
      : all_(all), reason_(std::move(reason)), patients_(std::move(patients)) {}
  bool all_;
  std::string reason_;
  std::vector<std::string> patients_;
};

}  // namespace gateway::record::search
