#include "tests/support/gateway_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/demo_county/http_client.h"

namespace support {

namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

double metricOf(const std::string& text, const std::string& name) {
  size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::atof(text.c_str() + at + name.size() + 2);
}

}  // namespace

std::string onecardBinary() { return ONECARD_BINARY; }
std::string demoConfig() { return std::string(ONECARD_SOURCE_DIR) + "/conf/demo.yaml"; }

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "onecard_test_XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

uint16_t freePort() {
  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

CommandResult runCommand(const std::vector<std::string>& words, const std::string& input) {
  int in[2], out[2], err[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) return {};
  auto copy = words;
  auto list = pointers(copy);
  // A program may end without reading its input; writing to it then fails instead of ending us.
  ::signal(SIGPIPE, SIG_IGN);
  pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    ::execvp(list[0], list.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  CommandResult result;
  std::thread feeder([&] {
    size_t sent = 0;
    while (sent < input.size()) {
      ssize_t n = ::write(in[1], input.data() + sent, input.size() - sent);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    ::close(in[1]);
  });
  pollfd streams[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* texts[2] = {&result.out, &result.err};
  for (int open = 2; open > 0;) {
    ::poll(streams, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (streams[i].fd < 0 || streams[i].revents == 0) continue;
      char buffer[65536];
      ssize_t n = ::read(streams[i].fd, buffer, sizeof buffer);
      if (n > 0) {
        texts[i]->append(buffer, static_cast<size_t>(n));
      } else {
        ::close(streams[i].fd);
        streams[i].fd = -1;
        --open;
      }
    }
  }
  feeder.join();
  int status = 0;
  ::waitpid(child, &status, 0);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

GatewayProcess::GatewayProcess(std::string data, Options options)
    : data_(std::move(data)),
      options_(std::move(options)),
      http_port_(freePort()),
      source_port_(freePort()),
      mllp_port_(freePort()) {
  ::signal(SIGPIPE, SIG_IGN);
}

GatewayProcess::~GatewayProcess() { killHard(); }

std::vector<std::string> GatewayProcess::commandLine() const {
  std::vector<std::string> words = options_.wrapper;
  for (const char* word : {"serve", "--config"}) {
    if (std::strcmp(word, "serve") == 0) words.push_back(onecardBinary());
    words.emplace_back(word);
  }
  words.insert(words.end(), {config(), "--data", data_, "--set", "http.port=" + std::to_string(http_port_), "--set",
                             "source_http.port=" + std::to_string(source_port_), "--set",
                             "sources.county_lis.settings.port=" + std::to_string(mllp_port_)});
  for (const auto& setting : options_.settings) words.insert(words.end(), {"--set", setting});
  return words;
}

bool GatewayProcess::start() {
  auto words = commandLine();
  auto list = pointers(words);
  ++starts_;
  std::string log = data_ + ".log";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setpgid(0, 0);  // a wrapper and what it runs go together
    int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, 2);
    ::dup2(file, 1);
    for (auto& pair : options_.environment) ::putenv(pair.data());
    ::execvp(list[0], list.data());
    ::_exit(127);
  }
  demo_county::HttpClient client;
  for (int waited = 0; waited < 6000; ++waited) {
    auto answer = client.get(root() + "/readyz");
    if (answer.ok() && answer->status == 200) return true;
    if (!running()) return false;
    pause(10);
  }
  return false;
}

bool GatewayProcess::running() {
  if (pid_ <= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void GatewayProcess::killHard() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int GatewayProcess::terminate() {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void GatewayProcess::processed() const {
  demo_county::HttpClient client;
  for (int waited = 0; waited < 3000; ++waited) {
    auto answer = client.get(root() + "/metrics");
    if (!answer.ok()) return;  // it is gone
    if (metricOf(answer->body, "onecard_inbox_unprocessed_parts") == 0 &&
        metricOf(answer->body, "onecard_inbox_oldest_unprocessed_seconds") == 0) {
      return;
    }
    pause(20);
  }
}

std::string GatewayProcess::log() const {
  std::ifstream file(data_ + ".log");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int64_t GatewayProcess::statusBytes(const std::string& field) const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  while (file >> word) {
    int64_t kilobytes = 0;
    if (word == field && file >> kilobytes) return kilobytes * 1024;
  }
  return -1;
}

int64_t GatewayProcess::residentBytes() const { return statusBytes("VmRSS:"); }
int64_t GatewayProcess::peakResidentBytes() const { return statusBytes("VmHWM:"); }

void GatewayProcess::forgetPeak() const {
  std::ofstream("/proc/" + std::to_string(pid_) + "/clear_refs") << "5";  // proc(5): resets VmHWM
}

std::string GatewayProcess::config() const { return options_.config.empty() ? demoConfig() : options_.config; }

CommandResult GatewayProcess::onecard(std::vector<std::string> words) const {
  words.insert(words.begin(), onecardBinary());
  words.insert(words.end(), {"--config", config(), "--data", data_});
  return runCommand(words);
}

}  // namespace support
