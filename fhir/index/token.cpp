// Token (R4 3.1.1.4.10): system|code of whatever has codes.

#include "fhir/index/conversion.h"

namespace fhir::index {
namespace {

// The system of a `code` element, which its value set says (R4 3.1.1.4.10: "implicit").
std::string_view implicitSystem(const model::Record& record, std::string_view code) {
  const auto& systems = shapes().systems_of_element[record.element];
  if (systems.size() == 1) return systems[0].system;
  for (const auto& system : systems)
    for (std::string_view known : system.codes)
      if (known == code) return system.system;
  return {};
}

void addCoding(Conversion& conversion, uint32_t coding) {
  const Shapes& s = shapes();
  std::string_view system, code, display;
  for (uint32_t i = conversion.record(coding).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == s.coding_system)
      system = conversion.tree.value(child);
    else if (child.element == s.coding_code)
      code = conversion.tree.value(child);
    else if (child.element == s.coding_display)
      display = conversion.tree.value(child);
  }
  if (system.empty() && code.empty() && display.empty()) return;
  TokenValue& token = conversion.add().token;
  token.system = system;
  token.code = code;
  token.text = display;
}

void addConcept(Conversion& conversion, uint32_t node) {
  std::string_view text;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().concept_coding)
      addCoding(conversion, i);
    else if (child.element == shapes().concept_text)
      text = conversion.tree.value(child);
  }
  if (!text.empty()) conversion.add().token.text = text;
}

void addContactPoint(Conversion& conversion, uint32_t node) {
  std::string_view use, value;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().contact_use)
      use = conversion.tree.value(child);
    else if (child.element == shapes().contact_value)
      value = conversion.tree.value(child);
  }
  if (value.empty()) return;
  TokenValue& token = conversion.add().token;
  token.system = use;
  token.code = value;
}

void readIdentifierType(const model::Document::Tree& tree, const model::Record& type, TokenValue& out) {
  const Shapes& s = shapes();
  for (uint32_t i = type.first; i != 0; i = tree.records[i].next) {
    const model::Record& child = tree.records[i];
    if (child.element == s.concept_text) out.text = tree.value(child);
    if (child.element != s.concept_coding) continue;
    auto& coding = out.types.emplace_back();
    for (uint32_t j = child.first; j != 0; j = tree.records[j].next) {
      const model::Record& part = tree.records[j];
      if (part.element == s.coding_system) coding.first = tree.value(part);
      if (part.element == s.coding_code) coding.second = tree.value(part);
      if (part.element == s.coding_display && out.text.empty()) out.text = tree.value(part);
    }
  }
}

}  // namespace

void readIdentifier(const model::Document::Tree& tree, uint32_t identifier, TokenValue& out) {
  const Shapes& s = shapes();
  for (uint32_t i = tree.records[identifier].first; i != 0; i = tree.records[i].next) {
    const model::Record& child = tree.records[i];
    if (child.element == s.identifier_system) {
      out.system = tree.value(child);
    } else if (child.element == s.identifier_value) {
      out.code = tree.value(child);
    } else if (child.element == s.identifier_type) {
      readIdentifierType(tree, child, out);
    }
  }
}

void addTokens(Conversion& conversion, uint32_t node) {
  const model::Record& record = conversion.record(node);
  switch (shapes().shape(record)) {
    case Shape::Coding: return addCoding(conversion, node);
    case Shape::CodeableConcept: return addConcept(conversion, node);
    case Shape::ContactPoint: return addContactPoint(conversion, node);
    case Shape::Identifier: {
      TokenValue token;
      readIdentifier(conversion.tree, node, token);
      if (token.system.empty() && token.code.empty()) return;
      conversion.add().token = std::move(token);
      return;
    }
    case Shape::Code: {
      std::string_view code = conversion.tree.value(record);
      if (code.empty()) return;
      TokenValue& token = conversion.add().token;
      token.system = implicitSystem(record, code);
      token.code = code;
      return;
    }
    case Shape::Boolean:
    case Shape::Text:
    case Shape::Uri:
    case Shape::Number:
    case Shape::Date: {
      std::string_view code = conversion.tree.value(record);
      if (!code.empty()) conversion.add().token.code = code;
      return;
    }
    default: return;
  }
}

}  // namespace fhir::index
