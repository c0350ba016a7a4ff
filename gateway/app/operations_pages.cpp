#include "gateway/app/operations_pages.h"

namespace gateway::app {

namespace {

host::HttpResponse page(int status, std::string text) {
  host::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

}  // namespace

void routeOperationsPages(host::HttpServer& http, const host::Metrics& metrics, std::function<bool()> ready) {
  http.route("/livez", [](const host::HttpRequest&) { return page(200, "alive\n"); });
  http.route("/readyz", [ready](const host::HttpRequest&) {
    return ready() ? page(200, "ready\n") : page(503, "starting or stopping\n");
  });
  http.route("/metrics", [&metrics](const host::HttpRequest&) {
    auto response = page(200, metrics.text());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  });
}

}  // namespace gateway::app
