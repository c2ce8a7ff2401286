#include "ledger/mirror/follow.h"

#include "ledger/base/file.h"
#include "ledger/tree/entry_bundle.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace countersign::mirror {

using base::Code;
using base::fail;
using tree::kTileWidth;
using tree::TileId;
using tree::TileKind;

namespace {

constexpr unsigned kLevels = 8;
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kAskFirst_s = 600, kAskMost_s = 86'400;
constexpr int kGapsAtOnce = 64;

std::string_view bytes_of(const AuthenticTiles::Hashes& hashes) {
  const auto bytes = std::as_bytes(std::span(hashes));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// data_loss unless the bundle's entries are those that were signed.
base::Result<void> check_entries(std::string_view bundle, const AuthenticTiles::Hashes& hashes,
                                 std::uint64_t first) {
  TRY_ASSIGN(const auto entries, tree::read_entries(bundle, hashes.size()));
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (tree::leaf_hash(entries[i]) != hashes[i])
      return fail(Code::data_loss, fmt::format("record {} is not the one that was signed", first + i));
  }
  return {};
}

}  // namespace

base::Result<Follower> Follower::open(MirrorOptions options) {
  TRY(base::make_folders_durably(options.folder));
  Follower out(std::move(options));
  TRY_ASSIGN(auto note, out.folder_.checkpoint());
  if (!note) return out;
  TRY_ASSIGN(auto held, tree::read_checkpoint_body(*note));
  if (held.origin != out.origin_)
    return fail(Code::failed_precondition,
                fmt::format("{} holds a mirror of the log {}, and not of {}: give the mirror another name",
                            out.folder_.path().string(), held.origin.text, out.origin_.text));
  out.note_ = std::move(*note);
  out.held_ = std::move(held);
  out.folder_.for_each_missing(out.held_->size, [&](std::uint64_t index, std::uint64_t records) {
    out.gaps_.push_back({index, records});
  });
  return out;
}

std::uint64_t Follower::missing() const {
  std::uint64_t all = 0;
  for (const auto& gap : gaps_) all += gap.records;
  return all;
}

base::Result<tree::OpenedCheckpoint> Follower::open_served(const std::string& note) const {
  TRY_ASSIGN(const auto body, tree::read_checkpoint_body(note));
  if (body.origin != origin_)
    return fail(
        Code::permission_denied,
        fmt::format("the address serves another log than {}: correct its url or its keys", origin_.text));
  auto opened = tree::open_checkpoint(note, origin_, options_.keys);
  if (opened || opened.error().code != Code::permission_denied) return opened;
  return fail(
      Code::permission_denied,
      fmt::format(
          "the newest checkpoint of {} is signed by no key that the mirror {} knows: where the log's key was "
          "rotated, let whoever keeps it tell you the new one (countersign checkpoint TENANT --keys), add "
          "it to the mirror's keys and restart; until then nothing is taken over",
          origin_.text, options_.name));
}

alarm::Alarm Follower::contradiction(alarm::Kind kind, const std::string& note, std::string what) const {
  return {options_.clock(), kind, origin_.text, "mirror " + options_.name, note_, note, std::move(what)};
}

/// The log shows fewer records than the mirror holds under its signature.
base::Result<alarm::Alarm> Follower::older(const std::string& note, const tree::Checkpoint& served) const {
  auto root = tree::empty_root();
  if (served.size > 0) {
    TRY_ASSIGN(auto own, AuthenticTiles::open(folder_.fetch(), held_->size, held_->root));
    TRY_ASSIGN(root, tree::root_at(served.size, own.nodes()));
  }
  if (root != served.root)
    return contradiction(
        alarm::Kind::split_view, note,
        fmt::format("the log signed {} records with a root that is not the one of the first {} that it "
                    "signed before: two histories; ask whoever keeps it which of them is true",
                    served.size, served.size));
  return contradiction(
      alarm::Kind::rollback, note,
      fmt::format("the log shows {} records where it had signed {}: it was set back to an older state; the "
                  "mirror holds the records from {} to {}",
                  served.size, held_->size, served.size, held_->size - 1));
}

