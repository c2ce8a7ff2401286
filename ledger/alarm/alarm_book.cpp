#include "ledger/alarm/alarm_book.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/tree/note.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace countersign::alarm {
namespace {

using base::Code;
using base::fail;
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kIdSize = 16;
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr const char *kAlarmFile = "alarm.json", *kOursFile = "ours.checkpoint",
                     *kTheirsFile = "theirs.checkpoint", *kAcknowledgedFile = "acknowledged.json";

bool is_id(std::string_view text) {
  return text.size() == kIdSize && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

/// What is stated, without signatures: these may be made anew for the same statement.
std::string_view statement_of(std::string_view note) { return note.substr(0, note.rfind("\n\n")); }

/// The same for whatever shows the same; `again`: one for where something else stands under that.
std::string id_of(const Alarm& alarm, int again) {
  crypto::Sha256 hash;
  const auto shown = alarm.theirs.empty() ? std::string_view(alarm.what) : statement_of(alarm.theirs);
  for (const auto part :
       {to_string(alarm.kind), std::string_view(alarm.origin), std::string_view(alarm.from)})
    hash.update(part).update(std::uint8_t{0});
  for (; again > 0; --again) hash.update(std::uint8_t{0});
  return base::to_hex(hash.update(shown).finish().view()).substr(0, kIdSize);
}

std::string alarm_json(const Alarm& alarm) {
  return base::to_indented(json::object{{"time", base::format_rfc3339(alarm.time)},
                                        {"kind", to_string(alarm.kind)},
                                        {"origin", alarm.origin},
                                        {"from", alarm.from},
                                        {"what", alarm.what}});
}

base::Result<json::object> read_object(const fs::path& file) {
  TRY_ASSIGN(const auto text, base::read_file(file, tree::kNoteBytesMax));
  auto parsed = base::parse_json(text, {});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, fmt::format("{} is not the file that was written", file.string()));
  return std::move(parsed->value.get_object());
}

base::Result<std::string> text_member(const json::object& object, const char* name, const fs::path& file) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string())
    return fail(Code::data_loss, fmt::format("{} lacks the member {}", file.string(), name));
  return std::string(value->get_string());
}

base::Result<base::Timestamp> time_member(const json::object& object, const fs::path& file) {
  TRY_ASSIGN(const auto text, text_member(object, "time", file));
  const auto time = base::parse_canonical_time(text);
  if (!time) return fail(Code::data_loss, fmt::format("{}: its time cannot be read", file.string()));
  return *time;
}

/// Empty where there is no such file.
base::Result<std::string> read_note(const fs::path& file) {
  auto note = base::read_file(file, tree::kNoteBytesMax);
  if (!note && note.error().code == Code::not_found) return std::string();
  return note;
}

base::Result<std::optional<Acknowledgement>> read_acknowledgement(const fs::path& file) {
  const auto read = read_object(file);
  if (!read && read.error().code == Code::not_found) return std::optional<Acknowledgement>();
  if (!read) return fail(read.error());
  Acknowledgement out;
  TRY_ASSIGN(out.time, time_member(*read, file));
  TRY_ASSIGN(out.by, text_member(*read, "by", file));
  TRY_ASSIGN(out.reason, text_member(*read, "reason", file));
  return std::optional(std::move(out));
}

base::Result<KeptAlarm> read_alarm(const fs::path& folder) {
  const auto file = folder / kAlarmFile;
  TRY_ASSIGN(const auto read, read_object(file));
  KeptAlarm out;
  out.id = folder.filename().string();
  TRY_ASSIGN(out.alarm.time, time_member(read, file));
  TRY_ASSIGN(const auto kind, text_member(read, "kind", file));
  if (kind != to_string(Kind::split_view) && kind != to_string(Kind::rollback))
    return fail(Code::data_loss, fmt::format("{}: its kind is not known", file.string()));
  out.alarm.kind = kind == to_string(Kind::rollback) ? Kind::rollback : Kind::split_view;
  TRY_ASSIGN(out.alarm.origin, text_member(read, "origin", file));
  TRY_ASSIGN(out.alarm.from, text_member(read, "from", file));
  TRY_ASSIGN(out.alarm.what, text_member(read, "what", file));
  TRY_ASSIGN(out.alarm.ours, read_note(folder / kOursFile));
  TRY_ASSIGN(out.alarm.theirs, read_note(folder / kTheirsFile));
  TRY_ASSIGN(out.acknowledged, read_acknowledgement(folder / kAcknowledgedFile));
  return out;
}

