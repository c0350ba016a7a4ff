#pragma once
// A real gateway of conf/demo.yaml in a process of its own, on free loopback ports and a throw-away data directory.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace support {

// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

uint16_t freePort();

struct CommandResult {
  int exit_code = -1;
  std::string out;  // standard output
  std::string err;
};
// Runs a program to its end. `input` is its standard input.
CommandResult runCommand(const std::vector<std::string>& words, const std::string& input = {});

class GatewayProcess {
 public:
  struct Options {
    std::vector<std::string> wrapper;      // put before the command, as strace and its options
    std::vector<std::string> environment;  // NAME=value, besides ours
    std::vector<std::string> settings;     // key=value, for --set
    std::string config;                    // empty: conf/demo.yaml; another one includes it
  };
  explicit GatewayProcess(std::string data) : GatewayProcess(std::move(data), Options()) {}
  GatewayProcess(std::string data, Options options);
  ~GatewayProcess();  // kills it when it still runs

  // Starts it and waits until it is ready; false when it ended instead, or took longer than a minute.
  bool start();
  void killHard();  // SIGKILL
  int terminate();  // SIGTERM; returns the exit code
  bool running();
  void processed() const;  // waits until nothing is under way any more

  uint16_t mllpPort() const { return mllp_port_; }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(http_port_) + "/fhir"; }
  std::string root() const { return "http://127.0.0.1:" + std::to_string(http_port_); }
  std::string sourceHttp() const { return "http://127.0.0.1:" + std::to_string(source_port_); }
  const std::string& data() const { return data_; }
  std::string log() const;  // what it wrote on standard error
  pid_t pid() const { return pid_; }
  // Memory in use now, in bytes (VmRSS).
  int64_t residentBytes() const;
  // The most memory that was in use since forgetPeak(), or since the start (VmHWM).
  int64_t peakResidentBytes() const;
  void forgetPeak() const;

  // `onecard WORDS...` on the same configuration and data directory.
  CommandResult onecard(std::vector<std::string> words) const;

 private:
  std::vector<std::string> commandLine() const;
  std::string config() const;
  int64_t statusBytes(const std::string& field) const;

  std::string data_;
  Options options_;
  uint16_t http_port_, source_port_, mllp_port_;
  pid_t pid_ = -1;
  int starts_ = 0;
};

// The path of the program under test and of its demo configuration.
std::string onecardBinary();
std::string demoConfig();

}  // namespace support
