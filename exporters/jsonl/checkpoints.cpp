#include "exporters/jsonl/checkpoints.h"

#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/spelling.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::jsonl {

void append_checkpoint(std::string& out, const CheckpointLine& line) {
  fmt::format_to(std::back_inserter(out), "{{\"size\":{},\"time\":{},\"note\":", line.size, line.time);
  base::append_json_string(out, line.note);
  out.push_back('}');
}

base::Result<CheckpointLine> read_checkpoint(std::string_view text) {
  const auto bad = [] { return base::fail(base::Code::data_loss, "not a line for a checkpoint"); };
  CheckpointLine line;
  const auto* const end = text.data() + text.size();
  constexpr std::string_view kSize = "{\"size\":", kTime = ",\"time\":", kNote = ",\"note\":";
  if (text.substr(0, kSize.size()) != kSize) return bad();
  const auto size = std::from_chars(text.data() + kSize.size(), end, line.size);
  std::string_view rest(size.ptr, static_cast<std::size_t>(end - size.ptr));
  if (size.ec != std::errc() || rest.substr(0, kTime.size()) != kTime) return bad();
  const auto time = std::from_chars(rest.data() + kTime.size(), end, line.time);
  rest = {time.ptr, static_cast<std::size_t>(end - time.ptr)};
  if (time.ec != std::errc() || rest.substr(0, kNote.size()) != kNote) return bad();
  rest.remove_prefix(kNote.size());
  std::size_t at = 0;
  if (!record::skip_json_string(rest, at)) return bad();
  line.note = record::unescape_json(rest.substr(0, at));
  std::string again;
  append_checkpoint(again, line);
  if (again != text) return bad();
  return line;
}

std::size_t CommitTimes::first_covering(std::uint64_t seq) const {
  const auto found =
      std::upper_bound(entries_.begin(), entries_.end(), seq,
                       [](std::uint64_t value, const Entry& entry) { return value < entry.size; });
  return static_cast<std::size_t>(found - entries_.begin());
}

CommitTimes::Bounds CommitTimes::bounds_of(std::uint64_t seq) const {
  const auto at = first_covering(seq);
  Bounds out;
  if (at > 0) out.behind = entries_[at - 1].time;
  if (at < entries_.size()) out.by = entries_[at].time;
  return out;
}

std::int64_t CommitTimes::Cursor::time_of(std::uint64_t seq) {
  const auto& entries = times_->entries_;
  if (!placed_) {
    at_ = times_->first_covering(seq);
    placed_ = true;
  }
  while (at_ < entries.size() && entries[at_].size <= seq) ++at_;
  return at_ < entries.size() ? entries[at_].time : -1;
}

}  // namespace countersign::jsonl
