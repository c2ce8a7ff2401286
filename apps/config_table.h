#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include "ledger/base/result.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::apps {

/// What is wrong with a setting: `oidc.acme.issuer` and `must be …`.
inline auto refuse_setting(const std::string& member, std::string_view what) {
  return base::fail(base::Code::invalid_argument, fmt::format("{} {}", member, what));
}

/// Whether a text may name one of several alike: of small letters, digits and '-', at most 32 of them.
inline bool is_setting_name(std::string_view text) {
  constexpr std::size_t kNameMax = 32;
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kNameMax && is_plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_plain(c) || c == '-'; });
}

/// Reads members of one table and afterwards refuses those that nobody asked for.
class Table {
 public:
  Table(const toml::table* table, std::string name) : table_(table), name_(std::move(name)) {}

  void text(std::string_view member, std::string& value) {
    read<std::string>(member, "a string", [&](const std::string& found) { value = found; });
  }
  void path(std::string_view member, const std::filesystem::path& folder, std::filesystem::path& value) {
    read<std::string>(member, "a path", [&](const std::string& found) { value = folder / found; });
  }
  void flag(std::string_view member, bool& value) {
    read<bool>(member, "true or false", [&](bool found) { value = found; });
  }
  template <class Number>
  void number(std::string_view member, std::int64_t low, std::int64_t high, Number& value) {
    read<std::int64_t>(member, "a whole number", [&](std::int64_t found) {
      if (found < low || found > high)
        return wrong(member, fmt::format("a whole number from {} to {}", low, high));
      value = static_cast<Number>(found);
    });
  }
  void decimal(std::string_view member, double low, double high, double& value) {
    asked_.insert(std::string(member));
    const auto* node = table_ == nullptr ? nullptr : table_->get(member);
    if (node == nullptr) return;
    // A whole number has no point.
    const auto found = node->is_number() ? node->value<double>() : std::nullopt;
    if (!found || !(*found >= low && *found <= high))
      return wrong(member, fmt::format("a number from {} to {}", low, high));
    value = *found;
  }
  void texts(std::string_view member, std::vector<std::string>& values) {
    asked_.insert(std::string(member));
    const auto* node = table_ == nullptr ? nullptr : table_->get(member);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) return wrong(member, "a list of strings");
    for (const auto& element : *array) {
      const auto* found = element.as_string();
      if (found == nullptr) return wrong(member, "a list of strings");
      values.push_back(found->get());
    }
  }
  void numbers(std::string_view member, std::int64_t low, std::int64_t high,
               std::vector<std::int64_t>& values) {
    asked_.insert(std::string(member));
    const auto* node = table_ == nullptr ? nullptr : table_->get(member);
    if (node == nullptr) return;
    const auto right = fmt::format("a list of whole numbers from {} to {}", low, high);
    if (node->as_array() == nullptr) return wrong(member, right);
    for (const auto& element : *node->as_array()) {
      const auto found = element.value_exact<std::int64_t>();
      if (!found || *found < low || *found > high) return wrong(member, right);
      values.push_back(*found);
    }
  }
  /// Whether a member is one text, where it may be a list of them, too.
  bool is_text(std::string_view member) const {
    return table_ != nullptr && table_->get(member) != nullptr && table_->get(member)->is_string();
  }
  Table table(std::string_view member) {
    asked_.insert(std::string(member));
    const auto* node = table_ == nullptr ? nullptr : table_->get(member);
    if (node != nullptr && !node->is_table()) wrong(member, "a table");
    return {node == nullptr ? nullptr : node->as_table(), spelled(member)};
  }

  /// The tables of `[member.NAME]`, by name.
  std::vector<std::pair<std::string, Table>> named_tables(std::string_view member) {
    std::vector<std::pair<std::string, Table>> out;
    Table all = table(member);
    if (all.table_ == nullptr) return out;
    for (const auto& [key, node] : *all.table_) {
      if (!node.is_table()) wrong(member, fmt::format("a table of tables, each headed [{}.NAME]", member));
      out.emplace_back(std::string(key.str()), Table(node.as_table(), all.spelled(key.str())));
    }
    return out;
  }

  /// The tables of `[[member]]`.
  std::vector<Table> tables(std::string_view member) {
    asked_.insert(std::string(member));
    std::vector<Table> out;
    const auto* node = table_ == nullptr ? nullptr : table_->get(member);
    if (node == nullptr) return out;
    if (node->as_array() == nullptr) {
      wrong(member, "an array of tables, each headed [[" + std::string(member) + "]]");
      return out;
    }
    for (const auto& element : *node->as_array()) {
      if (!element.is_table()) wrong(member, "an array of tables");
      out.emplace_back(element.as_table(), spelled(member));
    }
    return out;
  }

  /// The first thing that is wrong with the table, or nothing.
  base::Result<void> finish() const {
    if (!fault_.empty()) return base::fail(base::Code::invalid_argument, fault_);
    if (table_ == nullptr) return {};
    for (const auto& [key, node] : *table_) {
      if (!asked_.contains(std::string(key.str())))
        return base::fail(
            base::Code::invalid_argument,
            fmt::format("line {}: there is no setting {}", node.source().begin.line, spelled(key.str())));
    }
    return {};
  }

 private:
  std::string spelled(std::string_view member) const {
    return name_.empty() ? std::string(member) : fmt::format("{}.{}", name_, member);
  }
  void wrong(std::string_view member, std::string_view right) {
    if (fault_.empty()) fault_ = fmt::format("{} must be {}", spelled(member), right);
  }
  template <class T, class Use>
  void read(std::string_view member, std::string_view right, Use use) {
    asked_.insert(std::string(member));
    const auto* node = table_ == nullptr ? nullptr : table_->get(member);
    if (node == nullptr) return;
    const auto found = node->value_exact<T>();
    if (!found) return wrong(member, right);
    use(*found);
  }

  const toml::table* table_;
  std::string name_;
  std::string fault_;
  std::set<std::string, std::less<>> asked_;
};

/// Each member of a file by its name, with its value as text: the ConfigMembers of config_changes.h.
std::map<std::string, std::string> members_of(const toml::table& file);

}  // namespace countersign::apps
