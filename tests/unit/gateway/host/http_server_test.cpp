// The listener under clients that are slow, greedy, silent or many. Deadlines are shortened so that the tests are
// quick.

#include "gateway/host/http_server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "gateway/host/process_limits.h"
#include "tests/unit/gateway/host/raw_client.h"
#include "tests/unit/gateway/host/resident_memory.h"

namespace gateway::host {
namespace {

using Clock = std::chrono::steady_clock;
using tests::RawClient;
using tests::residentMemory;

int64_t millisecondsSince(Clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
}

std::string get(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: gateway\r\n" + more + "\r\n";
}

HttpResponse echo(const HttpRequest& request) {
  HttpResponse response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + " " + request.body;
  return response;
}

std::unique_ptr<HttpServer> serverWith(HttpLimits limits = {}, HttpHandler handler = echo) {
  HttpServer::Options options;
  options.limits = limits;
  auto server = std::make_unique<HttpServer>(std::move(options));
  server->route("/echo", std::move(handler));
  EXPECT_TRUE(server->start().ok());
  return server;
}

TEST(HttpServer, answers_get_with_length_date_and_request_id_but_without_its_own_name) {
  const auto server = serverWith();
  RawClient client(server->port());
  client.send(get("/echo", "X-Request-Id: abc-1\r\n"));
  const std::string answer = client.readAnswer();
  EXPECT_EQ(answer.rfind("HTTP/1.1 200 OK\r\n", 0), 0u);
  EXPECT_NE(answer.find("\r\nContent-Length: 10\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(answer.find(" GMT\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nX-Request-Id: abc-1\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("\r\nServer:"), std::string::npos);
  EXPECT_EQ(answer.substr(answer.size() - 10), "GET /echo ");
}

TEST(HttpServer, makes_a_request_id_when_the_clients_is_not_well_formed) {
  const auto server = serverWith({}, [](const HttpRequest& request) {
    HttpResponse response;
    response.body = request.request_id;
    return response;
  });
  RawClient client(server->port());
  client.send(get("/echo", "X-Request-Id: a b\r\n"));
  const std::string answer = client.readAnswer();
  EXPECT_EQ(answer.find("a b"), std::string::npos);
  EXPECT_GE(answer.size() - answer.find("\r\n\r\n"), 4 + 10u);
}

TEST(HttpServer, leaves_the_body_out_for_head_and_keeps_its_length) {
  const auto server = serverWith();
  RawClient client(server->port());
  client.send("HEAD /echo HTTP/1.1\r\nHost: gateway\r\n\r\n" + get("/echo/2"));
  const std::string both = client.readUntil("GET /echo/2 ");
  EXPECT_EQ(both.find("GET /echo "), std::string::npos);
  EXPECT_NE(both.find("Content-Length: 10\r\n"), std::string::npos);
}

TEST(HttpServer, answers_pipelined_requests_in_their_order) {
  const auto server = serverWith();
  RawClient client(server->port());
  std::string all;
  for (int i = 0; i < 300; ++i) all += get("/echo/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 300; ++i) {
    const std::string answer = client.readAnswer();
    const std::string expected = "GET /echo/" + std::to_string(i) + " ";
    ASSERT_EQ(answer.substr(answer.size() - std::min(answer.size(), expected.size())), expected);
  }
}

TEST(HttpServer, gives_the_longest_route_that_covers_whole_segments) {
  HttpServer server{HttpServer::Options{}};
  const auto say = [](const char* text) {
    return [text](const HttpRequest&) {
      HttpResponse response;
      response.body = text;
      return response;
    };
  };
  server.route("/fhir", say("fhir"));
  server.route("/fhir/metadata/", say("metadata"));
  ASSERT_TRUE(server.start().ok());
  RawClient client(server.port());
  const auto bodyOf = [&](const std::string& path) {
    client.send(get(path));
    const std::string answer = client.readAnswer();
    return answer.substr(answer.find("\r\n\r\n") + 4);
  };
  EXPECT_EQ(bodyOf("/fhir"), "fhir");
  EXPECT_EQ(bodyOf("/fhir/metadata"), "metadata");
  EXPECT_EQ(bodyOf("/fhir/metadata/x"), "metadata");
  EXPECT_EQ(bodyOf("/fhir/metadatax"), "fhir");
}

TEST(HttpServer, closes_when_asked_and_keeps_http_1_0_only_when_asked) {
  const auto server = serverWith();
  bool closed = false;
  RawClient one(server->port());
  one.send(get("/echo", "Connection: close\r\n"));
  EXPECT_NE(one.readAll(closed).find("Connection: close"), std::string::npos);
  EXPECT_TRUE(closed);
  RawClient two(server->port());
  two.send("GET /echo HTTP/1.0\r\n\r\n");
  two.readAll(closed);
  EXPECT_TRUE(closed);
  RawClient three(server->port());
  three.send("GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  EXPECT_NE(three.readAnswer().find("Connection: keep-alive"), std::string::npos);
  three.send(get("/echo"));
  EXPECT_NE(three.readAnswer().find("200 OK"), std::string::npos);
}

TEST(HttpServer, answers_a_client_that_has_closed_its_sending_half) {
  const auto server = serverWith();
  RawClient client(server->port());
  client.send(get("/echo"));
  client.halfClose();
  bool closed = false;
  EXPECT_NE(client.readAll(closed).find("200 OK"), std::string::npos);
  EXPECT_TRUE(closed);
}

TEST(HttpServer, asks_for_the_body_of_a_client_that_expects_to_be_asked) {
  const auto server = serverWith();
  RawClient client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_NE(client.readAnswer().find("hello"), std::string::npos);
}

TEST(HttpServer, refuses_a_body_of_200_mb_by_its_announced_length_without_reading_it_into_memory) {
  const auto server = serverWith();
  const size_t before = residentMemory();
  RawClient client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 209715200\r\n\r\n");
  // A client that sends on regardless must still be able to read why it was refused.
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 200 && client.send(piece); ++i) {
  }
  EXPECT_NE(client.readAnswer().find("HTTP/1.1 413 "), std::string::npos);
  EXPECT_LT(residentMemory(), before + (8u << 20));
}

TEST(HttpServer, refuses_chunked_bodies_at_the_cap_and_keeps_no_memory_of_them) {
  giveLargeBlocksBack();
  const auto server = serverWith();
  const std::string chunk = "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
  const size_t before = residentMemory();
  for (int client_number = 0; client_number < 4; ++client_number) {
    RawClient client(server->port());
    client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 40 && client.send(chunk); ++i) {
    }
    EXPECT_NE(client.readAnswer().find("HTTP/1.1 413 "), std::string::npos);
  }
  EXPECT_LT(residentMemory(), before + (32u << 20));
}

TEST(HttpServer, asks_the_gate_of_a_route_before_it_reads_the_body) {
  HttpServer server(HttpServer::Options{});
  server.route("/echo", echo, [](const HttpRequest& head) -> std::optional<HttpResponse> {
    if (head.header("authorization") == "known") return std::nullopt;
    HttpResponse refused;
    refused.status = 401;
    refused.body = "who are you?";
    return refused;
  });
  ASSERT_TRUE(server.start().ok());
  const std::string post = "POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5\r\n";
  {
    RawClient stranger(server.port());
    stranger.send(post + "\r\n");  // the body is never sent
    bool closed = false;
    const std::string answer = stranger.readAll(closed);
    EXPECT_EQ(answer.rfind("HTTP/1.1 401 ", 0), 0u) << answer;
    EXPECT_NE(answer.find("who are you?"), std::string::npos);
    EXPECT_EQ(answer.find("100 Continue"), std::string::npos);
    EXPECT_TRUE(closed);
  }
  {
    RawClient stranger(server.port());
    stranger.send(post + "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(stranger.readAnswer().rfind("HTTP/1.1 401 ", 0), 0u);
  }
  RawClient known(server.port());
  known.send(post + "Authorization: known\r\n\r\nhello");
  EXPECT_NE(known.readAnswer().find("POST /echo hello"), std::string::npos);
  known.send(get("/echo"));  // without a body there is nothing to spare
  EXPECT_EQ(known.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
}

TEST(HttpServer, answers_429_beyond_the_rate_of_an_address_and_again_when_time_has_passed) {
  HttpLimits limits;
  limits.requests_per_second_per_address = 20;
  limits.count_loopback = true;
  const auto server = serverWith(limits);
  RawClient client(server->port());
  int served = 0, refused = 0;
  std::string refusal;
  for (int i = 0; i < 60; ++i) {
    client.send(get("/echo"));
    const std::string answer = client.readAnswer();
    if (answer.rfind("HTTP/1.1 200 ", 0) == 0) ++served;
    if (answer.rfind("HTTP/1.1 429 ", 0) == 0) {
      ++refused;
      refusal = answer;
    }
  }
  EXPECT_GE(served, 40);  // twice the rate fits at once
  EXPECT_LT(served, 60);
  EXPECT_EQ(served + refused, 60);
  EXPECT_NE(refusal.find("\r\nRetry-After: 1\r\n"), std::string::npos) << refusal;
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  client.send(get("/echo"));
  EXPECT_EQ(client.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
}

TEST(HttpServer, does_not_count_requests_from_loopback_unless_told) {
  HttpLimits limits;
  limits.requests_per_second_per_address = 1;
  const auto server = serverWith(limits);
  RawClient client(server->port());
  for (int i = 0; i < 10; ++i) {
    client.send(get("/echo"));
    ASSERT_EQ(client.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
  }
}

TEST(HttpServer, carries_a_large_body_and_a_large_answer) {
  const auto server = serverWith({}, [](const HttpRequest& request) {
    HttpResponse response;
    response.body = request.body;
    return response;
  });
  std::string body(5 << 20, 'x');
  for (size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  RawClient client(server->port());
  std::thread sender([&] {
    client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n");
    client.send(body);
  });
  const std::string answer = client.readAnswer();
  sender.join();
  EXPECT_TRUE(answer.substr(answer.find("\r\n\r\n") + 4) == body);
}

TEST(HttpServer, answers_408_when_the_head_does_not_end_in_time) {
  HttpLimits limits;
  limits.head_deadline_ms = 200;
  const auto server = serverWith(limits);
  RawClient client(server->port());
  const auto begin = Clock::now();
  client.send("GET /echo HTTP/1.1\r\nX");
  std::string answer;
  while ((answer = client.readAnswer(20)).empty() && client.send("a")) {
  }
  EXPECT_EQ(answer.rfind("HTTP/1.1 408 ", 0), 0u);
  EXPECT_GE(millisecondsSince(begin), 190);
  EXPECT_LT(millisecondsSince(begin), 1000);
}

TEST(HttpServer, answers_408_when_the_body_comes_slower_than_the_rate_and_waits_for_one_that_is_fast_enough) {
  HttpLimits limits;
  limits.body_rate_after_ms = 200;
  limits.body_rate = 1000;
  const auto server = serverWith(limits);
  const std::string head = "POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2000\r\n\r\n";
  RawClient slow(server->port());
  slow.send(head);
  std::string answer;
  while ((answer = slow.readAnswer(20)).empty() && slow.send("a")) {
  }
  EXPECT_EQ(answer.rfind("HTTP/1.1 408 ", 0), 0u);

  RawClient steady(server->port());
  steady.send(head);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    steady.send(std::string(100, 'a'));
  }
  EXPECT_EQ(steady.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
}

TEST(HttpServer, ends_even_a_steady_body_at_the_total_deadline) {
  HttpLimits limits;
  limits.total_deadline_ms = 300;
  const auto server = serverWith(limits);
  RawClient client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000000\r\n\r\n");
  std::string answer;
  while ((answer = client.readAnswer(10)).empty() && client.send(std::string(1000, 'a'))) {
  }
  EXPECT_EQ(answer.rfind("HTTP/1.1 408 ", 0), 0u);
}

TEST(HttpServer, closes_idle_connections_without_a_word) {
  HttpLimits limits;
  limits.keep_alive_ms = 150;
  const auto server = serverWith(limits);
  RawClient fresh(server->port());
  RawClient used(server->port());
  used.send(get("/echo"));
  used.readAnswer();
  bool closed = false;
  EXPECT_EQ(fresh.readAll(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_EQ(used.readAll(closed), "");
  EXPECT_TRUE(closed);
}

TEST(HttpServer, cuts_off_a_client_that_reads_nothing_of_its_answer) {
  HttpLimits limits;
  limits.write_stall_ms = 200;
  const auto server = serverWith(limits, [](const HttpRequest&) {
    HttpResponse response;
    response.body.assign(32 << 20, 'x');
    return response;
  });
  RawClient client(server->port());
  client.send(get("/echo"));
  for (int i = 0; i < 200 && server->connections() == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto begin = Clock::now();
  while (server->connections() > 0 && millisecondsSince(begin) < 3000) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(server->connections(), 0);
}

TEST(HttpServer, answers_503_beyond_the_cap_of_connections_and_recovers) {
  HttpLimits limits;
  limits.connections = 3;
  const auto server = serverWith(limits);
  std::vector<RawClient> seated;
  for (int i = 0; i < 3; ++i) {
    seated.emplace_back(server->port());
    seated.back().send(get("/echo"));
    ASSERT_NE(seated.back().readAnswer(), "");
  }
  RawClient late(server->port());
  EXPECT_EQ(late.readAnswer().rfind("HTTP/1.1 503 ", 0), 0u);
  seated.clear();
  for (int i = 0; i < 200 && server->connections() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  RawClient again(server->port());
  again.send(get("/echo"));
  EXPECT_EQ(again.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
}

TEST(HttpServer, answers_503_when_all_bodies_together_are_too_large) {
  HttpLimits limits;
  limits.buffered_bodies = 1 << 20;
  std::atomic<bool> held{false}, released{false};
  const auto server = serverWith(limits, [&](const HttpRequest& request) {
    held = true;
    for (int i = 0; i < 1000 && !released; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return echo(request);
  });
  const auto post = [&](size_t size) {
    RawClient client(server->port());
    client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                std::string(size, 'x'));
    return client;
  };
  RawClient holder = post(900'000);
  while (!held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  RawClient other = post(300'000);
  const std::string answer = other.readAnswer();
  EXPECT_EQ(answer.rfind("HTTP/1.1 503 ", 0), 0u);
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
  released = true;
  EXPECT_EQ(holder.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
  EXPECT_EQ(post(300'000).readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
}

TEST(HttpServer, waits_without_spinning_while_there_are_no_file_descriptors_and_recovers) {
  const auto server = serverWith();
  RawClient known(server->port());
  known.send(get("/echo"));
  ASSERT_NE(known.readAnswer(), "");
  // Two sockets for clients, none left for the listener: the kernel completes the handshake, nobody accepts.
  rlimit usual{};
  ::getrlimit(RLIMIT_NOFILE, &usual);
  const int next_descriptor = ::dup(0);
  ::close(next_descriptor);
  RawClient waiting(RawClient::Unconnected{}), spare(RawClient::Unconnected{});
  rlimit tight = usual;
  tight.rlim_cur = static_cast<rlim_t>(next_descriptor) + 2;
  ::setrlimit(RLIMIT_NOFILE, &tight);
  ASSERT_TRUE(waiting.connect(server->port()));
  waiting.send(get("/echo"));
  const auto processor = [] {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1'000'000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  };
  const auto before = processor();
  EXPECT_EQ(waiting.readAnswer(500), "");
  EXPECT_LT(processor() - before, 50'000);
  known.send(get("/echo"));
  EXPECT_NE(known.readAnswer(), "") << "who was in before is still served";
  ::setrlimit(RLIMIT_NOFILE, &usual);
  EXPECT_NE(waiting.readAnswer(1000), "");
}

TEST(HttpServer, serves_others_while_many_handlers_block) {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::atomic<int> blocked{0};
  const auto server = serverWith({}, [&](const HttpRequest& request) {
    if (request.path == "/echo/block") {
      ++blocked;
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open; });
    }
    return echo(request);
  });
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(server->port());
    clients.back().send(get("/echo/block"));
  }
  for (int i = 0; i < 400 && blocked < 50; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(blocked, 50);
  RawClient probe(server->port());
  probe.send(get("/echo"));
  EXPECT_NE(probe.readAnswer(), "");
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  changed.notify_all();
  for (RawClient& client : clients) EXPECT_NE(client.readAnswer(), "");
}

TEST(HttpServer, serves_a_steady_client_quickly_beside_tricklers_and_idle_connections) {
  HttpLimits limits;
  const auto server = serverWith(limits);
  const size_t before = residentMemory();
  std::vector<RawClient> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.emplace_back(server->port());
    idle.back().send(get("/echo"));
    ASSERT_NE(idle.back().readAnswer(), "") << i;
  }
  std::vector<RawClient> tricklers;
  for (int i = 0; i < 500; ++i) {
    tricklers.emplace_back(server->port());
    tricklers.back().send(i % 2 == 0 ? "GET /echo HTTP/1.1\r\nX-Slow: "
                                     : "POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100000\r\n\r\n");
  }
  std::atomic<bool> over{false};
  std::thread trickling([&] {
    while (!over) {
      for (RawClient& one : tricklers) one.send("a");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  RawClient steady(server->port());
  std::vector<int64_t> times;
  for (int i = 0; i < 300; ++i) {
    const auto begin = Clock::now();
    steady.send(get("/echo"));
    ASSERT_NE(steady.readAnswer(), "") << i;
    times.push_back(millisecondsSince(begin));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  over = true;
  trickling.join();
  std::sort(times.begin(), times.end());
  EXPECT_LE(times[times.size() * 99 / 100], 50);
  EXPECT_EQ(server->connections(), 1501);
  EXPECT_LT(residentMemory(), before + (64u << 20));
}

TEST(HttpServer, turns_an_exception_of_a_handler_into_500_and_lives_on) {
  const auto server = serverWith({}, [](const HttpRequest& request) -> HttpResponse {
    if (request.path == "/echo/throw") throw std::runtime_error("broken");
    return echo(request);
  });
  RawClient client(server->port());
  client.send(get("/echo/throw"));
  const std::string answer = client.readAnswer();
  EXPECT_EQ(answer.rfind("HTTP/1.1 500 ", 0), 0u);
  EXPECT_EQ(answer.find("broken"), std::string::npos);
  client.send(get("/echo"));
  EXPECT_EQ(client.readAnswer().rfind("HTTP/1.1 200 ", 0), 0u);
}

TEST(HttpServer, does_not_let_a_header_value_begin_another_header) {
  const auto server = serverWith({}, [](const HttpRequest&) {
    HttpResponse response;
    response.headers.emplace_back("Location", "/x\r\nSet-Cookie: a=b");
    response.headers.emplace_back("Content-Length", "999");
    return response;
  });
  RawClient client(server->port());
  client.send(get("/echo"));
  const std::string answer = client.readAnswer();
  EXPECT_EQ(answer.find("\r\nSet-Cookie"), std::string::npos);
  EXPECT_EQ(answer.find("999"), std::string::npos);
}

TEST(HttpServer, lets_the_application_word_its_refusals) {
  HttpServer::Options options;
  options.on_error = [](int status, std::string_view what) {
    HttpResponse response;
    response.content_type = "application/fhir+json";
    response.body = "{" + std::to_string(status) + " " + std::string(what) + "}";
    return response;
  };
  HttpServer server(std::move(options));
  ASSERT_TRUE(server.start().ok());
  RawClient client(server.port());
  client.send(get("/nowhere"));
  const std::string answer = client.readAnswer();
  EXPECT_EQ(answer.rfind("HTTP/1.1 404 ", 0), 0u);
  EXPECT_NE(answer.find("application/fhir+json"), std::string::npos);
  EXPECT_NE(answer.find("{404 There is nothing at this path.}"), std::string::npos);
}

TEST(HttpServer, says_unavailable_when_the_port_is_taken) {
  const auto server = serverWith();
  HttpServer::Options options;
  options.port = server->port();
  HttpServer second(std::move(options));
  const auto done = second.start();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().why, fhir::base::Why::Unavailable);
}

TEST(HttpServer, answers_what_is_under_way_before_it_stops_and_sends_the_idle_away) {
  std::atomic<bool> inside{false};
  const auto server = serverWith({}, [&](const HttpRequest& request) {
    inside = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return echo(request);
  });
  RawClient idle(server->port());
  RawClient busy(server->port());
  busy.send(get("/echo"));
  while (!inside) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto begin = Clock::now();
  server->stop();
  EXPECT_LT(millisecondsSince(begin), 1000);
  const std::string answer = busy.readAnswer();
  EXPECT_EQ(answer.rfind("HTTP/1.1 200 ", 0), 0u);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  bool closed = false;
  EXPECT_EQ(idle.readAll(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_FALSE(RawClient(server->port()).connected());
}

TEST(HttpServer, serves_many_clients_at_once_without_mixing_their_answers) {
  const auto server = serverWith();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      RawClient client(server->port());
      for (int i = 0; i < 300; ++i) {
        const std::string body = std::to_string(t) + "-" + std::to_string(i);
        client.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
        const std::string answer = client.readAnswer();
        if (answer.size() < body.size() || answer.substr(answer.size() - body.size()) != body) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gateway::host
