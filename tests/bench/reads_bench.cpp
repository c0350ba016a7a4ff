// Reads by id and the named searches over HTTP, each beside an empty handler of the same listener that returns the
// same bytes.

#include <thread>

#include "tests/bench/bench.h"
#include "tests/bench/resources.h"
#include "tests/support/gateway_process.h"

namespace bench {

namespace {

constexpr int kClients = 4;

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

void measure(const char* name, uint16_t port, const std::vector<std::string>& paths, int seconds) {
  std::vector<std::string> requests;
  for (const auto& path : paths) requests.push_back(get("/fhir/" + path));
  LoadClient one("127.0.0.1", port);
  int status = one.request(requests[0]);
  if (status != 200) {
    std::printf("  %s: status %d %s\n", name, status, one.body().substr(0, 300).c_str());
    return;
  }
  std::string answer = one.body();
  Load load = runLoad(port, kClients, seconds, requests);
  EmptyHandler empty(answer);
  Load floor = runLoad(empty.port(), kClients, seconds, {get("/")});
  line(name, load.per_second, "/s", "empty handler", floor.per_second);
  std::printf("    p50 %.2f ms, p99 %.2f ms, %zu bytes, %llu failed\n", load.p50, load.p99, answer.size(),
              static_cast<unsigned long long>(load.failed));
}

}  // namespace

void benchReads(const Options& options) {
  support::GatewayProcess gateway(options.folder + "/data");
  if (!gateway.start()) {
    std::printf("  the gateway did not start: %s\n", gateway.log().c_str());
    return;
  }
  uint16_t port = static_cast<uint16_t>(std::atoi(gateway.root().substr(gateway.root().rfind(':') + 1).c_str()));
  uint64_t total = options.resources / 110 * 110;
  {
    LoadClient client("127.0.0.1", port);
    for (uint64_t n = 0; n < total; n += 110) {
      std::string body = madeTransaction(n, 110);
      int status = client.request(
          "POST /fhir HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body);
      if (status != 200) {
        std::printf("  status %d: %s\n", status, client.body().substr(0, 300).c_str());
        return;
      }
    }
  }
  std::printf("  on %llu resources, %d clients\n", static_cast<unsigned long long>(total), kClients);
  std::vector<std::string> ids, newest, names, identifiers, chained, coded, dates, counts, included;
  for (uint64_t i = 0; i < 500; ++i) {
    uint64_t person = (i * 7919) % (total / 11);
    MadeResource patient = madeResource(person * 11), observation = madeResource(person * 11 + 1 + i % 10);
    std::string digits = std::to_string(100'000'000 + person).substr(1);
    ids.push_back("Observation/" + observation.id);
    newest.push_back("Observation?patient=" + patient.id + "&_sort=-date&_count=20");
    coded.push_back("Observation?patient=" + patient.id + "&code=http://loinc.org|6690-2");
    identifiers.push_back("Patient?identifier=http://onecard.example/id/12990121400000010B/1.12|" + digits);
    chained.push_back("Observation?patient.identifier=http://onecard.example/id/12990121400000010B/1.12|" + digits);
    names.push_back("Patient?name=%E7%8E%8B" + std::to_string(i % 5000));
    dates.push_back("Observation?code=http://loinc.org|718-7&date=ge2024-0" + std::to_string(1 + i % 9) +
                    "-01&date=lt2024-0" + std::to_string(1 + i % 9) + "-03");
    counts.push_back("Observation?patient=" + patient.id + "&_summary=count");
    included.push_back("Observation?patient=" + patient.id + "&_include=Observation:subject");
  }
  measure("read by id", port, ids, options.seconds);
  measure("patient, newest first (clinic's screen)", port, newest, options.seconds);
  measure("patient and code", port, coded, options.seconds);
  measure("identifier", port, identifiers, options.seconds);
  measure("patient.identifier (chain)", port, chained, options.seconds);
  measure("name prefix", port, names, options.seconds);
  measure("code and two days", port, dates, options.seconds);
  measure("patient, count only", port, counts, options.seconds);
  measure("patient with _include", port, included, options.seconds);
}

}  // namespace bench
