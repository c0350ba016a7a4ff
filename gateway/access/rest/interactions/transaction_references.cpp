#include "gateway/access/rest/interactions/transaction_references.h"

#include <algorithm>

#include "fhir/model/json_writer.h"
#include "fhir/model/reference.h"
#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/condition.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::model::Document;
using fhir::path::Node;

namespace {

bool isUri(std::string_view type) { return type == "uri" || type == "url" || type == "canonical"; }

// The base of an entry's fullUrl when it is a RESTful one: relative references of the entry stand below it
// (R4 2.36.4.1).
std::string_view baseOf(std::string_view full_url) {
  auto reference = fhir::model::parseReference(full_url);
  return reference ? reference->base : std::string_view();
}

}  // namespace

const std::string* ReferenceRewriter::identity(std::string_view url) const {
  auto found = plan_.identities.find(std::string(url));
  return found == plan_.identities.end() ? nullptr : &found->second;
}

OrRefusal<std::string> ReferenceRewriter::newReference(std::string_view text, std::string_view entry_base,
                                                       const std::string& place) {
  if (text.empty() || text[0] == '#') return std::string();
  if (const auto* known = identity(text)) return *known;
  auto reference = fhir::model::parseReference(text);
  if (!reference) {
    size_t question = text.find('?');
    if (question == std::string_view::npos) return std::string();
    return conditional(text, place);
  }
  if (!reference->urn.empty())
    return refuse(Refusal::UnresolvedReference, "no entry of this transaction has this urn as its fullUrl", place);
  if (reference->type.empty()) return std::string();
  std::string url(reference->base.empty() ? entry_base : reference->base);
  url += '/';
  url += reference->type;
  url += '/';
  url += reference->id;
  if (const auto* known = identity(url)) return *known == text ? std::string() : *known;
  return ownReference(service_.base_url, text).value_or(std::string());
}

OrRefusal<std::string> ReferenceRewriter::conditional(std::string_view text, const std::string& place) {
  if (text.starts_with(service_.base_url + "/")) text.remove_prefix(service_.base_url.size() + 1);
  size_t question = text.find('?');
  const auto* type = service_.definitions.type(text.substr(0, question));
  if (type == nullptr || !service_.definitions.isResource(type->number)) return std::string();
  auto known = found_.find(std::string(text));
  if (known != found_.end()) return known->second;
  if (found_.size() >= service_.limits.conditional_references)
    return refuse(
        {fhir::base::Why::TooCostly, "too many different conditional references in one transaction", place});
  ASSIGN_OR_REFUSE(auto matched, match(service_, type->number, text.substr(question + 1), call_.rights, place));
  if (!matched.version) return refuse(Refusal::NoMatch, "the conditional reference matches no resource", place);
  std::string target = std::string(type->name) + "/" + matched.version->id;
  plan_.conditions.push_back(std::move(matched.condition));
  found_.emplace(std::string(text), target);
  return target;
}

// The values of href and src attributes that are some entry's fullUrl. Empty: none.
std::string ReferenceRewriter::newNarrative(std::string_view text) const {
  std::string out;
  size_t copied = 0;
  for (size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    std::string_view before = text.substr(0, at);
    bool attribute = before.ends_with("href") || before.ends_with("src");
    if (!attribute || at + 1 >= text.size() || (text[at + 1] != '"' && text[at + 1] != '\'')) continue;
    size_t end = text.find(text[at + 1], at + 2);
    if (end == std::string_view::npos) break;
    const auto* known = identity(text.substr(at + 2, end - at - 2));
    if (known == nullptr) continue;
    out += text.substr(copied, at + 2 - copied);
    out += *known;
    copied = end;
  }
  if (copied > 0) out += text.substr(copied);
  return out;
}

OrRefusal<std::string> ReferenceRewriter::rewritten(const AskedEntry& entry) {
  const auto& navigator = Document::navigator();
  std::string_view entry_base = baseOf(entry.full_url);
  std::vector<Edit> edits;
  std::vector<Node> open = {entry.resource};
  while (!open.empty()) {
    Node node = open.back();
    open.pop_back();
    std::string_view type = navigator.type(node).name;
    std::string_view value = navigator.scalar(node).text();
    std::string change;
    if (type == "Reference") {
      Node literal = Document::child(node, "reference");
      if (literal.tree != nullptr) {
        ASSIGN_OR_REFUSE(change, newReference(Document::text(literal), entry_base, fhir::model::placeOf(literal)));
        auto place = navigator.place(literal);
        if (!change.empty()) edits.push_back({place.offset, place.length, std::move(change)});
        change.clear();
      }
    } else if (isUri(type)) {
      if (const auto* known = identity(value)) change = *known;
    } else if (type == "xhtml") {
      change = newNarrative(value);
    }
    if (!change.empty()) {
      auto place = navigator.place(node);
      edits.push_back({place.offset, place.length, std::move(change)});
    }
    for (Node child : childrenOf(node)) open.push_back(child);
  }
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
  auto whole = navigator.place(entry.resource);
  std::string_view text = bundle_.json();
  std::string out;
  uint64_t at = whole.offset;
  for (const auto& edit : edits) {
    out += text.substr(at, edit.offset - at);
    fhir::model::appendJsonString(out, edit.text);
    at = edit.offset + edit.length;
  }
  out += text.substr(at, whole.offset + whole.length - at);
  return out;
}

}  // namespace gateway::access::rest::interactions
