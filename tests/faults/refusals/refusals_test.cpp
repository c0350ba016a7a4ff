// The cases of tests/cases/intake/refusals against the real program, one test for each; an honest sender goes on all
// the while, crowds of slow and silent clients stand at the doors, and memory is measured from the first case to the
// last.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "tests/demo_county/http_client.h"
#include "tests/demo_county/messages.h"
#include "tests/demo_county/mllp_client.h"
#include "tests/faults/refusals/conversation.h"
#include "tests/faults/refusals/refusal_case.h"
#include "tests/support/gateway_process.h"

namespace refusals {
namespace {

using support::GatewayProcess;
using support::TemporaryFolder;

constexpr int64_t kMostGrowth = 64 << 20;
constexpr int kPatience_ms = 15'000;
constexpr int kWarmUpMessages = 1'500;

std::string casesFolder() { return std::string(ONECARD_SOURCE_DIR) + "/tests/cases/intake/refusals"; }

void sleepMs(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

int64_t nowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Valid reports that differ in their message, order and report numbers.
std::string report(const std::vector<std::string>& reports, size_t n) {
  std::string message = reports[n % reports.size()];
  const std::string digits = std::to_string(1000 + n / reports.size());
  for (const std::string prefix : {"|LIS2503", "|SQ2503", "|BG2503"}) {
    for (size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix, at + 8)) {
      message.insert(at + prefix.size(), digits);
    }
  }
  return message;
}

// An honest laboratory: one connection, one message after the other, each must be acknowledged.
class SteadySender {
 public:
  explicit SteadySender(uint16_t port) : port_(port) {
    reports_ = demo_county::feedOf(demo_county::population(60)).hl7;
    reports_.pop_back();               // the one without PID
    reports_.erase(reports_.begin());  // another layout
  }
  ~SteadySender() { stop(); }
  void begin() {
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  size_t sent() const { return sent_; }
  size_t acknowledged() const { return acknowledged_; }
  int64_t longestWaitMs() const { return longest_ms_; }
  const std::string& trouble() const { return trouble_; }

 private:
  void run() {
    auto client = demo_county::MllpClient::connect("127.0.0.1", port_);
    if (!client.ok()) {
      trouble_ = client.error().text();
      return;
    }
    while (!stopping_) {
      const int64_t began = nowMs();
      auto answer = client->exchange(report(reports_, sent_++));
      longest_ms_ = std::max<int64_t>(longest_ms_, nowMs() - began);
      if (!answer.ok() || answer->find("\rMSA|AA|") == std::string::npos) {
        trouble_ = answer.ok() ? *answer : answer.error().text();
        return;
      }
      ++acknowledged_;
      if (acknowledged_ > kWarmUpMessages) sleepMs(5);
    }
  }

  const uint16_t port_;
  std::vector<std::string> reports_;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> sent_{0}, acknowledged_{0};
  std::atomic<int64_t> longest_ms_{0};
  std::string trouble_;
  std::thread thread_;
};

// Everything that the tests of this program share: one gateway, the honest sender, the crowds.
struct Stage {
  TemporaryFolder folder;
  std::unique_ptr<GatewayProcess> gateway;
  std::unique_ptr<SteadySender> steady;
  std::map<std::string, uint16_t> mllp_ports;
  int64_t memory_before = 0;
  std::atomic<bool> give_up{false};
  std::map<std::string, std::pair<std::thread, CrowdHeard>> crowds;

