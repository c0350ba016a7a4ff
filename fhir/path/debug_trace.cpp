#include "fhir/path/debug_trace.h"

#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/path/result_json.h"
#include "fhir/path/type_names.h"

namespace fhir::path {
namespace {

constexpr std::string_view kPath = "http://fhir.forms-lab.com/StructureDefinition/resource-path";
constexpr std::string_view kJsonValue = "http://fhir.forms-lab.com/StructureDefinition/json-value";

std::string quoted(std::string_view text) {
  std::string out;
  model::appendJsonString(out, text);
  return out;
}

std::string named(std::string_view name) { return "{\"name\":" + quoted(name); }
std::string textPart(std::string_view name, std::string_view value) {
  return named(name) + ",\"valueString\":" + quoted(value) + "}";
}
std::string extension(std::string_view url, std::string_view value) {
  return "{\"url\":\"" + std::string(url) + "\",\"valueString\":" + quoted(value) + "}";
}

bool isElementOfDocument(const Item& item) {
  return item.isNode() && &item.navigator() == &model::Document::navigator();
}
bool isPrimitive(const Item& item) {
  return !item.isNode() || item.navigator().scalar(item.node()).kind != ScalarKind::None;
}

std::string capitalized(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

// The name of the FHIR type that carries a value: System.Boolean is carried as boolean.
std::string fhirName(const Item& item) {
  TypeName type = typeNameOf(item);
  std::string name(type.name);
  if (type.space != "System" || name == "Quantity" || name == "TypeInfo") return name.empty() ? "object" : name;
  name[0] = static_cast<char>(name[0] | 32);
  return name;
}

// "valueString":"..." for types that Parameters can carry; empty when it cannot.
std::string valueMember(const Item& item, const std::string& name) {
  if (item.kind() == ItemKind::Type) return {};
  if (item.kind() == ItemKind::Quantity) {
    const Quantity& quantity = item.quantity();
    std::string unit = quoted(quantity.unit);
    std::string code = quantity.calendar ? "" : ",\"system\":\"http://unitsofmeasure.org\",\"code\":" + unit;
    return "\"valueQuantity\":{\"value\":" + quantity.value.text() + ",\"unit\":" + unit + code + "}";
  }
  const definitions::Type* type = definitions::r4().type(name);
  if (!type) return {};
  if (definitions::r4().isResource(type->number)) return "\"resource\":" + toJson(item);
  using definitions::TypeKind;
  bool carried = (type->kind == TypeKind::Primitive && isPrimitive(item) && name != "xhtml") ||
                 (type->kind == TypeKind::Complex && name != "BackboneElement" && name != "Element");
  return carried ? "\"value" + capitalized(name) + "\":" + toJson(item) : std::string();
}

// One value. `brief`: of what stands in the resource and is no primitive, the place is enough.
std::string valuePart(const Item& item, const std::string& prefix, bool brief) {
  bool has_place = isElementOfDocument(item);
  std::string place = has_place ? model::placeOf(item.node()) : std::string();
  if (brief && has_place && !isPrimitive(item)) return textPart(prefix + "resource-path", place);
  std::string name = fhirName(item);
  std::string value = valueMember(item, name);
  bool empty_string = name == "string" && value == "\"valueString\":\"\"";
  std::string extensions = has_place ? extension(kPath, place) : "";
  if (value.empty()) extensions += (extensions.empty() ? "" : ",") + extension(kJsonValue, toJson(item));
  std::string out = "{";
  if (!extensions.empty()) out += "\"extension\":[" + extensions + "],";
  out += "\"name\":" + quoted(prefix + (empty_string ? "empty-string" : name));
  if (!value.empty() && !empty_string) out += "," + value;
  return out + "}";
}

std::string valueParts(std::span<const Item> items, const std::string& prefix, bool brief) {
  std::string out;
  for (const Item& item : items) out += valuePart(item, prefix, brief) + ",";
  return out;
}

// A list that is written with a comma behind each member.
std::string partsMember(std::string parts) {
  if (parts.empty()) return "";
  parts.pop_back();
  return ",\"part\":[" + parts + "]";
}

}  // namespace

void DebugTrace::trace(std::string_view name, const Collection& values) {
  std::string parts = valueParts({values.begin(), values.size()}, "", false);
  traces_ += "{\"name\":\"trace\",\"valueString\":" + quoted(name) + partsMember(std::move(parts)) + "},";
}

void DebugTrace::step(const EvaluationStep& step) {
  if (++count_ > kMostSteps) return;
  std::string parts = valueParts(step.results, "", true) + valueParts(step.focus, "focus-", true) +
                      valueParts(step.self, "this-", true);
  if (step.index >= 0) parts += "{\"name\":\"index\",\"valueInteger\":" + std::to_string(step.index) + "},";
  std::string name = std::to_string(step.position) + "," + std::to_string(step.length) + "," + std::string(step.name);
  steps_ += named(name) + partsMember(std::move(parts)) + "},";
}

std::string DebugTrace::parameters(std::string_view evaluator, std::string_view expression,
                                   const Collection& results) const {
  std::string steps = steps_;
  if (count_ > kMostSteps) {
    steps += "{\"name\":\"steps-left-out\",\"valueInteger\":" + std::to_string(count_ - kMostSteps) + "},";
  }
  std::string out = "{\"resourceType\":\"Parameters\",\"id\":\"fhirpath\",\"parameter\":[";
  out += "{\"name\":\"parameters\",\"part\":[" + textPart("evaluator", evaluator) + "," +
         textPart("expression", expression) + "]},";
  out +=
      "{\"name\":\"result\"" + partsMember(valueParts({results.begin(), results.size()}, "", false) + traces_) + "},";
  return out + "{\"name\":\"debug-trace\"" + partsMember(std::move(steps)) + "}]}";
}

}  // namespace fhir::path
