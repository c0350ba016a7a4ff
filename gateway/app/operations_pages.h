#pragma once
// /livez, /readyz and /metrics: for whoever watches the process.

#include <functional>

#include "gateway/host/http_server.h"
#include "gateway/host/metrics.h"

namespace gateway::app {

void routeOperationsPages(host::HttpServer& http, const host::Metrics& metrics, std::function<bool()> ready);

}  // namespace gateway::app