  bool begin();
  void warmUp() const;
  void end();
  uint16_t port(const Case& one) const;
};
Stage* stage = nullptr;

// "... event=mllp.listening source=lis detail=port=40001"
std::map<std::string, uint16_t> listeningPorts(const std::string& log) {
  std::map<std::string, uint16_t> ports;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const size_t source = line.find("source=");
    const size_t port = line.find("port=");
    if (line.find("mllp.listening") == std::string::npos || source == std::string::npos || port == std::string::npos)
      continue;
    const std::string name = line.substr(source + 7, line.find(' ', source) - source - 7);
    ports[name] = static_cast<uint16_t>(std::stoi(line.substr(port + 5)));
  }
  return ports;
}

uint16_t portOfUrl(const std::string& url) {
  return static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

bool Stage::begin() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  GatewayProcess::Options options;
  options.config = casesFolder() + "/gateway.yaml";
  gateway = std::make_unique<GatewayProcess>(folder.path() + "/data", options);
  if (!gateway->start()) return false;
  mllp_ports = listeningPorts(gateway->log());
  steady = std::make_unique<SteadySender>(mllp_ports["steady_lis"]);
  steady->begin();
  while (steady->acknowledged() < kWarmUpMessages && steady->trouble().empty()) sleepMs(10);
  warmUp();
  memory_before = gateway->residentBytes();
  gateway->forgetPeak();
  for (const std::string& file : caseFiles(casesFolder())) {
    auto one = readCase(file);
    if (!one.ok() || !one->crowd) continue;
    auto& [thread, heard] = crowds[file];
    thread = std::thread([this, &heard = heard, one = *one] { heard = runCrowd(port(one), *one.crowd, give_up); });
  }
  return true;
}

// What any gateway at work holds (threads, caches of its connections, compressors) is there before memory is
// measured.
void Stage::warmUp() const {
  const auto feed = demo_county::feedOf(demo_county::population(60));
  std::vector<std::thread> clients;
  for (size_t n = 0; n < 16; ++n) {
    clients.emplace_back([&, n] {
      demo_county::HttpClient http;
      for (size_t i = n; i < std::min<size_t>(feed.soap.size(), 64); i += 16) {
        (void)http.post(gateway->sourceHttp() + "/soap", feed.soap[i], {"Content-Type: text/xml"}).ok();
      }
      for (int i = 0; i < 10; ++i) (void)http.get(gateway->base() + "/Observation?_count=50").ok();
    });
  }
  for (auto& client : clients) client.join();
}

void Stage::end() {
  give_up = true;
  for (auto& [file, crowd] : crowds) {
    if (crowd.first.joinable()) crowd.first.join();
  }
  if (steady) steady->stop();
}

uint16_t Stage::port(const Case& one) const {
  if (one.to == "fhir") return portOfUrl(gateway->root());
  if (one.to == "sources") return portOfUrl(gateway->sourceHttp());
  const auto found = mllp_ports.find(one.source);
  return found == mllp_ports.end() ? 0 : found->second;
}

// ---- the inbox, as an operator sees it --------------------------------------------------------------------------

struct InboxLine {
  std::string id;
  std::string state;
};

// "<id>  <received>  <source>  <state>"
std::vector<InboxLine> inboxOf(const std::string& source) {
  std::vector<InboxLine> messages;
  std::istringstream lines(stage->gateway->onecard({"inbox", "list", "--source", source}).out);
  for (std::string line; std::getline(lines, line);) {
    const size_t at = line.find("  " + source + "  ");
    if (at != std::string::npos) messages.push_back({line.substr(0, 26), line.substr(at + source.size() + 4)});
  }
  return messages;
}

struct PartSeen {
  bool parked = false;
  std::string reason;
};

// "part 1 parked by hl7v2/oru_r01 ..." and below it "  reason: ..."
std::vector<PartSeen> partsOf(const std::string& message) {
  std::vector<PartSeen> parts;
  std::istringstream lines(stage->gateway->onecard({"inbox", "show", message}).out);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("part ", 0) == 0) parts.push_back({line.find(" parked ") != std::string::npos, {}});
    if (line.rfind("  reason: ", 0) == 0 && !parts.empty()) parts.back().reason = line.substr(10);
    if (line.rfind("  note: ", 0) == 0 && !parts.empty()) parts.back().reason = line.substr(8);
  }
  return parts;
}

std::vector<InboxLine> newMessages(const std::string& source, const std::set<std::string>& before, size_t expected) {
  std::vector<InboxLine> fresh;
  for (int waited = 0; waited < 200; ++waited) {
    fresh.clear();
    bool waiting = false;
    for (auto& message : inboxOf(source)) {
      if (before.contains(message.id)) continue;
      waiting = waiting || message.state.find("waiting") != std::string::npos;
      fresh.push_back(message);
    }
    if (!waiting && fresh.size() >= expected) break;
    sleepMs(50);
  }
  return fresh;
}

void expectReasons(const std::vector<PartSeen>& seen, const std::vector<std::string>& expected, const char* what) {
  ASSERT_EQ(seen.size(), expected.size()) << what << (seen.empty() ? "" : ", the first: " + seen[0].reason);
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_NE(seen[i].reason.find(expected[i]), std::string::npos)
        << what << ": " << seen[i].reason << "\nexpected: " << expected[i];
  }
}

void expectInbox(const Case& one, const std::set<std::string>& before) {
  const Expected& expected = one.expected;
  const auto fresh = newMessages(one.source, before, static_cast<size_t>(expected.kept));
  EXPECT_EQ(fresh.size(), static_cast<size_t>(expected.kept)) << "messages kept";
  int done = 0;
  std::vector<PartSeen> parked, noted;
  for (const auto& message : fresh) {
    EXPECT_EQ(message.state.find("waiting"), std::string::npos) << message.state;
    for (const auto& part : partsOf(message.id)) {
      if (part.parked) parked.push_back(part);
      if (!part.parked && !part.reason.empty()) noted.push_back(part);
      done += part.parked ? 0 : 1;
    }
  }
  if (expected.done) {
    EXPECT_EQ(done, *expected.done) << "parts done";
  }
  expectReasons(parked, expected.parked, "parts parked");
  expectReasons(noted, expected.noted, "parts with a note");
}

