#pragma once
// Rest: the FHIR R4 REST interface over a ResourceStore (R4 3.1). Thread-safe: one object serves all listeners.
// Never throws; bad input never gives a 500; every error is an OperationOutcome.

#include <optional>
#include <string_view>

#include "gateway/access/rest/dependencies.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/host/http_server.h"

namespace gateway::access::rest {

class Rest {
 public:
  explicit Rest(Dependencies dependencies);

  // `request.path` begins with the path of the base URL.
  host::HttpResponse handle(const host::HttpRequest& request) const;
  // What the head of a request already decides (who is asking, what there is): its refusal, before the body is read.
  std::optional<host::HttpResponse> beforeBody(const host::HttpRequest& head) const;

  // Bodies for errors that never reach handle(): HttpServer::Options::on_error.
  static host::HttpResponse gateError(int status, std::string_view what);

 private:
  struct Asked;
  Answer answer(const host::HttpRequest& request, Asked& asked) const;
  OrRefusal<Call> callOf(const host::HttpRequest& request, Asked& asked) const;
  host::HttpResponse respond(const host::HttpRequest& request, const Asked& asked, Answer answer) const;

  Service service_;
  std::string base_path_;  // "/fhir"
};

}  // namespace gateway::access::rest
