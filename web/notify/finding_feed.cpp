#include "web/notify/finding_feed.h"

#include "ledger/base/file.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/recorded.h"
#include "web/notify/finding_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::notify {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kRecordsAtOnce = 2'000;
constexpr std::uint64_t kUnsavedMax = 1'000;  ///< records without a finding, read again after a crash
constexpr std::uint64_t kFileBytesMax = 64;

base::Result<std::uint64_t> read_position(const std::filesystem::path& file) {
  TRY_ASSIGN(auto text, base::read_file(file, kFileBytesMax));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Code::data_loss,
                fmt::format("{} must hold a number, up to where findings were told of; without the file "
                            "telling goes on with the next finding",
                            file.string()));
  return out;
}

}  // namespace

base::Result<FindingFeed> FindingFeed::open(Options options) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(options.ledger_file));
  TRY_ASSIGN(auto records, store::RecordById::open(options.ledger_file));
  TRY(base::make_folders_durably(options.deliveries.folder));
  FindingFeed feed(std::move(options), std::move(ledger), std::move(records));
  TRY(feed.begin());
  return feed;
}

void FindingFeed::forget(const DeliveryFolder& deliveries) {
  std::error_code ignored;
  std::filesystem::remove(deliveries.position(), ignored);
}

base::Result<store::LogHead> FindingFeed::system_log() {
  const base::TenantId system{std::string(base::kSystemTenant)};
  auto log = ledger_.log(system);
  if (!log && log.error().code == Code::not_found)
    return store::LogHead{-1, base::log_name(ledger_.identity().origin, ledger_.identity().region, system),
                          0};
  return log;
}

base::Result<void> FindingFeed::begin() {
  TRY_ASSIGN(const auto log, system_log());
  const auto position = read_position(options_.deliveries.position());
  if (!position && position.error().code != Code::not_found) return fail(position.error());
  if (position && *position <= log.size) {
    next_ = saved_ = *position;
    return {};
  }
  next_ = log.size;
  saved_ = next_ + 1;
  return save();
}

base::Result<void> FindingFeed::save() {
  if (saved_ == next_) return {};
  TRY(base::write_file_durably(options_.deliveries.position(), fmt::format("{}\n", next_),
                               base::FileMode::secret));
  saved_ = next_;
  return {};
}

base::Result<bool> FindingFeed::step(const Take& take) {
  TRY_ASSIGN(const auto log, system_log());
  const auto end = std::min(log.size, next_ + kRecordsAtOnce);
  if (next_ >= end) return false;
  bool told = false;
  std::optional<Held> held;
  const auto visit = [&](base::Seq seq, std::string_view record) -> base::Result<void> {
    const auto index = base::index_of(seq);
    TRY_ASSIGN(auto notice, notice_of(log, index, record));
    if (notice && held && add_to(held->notice, *notice)) {
      held->last = index;
    } else if (notice) {
      TRY(hand_over(held, log, take));
      held = Held{std::move(*notice), index};
      told = true;
    }
    if (!held) next_ = index + 1;
    return {};
  };
  TRY(ledger_.read(log, next_, end, visit));
  TRY(hand_over(held, log, take));
  next_ = std::max(next_, end);  // what was retired is passed over
  if (told || next_ - saved_ >= kUnsavedMax) TRY(save());
  return end < log.size;
}

/// Named by the last record: where a crash has part of it handed over again, with more, that is another
/// notice.
base::Result<void> FindingFeed::hand_over(std::optional<Held>& held, const store::LogHead& log,
                                          const Take& take) {
  if (!held) return {};
  if (held->notice.answer && options_.complete_answer) options_.complete_answer(held->notice);
  TRY(take(held->notice, log.name.text, held->last));
  next_ = held->last + 1;
  held.reset();
  return {};
}

base::Result<std::optional<Notice>> FindingFeed::notice_of(const store::LogHead& log, std::uint64_t seq,
                                                           std::string_view record) {
  TRY_ASSIGN(const auto view, record::read_record(record));
  TRY_ASSIGN(const auto event, record::read_event(view.event));
  const auto type = event.plain(record::kType);
  const bool reminds = is_reminder(type), procures = is_of_procurement(type);
  if (!reminds && !procures && !is_told(type)) return std::optional<Notice>();
  auto notice = reminds ? read_reminder(event) : procures ? read_procurement(event) : read_notice(event);
  if (!notice) {
    options_.log(
        fmt::format("record {} of {} is told to nobody: {}", seq, log.name.text, notice.error().message));
    return std::optional<Notice>();
  }
  TRY(complete(log, *notice));
  return std::optional(std::move(*notice));
}

/// Adds what the record does not say: where the finding is, what was found, and of what kind it is.
base::Result<void> FindingFeed::complete(const store::LogHead& log, Notice& notice) {
  const auto& identity = ledger_.identity();
  notice.region = identity.region.value();
  const auto owner = notice.answer ? std::string(base::kSystemTenant) : notice.tenant;
  notice.log = base::log_name(identity.origin, identity.region, base::TenantId(owner)).text;
  if (notice.document || notice.answer || !notice.request.empty()) return {};
  if (notice.control.empty()) {
    TRY_ASSIGN(const auto opened,
               records_.find(log, store::kApplianceSource, opened_id(notice.tenant, notice.finding)));
    if (opened) {
      TRY_ASSIGN(const auto view, record::read_record(*opened));
      TRY_ASSIGN(const auto event, record::read_event(view.event));
      add_found(event, notice);
    }
  }
  if (const auto facts = options_.find_control(notice.control)) {
    notice.title = facts->title;
    notice.severity = facts->severity;
  }
  return {};
}

}  // namespace countersign::notify
