// demo_county generate FOLDER                     writes every message into a folder
// demo_county feed --mllp HOST:PORT --http URL --folder DROP --base FHIR_URL
//                                                 sends them, waits until they are in the record, says what arrived

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "tests/demo_county/http_client.h"
#include "tests/demo_county/messages.h"
#include "tests/demo_county/mllp_client.h"

namespace {

using demo_county::Feed;
using demo_county::HttpClient;
using demo_county::MllpClient;
using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Why;

constexpr size_t kPeople = 240;

void writeFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

int generate(const std::string& folder) {
  std::filesystem::create_directories(folder);
  Feed feed = demo_county::feedOf(demo_county::population(kPeople));
  size_t n = 0;
  for (const auto& message : feed.soap) writeFile(folder + "/soap_" + std::to_string(++n) + ".xml", message);
  n = 0;
  for (const auto& message : feed.hl7) writeFile(folder + "/oru_" + std::to_string(++n) + ".hl7", message);
  for (const auto& [name, bytes] : feed.files) writeFile(folder + "/" + name, bytes);
  return 0;
}

struct Target {
  std::string mllp_host = "127.0.0.1";
  uint16_t mllp_port = 2575;
  std::string http = "http://127.0.0.1:8081";
  std::string folder;
  std::string base = "http://127.0.0.1:8080/fhir";
};

void progress(const char* what, size_t done, size_t total) {
  static size_t last = SIZE_MAX;
  if (done == last) return;
  last = done == total ? SIZE_MAX : done;
  std::fprintf(stderr, "\r  %s %zu of %zu", what, done, total);
  if (done == total) std::fprintf(stderr, "\n");
}

Done sendSoap(const Target& target, const Feed& feed, std::map<std::string, size_t>& answers) {
  HttpClient client;
  size_t sent = 0;
  for (const auto& message : feed.soap) {
    ASSIGN_OR_RETURN(auto answer,
                     client.post(target.http + "/soap", message,
                                 {"Content-Type: text/xml; charset=utf-8", "SOAPAction: \"CallService\""}));
    bool good = answer.status == 200 && answer.body.find("<CODE>0</CODE>") != std::string::npos;
    ++answers[good ? "accepted" : "refused"];
    if (answer.status == 503) return Error{Why::Busy, "the gateway is busy", {}};
    if (++sent % 20 == 0 || sent == feed.soap.size()) progress("SOAP registrations", sent, feed.soap.size());
  }
  return {};
}

Done sendHl7(const Target& target, const Feed& feed, std::map<std::string, size_t>& answers) {
  ASSIGN_OR_RETURN(MllpClient client, MllpClient::connect(target.mllp_host, target.mllp_port));
  size_t sent = 0;
  for (const auto& message : feed.hl7) {
    ASSIGN_OR_RETURN(std::string ack, client.exchange(message));
    size_t msa = ack.find("\rMSA|");
    ++answers[msa == std::string::npos ? "no MSA" : ack.substr(msa + 5, 2)];
    if (++sent % 50 == 0 || sent == feed.hl7.size()) progress("HL7 v2 reports", sent, feed.hl7.size());
  }
  return {};
}

Done dropFiles(const Target& target, const Feed& feed) {
  std::filesystem::create_directories(target.folder);
  for (const auto& [name, bytes] : feed.files) {
    std::string path = target.folder + "/" + name;
    writeFile(path + ".part", bytes);
    std::filesystem::rename(path + ".part", path);
  }
  for (int waited = 0; waited < 600; ++waited) {
    size_t left = 0;
    for (const auto& [name, bytes] : feed.files) left += std::filesystem::exists(target.folder + "/" + name) ? 1 : 0;
    progress("CSV files", feed.files.size() - left, feed.files.size());
    if (left == 0) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return Error{Why::Unavailable, "files stay in the drop folder", target.folder};
}

// The value of a metric without labels; -1 when it is not there.
double metric(const std::string& text, const std::string& name) {
  size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::atof(text.c_str() + at + name.size() + 2);
}

Done waitUntilProcessed(const Target& target) {
  HttpClient client;
  std::string url = target.base.substr(0, target.base.rfind('/')) + "/metrics";
  for (int waited = 0; waited < 1200; ++waited) {
    ASSIGN_OR_RETURN(auto answer, client.get(url));
    if (metric(answer.body, "onecard_inbox_unprocessed_parts") == 0 &&
        metric(answer.body, "onecard_inbox_oldest_unprocessed_seconds") == 0) {
      std::printf("  %.0f parts are parked with their reasons (%s)\n", metric(answer.body, "onecard_parts_parked"),
                  "onecard inbox list --parked");
      return {};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return Error{Why::Unavailable, "messages are still being processed", {}};
}

void countResources(const Target& target) {
  HttpClient client;
  std::string line;
  for (const char* type : {"Patient", "Encounter", "DiagnosticReport", "Observation", "Specimen",
                           "AllergyIntolerance", "Coverage", "Practitioner", "Organization", "Provenance"}) {
    auto answer = client.get(target.base + "/" + type + "?_summary=count");
    if (!answer.ok() || answer->status != 200) continue;
    size_t at = answer->body.find("\"total\":");
    if (at == std::string::npos) continue;
    line += (line.empty() ? "" : ", ") + std::to_string(std::atoll(answer->body.c_str() + at + 8)) + " " + type;
  }
  std::printf("  in the record: %s\n", line.c_str());
}

int feed(const Target& target) {
  Feed feed = demo_county::feedOf(demo_county::population(kPeople));
  std::map<std::string, size_t> soap, hl7;
  for (const Done& done : {dropFiles(target, feed), sendSoap(target, feed, soap), sendHl7(target, feed, hl7)}) {
    if (done.ok()) continue;
    std::fprintf(stderr, "\ndemo_county: %s\n", done.error().text().c_str());
    return 1;
  }
  auto answers = [](const std::map<std::string, size_t>& counted) {
    std::string text;
    for (const auto& [name, count] : counted) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    return text;
  };
  std::printf("\nThe demo county has sent: %zu SOAP registrations (%s), %zu HL7 v2 reports (%s), %zu CSV files\n",
              feed.soap.size(), answers(soap).c_str(), feed.hl7.size(), answers(hl7).c_str(), feed.files.size());
  Done processed = waitUntilProcessed(target);
  if (!processed.ok()) {
    std::fprintf(stderr, "demo_county: %s\n", processed.error().text().c_str());
    return 1;
  }
  countResources(target);
  std::printf("\nOneCard is ready: %s  (MLLP on %u, SOAP on %s/soap, CSV into %s)\n", target.base.c_str(),
              target.mllp_port, target.http.c_str(), target.folder.c_str());
  std::printf("  curl '%s/Patient?identifier=990121197608254024&_pretty=true'\n", target.base.c_str());
  std::printf("  curl '%s/Observation?patient.identifier=990121197608254024&_sort=-date&_count=5&_pretty=true'\n",
              target.base.c_str());
  std::printf("  curl '%s/DiagnosticReport?identifier=BG2503060455&_include=DiagnosticReport:result&_pretty=true'\n",
              target.base.c_str());
  std::printf("Stop with Ctrl-C.\n");
  std::fflush(stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "generate" && argc == 3) return generate(argv[2]);
  if (verb != "feed") {
    std::fprintf(stderr,
                 "demo_county generate FOLDER | demo_county feed --mllp HOST:PORT --http URL --folder DROP "
                 "--base FHIR_URL\n");
    return 2;
  }
  Target target;
  for (int i = 2; i + 1 < argc; i += 2) {
    std::string name = argv[i], value = argv[i + 1];
    size_t colon = value.rfind(':');
    if (name == "--mllp" && colon != std::string::npos) {
      target.mllp_host = value.substr(0, colon);
      target.mllp_port = static_cast<uint16_t>(std::atoi(value.c_str() + colon + 1));
    }
    if (name == "--http") target.http = value;
    if (name == "--folder") target.folder = value;
    if (name == "--base") target.base = value;
  }
  return feed(target);
}
