#include "gateway/access/rest/interactions/bundle_entries.h"

#include <utility>

#include "fhir/base/temporal.h"
#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/outcome.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest::interactions {

using fhir::model::Document;
using fhir::path::Node;

namespace {

class Collector : public fhir::path::NodeSink {
 public:
  explicit Collector(std::vector<Node>& nodes) : nodes_(nodes) {}
  void add(Node node) override { nodes_.push_back(node); }

 private:
  std::vector<Node>& nodes_;
};

std::optional<Answer> readPreconditions(Node request, Preconditions& out) {
  auto match = parseEntityTags(memberText(request, "ifMatch"));
  if (!match.ok()) return refuse({match.error().why, match.error().what, "http.If-Match"});
  out.if_match = *match;
  auto none = parseEntityTags(memberText(request, "ifNoneMatch"));
  if (!none.ok()) return refuse({none.error().why, none.error().what, "http.If-None-Match"});
  out.if_none_match = *none;
  std::string since = memberText(request, "ifModifiedSince");
  if (!since.empty()) {
    auto time = fhir::base::Temporal::parseDateTime(since);
    if (!time.ok()) return refuse({time.error().why, "ifModifiedSince is no instant", "http.If-Modified-Since"});
    out.if_modified_since = time->span(0).low / 1'000'000;
  }
  out.if_none_exist = memberText(request, "ifNoneExist");
  return std::nullopt;
}

std::optional<Answer> readRequest(const Service& service, Node entry, AskedEntry& asked) {
  Node request = Document::child(entry, "request");
  if (request.tree == nullptr)
    return refuse(
        {fhir::base::Why::Invalid, "an entry has a request with method and url", asked.place() + ".request"});
  Call& call = *asked.call;
  call.method = memberText(request, "method");
  std::string url = memberText(request, "url");
  if (url.starts_with(service.base_url + "/")) url = url.substr(service.base_url.size() + 1);
  size_t question = url.find('?');  // criteria may hold URLs
  if (call.method.empty() || url.empty() || url.substr(0, question).find("://") != std::string::npos)
    return refuse({fhir::base::Why::Invalid,
                   "request.method and request.url are needed, the url relative to the base",
                   asked.place() + ".request"});
  auto found = route(service.definitions, call.method, std::string_view(url).substr(0, question));
  if (auto* refusal = std::get_if<Answer>(&found)) {
    if (refusal->refused()) return std::move(*refusal);
    return refuse(Refusal::WrongMethod, "an entry has one of the methods GET, HEAD, POST, PUT, PATCH, DELETE");
  }
  asked.route = std::get<Route>(std::move(found));
  if (asked.route.interaction->shape == Shape::System)
    return refuse({fhir::base::Why::Unsupported, "a batch or transaction cannot hold another", asked.place()});
  bool operation = !asked.route.operation.empty();
  if (operation && call.method == "POST")
    return refuse({fhir::base::Why::Unsupported, "an entry calls an operation by GET", asked.place() + ".request"});
  if (question != std::string::npos) {
    auto parameters = record::search::decodeForm(std::string_view(url).substr(question + 1));
    if (!parameters.ok()) return refuse(parameters.error());
    auto form = negotiate({}, *parameters);
    if (auto* refusal = std::get_if<Answer>(&form)) return std::move(*refusal);
    call.parameters = std::move(parameters).value();
  }
  call.type = asked.route.type;
  call.type_name = asked.route.type_name;
  call.id = asked.route.id;
  call.operation = asked.route.operation;
  call.version = asked.route.version;
  return readPreconditions(request, call.preconditions);
}

}  // namespace

OrRefusal<std::vector<AskedEntry>> readEntries(const Service& service, const Call& call, const Document& bundle) {
  std::vector<Node> nodes;
  Collector collector(nodes);
  Document::navigator().named(bundle.root(), fhir::base::Name("entry"), collector);
  if (nodes.size() > service.limits.bundle_entries)
    return refuse(Refusal::TooManyEntries,
                  "a Bundle has at most " + std::to_string(service.limits.bundle_entries) + " entries here",
                  "Bundle.entry");
  std::vector<AskedEntry> entries(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    AskedEntry& asked = entries[i];
    asked.index = i;
    asked.full_url = memberText(nodes[i], "fullUrl");
    asked.resource = Document::child(nodes[i], "resource");
    asked.call.emplace(call.rights);
    asked.call->preferences = call.preferences;
    asked.call->preferences.returns = call.preferences.returns.value_or(Return::Minimal);
    asked.call->media_type = "application/fhir+json";
    asked.refusal = readRequest(service, nodes[i], asked);
    if (asked.refusal) placeIn(asked, *asked.refusal);
  }
  return entries;
}

std::string_view textOf(const Document& document, Node node) {
  auto place = Document::navigator().place(node);
  return std::string_view(document.json()).substr(place.offset, place.length);
}

std::vector<Node> childrenOf(Node node) {
  std::vector<Node> nodes;
  Collector collector(nodes);
  Document::navigator().all(node, collector);
  return nodes;
}

std::string memberText(Node node, std::string_view name) {
  Node child = Document::child(node, name);
  return child.tree == nullptr ? std::string() : std::string(Document::text(child));
}

void placeIn(const AskedEntry& entry, Answer& answer) {
  for (auto& issue : answer.issues) {
    if (issue.expression.starts_with("Bundle.")) continue;
    size_t dot = issue.expression.find('.');
    if (!issue.expression.empty() || issue.location.empty()) {
      std::string below = issue.expression.empty() ? "" : ".resource";
      if (dot != std::string::npos) below += issue.expression.substr(dot);
      issue.expression = entry.place() + below;
      continue;
    }
    issue.expression = entry.place() + ".request";
  }
}

void addAnswer(const Service& service, const AskedEntry& entry, const Answer& answer, BundleWriter& bundle) {
  BundleEntry out;
  out.resource = answer.resource;
  if (entry.call->method == "HEAD") out.resource = {};
  bool is_instance = !answer.location.empty() || entry.route.interaction == nullptr ||
                     entry.route.interaction->shape == Shape::Instance;
  if (!out.resource.empty() && is_instance) {
    out.full_url = service.base_url + "/";
    out.full_url += answer.location.empty() ? entry.route.type_name + "/" + entry.route.id
                                            : answer.location.substr(0, answer.location.find("/_history/"));
  }
  out.status = statusLine(answer.status);
  out.location = answer.location;
  if (answer.version != 0) out.etag = entityTag(answer.version);
  if (answer.last_modified != 0) out.last_modified = instant(answer.last_modified, service.zone_minutes);
  if (!answer.issues.empty()) out.outcome = operationOutcome(answer.issues);
  bundle.entry(out);
}

}  // namespace gateway::access::rest::interactions
