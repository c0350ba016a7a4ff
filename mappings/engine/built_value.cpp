#include "mappings/engine/built_value.h"

namespace mappings::engine {
namespace {

using fhir::path::Node;

const BuiltValue& at(Node node) { return *static_cast<const BuiltValue*>(node.tree); }
Node nodeOf(const BuiltValue* value) { return {value, 0, 0}; }

void named(Node node, const fhir::base::Name& name, fhir::path::NodeSink& out) {
  for (const BuiltValue* child = at(node).first; child != nullptr; child = child->next)
    if (child->name == name.text) out.add(nodeOf(child));
}

void all(Node node, fhir::path::NodeSink& out) {
  for (const BuiltValue* child = at(node).first; child != nullptr; child = child->next) out.add(nodeOf(child));
}

void numbered(Node, uint32_t, fhir::path::NodeSink&) {}
fhir::path::TypeName type(Node node) { return {"FHIR", at(node).type, 0}; }
fhir::path::Scalar scalar(Node node) { return {at(node).scalar, at(node).text}; }
std::string_view name(Node node) { return at(node).name; }
Node parent(Node node) { return at(node).parent != nullptr ? nodeOf(at(node).parent) : Node{}; }
fhir::path::Place place(Node) { return {}; }

constexpr fhir::path::Navigator kNavigator = {named, all, numbered, type, scalar, name, parent, place};

std::string_view primitiveName(fhir::path::ScalarKind kind) {
  switch (kind) {
    case fhir::path::ScalarKind::Boolean: return "boolean";
    case fhir::path::ScalarKind::Integer: return "integer";
    case fhir::path::ScalarKind::Decimal: return "decimal";
    default: return "string";
  }
}

}  // namespace

BuiltValue* BuiltValue::object(fhir::base::Arena& arena, std::string_view type) {
  auto* value = arena.make<BuiltValue>();
  value->type = type;
  return value;
}

BuiltValue* BuiltValue::add(fhir::base::Arena& arena, std::string_view name, std::string_view text,
                            fhir::path::ScalarKind kind) {
  if (text.empty()) return nullptr;
  auto* child = arena.make<BuiltValue>();
  child->type = primitiveName(kind);
  child->text = arena.keep(text);
  child->scalar = kind;
  adopt(name, child);
  return child;
}

BuiltValue* BuiltValue::addObject(fhir::base::Arena& arena, std::string_view name, std::string_view type) {
  BuiltValue* child = object(arena, type);
  adopt(name, child);
  return child;
}

void BuiltValue::adopt(std::string_view name, BuiltValue* value) {
  value->name = name;
  value->parent = this;
  (last != nullptr ? last->next : first) = value;
  last = value;
}

const fhir::path::Navigator& BuiltValue::navigator() { return kNavigator; }

fhir::path::Item BuiltValue::item() const { return fhir::path::Item::node(nodeOf(this), &kNavigator); }

const BuiltValue* BuiltValue::of(const fhir::path::Item& item) {
  if (!item.isNode() || &item.navigator() != &kNavigator) return nullptr;
  return &at(item.node());
}

}  // namespace mappings::engine
