#pragma once

#include "ledger/base/time.h"
#include "tests/reports/controls/year.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::testing {

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

/// Micros of a time in RFC 3339.
std::int64_t at(std::string_view time);
std::string text_of(std::int64_t micros);

/// What happens, in any order; it is told in the order of time. Events that are told can be asked for by a
/// mark.
class YearPlan {
 public:
  explicit YearPlan(std::uint64_t seed) : random_(seed) {}

  /// 0 up to, not including, `n`.
  std::int64_t random(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }
  /// True in so many of a thousand cases.
  bool in_1000(int n) { return random(1000) < n; }
  std::string fresh(std::string_view prefix) { return std::string(prefix) + std::to_string(++count_); }

  /// An event of a source. `mark` names it for expect().
  void say(std::int64_t time, std::string_view type, Tale::Members members, std::string_view source = "shop",
           std::string_view mark = {});
  void system(std::int64_t time, std::string_view type, Tale::Members members, std::string_view mark = {});
  void policy(std::int64_t time, std::string member, boost::json::value before, boost::json::value after,
              std::string_view mark = {});

  /// A control must find this: a mark's number, or an item as it stands.
  void expect(const std::string& control, const std::string& mark) { marks_.emplace_back(control, mark); }
  /// The same of the record behind the mark's.
  void expect_behind(const std::string& control, const std::string& mark) {
    behind_.emplace_back(control, mark);
  }
  /// The mark's record is no longer there.
  void lose(const std::string& mark) { lost_.push_back(mark); }
  void expect_item(const std::string& control, std::string item) {
    planted_[control].insert(std::move(item));
  }

  /// How a source sends, where it is not as the application does.
  struct Source {
    std::string proof = "token";
    std::int64_t received_after_s = 1;
    std::string name = {};  ///< empty: that under which it stands here
  };
  std::map<std::string, Source> sources;

  /// Tells it all.
  Year tell();

 private:
  struct Step {
    std::int64_t time;
    std::size_t number;
    std::function<std::uint64_t(Tale&)> tell;
    std::string mark;
  };
  void add(std::int64_t time, std::function<std::uint64_t(Tale&)> tell, std::string_view mark);

  std::mt19937_64 random_;
  std::uint64_t count_ = 0;
  std::vector<Step> steps_;
  std::vector<std::pair<std::string, std::string>> marks_, behind_;
  std::vector<std::string> lost_;
  std::map<std::string, std::set<std::string>> planted_;
};

/// One who uses the application.
struct User {
  std::string id, phone, device, ip, country = "DE", role = "member";
  std::int64_t from = 0, until = INT64_MAX;  ///< provisioned, and deprovisioned
};

/// The life of a user: each of these plans one thing that she does, and gives the time at which it is over.
class Life {
 public:
  explicit Life(YearPlan& plan) : plan_(plan) {}

  struct Otp {
    std::string purpose = "login", factor = "sms", action = "login", provider = "twilio", mark = {};
    int failures = 0;
    bool login = true;
  };
  std::int64_t otp(const User& user, std::int64_t time, const Otp& how);
  /// Not delivered; then by WhatsApp, or by SMS where it was not.
  std::int64_t fallback(const User& user, std::int64_t time, std::string_view factor = "sms",
                        std::string_view provider = "twilio");
  /// A challenge that the provider reports as undelivered.
  void undelivered(const User& user, std::int64_t time, std::string_view factor, std::string_view provider,
                   std::string_view mark = {});
  std::int64_t expired(const User& user, std::int64_t time);
  void signup(const User& user, std::int64_t time);
  /// A passed challenge of an authenticator app, with the login.
  std::int64_t admin_login(const User& admin, std::int64_t time, std::string_view purpose = "login");
  void act(const User& user, std::int64_t time, std::string_view action, std::string_view mark = {});

 private:
  YearPlan& plan_;
};

/// What the appliance itself records in a year in which all is well, but for days in which it does not verify
/// or back up what it should.
void plan_appliance(YearPlan& plan, const std::set<std::string>& unverified = {},
                    const std::set<std::string>& without_backup = {}, bool new_clock = true);
/// What a vendor's people do in a year in which all is well.
void plan_people(YearPlan& plan, const YearSize& size);
/// Violations of every control, by people who do nothing else.
void plan_violations(YearPlan& plan);

}  // namespace countersign::testing
