#include "mappings/engine/map_run.h"

#include <algorithm>

#include "fhir/base/digest.h"
#include "mappings/engine/field_use.h"
#include "mappings/engine/plain_text.h"
#include "mappings/engine/provenance.h"
#include "mappings/engine/shard_key.h"

namespace mappings::engine {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::path::Collection;
using fhir::path::Item;

MapRun::MapRun(const RunInput& input, fhir::base::Arena& arena)
    : in_(input),
      arena_(arena),
      part_(input.input.part->tree, input.map.absent),
      around_{part_, input.code_maps, input.systems, input.directory, findings_},
      evaluation_(arena),
      focus_(part_.root()) {
  around_.canonical = input.canonical;
  around_.site_key = input.site_key;
  around_.institution = std::string(input.input.institution);
  around_.zone_minutes = input.map.zone_minutes;
  evaluation_.variables = this;
  evaluation_.observer = &part_;
  evaluation_.host = &around_;
}

Error MapRun::located(Error error, const FilePlace& place, std::string_view element) const {
  if (!element.empty() && !error.what.starts_with(element)) error.what = std::string(element) + ": " + error.what;
  error.where = place.text();
  return error;
}

// ---- variables ----------------------------------------------------------------------------------------------------

bool MapRun::find(std::string_view name, Collection& out) const {
  if (const Variable* variable = scope_->find(name)) {
    out = variable->value;
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(used_.compared, variable->reads.compared);
    append(used_.consumed, variable->reads.consumed);
    return true;
  }
  out = Collection(arena_);
  if (name == "institution") {
    out.push_back(Item::string(around_.institution));
    return true;
  }
  std::vector<const Instance*> found;
  instancesNamed(name, found);
  asked_too_early_ = asked_too_early_ || planning_;
  for (const Instance* instance : found) out.push_back(Item::string(instance->reference));
  return true;
}

namespace {

// Down the path from the entry behind `depth`.
void collect(const InstanceGroups& groups, const std::vector<const ResourceNode*>& path, size_t depth,
             std::vector<const Instance*>& out) {
  for (const InstanceGroup& group : groups) {
    if (group.node != path[depth]) continue;
    for (const auto& instance : group.instances) {
      if (depth + 1 == path.size())
        out.push_back(instance.get());
      else
        collect(instance->children, path, depth + 1, out);
    }
  }
}

// The nodes from the top down to the one called `name`.
bool pathTo(const std::vector<std::unique_ptr<ResourceNode>>& nodes, std::string_view name,
            std::vector<const ResourceNode*>& path) {
  for (const auto& node : nodes) {
    path.push_back(node.get());
    if (node->as == name || pathTo(node->then, name, path)) return true;
    path.pop_back();
  }
  return false;
}

}  // namespace

// Those that stand under the same resource: from an Observation, %report is its own report, %specimen the specimen of
// that report, and %obs, asked for by the report, are its own results and not those of another report.
void MapRun::instancesNamed(std::string_view name, std::vector<const Instance*>& out) const {
  auto known = paths_.find(name);
  if (known == paths_.end()) {
    known = paths_.emplace(std::string(name), std::vector<const ResourceNode*>()).first;
    pathTo(in_.map.output, name, known->second);
  }
  const std::vector<const ResourceNode*>& path = known->second;
  if (path.empty()) return;
  const Instance* here = nullptr;
  for (const Scope* scope = scope_; scope != nullptr && here == nullptr; scope = scope->parent)
    here = scope->instance;
  auto shared = path.end();
  for (; here != nullptr; here = here->parent) {
    shared = std::find(path.begin(), path.end(), here->node);
    if (shared != path.end()) break;
  }
  if (here == nullptr) return collect(instances_, path, 0, out);
  const size_t depth = static_cast<size_t>(shared - path.begin()) + 1;
  if (depth == path.size())
    out.push_back(here);
  else
    collect(here->children, path, depth, out);
}

Result<MapRun::Found> MapRun::evaluate(const CompiledExpression& expression, const Scope& scope,
                                       std::string_view element) {
  scope_ = &scope;
  used_ = {};
  part_.reads() = {};
  around_.reference_made = false;
  around_.rule = &expression.place;
  around_.element = element;
  asked_too_early_ = false;
  Collection none(arena_);
  auto result = has_focus_ ? expression.expression.evaluate(focus_, evaluation_)
                           : expression.expression.evaluate(none, evaluation_);
  if (!result.ok()) return located(result.error(), expression.place, around_.element);
  if (asked_too_early_)
    return located(invalid("resources can be referred to in elements only, not in $key, $if, $for and $let"),
                   expression.place, around_.element);
  Found found{std::move(result).value(), std::move(part_.reads()), around_.reference_made};
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(found.reads.compared, used_.compared);
  append(found.reads.consumed, used_.consumed);
  return found;
}

void MapRun::markDecided(const PartView::Reads& reads) {
  for (uint32_t record : reads.compared) part_.mark(record, SourceField::Use::ConditionOnly);
  for (uint32_t record : reads.consumed) part_.mark(record, SourceField::Use::ConditionOnly);
}

// Empty is false, one Boolean is itself, anything else that is there is true.
Result<bool> MapRun::decide(const CompiledExpression& expression, const Scope& scope) {
  ASSIGN_OR_RETURN(Found found, evaluate(expression, scope, ""));
  markDecided(found.reads);
  if (found.items.size() == 1 && found.items[0].kind() == fhir::path::ItemKind::Boolean)
    return found.items[0].boolean();
  for (const Item& item : found.items)
    if (const uint32_t record = part_.textLeaf(part_.recordOf(item)))
      part_.mark(record, SourceField::Use::ConditionOnly);
  return !found.items.empty();
}

Done MapRun::bind(const std::vector<Named>& names, Scope& scope) {
  for (const auto& [name, expression] : names) {
    ASSIGN_OR_RETURN(Found found, evaluate(expression, scope, ""));
    scope.variables.push_back({name, found.items, std::move(found.reads)});
  }
  return {};
}

// ---- before the output --------------------------------------------------------------------------------------------

Done MapRun::begin() {
  for (const std::string& name : in_.map.root) {
    struct First : fhir::path::NodeSink {
      fhir::path::Node node;
      void add(fhir::path::Node n) override {
        if (node.tree == nullptr) node = n;
      }
    } first;
    if (has_focus_) focus_.navigator().named(focus_.node(), fhir::base::Name(name), first);
    has_focus_ = has_focus_ && first.node.tree != nullptr;
    if (has_focus_) focus_ = Item::node(first.node, &PartView::navigator());
  }
  return {};
}

Done MapRun::resolveInstitution() {
  if (!in_.map.institution) return {};
  const CompiledExpression& expression = *in_.map.institution;
  ASSIGN_OR_RETURN(Found found, evaluate(expression, top_, "institution"));
  markDecided(found.reads);
  if (found.items.empty()) return {};
  std::string_view text;
  found.items[0].text(arena_, text);
  const std::string alias = plainText(text);
  for (const Item& item : found.items)
    if (const uint32_t record = part_.textLeaf(part_.recordOf(item)))
      part_.mark(record, SourceField::Use::ConditionOnly);
  if (alias.empty()) return {};
  std::string place = part_.placeOf(found.items[0]);
  if (place.empty()) place = "the institution's code";
  std::optional<std::string> code;
  if (in_.directory != nullptr) code = in_.directory->institution(in_.input.source, alias);
  if (!code)
    return located(invalid(place + " names no institution that this source may send for"), expression.place,
                   "institution");
  around_.institution = *code;
  return {};
}

Result<bool> MapRun::accepts() {
  RETURN_IF_ERROR(begin());
  if (!has_focus_) return false;
  if (!in_.map.accept) return true;
  return decide(*in_.map.accept, top_);
}

Result<std::vector<std::string>> MapRun::findOrderKeys() {
  RETURN_IF_ERROR(begin());
  planning_ = true;
  RETURN_IF_ERROR(resolveInstitution());
  RETURN_IF_ERROR(bind(in_.map.let, top_));
  std::vector<std::string> keys;
  for (const CompiledExpression& expression : in_.map.order) {
    ASSIGN_OR_RETURN(Found found, evaluate(expression, top_, "order"));
    markDecided(found.reads);
    for (const Item& item : found.items) {
      std::string_view text;
      item.text(arena_, text);
      const std::string scoped = around_.institution + kKeySeparator + std::string(text);
      const auto digest = fhir::base::hmacSha256(in_.site_key, scoped);
      keys.push_back(fhir::base::base32Lower(digest.data(), 16));
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

// ---- plan ---------------------------------------------------------------------------------------------------------

Result<std::string> MapRun::keyOf(const ResourceNode& node, const Scope& scope) {
  ASSIGN_OR_RETURN(Found found, evaluate(*node.key, scope, node.type_name));
  markDecided(found.reads);
  std::string key;
  for (const Item& item : found.items) {
    if (const uint32_t record = part_.textLeaf(part_.recordOf(item)))
      part_.mark(record, SourceField::Use::ConditionOnly);
    std::string_view text;
    item.text(arena_, text);
    const std::string part = item.isNode() ? plainText(text) : std::string(text);
    if (part.empty()) return located(invalid("a part of the key is empty"), node.key->place, node.type_name);
    if (!key.empty()) key += kKeySeparator;
    key += part;
  }
  if (key.empty()) return located(invalid("the key is empty"), node.key->place, node.type_name);
  return key;
}

Done MapRun::planOne(const ResourceNode& node, Instance* parent, const Scope& outer, const Variable* loop,
                     InstanceGroup& out) {
  auto instance = std::make_unique<Instance>();
  instance->node = &node;
  instance->parent = parent;
  instance->scope.parent = &outer;
  instance->scope.instance = instance.get();
  if (loop != nullptr) instance->scope.variables.push_back(*loop);
  RETURN_IF_ERROR(bind(node.object.let, instance->scope));
  if (node.object.only_if) {
    ASSIGN_OR_RETURN(bool wanted, decide(*node.object.only_if, instance->scope));
    if (!wanted) return {};
  }
  if (node.type == 0) {
    for (const auto& statement : node.object.body->statements)
      if (const Fail* fail = std::get_if<Fail>(&statement)) return located(invalid(fail->text), fail->place, "");
    return {};
  }
  ASSIGN_OR_RETURN(instance->key, keyOf(node, instance->scope));
  out.instances.push_back(std::move(instance));
  Instance* made = out.instances.back().get();
  return plan(node.then, made, made->scope, made->children);
}

Done MapRun::plan(const std::vector<std::unique_ptr<ResourceNode>>& nodes, Instance* parent, const Scope& scope,
                  InstanceGroups& out) {
  out.reserve(nodes.size());
  for (const auto& node : nodes) {
    InstanceGroup& group = out.emplace_back();
    group.node = node.get();
    if (!node->object.loop) {
      RETURN_IF_ERROR(planOne(*node, parent, scope, nullptr, group));
      continue;
    }
    ASSIGN_OR_RETURN(Found over, evaluate(node->object.loop->over, scope, ""));
    for (const Item& item : over.items) {
      Variable variable{node->object.loop->variable, Collection(arena_), over.reads};
      variable.value.push_back(item);
      RETURN_IF_ERROR(planOne(*node, parent, scope, &variable, group));
    }
  }
  return {};
}

std::string MapRun::firstPatientKey(const InstanceGroups& groups) const {
  for (const InstanceGroup& group : groups) {
    for (const auto& instance : group.instances) {
      if (group.node->type_name == "Patient") return instance->key;
      if (std::string key = firstPatientKey(instance->children); !key.empty()) return key;
    }
  }
  return "";
}

// A Patient gives its key to itself and to all below it; the first one to everything else.
void MapRun::giveIds(InstanceGroups& groups, const std::string& patient_key) {
  for (InstanceGroup& group : groups) {
    const std::string& type = group.node->type_name;
    for (auto& instance : group.instances) {
      instance->patient_key = type == "Patient" ? instance->key : patient_key;
      const std::string shard = shardKey(type, instance->key, instance->patient_key, around_.institution);
      instance->reference =
          type + "/" + sourceOwnedId(in_.site_key, around_.institution, type, keyParts(instance->key), shard);
      giveIds(instance->children, instance->patient_key);
    }
  }
}

// ---- run ----------------------------------------------------------------------------------------------------------

// What was found before often says why: the identity number was a shared fake, so the key is empty.
Error MapRun::explained(Error error) const {
  constexpr size_t kMost = 3;
  const auto& list = findings_.list();
  for (size_t i = list.size() > kMost ? list.size() - kMost : 0; i < list.size(); ++i)
    if (list[i].severity != fhir::base::Severity::Information)
      error.what += "; before that: " + list[i].source + " " + list[i].what;
  return error;
}

Result<std::vector<std::string>> MapRun::orderKeys() {
  auto keys = findOrderKeys();
  if (!keys.ok()) return explained(keys.error());
  return keys;
}

Result<MappedPart> MapRun::run(std::vector<OutputOrigin>* origins) {
  origins_ = origins;
  auto part = mapPart();
  if (!part.ok()) return explained(part.error());
  return part;
}

Result<MappedPart> MapRun::mapPart() {
  ASSIGN_OR_RETURN(std::vector<std::string> order_keys, findOrderKeys());
  MappedPart out;
  out.mapping = in_.map.name;
  out.mapping_version = in_.map.version;
  out.order_keys = std::move(order_keys);
  out.base = std::string(in_.canonical) + "fhir/";
  if (in_.map.occurred) {
    ASSIGN_OR_RETURN(Found found, evaluate(*in_.map.occurred, top_, "occurred"));
    std::string_view text;
    if (found.items.size() == 1 && found.items[0].text(arena_, text)) occurred_ = std::string(text);
    for (uint32_t record : found.reads.consumed)
      part_.mark(record, occurred_.empty() ? SourceField::Use::ConditionOnly : SourceField::Use::Flows);
    around_.day = occurred_.substr(0, occurred_.size() >= 10 ? 10 : 0);
  }
  RETURN_IF_ERROR(plan(in_.map.output, nullptr, top_, instances_));
  giveIds(instances_, firstPatientKey(instances_));
  planning_ = false;
  RETURN_IF_ERROR(writeAll(instances_, out));
  out.outside.assign(around_.outside.begin(), around_.outside.end());
  FieldAccount account = accountOf(in_.map, part_);
  out.part_key = std::move(account.part_key);
  out.fields = std::move(account.fields);
  ProvenanceInput provenance{in_, out, around_.institution, firstPatientKey(instances_), occurred_};
  out.resources.push_back(makeProvenance(provenance));
  out.findings = std::move(findings_);
  return out;
}

}  // namespace mappings::engine
