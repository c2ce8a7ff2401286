#include "collector/http/client.h"
#include "tests/collector/http/test_server.h"
#include "tests/collector/http/tls_files.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace countersign::http {
namespace {

constexpr int kClients = 8;

/// A thread that answers requests later, as the ledger does.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() {
    submit(nullptr);
    thread_.join();
  }

  void submit(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    wake_.notify_one();
  }

 private:
  void run() {
    while (true) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !jobs_.empty(); });
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      if (!job) return;
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::thread thread_;
};

Handler answered_by(Worker& worker) {
  Handler handler;
  handler.handle = [&worker](Request request, Respond respond) {
    // Half of them at once, half from the other thread.
    if (request.body.size() % 2 == 0) return respond(TestServer::text(request.body));
    worker.submit(
        [body = std::move(request.body), respond = std::move(respond)] { respond(TestServer::text(body)); });
  };
  return handler;
}

ClientOptions options_for(const TestServer& server) {
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = server.port();
  options.tls = false;
  return options;
}

/// Runs `client_main(number)` in as many threads as there are clients.
void run_clients(const std::function<void(int)>& client_main) {
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back([&client_main, i] { client_main(i); });
  for (auto& client : clients) client.join();
}

TEST(HttpConcurrency, GivesEachClientItsOwnAnswers) {
  Worker worker;
  TestServer server(quick_limits(), answered_by(worker));
  std::atomic<int> wrong{0};
  run_clients([&](int number) {
    Client client(options_for(server));
    for (int i = 0; i < 300; ++i) {
      const auto body = std::to_string(number) + ":" + std::string(static_cast<std::size_t>(i), 'x');
      const auto answer = client.send("POST", "/", {}, body);
      if (!answer || answer->body != body) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(server.metric("requests_total", {{"class", "2xx"}}), kClients * 300);
}

TEST(HttpConcurrency, LosesNoAnswerWhenItStopsUnderLoad) {
  for (int round = 0; round < 5; ++round) {
    Worker worker;
    std::atomic<int> handled{0};
    auto handler = answered_by(worker);
    handler.handle = [&handled, inner = handler.handle](Request request, Respond respond) {
      ++handled;
      inner(std::move(request), std::move(respond));
    };
    TestServer server(quick_limits(), handler);
    std::atomic<int> answered{0};
    std::atomic<bool> stopped{false};
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      server.server->stop();
      stopped = true;
    });
    run_clients([&](int) {
      Client client(options_for(server));
      for (std::size_t i = 0; !stopped; ++i) {
        const auto answer = client.send("POST", "/", {}, std::string(i % 100, 'x'));
        if (answer && answer->status == 200) ++answered;
      }
    });
    stopper.join();
    EXPECT_EQ(answered, handled);
  }
}

TEST(HttpConcurrency, ChangesLimitsAndCertificateUnderLoad) {
  testing::TempDir folder;
  const TlsFiles files[] = {make_certificate(folder, "one"), make_certificate(folder, "two")};
  Worker worker;
  TestServer server(quick_limits(), answered_by(worker), files[0]);
  std::atomic<bool> done{false};
  std::thread changer([&] {
    for (std::size_t i = 0; !done; ++i) {
      auto limits = quick_limits();
      limits.requests_per_connection_max = 1 + i % 7;
      EXPECT_TRUE(server.server->set_limits(limits));
      EXPECT_TRUE(server.server->reload_tls(files[i % 2]));
      EXPECT_FALSE(server.metrics.to_prometheus().empty());
    }
  });
  std::atomic<int> wrong{0};
  run_clients([&](int) {
    for (int i = 0; i < 10; ++i) {
      auto options = options_for(server);
      options.tls = true;
      options.ca_file = files[0].certificate_pem;
      Client client(options);
      const auto answer = client.send("POST", "/", {}, "hello");
      // The name of the certificate is not the server's: only who it is may be wrong.
      if (answer || answer.error().code != base::Code::unauthenticated) ++wrong;
    }
  });
  done = true;
  changer.join();
  EXPECT_EQ(wrong, 0);
}

TEST(HttpConcurrency, SurvivesAnswersThatRaceWithTheEndOfTheServer) {
  for (int round = 0; round < 20; ++round) {
    Worker worker;
    auto limits = quick_limits();
    limits.stop_grace_ms = 1;
    limits.handle_timeout_ms = 20;
    Handler handler;
    handler.handle = [&worker, round](const Request&, Respond respond) {
      worker.submit([respond = std::move(respond), round] {
        std::this_thread::sleep_for(std::chrono::microseconds(500 * round));
        respond(TestServer::text("x"));
      });
    };
    auto server = std::make_unique<TestServer>(limits, handler);
    std::vector<std::unique_ptr<testing::RawSocket>> sockets;
    for (int i = 0; i < kClients; ++i) {
      sockets.push_back(std::make_unique<testing::RawSocket>(server->port()));
      sockets.back()->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    server->server.reset();
  }
}

}  // namespace
}  // namespace countersign::http
