#include "apps/daemon/streaming/stream_reader.h"

#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/recorded.h"
#include "reports/engine/catalogue.h"
#include "web/notify/finding_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;

constexpr std::uint64_t kPage = 256, kLookedAtMax = 8'192;
constexpr std::string_view kFindings = "finding.";

// RFC 5424, table 2.
constexpr int kCritical = 2, kWarning = 4, kNotice = 5, kInformational = 6;

int syslog_severity(siem::Severity severity) {
  switch (severity) {
    case siem::Severity::high:
      return kCritical;
    case siem::Severity::medium:
      return kWarning;
    case siem::Severity::low:
      return kNotice;
    case siem::Severity::informational:
      break;
  }
  return kInformational;
}

/// Whose finding a record is of.
std::string owner_of(const record::EventView& event) {
  const auto resource = event.text(record::kActionResource);
  return resource.substr(0, resource.find('/'));
}

siem::Finding finding_from(const notify::Notice& notice) {
  siem::Finding out;
  out.id = notice.finding;
  out.tenant = notice.tenant;
  out.control = notice.control;
  out.version = notice.version;
  out.item = notice.item;
  out.observed = notice.observed;
  out.note = notice.note;
  out.records = notice.records;
  if (const auto* known = reports::Catalogue::built_in().find(notice.control)) {
    out.title = known->title;
    out.severity = to_string(known->severity);
  }
  return out;
}

/// Whether a record is the one whose hash stands in the tree.
base::Result<void> check_hash(const store::LogHead& log, std::uint64_t seq, std::string_view record,
                              const base::Digest& hash) {
  if (record::record_hash(record) == hash) return {};
  return base::fail(Code::data_loss,
                    fmt::format("record {} of {} is not the one that was signed: see what countersign verify "
                                "says",
                                seq, log.name.text));
}

}  // namespace

/// How much more fits into a batch.
struct StreamReader::Room {
  std::size_t items, bytes;
  std::uint64_t looked_at = kLookedAtMax;
  bool full = false;
};

base::Result<StreamReader> StreamReader::open(const StreamSettings& settings,
                                              const std::filesystem::path& ledger) {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(ledger));
  TRY_ASSIGN(auto records, store::RecordById::open(ledger));
  return StreamReader(settings, std::move(reader), std::move(records));
}

base::Result<std::string> StreamReader::hash_before(const store::LogHead& log, std::uint64_t next) {
  if (next == 0) return std::string();
  std::vector<base::Digest> hashes;
  TRY(ledger_.read_hashes(log, next - 1, next, hashes));
  return base::to_hex(hashes.at(0).view());
}

base::Result<std::vector<StreamMove>> StreamReader::beginnings() {
  TRY_ASSIGN(const auto logs, ledger_.logs());
  std::vector<StreamMove> out;
  for (const auto& log : logs) {
    if (!settings_->looks_into(base::tenant_of(log.name).value())) continue;
    const auto next = settings_->from_beginning ? 0 : log.size;
    TRY_ASSIGN(auto hash, hash_before(log, next));
    out.push_back({log.name.text, {next, std::move(hash), 0}});
  }
  return out;
}

/// Whether a log still has the record that was sent last: an older copy that was restored may not.
base::Result<bool> StreamReader::is_ours(const store::LogHead& log, const StreamCursor& cursor) {
  if (cursor.next > log.size) return false;
  if (cursor.hash.empty()) return true;
  auto& checked = checked_[log.name.text];
  if (checked == cursor.next) return true;
  TRY_ASSIGN(const auto hash, hash_before(log, cursor.next));
  checked = cursor.next;
  return hash == cursor.hash;
}

