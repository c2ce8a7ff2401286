#include "apps/daemon/streaming/streamer.h"
#include "apps/system_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::MetricType;
using senders::BatchOutcome;
using Kind = senders::BatchOutcome::Kind;

constexpr std::int64_t kSecondUs = 1'000'000;
// So often a batch may fail before it is asked whether it is the batch or the destination.
constexpr unsigned kFailuresMost = 3;
constexpr std::int64_t kAskedAgain_s = 60;
// Where so many single events are refused one after the other, it is not they that are wrong.
constexpr unsigned kRefusalsMost = 20;
constexpr std::size_t kReasonBytesMax = 200;

bool is_about_streams(std::string_view type) { return type.starts_with("stream."); }

}  // namespace

base::Result<Streamer::Done> Streamer::send_next(Part& part) {
  if (part.suspect) {
    TRY_ASSIGN(const auto judged, judge(part));
    if (judged == Done::not_now) return judged;
  }
  TRY_ASSIGN(const auto cursors, part.book->cursors(options_.settings.name));
  const auto asked = log_to_ask(part);
  TRY_ASSIGN(auto batch,
             part.reader->next(cursors, asked.empty() ? part.size.next() : 1, [&](const std::string& log) {
               return asked.empty() ? !part.waiting.contains(log) : log == asked;
             }));
  note_faults(part, batch);
  if (!batch.rolled_back.empty()) {
    TRY(begin_anew(part, batch.rolled_back));
    return Done::something;
  }
  if (batch.items.empty()) {
    if (part.waiting.erase(asked) > 0 && batch.moves.empty()) return Done::something;
    if (batch.moves.empty()) return Done::nothing;
    TRY(settle(part, std::move(batch), {}));
    return Done::something;
  }
  const auto given_up = std::exchange(part.given_up, {});
  if (batch.items.size() == 1 && batch.items.front().id == given_up) {
    TRY(settle(part, std::move(batch), {Kind::taken, part.given_up_why, 0, {0}}));
    return Done::something;
  }
  auto outcome = attempt(batch.items);
  switch (outcome.kind) {
    case Kind::stopped:
      return Done::not_now;
    case Kind::failed:
      if (asked.empty()) {
        suspect(part, batch, outcome);
        return failed(part, outcome);
      }
      have_wait(part, asked, part.waiting.at(asked).why);
      if (!outcome.about_content) return failed(part, outcome);
      metric("failed_total", "", MetricType::counter).add();
      return Done::something;
    case Kind::refused:
      return refused(part, std::move(batch), outcome.why);
    case Kind::taken:
      break;
  }
  TRY(settle(part, std::move(batch), std::move(outcome)));
  return Done::something;
}

BatchOutcome Streamer::attempt(std::span<const senders::Item> items) {
  auto out = options_.send(items, [this] { return stopping_.load(); });
  // Who takes nothing of many does not refuse this and that: it is asked for one before all are parked.
  if (out.kind == Kind::taken && out.refused.size() == items.size() && items.size() > 1)
    out.kind = Kind::refused;
  return out;
}

Streamer::Done Streamer::failed(Part& part, const BatchOutcome& outcome) {
  metric("failed_total", "", MetricType::counter).add();
  failures_ += 1;
  hold(outcome.wait_s);
  if (outcome.why != told_) note(part, outcome.why);
  tell(outcome.why);
  return Done::not_now;
}

/// What failed often, for what it says, is sent once more after something else was, and is held to be wrong
/// where that was taken and it fails again. Of another failure no event is guilty.
void Streamer::suspect(Part& part, const StreamBatch& batch, const BatchOutcome& outcome) {
  const auto& first = batch.items.front();
  const bool vouched = std::exchange(part.vouched, {}) == first.id;
  part.failures += 1;
  if (!outcome.about_content) {
    part.size.unclear();
    // A slow line may take fewer in its time.
    if (part.failures >= kFailuresMost && outcome.wait_s == 0) part.size.halve(batch.items.size());
  } else if (vouched && part.size.failed_alone(batch.items.size(), first.id)) {
    part.given_up = first.id;
    part.given_up_why = outcome.why + ", each time, and took another event of its log meanwhile";
  } else if (part.failures >= kFailuresMost || part.size.is_searching()) {
    part.suspect = Suspect{batch.items.size(), first.log, first.id, first.seq, outcome.why};
  }
}

