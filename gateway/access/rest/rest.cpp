#include "gateway/access/rest/rest.h"

#include <exception>
#include <utility>

#include "fhir/base/pretty_json.h"
#include "fhir/model/xml_writer.h"
#include "gateway/access/rest/capability_statement.h"
#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/outcome.h"
#include "gateway/access/rest/router.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest {

using fhir::base::Why;
using host::HttpRequest;
using host::HttpResponse;
using interactions::Shape;
using record::search::Rights;

// What is known about the request while it is answered.
struct Rest::Asked {
  Form form;
  Route route;
};

namespace {

std::string pathOfUrl(std::string_view url) {
  size_t scheme = url.find("://");
  size_t slash = scheme == std::string_view::npos ? url.find('/') : url.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string() : std::string(url.substr(slash));
}

// A Binary or one of its versions: what has content of its own.
bool isBinary(const Route& route) {
  if (route.interaction == nullptr || route.type_name != "Binary") return false;
  return route.interaction->shape == Shape::Instance || route.interaction->shape == Shape::Version;
}

std::optional<Answer> readPreconditions(const HttpRequest& request, Preconditions& out) {
  auto match = parseEntityTags(request.header("if-match"));
  if (!match.ok()) return refuse({match.error().why, match.error().what, "http.If-Match"});
  out.if_match = *match;
  auto none = parseEntityTags(request.header("if-none-match"));
  if (!none.ok()) return refuse({none.error().why, none.error().what, "http.If-None-Match"});
  out.if_none_match = *none;
  out.if_modified_since = parseHttpDate(request.header("if-modified-since"));  // RFC 9110: a bad date is no condition
  out.if_none_exist = request.header("if-none-exist");
  return std::nullopt;
}

}  // namespace

namespace {

// Resources that we made or stored, so larger than a client's: a page of many.
std::string xmlOf(const std::string& json, bool pretty) {
  fhir::model::ReadLimits limits;
  limits.depth = 128;
  limits.bytes = json.size() + 1;
  limits.string_bytes = json.size() + 1;
  limits.members = UINT32_MAX;
  fhir::base::Findings findings;
  auto document = fhir::model::Document::readResource(json, findings, limits);
  if (!document.ok()) return {};
  return pretty ? fhir::model::writePrettyXml(*document, findings) : fhir::model::writeXml(*document, findings);
}

}  // namespace

Rest::Rest(Dependencies dependencies) : service_(std::move(dependencies)), base_path_(pathOfUrl(service_.base_url)) {
  service_.capability_statement = capabilityStatement(service_);
}

OrRefusal<Call> Rest::callOf(const HttpRequest& request, Asked& asked) const {
  std::string_view path = request.path;
  if (!path.starts_with(base_path_)) return refuse(Refusal::UnknownPath, "there is nothing at this path");
  path.remove_prefix(base_path_.size());
  if (!path.empty() && path[0] != '/') return refuse(Refusal::UnknownPath, "there is nothing at this path");
  auto parameters = record::search::decodeForm(request.query);
  if (!parameters.ok()) return refuse(parameters.error());
  std::string_view accept = request.header("accept");
  bool wants_content = !namesFhir(accept, *parameters);
  auto form = negotiate(accept, *parameters);
  if (auto* known = std::get_if<Form>(&form)) asked.form = *known;
  auto found = route(service_.definitions, request.method, path);
  if (auto* refusal = std::get_if<Answer>(&found); refusal != nullptr && std::holds_alternative<Form>(form))
    return std::move(*refusal);
  if (auto* known = std::get_if<Route>(&found)) asked.route = *known;
  wants_content = wants_content && isBinary(asked.route) && request.method != "DELETE";
  if (auto* refusal = std::get_if<Answer>(&form); refusal != nullptr && !wants_content) return std::move(*refusal);

  // Who cares to know what this server can do need not say who they are.
  auto rights = asked.route.interaction->shape == Shape::Metadata ? fhir::base::Result<Rights>(Rights::ofPatients({}))
                                                                  : service_.rights(request);
  if (!rights.ok()) return refuse(Refusal::NotAuthenticated, rights.error().what);
  Call call(std::move(rights).value());
  call.method = request.method;
  call.type = asked.route.type;
  call.type_name = asked.route.type_name;
  call.id = asked.route.id;
  call.operation = asked.route.operation;
  call.accept_language = request.header("accept-language");
  call.version = asked.route.version;
  call.parameters = std::move(parameters).value();
  for (const auto& [name, value] : request.headers)
    if (name == "prefer") readPreferences(value, call.preferences);
  if (auto refusal = readPreconditions(request, call.preconditions)) return *std::move(refusal);
  call.wants_content = wants_content;
  call.security_context = request.header("x-security-context");
  call.body = request.body;
  call.media_type = request.header("content-type");
  return call;
}

