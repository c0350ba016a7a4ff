#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

#include "gateway/host/http_server.h"
#include "gateway/record/sql/sqlite.h"
#include "tests/bench/bench.h"
#include "tests/demo_county/http_client.h"
#include "tests/support/gateway_process.h"

namespace bench {

using gateway::record::sql::Connection;
using gateway::record::sql::Statement;
using gateway::record::sql::Value;

namespace {

struct Table {
  std::string name, insert, select;
  std::vector<std::vector<std::vector<Value>>> chunks;  // per commit: rows of values
};

[[noreturn]] void die(const fhir::base::Error& error) {
  std::fprintf(stderr, "bench: %s\n", error.text().c_str());
  std::exit(1);
}

Value valueOf(const Statement& row, int column, bool blob) {
  if (row.isNull(column)) return {};
  if (!blob) return row.integer(column);
  std::string_view bytes = row.blob(column);
  return std::string(bytes);
}

}  // namespace

RawWrite writeRaw(const std::string& source_file, const std::string& target_file, uint64_t commits,
                  const std::string& order) {
  RawWrite result;
  result.commits = std::max<uint64_t>(commits, 1);
  auto source = Connection::open(source_file, {Connection::Use::Reader});
  if (!source.ok()) die(source.error());
  Connection::Options options;
  options.cache_bytes = 256 << 20;
  auto target = Connection::open(target_file, options);
  if (!target.ok()) die(target.error());

  std::vector<std::string> schema;
  std::vector<Table> tables;
  {
    auto list = (*source)->prepare(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'");
    if (!list.ok()) die(list.error());
    while (*list->step()) {
      schema.emplace_back(list->text(2));
      if (list->text(0) == "table") tables.push_back({std::string(list->text(1)), "", "", {}});
    }
  }
  for (const auto& sql : schema) {
    auto done = (*target)->exec(sql);
    if (!done.ok()) die(done.error());
  }
  for (Table& table : tables) {
    std::vector<std::string> columns;
    std::vector<bool> text;
    bool ordered = false;
    auto info = (*source)->prepare("SELECT name, type FROM pragma_table_info('" + table.name + "')");
    if (!info.ok()) die(info.error());
    while (*info->step()) {
      columns.emplace_back(info->text(0));
      text.push_back(info->text(1) != "INTEGER");
      ordered = ordered || info->text(0) == order;
    }
    std::string names, marks;
    for (const auto& column : columns) {
      names += (names.empty() ? "" : ",") + column;
      marks += marks.empty() ? "?" : ",?";
    }
    table.insert = "INSERT INTO " + table.name + "(" + names + ") VALUES(" + marks + ")";
    uint64_t rows = 0;
    {
      auto count = (*source)->prepare("SELECT count(*) FROM " + table.name);
      if (!count.ok()) die(count.error());
      (void)*count->step();
      rows = static_cast<uint64_t>(count->integer(0));
    }
    table.chunks.resize(result.commits);
    auto read = (*source)->prepare("SELECT " + names + " FROM " + table.name + (ordered ? " ORDER BY " + order : ""));
    if (!read.ok()) die(read.error());
    for (uint64_t n = 0; *read->step(); ++n) {
      std::vector<Value> row;
      for (size_t i = 0; i < columns.size(); ++i) {
        row.push_back(valueOf(*read, static_cast<int>(i), text[i]));
        result.bytes += text[i] ? read->blob(static_cast<int>(i)).size() : 8;
      }
      table.chunks[n * result.commits / std::max<uint64_t>(rows, 1)].push_back(std::move(row));
      ++result.rows;
    }
    // Within a commit rows go in by primary key, as a writer that cares would do it.
    for (auto& chunk : table.chunks) {
      if (!table.name.starts_with("idx_")) continue;
      std::sort(chunk.begin(), chunk.end());
    }
  }

  Stopwatch watch;
  for (uint64_t commit = 0; commit < result.commits; ++commit) {
    if (!(*target)->exec("BEGIN IMMEDIATE").ok()) std::exit(1);
    for (Table& table : tables) {
      for (const auto& row : table.chunks[commit]) {
        auto insert = (*target)->prepare(table.insert);
        if (!insert.ok()) die(insert.error());
        for (size_t i = 0; i < row.size(); ++i) insert->bind(static_cast<int>(i) + 1, row[i]);
        auto done = insert->run();
        if (!done.ok()) die(done.error());
      }
    }
    auto done = (*target)->exec("COMMIT");
    if (!done.ok()) die(done.error());
  }
  result.seconds = watch.seconds();
  return result;
}

LoadClient::LoadClient(const std::string& host, uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    socket_ = -1;
    return;
  }
  int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

LoadClient::~LoadClient() {
  if (socket_ >= 0) ::close(socket_);
}

int LoadClient::request(const std::string& whole) {
  if (socket_ < 0) return 0;
  for (size_t sent = 0; sent < whole.size();) {
    ssize_t n = ::send(socket_, whole.data() + sent, whole.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return 0;
    sent += static_cast<size_t>(n);
  }
  for (;;) {
    size_t head = pending_.find("\r\n\r\n");
    if (head != std::string::npos) {
      size_t length = 0;
      size_t at = pending_.find("Content-Length: ");
      if (at < head) length = std::strtoul(pending_.c_str() + at + 16, nullptr, 10);
      if (pending_.size() >= head + 4 + length) {
        int status = std::atoi(pending_.c_str() + 9);
        body_.assign(pending_, head + 4, length);
        pending_.erase(0, head + 4 + length);
        return status;
      }
    }
    char buffer[65536];
    ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0) return 0;
    pending_.append(buffer, static_cast<size_t>(n));
  }
}

Load runLoad(uint16_t port, int clients, int seconds, const std::vector<std::string>& requests) {
  std::atomic<bool> stop{false};
  std::vector<std::vector<double>> latencies(static_cast<size_t>(clients));
  std::atomic<uint64_t> failed{0};
  std::vector<std::thread> threads;
  Stopwatch watch;
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&, c] {
      LoadClient client("127.0.0.1", port);
      for (size_t n = static_cast<size_t>(c) * 7919; !stop; ++n) {
        Stopwatch one;
        int status = client.request(requests[n % requests.size()]);
        if (status / 100 != 2) ++failed;
        if (status == 0) return;
        latencies[static_cast<size_t>(c)].push_back(one.seconds() * 1000);
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  stop = true;
  for (auto& thread : threads) thread.join();
  double took = watch.seconds();
  std::vector<double> all;
  for (const auto& list : latencies) all.insert(all.end(), list.begin(), list.end());
  return {static_cast<double>(all.size()) / took, percentile(all, 0.5), percentile(all, 0.99), failed};
}

EmptyHandler::EmptyHandler(const std::string& answer) {
  port_ = support::freePort();
  pid_ = ::fork();
  if (pid_ == 0) {
    gateway::host::HttpServer::Options options;
    options.port = port_;
    gateway::host::HttpServer server(options);
    server.route("/", [&answer](const gateway::host::HttpRequest&) {
      gateway::host::HttpResponse response;
      response.content_type = "application/fhir+json; charset=utf-8";
      response.body = answer;
      return response;
    });
    if (!server.start().ok()) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  for (int tries = 0; tries < 200; ++tries) {
    LoadClient client("127.0.0.1", port_);
    if (client.request("GET / HTTP/1.1\r\nHost: x\r\n\r\n") != 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

EmptyHandler::~EmptyHandler() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

double metric(const std::string& root_url, const std::string& name) {
  demo_county::HttpClient client;
  auto answer = client.get(root_url + "/metrics");
  if (!answer.ok()) return 0;
  size_t at = answer->body.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::atof(answer->body.c_str() + at + name.size() + 2);
}

uint64_t bytesWritten(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/io");
  std::string word;
  while (file >> word) {
    uint64_t value = 0;
    if (word == "write_bytes:" && file >> value) return value;
  }
  return 0;
}

}  // namespace bench
