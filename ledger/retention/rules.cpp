#include "ledger/retention/rules.h"

#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/record/event_schema.h"
#include "ledger/retention/rules_document.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::retention {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;
using Unit = Span::Unit;

constexpr std::uint64_t kFileBytesMax = 4u << 20;

constexpr std::array<NamedRule, 4> kNamed{{
    {"pci_dss",
     {12, Unit::months},
     {3, Unit::months},
     "PCI DSS 4.0.1, 10.5.1: audit logs for 12 months, the last 3 at hand"},
    {"hipaa",
     {6, Unit::years},
     {12, Unit::months},
     "HIPAA, 45 CFR 164.316(b)(2)(i): documentation for 6 years"},
    {"soc2",
     {24, Unit::months},
     {12, Unit::months},
     "SOC 2 Type II: the audit period of 12 months and one more, so that its auditor can still look"},
    {"forever", {}, {12, Unit::months}, "nothing is retired; older records are sealed"},
}};

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

/// Throws where a member is missing or of another type.
base::Result<TenantRules> from_json(const json::object& from) {
  const auto text = [](const json::object& object, std::string_view name) {
    const auto& found = object.at(view(name)).as_string();
    return std::string(found.data(), found.size());
  };
  TenantRules rules;
  rules.rule = text(from, "rule");
  TRY_ASSIGN(rules.keep, parse_span(text(from, "keep")));
  TRY_ASSIGN(rules.at_hand, parse_span(text(from, "at_hand")));
  for (const auto& one : from.at("types").as_array()) {
    TypeRule type{text(one.as_object(), "types"), text(one.as_object(), "rule"), {}};
    TRY_ASSIGN(type.keep, parse_span(text(one.as_object(), "keep")));
    rules.types.push_back(std::move(type));
  }
  return rules;
}

/// Whether it ends earlier for any day on which it may begin.
bool is_shorter(const Span& keep, const Span& than) {
  constexpr std::int64_t kDay_us = 86'400LL * 1'000'000, kDays = 4 * 366;
  for (std::int64_t day = 0; day < kDays; ++day) {
    const base::Timestamp from{1'704'067'200LL * 1'000'000 + day * kDay_us};  // 2024-01-01
    if (end_of(from, keep) < end_of(from, than)) return true;
  }
  return false;
}

base::Result<void> check_keep(std::string_view rule, const Span& keep) {
  if (rule == kCustomRule) return {};
  const auto* named = find_rule(rule);
  if (named == nullptr)
    return fail(
        Code::invalid_argument,
        fmt::format("there is no rule '{}'; there are pci_dss, hipaa, soc2, forever and custom", rule));
  if (is_shorter(keep, named->keep))
    return fail(Code::invalid_argument,
                fmt::format("{} keeps {} at least, {} is shorter; call the rule custom if that is meant",
                            rule, to_string(named->keep), to_string(keep)));
  return {};
}

base::Result<void> check_types(std::string_view types) {
  const TypeRule rule{std::string(types), {}, {}};
  const auto covered = [&](std::span<const std::string_view> known) {
    return std::any_of(known.begin(), known.end(), [&](auto type) { return rule.covers(type); });
  };
  if (covered(record::event_types()) || covered(record::system_types())) return {};
  return fail(
      Code::invalid_argument,
      fmt::format("'{}' covers no type of event; say login.failed, or challenge.* for all of them", types));
}

}  // namespace

std::span<const NamedRule> named_rules() { return kNamed; }

const NamedRule* find_rule(std::string_view name) {
  const auto* found =
      std::find_if(kNamed.begin(), kNamed.end(), [&](const NamedRule& rule) { return rule.name == name; });
  return found == kNamed.end() ? nullptr : found;
}

bool TypeRule::covers(std::string_view type) const {
  if (!types.ends_with(".*")) return type == types;
  return type.starts_with(std::string_view(types).substr(0, types.size() - 1));
}

TenantRules::Kept TenantRules::kept(std::string_view type) const {
  for (const auto& one : types) {
    if (one.covers(type)) return {one.rule, one.keep};
  }
  return {rule, keep};
}

Span TenantRules::stays_hot() const {
  Span shortest = seconds_of(keep) < seconds_of(at_hand) ? keep : at_hand;
  for (const auto& one : types) {
    if (seconds_of(one.keep) < seconds_of(shortest)) shortest = one.keep;
  }
  return shortest;
}

