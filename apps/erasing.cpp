#include "apps/erasing.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/privacy/memory_folder.h"
#include "ledger/store/ledger_call.h"
#include "web/api/bundle_shelf.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kOrderBytesMax = 256u << 20;
constexpr std::string_view kOrder = ".erase", kReport = ".done";

std::filesystem::path folder_of(const store::RegionFiles& files) { return files.folder / "orders"; }

/// An order as it was left, without the tokens that are decided when it is carried out.
struct Order {
  privacy::Erasure erasure;
  store::ErasureOrder what;
  std::map<std::string, std::string> kinds;  ///< by token
  std::uint64_t values() const { return kinds.size(); }
};

const json::value* member(const json::object& from, json::string_view name) {
  static const json::value kNull;
  const auto* value = from.if_contains(name);
  return value == nullptr ? &kNull : value;
}

std::uint64_t count(const json::object& from, json::string_view name) {
  const auto* value = member(from, name);
  return value->is_int64() && value->get_int64() >= 0 ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

base::Result<Order> read_order(const std::filesystem::path& file) {
  const auto bad = [] { return fail(Code::data_loss, "it is no order to erase"); };
  TRY_ASSIGN(const auto content, base::read_file(file, kOrderBytesMax));
  const auto parsed = base::parse_json(content, {.depth_max = 4});
  if (!parsed || !parsed->value.is_object()) return bad();
  const auto& from = parsed->value.get_object();
  Order out;
  out.erasure.id = file.stem().string();
  TRY_ASSIGN(out.erasure.time, base::parse_rfc3339(privacy::text_of(from, "time")));
  TRY_ASSIGN(out.erasure.tenant, base::parse_log_owner(privacy::text_of(from, "tenant")));
  out.erasure.reason = privacy::text_of(from, "reason");
  out.erasure.records = count(from, "records");
  out.what.tenant = out.erasure.tenant;
  out.what.searched = count(from, "searched");
  const auto* values = member(from, "values");
  if (!privacy::is_reason(out.erasure.reason) || !values->is_array()) return bad();
  for (const auto& value : values->get_array()) {
    if (!value.is_object()) return bad();
    const auto& held = value.get_object();
    auto token = privacy::text_of(held, "token");
    if (token.size() != base::kDigestBase64UrlSize) return bad();
    out.kinds[token] = privacy::text_of(held, "kind");
    (privacy::text_of(held, "tie") == privacy::to_string(privacy::Tie::only_here) ? out.what.unless_shared
                                                                                  : out.what.certain)
        .push_back(std::move(token));
  }
  return out;
}

base::Result<std::optional<privacy::Erasure>> find_erasure(const privacy::Erasures& erasures,
                                                           const std::string& id) {
  TRY_ASSIGN(auto all, erasures.list());
  for (auto& one : all) {
    if (one.id == id) return std::optional(std::move(one));
  }
  return std::optional<privacy::Erasure>();
}

base::Result<void> leave_report(const std::filesystem::path& order, const ErasureReport& report) {
  auto path = order;
  const json::object data{{"values", report.values}, {"kept", report.kept}, {"error", report.error}};
  return base::write_file_durably(path.replace_extension(kReport), json::serialize(data),
                                  base::FileMode::secret);
}

}  // namespace

base::Result<void> leave_erasure_order(const store::RegionFiles& files, const privacy::Erasure& erasure,
                                       const privacy::Person& found) {
  json::array values;
  for (const auto& held : found.values) {
    if (held.tie == privacy::Tie::shared) continue;
    const auto kind = record::to_string(held.kind), tie = privacy::to_string(held.tie);
    values.push_back({{"token", held.token},
                      {"kind", json::string_view(kind.data(), kind.size())},
                      {"tie", json::string_view(tie.data(), tie.size())}});
  }
  const json::object order{{"time", base::format_rfc3339(erasure.time)},
                           {"tenant", erasure.tenant.value()},
                           {"reason", erasure.reason},
                           {"records", found.records},
                           {"searched", found.searched},
                           {"values", std::move(values)}};
  TRY(base::make_folders_durably(folder_of(files)));
  return base::create_file_durably(folder_of(files) / (erasure.id + std::string(kOrder)),
                                   json::serialize(order), base::FileMode::secret);
}

