#include <algorithm>
#include <optional>
#include <vector>

#include "fhir/patch/diff.h"
#include "fhir/patch/fhirpath_patch.h"
#include "fhir/patch/patch_value.h"

namespace fhir::patch {
namespace {

using definitions::Element;
using definitions::TypeNumber;
using model::JsonMember;
using model::JsonValue;

// The children of an object that belong to one element: one, or the items of a list.
struct Child {
  const Element* element = nullptr;
  TypeNumber type = 0;  // of each; of a choice as the JSON name says
  bool list = false;
  std::vector<JsonPair> items;
};

base::Error notDefined() {
  return {base::Why::Unsupported, "a member that R4 does not define cannot be part of a FHIRPath Patch", {}};
}

base::Result<std::vector<Child>> childrenOf(const JsonValue& object, TypeNumber type) {
  std::vector<Child> out;
  for (const JsonMember& member : object.members) {
    if (member.name == "resourceType") continue;
    bool side = member.name.starts_with('_');
    std::string key = member.name.substr(side ? 1 : 0);
    if (side && object.find(key)) continue;  // goes with its value
    definitions::Member known = definitions::r4().member(type, key);
    if (!known.element) return notDefined();
    Child child{known.element, known.type, member.value.isArray(), {}};
    const JsonValue *value = object.find(key), *sides = object.find("_" + key);
    if (child.list != (known.element->max > 1)) return notDefined();
    if (!child.list) {
      child.items.push_back({value ? *value : JsonValue(), sides ? *sides : JsonValue()});
    } else {
      size_t count = std::max(value ? value->items.size() : 0, sides ? sides->items.size() : 0);
      for (size_t i = 0; i < count; ++i) {
        child.items.push_back({value && i < value->items.size() ? value->items[i] : JsonValue(),
                               sides && i < sides->items.size() ? sides->items[i] : JsonValue()});
      }
    }
    out.push_back(std::move(child));
  }
  return out;
}

const Child* find(const std::vector<Child>& children, const Element* element) {
  for (const Child& child : children) {
    if (child.element == element) return &child;
  }
  return nullptr;
}

// The type whose children an element has: of a resource, what it says it is.
TypeNumber typeOf(const JsonPair& pair, TypeNumber type) {
  TypeNumber resource = resourceTypeOf(pair.value);
  return resource ? resource : type;
}

std::string_view idOf(const JsonPair& pair) {
  const JsonValue* id = pair.value.find("id");
  return id && id->isString() ? std::string_view(id->text) : std::string_view();
}

class Differ {
 public:
  base::Done objects(const std::string& path, const JsonValue& before, const JsonValue& after, TypeNumber type) {
    ASSIGN_OR_RETURN(std::vector<Child> old, childrenOf(before, type));
    ASSIGN_OR_RETURN(std::vector<Child> now, childrenOf(after, type));
    // Deletions come last: an object that is left empty on the way would be gone.
    for (const Child& child : old) {
      const Child* other = find(now, child.element);
      if (!other) continue;
      std::string place = path + "." + std::string(child.element->name.text);
      RETURN_IF_ERROR(child.list ? lists(place, child, *other)
                                 : change(place, child.items[0], other->items[0], child.type, other->type));
    }
    for (const Child& child : now) {
      if (find(old, child.element)) continue;
      for (const JsonPair& item : child.items) RETURN_IF_ERROR(add(path, child, item));
    }
    for (const Child& child : old) {
      if (find(now, child.element)) continue;
      std::string place = path + "." + std::string(child.element->name.text);
      if (!child.list) remove(place);
      for (size_t i = child.list ? child.items.size() : 0; i-- > 0;) remove(indexed(place, i));
    }
    return {};
  }

  JsonValue take() {
    JsonValue out = JsonValue::object();
    out.member("resourceType") = JsonValue::string("Parameters");
    if (!operations_.empty()) {
      JsonValue list = JsonValue::array();
      list.items = std::move(operations_);
      out.member("parameter") = std::move(list);
    }
    return out;
  }

 private:
  static std::string indexed(const std::string& path, size_t index) {
    return path + "[" + std::to_string(index) + "]";
  }

  // One element that was and is there.
  base::Done change(const std::string& path, const JsonPair& before, const JsonPair& after, TypeNumber before_type,
                    TypeNumber after_type) {
    if (before_type == after_type && same(before, after)) return {};
    TypeNumber old = typeOf(before, before_type), now = typeOf(after, after_type);
    bool inside = old == now && !isPrimitive(now) && idOf(before) == idOf(after) && before.value.isObject() &&
                  after.value.isObject();
    if (inside) return objects(path, before.value, after.value, now);
    return replace(path, after, now);
  }

  struct Item {
    const JsonPair* pair = nullptr;
    std::optional<size_t> goal;  // its index afterwards
  };

  base::Done lists(const std::string& path, const Child& before, const Child& after) {
    std::vector<Item> items(before.items.size());
    std::vector<bool> placed(after.items.size(), false);
    for (size_t i = 0; i < items.size(); ++i) items[i].pair = &before.items[i];
    match(items, after, placed);
    for (size_t i = 0; i < items.size(); ++i) {
      if (!items[i].goal) continue;
      RETURN_IF_ERROR(change(indexed(path, i), *items[i].pair, after.items[*items[i].goal], before.type, after.type));
    }
    auto stays = [](const Item& item) { return item.goal.has_value(); };
    // A list that loses all its items is gone; then the new ones come first.
    const bool keeps_some = std::any_of(items.begin(), items.end(), stays);
    if (keeps_some) dropRest(path, items);
    RETURN_IF_ERROR(arrange(path, items, after, placed));
    dropRest(path, items);
    return {};
  }

