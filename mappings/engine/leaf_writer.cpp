#include "mappings/engine/leaf_writer.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"
#include "fhir/model/json_writer.h"
#include "mappings/engine/built_value.h"
#include "mappings/engine/plain_text.h"
#include "mappings/engine/primitive_text.h"

namespace mappings::engine {
namespace {

using fhir::base::Done;
using fhir::base::invalid;
using fhir::definitions::r4;
using fhir::path::Item;
using fhir::path::ItemKind;

std::string subject(const Item& item, const PartView& part) {
  const std::string place = part.placeOf(item);
  return place.empty() ? "the value" : place;
}

bool keepsBlanks(std::string_view type) { return type == "string" || type == "markdown" || type == "xhtml"; }

void appendBuilt(std::string& out, const BuiltValue& value);

// Members of the same name stand together as an array where the element repeats.
void appendMembers(std::string& out, const BuiltValue& value) {
  const auto* type = r4().type(value.type);
  out += '{';
  bool first = true;
  for (const BuiltValue* child = value.first; child != nullptr; child = child->next) {
    bool written = false;
    for (const BuiltValue* earlier = value.first; earlier != child; earlier = earlier->next)
      written = written || earlier->name == child->name;
    if (written) continue;
    if (!first) out += ',';
    first = false;
    fhir::model::appendJsonString(out, child->name);
    out += ':';
    const auto* element = type == nullptr ? nullptr : r4().member(type->number, child->name).element;
    const bool repeats = element != nullptr && element->max > 1;
    if (repeats) out += '[';
    appendBuilt(out, *child);
    for (const BuiltValue* more = child->next; repeats && more != nullptr; more = more->next) {
      if (more->name != child->name) continue;
      out += ',';
      appendBuilt(out, *more);
    }
    if (repeats) out += ']';
  }
  out += '}';
}

void appendBuilt(std::string& out, const BuiltValue& value) {
  if (value.first != nullptr) return appendMembers(out, value);
  if (value.scalar == fhir::path::ScalarKind::String)
    fhir::model::appendJsonString(out, value.text);
  else
    out += value.text;
}

Done appendPrimitiveItem(std::string& out, const Item& item, const Target& target, const PartView& part,
                         fhir::base::Arena& arena) {
  const std::string_view type = r4().type(target.type)->name;
  std::string_view text;
  if (!item.text(arena, text))
    return invalid(subject(item, part) + " has no text of its own: name what is inside it");
  std::string plain;
  if (keepsBlanks(type)) {
    text = trimmed(text);
  } else if (item.isNode() || item.kind() == ItemKind::String) {
    plain = plainText(text);
    text = plain;
  }
  if (text.empty()) return {};
  if (auto wrong = appendPrimitive(out, type, text)) return invalid(subject(item, part) + " " + *wrong);
  return {};
}

Done appendObjectItem(std::string& out, const Item& item, const Target& target, const PartView& part,
                      fhir::base::Arena& arena) {
  const std::string_view wanted = r4().type(target.type)->name;
  const BuiltValue* built = BuiltValue::of(item);
  if (built != nullptr && built->type == wanted) {
    if (built->first != nullptr) appendMembers(out, *built);
    return {};
  }
  if (wanted == "CodeableConcept") {
    if (built != nullptr && built->type == "Coding") {
      out += "{\"coding\":[";
      appendMembers(out, *built);
      out += "]}";
      return {};
    }
    std::string_view text;
    if ((built == nullptr || built->first == nullptr) && item.text(arena, text)) {
      text = trimmed(text);
      if (text.empty()) return {};
      out += "{\"text\":";
      fhir::model::appendJsonString(out, text);
      out += '}';
      return {};
    }
  }
  const std::string given = built != nullptr ? "a " + std::string(built->type) : "a text";
  return invalid(subject(item, part) + " gives " + given + ", and the element is a " + std::string(wanted));
}

}  // namespace

Done appendItem(std::string& out, const Item& item, const Target& target, const PartView& part,
                fhir::base::Arena& arena) {
  return target.primitive ? appendPrimitiveItem(out, item, target, part, arena)
                          : appendObjectItem(out, item, target, part, arena);
}

Done checkBinding(const Target& target, std::string_view json) {
  if (!target.primitive || r4().type(target.type)->name != "code" || json.size() < 2) return {};
  const auto codes = r4().requiredCodes(target.element->binding);
  if (codes.empty()) return {};
  const std::string_view code = json.substr(1, json.size() - 2);
  if (std::find(codes.begin(), codes.end(), code) != codes.end()) return {};
  return invalid("the code is not in " + std::string(target.element->binding));
}

}  // namespace mappings::engine