// ---- the doors --------------------------------------------------------------------------------------------------

void expectReply(const Case& one, const std::string& reply) {
  if (one.expected.reply) {
    EXPECT_EQ(reply, *one.expected.reply);
  }
  for (const std::string& text : one.expected.reply_contains) {
    EXPECT_NE(reply.find(text), std::string::npos)
        << "reply: " << reply.substr(0, 600) << "\nexpected in it: " << text;
  }
}

void talk(const Case& one) {
  const bool http = one.to != "mllp";
  const bool wants_answer = one.expected.status || !one.expected.reply_contains.empty() ||
                            (one.expected.reply && !one.expected.reply->empty());
  const auto enough = [&](std::string_view bytes) {
    std::string ignored;
    return wants_answer && (http ? httpAnswer(bytes).whole : mllpAnswer(bytes, ignored));
  };
  const bool stays_open = one.expected.closed && !*one.expected.closed;
  const int patience = wants_answer || !stays_open ? kPatience_ms : 300;
  const Heard heard = converse(stage->port(one), one.bytes, one.half_close, enough, patience,
                               !one.expected.closed   ? 0
                               : *one.expected.closed ? 10'000
                                                      : 100);
  if (one.expected.closed) {
    EXPECT_EQ(heard.closed, *one.expected.closed) << "closed by the gateway";
  }
  if (one.expected.within_ms) {
    EXPECT_LE(heard.answer_ms, *one.expected.within_ms);
  }
  if (http) {
    const auto answer = httpAnswer(heard.bytes);
    if (one.expected.status) {
      EXPECT_EQ(answer.status, *one.expected.status) << heard.bytes.substr(0, 600);
    }
    expectReply(one, answer.body);
    return;
  }
  std::string answer;
  mllpAnswer(heard.bytes, answer);
  expectReply(one, answer);
}

void drop(const Case& one) {
  const std::string folder =
      stage->gateway->data() +
      (one.source == "village_clinic" ? "/village_drop" : "/" + one.source.substr(0, one.source.find('_')) + "_drop");
  const std::string path = folder + "/" + one.file_name;
  {
    std::ofstream file(path + ".part", std::ios::binary);
    forEachBlock(one.bytes, [&](std::string_view block) { return static_cast<bool>(file << block); });
  }
  std::filesystem::rename(path + ".part", path);
  const std::string target = folder + "/" + one.expected.file + "/" + one.file_name;
  for (int waited = 0; waited < 500 && !std::filesystem::exists(target); ++waited) sleepMs(20);
  EXPECT_TRUE(std::filesystem::exists(target)) << "the file did not go to " << one.expected.file;
  std::ifstream reason_file(target + ".reason");
  const std::string reason(std::istreambuf_iterator<char>(reason_file), {});
  for (const std::string& text : one.expected.reason_contains) {
    EXPECT_NE(reason.find(text), std::string::npos) << reason;
  }
  std::error_code ignored;
  std::filesystem::remove(target, ignored);
}