base::Result<StreamBatch> StreamReader::next(const std::map<std::string, StreamCursor>& cursors,
                                             std::size_t items_max,
                                             const std::function<bool(const std::string&)>& looks_at) {
  TRY_ASSIGN(auto logs, ledger_.logs());
  std::erase_if(logs,
                [&](const auto& log) { return !settings_->looks_into(base::tenant_of(log.name).value()); });
  if (!logs.empty())
    std::ranges::rotate(logs, logs.begin() + static_cast<std::ptrdiff_t>(turn_ % logs.size()));
  StreamBatch out;
  Room room{items_max, settings_->batch_bytes};
  for (const auto& log : logs) {
    if (!looks_at(log.name.text)) continue;
    const auto found = cursors.find(log.name.text);
    auto cursor = found == cursors.end() ? StreamCursor() : found->second;
    auto ours = is_ours(log, cursor);
    if (!ours && ours.error().code != Code::data_loss) return base::fail(ours.error());
    if (ours && !*ours) {
      out.rolled_back.push_back(log.name.text);
      continue;
    }
    if (ours && cursor.next >= log.size) out.sound.push_back(log.name.text);
    if (room.full || cursor.next >= log.size) continue;
    // What is wrong with one log holds up no other.
    const auto taken =
        ours ? take_from(log, std::move(cursor), room, out) : base::Result<void>(base::fail(ours.error()));
    if (taken) continue;
    if (taken.error().code != Code::data_loss) return base::fail(taken.error());
    out.faults.push_back({log.name.text, taken.error().message});
  }
  return out;
}

base::Result<void> StreamReader::take_from(const store::LogHead& log, StreamCursor cursor, Room& room,
                                           StreamBatch& out) {
  TRY_ASSIGN(const auto checkpoint, ledger_.newest_checkpoint(log));
  if (!checkpoint || checkpoint->size <= cursor.next) {
    out.sound.push_back(log.name.text);
    return {};
  }
  TRY(tree_.check(ledger_, log, *checkpoint));
  const auto end = std::min(checkpoint->size, log.size), began = cursor.next;
  base::Result<void> done;
  while (done && !room.full && cursor.next < end && room.looked_at > 0) {
    const auto until = std::min({end, cursor.next + kPage, cursor.next + room.looked_at});
    const auto page = until - cursor.next;
    done = take_page(log, until, cursor, room, out);
    room.looked_at -= page;
  }
  if (cursor.next > began) {
    checked_[log.name.text] = cursor.next;
    if (done) out.sound.push_back(log.name.text);
    out.moves.push_back({log.name.text, std::move(cursor)});
  }
  return done;
}

base::Result<void> StreamReader::take_page(const store::LogHead& log, std::uint64_t until,
                                           StreamCursor& cursor, Room& room, StreamBatch& out) {
  const auto begin = cursor.next;
  std::vector<base::Digest> hashes;
  TRY(tree_.read_hashes(ledger_, log, begin, until, hashes));
  const auto pass = [&](std::uint64_t seq) {
    cursor.next = seq + 1;
    cursor.hash = base::to_hex(hashes.at(seq - begin).view());
  };
  const auto visit = [&](base::Seq at, std::string_view record) -> base::Result<void> {
    if (room.full) return {};
    const auto seq = base::index_of(at);
    TRY(check_hash(log, seq, record, hashes.at(seq - begin)));
    auto made = item_of(log, record);
    if (!made && made.error().code != Code::data_loss) return base::fail(made.error());
    if (!made)
      out.unreadable.push_back({base::to_hex(hashes.at(seq - begin).view()),
                                {log.name.text, seq, made.error().message, {}, false}});
    auto item = made ? std::move(*made) : std::optional<senders::Item>();
    if (item && item->text.size() > room.bytes && !out.items.empty()) {
      room.full = true;
      return {};
    }
    pass(seq);
    if (!item) return {};
    room.bytes -= std::min(room.bytes, item->text.size());
    room.items -= 1;
    room.full = room.items == 0;
    out.items.push_back(std::move(*item));
    return {};
  };
  const auto retired = [&](base::Seq at) -> base::Result<void> {
    if (room.full) return {};
    out.retired += 1;
    pass(base::index_of(at));
    return {};
  };
  return ledger_.read(log, begin, until, visit, retired);
}

base::Result<StreamBacklog> StreamReader::backlog(const std::map<std::string, StreamCursor>& cursors) {
  TRY_ASSIGN(const auto logs, ledger_.logs());
  StreamBacklog out;
  for (const auto& log : logs) {
    if (!settings_->looks_into(base::tenant_of(log.name).value())) continue;
    const auto found = cursors.find(log.name.text);
    auto next = found == cursors.end() ? 0 : found->second.next;
    if (next > log.size) next = 0;
    if (next == log.size) continue;
    out.records += log.size - next;
    auto& first = firsts_[log.name.text];
    if (!first.received || first.seq != next) {
      TRY_ASSIGN(auto received, first_received(log, next));
      first = {next, received};
    }
    if (first.received && (!out.oldest || *first.received < *out.oldest)) out.oldest = first.received;
  }
  return out;
}

