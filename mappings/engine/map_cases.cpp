#include "mappings/engine/map_cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include "fhir/base/strict_yaml.h"
#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/path/expression.h"
#include "mappings/engine/map_trace.h"
#include "mappings/engine/result_rules.h"

namespace mappings::engine {
namespace {

namespace fs = std::filesystem;
using fhir::base::YamlNode;
using fhir::model::Document;

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// asserts.yaml; every key is optional.
struct Asserts {
  std::string institution = "12990121400000010B";
  std::string source = "case";
  std::string message = "message-1";
  std::string received = "2025-03-06T12:00:00+08:00";
  std::string encoding;
  std::map<std::string, std::string> errors;  // part number -> piece of its error
  std::vector<std::string> findings;          // pieces, each found once
  std::vector<std::string> unread;            // paths
  std::vector<std::string> asserts;           // FHIRPath over the Bundles, all true
};

class AssertsReader {
 public:
  AssertsReader(Asserts& out, CaseDirectory& directory, CaseResult& result)
      : out_(out), directory_(directory), result_(result) {}

  void read(const fs::path& path) {
    auto root = fhir::base::readYamlFile(path.string());
    if (!root.ok()) return problem(root.error().text());
    for (const auto& [key, value] : root->members) readKey(key.text, value);
  }

 private:
  void problem(std::string text) {
    result_.passed = false;
    result_.problems.push_back(std::move(text));
  }
  void readKey(const std::string& key, const YamlNode& value) {
    if (key == "says") return;  // for people
    if (key == "institution")
      out_.institution = value.text;
    else if (key == "source")
      out_.source = value.text;
    else if (key == "message")
      out_.message = value.text;
    else if (key == "received")
      out_.received = value.text;
    else if (key == "encoding")
      out_.encoding = value.text;
    else if (key == "errors")
      readMap(value, out_.errors);
    else if (key == "facts")
      readMap(value, directory_.facts);
    else if (key == "aliases")
      readAliases(value);
    else if (key == "findings")
      readList(value, out_.findings);
    else if (key == "unread")
      readList(value, out_.unread);
    else if (key == "asserts")
      readList(value, out_.asserts);
    else
      problem("asserts.yaml:" + std::to_string(value.line) + ": unknown key \"" + key + "\"");
  }
  void readAliases(const YamlNode& value) {
    directory_.any_alias = false;
    readMap(value, directory_.aliases);
  }
  template <typename Map>
  void readMap(const YamlNode& value, Map& out) {
    for (const auto& [key, text] : value.members) out[key.text] = text.text;
  }
  void readList(const YamlNode& value, std::vector<std::string>& out) {
    for (const YamlNode& item : value.items) out.push_back(item.text);
  }

  Asserts& out_;
  CaseDirectory& directory_;
  CaseResult& result_;
};

// A sentence without the place in the mapping file, which moves with every edit.
std::string errorJson(const fhir::base::Error& error) {
  std::string out = "{\"error\":";
  fhir::model::appendJsonString(out, error.what);
  return out + "}";
}

fs::path inputFile(const fs::path& folder) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (entry.path().stem() == "in") return entry.path();
  return folder / "in";
}

class CaseRun {
 public:
  CaseRun(const MapLibrary& library, const MapCase& one, const Asserts& asserts, CaseResult& result)
      : library_(library), one_(one), asserts_(asserts), result_(result) {}

  // The golden text: one Bundle, or an array with one entry for each part.
  std::string run() {
    const std::string bytes = readFile(inputFile(one_.folder));
    auto options = library_.readOptions(one_.mapping);
    if (!options.ok()) return refuse(options.error().text());
    if (!asserts_.encoding.empty()) options->encoding = asserts_.encoding;
    auto message = source::readMessage(bytes, *options);
    if (!message.ok()) return refuse(message.error().text());
    std::vector<std::string> parts;
    for (const source::Part& part : message->parts) parts.push_back(runPart(part));
    checkUnread();
    checkFindings();
    if (parts.size() == 1) return parts[0] + "\n";
    std::string out = "[\n";
    for (size_t i = 0; i < parts.size(); ++i) out += parts[i] + (i + 1 < parts.size() ? ",\n" : "\n");
    return out + "]\n";
  }

