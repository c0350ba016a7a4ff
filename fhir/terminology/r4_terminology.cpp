// R4's own code systems and value sets, rows of fhir/definitions/r4, and the lists of ISO that its bindings name,
// systems/iso_codes.tsv -> resource -> LoadedTerminology.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/tables.h"
#include "fhir/model/json_writer.h"
#include "fhir/terminology/loaded_terminology.h"

// The table's bytes, between two symbols.
asm(".pushsection .rodata\n"
    ".global onecard_iso_codes\n"
    "onecard_iso_codes:\n"
    ".incbin \"" FHIR_ISO_CODES
    "\"\n"
    ".global onecard_iso_codes_end\n"
    "onecard_iso_codes_end:\n"
    ".byte 0\n"
    ".popsection\n");
extern "C" const char onecard_iso_codes[];
extern "C" const char onecard_iso_codes_end[];

namespace fhir::terminology {
namespace {

std::string_view isoCodes() {
  return {onecard_iso_codes, static_cast<size_t>(onecard_iso_codes_end - onecard_iso_codes)};
}

using definitions::TableReader;

// {"name":"value" without the brace's end; nothing for an empty value.
void member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
  model::appendJsonString(out, value);
}

bool hasWord(std::string_view cell, std::string_view word) {
  for (std::string_view one : definitions::words(cell)) {
    if (one == word) return true;
  }
  return false;
}

void listItem(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

void conceptRow(const TableReader& row, std::string& list) {
  std::string out = "{";
  member(out, "code", row.cell(1));
  member(out, "display", row.cell(2));
  std::string properties;
  auto property = [&](std::string_view code, std::string_view type, std::string_view value) {
    properties.append(properties.empty() ? "" : ",").append("{\"code\":\"").append(code);
    properties.append("\",\"value").append(type).append("\":");
    if (type == "Boolean") properties.append(value);
    if (type != "Boolean") model::appendJsonString(properties, value);
    properties += '}';
  };
  for (std::string_view parent : definitions::words(row.cell(3))) property("parent", "Code", parent);
  if (row.cell(4) == "A") property("notSelectable", "Boolean", "true");
  if (!row.cell(5).empty()) property("status", "Code", row.cell(5));
  if (!row.cell(6).empty()) {
    out += ",\"designation\":[{\"language\":\"zh\"";
    member(out, "value", row.cell(6));
    out += "}]";
  }
  if (!properties.empty()) out.append(",\"property\":[").append(properties).append("]");
  listItem(list, out + "}");
}

// `head` is a resource from its brace to before the list.
void finish(LoadedTerminology::Builder& builder, std::string& head, const std::string& rest) {
  // The tables are our own: what could not be read here is found by the tests.
  if (!head.empty()) (void)builder.addJson(head + rest + "}", "r4");
  head.clear();
}

void readCodeSystems(LoadedTerminology::Builder& builder, std::string_view table) {
  std::string head, concepts;
  auto end = [&] { finish(builder, head, concepts.empty() ? "" : ",\"concept\":[" + concepts + "]"); };
  for (TableReader row(table); row.next();) {
    if (row.cell(0) == "concept") {
      conceptRow(row, concepts);
      continue;
    }
    end();
    concepts.clear();
    head = "{";
    member(head, "resourceType", "CodeSystem");
    member(head, "url", row.cell(1));
    member(head, "version", row.cell(3));
    member(head, "name", row.cell(2));
    member(head, "status", row.cell(5));
    member(head, "valueSet", row.cell(6));
    if (hasWord(row.cell(4), "case-insensitive")) head += ",\"caseSensitive\":false";
    for (std::string_view meaning : {"is-a", "grouped-by", "part-of", "classified-with"}) {
      if (hasWord(row.cell(4), meaning)) member(head, "hierarchyMeaning", meaning);
    }
    for (std::string_view content : {"complete", "fragment", "example", "supplement"}) {
      if (hasWord(row.cell(4), content)) member(head, "content", content);
    }
  }
  end();
}

// One include or exclude while its rows are read.
struct PartText {
  std::string head, concepts, filters;

  void begin(const TableReader& row) {
    head = "{";
    member(head, "system", row.cell(1));
    member(head, "version", row.cell(2));
    std::string sets;
    for (std::string_view canonical : definitions::words(row.cell(3))) {
      sets.append(sets.empty() ? "" : ",");
      model::appendJsonString(sets, canonical);
    }
    if (!sets.empty()) head.append(head.size() > 1 ? "," : "").append("\"valueSet\":[").append(sets).append("]");
  }
  void endInto(std::string& list) {
    if (head.empty()) return;
    if (!concepts.empty()) head.append(",\"concept\":[").append(concepts).append("]");
    if (!filters.empty()) head.append(",\"filter\":[").append(filters).append("]");
    listItem(list, head + "}");
    *this = {};
  }
};

void readValueSets(LoadedTerminology::Builder& builder, std::string_view table) {
  std::string head, includes, excludes;
  PartText part;
  bool excluding = false;
  auto endPart = [&] { part.endInto(excluding ? excludes : includes); };
  auto end = [&] {
    endPart();
    std::string compose = includes.empty() ? "" : "\"include\":[" + includes + "]";
    if (!excludes.empty()) listItem(compose, "\"exclude\":[" + excludes + "]");
    finish(builder, head, ",\"compose\":{" + compose + "}");
    includes.clear();
    excludes.clear();
  };
  for (TableReader row(table); row.next();) {
    std::string_view kind = row.cell(0);
    std::string item = "{";
    if (kind == "concept") {
      member(item, "code", row.cell(1));
      member(item, "display", row.cell(2));
      listItem(part.concepts, item + "}");
    } else if (kind == "filter") {
      member(item, "property", row.cell(1));
      member(item, "op", row.cell(2));
      member(item, "value", row.cell(3));
      listItem(part.filters, item + "}");
    } else if (kind == "value_set") {
      end();
      member(item, "resourceType", "ValueSet");
      member(item, "url", row.cell(1));
      member(item, "name", row.cell(2));
      member(item, "version", row.cell(3));
      member(item, "status", row.cell(4));
      head = std::move(item);
    } else {
      endPart();
      excluding = kind == "exclude";
      part.begin(row);
    }
  }
  end();
}

}  // namespace

std::shared_ptr<const LoadedTerminology> LoadedTerminology::r4() {
  static const std::shared_ptr<const LoadedTerminology> terminology = [] {
    Builder builder(nullptr);
    readCodeSystems(builder, definitions::r4Tables().code_systems);
    readCodeSystems(builder, isoCodes());
    readValueSets(builder, definitions::r4Tables().value_sets);
    return builder.build();
  }();
  return terminology;
}

}  // namespace fhir::terminology
