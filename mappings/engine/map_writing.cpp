// MapRun, second half: the bodies of the resources.

#include <algorithm>

#include "fhir/model/json_writer.h"
#include "mappings/engine/date_reader.h"
#include "mappings/engine/leaf_writer.h"
#include "mappings/engine/map_run.h"
#include "mappings/engine/plain_text.h"

namespace mappings::engine {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::Temporal;
using fhir::path::Collection;
using fhir::path::Item;

Done MapRun::writeAll(const InstanceGroups& groups, MappedPart& out) {
  for (const InstanceGroup& group : groups) {
    for (const auto& instance : group.instances) {
      RETURN_IF_ERROR(writeResource(*instance, out));
      RETURN_IF_ERROR(writeAll(instance->children, out));
    }
  }
  return {};
}

// Two resources with one id: a mistake, unless both only ensure that something exists (one doctor in two roles);
// then the one that says more is kept.
Done MapRun::addOnce(MappedResource resource, const FilePlace& place, MappedPart& out) {
  const auto [known, fresh] = written_.emplace(resource.type + "/" + resource.id, out.resources.size());
  if (fresh) {
    out.resources.push_back(std::move(resource));
    return {};
  }
  MappedResource& other = out.resources[known->second];
  if (other.mode != WriteMode::Ensure || resource.mode != WriteMode::Ensure)
    return located(invalid("two resources of this message have the same key"), place, resource.type);
  if (resource.json.size() > other.json.size()) other.json = std::move(resource.json);
  return {};
}

Done MapRun::writeResource(const Instance& instance, MappedPart& out) {
  const ResourceNode& node = *instance.node;
  MappedResource resource;
  resource.as = node.as;
  resource.type = node.type_name;
  resource.id = instance.reference.substr(node.type_name.size() + 1);
  resource.mode = node.mode;
  resource.merge_lists = node.merge_lists;
  around_.patient_key = instance.patient_key;
  writing_ = instance.reference;
  if (node.order) {
    ASSIGN_OR_RETURN(resource.order, orderOf(*node.order, instance.scope));
  }
  resource.json = "{\"resourceType\":\"" + resource.type + "\",\"id\":\"" + resource.id + "\"";
  std::string body;
  Covered covered;
  ASSIGN_OR_RETURN(Outcome outcome, writeBlock(*node.object.body, instance.scope, body, covered));
  RETURN_IF_ERROR(checkRequired(*node.object.body, covered, node.object.place));
  if (outcome.written) resource.json += "," + body;
  resource.json += "}";
  return addOnce(std::move(resource), node.object.place, out);
}

// Times become UTC to the microsecond, numbers get leading zeros, so that text order is the order meant.
Result<std::string> MapRun::orderOf(const CompiledExpression& expression, const Scope& scope) {
  ASSIGN_OR_RETURN(Found found, evaluate(expression, scope, "$order"));
  markDecided(found.reads);
  if (found.items.empty()) return std::string();
  if (found.items.size() > 1)
    return located(invalid("several values; first() if that is meant"), expression.place, "$order");
  const Item& item = found.items[0];
  if (const uint32_t record = part_.textLeaf(part_.recordOf(item)))
    part_.mark(record, SourceField::Use::ConditionOnly);
  std::string_view text;
  item.text(arena_, text);
  const std::string plain = plainText(text);
  const bool digits = !plain.empty() && plain.find_first_not_of("0123456789") == std::string::npos;
  auto date = readDate(plain, around_.zone_minutes);
  if (date.ok() && date->kind == ReadDate::Kind::Absent) return std::string();
  if (date.ok() && date->kind == ReadDate::Kind::Value && !(digits && plain.size() < 8)) {
    const int64_t low = date->value.span(around_.zone_minutes).low;
    Temporal utc = Temporal::fromMicroseconds(low, 0);
    utc.precision = fhir::base::Precision::Fraction;
    utc.fraction_digits = 6;
    utc.nanosecond = static_cast<uint32_t>(((low % 1'000'000) + 1'000'000) % 1'000'000) * 1000;
    return utc.text();
  }
  if (digits && plain.size() <= 20) return std::string(20 - plain.size(), '0') + plain;
  std::string place = part_.placeOf(item);
  return located(invalid((place.empty() ? "the value" : place) + " is neither a time nor a whole number"),
                 expression.place, "$order");
}

Done MapRun::checkRequired(const Block& block, const Covered& covered, const FilePlace& place) const {
  for (const auto* element : fhir::definitions::r4().elements(block.type)) {
    if (element->min == 0 || std::find(covered.begin(), covered.end(), element) != covered.end()) continue;
    return located(invalid("is required, and the message gives nothing for it"), place,
                   block.path + "." + std::string(element->name.text));
  }
  return {};
}

Result<MapRun::Outcome> MapRun::writeBlock(const Block& block, const Scope& scope, std::string& out,
                                           Covered& covered) {
  Outcome all;
  for (const auto& statement : block.statements) {
    if (const Fail* fail = std::get_if<Fail>(&statement))
      return located(invalid(fail->text), fail->place, block.path);
    std::string piece;
    Outcome one;
    if (const Field* field = std::get_if<Field>(&statement)) {
      ASSIGN_OR_RETURN(one, writeField(*field, scope, piece));
      if (one.written) covered.push_back(field->target.element);
    } else {
      ASSIGN_OR_RETURN(one, writeSwitch(std::get<Switch>(statement), scope, piece, covered));
    }
    all.from_message = all.from_message || one.from_message;
    all.came_out_empty = all.came_out_empty || one.came_out_empty;
    if (!one.written) continue;
    if (all.written) out += ',';
    out += piece;
    all.written = true;
  }
  return all;
}

Result<MapRun::Outcome> MapRun::writeSwitch(const Switch& node, const Scope& scope, std::string& out,
                                            Covered& covered) {
  ASSIGN_OR_RETURN(Found found, evaluate(node.on, scope, "$switch"));
  markDecided(found.reads);
  std::string value;
  if (!found.items.empty()) {
    if (const uint32_t record = part_.textLeaf(part_.recordOf(found.items[0])))
      part_.mark(record, SourceField::Use::ConditionOnly);
    std::string_view text;
    if (found.items[0].text(arena_, text)) value = plainText(text);
  }
  const ObjectNode* chosen = node.otherwise.get();
  for (const Case& one : node.cases)
    if (std::find(one.keys.begin(), one.keys.end(), value) != one.keys.end()) chosen = &one.object;
  if (chosen == nullptr) return Outcome{false, false, true};
  Scope inner;
  inner.parent = &scope;
  RETURN_IF_ERROR(bind(chosen->let, inner));
  if (chosen->only_if) {
    ASSIGN_OR_RETURN(bool wanted, decide(*chosen->only_if, inner));
    if (!wanted) return Outcome{false, false, true};
  }
  return writeBlock(*chosen->body, inner, out, covered);
}

Result<MapRun::Outcome> MapRun::writeField(const Field& field, const Scope& scope, std::string& out) {
  fhir::model::appendJsonString(out, field.target.json_name);
  out += ':';
  if (field.target.repeats) out += '[';
  Outcome all;
  size_t count = 0;
  for (const Value& value : field.values) {
    ASSIGN_OR_RETURN(Outcome one, writeValue(field, value, scope, out, count));
    all.from_message = all.from_message || one.from_message;
    all.came_out_empty = all.came_out_empty || one.came_out_empty;
  }
  all.written = count > 0;
  if (field.target.repeats) out += ']';
  if (!all.written) out.clear();
  return all;
}

Result<MapRun::Outcome> MapRun::writeValue(const Field& field, const Value& value, const Scope& scope,
                                           std::string& out, size_t& count) {
  if (const auto* constant = std::get_if<Constant>(&value)) {
    if (count++ > 0) out += ',';
    out += constant->json;
    if (origins_ != nullptr)
      origins_->push_back({writing_, field.target.path, constant->json, field.place.text(), {}});
    return Outcome{true, false, false};
  }
  if (const auto* expression = std::get_if<CompiledExpression>(&value))
    return writeExpression(field, *expression, scope, out, count);
  return writeObject(field, std::get<ObjectNode>(value), scope, out, count);
}

Result<MapRun::Outcome> MapRun::writeExpression(const Field& field, const CompiledExpression& expression,
                                                const Scope& scope, std::string& out, size_t& count) {
  ASSIGN_OR_RETURN(Found found, evaluate(expression, scope, field.target.path));
  if (!field.target.repeats && found.items.size() > 1)
    return located(
        invalid("takes one value, and " + std::to_string(found.items.size()) + " came out; first() if that is meant"),
        expression.place, field.target.path);
  const size_t begin = out.size();
  Outcome outcome;
  for (const Item& item : found.items) {
    const size_t before = out.size();
    if (count > 0) out += ',';
    const size_t start = out.size();
    Done done = appendItem(out, item, field.target, part_, arena_);
    if (done.ok()) done = checkBinding(field.target, std::string_view(out).substr(start));
    if (!done.ok()) return located(done.error(), expression.place, field.target.path);
    if (out.size() == start) {
      out.resize(before);
      continue;
    }
    ++count;
    outcome.written = true;
    outcome.from_message = outcome.from_message || part_.recordOf(item) != 0;
  }
  outcome.came_out_empty = !outcome.written;
  outcome.from_message = outcome.written && (outcome.from_message || found.reference || !found.reads.empty());
  account(found, std::string_view(out).substr(begin), field, expression.place);
  return outcome;
}

namespace {

bool isWordByte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether the text stands in the value; a single letter only as a word of its own, since "F" is in many words.
bool isSeen(std::string_view text, std::string_view json) {
  constexpr size_t kShort = 2;
  std::string quoted;
  fhir::model::appendJsonString(quoted, text);
  const std::string_view written = std::string_view(quoted).substr(1, quoted.size() - 2);
  if (written.empty()) return false;
  for (size_t at = json.find(written); at != std::string_view::npos; at = json.find(written, at + 1)) {
    const size_t end = at + written.size();
    const bool alone = (at == 0 || !isWordByte(json[at - 1])) && (end == json.size() || !isWordByte(json[end]));
    if (written.size() >= kShort || alone) return true;
  }
  return false;
}

}  // namespace

// What the expression read: taken over when it came out, or when its text can be seen in the value.
void MapRun::account(const Found& found, std::string_view json, const Field& field, const FilePlace& place) {
  if (json.empty()) return markDecided(found.reads);
  std::vector<uint32_t> carried = found.reads.consumed;
  for (const Item& item : found.items)
    if (const uint32_t leaf = part_.textLeaf(part_.recordOf(item))) carried.push_back(leaf);
  for (uint32_t record : found.reads.compared) {
    if (isSeen(trimmed(part_.tree().records()[record].text), json))
      carried.push_back(record);
    else
      part_.mark(record, SourceField::Use::ConditionOnly);
  }
  for (uint32_t record : carried) part_.mark(record, SourceField::Use::Flows);
  if (origins_ == nullptr) return;
  std::sort(carried.begin(), carried.end());
  carried.erase(std::unique(carried.begin(), carried.end()), carried.end());
  while (json.starts_with(',')) json.remove_prefix(1);
  origins_->push_back({writing_, field.target.path, std::string(json), place.text(), std::move(carried)});
}

Result<MapRun::Outcome> MapRun::writeObject(const Field&, const ObjectNode& object, const Scope& scope,
                                            std::string& out, size_t& count) {
  if (!object.loop) return writeOneObject(object, scope, out, count);
  ASSIGN_OR_RETURN(Found over, evaluate(object.loop->over, scope, ""));
  Outcome all;
  all.came_out_empty = over.items.empty();
  for (const Item& item : over.items) {
    Scope inner;
    inner.parent = &scope;
    inner.variables.push_back({object.loop->variable, Collection(arena_), over.reads});
    inner.variables.back().value.push_back(item);
    ASSIGN_OR_RETURN(Outcome one, writeOneObject(object, inner, out, count));
    all.from_message = all.from_message || one.from_message;
    all.came_out_empty = all.came_out_empty || one.came_out_empty;
  }
  return all;
}

// An object stays when something in it came from the message, when nothing in it came out empty, or when its $if
// asked for it: constants alone do not make an identifier out of a missing number.
Result<MapRun::Outcome> MapRun::writeOneObject(const ObjectNode& object, const Scope& scope, std::string& out,
                                               size_t& count) {
  Scope inner;
  inner.parent = &scope;
  RETURN_IF_ERROR(bind(object.let, inner));
  if (object.only_if) {
    ASSIGN_OR_RETURN(bool wanted, decide(*object.only_if, inner));
    if (!wanted) return Outcome{false, false, true};
  }
  std::string body;
  Covered covered;
  const size_t origins = origins_ == nullptr ? 0 : origins_->size();
  ASSIGN_OR_RETURN(Outcome outcome, writeBlock(*object.body, inner, body, covered));
  const bool keep =
      outcome.written && (outcome.from_message || !outcome.came_out_empty || object.only_if.has_value());
  if (!keep) {
    if (origins_ != nullptr) origins_->resize(origins);
    return Outcome{false, false, true};
  }
  RETURN_IF_ERROR(checkRequired(*object.body, covered, object.place));
  if (count++ > 0) out += ',';
  out += '{' + body + '}';
  return Outcome{true, outcome.from_message, false};
}

}  // namespace mappings::engine
