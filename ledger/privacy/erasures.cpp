#include "ledger/privacy/erasures.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "ledger/privacy/memory_folder.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::privacy {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kFileBytesMax = 256u << 20;
constexpr std::size_t kReasonMax = 64;

json::object to_json(const Erasure& erasure) {
  json::object kinds;
  for (const auto& [kind, count] : erasure.kinds) kinds[kind] = count;
  return {{"id", erasure.id},
          {"time", base::format_rfc3339(erasure.time)},
          {"tenant", erasure.tenant.value()},
          {"reason", erasure.reason},
          {"records", erasure.records},
          {"kinds", std::move(kinds)},
          {"tokens", json::array(erasure.tokens.begin(), erasure.tokens.end())}};
}

base::Result<Erasure> from_json(const json::object& from) {
  const auto bad = [](std::string_view what) {
    return fail(Code::data_loss, fmt::format("{} is wrong", what));
  };
  Erasure out;
  out.id = text_of(from, "id");
  TRY_ASSIGN(out.time, base::parse_rfc3339(text_of(from, "time")));
  TRY_ASSIGN(out.tenant, base::parse_log_owner(text_of(from, "tenant")));
  out.reason = text_of(from, "reason");
  if (out.id.empty() || !is_reason(out.reason)) return bad("id or reason");
  const auto* records = from.if_contains("records");
  const auto* kinds = from.if_contains("kinds");
  if (records == nullptr || !records->is_int64() || records->get_int64() < 0) return bad("records");
  out.records = static_cast<std::uint64_t>(records->get_int64());
  if (kinds == nullptr || !kinds->is_object()) return bad("kinds");
  for (const auto& [kind, count] : kinds->get_object()) {
    if (!count.is_int64() || count.get_int64() < 0) return bad("kinds");
    out.kinds[std::string(kind.data(), kind.size())] = static_cast<std::uint64_t>(count.get_int64());
  }
  TRY_ASSIGN(out.tokens, tokens_of(from));
  return out;
}

}  // namespace

base::Result<void> Erasures::add(const Erasure& erasure) {
  TRY(base::make_folders_durably(folder_));
  return base::create_file_durably(folder_ / (erasure.id + ".json"), json::serialize(to_json(erasure)) + "\n",
                                   base::FileMode::secret);
}

base::Result<std::vector<Erasure>> Erasures::list() const {
  std::vector<Erasure> out;
  TRY(read_memories(folder_, kFileBytesMax, "memory of an erasure",
                    [&](const std::string&, const json::object& content) -> base::Result<void> {
                      TRY_ASSIGN(auto erasure, from_json(content));
                      out.push_back(std::move(erasure));
                      return {};
                    }));
  std::sort(out.begin(), out.end(), [](const Erasure& one, const Erasure& other) {
    return std::tie(one.time, one.id) < std::tie(other.time, other.id);
  });
  return out;
}

bool is_reason(std::string_view text) {
  return !text.empty() && text.size() <= kReasonMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

json::object erasure_event(const Erasure& erasure) {
  auto tokens = erasure.tokens;
  std::sort(tokens.begin(), tokens.end());
  crypto::Sha256 hash;
  for (const auto& token : tokens) hash.update(token + "\n");
  std::string kinds;
  for (const auto& [kind, count] : erasure.kinds) kinds += fmt::format(" {}={}", kind, count);
  return {{"id", "erasure/" + erasure.id},
          {"time", base::format_rfc3339(erasure.time)},
          {"type", "erasure.performed"},
          {"tenant", json::string_view(base::kSystemTenant.data(), base::kSystemTenant.size())},
          {"action",
           {{"name", "privacy erase"},
            {"resource", erasure.tenant.value()},
            {"context", fmt::format("records={} values={}{} tokens_sha256={}", erasure.records, tokens.size(),
                                    kinds, base::to_hex(hash.finish().view()))}}},
          {"outcome", {{"reason", erasure.reason}}}};
}

}  // namespace countersign::privacy