base::Result<std::optional<ErasureReport>> take_erasure_report(const store::RegionFiles& files,
                                                               const std::string& id) {
  const auto path = folder_of(files) / (id + std::string(kReport));
  const auto content = base::read_file(path, 4'096);
  if (!content && content.error().code == Code::not_found) return std::optional<ErasureReport>();
  if (!content) return fail(content.error());
  const auto parsed = base::parse_json(*content, {.depth_max = 2});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, "the daemon's answer cannot be read");
  const auto& from = parsed->value.get_object();
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return std::optional(
      ErasureReport{count(from, "values"), count(from, "kept"), privacy::text_of(from, "error")});
}

base::Result<std::optional<privacy::Erasure>> waiting_erasure(const store::RegionFiles& files,
                                                              const std::string& id) {
  auto order = read_order(folder_of(files) / (id + std::string(kOrder)));
  if (!order && order.error().code == Code::not_found) return std::optional<privacy::Erasure>();
  if (!order) return fail(order.error());
  return std::optional(std::move(order->erasure));
}

base::Result<void> carry_out_erasures(const store::RegionFiles& files, store::Writer& writer,
                                      privacy::Erasures& erasures, const privacy::Holds& holds,
                                      const std::function<void(json::object event)>& note) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(files), ignored)) {
    if (entry.path().extension() != kOrder) continue;
    auto order = read_order(entry.path());
    if (!order) {
      std::filesystem::rename(entry.path(), entry.path().string() + ".refused", ignored);
      continue;
    }
    auto erasure = order->erasure;
    TRY_ASSIGN(const auto decided, find_erasure(erasures, erasure.id));
    if (decided) {
      // A crash, or a reader in the way, has cut it short: what was decided goes, whatever was said since.
      order->what.certain = decided->tokens;
      order->what.unless_shared.clear();
    }
    const auto remember = [&](const std::vector<std::string>& tokens) -> base::Result<void> {
      TRY_ASSIGN(const auto alone, holds.lock());
      if (!decided) TRY(check_holds(holds, {order->what.tenant, tokens, {}, 0}));
      erasure.tokens = tokens;
      erasure.kinds.clear();
      for (const auto& token : tokens) ++erasure.kinds[order->kinds[token]];
      auto added = erasures.add(erasure);
      // Carried out before, up to a point: then it is carried out again.
      if (!added && added.error().code != Code::already_exists) return added;
      return {};
    };
    const auto held = decided ? base::Result<void>() : check_holds(holds, order->what);
    auto erased = held ? store::erase_and_wait(writer, order->what, remember)
                       : base::Result<store::ErasureResult>(fail(held.error()));
    // A reader in the way, or a full disk: it waits, and is carried out when it can be.
    if (!erased &&
        (erased.error().code == Code::unavailable || erased.error().code == Code::resource_exhausted))
      return fail(erased.error());
    ErasureReport report;
    if (erased) {
      TRY(api::BundleShelf::remove_disclosing(files, order->what.tenant.value()));
      report = {
          decided ? decided->tokens.size() : erased->values, order->values() - erasure.tokens.size(), {}};
      note(privacy::erasure_event(erasure));
    } else {
      report.error = erased.error().message;
    }
    TRY(leave_report(entry.path(), report));
    std::filesystem::remove(entry.path(), ignored);
  }
  return {};
}

base::Result<void> check_holds(const privacy::Holds& holds, const store::ErasureOrder& order) {
  TRY_ASSIGN(const auto hold, holds.covering(order));
  if (!hold) return {};
  return fail(Code::failed_precondition, fmt::format("the hold {}, placed {}, covers what would be erased",
                                                     hold->name, base::format_rfc3339(hold->time)));
}

base::Result<void> repeat_erasures(store::Writer& writer, const privacy::Erasures& erasures,
                                   const std::function<void(json::object event)>& note) {
  TRY_ASSIGN(const auto all, erasures.list());
  std::map<std::string, store::ErasureOrder> by_tenant;
  for (const auto& erasure : all) {
    auto& order = by_tenant[erasure.tenant.value()];
    order.tenant = erasure.tenant;
    order.searched = UINT64_MAX;
    order.certain.insert(order.certain.end(), erasure.tokens.begin(), erasure.tokens.end());
    note(privacy::erasure_event(erasure));
  }
  // All at once, so that the vault is not scrubbed for each tenant.
  std::vector<store::ErasureFuture> under_way;
  for (auto& [tenant, order] : by_tenant) {
    TRY_ASSIGN(auto future, store::begin_erasing(writer, std::move(order), {}));
    under_way.push_back(std::move(future));
  }
  base::Result<void> worst;
  for (auto& future : under_way) {
    const auto result = future.get();
    if (!result && (worst || worst.error().code == Code::unavailable)) worst = fail(result.error());
  }
  return worst;
}

}  // namespace countersign::apps