// Refused requests end their connection, unless the sentence begins with "open:".
void sendRawRequests(const Case& one) {
  const std::string folder = std::filesystem::path(one.path).parent_path();
  const auto requests = readRawRequests(folder + "/" + one.requests_of, one.path_instead);
  EXPECT_GT(requests.size(), 20u);
  for (const RawRequest& request : requests) {
    SCOPED_TRACE(request.sentence);
    const bool stays_open = request.sentence.rfind("open:", 0) == 0;
    const auto whole = [](std::string_view bytes) { return httpAnswer(bytes).whole; };
    const Heard heard =
        converse(stage->port(one), {{request.bytes, 1}}, false, whole, kPatience_ms, stays_open ? 50 : 5'000);
    EXPECT_EQ(httpAnswer(heard.bytes).status, request.status) << heard.bytes.substr(0, 400);
    EXPECT_EQ(heard.closed, !stays_open);
    EXPECT_EQ(heard.bytes.find("HTTP/1.1 ", 9), std::string::npos) << "a second answer: " << heard.bytes;
  }
}

void judgeCrowd(const Case& one) {
  auto& [thread, heard] = stage->crowds.at(one.path);
  if (thread.joinable()) thread.join();
  const int all = one.crowd->connections;
  EXPECT_EQ(heard.connected, all);
  if (one.expected.status) {
    EXPECT_EQ(httpAnswer(heard.example).status, *one.expected.status) << heard.example.substr(0, 400);
    EXPECT_EQ(heard.answered, all);
  }
  if (one.expected.reply && one.expected.reply->empty()) {
    EXPECT_EQ(heard.answered, 0) << heard.example.substr(0, 400);
  }
  if (one.expected.closed) {
    EXPECT_EQ(heard.closed, *one.expected.closed ? all : 0) << "connections closed";
  }
}

// ---- the tests, one for each file -------------------------------------------------------------------------------

class Refusals : public testing::Test {
 public:
  static void SetUpTestSuite() {
    stage = new Stage;
    if (!stage->begin()) ADD_FAILURE() << stage->gateway->log();
  }
  static void TearDownTestSuite() {
    stage->end();
    delete std::exchange(stage, nullptr);
  }
};

class RefusalCase : public Refusals {
 public:
  explicit RefusalCase(std::string path) : path_(std::move(path)) {}
  void TestBody() override {
    auto one = readCase(path_);
    ASSERT_TRUE(one.ok()) << one.error().text();
    SCOPED_TRACE(one->name);
    ASSERT_TRUE(stage->gateway->running());
    std::set<std::string> before;
    if (one->expected.kept_known) {
      ASSERT_FALSE(one->source.empty()) << "whose inbox?";
      for (const auto& message : inboxOf(one->source)) before.insert(message.id);
    }
    if (one->crowd) {
      judgeCrowd(*one);
    } else if (!one->requests_of.empty()) {
      sendRawRequests(*one);
    } else if (one->to == "file") {
      drop(*one);
    } else {
      talk(*one);
    }
    if (one->expected.kept_known) expectInbox(*one, before);
    ASSERT_TRUE(stage->gateway->running()) << stage->gateway->log();
    if (::getenv("ONECARD_REFUSALS_MEMORY") != nullptr)
      system(("grep -E 'Threads|RssAnon|RssFile' /proc/" + std::to_string(stage->gateway->pid()) +
              "/status | tr -s '\n\t' ' '")
                 .c_str());
    if (::getenv("ONECARD_REFUSALS_MEMORY") != nullptr)
      std::cout << (stage->gateway->residentBytes() >> 10) << " KiB now, "
                << (stage->gateway->peakResidentBytes() >> 10) << " at most, " << (stage->memory_before >> 10)
                << " before\n";
  }

 private:
  std::string path_;
};

std::string linesWith(const std::string& text, const std::string& word) {
  std::istringstream lines(text);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(word) != std::string::npos) found += line + "\n";
  }
  return found;
}

class SteadySenderGetsAllAcknowledgements : public Refusals {
 public:
  void TestBody() override {
    stage->steady->stop();
    EXPECT_EQ(stage->steady->trouble(), "") << linesWith(stage->gateway->log(), "steady_lis");
    EXPECT_EQ(stage->steady->acknowledged(), stage->steady->sent());
    EXPECT_GT(stage->steady->acknowledged(), static_cast<size_t>(kWarmUpMessages));
    EXPECT_LT(stage->steady->longestWaitMs(), 5'000);
    RecordProperty("messages", static_cast<int>(stage->steady->acknowledged()));
    RecordProperty("longest_wait_ms", static_cast<int>(stage->steady->longestWaitMs()));
  }
};

class MemoryGrowsByAtMost64MiB : public Refusals {
 public:
  void TestBody() override {
    const int64_t growth = stage->gateway->peakResidentBytes() - stage->memory_before;
    RecordProperty("growth_kib", static_cast<int>(growth >> 10));
    EXPECT_LE(growth, kMostGrowth) << (growth >> 10) << " KiB";
  }
};

template <typename Make>
void addTest(const std::string& name, Make make) {
  testing::RegisterTest("Refusals", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [make]() -> Refusals* { return make(); });
}

// Crowds stand at the doors from the beginning; they are judged after everybody else.
const bool kAdded = [] {
  std::vector<std::string> crowds;
  for (const std::string& file : caseFiles(casesFolder())) {
    auto one = readCase(file);
    if (one.ok() && one->crowd) {
      crowds.push_back(file);
      continue;
    }
    addTest(std::filesystem::path(file).stem(), [file] { return new RefusalCase(file); });
  }
  for (const std::string& file : crowds)
    addTest(std::filesystem::path(file).stem(), [file] { return new RefusalCase(file); });
  addTest("a_steady_sender_beside_them_gets_all_its_acknowledgements",
          [] { return new SteadySenderGetsAllAcknowledgements; });
  addTest("memory_grows_by_at_most_64_MiB", [] { return new MemoryGrowsByAtMost64MiB; });
  return true;
}();

}  // namespace
}  // namespace refusals
