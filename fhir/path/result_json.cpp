#include "fhir/path/result_json.h"

#include <vector>

#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/path/type_names.h"

namespace fhir::path {
namespace {

constexpr int kMaxDepth = 128;

struct NodeList final : NodeSink {
  std::vector<Node> nodes;
  void add(Node node) override { nodes.push_back(node); }
};

void appendString(std::string& out, std::string_view text) { model::appendJsonString(out, text); }

void appendScalar(std::string& out, const Scalar& scalar) {
  bool bare =
      scalar.kind == ScalarKind::Boolean || scalar.kind == ScalarKind::Integer || scalar.kind == ScalarKind::Decimal;
  if (bare) {
    out += scalar.text();
  } else {
    appendString(out, scalar.text());
  }
}

void appendNode(std::string& out, Node node, const Navigator& navigator, int depth);

// Members of one name stand together, in the place of the first one.
void appendObject(std::string& out, Node node, const Navigator& navigator, int depth) {
  NodeList children;
  navigator.all(node, children);
  std::vector<bool> written(children.nodes.size(), false);
  out += '{';
  bool first = true;
  for (size_t i = 0; depth < kMaxDepth && i < children.nodes.size(); ++i) {
    if (written[i]) continue;
    std::string_view name = navigator.name(children.nodes[i]);
    std::vector<Node> same;
    for (size_t j = i; j < children.nodes.size(); ++j) {
      if (written[j] || navigator.name(children.nodes[j]) != name) continue;
      written[j] = true;
      same.push_back(children.nodes[j]);
    }
    if (!first) out += ',';
    first = false;
    appendString(out, name);
    out += same.size() > 1 ? ":[" : ":";
    for (size_t k = 0; k < same.size(); ++k) {
      if (k > 0) out += ',';
      appendNode(out, same[k], navigator, depth + 1);
    }
    if (same.size() > 1) out += ']';
  }
  out += '}';
}

void appendNode(std::string& out, Node node, const Navigator& navigator, int depth) {
  Scalar scalar = navigator.scalar(node);
  if (scalar.kind != ScalarKind::None) return appendScalar(out, scalar);
  appendObject(out, node, navigator, depth);
}

void appendQuantity(std::string& out, const Quantity& quantity) {
  out += "{\"value\":" + quantity.value.text() + ",\"unit\":";
  appendString(out, quantity.unit);
  out += '}';
}

// A FHIR primitive without a value: what its `_name` member holds.
void appendExtensionsOnly(std::string& out, Node node, const Navigator& navigator) {
  NodeList ids, extensions;
  navigator.named(node, base::Name("id"), ids);
  navigator.named(node, base::Name("extension"), extensions);
  out += '{';
  if (!ids.nodes.empty()) out += "\"id\":" + model::writeJson(ids.nodes[0]);
  if (!extensions.nodes.empty()) {
    out += ids.nodes.empty() ? "\"extension\":[" : ",\"extension\":[";
    for (size_t i = 0; i < extensions.nodes.size(); ++i) {
      if (i > 0) out += ',';
      out += model::writeJson(extensions.nodes[i]);
    }
    out += ']';
  }
  out += '}';
}

void appendItem(std::string& out, const Item& item) {
  switch (item.kind()) {
    case ItemKind::Boolean: out += item.boolean() ? "true" : "false"; return;
    case ItemKind::Long:
    case ItemKind::Integer: out += std::to_string(item.integer()); return;
    case ItemKind::Decimal: out += item.decimal().text(); return;
    case ItemKind::String: appendString(out, item.string()); return;
    case ItemKind::Date:
    case ItemKind::DateTime:
    case ItemKind::Time: appendString(out, item.temporal().text()); return;
    case ItemKind::Quantity: appendQuantity(out, item.quantity()); return;
    case ItemKind::Type:
      out += "{\"namespace\":";
      appendString(out, item.type().space);
      out += ",\"name\":";
      appendString(out, item.type().name);
      out += '}';
      return;
    case ItemKind::Node: break;
  }
  bool document = &item.navigator() == &model::Document::navigator();
  Scalar scalar = item.navigator().scalar(item.node());
  if (!document || scalar.kind != ScalarKind::None) return appendNode(out, item.node(), item.navigator(), 0);
  bool without_value = isPrimitiveType(item.navigator().type(item.node()));
  without_value ? appendExtensionsOnly(out, item.node(), item.navigator())
                : void(out += model::writeJson(item.node()));
}

}  // namespace

std::string toJson(const Item& item) {
  std::string out;
  appendItem(out, item);
  return out;
}

std::string qualifiedType(const Item& item) {
  TypeName type = typeNameOf(item);
  return type.space.empty() ? std::string(type.name) : std::string(type.space) + "." + std::string(type.name);
}

std::string toJsonArray(const Collection& results, const ResultFormat& format) {
  std::string out = "[";
  for (const Item& item : results) {
    if (out.size() > 1) out += ',';
    if (!format.typed) {
      appendItem(out, item);
      continue;
    }
    out += "{\"type\":";
    appendString(out, qualifiedType(item));
    out += ",\"value\":";
    appendItem(out, item);
    out += '}';
  }
  return out + "]";
}

}  // namespace fhir::path
