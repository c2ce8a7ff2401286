#include "apps/daemon/service/supervision.h"

#include "ledger/base/time.h"
#include "ledger/store/log_book.h"
#include "ledger/store/publisher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace countersign::apps {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPauseMost{10};
constexpr seconds kSilence{30};
/// A line that people read in a terminal.
constexpr std::size_t kStatusBytesMax = 400;

std::int64_t number(const char* text) {
  std::int64_t value = 0;
  const std::string_view all = text == nullptr ? "" : text;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), value);
  return error == std::errc() && end == all.data() + all.size() && value > 0 ? value : 0;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

base::Result<Supervision> Supervision::open(const Environment& environment, int self) {
  TRY_ASSIGN(auto socket, NotifySocket::open(environment("NOTIFY_SOCKET")));
  const char* pid = environment("WATCHDOG_PID");
  const bool ours = pid == nullptr || number(pid) == self;
  return Supervision(std::move(socket), microseconds(ours ? number(environment("WATCHDOG_USEC")) : 0));
}

Supervision::Supervision(NotifySocket socket, microseconds allowed)
    : socket_(std::move(socket)),
      allowed_(allowed),
      pause_(allowed.count() == 0 ? Steady::duration(kPauseMost)
                                  : std::min<Steady::duration>(kPauseMost, allowed / 4)) {}

void Supervision::send(std::string_view lines) { sent_ = socket_.send(lines); }

void Supervision::ready(std::vector<Ledger> ledgers, Steady::time_point now) {
  for (auto& ledger : ledgers) asked_.push_back({std::move(ledger), nullptr});
  told_ = "Serving";
  send(fmt::format("READY=1\nSTATUS={}\n", told_));
  ask(now);
}

void Supervision::reloading(Steady::time_point now) {
  const auto micros = std::chrono::duration_cast<microseconds>(now.time_since_epoch()).count();
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", micros));
}

void Supervision::reloaded() { send("READY=1\n"); }

void Supervision::stopping() {
  send("STOPPING=1\nSTATUS=Stopping: answers requests in flight and writes what waits\n");
}

void Supervision::failed(const std::string& why) {
  std::string line = why.substr(0, kStatusBytesMax);
  std::replace(line.begin(), line.end(), '\n', ' ');
  send(fmt::format("STATUS=Not started: {}\n", line));
}

void Supervision::ask(Steady::time_point now) {
  asked_at_ = now;
  answered_ = false;
  for (auto& one : asked_) {
    one.sign = std::make_shared<Sign>();
    // A ledger that takes no more work is stopping, or has failed: it gives no sign.
    static_cast<void>(one.ledger.add_work(
        [sign = one.sign](store::LedgerThread& here) -> base::Result<std::optional<std::int64_t>> {
          sign->logs = here.book.logs().size();
          sign->newest_checkpoint = here.publisher.newest_time();
          sign->given = true;
          return std::optional<std::int64_t>();
        }));
  }
}

bool Supervision::all_have_answered() const {
  return std::all_of(asked_.begin(), asked_.end(), [](const auto& one) { return one.sign->given.load(); });
}

std::string Supervision::status(const std::vector<std::string>& wrong) const {
  auto line = fmt::format("Serving {} in {}", counted(logs_, "log"), counted(asked_.size(), "region"));
  if (newest_checkpoint_ > 0)
    line += ", newest checkpoint of " + base::format_rfc3339({newest_checkpoint_ * 1'000'000}).substr(0, 19) +
            "Z";
  if (!wrong.empty()) line += fmt::format("; but {}", fmt::join(wrong, "; "));
  if (line.size() > kStatusBytesMax) line = line.substr(0, kStatusBytesMax) + " …";
  return line;
}

void Supervision::look(const std::vector<std::string>& wrong, Steady::time_point now) {
  std::string lines;
  if (!answered_ && all_have_answered()) {
    answered_ = true;
    logs_ = 0;
    newest_checkpoint_ = 0;
    for (const auto& one : asked_) {
      logs_ += one.sign->logs;
      newest_checkpoint_ = std::max(newest_checkpoint_, one.sign->newest_checkpoint);
    }
    if (allowed_.count() > 0) lines = "WATCHDOG=1\n";
  }
  if (auto line = status(wrong); logs_ > 0 && line != told_) {
    told_ = std::move(line);
    lines += fmt::format("STATUS={}\n", told_);
  }
  if (!lines.empty()) send(lines);
  if (answered_ && now - asked_at_ >= pause_) ask(now);
}

base::Result<void> Supervision::check(Steady::time_point now) const {
  if (answered_ || now - asked_at_ < kSilence) return {};
  const auto late =
      std::find_if(asked_.begin(), asked_.end(), [](const auto& one) { return !one.sign->given; });
  if (late == asked_.end()) return {};
  return base::fail(base::Code::unavailable,
                    fmt::format("the region {} has written nothing for {} s: its disk hangs, or is very slow",
                                late->ledger.region, kSilence.count()));
}

}  // namespace countersign::apps
