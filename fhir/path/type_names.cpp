#include "fhir/path/type_names.h"

#include "fhir/definitions/lookup.h"

namespace fhir::path {
namespace {

std::string_view systemType(ItemKind kind) {
  switch (kind) {
    case ItemKind::Boolean: return "Boolean";
    case ItemKind::Integer: return "Integer";
    case ItemKind::Long: return "Long";
    case ItemKind::Decimal: return "Decimal";
    case ItemKind::String: return "String";
    case ItemKind::Date: return "Date";
    case ItemKind::DateTime: return "DateTime";
    case ItemKind::Time: return "Time";
    case ItemKind::Quantity: return "Quantity";
    case ItemKind::Type: return "TypeInfo";
    case ItemKind::Node: break;
  }
  return {};
}

std::string_view systemType(ScalarKind kind) {
  switch (kind) {
    case ScalarKind::Boolean: return "Boolean";
    case ScalarKind::Integer: return "Integer";
    case ScalarKind::Decimal: return "Decimal";
    case ScalarKind::String: return "String";
    case ScalarKind::Date: return "Date";
    case ScalarKind::DateTime: return "DateTime";
    case ScalarKind::Time: return "Time";
    case ScalarKind::None: break;
  }
  return {};
}

TypeName system(std::string_view name) { return name.empty() ? TypeName{} : TypeName{"System", name, 0}; }

// As the tree says it; backbone elements by their path.
TypeName exactType(const Item& item) {
  if (!item.isNode()) return system(systemType(item.kind()));
  TypeName type = item.navigator().type(item.node());
  return type.name.empty() ? system(systemType(item.navigator().scalar(item.node()).kind)) : type;
}

// The definitions give some elements the type of FHIRPath itself: Resource.id, Element.id, Extension.url.
bool isSystemString(const Item& item, const TypeSpecifier& type) {
  if (type.name != "String" || type.space == "FHIR") return false;
  const Navigator& navigator = item.navigator();
  if (navigator.type(item.node()).number == 0) return false;
  std::string_view name = navigator.name(item.node());
  if (name == "id") return true;
  Node parent = navigator.parent(item.node());
  return name == "url" && parent.tree && navigator.type(parent).name == "Extension";
}

// A leaf of an untyped tree answers to FHIR's name of its type too: string, integer, decimal, boolean.
bool isUntypedPrimitive(const Item& item, const TypeSpecifier& type) {
  if (type.space == "System" || !item.navigator().type(item.node()).name.empty()) return false;
  std::string_view name = systemType(item.navigator().scalar(item.node()).kind);
  return !name.empty() && type.name.size() == name.size() && type.name.substr(1) == name.substr(1) &&
         type.name[0] == name[0] - 'A' + 'a';
}

}  // namespace

TypeName typeNameOf(const Item& item) {
  TypeName type = exactType(item);
  if (type.number == 0 || type.name.find('.') == std::string_view::npos) return type;
  const auto& definitions = definitions::r4();
  const definitions::Type* known = definitions.type(type.number);
  const definitions::Type* base = known ? definitions.type(known->base) : nullptr;
  return base ? TypeName{"FHIR", base->name, base->number} : type;
}

bool isType(const TypeName& actual, const TypeSpecifier& type) {
  if (actual.space == "System") return type.space != "FHIR" && (actual.name == type.name || type.name == "Any");
  if (type.space == "System" || actual.name.empty()) return false;
  if (actual.name == type.name) return true;
  return actual.number && type.number && definitions::r4().isSubtypeOf(actual.number, type.number);
}

bool isOfType(const Item& item, const TypeSpecifier& type) {
  if (isType(exactType(item), type)) return true;
  return item.isNode() && (isSystemString(item, type) || isUntypedPrimitive(item, type));
}

bool isPrimitiveType(const TypeName& type) {
  const definitions::Type* known = type.number ? definitions::r4().type(type.number) : nullptr;
  return known && known->kind == definitions::TypeKind::Primitive;
}

std::optional<Item> asType(const Item& item, const TypeSpecifier& type, base::Arena& arena) {
  const TypeName actual = exactType(item);
  const bool other_primitive = actual.number != type.number && isPrimitiveType(actual) &&
                               isPrimitiveType({type.space, type.name, type.number});
  if (other_primitive) return std::nullopt;
  if (isOfType(item, type)) return item;
  if (!item.isNode() || type.space == "FHIR" || type.number) return std::nullopt;
  const Item value = item.computed(arena);
  if (value.isNode() || type.name == "Any") return std::nullopt;
  const bool date_time = value.kind() == ItemKind::Date && type.name == "DateTime";
  if (date_time) return Item::temporal(ItemKind::DateTime, &value.temporal());
  return isType(exactType(value), type) ? std::optional(value) : std::nullopt;
}

std::string_view baseTypeOf(const TypeName& type, base::Arena& arena) {
  if (type.space == "System") return "System.Any";
  const auto& definitions = definitions::r4();
  const definitions::Type* known = definitions.type(type.number);
  const definitions::Type* base = known ? definitions.type(known->base) : nullptr;
  return base ? arena.keep("FHIR." + std::string(base->name)) : std::string_view();
}

}  // namespace fhir::path
