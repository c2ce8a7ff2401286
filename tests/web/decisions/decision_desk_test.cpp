#include "web/decisions/decision_desk.h"

#include "tests/web/decisions/history.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign::decisions {
namespace {

using namespace std::chrono_literals;

/// A clock at which whoever looks may be held up.
class Gate {
 public:
  base::Clock clock(base::Clock real) {
    return [this, real = std::move(real)] {
      std::unique_lock lock(mutex_);
      if (closed_) {
        held_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !closed_; });
      }
      return real();
    };
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    held_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false, held_ = false;
};

/// Asks, and gives what will be answered.
std::future<http::Response> ask_desk(DecisionDesk& desk, const std::string& tenant = "acme",
                                     const DecisionBody& body = ask()) {
  auto promise = std::make_shared<std::promise<http::Response>>();
  auto future = promise->get_future();
  desk.decide({tenant_with(900, 3, tenant), body},
              [promise](http::Response response) { promise->set_value(std::move(response)); });
  return future;
}

bool is_ready(const std::future<http::Response>& future) {
  return future.wait_for(0s) == std::future_status::ready;
}

/// Asks until it is loaded.
http::Response ask_patiently(DecisionDesk& desk) {
  for (;;) {
    auto response = ask_desk(desk).get();
    if (response.status != 503) return response;
    std::this_thread::sleep_for(1ms);
  }
}

bool has_retry_after(const http::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Retry-After") return value == "1";
  }
  return false;
}

class Desk : public ::testing::Test {
 protected:
  DeskOptions options() {
    DeskOptions out;
    out.decider = history.options();
    out.decider.clock = gate.clock(history.region.clock());
    out.region = "eu-1";
    out.metrics = &metrics;
    out.on_failure = [this](const base::Error& error) {
      const std::lock_guard lock(mutex_);
      failures_.push_back(error.message);
    };
    return out;
  }
  std::vector<std::string> failures() {
    const std::lock_guard lock(mutex_);
    return failures_;
  }
  bool measures(const std::string& line) { return metrics.to_prometheus().find(line) != std::string::npos; }

  History history;
  Gate gate;
  base::Metrics metrics;

 private:
  std::mutex mutex_;
  std::vector<std::string> failures_;
};

TEST_F(Desk, AnswersByWhatWasWrittenBefore) {
  DecisionDesk desk(options());
  EXPECT_EQ(ask_patiently(desk).status, 200);
  for (int i = 0; i < 10; ++i) {
    history.tell({});
    auto response = ask_desk(desk).get();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(document_of(response.body).at("decision").as_string(), "allowed");
    history.tell({.type = "factor.removed"});
    EXPECT_EQ(document_of(ask_desk(desk).get().body).at("decision").as_string(), "step_up_required");
  }
  EXPECT_TRUE(measures("countersign_decisions_total{region=\"eu-1\",decision=\"allowed\"} 10"));
  EXPECT_TRUE(measures("countersign_decisions_ready{region=\"eu-1\"} 1"));
}

TEST_F(Desk, AnswersMeanwhileThatItIsNotLoaded) {
  gate.close();
  DecisionDesk desk(options());
  gate.wait_until_held();
  const auto response = ask_desk(desk).get();
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(has_retry_after(response));
  EXPECT_TRUE(measures("countersign_decisions_ready{region=\"eu-1\"} 0"));
  gate.open();
  EXPECT_EQ(ask_patiently(desk).status, 200);
}

TEST_F(Desk, RefusesWhatIsTooMuchAndAnswersTheRest) {
  auto few = options();
  few.waiting_max = 5;
  few.waiting_of_tenant_max = 3;
  DecisionDesk desk(few);
  EXPECT_EQ(ask_patiently(desk).status, 200);
  gate.close();
  gate.wait_until_held();  // by a request, or by the look at the ledger between two
  std::vector<std::future<http::Response>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(ask_desk(desk));
  auto refused = ask_desk(desk);
  ASSERT_TRUE(is_ready(refused)) << "more of one tenant";
  EXPECT_TRUE(has_retry_after(refused.get()));
  for (int i = 0; i < 2; ++i) waiting.push_back(ask_desk(desk, "globex"));
  refused = ask_desk(desk, "globex");
  ASSERT_TRUE(is_ready(refused)) << "more at all";
  EXPECT_EQ(refused.get().status, 503);
  gate.open();
  for (auto& one : waiting) EXPECT_EQ(one.get().status, 200);
}

TEST_F(Desk, AnswersWhatWaitsWhenItStops) {
  DecisionDesk desk(options());
  EXPECT_EQ(ask_patiently(desk).status, 200);
  gate.close();
  gate.wait_until_held();
  std::vector<std::future<http::Response>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(ask_desk(desk));
  std::thread stopper([&] { desk.stop(); });
  // From when it is stopping on, nothing more is taken.
  while (!is_ready(ask_desk(desk))) std::this_thread::sleep_for(1ms);
  gate.open();
  stopper.join();
  for (auto& one : waiting) EXPECT_EQ(one.get().status, 503);
  EXPECT_EQ(ask_desk(desk).get().status, 503);
}

TEST_F(Desk, StopsWhileItIsBeingLoaded) {
  gate.close();
  DecisionDesk desk(options());
  gate.wait_until_held();
  std::thread stopper([&] { desk.stop(); });
  gate.open();
  stopper.join();
  EXPECT_EQ(ask_desk(desk).get().status, 503);
}

TEST_F(Desk, SaysThatItCannotReadAndNeverAllows) {
  history.tell({});
  DecisionDesk desk(options());
  EXPECT_EQ(document_of(ask_patiently(desk).body).at("decision").as_string(), "allowed");
  history.tell({});
  history.writer.reset();
  ASSERT_EQ(ask_desk(desk).get().status, 200);
  countersign::testing::tamper(history.region,
                               "INSERT INTO records SELECT max(place)+1,x'7b7d' FROM records");
  const auto response = ask_desk(desk).get();
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(has_retry_after(response));
  EXPECT_EQ(response.body.find("record"), std::string::npos) << "what is wrong is not the app's business";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask_desk(desk).get().status, 503);
  std::this_thread::sleep_for(3 * DecisionDesk::kPause);
  EXPECT_TRUE(measures("countersign_decisions_ready{region=\"eu-1\"} 0"));
  ASSERT_EQ(failures().size(), 1u) << "it is told once";
  EXPECT_NE(failures().front().find("record 2 of log.example.com/eu-1/acme"), std::string::npos);
}

TEST_F(Desk, WaitsForFilesThatAreNotThereYet) {
  history.tell({});
  const auto vault = history.region.files().vault();
  std::filesystem::rename(vault, vault.string() + ".away");
  DecisionDesk desk(options());
  while (failures().empty()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(ask_desk(desk).get().status, 503);
  std::filesystem::rename(vault.string() + ".away", vault);
  EXPECT_EQ(ask_patiently(desk).status, 200);
}

TEST_F(Desk, IsAskedFromManyThreads) {
  DecisionDesk desk(options());
  EXPECT_EQ(ask_patiently(desk).status, 200);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      const auto who = fmt::format("user-{}", t);
      DecisionBody body;
      body.actor_id = who;
      body.action = "billing.refund";
      for (int i = 0; i < 10; ++i) {
        history.tell({.id = who, .email = ""});
        if (document_of(ask_desk(desk, "acme", body).get().body).at("decision").as_string() != "allowed")
          ++wrong;
        history.tell({.type = "factor.reset", .id = who, .email = ""});
        if (document_of(ask_desk(desk, "acme", body).get().body).at("decision").as_string() !=
            "step_up_required")
          ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace countersign::decisions