/// Something else is sent alone, to see whether the destination takes that. What failed has its turn after a
/// pause: who lets through so many a second must not tell them apart.
base::Result<Streamer::Done> Streamer::judge(Part& part) {
  const auto of = *std::exchange(part.suspect, std::nullopt);
  TRY_ASSIGN(const auto other, taken_before(part, of.first_log));
  if (!other) {
    // It cannot be known: what stands before the one goes out with half of the batch, and vouches. Where it
    // is the first of its log the other logs go on.
    part.size.stop_searching();
    part.size.halve(of.items);
    if (of.items > 1) return Done::something;
    const auto why = fmt::format("{} waits at record {}: {}, and nothing of the log was taken before",
                                 of.first_log, of.first_seq, of.why);
    have_wait(part, of.first_log, why);
    options_.log(why);
    note(part, why);
    return Done::something;
  }
  const auto outcome = attempt({&*other, 1});
  if (outcome.kind == Kind::stopped) return Done::not_now;
  if (outcome.kind != Kind::taken || !outcome.refused.empty()) {
    part.size.unclear();
    return outcome.kind == Kind::failed ? failed(part, outcome) : Done::something;
  }
  failures_ = refusals_ = 0;
  part.vouched = of.first_id;
  hold(0);
  return Done::not_now;
}

/// A log that has waited long enough; not while an event is looked for in others.
std::string Streamer::log_to_ask(const Part& part) const {
  if (part.size.is_searching() || !part.vouched.empty()) return {};
  const auto now = pace_();
  for (const auto& [log, one] : part.waiting)
    if (one.until <= now) return log;
  return {};
}

void Streamer::have_wait(Part& part, const std::string& log, const std::string& why) {
  part.waiting[log] = {{pace_().micros + kAskedAgain_s * kSecondUs}, why};
}

/// What the destination took last of a log: it has it, so it cannot be that which is wrong, and comes under
/// the id that it came with. Nothing where it took nothing of it, or the record is no longer there.
base::Result<std::optional<senders::Item>> Streamer::taken_before(Part& part, const std::string& log) {
  TRY_ASSIGN(const auto cursors, part.book->cursors(options_.settings.name));
  const auto cursor = cursors.find(log);
  if (cursor == cursors.end() || !cursor->second.taken) return std::optional<senders::Item>();
  auto found = part.reader->item(log, *cursor->second.taken);
  if (!found && found.error().code == Code::data_loss) return std::optional<senders::Item>();
  if (!found) return base::fail(found.error());
  return std::move(found->item);
}

/// Halves a batch until what is refused is a single event.
base::Result<Streamer::Done> Streamer::refused(Part& part, StreamBatch batch, const std::string& why) {
  if (batch.items.size() > 1) {
    part.size.halve(batch.items.size());
    return Done::something;
  }
  TRY(settle(part, std::move(batch), {Kind::taken, why, 0, {0}}));
  return Done::something;
}

base::Result<void> Streamer::settle(Part& part, StreamBatch batch, BatchOutcome outcome) {
  for (auto& item : batch.items) item.text.clear();
  part.sent = Sent{std::move(batch), std::move(outcome)};
  return write_down(part);
}

/// Writes down what came of a batch. Where that fails it is done again, and the batch is not sent again.
base::Result<void> Streamer::write_down(Part& part) {
  const auto& batch = part.sent->batch;
  const auto& outcome = part.sent->outcome;
  const auto now = options_.clock();
  StreamStep step;
  step.moves = batch.moves;
  for (const auto& one : step.moves) part.waiting.erase(one.log);
  auto move = step.moves.begin();
  for (const auto& one : batch.unreadable) {
    step.parked.push_back(one.parked);
    step.parked.back().time = now;
    TRY(tell_refused(part, step.parked.back(), one.id, {}));
  }
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const auto& item = batch.items[i];
    if (std::ranges::find(outcome.refused, i) == outcome.refused.end()) {
      step.taken.push_back({item.log, item.seq});
      if (move->log != item.log) move = std::ranges::find(step.moves, item.log, &StreamMove::log);
      move->to.taken = item.seq;
      continue;
    }
    step.parked.push_back({item.log, item.seq, outcome.why, now, false});
    TRY(tell_refused(part, step.parked.back(), item.id, item.type));
  }
  const auto taken = step.taken.size();
  if (part.parked == 0) step.taken.clear();
  if (taken > 0) step.taken_at = now;
  if (!part.waiting.empty()) step.error = part.waiting.begin()->second.why;
  if (!part.faults.empty()) step.error = part.faults.begin()->second;
  TRY(part.book->advance(options_.settings.name, step));
  metric("retired_total", "", MetricType::counter).add(static_cast<std::int64_t>(batch.retired));
  metric("refused_total", "", MetricType::counter).add(static_cast<std::int64_t>(step.parked.size()));
  metric("sent_total", "", MetricType::counter).add(static_cast<std::int64_t>(taken));
  part.parked += static_cast<std::int64_t>(step.parked.size());
  part.failures = 0;
  part.vouched.clear();
  if (taken > 0 || part.size.is_searching()) part.size.dealt_with(batch.items.size());
  // While one event is looked for, what is next stays the same.
  if (!batch.items.empty() && !part.size.is_searching()) part.reader->turn();
  const bool all_refused = taken == 0 && !outcome.refused.empty();
  const auto why = outcome.why;
  part.sent.reset();
  if (taken > 0) {
    metric("last_success", "", MetricType::gauge).set(now.micros / kSecondUs);
    failures_ = refusals_ = 0;
    tell("");
  } else if (all_refused && ++refusals_ > kRefusalsMost) {
    failures_ += 1;
    hold(0);
    tell(fmt::format("it refuses every event ({}); they are parked slowly until it takes one", why));
  }
  return {};
}