std::int64_t TenantRules::granule_s() const {
  constexpr std::int64_t kParts = 12;
  auto shortest = seconds_of(keep);
  for (const auto& one : types) shortest = std::min(shortest, seconds_of(one.keep));
  if (shortest == seconds_of(Span())) shortest = seconds_of(at_hand);
  return std::max<std::int64_t>(shortest / kParts, 1);
}

base::Result<RuleBook> RuleBook::load(const std::filesystem::path& file) {
  const auto text = base::read_file(file, kFileBytesMax);
  if (!text && text.error().code == Code::not_found) return RuleBook();
  if (!text) return fail(text.error());
  auto book = parse(*text);
  if (!book) return fail(file.string(), book.error());
  return book;
}

base::Result<RuleBook> RuleBook::parse(std::string_view text) {
  TRY_ASSIGN(const auto parsed, base::parse_json(text, {.depth_max = 6}));
  RuleBook book;
  try {
    const auto& root = parsed.value.as_object();
    if (root.at("v").as_int64() != 1)
      return fail(Code::invalid_argument, "the retention rules are of a version that is not known");
    for (const auto& [name, rules] : root.at("tenants").as_object()) {
      TRY_ASSIGN(auto read, from_json(rules.as_object()));
      const base::TenantId tenant{std::string(name)};
      auto done = book.set(tenant, std::move(read));
      if (!done) return fail(fmt::format("tenant {}", tenant.value()), done.error());
    }
  } catch (const std::exception&) {
    return fail(Code::invalid_argument, "the retention rules lack a member, or one is of another type");
  }
  return book;
}

std::string RuleBook::to_text() const {
  std::string out = "{\"v\":1,\"tenants\":{";
  bool first = true;
  for (const auto& [tenant, rules] : rules_) {
    out += first ? "\n" : ",\n";
    base::append_json_string(out, tenant.value());
    out += ":" + json::serialize(to_json(rules));
    first = false;
  }
  return out + "\n}}\n";
}

base::Result<void> RuleBook::save(const std::filesystem::path& file) const {
  return base::write_file_durably(file, to_text(), base::FileMode::readable);
}

base::Result<void> RuleBook::change(const std::filesystem::path& file,
                                    const std::function<base::Result<void>(RuleBook&)>& change) {
  constexpr std::int64_t kPatienceMs = 10'000;
  TRY(base::make_folders_durably(file.parent_path()));
  TRY_ASSIGN(const auto lock,
             base::wait_for_lock(std::filesystem::path(file) += ".lock", base::FileLock::alone, kPatienceMs));
  TRY_ASSIGN(auto book, load(file));
  const auto before = book.to_text();
  TRY(change(book));
  return book.to_text() == before ? base::Result<void>() : book.save(file);
}

TenantRules RuleBook::of(const base::TenantId& tenant) const {
  const auto found = rules_.find(tenant);
  return found == rules_.end() ? TenantRules() : found->second;
}

base::Result<void> RuleBook::set(const base::TenantId& tenant, TenantRules rules) {
  TRY(base::parse_log_owner(tenant.value()));
  if (tenant.value() == base::kSystemTenant && (!rules.keep.is_forever() || !rules.types.empty()))
    return fail(
        Code::invalid_argument,
        "_system, the appliance's own log, is kept for ever: residency, erasures and rotations of keys are "
        "proven by it");
  TRY(check_keep(rules.rule, rules.keep));
  if (rules.types.size() > kTypeRulesMax)
    return fail(Code::invalid_argument,
                fmt::format("there may be {} rules for types at most", kTypeRulesMax));
  for (const auto& one : rules.types) {
    TRY(check_types(one.types));
    TRY(check_keep(one.rule, one.keep));
  }
  if (rules.at_hand.is_forever() || seconds_of(rules.at_hand) > seconds_of(rules.keep))
    return fail(Code::invalid_argument, fmt::format("{} at hand is more than is kept, which is {}",
                                                    to_string(rules.at_hand), to_string(rules.keep)));
  rules_.insert_or_assign(tenant, std::move(rules));
  return {};
}

std::string to_string(const TenantRules& rules) {
  auto out = fmt::format("{}: {}, {} at hand", rules.rule, to_string(rules.keep), to_string(rules.at_hand));
  for (const auto& one : rules.types)
    out += fmt::format("; {} {}: {}", one.types, one.rule, to_string(one.keep));
  return out;
}

}  // namespace countersign::retention
