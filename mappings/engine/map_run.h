#pragma once
// MapRun: one part through one mapping. First plan(): which resources there will be, with their keys and ids; then
// write(): their bodies, which may refer to any of them. Not thread-safe, used once.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "mappings/engine/map.h"
#include "mappings/engine/map_trace.h"
#include "mappings/engine/scope.h"
#include "mappings/engine/surroundings.h"

namespace mappings::engine {

struct RunInput {
  const Map& map;
  const MapInput& input;
  const CodeMaps& code_maps;
  const SystemNames& systems;
  const Directory* directory = nullptr;
  std::string_view canonical;
  std::string_view site_key;
};

class MapRun : private fhir::path::Variables {
 public:
  MapRun(const RunInput& input, fhir::base::Arena& arena);

  fhir::base::Result<bool> accepts();
  fhir::base::Result<std::vector<std::string>> orderKeys();
  // `origins`: where to write down which source fields each output value came from; may be nullptr.
  fhir::base::Result<MappedPart> run(std::vector<OutputOrigin>* origins);

 private:
  enum class Purpose { Value, Decision };
  struct Found {
    fhir::path::Collection items;
    PartView::Reads reads;
    bool reference = false;
  };
  // What became of an element: nothing at all, and whether anything in it depends on the message.
  struct Outcome {
    bool written = false;
    bool from_message = false;
    bool came_out_empty = false;  // an expression in it gave nothing
  };

  bool find(std::string_view name, fhir::path::Collection& out) const override;
  void instancesNamed(std::string_view name, std::vector<const Instance*>& out) const;

  fhir::base::Result<MappedPart> mapPart();
  fhir::base::Result<std::vector<std::string>> findOrderKeys();
  fhir::base::Error explained(fhir::base::Error error) const;
  fhir::base::Done begin();  // institution, variables
  fhir::base::Done resolveInstitution();
  fhir::base::Result<Found> evaluate(const CompiledExpression& expression, const Scope& scope,
                                     std::string_view element);
  fhir::base::Result<bool> decide(const CompiledExpression& expression, const Scope& scope);
  fhir::base::Done bind(const std::vector<Named>& names, Scope& scope);
  void markDecided(const PartView::Reads& reads);

  // plan
  fhir::base::Done plan(const std::vector<std::unique_ptr<ResourceNode>>& nodes, Instance* parent, const Scope& scope,
                        InstanceGroups& out);
  fhir::base::Done planOne(const ResourceNode& node, Instance* parent, const Scope& outer, const Variable* loop,
                           InstanceGroup& out);
  fhir::base::Result<std::string> keyOf(const ResourceNode& node, const Scope& scope);
  void giveIds(InstanceGroups& groups, const std::string& patient_key);
  std::string firstPatientKey(const InstanceGroups& groups) const;

  // write
  fhir::base::Done writeAll(const InstanceGroups& groups, MappedPart& out);
  fhir::base::Done writeResource(const Instance& instance, MappedPart& out);
  fhir::base::Result<std::string> orderOf(const CompiledExpression& expression, const Scope& scope);
  using Covered = std::vector<const fhir::definitions::Element*>;
  fhir::base::Result<Outcome> writeBlock(const Block& block, const Scope& scope, std::string& out, Covered& covered);
  fhir::base::Result<Outcome> writeSwitch(const Switch& node, const Scope& scope, std::string& out, Covered& covered);
  fhir::base::Result<Outcome> writeField(const Field& field, const Scope& scope, std::string& out);
  fhir::base::Result<Outcome> writeValue(const Field& field, const Value& value, const Scope& scope, std::string& out,
                                         size_t& count);
  fhir::base::Result<Outcome> writeExpression(const Field& field, const CompiledExpression& expression,
                                              const Scope& scope, std::string& out, size_t& count);
  fhir::base::Result<Outcome> writeObject(const Field& field, const ObjectNode& object, const Scope& scope,
                                          std::string& out, size_t& count);
  fhir::base::Result<Outcome> writeOneObject(const ObjectNode& object, const Scope& scope, std::string& out,
                                             size_t& count);
  fhir::base::Done checkRequired(const Block& block, const Covered& covered, const FilePlace& place) const;
  void account(const Found& found, std::string_view json, const Field& field, const FilePlace& place);
  fhir::base::Done addOnce(MappedResource resource, const FilePlace& place, MappedPart& out);
  fhir::base::Error located(fhir::base::Error error, const FilePlace& place, std::string_view element) const;

  RunInput in_;
  fhir::base::Arena& arena_;
  PartView part_;
  fhir::base::Findings findings_;
  Surroundings around_;
  fhir::path::Evaluation evaluation_;
  fhir::path::Item focus_;
  bool has_focus_ = true;
  Scope top_;
  InstanceGroups instances_;
  mutable std::map<std::string, std::vector<const ResourceNode*>, std::less<>> paths_;  // to the entry of a name
  std::unordered_map<std::string, size_t> written_;  // "Type/id" -> place in MappedPart::resources
  std::string occurred_;
  std::string writing_;  // "Patient[2]": the resource being written, for the trace
  std::vector<OutputOrigin>* origins_ = nullptr;
  // While an expression runs.
  mutable const Scope* scope_ = nullptr;
  mutable PartView::Reads used_;  // reads behind the variables it looked at
  bool planning_ = false;
  mutable bool asked_too_early_ = false;
};

}  // namespace mappings::engine
