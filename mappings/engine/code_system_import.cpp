#include "mappings/engine/code_system_import.h"

#include <optional>
#include <unordered_map>

#include "fhir/base/patterns.h"
#include "fhir/base/strict_yaml.h"
#include "fhir/model/json_writer.h"
#include "mappings/engine/csv_table.h"

namespace mappings::engine {
namespace {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::YamlNode;

// --- kinds.yaml ---

class KindReader {
 public:
  explicit KindReader(std::string_view file) : file_(file) {}

  Result<CodeSystemKind> read(const YamlNode& key, const YamlNode& node) {
    CodeSystemKind kind;
    kind.kind = key.text;
    for (const auto& [name, value] : node.members) RETURN_IF_ERROR(readMember(name, value, kind));
    if (kind.system.empty() || kind.name.empty() || kind.levels.empty()) {
      return invalid("a kind has a system, a name and levels", place(key));
    }
    return kind;
  }

  std::string place(const YamlNode& node) const {
    return std::string(file_) + ":" + std::to_string(node.line) + ":" + std::to_string(node.column);
  }

 private:
  Done readMember(const YamlNode& name, const YamlNode& value, CodeSystemKind& kind) {
    const std::pair<std::string_view, std::string*> texts[] = {{"system", &kind.system},
                                                               {"name", &kind.name},
                                                               {"title", &kind.title},
                                                               {"source", &kind.source},
                                                               {"pattern", &kind.pattern}};
    for (const auto& [known, text] : texts) {
      if (name.text != known) continue;
      *text = value.text;
      return {};
    }
    if (name.text == "levels") return readPairs(value, "code", "display", kind.levels);
    if (name.text == "properties") return readPairs(value, "column", "code", kind.properties);
    if (name.text == "ignored") {
      for (const YamlNode& item : value.items) kind.ignored.push_back(item.text);
      return {};
    }
    if (name.text != "parent") return invalid("unknown key \"" + name.text + "\"", place(name));
    if (value.text == "prefix") kind.parent = CodeSystemKind::Parent::Prefix;
    if (value.text == "digit-pairs") kind.parent = CodeSystemKind::Parent::DigitPairs;
    return kind.parent == CodeSystemKind::Parent::None ? invalid("prefix or digit-pairs", place(value)) : Done();
  }

  Done readPairs(const YamlNode& list, std::string_view first, std::string_view second,
                 std::vector<std::pair<std::string, std::string>>& out) {
    for (const YamlNode& item : list.items) {
      const YamlNode *a = item.find(first), *b = item.find(second);
      if (!a || !b || item.members.size() != 2) {
        return invalid("an item has " + std::string(first) + " and " + std::string(second), place(item));
      }
      out.emplace_back(a->text, b->text);
    }
    return {};
  }

  std::string_view file_;
};

// --- the table ---

struct ImportedConcept {
  std::string display, parent;
  std::vector<std::pair<std::string, std::string>> properties;
  uint32_t line = 0;
  bool is_item = false;
};

class CodeSystemTable {
 public:
  CodeSystemTable(const CodeSystemKind& kind, const CsvTable& table) : kind_(kind), table_(table) {}

  Done read() {
    if (!kind_.pattern.empty()) {
      ASSIGN_OR_RETURN(pattern_, fhir::base::Pattern::compile(kind_.pattern));
    }
    for (const CsvTable::Row& row : table_.rows) RETURN_IF_ERROR(readRow(row));
    if (order_.empty()) return invalid("the table has no rows", table_.file);
    for (const std::string& code : order_) {
      ImportedConcept& one = concepts_[code];
      if (one.is_item && one.parent.empty()) one.parent = parentByCode(code);
    }
    return {};
  }

  std::string json(std::string_view canonical, std::string_view version) const {
    std::string system = kind_.system;
    if (size_t mark = system.find("{canonical}"); mark != std::string::npos) system.replace(mark, 11, canonical);
    std::string out = "{\n  \"resourceType\": \"CodeSystem\"";
    member(out, "url", system);
    member(out, "version", version);
    member(out, "name", kind_.name);
    member(out, "title", kind_.title);
    out += ",\n  \"status\": \"active\"";
    member(out, "description", kind_.source);
    out += ",\n  \"caseSensitive\": true,\n  \"hierarchyMeaning\": \"is-a\",\n  \"content\": \"complete\"";
    out += ",\n  \"count\": " + std::to_string(order_.size()) + propertyDefinitions() + ",\n  \"concept\": [\n";
    for (size_t i = 0; i < order_.size(); ++i) {
      out += "    " + conceptJson(order_[i]) + (i + 1 < order_.size() ? ",\n" : "\n");
    }
    return out + "  ]\n}\n";
  }

 private:
  Error trouble(const CsvTable::Row& row, std::string_view column, std::string what) const {
    return invalid("column \"" + std::string(column) + "\": " + std::move(what),
                   table_.file + ":" + std::to_string(row.line));
  }

  const std::string& cell(const CsvTable::Row& row, std::string_view column) const {
    return row.cells[static_cast<size_t>(table_.column(column))];
  }

  Done readRow(const CsvTable::Row& row) {
    std::string parent;
    for (size_t level = 0; level < kind_.levels.size(); ++level) {
      const auto& [code_column, display_column] = kind_.levels[level];
      const std::string &code = cell(row, code_column), &display = cell(row, display_column);
      bool item = level + 1 == kind_.levels.size();
      if (code.empty() && (item || !display.empty())) return trouble(row, code_column, "the code is missing");
      if (code.empty()) continue;
      if (display.empty()) return trouble(row, display_column, "the name is missing");
      if (item && pattern_ && !pattern_->fullMatch(code)) {
        return trouble(row, code_column, "the code does not look like one of " + kind_.kind);
      }
      RETURN_IF_ERROR(add(row, level, code, display, parent));
      parent = code;
    }
    return {};
  }