/// When the first record from `next` on was received that is there and reads; of a log that has none the
/// last.
base::Result<std::optional<base::Timestamp>> StreamReader::first_received(const store::LogHead& log,
                                                                          std::uint64_t next) {
  std::optional<base::Timestamp> out;
  const auto visit = [&](base::Seq, std::string_view record) -> base::Result<void> {
    const auto view = record::read_record(record);
    if (!view) return {};
    out = view->received;
    return base::fail(Code::aborted, "found");
  };
  const auto read = ledger_.read(log, next, std::min(log.size, next + kLookedAtMax), visit);
  if (out) return out;
  if (!read && read.error().code != Code::data_loss) return base::fail(read.error());
  auto last = ledger_.last_received(log);
  if (!last && last.error().code != Code::data_loss) return base::fail(last.error());
  return last ? std::optional(*last) : std::nullopt;
}

base::Result<std::optional<senders::Item>> StreamReader::item_of(const store::LogHead& log,
                                                                 std::string_view record) {
  TRY_ASSIGN(auto entry, siem::read_entry(record));
  const auto type = entry.event.plain(record::kType);
  const bool of_finding = entry.tenant == base::kSystemTenant && type.starts_with(kFindings);
  const bool wanted = settings_->takes_records_of(entry.tenant) ||
                      (of_finding && settings_->takes_findings_of(owner_of(entry.event)));
  if (!wanted || !settings_->takes_type(type)) return std::optional<senders::Item>();
  if (of_finding) {
    TRY_ASSIGN(auto finding, finding_of(log, entry.event));
    TRY_ASSIGN(entry, siem::read_entry(record, std::move(finding)));
  }
  senders::Item out;
  out.id = entry.uid;
  out.log = entry.view.log;
  out.seq = base::index_of(entry.view.seq);
  out.type = type;
  out.time = entry.occurred;
  out.severity = syslog_severity(entry.meaning.severity);
  out.text = to_text(*settings_, entry);
  return std::optional(std::move(out));
}

base::Result<std::optional<siem::Finding>> StreamReader::finding_of(const store::LogHead& system,
                                                                    const record::EventView& event) {
  auto notice = notify::read_notice(event);
  // What is told of no finding that can be named is told all the same, as the record has it.
  if (!notice || event.plain(record::kType) == "finding.undelivered") return std::optional<siem::Finding>();
  if (notice->control.empty()) {
    TRY_ASSIGN(const auto opened, records_.find(system, store::kApplianceSource,
                                                notify::opened_id(notice->tenant, notice->finding)));
    if (opened) {
      TRY_ASSIGN(const auto view, record::read_record(*opened));
      TRY_ASSIGN(const auto opening, record::read_event(view.event));
      notify::add_found(opening, *notice);
    }
  }
  auto out = finding_from(*notice);
  const auto& identity = ledger_.identity();
  out.log = base::log_name(identity.origin, identity.region, base::TenantId(notice->tenant)).text;
  return std::optional(std::move(out));
}

base::Result<FoundAgain> StreamReader::item(const std::string& log, std::uint64_t seq) {
  constexpr std::string_view kGone = "the record is no longer kept";
  auto head = ledger_.log(base::tenant_of({log}));
  if (!head && head.error().code == Code::not_found) return FoundAgain{{}, kGone};
  if (!head) return base::fail(head.error());
  const auto record = ledger_.record(*head, base::seq_at(seq));
  if (!record && record.error().code == Code::not_found) return FoundAgain{{}, kGone};
  if (!record) return base::fail(record.error());
  std::vector<base::Digest> hashes;
  TRY_ASSIGN(const auto checkpoint, ledger_.newest_checkpoint(*head));
  if (checkpoint) TRY(tree_.check(ledger_, *head, *checkpoint));
  TRY(tree_.read_hashes(ledger_, *head, seq, seq + 1, hashes));
  TRY(check_hash(*head, seq, *record, hashes.at(0)));
  TRY_ASSIGN(auto item, item_of(*head, *record));
  if (!item) return FoundAgain{{}, "the settings of the stream no longer take it"};
  return FoundAgain{std::move(item)};
}

}  // namespace countersign::apps