/// Of records about streams nothing is recorded: it would be refused in its turn.
base::Result<void> Streamer::tell_refused(const Part& part, const ParkedRecord& record, const std::string& id,
                                          std::string_view type) {
  const auto& name = options_.settings.name;
  if (is_about_streams(type)) return {};
  auto event =
      system_event(fmt::format("stream.refused.{}.{}", name, id), "stream.refused", options_.clock());
  event["action"] = {{"name", "stream send"},
                     {"resource", name},
                     {"context", fmt::format("log={} seq={} type={}", record.log, record.seq,
                                             type.empty() ? "unreadable" : type)}};
  event["outcome"] = {{"reason", record.why.substr(0, kReasonBytesMax)}};
  return options_.record(part.files, event);
}

base::Result<void> Streamer::begin_anew(Part& part, const std::vector<std::string>& logs) {
  const auto& name = options_.settings.name;
  for (const auto& log : logs) {
    TRY(options_.record(
        part.files,
        system_event_now(
            "stream.rewound",
            {{"action",
              {{"name", "stream rewind"}, {"resource", name}, {"context", fmt::format("log={} seq=0", log)}}},
             {"outcome",
              {{"reason",
                "the log is not the one that was sent: an older copy "
                "was restored"}}}})));
    TRY(part.book->rewind(name, log, 0));
    options_.log(
        fmt::format("{} is not the log that was sent, an older copy was restored: it is sent from its "
                    "first record on",
                    log));
  }
  return {};
}

/// What was refused, and was ordered to be sent again.
base::Result<Streamer::Done> Streamer::send_again(Part& part) {
  const auto& name = options_.settings.name;
  TRY_ASSIGN(auto first, part.book->ordered(name));
  if (!first) return Done::nothing;
  const auto park_again = [&](const std::string& why) -> base::Result<Done> {
    first->why = why;
    first->time = options_.clock();
    TRY(part.book->park_again(name, *first));
    return Done::something;
  };
  const auto found = part.reader->item(first->log, first->seq);
  if (!found && found.error().code == Code::data_loss) return park_again(found.error().message);
  if (!found) return base::fail(found.error());
  if (!found->item) {
    TRY(options_.record(
        part.files, system_event_now("stream.dropped",
                                     {{"action",
                                       {{"name", "stream send"},
                                        {"resource", name},
                                        {"context", fmt::format("log={} seq={}", first->log, first->seq)}}},
                                      {"outcome", {{"reason", found->gone}}}})));
    TRY(part.book->unpark(name, *first));
    return Done::something;
  }
  const auto outcome = attempt({&*found->item, 1});
  if (outcome.kind == Kind::stopped) return Done::not_now;
  if (outcome.kind == Kind::failed) {
    if (!outcome.about_content) return failed(part, outcome);
    // One that always fails must not hold up the others; it is parked already.
    TRY_ASSIGN(const auto other, taken_before(part, first->log));
    const auto vouched = other ? attempt({&*other, 1}) : BatchOutcome();
    if (vouched.kind == Kind::stopped) return Done::not_now;
    if (vouched.kind != Kind::taken || !vouched.refused.empty()) return failed(part, outcome);
    return park_again(outcome.why);
  }
  if (outcome.kind == Kind::refused || !outcome.refused.empty()) return park_again(outcome.why);
  TRY(part.book->unpark(name, *first));
  metric("sent_total", "", MetricType::counter).add();
  return Done::something;
}

}  // namespace countersign::apps