/// Whether `known` stands open for the same contradiction and proves as much as `fresh`.
bool covers(const KeptAlarm& known, const Alarm& fresh) {
  const auto& alarm = known.alarm;
  return !known.acknowledged && alarm.kind == fresh.kind && alarm.origin == fresh.origin &&
         alarm.from == fresh.from && (!alarm.theirs.empty() || fresh.theirs.empty());
}

}  // namespace

std::string_view to_string(Kind kind) { return kind == Kind::rollback ? "rollback" : "split_view"; }

base::Result<std::optional<std::string>> AlarmBook::raise(const Alarm& alarm) const {
  TRY(base::make_folders_durably(folder_));
  TRY_ASSIGN(const auto lock, base::wait_for_lock(folder_ / ".lock", base::FileLock::alone));
  TRY_ASSIGN(const auto known, list());
  if (std::ranges::any_of(known.alarms, [&](const auto& one) { return covers(one, alarm); }))
    return std::optional<std::string>();
  std::error_code ignored;
  std::string id;
  for (int again = 0;; ++again) {
    id = id_of(alarm, again);
    if (std::ranges::any_of(known.alarms, [&](const auto& one) { return one.id == id; }))
      return std::optional<std::string>();
    // One that is damaged proves nothing any more.
    if (!fs::exists(fs::symlink_status(folder_ / id, ignored))) break;
  }
  // Whole or not at all: a folder is an alarm once it has its name.
  const auto fresh = folder_ / fmt::format(".new-{}", id);
  fs::remove_all(fresh, ignored);
  TRY(base::make_folders_durably(fresh));
  if (!alarm.ours.empty())
    TRY(base::write_file_durably(fresh / kOursFile, alarm.ours, base::FileMode::readable));
  if (!alarm.theirs.empty())
    TRY(base::write_file_durably(fresh / kTheirsFile, alarm.theirs, base::FileMode::readable));
  TRY(base::write_file_durably(fresh / kAlarmFile, alarm_json(alarm), base::FileMode::readable));
  TRY(base::replace_file_durably(fresh, folder_ / id));
  return std::optional(id);
}

base::Result<AlarmBook::List> AlarmBook::list() const {
  List out;
  std::error_code error;
  fs::directory_iterator entries(folder_, error);
  if (error == std::errc::no_such_file_or_directory) return out;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (!is_id(entries->path().filename().string())) continue;
    auto one = read_alarm(entries->path());
    if (one) {
      out.alarms.push_back(std::move(*one));
    } else {
      out.damaged.push_back(
          fmt::format("the alarm {} cannot be read: {}", entries->path().string(), one.error().message));
    }
  }
  if (error)
    return fail(Code::internal, fmt::format("cannot read {}: {}", folder_.string(), error.message()));
  std::ranges::sort(out.alarms, {}, [](const KeptAlarm& one) { return std::pair(one.alarm.time, one.id); });
  std::ranges::sort(out.damaged);
  return out;
}

base::Result<KeptAlarm> AlarmBook::find(std::string_view id) const {
  const auto missing = [&] { return fail(Code::not_found, "there is no alarm of that id"); };
  if (!is_id(id)) return missing();
  auto read = read_alarm(folder_ / id);
  if (!read && read.error().code == Code::not_found) return missing();
  return read;
}

base::Result<void> AlarmBook::acknowledge(std::string_view id, const Acknowledgement& acknowledgement) const {
  TRY_ASSIGN(const auto known, find(id));
  const auto already = [&](std::string_view by) {
    return fail(Code::already_exists, fmt::format("the alarm {} was acknowledged by {}", id, by));
  };
  if (known.acknowledged) return already(known.acknowledged->by);
  auto done = base::create_file_durably(
      folder_ / id / kAcknowledgedFile,
      base::to_indented(json::object{{"time", base::format_rfc3339(acknowledgement.time)},
                                     {"by", acknowledgement.by},
                                     {"reason", acknowledgement.reason}}),
      base::FileMode::readable);
  if (!done && done.error().code == Code::already_exists) return already("another at the same time");
  return done;
}

}  // namespace countersign::alarm