base::Result<Followed> Follower::look(const Fetch& fetch, const std::function<bool()>& stopping) {
  TRY_ASSIGN(const auto note, fetch("checkpoint", tree::kNoteBytesMax));
  TRY_ASSIGN(const auto opened, open_served(note));
  const auto& served = opened.checkpoint;
  Followed out;
  out.size = held_ ? held_->size : 0;
  if (held_ && served.size < held_->size) {
    TRY_ASSIGN(out.contradiction, older(note, served));
    return out;
  }
  if (held_ && served.size == held_->size) {
    if (served.root != held_->root) {
      out.contradiction = contradiction(alarm::Kind::split_view, note,
                                        fmt::format("the log signed {} records with two roots: two "
                                                    "histories; ask whoever keeps it which of them is true",
                                                    served.size));
      return out;
    }
    TRY(keep_cosignatures(note));
    out.time = opened.time;
    ask_again(fetch, stopping);
    out.missing = missing();
    return out;
  }
  TRY_ASSIGN(auto tiles, AuthenticTiles::open(fetch, served.size, served.root));
  if (held_ && held_->size > 0) {
    TRY_ASSIGN(const auto root, tree::root_at(held_->size, tiles.nodes()));
    if (root != held_->root) {
      out.contradiction = contradiction(alarm::Kind::split_view, note,
                                        fmt::format("the first {} of the {} records that the log signed now "
                                                    "are not those that it signed before: two "
                                                    "histories; ask whoever keeps it which of them is true",
                                                    held_->size, served.size));
      return out;
    }
  }
  TRY(take_over(tiles, fetch, stopping));
  TRY(folder_.write_checkpoint(note));
  remove_narrower(out.size, served.size);
  out.records = served.size - out.size;
  note_ = note;
  held_ = served;
  out.size = served.size;
  out.time = opened.time;
  ask_again(fetch, stopping);
  out.missing = missing();
  return out;
}

base::Result<void> Follower::check_space() const {
  TRY_ASSIGN(const auto free, base::free_bytes(folder_.path()));
  if (free >= options_.disk_reserve_bytes()) return {};
  return fail(Code::resource_exhausted,
              fmt::format("the disk of {} is too full for a mirror (limits.mirror_reserve_bytes): {} goes on "
                          "when there is room",
                          folder_.path().string(), options_.name));
}

/// Writes all that a larger tree adds: of each level the tiles from the one that was not full yet.
base::Result<void> Follower::take_over(AuthenticTiles& tiles, const Fetch& fetch,
                                       const std::function<bool()>& stopping) {
  const auto before = held_ ? held_->size : 0;
  for (auto index = tree::full_tiles(0, before); tree::tile_width(0, index, tiles.size()) > 0; ++index) {
    if (stopping()) return fail(Code::aborted, "the mirror is stopping");
    TRY(check_space());
    TRY_ASSIGN(const auto missing, take_entries(tiles, fetch, index));
    note_gap(index, missing);
    TRY(take_tile(tiles, 0, index));
  }
  for (unsigned level = 1; level < kLevels; ++level) {
    for (auto index = tree::full_tiles(level, before); tree::tile_width(level, index, tiles.size()) > 0;
         ++index)
      TRY(take_tile(tiles, level, index));
  }
  return {};
}

void Follower::note_gap(std::uint64_t index, std::uint64_t records) {
  const auto at = std::ranges::lower_bound(gaps_, index, {}, &Gap::index);
  const bool known = at != gaps_.end() && at->index == index;
  if (known && records > 0) {
    at->records = records;
  } else if (known) {
    gaps_.erase(at);
  } else if (records > 0) {
    const base::Timestamp soon{options_.clock().micros + kAskFirst_s * kMicros};
    // What is due sooner stays so: a log that goes on hiding must not put off what it has hidden before.
    ask_at_ = gaps_.empty() ? soon : std::min(ask_at_, soon);
    ask_pause_s_ = kAskFirst_s;
    gaps_.insert(at, {index, records});
  }
}

void Follower::ask_again(const Fetch& fetch, const std::function<bool()>& stopping) {
  const auto now = options_.clock();
  // Where the clock went back, waiting for it would be longer than ever meant.
  if (gaps_.empty() || (now < ask_at_ && ask_at_.micros - now.micros <= kAskMost_s * kMicros)) return;
  // Where they cannot be asked for now, they are with the next look: what is held is none the worse.
  if (!ask_for_gaps(fetch, stopping) || next_gap_ < gaps_.size()) return;
  ask_pause_s_ = regained_ ? kAskFirst_s : std::clamp(ask_pause_s_ * 2, kAskFirst_s, kAskMost_s);
  ask_at_ = {now.micros + ask_pause_s_ * kMicros};
  next_gap_ = 0;
  regained_ = false;
}

base::Result<void> Follower::ask_for_gaps(const Fetch& fetch, const std::function<bool()>& stopping) {
  TRY_ASSIGN(auto own, AuthenticTiles::open(folder_.fetch(), held_->size, held_->root));
  for (int asked = 0; asked < kGapsAtOnce && next_gap_ < gaps_.size(); ++asked) {
    if (stopping()) return fail(Code::aborted, "the mirror is stopping");
    TRY(check_space());
    const auto gap = gaps_[next_gap_];
    const auto missing = take_entries(own, fetch, gap.index);
    // What was not signed is as good as nothing.
    if (!missing && missing.error().code != Code::data_loss) return fail(missing.error());
    const auto left = missing ? *missing : gap.records;
    if (left < gap.records) regained_ = true;
    note_gap(gap.index, left);
    if (left > 0) ++next_gap_;
  }
  return {};
}

