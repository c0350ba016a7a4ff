#include "mappings/engine/result_rules.h"

#include <algorithm>
#include <set>

#include "fhir/model/document.h"
#include "fhir/model/reference.h"
#include "fhir/path/expression.h"

namespace mappings::engine {
namespace {

using fhir::model::Document;
using fhir::path::Item;

void checkReadable(const MappedResource& resource, const fhir::base::Findings& findings,
                   std::vector<std::string>& out) {
  for (const fhir::base::Finding& finding : findings.list())
    out.push_back(resource.type + "/" + resource.id + " is no FHIR: " + finding.expression + " " + finding.what);
}

void checkEmpty(const MappedResource& resource, std::vector<std::string>& out) {
  for (std::string_view nothing : {":{}", ":[]", ":\"\"", "[{}", ",{}"})
    if (resource.json.find(nothing) != std::string::npos)
      out.push_back(resource.type + "/" + resource.id + " holds something empty");
  if (resource.json.find(",\"", resource.json.find(resource.id)) == std::string::npos)
    out.push_back(resource.type + "/" + resource.id + " holds nothing but its id");
}

void checkReferences(const MappedResource& resource, const Document& document, const std::set<std::string>& known,
                     std::vector<std::string>& out) {
  static const auto references = fhir::path::Expression::compile("descendants().ofType(Reference).reference");
  if (!references.ok()) return;
  fhir::base::Arena arena;
  fhir::path::Evaluation evaluation(arena);
  auto found = references->evaluate(Item::node(document.root(), &Document::navigator()), evaluation);
  if (!found.ok()) {
    out.push_back(resource.type + "/" + resource.id + ": " + found.error().text());
    return;
  }
  for (const Item& item : *found) {
    std::string_view text;
    if (item.text(arena, text) && !known.contains(std::string(text)))
      out.push_back(resource.type + "/" + resource.id + " refers to something that is not in the part");
  }
}

// A type, an assigner or a use that came from the message must not keep what has no value.
void checkValueless(const MappedResource& resource, const Document& document, std::vector<std::string>& out) {
  static const auto valueless = fhir::path::Expression::compile(
      "descendants().where((is(Identifier) or is(ContactPoint)) and value.empty() and extension.empty()).exists()");
  if (!valueless.ok()) return;
  fhir::base::Arena arena;
  fhir::path::Evaluation evaluation(arena);
  auto found = valueless->evaluate(Item::node(document.root(), &Document::navigator()), evaluation);
  if (found.ok() && found->size() == 1 && (*found)[0].boolean())
    out.push_back(resource.type + "/" + resource.id + " holds an identifier or contact point without a value");
}

}  // namespace

std::vector<std::string> brokenRules(const MappedPart& part) {
  std::vector<std::string> out;
  std::set<std::string> known(part.outside.begin(), part.outside.end());
  std::set<std::string> made;
  for (const MappedResource& resource : part.resources) {
    if (!fhir::model::isValidId(resource.id)) out.push_back(resource.type + " has an id that is none");
    known.insert(resource.type + "/" + resource.id);
    if (!made.insert(resource.type + "/" + resource.id).second)
      out.push_back(resource.type + "/" + resource.id + " is there twice");
  }
  for (const MappedResource& resource : part.resources) {
    fhir::base::Findings findings;
    auto document = Document::readResource(resource.json, findings);
    if (!document.ok()) {
      out.push_back(resource.type + "/" + resource.id + " cannot be read: " + document.error().text());
      continue;
    }
    checkReadable(resource, findings, out);
    checkEmpty(resource, out);
    checkReferences(resource, *document, known, out);
    checkValueless(resource, *document, out);
  }
  return out;
}

}  // namespace mappings::engine