  // Which item becomes which: the same, then those of the same id, then the others in order.
  static void match(std::vector<Item>& items, const Child& after, std::vector<bool>& placed) {
    auto pair = [&](auto fits) {
      for (size_t j = 0; j < placed.size(); ++j) {
        auto free = [&](size_t i) {
          return i < items.size() && !items[i].goal && fits(*items[i].pair, after.items[j]);
        };
        if (placed[j]) continue;
        size_t i = free(j) ? j : 0;
        while (i < items.size() && !free(i)) ++i;
        if (i == items.size()) continue;
        items[i].goal = j;
        placed[j] = true;
      }
    };
    pair([](const JsonPair& a, const JsonPair& b) { return same(a, b); });
    pair([](const JsonPair& a, const JsonPair& b) { return !idOf(a).empty() && idOf(a) == idOf(b); });
    pair([](const JsonPair& a, const JsonPair& b) { return idOf(a).empty() && idOf(b).empty(); });
  }

  void dropRest(const std::string& path, std::vector<Item>& items) {
    for (size_t i = items.size(); i-- > 0;) {
      if (items[i].goal) continue;
      remove(indexed(path, i));
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  // Insertions and moves from the front, until each place has what belongs there.
  base::Done arrange(const std::string& path, std::vector<Item>& items, const Child& after,
                     const std::vector<bool>& placed) {
    for (size_t j = 0; j < after.items.size(); ++j) {
      auto at = [&](size_t index) { return items.begin() + static_cast<std::ptrdiff_t>(index); };
      if (!placed[j]) {
        RETURN_IF_ERROR(insert(path, j, after.items[j], after.type));
        items.insert(at(j), Item{&after.items[j], j});
        continue;
      }
      size_t from = j;
      while (items[from].goal != j) ++from;
      if (from == j) continue;
      move(path, from, j);
      Item moved = items[from];
      items.erase(at(from));
      items.insert(at(j), moved);
    }
    return {};
  }

  JsonValue& operation(std::string_view type, const std::string& path) {
    JsonValue& out = operations_.emplace_back(JsonValue::object());
    out.member("name") = JsonValue::string("operation");
    out.member("part") = JsonValue::array();
    text(out, "type", "valueCode", type);
    text(out, "path", "valueString", path);
    return out;
  }
  static JsonValue& part(JsonValue& operation, std::string_view name) {
    JsonValue& out = operation.find("part")->items.emplace_back(JsonValue::object());
    out.member("name") = JsonValue::string(name);
    return out;
  }
  static void text(JsonValue& operation, std::string_view name, std::string_view member, std::string_view value) {
    part(operation, name).member(member) = JsonValue::string(value);
  }
  static void number(JsonValue& operation, std::string_view name, size_t value) {
    part(operation, name).member("valueInteger") = JsonValue::number(static_cast<int64_t>(value));
  }
  static base::Done value(JsonValue& operation, const JsonPair& pair, TypeNumber type) {
    ASSIGN_OR_RETURN(JsonValue out, writeValue("value", pair, typeOf(pair, type)));
    operation.find("part")->items.push_back(std::move(out));
    return {};
  }

  void remove(const std::string& path) { operation("delete", path); }
  base::Done replace(const std::string& path, const JsonPair& pair, TypeNumber type) {
    return value(operation("replace", path), pair, type);
  }
  base::Done add(const std::string& path, const Child& child, const JsonPair& pair) {
    JsonValue& out = operation("add", path);
    text(out, "name", "valueString", child.element->name.text);
    return value(out, pair, child.type);
  }
  base::Done insert(const std::string& path, size_t index, const JsonPair& pair, TypeNumber type) {
    JsonValue& out = operation("insert", path);
    number(out, "index", index);
    return value(out, pair, type);
  }
  void move(const std::string& path, size_t from, size_t to) {
    JsonValue& out = operation("move", path);
    number(out, "source", from);
    number(out, "destination", to);
  }

  std::vector<JsonValue> operations_;
};

}  // namespace

base::Result<JsonValue> fhirPathPatchBetween(const JsonValue& before, const JsonValue& after) {
  TypeNumber type = resourceTypeOf(before);
  if (!type || type != resourceTypeOf(after)) return base::invalid("the two must be resources of one type");
  const JsonValue *old_id = before.find("id"), *new_id = after.find("id");
  if (old_id && (!new_id || !sameDigits(*old_id, *new_id))) {
    return base::invalid("a patch may not change the id of the resource", "id");
  }
  Differ differ;
  RETURN_IF_ERROR(differ.objects(std::string(definitions::r4().type(type)->name), before, after, type));
  JsonValue patch = differ.take();
  // The promise is kept or nothing is given.
  ASSIGN_OR_RETURN(FhirPathPatch compiled, FhirPathPatch::read(patch.write()));
  ASSIGN_OR_RETURN(JsonValue patched, compiled.apply(before));
  if (sameDigits(patched, after)) return patch;
  return base::Error{base::Why::Unsupported, "the difference cannot be said as a FHIRPath Patch", {}};
}

}  // namespace fhir::patch
