#include "fhir/patch/patch_value.h"

#include <algorithm>
#include <iterator>

namespace fhir::patch {
namespace {

using base::Error;
using definitions::Element;
using definitions::Type;
using definitions::TypeKind;
using definitions::TypeNumber;
using model::JsonMember;
using model::JsonValue;

constexpr int kMaxDepth = 32;  // parts within parts

const definitions::Definitions& r4() { return definitions::r4(); }

std::string capitalised(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// The types that Parameters.parameter.value[x] may have.
const Element& openChoice() {
  static const Element* const element = r4().element(r4().type("Parameters.parameter")->number, base::Name("value"));
  return *element;
}

bool isOpenType(TypeNumber type) {
  const auto& types = openChoice().types;
  return std::find(types.begin(), types.end(), type) != types.end();
}

enum class Written : uint8_t { Boolean, Integer, Decimal, Text };

Written writtenAs(TypeNumber primitive) {
  static const TypeNumber boolean = r4().type("boolean")->number, integer = r4().type("integer")->number,
                          decimal = r4().type("decimal")->number;
  if (primitive == boolean) return Written::Boolean;
  if (primitive == decimal) return Written::Decimal;
  return r4().isSubtypeOf(primitive, integer) ? Written::Integer : Written::Text;
}

// A primitive takes another that is written in the same way: a code where a string is given, a date for a dateTime.
bool takes(TypeNumber place, TypeNumber given) {
  if (place == given || r4().isSubtypeOf(given, place) || r4().isSubtypeOf(place, given)) return true;
  if (!isPrimitive(place) || !isPrimitive(given)) return false;
  Written wanted = writtenAs(place), got = writtenAs(given);
  return wanted == got || (wanted == Written::Decimal && got == Written::Integer);
}

bool isResourceType(TypeNumber type) {
  static const TypeNumber resource = r4().type("Resource")->number;
  return r4().isSubtypeOf(type, resource);
}

// The child element that a part names: by its name ("value") or by its JSON name ("valueQuantity").
struct Child {
  const Element* element = nullptr;
  TypeNumber type = 0;  // only when the JSON name tells it
};
Child childOf(TypeNumber type, std::string_view name) {
  if (const Element* element = r4().element(type, base::Name(name))) return {element, 0};
  definitions::Member member = r4().member(type, name);
  return {member.element, member.type};
}

void putSingle(JsonValue& object, const std::string& key, JsonPair pair) {
  if (pair.value.kind != JsonValue::Kind::Null) object.member(key) = std::move(pair.value);
  if (pair.side.kind != JsonValue::Kind::Null) object.member("_" + key) = std::move(pair.side);
}

// Appends to a list and to the list of `_x` beside it, which exists only when it is needed.
void putItem(JsonValue& object, const std::string& key, JsonPair pair) {
  JsonValue& list = object.member(key);
  if (!list.isArray()) list = JsonValue::array();
  JsonValue* sides = object.find("_" + key);
  if (!sides && pair.side.kind != JsonValue::Kind::Null) {
    sides = &object.member("_" + key);
    *sides = JsonValue::array();
    sides->items.resize(object.find(key)->items.size());
  }
  object.find(key)->items.push_back(std::move(pair.value));
  if (sides) sides->items.push_back(std::move(pair.side));
}

// Parts within a part as the object of a type that has these children.
base::Result<JsonValue> objectOf(const std::vector<JsonValue>& parts, TypeNumber type, int depth) {
  if (depth > kMaxDepth) return Error{base::Why::TooCostly, "parts nest deeper than the limit", {}};
  JsonValue out = JsonValue::object();
  for (const JsonValue& part : parts) {
    const JsonValue* name = part.find("name");
    if (!name || !name->isString()) return base::invalid("a part needs its name");
    Child child = childOf(type, name->text);
    if (!child.element) return base::invalid("the type has no element " + name->text);
    ASSIGN_OR_RETURN(PatchValue value, readValue(part));
    TypeNumber chosen = child.type ? child.type : typeFor(value, *child.element);
    if (!chosen) return base::invalid("the value is of the wrong type for " + name->text);
    ASSIGN_OR_RETURN(JsonPair pair, valueFor(value, chosen, depth + 1));
    std::string key = jsonName(*child.element, chosen);
    if (child.element->max > 1) {
      putItem(out, key, std::move(pair));
    } else if (out.find(key) || out.find("_" + key)) {
      return base::invalid("the element " + name->text + " does not repeat");
    } else {
      putSingle(out, key, std::move(pair));
    }
  }
  return out;
}

}  // namespace

bool JsonPair::nothing() const { return value.kind == JsonValue::Kind::Null && side.kind == JsonValue::Kind::Null; }
bool same(const JsonPair& a, const JsonPair& b) { return sameDigits(a.value, b.value) && sameDigits(a.side, b.side); }

std::string jsonName(const Element& element, TypeNumber type) {
  std::string name(element.name.text);
  return element.choice ? name + capitalised(r4().type(type)->name) : name;
}

bool isPrimitive(TypeNumber type) {
  const Type* known = r4().type(type);
  return known && known->kind == TypeKind::Primitive;
}

TypeNumber resourceTypeOf(const JsonValue& object) {
  const JsonValue* name = object.find("resourceType");
  const Type* type = name && name->isString() ? r4().type(name->text) : nullptr;
  return type && r4().isResource(type->number) ? type->number : TypeNumber{0};
}

const JsonValue* findPart(const JsonValue& parameter, std::string_view name) {
  const JsonValue* parts = parameter.find("part");
  if (!parts) return nullptr;
  for (const JsonValue& part : parts->items) {
    const JsonValue* its_name = part.find("name");
    if (its_name && its_name->isString() && its_name->text == name) return &part;
  }
  return nullptr;
}

base::Result<PatchValue> readValue(const JsonValue& part) {
  PatchValue out;
  const TypeNumber holder = r4().type("Parameters.parameter")->number;
  int kinds = 0;
  for (const JsonMember& member : part.members) {
    bool side = member.name.starts_with('_');
    std::string_view name = std::string_view(member.name).substr(side ? 1 : 0);
    if (name == "resource" && !side) {
      out.type = resourceTypeOf(member.value);
      if (!out.type) return base::invalid("the resource of a part names no resource type");
      out.pair.value = member.value;
      ++kinds;
    } else if (name == "part" && !side) {
      if (!member.value.isArray() || member.value.items.empty()) return base::invalid("part must be a list");
      out.parts = member.value.items;
      ++kinds;
    } else if (name.starts_with("value")) {
      definitions::Member known = r4().member(holder, name);
      if (!known.element || (side && !isPrimitive(known.type))) {
        return base::invalid("a part has no member " + member.name);
      }
      if (out.type != known.type) ++kinds;
      out.type = known.type;
      (side ? out.pair.side : out.pair.value) = member.value;
    }
  }
  if (kinds == 0) return base::invalid("the value is missing");
  if (kinds > 1) return base::invalid("a part has one value only");
  return out;
}

TypeNumber typeFor(const PatchValue& value, const Element& element) {
  if (value.type && element.choice) {
    for (TypeNumber type : element.types) {
      if (type == value.type) return type;
    }
    return 0;
  }
  for (TypeNumber type : element.types) {
    if (value.type ? takes(type, value.type) : !isPrimitive(type) && !isResourceType(type)) {
      return isResourceType(type) ? value.type : type;
    }
  }
  return 0;
}

base::Result<JsonPair> valueFor(const PatchValue& value, TypeNumber type, int depth) {
  if (value.type) {
    if (!takes(type, value.type)) return base::invalid("the value is of the wrong type");
    bool object = value.pair.value.isObject();
    if (value.pair.value.kind != JsonValue::Kind::Null && object == isPrimitive(value.type)) {
      return base::invalid("the JSON of the value does not fit its type");
    }
    return value.pair;
  }
  if (isPrimitive(type) || isResourceType(type)) return base::invalid("the value is of the wrong type");
  ASSIGN_OR_RETURN(JsonValue object, objectOf(value.parts, type, depth));
  return JsonPair{std::move(object), {}};
}

namespace {

base::Result<JsonValue> partsOf(const JsonValue& object, TypeNumber type) {
  JsonValue parts = JsonValue::array();
  for (const JsonMember& member : object.members) {
    bool side = member.name.starts_with('_');
    std::string key = member.name.substr(side ? 1 : 0);
    if (side && object.find(key)) continue;  // goes with its value
    definitions::Member known = r4().member(type, key);
    if (!known.element) return Error{base::Why::Unsupported, "a member that the type does not have", {}};
    const JsonValue *value = object.find(key), *sides = object.find("_" + key);
    const bool list = member.value.isArray();
    const size_t count = !list ? 1 : std::max(value ? value->items.size() : 0, sides ? sides->items.size() : 0);
    for (size_t i = 0; i < count; ++i) {
      auto item = [&](const JsonValue* from) {
        if (!from || (list && i >= from->items.size())) return JsonValue();
        return list ? from->items[i] : *from;
      };
      ASSIGN_OR_RETURN(JsonValue part, writeValue(known.element->name.text, {item(value), item(sides)}, known.type));
      parts.items.push_back(std::move(part));
    }
  }
  return parts;
}

}  // namespace

base::Result<JsonValue> writeValue(std::string_view name, const JsonPair& pair, TypeNumber type) {
  JsonValue part = JsonValue::object();
  part.member("name") = JsonValue::string(name);
  if (isResourceType(type)) {
    part.member("resource") = pair.value;
    return part;
  }
  // xhtml and the like are written as strings.
  static const TypeNumber string = r4().type("string")->number;
  if (isPrimitive(type) && !isOpenType(type)) type = string;
  if (isOpenType(type)) {
    putSingle(part, jsonName(openChoice(), type), pair);
    return part;
  }
  ASSIGN_OR_RETURN(JsonValue parts, partsOf(pair.value, type));
  part.member("part") = std::move(parts);
  return part;
}

}  // namespace fhir::patch
