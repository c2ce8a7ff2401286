#include "apps/rotating.h"

#include "apps/system_events.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/entropy.h"
#include "ledger/privacy/memory_folder.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;
using privacy::text_of;

constexpr std::uint64_t kOrderBytesMax = 1u << 20;
constexpr std::string_view kOrder = ".rotate", kReport = ".done";
constexpr std::string_view kNames[] = {"kek", "vault", "log", "clock"};

std::filesystem::path order_file(const Config& config, const std::string& id) {
  return config.key_orders() / (id + std::string(kOrder));
}

std::string order_text(const RotationOrder& order) {
  json::object targets;
  for (const auto& [region, target] : order.targets)
    targets[region] = {{"generation", target.generation}, {"before", target.before}};
  const auto name = to_string(order.key);
  return json::serialize(json::object{{"key", json::string_view(name.data(), name.size())},
                                      {"time", base::format_rfc3339(order.time)},
                                      {"before", order.before},
                                      {"since", order.since},
                                      {"targets", std::move(targets)}});
}

base::Result<json::object> read_object(const std::filesystem::path& file) {
  TRY_ASSIGN(const auto content, base::read_file(file, kOrderBytesMax));
  auto parsed = base::parse_json(content, {.depth_max = 4});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, fmt::format("{} cannot be read", file.string()));
  return std::move(parsed->value.get_object());
}

base::Result<RotationOrder> read_order(const std::filesystem::path& file) {
  const auto bad = [] { return fail(Code::data_loss, "it is no order to rotate a key"); };
  auto from = read_object(file);
  if (!from) return fail(from.error());
  RotationOrder out;
  out.id = file.stem().string();
  const auto key = parse_rotated_key(text_of(*from, "key"));
  if (!key) return bad();
  out.key = *key;
  TRY_ASSIGN(out.time, base::parse_rfc3339(text_of(*from, "time")));
  out.before = text_of(*from, "before");
  out.since = text_of(*from, "since");
  const auto* targets = from->if_contains("targets");
  if (targets == nullptr || !targets->is_object()) return bad();
  for (const auto& [region, value] : targets->get_object()) {
    if (!value.is_object()) return bad();
    const auto* generation = value.get_object().if_contains("generation");
    if (generation == nullptr || !generation->is_int64() || generation->get_int64() < 2 ||
        generation->get_int64() > UINT32_MAX)
      return bad();
    out.targets[std::string(region)] = {static_cast<std::uint32_t>(generation->get_int64()),
                                        text_of(value.get_object(), "before")};
  }
  return out;
}

}  // namespace

std::string_view to_string(RotatedKey key) { return kNames[static_cast<std::size_t>(key)]; }

std::optional<RotatedKey> parse_rotated_key(std::string_view text) {
  const auto* found = std::find(std::begin(kNames), std::end(kNames), text);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<RotatedKey>(found - std::begin(kNames));
}

base::Result<std::string> leave_rotation_order(const Config& config, RotatedKey key) {
  TRY_ASSIGN(const auto waiting, rotation_orders(config));
  for (const auto& order : waiting) {
    if (order.key == key) return order.id;
  }
  RotationOrder order;
  order.id = crypto::random_id(crypto::system_entropy());
  order.key = key;
  order.time = base::system_clock()();
  TRY(base::make_folders_durably(config.key_orders()));
  TRY(base::create_file_durably(order_file(config, order.id), order_text(order), base::FileMode::secret));
  return order.id;
}

base::Result<std::optional<RotationReport>> take_rotation_report(const Config& config,
                                                                 const std::string& id) {
  const auto path = config.key_orders() / (id + std::string(kReport));
  const auto from = read_object(path);
  if (!from && from.error().code == Code::not_found) return std::optional<RotationReport>();
  if (!from) return fail(from.error());
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return std::optional(RotationReport{text_of(*from, "before"), text_of(*from, "since"),
                                      text_of(*from, "advice"), text_of(*from, "error")});
}

base::Result<std::vector<RotationOrder>> rotation_orders(const Config& config) {
  std::vector<RotationOrder> orders;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(config.key_orders(), ignored)) {
    if (entry.path().extension() != kOrder || entry.path().filename().string().starts_with(".")) continue;
    auto order = read_order(entry.path());
    if (order) {
      orders.push_back(std::move(*order));
    } else {
      std::filesystem::rename(entry.path(), entry.path().string() + ".refused", ignored);
    }
  }
  std::sort(orders.begin(), orders.end(),
            [](const auto& a, const auto& b) { return std::tie(a.time, a.id) < std::tie(b.time, b.id); });
  return orders;
}

base::Result<void> save_rotation_order(const Config& config, const RotationOrder& order) {
  return base::write_file_durably(order_file(config, order.id), order_text(order), base::FileMode::secret);
}

base::Result<void> finish_rotation_order(const Config& config, const RotationOrder& order,
                                         const RotationReport& report) {
  const json::object data{
      {"before", report.before}, {"since", report.since}, {"advice", report.advice}, {"error", report.error}};
  TRY(base::write_file_durably(config.key_orders() / (order.id + std::string(kReport)), json::serialize(data),
                               base::FileMode::secret));
  std::error_code ignored;
  std::filesystem::remove(order_file(config, order.id), ignored);
  return {};
}

json::object rotation_event(const std::string& id, std::string_view key, std::string_view before,
                            std::string_view since) {
  auto event = system_event(id, "key.rotated", base::system_clock()());
  event["action"] = {{"name", "key rotate"},
                     {"resource", std::string(key)},
                     {"context", fmt::format("from {} to {}", before, since)}};
  return event;
}

}  // namespace countersign::apps