 private:
  void problem(std::string text) {
    result_.passed = false;
    result_.problems.push_back(std::move(text));
  }
  std::string refuse(std::string text) {
    problem(std::move(text));
    return "";
  }

  std::string runPart(const source::Part& part) {
    const std::string number = std::to_string(part.number);
    const auto expected = asserts_.errors.find(number);
    if (part.error) return failed(*part.error, number, expected);
    const MapInput input{asserts_.source, asserts_.institution, asserts_.message, asserts_.received, &part};
    auto chosen = library_.choose(part, library_.readOptions(one_.mapping)->format, {one_.mapping});
    if (!chosen.ok()) return failed(chosen.error(), number, expected);
    auto mapped = library_.run(one_.mapping, input);
    if (!mapped.ok()) return failed(mapped.error(), number, expected);
    if (expected != asserts_.errors.end()) problem("part " + number + " was expected to fail");
    for (std::string& broken : brokenRules(*mapped)) problem("part " + number + ": " + broken);
    auto again = library_.run(one_.mapping, input);
    if (!again.ok() || toBundle(*again) != toBundle(*mapped)) problem("part " + number + ": a second run differs");
    result_.fields.insert(result_.fields.end(), mapped->fields.begin(), mapped->fields.end());
    for (const auto& finding : mapped->findings.list()) findings_.push_back(finding);
    const std::string bundle = toBundle(*mapped);
    checkAsserts(bundle, number);
    return withoutVersion(bundle, *mapped);
  }

  // The mapping's version changes with every edit of its file, and the Provenance's id with it.
  static std::string withoutVersion(std::string bundle, const MappedPart& part) {
    const auto replace = [&](const std::string& what, std::string_view by) {
      for (size_t at = bundle.find(what); at != std::string::npos; at = bundle.find(what, at + by.size()))
        bundle.replace(at, what.size(), by);
    };
    replace(part.mapping_version, "(version)");
    replace(part.resources.back().id, "(provenance)");
    return bundle;
  }

  std::string failed(const fhir::base::Error& error, const std::string& number,
                     std::map<std::string, std::string>::const_iterator expected) {
    if (expected == asserts_.errors.end())
      problem("part " + number + " failed: " + error.text());
    else if (error.text().find(expected->second) == std::string::npos)
      problem("part " + number + " failed otherwise than expected: " + error.text());
    return errorJson(error);
  }

  void checkUnread() {
    std::set<std::string> unread;
    for (const SourceField& field : result_.fields)
      if (field.use == SourceField::Use::Unread) unread.insert(field.path);
    for (const std::string& path : asserts_.unread)
      if (unread.erase(path) == 0) problem("the field " + path + " was expected to be unread");
    for (const std::string& path : unread)
      problem("the field " + path + " is read by nothing: map it, or ignore it with a reason");
  }

  void checkFindings() {
    std::vector<std::string> open = asserts_.findings;
    for (const auto& finding : findings_) {
      const std::string text = finding.expression + ": " + finding.what + ", " + finding.source;
      const auto match = std::find_if(
          open.begin(), open.end(), [&](const std::string& piece) { return text.find(piece) != std::string::npos; });
      if (match == open.end())
        problem("an unexpected finding: " + text);
      else
        open.erase(match);
    }
    for (const std::string& piece : open) problem("the finding \"" + piece + "\" did not come");
  }

  void checkAsserts(const std::string& bundle, const std::string& number) {
    if (asserts_.asserts.empty()) return;
    fhir::base::Findings findings;
    auto document = Document::readResource(bundle, findings);
    if (!document.ok()) return problem("part " + number + ": the Bundle cannot be read: " + document.error().text());
    for (const std::string& text : asserts_.asserts) {
      auto expression = fhir::path::Expression::compile(text);
      if (!expression.ok()) {
        problem("assert \"" + text + "\": " + expression.error().text());
        continue;
      }
      fhir::base::Arena arena;
      fhir::path::Evaluation evaluation(arena);
      auto value = expression->evaluate(fhir::path::Item::node(document->root(), &Document::navigator()), evaluation);
      const bool holds = value.ok() && value->size() == 1 && (*value)[0].kind() == fhir::path::ItemKind::Boolean &&
                         (*value)[0].boolean();
      if (!holds) problem("part " + number + ": it does not hold that " + text);
    }
  }

