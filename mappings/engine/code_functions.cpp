// Mapping functions for codes: local ones keep their place beside the standard ones.

#include "mappings/engine/plain_text.h"
#include "mappings/engine/surroundings.h"

namespace mappings::engine {

using fhir::path::Collection;
using fhir::path::FunctionCall;
using fhir::path::Item;
using Read = MappingCall::Read;

namespace {

// A coded field: HL7 v2 CE/CWE (code^text^system^code^text^system), or a leaf.
struct Coded {
  std::string_view code;
  std::string_view text;
  std::string_view system;
  std::string_view other_code;
  std::string_view other_text;
  std::string_view other_system;
};

Coded readCoded(MappingCall& mapping, const Item& item) {
  PartView& part = mapping.around().part;
  Coded out;
  const uint32_t record = part.recordOf(item);
  const auto& records = part.tree().records();
  if (record == 0 || records[record].first_child == 0) {
    out.text = trimmed(mapping.textOf(item, Read::Taken));
    return out;
  }
  part.consumeAll(item);
  std::string_view* const places[] = {&out.code,       &out.text,       &out.system,
                                      &out.other_code, &out.other_text, &out.other_system};
  for (uint32_t at = records[record].first_child; at != 0; at = records[at].next) {
    const uint32_t position = records[at].position;
    if (position < 1 || position > 6 || part.hidden(at)) continue;
    *places[position - 1] =
        records[at].first_child == 0 ? trimmed(records[at].text) : mapping.arena().keep(part.written(at));
  }
  return out;
}

// The URI for HL7 v2's name of a coding system ("LN", "L"): systems.csv knows the public ones.
std::string systemOf(MappingCall& mapping, std::string_view name, std::string_view map) {
  const std::string known = "v2:" + std::string(name);
  if (!name.empty() && mapping.around().systems.has(known)) return mapping.uriOf(known);
  return mapping.localSystem(map.empty() ? "local" : map);
}

const CodeMapRow* findRow(MappingCall& mapping, std::string_view map_name, std::string_view local) {
  const CodeMap* map = mapping.around().code_maps.find(map_name);
  return map == nullptr ? nullptr : map->find(mapping.around().institution, local, mapping.around().day);
}

std::string missing(std::string_view map) { return "no row for it in code_maps/" + std::string(map) + ".csv"; }

// What is looked up: the code of a coded field, the text of a leaf or a computed value.
std::string_view lookedUp(MappingCall& mapping, const Item& item) {
  const Coded coded = readCoded(mapping, item);
  return coded.code.empty() ? coded.text : coded.code;
}

}  // namespace

FunctionResult codingFunction(FunctionCall& call) {
  MappingCall mapping(call);
  const Collection& codes = mapping.argument(1);
  if (codes.empty()) return mapping.nothing();
  ASSIGN_OR_RETURN(std::string_view code, mapping.singleText(codes, Read::Taken));
  code = trimmed(code);
  if (code.empty()) return mapping.nothing();
  std::string_view display;
  if (mapping.arguments() == 3) {
    ASSIGN_OR_RETURN(display, mapping.singleText(mapping.argument(2), Read::Taken));
  }
  return mapping.one(mapping.coding(mapping.uriOf(mapping.literal(0)), code, trimmed(display))->item());
}

// x.concept('lab-item'): CodeableConcept with the local coding, the mapped one, and the text.
// x.concept('lab-item', name): x is a code, name its text. x.concept(): the local coding and text alone.
FunctionResult conceptFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Collection out = mapping.nothing();
  const std::string_view map = mapping.literal(0);
  for (const Item& item : mapping.input()) {
    Coded coded = readCoded(mapping, item);
    if (mapping.arguments() == 2) {
      coded.code = coded.text;
      ASSIGN_OR_RETURN(coded.text, mapping.singleText(mapping.argument(1), Read::Taken));
    }
    if (coded.code.empty() && coded.text.empty()) continue;
    BuiltValue* value = BuiltValue::object(mapping.arena(), "CodeableConcept");
    if (!coded.code.empty())
      value->adopt("coding", mapping.coding(systemOf(mapping, coded.system, map), coded.code, coded.text));
    if (!coded.other_code.empty())
      value->adopt("coding",
                   mapping.coding(systemOf(mapping, coded.other_system, map), coded.other_code, coded.other_text));
    if (!map.empty()) {
      const CodeMapRow* row = findRow(mapping, map, coded.code.empty() ? coded.text : coded.code);
      if (row == nullptr)
        mapping.warn("code-invalid", missing(map), mapping.one(item));
      else if (!row->code.empty())
        value->adopt("coding", mapping.codingOf(*row));
    }
    value->add(mapping.arena(), "text", coded.text);
    out.push_back(value->item());
  }
  return out;
}

// translate(map, value, onMiss) or value.translate(map): the target Coding. A miss is an error without onMiss.
FunctionResult translateFunction(FunctionCall& call) {
  MappingCall mapping(call);
  const std::string_view map = mapping.literal(0);
  const Collection& values = mapping.arguments() == 1 ? mapping.input() : mapping.argument(1);
  Collection out = mapping.nothing();
  for (const Item& item : values) {
    const std::string_view local = lookedUp(mapping, item);
    if (local.empty()) continue;
    const CodeMapRow* row = findRow(mapping, map, local);
    if (row != nullptr) {
      if (!row->code.empty()) out.push_back(mapping.codingOf(*row)->item());
      continue;
    }
    if (mapping.arguments() < 3) return mapping.wrong("has " + missing(map), mapping.one(item));
    mapping.warn("code-invalid", missing(map), mapping.one(item));
    for (const Item& instead : mapping.argument(2)) out.push_back(instead);
  }
  return out;
}

FunctionResult systemFunction(FunctionCall& call) {
  MappingCall mapping(call);
  return mapping.text(mapping.uriOf(mapping.literal(0)));
}

FunctionResult urlFunction(FunctionCall& call) {
  MappingCall mapping(call);
  return mapping.text(std::string(mapping.around().canonical) + std::string(mapping.literal(0)));
}

FunctionResult declaredFunction(FunctionCall& call) {
  MappingCall mapping(call);
  const CodeMap* map = mapping.around().code_maps.find(mapping.literal(0));
  return mapping.one(Item::boolean(map != nullptr && map->declaredFor(mapping.around().institution)));
}

}  // namespace mappings::engine