/// Takes one bundle over; how many of its records are not to be had.
base::Result<std::uint64_t> Follower::take_entries(AuthenticTiles& tiles, const Fetch& fetch,
                                                   std::uint64_t index) {
  TRY_ASSIGN(const auto hashes, tiles.tile(0, index));
  const TileId id{TileKind::entries, 0, index, static_cast<unsigned>(hashes->size())};
  // Written by a look that did not get to its end?
  if (const auto kept = folder_.read(id); kept && check_entries(*kept, *hashes, index * kTileWidth))
    return std::uint64_t{0};
  const auto bundle = fetch_tile(fetch, id);
  if (!bundle && bundle.error().code == Code::not_found) return take_remaining(*hashes, fetch, id);
  if (!bundle) return fail(bundle.error());
  TRY(check_entries(*bundle, *hashes, index * kTileWidth));
  TRY(folder_.write(id, *bundle));
  folder_.remove_remaining(id);
  return std::uint64_t{0};
}

/// Of a bundle that is not given any more: what the log has left, and what the mirror had before.
base::Result<std::uint64_t> Follower::take_remaining(const AuthenticTiles::Hashes& hashes, const Fetch& fetch,
                                                     const TileId& id) {
  const auto first = id.index * kTileWidth;
  std::vector<std::string> records(hashes.size()), written;
  const auto keep = [&](std::vector<std::string> held) {
    for (std::size_t i = 0; i < std::min(held.size(), records.size()); ++i) {
      if (!held[i].empty() && tree::leaf_hash(held[i]) == hashes[i]) records[i] = std::move(held[i]);
    }
  };
  keep(folder_.narrower_entries(id));
  const auto before = held_ ? held_->size : 0;
  if (before > first) {
    auto narrower = id;
    narrower.width = static_cast<unsigned>(std::min<std::uint64_t>(before - first, id.width));
    if (auto held = folder_.remaining(narrower)) {
      written = *held;
      keep(std::move(*held));
    }
  }
  const auto served = fetch(remaining_path(id), tree::kBundleBytesMax);
  if (!served && served.error().code != Code::not_found) return fail(served.error());
  if (served) {
    TRY_ASSIGN(const auto entries, tree::read_entries(*served, records.size()));
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (entries[i].empty()) continue;
      if (tree::leaf_hash(entries[i]) != hashes[i])
        return fail(Code::data_loss, fmt::format("record {} is not the one that was signed", first + i));
      records[i] = entries[i];
    }
  }
  const auto missing = static_cast<std::uint64_t>(std::ranges::count(records, ""));
  if (missing < records.size() && records != written) TRY(folder_.write_remaining(id, records));
  return missing;
}

base::Result<void> Follower::take_tile(AuthenticTiles& tiles, unsigned level, std::uint64_t index) {
  TRY_ASSIGN(const auto hashes, tiles.tile(level, index));
  return folder_.write({TileKind::hashes, level, index, static_cast<unsigned>(hashes->size())},
                       bytes_of(*hashes));
}

/// Cosignatures that came since are added. Whose they are is not known here, so none is given up for another.
base::Result<void> Follower::keep_cosignatures(const std::string& note) {
  if (note == note_) return {};
  TRY_ASSIGN(const auto fresh, tree::parse_note(note));
  TRY_ASSIGN(auto kept, tree::parse_note(note_));
  if (fresh.text != kept.text) return {};
  const auto of_log = [&](const tree::NoteSignature& one) {
    return std::ranges::any_of(
        options_.keys, [&](const auto& key) { return key.name() == one.name && key.key_id() == one.key_id; });
  };
  const auto before = kept.signatures.size();
  for (const auto& one : fresh.signatures) {
    if (kept.signatures.size() < tree::kNoteSignaturesMax && !of_log(one) &&
        std::ranges::find(kept.signatures, one) == kept.signatures.end())
      kept.signatures.push_back(one);
  }
  auto more = kept.text + "\n" + tree::format_signatures(kept.signatures);
  if (kept.signatures.size() == before || more.size() > tree::kNoteBytesMax) return {};
  TRY(folder_.write_checkpoint(more));
  note_ = std::move(more);
  return {};
}

/// Of the tiles that a tree has in which it grew from `before` to `size`.
void Follower::remove_narrower(std::uint64_t before, std::uint64_t size) const {
  for (unsigned level = 0; level < kLevels; ++level) {
    for (auto index = tree::full_tiles(level, before);; ++index) {
      const auto width = tree::tile_width(level, index, size);
      if (width == 0) break;
      folder_.remove_narrower({TileKind::hashes, level, index, width});
      if (level == 0) folder_.remove_narrower({TileKind::entries, 0, index, width});
    }
  }
}

}  // namespace countersign::mirror