  Done add(const CsvTable::Row& row, size_t level, const std::string& code, const std::string& display,
           const std::string& parent) {
    const auto& [code_column, display_column] = kind_.levels[level];
    bool item = level + 1 == kind_.levels.size();
    auto [place, fresh] = concepts_.try_emplace(code);
    ImportedConcept& one = place->second;
    if (!fresh) {
      std::string first = "line " + std::to_string(one.line);
      // A group stands in every row of its items; the lowest group may have the code of an item.
      if (item && (one.is_item || one.display != display))
        return trouble(row, code_column, "the code is in " + first + " already");
      if (one.display != display) return trouble(row, display_column, "the name is not that of " + first);
      if (!item && one.parent != parent) return trouble(row, code_column, "the group is not where it is in " + first);
      if (!item) return {};
    } else {
      order_.push_back(code);
      one.display = display;
      one.line = row.line;
      if (parent != code) one.parent = parent;
    }
    one.is_item = item;
    if (!item) return {};
    for (const auto& [column, property] : kind_.properties) {
      int at = table_.column(column);
      if (at >= 0 && !row.cells[static_cast<size_t>(at)].empty()) {
        one.properties.emplace_back(property, row.cells[static_cast<size_t>(at)]);
      }
    }
    return {};
  }

  std::string parentByCode(const std::string& code) const {
    if (kind_.parent == CodeSystemKind::Parent::None) return {};
    if (kind_.parent == CodeSystemKind::Parent::Prefix) {
      for (size_t size = code.size() - 1; size > 0; --size) {
        if (concepts_.count(code.substr(0, size)) > 0) return code.substr(0, size);
      }
      return {};
    }
    // 990121001 -> 990121 -> 990100 -> 990000
    if (code.size() > 9 && concepts_.count(code.substr(0, 9)) > 0) return code.substr(0, 9);
    if (code.size() > 6 && concepts_.count(code.substr(0, 6)) > 0) return code.substr(0, 6);
    for (size_t kept : {4u, 2u}) {
      std::string above = code.substr(0, kept) + std::string(6 - kept, '0');
      if (above != code && concepts_.count(above) > 0) return above;
    }
    return {};
  }

  static void member(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(",\n  \"").append(name).append("\": ");
    fhir::model::appendJsonString(out, value);
  }

  std::string propertyDefinitions() const {
    std::string out =
        ",\n  \"property\": [\n    {\"code\": \"parent\", \"uri\": "
        "\"http://hl7.org/fhir/concept-properties#parent\", "
        "\"type\": \"code\"}";
    for (const auto& [column, code] : kind_.properties) {
      if (table_.column(column) < 0) continue;
      out += ",\n    {\"code\": ";
      fhir::model::appendJsonString(out, code);
      out += ", \"description\": ";
      fhir::model::appendJsonString(out, column);
      out += ", \"type\": \"string\"}";
    }
    return out + "\n  ]";
  }

  std::string conceptJson(const std::string& code) const {
    const ImportedConcept& one = concepts_.at(code);
    std::string out = "{\"code\": ";
    fhir::model::appendJsonString(out, code);
    out += ", \"display\": ";
    fhir::model::appendJsonString(out, one.display);
    std::string properties;
    auto add = [&](std::string_view property, std::string_view type, std::string_view value) {
      properties.append(properties.empty() ? "" : ", ").append("{\"code\": ");
      fhir::model::appendJsonString(properties, property);
      properties.append(", \"value").append(type).append("\": ");
      fhir::model::appendJsonString(properties, value);
      properties += '}';
    };
    if (!one.parent.empty()) add("parent", "Code", one.parent);
    for (const auto& [property, value] : one.properties) add(property, "String", value);
    if (!properties.empty()) out += ", \"property\": [" + properties + "]";
    return out + "}";
  }

  const CodeSystemKind& kind_;
  const CsvTable& table_;
  std::optional<fhir::base::Pattern> pattern_;
  std::unordered_map<std::string, ImportedConcept> concepts_;
  std::vector<std::string> order_;
};

}  // namespace

Result<std::vector<CodeSystemKind>> readCodeSystemKinds(const std::string& path) {
  ASSIGN_OR_RETURN(YamlNode file, fhir::base::readYamlFile(path));
  std::vector<CodeSystemKind> kinds;
  KindReader reader(path);
  for (const auto& [key, node] : file.members) {
    ASSIGN_OR_RETURN(CodeSystemKind kind, reader.read(key, node));
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

Result<std::string> importCodeSystem(const CodeSystemKind& kind, const std::string& path, std::string_view canonical,
                                     std::string_view version) {
  std::vector<std::string_view> required, known;
  for (const auto& [code, display] : kind.levels) {
    required.push_back(code);
    required.push_back(display);
  }
  known = required;
  for (const auto& [column, property] : kind.properties) known.push_back(column);
  for (const std::string& column : kind.ignored) known.push_back(column);
  ASSIGN_OR_RETURN(CsvTable csv, readCsvTable(path, path, required, known));
  CodeSystemTable table(kind, csv);
  RETURN_IF_ERROR(table.read());
  return table.json(canonical, version);
}

}  // namespace mappings::engine
