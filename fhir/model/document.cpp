#include "fhir/model/document.h"

#include <algorithm>

#include "fhir/base/json.h"
#include "fhir/model/json_text.h"
#include "fhir/model/tree.h"
#include "fhir/model/xml_reader.h"

namespace fhir::model {

using base::Name;
using definitions::Element;
using definitions::Type;
using definitions::TypeKind;
using path::Node;
using path::NodeSink;
using path::Place;
using path::Scalar;
using path::ScalarKind;
using path::TypeName;

namespace {

[[gnu::always_inline]] inline const Element& elementOf(const Record& record) {
  static const Element* const elements = definitions::r4().allElements().data();
  return elements[record.element - 1];
}

[[gnu::always_inline]] inline std::string_view nameIn(const Document::Tree& tree, const Record& record) {
  if (record.element != 0 && !record.has(Record::Shadow)) return elementOf(record).name.text;
  return tree.key(record);
}

std::vector<ScalarKind> makeScalarKinds() {
  const auto& r4 = definitions::r4();
  std::vector<ScalarKind> kinds(r4.types().size() + 1, ScalarKind::None);
  for (const Type& type : r4.types())
    if (type.kind == TypeKind::Primitive) kinds[type.number] = ScalarKind::String;
  auto set = [&](const char* name, ScalarKind kind) { kinds[r4.type(name)->number] = kind; };
  set("boolean", ScalarKind::Boolean);
  set("integer", ScalarKind::Integer);
  set("positiveInt", ScalarKind::Integer);
  set("unsignedInt", ScalarKind::Integer);
  set("decimal", ScalarKind::Decimal);
  set("date", ScalarKind::Date);
  set("dateTime", ScalarKind::DateTime);
  set("instant", ScalarKind::DateTime);
  set("time", ScalarKind::Time);
  return kinds;
}

ScalarKind untypedKind(const Document::Tree& tree, const Record& record) {
  switch (record.kind) {
    case JsonKind::True:
    case JsonKind::False: return ScalarKind::Boolean;
    case JsonKind::String: return ScalarKind::String;
    case JsonKind::Number:
      return tree.token(record).find_first_of(".eE") == std::string_view::npos ? ScalarKind::Integer
                                                                               : ScalarKind::Decimal;
    default: return ScalarKind::None;
  }
}

void named(Node node, const Name& name, NodeSink& out) {
  const Document::Tree& tree = treeOf(node);
  tree.eachNamed(node.index, name, [&](uint32_t index) { out.add(tree.node(index)); });
}

// As deep as the chain is long: the programs of expressions cap it.
void followNames(const Document::Tree& tree, uint32_t index, std::span<const Name> names, NodeSink& out) {
  if (names.size() == 1) return tree.eachNamed(index, names[0], [&](uint32_t child) { out.add(tree.node(child)); });
  tree.eachNamed(index, names[0], [&](uint32_t child) { followNames(tree, child, names.subspan(1), out); });
}

void along(Node node, std::span<const Name> names, NodeSink& out) {
  followNames(treeOf(node), node.index, names, out);
}

void all(Node node, NodeSink& out) {
  const Document::Tree& tree = treeOf(node);
  for (uint32_t i = tree.records[node.index].first; i != 0; i = tree.records[i].next) out.add(tree.node(i));
}

void numbered(Node, uint32_t, NodeSink&) {}

TypeName type(Node node) {
  static const Type* const types = definitions::r4().types().data();
  const Record& record = recordOf(node);
  if (record.type == 0) return {};
  return {"FHIR", types[record.type - 1].name, record.type};
}

Scalar scalar(Node node) {
  static const std::vector<ScalarKind> kinds = makeScalarKinds();
  const Document::Tree& tree = treeOf(node);
  const Record& record = tree.records[node.index];
  if (record.kind == JsonKind::Object || record.kind == JsonKind::Null || record.kind == JsonKind::Array) return {};
  return {record.type != 0 ? kinds[record.type] : untypedKind(tree, record), tree.value(record)};
}

std::string_view nameOf(Node node) {
  if (node.index == 0) return {};
  return treeOf(node).name(recordOf(node));
}

Node parent(Node node) {
  if (node.index == 0) return {};
  return treeOf(node).node(recordOf(node).parent);
}

Place place(Node node) { return treeOf(node).place(recordOf(node)); }

constexpr path::Navigator kNavigator{named, all, numbered, type, scalar, nameOf, parent, place, along};

}  // namespace

std::string_view Document::Tree::name(const Record& record) const { return nameIn(*this, record); }

Place Document::Tree::place(const Record& record) const {
  const bool counted = record.length != 0 || record.kind != JsonKind::String;
  return {record.offset, counted ? record.length : JsonText(text).skipString(record.offset) - record.offset};
}

Document::Document(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

base::Result<Document> Document::readResource(std::string json, base::Findings& findings, const ReadLimits& limits) {
  auto tree = std::make_unique<Tree>();
  tree->text = std::move(json);
  RETURN_IF_ERROR(readRecords(*tree, limits));
  RETURN_IF_ERROR(attachTypes(*tree, findings));
  return Document(std::move(tree));
}

base::Result<Document> Document::readXml(std::string_view xml, base::Findings& findings, const ReadLimits& limits) {
  ASSIGN_OR_RETURN(std::string json, xmlToJson(xml, findings, limits));
  ReadLimits json_limits = limits;
  json_limits.bytes = std::max(limits.bytes, json.size());  // the XML was within the limit
  json_limits.string_bytes = std::max(limits.string_bytes, limits.bytes);
  return readResource(std::move(json), findings, json_limits);
}

base::Result<Document> Document::readPlain(std::string json, const ReadLimits& limits) {
  auto tree = std::make_unique<Tree>();
  tree->text = std::move(json);
  RETURN_IF_ERROR(readRecords(*tree, limits));
  for (uint32_t i = 1; i < tree->records.size(); ++i) {
    Record& record = tree->records[i];
    if (record.kind != JsonKind::Null) continue;
    record.flags |= Record::Hidden;
    tree->records[record.parent].flags |= Record::HasHidden;
  }
  unlinkHidden(*tree);
  return Document(std::move(tree));
}

Node Document::root() const { return tree_->node(0); }
const path::Navigator& Document::navigator() { return kNavigator; }
const std::string& Document::json() const { return tree_->text; }
definitions::TypeNumber Document::type() const { return tree_->type; }

std::string_view Document::resourceType() const {
  return tree_->type == 0 ? std::string_view() : definitions::r4().type(tree_->type)->name;
}

std::string_view Document::id() const {
  Node id = child(root(), "id");
  return id.tree == nullptr ? std::string_view() : text(id);
}

std::string_view Document::versionId() const {
  Node meta = child(root(), "meta");
  Node version = meta.tree == nullptr ? Node{} : child(meta, "versionId");
  return version.tree == nullptr ? std::string_view() : text(version);
}

Node Document::child(Node node, std::string_view name) {
  const Tree& tree = treeOf(node);
  Node found;
  tree.eachNamed(node.index, Name(name), [&](uint32_t child) {
    if (found.tree == nullptr) found = tree.node(child);
  });
  return found;
}

std::string_view Document::text(Node node) { return treeOf(node).value(recordOf(node)); }

namespace {

// Whether the place shows an index: the element repeats, or the member was written as an array.
bool isRepeating(const Record& record) {
  return record.has(Record::FromArray) || (record.element != 0 && elementOf(record).max > 1);
}

size_t indexAmongSiblings(const Document::Tree& tree, uint32_t index) {
  const Record& record = tree.records[index];
  size_t count = 0;
  for (uint32_t i = tree.records[record.parent].first; i != 0 && i != index; i = tree.records[i].next)
    if (tree.records[i].name_hash == record.name_hash &&
        tree.records[i].has(Record::Shadow) == record.has(Record::Shadow))
      ++count;
  return count;
}

}  // namespace

std::string placeOf(Node node) {
  const Document::Tree& tree = treeOf(node);
  std::vector<uint32_t> way;
  for (uint32_t i = node.index; i != 0; i = tree.records[i].parent) way.push_back(i);
  std::string out;
  if (tree.type != 0) out = definitions::r4().type(tree.type)->name;
  for (auto i = way.rbegin(); i != way.rend(); ++i) {
    const Record& record = tree.records[*i];
    if (!out.empty()) out += '.';
    out += tree.name(record);
    if (isRepeating(record)) out += '[' + std::to_string(indexAmongSiblings(tree, *i)) + ']';
  }
  return out;
}

}  // namespace fhir::model
