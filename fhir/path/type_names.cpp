#include "fhir/path/type_names.h"

#include "fhir/definitions/lookup.h"

namespace fhir::path {
namespace {

std::string_view systemType(ItemKind kind) {
  switch (kind) {
    case ItemKind::Boolean: return "Boolean";
    case ItemKind::Integer: return "Integer";
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

bool isOfType(const Item& item, const TypeSpecifier& type) { return isType(exactType(item), type); }

bool isPrimitiveType(const TypeName& type) {
  const definitions::Type* known = type.number ? definitions::r4().type(type.number) : nullptr;
  return known && known->kind == definitions::TypeKind::Primitive;
}

std::string_view baseTypeOf(const TypeName& type, base::Arena& arena) {
  if (type.space == "System") return "System.Any";
  const auto& definitions = definitions::r4();
  const definitions::Type* known = definitions.type(type.number);
  const definitions::Type* base = known ? definitions.type(known->base) : nullptr;
  return base ? arena.keep("FHIR." + std::string(base->name)) : std::string_view();
}

}  // namespace fhir::path
