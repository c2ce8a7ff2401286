#include "tests/collector/http/tls_files.h"
#include "tests/collector/syslog/test_syslog.h"

#include <atomic>
#include <map>

namespace countersign::syslog {
namespace {

constexpr int kSenders = 6;

/// A thread that decides on batches later, as the ledger does; every seventh is to be tried again.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() {
    submit({{}, nullptr, {}});
    thread_.join();
  }

  void submit(TestSyslog::Call call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    wake_.notify_one();
  }
  /// What was taken, in order.
  Texts taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  void run() {
    for (unsigned number = 1;; ++number) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !calls_.empty(); });
      auto call = std::move(calls_.front());
      calls_.pop_front();
      if (!call.done) return;
      const bool again = number % 7 == 0;
      if (!again) taken_.insert(taken_.end(), call.texts.begin(), call.texts.end());
      lock.unlock();
      call.done(again ? Outcome::try_again : Outcome::taken);
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<TestSyslog::Call> calls_;  ///< guarded by mutex_, as is taken_
  Texts taken_;
  std::thread thread_;
};

/// The numbers that each sender's taken texts "<sender>:<number>" hold, in their order.
std::map<std::string, std::vector<int>> by_sender(const Texts& texts) {
  std::map<std::string, std::vector<int>> out;
  for (const auto& text : texts) {
    const auto colon = text.find(':');
    out[text.substr(0, colon)].push_back(std::stoi(text.substr(colon + 1)));
  }
  return out;
}

/// None left out, none twice, in order.
void expect_counting(const std::vector<int>& numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<int>(i));
}

Limits brisk_limits() {
  auto limits = quick_limits();
  limits.retry_first_ms = limits.retry_most_ms = 1;
  limits.batch_messages_max = 20;
  limits.stop_grace_ms = 300;
  return limits;
}

TEST(SyslogConcurrency, TakesEachSendersMessagesOnceAndInOrder) {
  constexpr int kEach = 2'000;
  Worker worker;
  TestSyslog server(brisk_limits(), {}, [&](TestSyslog::Call call) { worker.submit(std::move(call)); });
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&server, sender] {
      auto socket = server.connect();
      for (int i = 0; i < kEach; ++i)
        socket.send(counted(message(std::to_string(sender) + ":" + std::to_string(i))));
      socket.end_sending();
      socket.is_closed_within(20'000);
    });
  }
  for (auto& sender : senders) sender.join();
  const auto taken = by_sender(worker.taken());
  EXPECT_EQ(taken.size(), static_cast<std::size_t>(kSenders));
  for (const auto& [sender, numbers] : taken) {
    EXPECT_EQ(numbers.size(), static_cast<std::size_t>(kEach)) << sender;
    expect_counting(numbers);
  }
  EXPECT_EQ(server.metric("messages_total"), kSenders * kEach);
}

TEST(SyslogConcurrency, LeavesNoHoleWhenItStopsUnderLoad) {
  for (int round = 0; round < 5; ++round) {
    Worker worker;
    TestSyslog server(brisk_limits(), {}, [&](TestSyslog::Call call) { worker.submit(std::move(call)); });
    std::vector<std::thread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([&server, sender] {
        auto socket = server.connect();
        for (int i = 0; i < 100'000; ++i) {
          if (!socket.send(counted(message(std::to_string(sender) + ":" + std::to_string(i))))) return;
          if (i % 100 == 99) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    server.server->stop();
    for (auto& sender : senders) sender.join();
    for (const auto& [sender, numbers] : by_sender(worker.taken())) expect_counting(numbers);
  }
}

TEST(SyslogConcurrency, SurvivesWordsThatRaceWithTheEndOfTheServer) {
  for (int round = 0; round < 20; ++round) {
    Worker worker;
    auto limits = brisk_limits();
    limits.stop_grace_ms = 1;
    auto server = std::make_unique<TestSyslog>(limits, ListenOptions(), [&](TestSyslog::Call call) {
      std::this_thread::sleep_for(std::chrono::microseconds(300 * round));
      worker.submit(std::move(call));
    });
    std::vector<std::unique_ptr<testing::RawSocket>> sockets;
    for (int i = 0; i < kSenders; ++i) {
      sockets.push_back(std::make_unique<testing::RawSocket>(server->server->port()));
      sockets.back()->send(counted(message("0:0")) + counted(message("0:1")));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    server->server->stop();
    server.reset();
  }
}

TEST(SyslogConcurrency, ChangesItsCertificateUnderLoad) {
  testing::TempDir folder;
  const http::TlsFiles files[] = {http::make_certificate(folder, "one"),
                                  http::make_certificate(folder, "two")};
  Worker worker;
  TestSyslog server(brisk_limits(), {.tls = files[0]},
                    [&](TestSyslog::Call call) { worker.submit(std::move(call)); });
  std::atomic<bool> done{false};
  std::thread changer([&] {
    for (std::size_t i = 0; !done; ++i) {
      EXPECT_TRUE(server.server->reload_tls(files[i % 2]));
      EXPECT_FALSE(server.metrics.to_prometheus().empty());
    }
  });
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 3; ++sender) {
    senders.emplace_back([&server, sender] {
      for (int i = 0; i < 5; ++i)
        http::output_of("( printf '%s' '" +
                        counted(message(std::to_string(sender) + ":" + std::to_string(i))) +
                        "'; sleep 0.2 ) | timeout 10 openssl s_client -connect 127.0.0.1:" +
                        std::to_string(server.server->port()));
    });
  }
  for (auto& sender : senders) sender.join();
  done = true;
  changer.join();
  EXPECT_TRUE(server.reaches("messages_total", {}, 15));
  for (const auto& [sender, numbers] : by_sender(worker.taken())) expect_counting(numbers);
}

}  // namespace
}  // namespace countersign::syslog
