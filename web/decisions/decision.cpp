#include "web/decisions/decision.h"

#include "ledger/base/json.h"
#include "ledger/record/event_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace countersign::decisions {
namespace {

constexpr std::int64_t kHalfHourUs = ingest::AccessPolicy::kWindowMaxS * 1'000'000;

constexpr base::Timestamp kNever{INT64_MIN};

base::Timestamp half_hour_after(base::Timestamp time) { return {time.micros + kHalfHourUs}; }

bool allows(const ingest::AccessPolicy& policy, const Fact& success) {
  return policy.allows(record::factors()[success.factor]);
}

struct Failures {
  unsigned in_a_row = 0;
  base::Timestamp last = kNever;
};

Failures count_failures(const ingest::AccessPolicy& policy, const Known& known, base::Timestamp now) {
  // What clears a failure stands behind it in the log and is not of a time before it: neither what comes late
  // nor a clock that is behind clears what it cannot have known.
  const auto each_open = [&](const auto& take) {
    auto cleared = kNever;
    for (const auto& fact : known.facts) {
      if (fact.kind == FactKind::reset || (fact.kind == FactKind::success && allows(policy, fact)))
        cleared = std::max(cleared, fact.time);
      if (fact.kind == FactKind::failure && fact.time > cleared) take(fact.time);
    }
  };
  Failures out;
  each_open([&](base::Timestamp time) { out.last = std::max(out.last, time); });
  if (out.last == kNever || now >= half_hour_after(out.last)) return {};
  each_open([&](base::Timestamp time) { out.in_a_row += half_hour_after(time) > out.last ? 1 : 0; });
  return out;
}

bool is_of_session(const Question& question, const Fact& success) {
  if (!question.names_session) return true;
  return question.session && success.has_session && success.session == *question.session;
}

/// Calls `take` with each success that counts, newest first, until it says true.
template <class Take>
void each_success(const ingest::AccessPolicy& policy, const Known& known, const Question& question,
                  base::Timestamp now, const Take& take) {
  const auto ends = [](const Fact& fact) {
    return fact.kind == FactKind::reset || fact.kind == FactKind::removed || fact.kind == FactKind::blocked;
  };
  auto ended = kNever;
  for (const auto& fact : known.facts) {
    if (ends(fact)) ended = std::max(ended, fact.time);
  }
  for (const auto& fact : known.facts) {
    if (ends(fact)) return;
    if (fact.kind == FactKind::success && fact.time >= ended && now < half_hour_after(fact.time) &&
        allows(policy, fact) && is_of_session(question, fact) && take(fact))
      return;
  }
}

std::string time_or_null(const std::optional<base::Timestamp>& time) {
  return time ? fmt::format("\"{}\"", base::format_rfc3339(*time)) : std::string("null");
}

void append_factors(std::string& out, const Verdict& verdict, const ingest::AccessPolicy& policy) {
  const bool may_serve = verdict.outcome == Outcome::allowed || verdict.outcome == Outcome::step_up_required;
  if (!may_serve) return;
  for (const auto& factor : policy.factors()) {
    if (out.back() != '[') out += ',';
    base::append_json_string(out, factor);
  }
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::allowed:
      return "allowed";
    case Outcome::step_up_required:
      return "step_up_required";
    case Outcome::locked_out:
      return "locked_out";
    case Outcome::blocked:
      break;
  }
  return "blocked";
}

Verdict judge(const ingest::AccessPolicy& policy, const Known& known, const Question& question,
              base::Timestamp now, const ServesOnce& serves_once) {
  Verdict out;
  out.listed = policy.needs_step_up(question.action);
  const auto failures = count_failures(policy, known, now);
  out.failures = failures.in_a_row;
  if (failures.in_a_row >= policy.lockout_attempts()) out.locked_until = half_hour_after(failures.last);
  // The newest by time: what came late does not shorten what is good already.
  each_success(policy, known, question, now, [&](const Fact& success) {
    if (!out.success || success.time > out.success->time) out.success = success;
    return false;
  });
  if (out.success) {
    const base::Timestamp until{out.success->time.micros + policy.step_up_window_s() * 1'000'000};
    if (now < until) out.good_until = until;
  }
  if (known.blocked) {
    out.outcome = Outcome::blocked;
  } else if (out.locked_until) {
    out.outcome = Outcome::locked_out;
  } else if (!out.listed || out.good_until) {
    out.outcome = Outcome::allowed;
  } else {
    out.outcome = Outcome::step_up_required;
    if (policy.step_up_window_s() == 0 && serves_once) {
      each_success(policy, known, question, now, [&](const Fact& success) {
        if (!serves_once(success)) return false;
        out.used = success.seq;
        return true;
      });
    }
    if (out.used) out.outcome = Outcome::allowed;
  }
  return out;
}

std::string to_json(const Verdict& verdict, const ingest::AccessPolicy& policy, const Telling& telling) {
  std::string out;
  out.reserve(768);
  out.append(R"({"decision":")").append(to_string(verdict.outcome));
  out.append(R"(","step_up":{"needed":)");
  out.append(verdict.outcome == Outcome::step_up_required ? "true" : "false");
  out.append(R"(,"factors":[)");
  append_factors(out, verdict, policy);
  out.append(R"(]},"good_until":)").append(time_or_null(verdict.good_until));
  out.append(R"(,"last_success":)");
  if (verdict.success) {
    out.append(fmt::format(R"({{"time":"{}","factor":"{}","seq":{}}})",
                           base::format_rfc3339(verdict.success->time),
                           record::factors()[verdict.success->factor], verdict.success->seq));
  } else {
    out.append("null");
  }
  out.append(fmt::format(R"(,"window_s":{},"action":{{"name":)", policy.step_up_window_s()));
  base::append_json_string(out, telling.action);
  out.append(R"(,"listed":)").append(verdict.listed ? "true" : "false");
  out.append(R"(},"locked_out_until":)").append(time_or_null(verdict.locked_until));
  out.append(fmt::format(R"(,"failures":{},"policy":)", verdict.failures));
  base::append_json_string(out, telling.policy_tag);
  out.append(R"(,"as_of":{"log":)");
  base::append_json_string(out, telling.log);
  out.append(fmt::format(R"(,"size":{}}},"region":)", telling.size));
  base::append_json_string(out, telling.region);
  out.append("}");
  return out;
}

}  // namespace countersign::decisions
