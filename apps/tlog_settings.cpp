#include "apps/tlog_settings.h"

#include "apps/config_table.h"
#include "web/tlog/remote_log.h"

#include <algorithm>
#include <set>

namespace countersign::apps {
namespace {

using base::fail;

constexpr std::size_t kMirrorsMax = 64;
constexpr std::size_t kKeysMax = 32;
constexpr std::int64_t kDay_s = 86'400;

base::Result<void> read_open(Table& top, TlogSettings& out) {
  Table table = top.table("tlog");
  std::vector<std::string> open;
  table.texts("public", open);
  TRY(table.finish());
  for (const auto& one : open) {
    if (one == "checkpoint") {
      out.open_checkpoint = true;
    } else if (one == "tiles") {
      out.open_tiles = true;
    } else {
      return refuse_setting("tlog.public", "may hold \"checkpoint\" and \"tiles\"; records are never public");
    }
  }
  if (out.open_tiles && !out.open_checkpoint)
    return refuse_setting("tlog.public", "must hold \"checkpoint\" where it holds \"tiles\"");
  return {};
}

base::Result<void> read_keys(const std::vector<std::string>& texts, MirrorSettings& out) {
  if (texts.empty() || texts.size() > kKeysMax)
    return refuse_setting("mirror.keys", fmt::format("must hold 1 to {} vkeys, as `countersign checkpoint "
                                                     "TENANT --keys` prints them where the log is kept",
                                                     kKeysMax));
  for (const auto& text : texts) {
    auto key = tree::NoteVerifier::parse(text);
    if (!key) return fail("mirror.keys", key.error());
    out.keys.push_back(std::move(*key));
  }
  const auto& origin = out.keys.front().name();
  if (!std::ranges::all_of(out.keys, [&](const auto& key) { return key.name() == origin; }))
    return refuse_setting("mirror.keys", "must all be of one log; each log has a [[mirror]] of its own");
  if (std::ranges::none_of(out.keys,
                           [](const auto& key) { return key.type() == tree::NoteKeyType::ed25519; }))
    return refuse_setting("mirror.keys", "must hold the log's own key, and not only that of its clock");
  return {};
}

base::Result<MirrorSettings> read_one(Table& table, const std::filesystem::path& folder) {
  MirrorSettings out;
  std::vector<std::string> keys;
  std::string token;
  table.text("name", out.name);
  table.text("url", out.url);
  table.texts("keys", keys);
  table.text("token", token);
  table.path("ca_file", folder, out.ca_file);
  table.number("every_s", 1, kDay_s, out.every_s);
  TRY(table.finish());
  if (!is_setting_name(out.name))
    return refuse_setting("mirror.name", "must be of small letters, digits and '-', at most 32 of them");
  if (auto good = tlog::check_log_url(out.url); !good) return fail("mirror.url", good.error());
  TRY(read_keys(keys, out));
  TRY_ASSIGN(out.token, parse_secret_source("mirror.token", token, folder));
  out.token.what = "the token";
  return out;
}

}  // namespace

base::Result<TlogSettings> read_tlog(Table& top, const std::filesystem::path& folder) {
  TlogSettings out;
  TRY(read_open(top, out));
  std::set<std::string> names, logs;
  for (auto& table : top.tables("mirror")) {
    TRY_ASSIGN(auto one, read_one(table, folder));
    if (!names.insert(one.name).second)
      return refuse_setting("mirror.name", "must not be that of another: " + one.name);
    if (!logs.insert(one.origin()).second)
      return refuse_setting("mirror.keys",
                            "must not be of a log that another [[mirror]] has: " + one.origin());
    out.mirrors.push_back(std::move(one));
  }
  if (out.mirrors.size() > kMirrorsMax)
    return refuse_setting("[[mirror]]", fmt::format("may stand {} times at most", kMirrorsMax));
  return out;
}

std::filesystem::path mirror_folder(const std::filesystem::path& data, const std::string& name) {
  return data / "mirrors" / name;
}

}  // namespace countersign::apps
