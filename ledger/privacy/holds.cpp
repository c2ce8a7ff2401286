#include "ledger/privacy/holds.h"

#include "ledger/base/file.h"
#include "ledger/privacy/memory_folder.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace countersign::privacy {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kFileBytesMax = 64u << 20;
constexpr std::size_t kNameMax = 64;

bool is_name(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kNameMax && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '-'; });
}

base::Result<Hold> read_hold(const std::string& name, const json::object& from) {
  Hold out;
  out.name = name;
  if (!is_name(name)) return fail(Code::data_loss, "its name is wrong");
  TRY_ASSIGN(out.time, base::parse_rfc3339(text_of(from, "time")));
  TRY_ASSIGN(out.tenant, base::parse_log_owner(text_of(from, "tenant")));
  TRY_ASSIGN(out.tokens, tokens_of(from));
  return out;
}

}  // namespace

base::Result<void> Holds::add(const Hold& hold) {
  if (!is_name(hold.name))
    return fail(Code::invalid_argument,
                "a hold's name has 1 to 64 of a-z, 0-9 and '-', and begins with a letter "
                "or digit; it must not name anybody");
  const json::object data{{"time", base::format_rfc3339(hold.time)},
                          {"tenant", hold.tenant.value()},
                          {"tokens", json::array(hold.tokens.begin(), hold.tokens.end())}};
  TRY(base::make_folders_durably(folder_));
  auto made = base::create_file_durably(folder_ / (hold.name + ".json"), json::serialize(data) + "\n",
                                        base::FileMode::secret);
  if (!made && made.error().code == Code::already_exists)
    return fail(Code::already_exists, fmt::format("a hold {} stands already", hold.name));
  return made;
}

base::Result<void> Holds::release(const std::string& name) {
  if (!is_name(name)) return fail(Code::invalid_argument, "that is no name of a hold");
  std::error_code error;
  // Should a crash undo it, the hold stands again, which harms nobody.
  if (std::filesystem::remove(folder_ / (name + ".json"), error)) return {};
  return error ? fail(Code::internal, error.message())
               : fail(Code::not_found, fmt::format("no hold {} stands", name));
}

base::Result<std::vector<Hold>> Holds::list() const {
  std::vector<Hold> out;
  TRY(read_memories(folder_, kFileBytesMax, "hold",
                    [&](const std::string& name, const json::object& content) -> base::Result<void> {
                      TRY_ASSIGN(auto hold, read_hold(name, content));
                      out.push_back(std::move(hold));
                      return {};
                    }));
  std::sort(out.begin(), out.end(), [](const Hold& one, const Hold& other) { return one.name < other.name; });
  return out;
}

base::Result<base::OpenFile> Holds::lock() const {
  TRY(base::make_folders_durably(folder_.parent_path()));
  return base::wait_for_lock(folder_.string() + ".lock", base::FileLock::alone);
}

base::Result<std::optional<Hold>> Holds::covering(const store::ErasureOrder& order) const {
  TRY_ASSIGN(auto all, list());
  std::set<std::string_view> tokens(order.certain.begin(), order.certain.end());
  tokens.insert(order.unless_shared.begin(), order.unless_shared.end());
  for (auto& hold : all) {
    if (hold.tenant != order.tenant) continue;
    const bool covers =
        hold.tokens.empty() || std::any_of(hold.tokens.begin(), hold.tokens.end(),
                                           [&](const auto& token) { return tokens.contains(token); });
    if (covers) return std::optional(std::move(hold));
  }
  return std::optional<Hold>();
}

}  // namespace countersign::privacy
