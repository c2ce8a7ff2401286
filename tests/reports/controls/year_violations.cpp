#include "tests/reports/controls/year_plan.h"

namespace countersign::testing {
namespace {

/// People who have been there for long, and signed in a while ago.
class Cast {
 public:
  Cast(YearPlan& plan, Life& life) : plan_(plan), life_(life) {}

  User member(std::string_view name) { return person(name, "member"); }
  User admin(std::string_view name) {
    auto user = person(name, "admin");
    life_.admin_login(user, at("2025-11-01T12:00:00Z"));
    return user;
  }

 private:
  User person(std::string_view name, std::string role) {
    User user{std::string(name),
              "+49302" + std::to_string(10'000 + ++count_),
              "device-" + std::string(name),
              "ip-" + std::string(name),
              "DE",
              std::move(role)};
    plan_.say(at("2024-11-01T09:00:00Z") + count_ * kMinute, "user.provisioned", {{"actor.id", user.id}},
              "okta");
    Life::Otp first;
    first.mark = "first-" + std::string(name);
    if (user.role == "member") life_.otp(user, at("2025-10-20T09:00:00Z") + count_ * kMinute, first);
    return user;
  }

  YearPlan& plan_;
  Life& life_;
  int count_ = 0;
};

void verified(YearPlan& plan, const User& user, std::int64_t time, const std::string& challenge,
              std::string_view factor, std::string_view mark = {}, std::string_view purpose = "login") {
  plan.say(time, "challenge.verified",
           {{"actor.id", user.id},
            {"challenge.id", challenge},
            {"challenge.purpose", std::string(purpose)},
            {"challenge.factor", std::string(factor)},
            {"action.name", "login"},
            {"device.fingerprint", user.device},
            {"device.country", user.country}},
           "shop", mark);
}

void failed(YearPlan& plan, const User& user, std::int64_t time, const std::string& challenge,
            std::string_view factor, std::string_view mark = {}, std::string_view reason = "wrong code") {
  plan.say(time, "challenge.failed",
           {{"actor.id", user.id},
            {"challenge.id", challenge},
            {"challenge.purpose", "login"},
            {"challenge.factor", std::string(factor)},
            {"device.fingerprint", user.device},
            {"device.ip", user.ip},
            {"outcome.reason", std::string(reason)}},
           "shop", mark);
}

void login(YearPlan& plan, const User& user, std::int64_t time, std::string_view mark, bool is_new = false,
           int risk = 10) {
  plan.say(time, "login.succeeded",
           {{"actor.id", user.id},
            {"actor.role", user.role},
            {"action.name", "login"},
            {"device.fingerprint", user.device},
            {"device.country", user.country},
            {"device.new", is_new},
            {"session.id", plan.fresh("s")},
            {"outcome.risk", risk}},
           "shop", mark);
}

void plan_access(YearPlan& plan, Life& life, Cast& cast) {
  const auto day = at("2025-11-04T10:00:00Z");
  life.act(cast.member("no-step-up"), day, "user.delete", "no-step-up");
  plan.expect("STEP-UP-MISSING", "no-step-up");

  Life::Otp email;
  email.factor = "email";
  email.mark = "email";
  life.otp(cast.member("by-email"), day, email);
  plan.expect("FACTOR-ALLOWED", "email.verified");

  const auto privileged = cast.admin("admin-without-mfa");
  login(plan, privileged, day, "admin-without-mfa");
  plan.expect("PRIVILEGED-MFA", "admin-without-mfa");
  login(plan, cast.member("risky"), day, "risky", false, 95);
  plan.expect("RISK-MFA", "risky");
  auto mover = cast.member("new-device");
  mover.device = "device-nobody-knows";
  login(plan, mover, day, "new-device", true);
  plan.expect("NEW-DEVICE-CHALLENGE", "new-device");

  const auto early = User{"early-bird", "+49311001", "device-early-bird", "ip-early-bird"};
  life.act(early, day - kMinute, "project.create", "early-bird");
  Life::Otp signup;
  signup.purpose = "signup";
  signup.login = false;
  life.otp(early, day, signup);
  plan.expect("SIGNUP-VERIFIED", "early-bird");

  const auto gone = cast.member("gone");
  plan.say(day, "user.deprovisioned", {{"actor.id", gone.id}}, "okta", "gone");
  Life::Otp quiet;
  quiet.login = false;
  life.otp(gone, day + kDay, quiet);
  plan.expect("DEPROVISIONED-SUCCESS", "gone");

  const auto reset = cast.member("reset");
  plan.say(day, "factor.reset", {{"actor.id", reset.id}, {"challenge.factor", "sms"}}, "okta", "reset");
  plan.say(day + 5 * kMinute, "factor.enrolled", {{"actor.id", reset.id}, {"challenge.factor", "sms"}},
           "okta");
  life.act(reset, life.otp(reset, day + 10 * kMinute, {}) + kMinute, "user.delete");
  plan.expect("RESET-THEN-ACTION", "reset");

  plan.say(day, "factor.removed",
           {{"actor.id", cast.member("unproven-change").id}, {"challenge.factor", "sms"}}, "shop",
           "unproven-change");
  plan.expect("FACTOR-CHANGE-VERIFIED", "unproven-change");

  const auto idle = User{"idle", "+49311002", "device-idle", "ip-idle"};
  plan.say(at("2025-02-03T10:00:00Z"), "user.provisioned", {{"actor.id", idle.id}}, "okta", "idle");
  Life::Otp last;
  last.mark = "idle-last";
  life.otp(idle, at("2025-02-04T10:00:00Z"), last);
  plan.expect("INACTIVE-FACTOR", "idle-last.login");
}

void plan_codes(YearPlan& plan, Life& life, Cast& cast) {
  const auto day = at("2025-11-05T10:00:00Z");
  const auto late = cast.member("slow");
  plan.say(day, "challenge.sent",
           {{"actor.id", late.id},
            {"actor.phone", late.phone},
            {"challenge.id", "slow"},
            {"challenge.purpose", "login"},
            {"challenge.factor", "sms"},
            {"challenge.provider", "twilio"},
            {"action.name", "login"},
            {"device.fingerprint", late.device}},
           "shop", "slow");
  verified(plan, late, day + 700 * kSecond, "slow", "sms");
  plan.expect("OTP-LIFETIME", "slow");

  const auto twice = cast.member("twice");
  verified(plan, twice, day, "twice", "totp", "twice");
  verified(plan, twice, day + kMinute, "twice", "totp");
  plan.expect("OTP-SINGLE-USE", "twice");

  const auto many = cast.member("many-tries");
  for (int i = 0; i < 6; ++i)
    failed(plan, many, day + i * 5 * kMinute, "many-tries", "totp", i == 0 ? "many-tries" : "");
  plan.expect("OTP-ATTEMPTS", "many-tries");

  // Ten failures, a quarter of an hour apart so that they are no guessing, and no lock.
  const auto unlocked = cast.member("unlocked");
  for (int i = 0; i < 10; ++i)
    plan.say(day + i * 15 * kMinute, "login.failed",
             {{"actor.id", unlocked.id},
              {"action.name", "login"},
              {"device.fingerprint", unlocked.device},
              {"outcome.reason", "wrong password"}},
             "shop", i == 9 ? "unlocked" : "");
  life.otp(unlocked, day + 9 * 15 * kMinute + 5 * kMinute, {});
  plan.expect("LOCKOUT-THRESHOLD", "unlocked");

  // 101 failures in a row of one authenticator, each in a challenge of its own, an hour apart.
  const auto stubborn = cast.member("stubborn");
  for (int i = 0; i < 101; ++i)
    failed(plan, stubborn, day + i * kHour, "stubborn-" + std::to_string(i), "totp",
           i == 0 ? "stubborn" : "");
  plan.expect("FAILURES-CONSECUTIVE", "stubborn");

  const auto anna = cast.member("sharing-a");
  auto bert = cast.member("sharing-b");
  bert.phone = anna.phone;
  life.otp(anna, day, {});
  life.otp(bert, day + kHour, {});
  plan.expect("SHARED-PHONE", "first-sharing-a.sent");

  for (int i = 0; i < 4; ++i) {
    auto user = cast.member("kiosk-" + std::to_string(i));
    user.device = "kiosk";
    login(plan, user, day + i * kHour, i == 0 ? "kiosk" : "");
    verified(plan, user, day + i * kHour - 10 * kSecond, "kiosk-" + std::to_string(i), "sms",
             i == 0 ? "kiosk-first" : "");
  }
  plan.expect("SHARED-DEVICE", "kiosk-first");

  const auto two = cast.member("two-names");
  const auto other = cast.member("other-name");
  plan.say(day, "challenge.sent",
           {{"actor.id", two.id},
            {"challenge.id", "two-names"},
            {"challenge.purpose", "login"},
            {"challenge.factor", "sms"},
            {"action.name", "login"},
            {"device.fingerprint", two.device}},
           "shop", "two-names");
  verified(plan, other, day + 30 * kSecond, "two-names", "sms");
  plan.expect("ACCOUNT-UNIQUE", "two-names");
}

void plan_channels(YearPlan& plan, Life& life, Cast& cast) {
  const auto day = at("2025-11-06T10:00:00Z");
  life.undelivered(cast.member("left-alone"), day, "sms", "twilio", "left-alone");
  plan.expect("CHANNEL-FALLBACK", "left-alone");
  for (int i = 0; i < 60; ++i) {
    const auto user = cast.member("voice-" + std::to_string(i));
    Life::Otp voice;
    voice.factor = "voice";
    voice.provider = "vonage";
    i % 10 == 0 ? life.fallback(user, day + i * 20 * kMinute, "voice", "vonage")
                : life.otp(user, day + i * 20 * kMinute, voice);
  }
  plan.expect_item("DELIVERY-RELIABILITY", "2025-11 voice vonage");
  for (int i = 0; i < 25; ++i)
    life.fallback(cast.member("outage-" + std::to_string(i)), at("2025-11-07T10:01:00Z") + i * 30 * kSecond,
                  "whatsapp", "sinch");
  plan.expect_item("PROVIDER-FAILURES", "sinch 2025-11-07 10:00");
}

void plan_attacks(YearPlan& plan, Life& life, Cast& cast) {
  const auto day = at("2025-11-10T10:00:00Z");
  const auto guessed = cast.member("guessed");
  for (int i = 0; i < 10; ++i)
    failed(plan, guessed, day + i * 40 * kSecond, "guessed-" + std::to_string(i), "totp",
           i == 9 ? "guessed" : "");
  plan.expect("CODE-GUESSING", "guessed");

  for (int i = 0; i < 5; ++i) {
    auto user = cast.member("sprayed-" + std::to_string(i));
    user.ip = "ip-of-the-sprayer";
    user.device = "device-of-the-sprayer-" + std::to_string(i);
    failed(plan, user, day + i * kMinute, user.id, "totp", i == 4 ? "sprayed" : "");
  }
  plan.expect("CODE-SPRAYING", "sprayed");

  const auto flooded = cast.member("flooded");
  for (int i = 0; i < 5; ++i)
    plan.say(day + i * kMinute, "challenge.sent",
             {{"actor.id", flooded.id},
              {"challenge.id", "flooded-" + std::to_string(i)},
              {"challenge.purpose", "login"},
              {"challenge.factor", "push"},
              {"action.name", "login"},
              {"device.fingerprint", flooded.device}},
             "shop", i == 4 ? "flooded" : "");
  plan.expect("OTP-FLOODING", "flooded");

  for (int i = 0; i < 60; ++i)
    plan.say(day + i * 30 * kSecond, "challenge.sent",
             {{"actor.id", "pumped-" + std::to_string(i)},
              {"actor.phone", "+9990" + std::to_string(i)},
              {"challenge.id", "pumped-" + std::to_string(i)},
              {"challenge.purpose", "signup"},
              {"challenge.factor", "sms"},
              {"action.name", "signup"},
              {"device.fingerprint", "pump-" + std::to_string(i)},
              {"device.country", "XX"},
              {"challenge.provider", "pumped"}});
  plan.expect_item("SMS-PUMPING", "XX 2025-11-10 10:00");

  auto traveller = cast.member("traveller");
  life.otp(traveller, day, {});
  traveller.country = "BR";
  Life::Otp far;
  far.mark = "traveller";
  life.otp(traveller, day + 20 * kMinute, far);
  plan.expect("IMPOSSIBLE-TRAVEL", "traveller.verified");

  for (int i = 0; i < 3; ++i) {
    User trial{"trial-" + std::to_string(i), "+8880" + std::to_string(i), "device-of-trials", "ip-trial"};
    Life::Otp signup;
    signup.purpose = "signup";
    signup.login = false;
    signup.mark = "trial-" + std::to_string(i);
    life.otp(trial, day + i * kDay, signup);
  }
  plan.expect("TRIAL-FARMING", "trial-2.verified");

  User weaker{"weaker", "+49311003", "device-weaker", "ip-weaker"};
  plan.say(at("2024-11-01T08:00:00Z"), "user.provisioned", {{"actor.id", weaker.id}}, "okta");
  verified(plan, weaker, day - 10 * kDay, "weaker-1", "passkey");
  weaker.device = "device-not-seen";
  verified(plan, weaker, day + 2 * kDay, "weaker-2", "sms", "weaker-soon");
  plan.expect("FACTOR-DOWNGRADE", "weaker-soon");

  const auto owl = cast.admin("owl");
  const auto night = at("2025-11-11T02:00:00Z");
  life.act(owl, life.admin_login(owl, night) + kMinute, "settings.change", "owl");
  plan.expect("OFF-HOURS-ADMIN", "owl");

  for (int i = 0; i < 5; ++i) {
    const auto user = cast.member("burst-" + std::to_string(i));
    plan.say(day + i * 5 * kMinute, "factor.reset", {{"actor.id", user.id}, {"challenge.factor", "sms"}},
             "okta", i == 4 ? "burst" : "");
  }
  plan.expect("FACTOR-RESET-BURST", "burst");

  const auto lucky = cast.member("lucky");
  for (int i = 0; i < 5; ++i)
    failed(plan, lucky, day + i * 2 * kMinute, "lucky-" + std::to_string(i), "totp");
  verified(plan, lucky, day + 10 * kMinute, "lucky", "totp", "lucky");
  plan.expect("SUCCESS-AFTER-FAILURES", "lucky");

  failed(plan, cast.member("replayed"), day, "replayed", "totp", "replayed", "code already used");
  plan.expect("REPLAY-ATTEMPT", "replayed");
}

void plan_evidence(YearPlan& plan, Life& life, Cast& cast) {
  const auto day = at("2025-11-12T10:00:00Z");
  const auto lacking = cast.member("lacking");
  plan.say(day, "challenge.failed",
           {{"actor.id", lacking.id}, {"challenge.id", "lacking"}, {"challenge.purpose", "login"}}, "shop",
           "lacking");
  plan.expect("EVIDENCE-COMPLETE", "lacking");

  life.act(cast.member("lost"), day, "document.view", "lost");
  plan.lose("lost");
  plan.expect_behind("RETENTION-AT-HAND", "lost");

  // A source of November, that counts what it sends.
  plan.sources["legacy-unproven"] = {"none", 1, "legacy"};
  plan.sources["legacy-ahead"] = {"token", -5, "legacy"};
  const auto begin = at("2025-11-01T00:00:00Z"), end = at("2025-11-30T00:00:00Z");
  plan.system(begin, "source.added",
              {{"id", "source.added/legacy"}, {"action.name", "source add"}, {"action.resource", "legacy"}});
  plan.system(
      end, "source.revoked",
      {{"id", "source.revoked/legacy"}, {"action.name", "source revoke"}, {"action.resource", "legacy"}});
  int number = 0;
  for (auto time = begin + kMinute; time < end; time += 10 * kMinute) {
    if (time > at("2025-11-18T06:00:00Z") && time < at("2025-11-18T09:00:00Z")) continue;
    const bool unproven = time == at("2025-11-13T10:01:00Z"), ahead = time == at("2025-11-19T03:31:00Z");
    if (time == at("2025-11-14T10:01:00Z")) number += 3;
    plan.say(time, "source.heartbeat", {{"delivery.sequence", ++number}},
             unproven ? "legacy-unproven"
             : ahead  ? "legacy-ahead"
                      : "legacy",
             unproven ? "unproven" : "");
  }
  plan.expect("SOURCE-AUTHENTICATED", "unproven");
  plan.expect_item("SEQUENCE-GAPS", "legacy");
  plan.expect_item("CLOCK-OFFSET", "legacy 2025-11-19");
  plan.expect_item("SOURCE-SILENT", "legacy 2025-11-18");
  plan.expect_item("SOURCE-SILENCE", "legacy 2025-11-18 05:51");
}

void plan_custody(YearPlan& plan) {
  const auto day = at("2025-11-13T10:00:00Z");
  plan.system(day, "personal.viewed",
              {{"actor.id", "auditor"},
               {"actor.role", "auditor"},
               {"action.name", "view personal values"},
               {"action.resource", "acme/17"},
               {"session.id", "s"}},
              "seen-without-factor");
  plan.expect("EVIDENCE-ACCESS", "seen-without-factor");

  plan.policy(at("2025-11-14T10:00:00Z"), "access.audit_access.four_eyes", false, true);
  plan.system(at("2025-11-15T10:00:00Z"), "policy.reviewed",
              {{"actor.id", "bert"},
               {"action.name", "policy review"},
               {"action.resource", "acme"},
               {"action.context", "4"}});
  plan.system(at("2025-11-17T10:00:00Z"), "export.performed",
              {{"actor.id", "anna"},
               {"action.name", "export"},
               {"action.resource", "acme"},
               {"action.context",
                "received 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z, profile full, personal values "
                "disclosed, 0 filter terms; destination=eu-1"}},
              "alone");
  plan.expect("FOUR-EYES", "alone");
  plan.system(at("2025-11-18T10:00:00Z"), "export.performed",
              {{"actor.id", "anna"},
               {"action.name", "export"},
               {"action.resource", "acme"},
               {"action.context",
                "received 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z, profile pseudonymous, 0 filter "
                "terms; destination=us-1"}},
              "abroad");
  plan.expect("RESIDENCY-KEPT", "abroad");

  // Nobody looks at this change.
  plan.policy(at("2025-11-19T10:00:00Z"), "access.lockout.attempts", 10, 9);
  plan.expect_item("POLICY-REVIEWED", "5");

  plan.system(
      at("2025-11-20T10:00:00Z"), "records.retired",
      {{"id", "records.retired/acme/0/0"},
       {"action.name", "retention retire"},
       {"action.resource", "acme"},
       {"action.context", "records 0 to 99, part 0: 100 records, root AAAA, rule custom keeps 30 days"}},
      "too-soon");
  plan.expect("RETENTION-KEPT", "too-soon");

  plan.system(at("2025-09-20T10:00:00Z"), "erasure.requested",
              {{"id", "request-e1"}, {"action.name", "privacy erase"}, {"action.resource", "acme"}});
  plan.system(at("2025-11-20T10:00:00Z"), "erasure.performed",
              {{"id", "erasure/e1"}, {"action.name", "privacy erase"}, {"action.resource", "acme"}},
              "late-erasure");
  plan.expect("ERASURE-IN-TIME", "late-erasure");
}

}  // namespace

void plan_violations(YearPlan& plan) {
  Life life(plan);
  Cast cast(plan, life);
  plan_access(plan, life, cast);
  plan_codes(plan, life, cast);
  plan_channels(plan, life, cast);
  plan_attacks(plan, life, cast);
  plan_evidence(plan, life, cast);
  plan_custody(plan);
}

}  // namespace countersign::testing