  const MapLibrary& library_;
  const MapCase& one_;
  const Asserts& asserts_;
  CaseResult& result_;
  std::vector<fhir::base::Finding> findings_;
};

std::string firstDifference(const std::string& expected, const std::string& got) {
  size_t line = 1;
  size_t begin = 0;
  for (size_t at = 0; at < expected.size() && at < got.size() && expected[at] == got[at]; ++at) {
    if (expected[at] != '\n') continue;
    ++line;
    begin = at + 1;
  }
  const auto lineAt = [&](const std::string& text) {
    return text.substr(std::min(begin, text.size()), text.find('\n', std::min(begin, text.size())) - begin);
  };
  return "differs from out.json in line " + std::to_string(line) + ":\n      expected " + lineAt(expected) +
         "\n      got      " + lineAt(got);
}

}  // namespace

std::optional<std::string> CaseDirectory::institution(std::string_view, std::string_view alias) const {
  const auto found = aliases.find(alias);
  if (found != aliases.end()) return found->second;
  if (any_alias) return std::string(alias);
  return std::nullopt;
}

std::optional<std::string> CaseDirectory::anyInstitution(std::string_view alias) const {
  return institution({}, alias);
}

std::string CaseDirectory::lookup(std::string_view, std::string_view fact) const {
  const auto found = facts.find(fact);
  return found == facts.end() ? std::string() : found->second;
}

std::vector<MapCase> findCases(const std::string& mappings_folder, std::string_view prefix) {
  std::vector<MapCase> out;
  std::error_code failed;
  for (const auto& format : fs::directory_iterator(mappings_folder, failed)) {
    for (const auto& mapping : fs::directory_iterator(format.path(), failed)) {
      for (const auto& one : fs::directory_iterator(mapping.path() / "cases", failed)) {
        if (!one.is_directory()) continue;
        MapCase found{format.path().filename().string() + "/" + mapping.path().filename().string(),
                      one.path().filename().string(), one.path().string()};
        if ((found.mapping + "/" + found.name).starts_with(prefix)) out.push_back(std::move(found));
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const MapCase& a, const MapCase& b) {
    return std::tie(a.mapping, a.name) < std::tie(b.mapping, b.name);
  });
  return out;
}

std::vector<fhir::base::Result<MappedPart>> mapCase(const MapLibrary& library, CaseDirectory& directory,
                                                    const MapCase& one, std::vector<OutputOrigin>* origins) {
  CaseResult ignored;
  Asserts asserts;
  directory = CaseDirectory();
  const fs::path folder(one.folder);
  if (fs::exists(folder / "asserts.yaml")) AssertsReader(asserts, directory, ignored).read(folder / "asserts.yaml");
  std::vector<fhir::base::Result<MappedPart>> out;
  auto options = library.readOptions(one.mapping);
  if (!options.ok()) return {options.error()};
  if (!asserts.encoding.empty()) options->encoding = asserts.encoding;
  auto message = source::readMessage(readFile(inputFile(folder)), *options);
  if (!message.ok()) return {message.error()};
  for (const source::Part& part : message->parts) {
    const MapInput input{asserts.source, asserts.institution, asserts.message, asserts.received, &part};
    if (part.error)
      out.emplace_back(*part.error);
    else
      out.push_back(library.runTraced(one.mapping, input, origins));
  }
  return out;
}

CaseResult runCase(const MapLibrary& library, CaseDirectory& directory, const MapCase& one, bool update) {
  CaseResult result;
  Asserts asserts;
  directory = CaseDirectory();
  const fs::path folder(one.folder);
  if (fs::exists(folder / "asserts.yaml")) AssertsReader(asserts, directory, result).read(folder / "asserts.yaml");
  const std::string got = CaseRun(library, one, asserts, result).run();
  if (got.empty()) return result;
  if (update) {
    std::ofstream(folder / "out.json", std::ios::binary) << got;
    return result;
  }
  const std::string expected = readFile(folder / "out.json");
  if (expected.empty())
    result.problems.push_back("there is no out.json: `onecard map test --update` writes it, then read it");
  else if (expected != got)
    result.problems.push_back(firstDifference(expected, got));
  result.passed = result.problems.empty();
  return result;
}

}  // namespace mappings::engine
