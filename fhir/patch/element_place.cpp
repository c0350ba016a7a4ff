#include "fhir/patch/element_place.h"

#include <algorithm>
#include <vector>

#include "fhir/model/document.h"

namespace fhir::patch {
namespace {

using definitions::Element;
using definitions::TypeNumber;
using model::JsonValue;
using path::Node;

const path::Navigator& navigator() { return model::Document::navigator(); }

struct NodeList final : path::NodeSink {
  std::vector<Node> nodes;
  void add(Node node) override { nodes.push_back(node); }
};

const Element* elementOf(Node node) {
  Node parent = navigator().parent(node);
  TypeNumber type = parent.tree ? navigator().type(parent).number : TypeNumber{0};
  return type ? definitions::r4().element(type, base::Name(navigator().name(node))) : nullptr;
}

std::string keyOf(Node node) {
  const Element* element = elementOf(node);
  TypeNumber type = navigator().type(node).number;
  if (element && type) return jsonName(*element, type);
  return std::string(navigator().name(node));
}

// Position among the siblings of the same name, and how many there are.
std::pair<size_t, size_t> positionOf(Node node) {
  NodeList siblings;
  navigator().named(navigator().parent(node), base::Name(navigator().name(node)), siblings);
  auto found = std::find(siblings.nodes.begin(), siblings.nodes.end(), node);
  return {static_cast<size_t>(found - siblings.nodes.begin()), siblings.nodes.size()};
}

// The `_x` of a primitive, made when it is not there.
JsonValue* sideOf(const ElementPlace& place) {
  JsonValue* target = &place.object->member("_" + place.key);
  if (place.index) {
    const size_t length = listLength(*place.object, place.key);
    if (!target->isArray()) *target = JsonValue::array();
    if (target->items.size() < length) target->items.resize(length);
    target = &target->items[*place.index];
  }
  if (!target->isObject()) *target = JsonValue::object();
  return target;
}

bool isNull(const JsonValue& value) { return value.kind == JsonValue::Kind::Null; }
bool isEmpty(const JsonValue& value) {
  return (value.isObject() && value.members.empty()) || (value.isArray() && value.items.empty());
}

// Places of a list and of the list beside it that hold nothing in either.
void dropNullPlaces(JsonValue& list, JsonValue* sides) {
  for (size_t i = list.items.size(); i-- > 0;) {
    bool side = sides && i < sides->items.size() && !isNull(sides->items[i]);
    if (!isNull(list.items[i]) || side) continue;
    list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(i));
    if (sides && i < sides->items.size()) sides->items.erase(sides->items.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

JsonValue* objectOf(JsonValue& root, Node node) {
  if (!navigator().parent(node).tree) return &root;
  auto place = placeIn(root, node);
  if (!place) return nullptr;
  if (isPrimitive(place->type)) return sideOf(*place);
  JsonValue* value = place->object->find(place->key);
  if (value && place->index) value = &value->items[*place->index];
  return value && value->isObject() ? value : nullptr;
}

std::optional<ElementPlace> placeIn(JsonValue& root, Node node) {
  Node parent = navigator().parent(node);
  if (!parent.tree) return std::nullopt;
  ElementPlace out;
  out.object = objectOf(root, parent);
  if (!out.object) return std::nullopt;
  out.key = keyOf(node);
  out.element = elementOf(node);
  out.type = navigator().type(node).number;
  const JsonValue* value = out.object->find(out.key);
  const JsonValue* side = out.object->find("_" + out.key);
  if (!value && !side) return std::nullopt;
  if ((value && value->isArray()) || (side && side->isArray())) {
    auto [index, count] = positionOf(node);
    if (count != listLength(*out.object, out.key)) return std::nullopt;
    out.index = index;
  }
  return out;
}

JsonValue& memberInOrder(JsonValue& object, TypeNumber type, const std::string& key) {
  if (type == 0 || object.find(key)) return object.member(key);
  const auto elements = definitions::r4().elements(type);
  auto rank = [&](std::string_view name) {
    if (name == "resourceType") return size_t{0};
    if (name.starts_with('_')) name.remove_prefix(1);
    const Element* element = definitions::r4().member(type, name).element;
    return 1 + static_cast<size_t>(std::find(elements.begin(), elements.end(), element) - elements.begin());
  };
  size_t mine = rank(key);
  auto later = std::find_if(object.members.begin(), object.members.end(),
                            [&](const model::JsonMember& member) { return rank(member.name) > mine; });
  return object.members.insert(later, model::JsonMember{key, {}})->value;
}

size_t listLength(const JsonValue& object, const std::string& key) {
  const JsonValue *list = object.find(key), *sides = object.find("_" + key);
  return std::max(list ? list->items.size() : 0, sides ? sides->items.size() : 0);
}

void insertItem(JsonValue& object, TypeNumber type, const std::string& key, size_t index, JsonPair pair) {
  const size_t length = listLength(object, key);
  auto insert = [&](const std::string& name, JsonValue item) {
    JsonValue& list = memberInOrder(object, type, name);
    if (!list.isArray()) list = JsonValue::array();
    list.items.resize(length);
    list.items.insert(list.items.begin() + static_cast<std::ptrdiff_t>(index), std::move(item));
  };
  const bool sides = object.find("_" + key) || pair.side.kind != JsonValue::Kind::Null;
  const bool values = object.find(key) || pair.value.kind != JsonValue::Kind::Null;
  if (values) insert(key, std::move(pair.value));
  if (sides) insert("_" + key, std::move(pair.side));
}

JsonPair takeItem(JsonValue& object, const std::string& key, size_t index) {
  auto take = [&](const std::string& name) {
    JsonValue out;
    JsonValue* list = object.find(name);
    if (!list || index >= list->items.size()) return out;
    out = std::move(list->items[index]);
    list->items.erase(list->items.begin() + static_cast<std::ptrdiff_t>(index));
    if (std::all_of(list->items.begin(), list->items.end(), isNull)) object.erase(name);
    return out;
  };
  JsonPair out;
  out.value = take(key);
  out.side = take("_" + key);
  return out;
}

void setItem(JsonValue& object, const std::string& key, size_t index, JsonPair pair) {
  const size_t length = listLength(object, key);
  auto set = [&](const std::string& name, JsonValue item) {
    JsonValue* list = object.find(name);
    if (!list && isNull(item)) return;
    if (!list) list = &object.member(name);
    if (!list->isArray()) *list = JsonValue::array();
    list->items.resize(length);
    list->items[index] = std::move(item);
    if (std::all_of(list->items.begin(), list->items.end(), isNull)) object.erase(name);
  };
  set(key, std::move(pair.value));
  set("_" + key, std::move(pair.side));
}

void dropEmpty(JsonValue& value) {
  for (JsonValue& item : value.items) {
    dropEmpty(item);
    if (isEmpty(item)) item = JsonValue();  // the place stays: a list beside it may hold something there
  }
  for (model::JsonMember& member : value.members) dropEmpty(member.value);
  for (model::JsonMember& member : value.members) {
    if (member.value.isArray() && !member.name.starts_with('_')) {
      dropNullPlaces(member.value, value.find("_" + member.name));
    }
  }
  std::erase_if(value.members, [](const model::JsonMember& member) {
    const auto& items = member.value.items;
    return isEmpty(member.value) || (member.value.isArray() && std::all_of(items.begin(), items.end(), isNull));
  });
}

}  // namespace fhir::patch