Answer Rest::answer(const HttpRequest& request, Asked& asked) const {
  ASSIGN_OR_REFUSE(Call call, callOf(request, asked));
  return interactions::perform(*asked.route.interaction, service_, call);
}

HttpResponse Rest::handle(const HttpRequest& request) const {
  Asked asked;
  try {
    return respond(request, asked, answer(request, asked));
  } catch (const std::exception& exception) {  // out of memory, or a library's: not the caller's fault
    return respond(request, asked, refuse({Why::Fault, exception.what(), {}}));
  }
}

std::optional<HttpResponse> Rest::beforeBody(const HttpRequest& head) const {
  Asked asked;
  try {
    auto call = callOf(head, asked);
    if (auto* refusal = std::get_if<Answer>(&call)) return respond(head, asked, std::move(*refusal));
    return std::nullopt;
  } catch (const std::exception&) {  // handle() will meet it again and tell
    return std::nullopt;
  }
}

HttpResponse Rest::respond(const HttpRequest& request, const Asked& asked, Answer answer) const {
  if (!answer.fault.empty() && service_.on_fault) service_.on_fault(request.request_id, answer.fault);
  HttpResponse response;
  response.status = answer.status;
  if (answer.resource.empty() && !answer.issues.empty()) answer.resource = operationOutcome(answer.issues);
  if (!answer.resource.empty()) {
    if (asked.form.xml)
      response.body = xmlOf(answer.resource, asked.form.pretty);
    else
      response.body = asked.form.pretty ? fhir::base::prettyJson(answer.resource) : std::move(answer.resource);
    if (asked.form.pretty) response.body += '\n';
    response.content_type = asked.form.media_type + "; charset=utf-8";
  }
  if (!answer.content_type.empty()) {
    response.body = std::move(answer.content);
    response.content_type = answer.content_type;
    // It is somebody's document: a browser shows it and runs nothing of it.
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  }
  auto add = [&](const char* name, std::string value) { response.headers.emplace_back(name, std::move(value)); };
  if (answer.version != 0) add("ETag", entityTag(answer.version));
  if (answer.last_modified != 0) add("Last-Modified", httpDate(answer.last_modified / 1'000'000));
  if (!answer.location.empty()) {
    std::string location = service_.base_url + "/" + answer.location;
    if (!response.body.empty() && !answer.refused() && answer.issues.empty()) add("Content-Location", location);
    add("Location", std::move(location));
  }
  if (!answer.allow.empty()) add("Allow", std::move(answer.allow));
  if (answer.retry_after_seconds > 0) add("Retry-After", std::to_string(answer.retry_after_seconds));
  if (answer.status == 401) add("WWW-Authenticate", "Bearer");
  if (!request.request_id.empty()) add("X-Request-Id", request.request_id);
  if (request.method == "HEAD") response.body.clear();
  return response;
}

HttpResponse Rest::gateError(int status, std::string_view what) {
  HttpResponse response;
  Answer answer = refuse(status, what);
  response.status = status;
  response.body = operationOutcome(answer.issues);
  response.content_type = "application/fhir+json; charset=utf-8";
  return response;
}

}  // namespace gateway::access::rest
