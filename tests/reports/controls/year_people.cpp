#include "tests/reports/controls/year_plan.h"

#include <algorithm>

namespace countersign::testing {
namespace {

constexpr std::string_view kBegin = "2024-10-01T00:00:00Z";
constexpr std::string_view kEnd = "2026-01-01T00:30:00Z";

/// A time on the day that begins at `day`, more often in the afternoon than at night.
std::int64_t time_of_day(YearPlan& plan, std::int64_t day) {
  return day + (plan.random(12 * kHour) + plan.random(11 * kHour)) / 2 + plan.random(11 * kHour) / 2 +
         30 * kMinute;
}

bool is_weekday(std::int64_t day) { return (day / kDay + 3) % 7 < 5; }

void plan_heartbeats(YearPlan& plan, std::string_view source) {
  for (auto time = at(kBegin); time < at(kEnd); time += 10 * kMinute)
    plan.say(time, "source.heartbeat", {}, source);
}

User make_user(int number, std::string role) {
  const auto name = std::to_string(number);
  return {"user-" + name,
          "+1415" + std::to_string(5'000'000 + number),
          "device-" + name,
          "ip-" + name,
          number % 3 == 0 ? "US" : "DE",
          std::move(role)};
}

/// What one member does: she signs in every two to five weeks.
void plan_member(YearPlan& plan, Life& life, User& user, std::int64_t pace) {
  for (auto day = user.from / kDay * kDay + kDay + plan.random(pace / kDay + 1) * kDay;
       day < at(Year::kUntil); day += (pace / kDay * 2 / 3 + plan.random(pace / kDay * 2 / 3 + 1)) * kDay) {
    const auto time = time_of_day(plan, day);
    if (time < user.from + kHour || time > user.until - kHour) continue;
    if (plan.in_1000(8)) {
      life.fallback(user, time);
    } else if (plan.in_1000(15)) {
      life.expired(user, time);
    } else {
      Life::Otp how;
      if (plan.in_1000(40)) how.failures = 1 + static_cast<int>(plan.random(2));
      if (plan.in_1000(50)) how.purpose = "step_up";
      const auto over = life.otp(user, time, how);
      if (plan.in_1000(500)) life.act(user, over + 20 * kSecond, "document.view");
    }
  }
}

/// A member changes her telephone, comes with a new device, signs in from where it looks risky, or is locked
/// out for a while.
void plan_change(YearPlan& plan, Life& life, User user) {
  const auto time = at(Year::kFrom) + (20 + plan.random(300)) * kDay + 22 * kHour;
  const auto in = life.otp(user, time, {});
  plan.say(in + kMinute, "factor.removed", {{"actor.id", user.id}, {"challenge.factor", "sms"}});
  plan.say(in + 2 * kMinute, "factor.enrolled", {{"actor.id", user.id}, {"challenge.factor", "sms"}});
  const auto login = [&](std::int64_t when, std::string device, bool is_new, int risk) {
    plan.say(when, "login.succeeded",
             {{"actor.id", user.id},
              {"actor.role", user.role},
              {"action.name", "login"},
              {"device.fingerprint", device},
              {"device.country", user.country},
              {"device.new", is_new},
              {"session.id", plan.fresh("s")},
              {"outcome.risk", risk}});
  };
  Life::Otp quiet;
  quiet.login = false;
  login(life.otp(user, time + 30 * kMinute, quiet) + kSecond, user.device + "-new", true, 20);
  login(life.otp(user, time + 50 * kMinute, quiet) + kSecond, user.device, false, 90);
  for (int i = 0; i < 10; ++i)
    plan.say(time + 70 * kMinute + i * 70 * kSecond, "login.failed",
             {{"actor.id", user.id},
              {"action.name", "login"},
              {"device.fingerprint", user.device},
              {"outcome.reason", "wrong password"}});
}

void plan_admin(YearPlan& plan, Life& life, const User& admin) {
  plan.say(admin.from + kHour, "factor.enrolled", {{"actor.id", admin.id}, {"challenge.factor", "totp"}},
           "okta");
  for (auto day = admin.from / kDay * kDay + kDay; day < at(Year::kUntil);
       day += (5 + plan.random(9)) * kDay) {
    if (!is_weekday(day)) continue;
    const auto time = day + 8 * kHour + plan.random(9 * kHour);
    const auto in = life.admin_login(admin, time);
    for (auto i = plan.random(4); i > 0; --i) life.act(admin, in + i * 2 * kMinute, "settings.change");
    if (plan.in_1000(60))
      life.act(admin, life.admin_login(admin, time + kHour, "audit_access") + kMinute, "audit.export");
  }
}

}  // namespace

std::int64_t Life::otp(const User& user, std::int64_t time, const Otp& how) {
  const auto id = plan_.fresh("c"), session = plan_.fresh("s");
  const auto expires = text_of(time + 600 * kSecond);
  const auto price = how.factor == "sms" ? "0.0075" : "0.005";
  plan_.say(time, "challenge.sent",
            {{"actor.id", user.id},
             {"actor.phone", user.phone},
             {"challenge.id", id},
             {"challenge.purpose", how.purpose},
             {"challenge.factor", how.factor},
             {"challenge.provider", how.provider},
             {"challenge.provider_id", "VE" + id},
             {"challenge.expires_at", expires},
             {"action.name", how.action},
             {"device.fingerprint", user.device},
             {"device.ip", user.ip},
             {"device.country", user.country},
             {"session.id", session},
             {"cost.amount", price},
             {"cost.currency", "USD"}},
            "shop", how.mark.empty() ? std::string() : how.mark + ".sent");
  plan_.say(time + 3 * kSecond, "challenge.delivered",
            {{"actor.phone", user.phone},
             {"challenge.id", "VE" + id},
             {"challenge.factor", how.factor},
             {"challenge.provider", how.provider}},
            "twilio");
  auto now = time + 12 * kSecond;
  for (int i = 0; i < how.failures; ++i, now += 9 * kSecond)
    plan_.say(now, "challenge.failed",
              {{"actor.id", user.id},
               {"challenge.id", id},
               {"challenge.purpose", how.purpose},
               {"challenge.factor", how.factor},
               {"challenge.attempt", i + 1},
               {"device.fingerprint", user.device},
               {"outcome.reason", "wrong code"}},
              "shop", how.mark.empty() ? std::string() : how.mark + ".failed" + std::to_string(i + 1));
  now += plan_.random(60) * kSecond;
  plan_.say(now, "challenge.verified",
            {{"actor.id", user.id},
             {"challenge.id", id},
             {"challenge.purpose", how.purpose},
             {"challenge.factor", how.factor},
             {"challenge.attempt", how.failures + 1},
             {"action.name", how.action},
             {"device.fingerprint", user.device},
             {"device.country", user.country},
             {"session.id", session}},
            "shop", how.mark.empty() ? std::string() : how.mark + ".verified");
  if (!how.login) return now;
  plan_.say(now + kSecond, "login.succeeded",
            {{"actor.id", user.id},
             {"actor.role", user.role},
             {"action.name", "login"},
             {"device.fingerprint", user.device},
             {"device.ip", user.ip},
             {"device.country", user.country},
             {"device.new", false},
             {"session.id", session},
             {"outcome.risk", plan_.random(60)}},
            "shop", how.mark.empty() ? std::string() : how.mark + ".login");
  return now + kSecond;
}

void Life::undelivered(const User& user, std::int64_t time, std::string_view factor,
                       std::string_view provider, std::string_view mark) {
  const auto id = plan_.fresh("c");
  plan_.say(time, "challenge.sent",
            {{"actor.id", user.id},
             {"actor.phone", user.phone},
             {"challenge.id", id},
             {"challenge.purpose", "login"},
             {"challenge.factor", std::string(factor)},
             {"challenge.provider", std::string(provider)},
             {"challenge.provider_id", "VE" + id},
             {"action.name", "login"},
             {"device.fingerprint", user.device},
             {"device.country", user.country},
             {"cost.amount", "0.0075"},
             {"cost.currency", "USD"}},
            "shop", mark);
  plan_.say(time + 20 * kSecond, "challenge.undelivered",
            {{"actor.phone", user.phone},
             {"challenge.id", "VE" + id},
             {"challenge.factor", std::string(factor)},
             {"challenge.provider", std::string(provider)},
             {"outcome.reason", "30005"}},
            "twilio");
}

std::int64_t Life::fallback(const User& user, std::int64_t time, std::string_view factor,
                            std::string_view provider) {
  undelivered(user, time, factor, provider);
  Otp how;
  how.factor = factor == "sms" ? "whatsapp" : "sms";
  return otp(user, time + 50 * kSecond, how);
}

std::int64_t Life::expired(const User& user, std::int64_t time) {
  const auto id = plan_.fresh("c");
  plan_.say(time, "challenge.sent",
            {{"actor.id", user.id},
             {"actor.phone", user.phone},
             {"challenge.id", id},
             {"challenge.purpose", "login"},
             {"challenge.factor", "sms"},
             {"challenge.provider", "twilio"},
             {"action.name", "login"},
             {"device.fingerprint", user.device},
             {"cost.amount", "0.0075"},
             {"cost.currency", "USD"}});
  plan_.say(time + 600 * kSecond, "challenge.expired",
            {{"actor.id", user.id},
             {"challenge.id", id},
             {"challenge.purpose", "login"},
             {"challenge.factor", "sms"},
             {"device.fingerprint", user.device}});
  return otp(user, time + kHour, {});
}

void Life::signup(const User& user, std::int64_t time) {
  const auto over = otp(user, time, {.purpose = "signup", .action = "project.create", .login = false});
  act(user, over + 2 * kSecond, "project.create");
}

std::int64_t Life::admin_login(const User& admin, std::int64_t time, std::string_view purpose) {
  const auto id = plan_.fresh("t"), session = plan_.fresh("s");
  plan_.say(time, "challenge.verified",
            {{"actor.id", admin.id},
             {"actor.role", "admin"},
             {"challenge.id", id},
             {"challenge.purpose", std::string(purpose)},
             {"challenge.factor", "totp"},
             {"action.name", "login"},
             {"device.fingerprint", admin.device},
             {"device.country", admin.country},
             {"session.id", session}});
  plan_.say(time + kSecond, "login.succeeded",
            {{"actor.id", admin.id},
             {"actor.role", "admin"},
             {"action.name", "login"},
             {"device.fingerprint", admin.device},
             {"device.ip", admin.ip},
             {"device.country", admin.country},
             {"device.new", false},
             {"session.id", session},
             {"outcome.risk", plan_.random(40)}});
  return time + kSecond;
}

void Life::act(const User& user, std::int64_t time, std::string_view action, std::string_view mark) {
  plan_.say(time, "action.performed",
            {{"actor.id", user.id},
             {"actor.role", user.role},
             {"action.name", std::string(action)},
             {"device.fingerprint", user.device},
             {"device.country", user.country}},
            "shop", mark);
}

void plan_people(YearPlan& plan, const YearSize& size) {
  plan.sources["twilio"] = {"hmac", 2};
  plan.sources["okta"] = {"shared_header", 3};
  plan_heartbeats(plan, "shop");
  plan_heartbeats(plan, "okta");
  Life life(plan);
  const auto pace = std::max<std::int64_t>(3, 30ll * size.users / std::max(1, size.otps_in_a_month)) * kDay;
  for (int number = 0; number < size.users; ++number) {
    const bool is_admin = number < size.admins;
    auto user = make_user(number, is_admin ? "admin" : "member");
    const bool joins = !is_admin && plan.in_1000(200);
    user.from = joins ? at(Year::kFrom) + plan.random(360) * kDay + 9 * kHour + plan.random(8 * kHour)
                      : at(kBegin) + plan.random(60 * kDay / kMinute) * kMinute;
    if (plan.in_1000(40))
      user.until = std::max(user.from + 2 * kDay, at(Year::kFrom) + plan.random(360) * kDay);
    if (joins) {
      life.signup(user, user.from);
    } else {
      plan.say(user.from, "user.provisioned", {{"actor.id", user.id}, {"actor.role", user.role}}, "okta");
    }
    if (is_admin) {
      user.until = INT64_MAX;
      plan_admin(plan, life, user);
      continue;
    }
    plan_member(plan, life, user, std::min(pace, 45 * kDay));
    if (user.until != INT64_MAX) plan.say(user.until, "user.deprovisioned", {{"actor.id", user.id}}, "okta");
    if (!joins && user.until == INT64_MAX && plan.in_1000(20)) plan_change(plan, life, user);
    if (!joins && user.until == INT64_MAX && plan.in_1000(5)) {
      const auto time = at(Year::kFrom) + plan.random(300) * kDay + 23 * kHour;
      plan.say(time, "factor.reset", {{"actor.id", user.id}, {"challenge.factor", "sms"}}, "okta");
      plan.say(time + 10 * kMinute, "factor.enrolled", {{"actor.id", user.id}, {"challenge.factor", "sms"}},
               "okta");
    }
  }
}

void plan_appliance(YearPlan& plan, const std::set<std::string>& unverified,
                    const std::set<std::string>& without_backup, bool new_clock) {
  const auto begin = at(kBegin);
  const std::string key = "evidence.example.com/eu-1/_system+1a2b3c4d+AbCd";
  plan.system(
      begin, "key.created",
      {{"id", "key.created/1a2b3c4d"}, {"action.name", "use of a log key"}, {"action.resource", key}});
  plan.system(
      begin + kSecond, "ledger.started",
      {{"action.name", "start"}, {"action.resource", "countersignd"}, {"action.context", "version 0.1.0"}});
  plan.system(begin + 2 * kSecond, "tenant.added",
              {{"id", "tenant.added/acme"}, {"action.name", "tenant add"}, {"action.resource", "acme"}});
  for (const auto* source : {"shop", "okta", "twilio"})
    plan.system(begin + 3 * kSecond, "source.added",
                {{"id", std::string("source.added/") + source},
                 {"action.name", "source add"},
                 {"action.resource", source}});
  plan.policy(begin + 4 * kSecond, "access.step_up.actions", boost::json::array(),
              boost::json::array{"billing.*", "user.delete"});
  plan.policy(begin + 5 * kSecond, "access.factors",
              boost::json::array{"sms", "whatsapp", "voice", "email", "totp", "passkey", "push"},
              boost::json::array{"sms", "whatsapp", "voice", "totp", "passkey", "push"});
  plan.policy(at("2025-05-06T10:00:00Z"), "access.step_up.window_s", 900, 1200, "change");
  plan.system(at("2025-05-08T10:00:00Z"), "policy.reviewed",
              {{"actor.id", "bert"},
               {"actor.role", "operator"},
               {"action.name", "policy review"},
               {"action.resource", "acme"},
               {"action.context", "3"},
               {"outcome.reason", "as decided"}});
  // The second key of each kind, within a year.
  plan.system(at("2025-06-01T04:00:00Z"), "key.rotated",
              {{"action.name", "key rotate"},
               {"action.resource", "log"},
               {"action.context", "from 1a2b3c4d to 5e6f7a8b"}});
  if (new_clock)
    plan.system(at("2025-06-01T04:00:10Z"), "key.rotated",
                {{"action.name", "key rotate"},
                 {"action.resource", "clock"},
                 {"action.context", "from 11111111 to 22222222"}});
  for (auto day = begin; day < at(kEnd); day += kDay) {
    const auto name = text_of(day).substr(0, 10);
    if (!unverified.contains(name))
      plan.system(day + 3 * kHour, "ledger.verified",
                  {{"action.name", "verify ledger"},
                   {"action.resource", "all"},
                   {"action.context", "records=1 logs=2 seconds=1"},
                   {"outcome.reason", "intact"}});
    if (!without_backup.contains(name))
      plan.system(day + 4 * kHour, "backup.performed",
                  {{"action.name", "backup"},
                   {"action.resource", text_of(day)},
                   {"action.context", "bytes=1 new_bytes=1 new_chunks=1"}});
  }
}

}  // namespace countersign::testing
