#include "collector/mapping/mapping.h"

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <set>

namespace countersign::mapping {
namespace {

using base::Code;
using base::fail;

const record::EventField* find_field(std::string_view path) {
  for (const auto& field : record::kEventFields) {
    const auto full =
        field.object.empty() ? std::string(field.name) : fmt::format("{}.{}", field.object, field.name);
    if (full == path && field.personal != record::Kind::raw) return &field;
  }
  return nullptr;
}

std::string known_paths() {
  std::string out;
  for (const auto& field : record::kEventFields) {
    if (field.personal == record::Kind::raw) continue;
    out += (out.empty() ? "" : ", ") +
           (field.object.empty() ? std::string() : std::string(field.object) + ".") + std::string(field.name);
  }
  return out;
}

auto wrong(const toml::node& node, const std::string& what) {
  return fail(Code::invalid_argument, fmt::format("line {}: {}", node.source().begin.line, what));
}

bool is_zone(const std::string& zone) {
  return zone == "Z" || (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':');
}

}  // namespace

/// Reads the tables of a mapping file.
class Reader {
 public:
  static base::Result<Mapping> read(const toml::table& top) {
    Mapping out;
    for (const auto& [key, node] : top) {
      const std::string name(key.str());
      if (name == "unmapped") {
        TRY(read_unmapped(node, out));
      } else if (name == "skip") {
        TRY(read_skips(node, out));
      } else if (name == "event" && node.is_table()) {
        TRY(read_members(*node.as_table(), "", out));
      } else if (name == "attributes" && node.is_table()) {
        TRY(read_attributes(*node.as_table(), out));
      } else {
        return wrong(node, fmt::format("{} is none of unmapped, skip, [event], [attributes]", name));
      }
    }
    for (const std::string_view required : {"id", "time", "type", "tenant"}) {
      const bool there =
          std::any_of(out.members_.begin(), out.members_.end(), [&](const Mapping::Member& member) {
            return member.field != nullptr && member.field->object.empty() && member.field->name == required;
          });
      if (!there)
        return fail(Code::invalid_argument, fmt::format("[event] must say where {} comes from", required));
    }
    return out;
  }

 private:
  static base::Result<void> read_unmapped(const toml::node& node, Mapping& out) {
    const auto text = node.value<std::string>().value_or("");
    if (text != "error" && text != "attributes" && text != "drop")
      return wrong(node, "unmapped must be \"error\", \"attributes\" or \"drop\"");
    out.unmapped_ = text == "error"        ? Mapping::Unmapped::refuse
                    : text == "attributes" ? Mapping::Unmapped::attributes
                                           : Mapping::Unmapped::drop;
    return {};
  }

  static base::Result<void> read_skips(const toml::node& node, Mapping& out) {
    const auto* all = node.as_array();
    if (all == nullptr)
      return wrong(node, "skip must be an array of tables: skip = [{column = \"…\", in = [\"…\"]}]");
    for (const auto& element : *all) {
      const auto* table = element.as_table();
      if (table == nullptr || !table->contains("column") || table->get("in")->as_array() == nullptr)
        return wrong(element, "a skip needs `column` and `in`");
      Mapping::Skip skip;
      skip.column = table->get("column")->value<std::string>().value_or("");
      for (const auto& value : *table->get("in")->as_array())
        skip.in.push_back(value.value<std::string>().value_or(""));
      out.skips_.push_back(std::move(skip));
    }
    return {};
  }

  /// `"actor.id" = …` and `actor.id = …` are the same.
  static base::Result<void> read_members(const toml::table& table, const std::string& prefix, Mapping& out) {
    for (const auto& [key, node] : table) {
      const std::string path = prefix + std::string(key.str());
      const auto* inner = node.as_table();
      const auto* field = find_field(path);
      if (field == nullptr && inner != nullptr && prefix.empty() && !is_value(*inner)) {
        TRY(read_members(*inner, path + ".", out));
        continue;
      }
      if (field == nullptr)
        return wrong(node, fmt::format("an event has no member {}; it has: {}", path, known_paths()));
      Mapping::Member member;
      member.field = field;
      TRY_ASSIGN(member.value, read_value(node, path));
      if (field->type == record::FieldType::time) TRY(check_time(node, path, member.value));
      out.members_.push_back(std::move(member));
    }
    return {};
  }

  static base::Result<void> read_attributes(const toml::table& table, Mapping& out) {
    for (const auto& [key, node] : table) {
      Mapping::Member member;
      member.name = std::string(key.str());
      TRY_ASSIGN(member.value, read_value(node, member.name));
      out.members_.push_back(std::move(member));
    }
    return {};
  }

  static bool is_value(const toml::table& table) {
    return table.contains("column") || table.contains("columns") || table.contains("const") ||
           table.contains("hash");
  }

  static base::Result<void> check_time(const toml::node& node, const std::string& path,
                                       Mapping::Value& value) {
    if (value.columns.empty()) return {};
    if (value.time.empty())
      return wrong(node,
                   fmt::format("{} needs a format: rfc3339, epoch_s, epoch_ms, epoch_us or a pattern", path));
    const bool pattern = value.time.find('%') != std::string::npos;
    const bool known = value.time == "rfc3339" || value.time == "epoch_s" || value.time == "epoch_ms" ||
                       value.time == "epoch_us";
    if (!pattern && !known) return wrong(node, fmt::format("{} has no such format", path));
    if (!value.zone.empty() && !is_zone(value.zone)) return wrong(node, "zone must be Z or like +02:00");
    if (pattern && value.time.find("%z") == std::string::npos && value.zone.empty())
      return wrong(node, fmt::format("{} needs a zone, for its pattern has none", path));
    return {};
  }

  /// `"column"`, or a table.
  static base::Result<Mapping::Value> read_value(const toml::node& node, const std::string& path) {
    Mapping::Value out;
    if (const auto text = node.value<std::string>()) {
      out.columns = {*text};
    } else if (const auto* table = node.as_table()) {
      TRY(read_table(*table, path, out));
    } else {
      return wrong(node, fmt::format("{} must be a column's name, or a table", path));
    }
    for (const auto& column : out.columns) {
      if (record::names_a_secret(column) || record::names_a_secret(column.substr(column.rfind('.') + 1)))
        return wrong(node,
                     fmt::format("the column of {} is named as a secret is, and those are never kept", path));
    }
    if (out.hash && path != "id") return wrong(node, fmt::format("{} cannot be a hash; only id can", path));
    if (out.columns.empty() && out.constant.empty() && !out.hash)
      return wrong(node, fmt::format("{} needs one of column, columns, const, hash", path));
    return out;
  }

  static base::Result<void> read_table(const toml::table& table, const std::string& path,
                                       Mapping::Value& out) {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const auto text = node.value<std::string>();
      if (name == "column" && text) {
        out.columns = {*text};
      } else if (name == "columns" && node.is_array()) {
        for (const auto& column : *node.as_array())
          out.columns.push_back(column.value<std::string>().value_or(""));
      } else if (name == "const" && text) {
        out.constant = *text;
      } else if (name == "hash" && node.value<bool>()) {
        out.hash = *node.value<bool>();
      } else if (name == "format" && text) {
        out.time = *text;
      } else if (name == "zone" && text) {
        out.zone = *text;
      } else if (name == "default" && text) {
        out.otherwise = *text;
      } else if (name == "map" && node.is_table()) {
        for (const auto& [from, to] : *node.as_table())
          out.values[std::string(from.str())] = to.value<std::string>().value_or("");
      } else {
        return wrong(
            node,
            fmt::format("{}.{} is not known or of the wrong type; there are column, columns, const, hash, "
                        "format, zone, map and default",
                        path, name));
      }
    }
    return {};
  }
};

base::Result<Mapping> Mapping::parse(std::string_view toml) {
  const auto parsed = toml::parse(toml);
  if (!parsed)
    return fail(Code::invalid_argument,
                fmt::format("line {}: {}", parsed.error().source().begin.line, parsed.error().description()));
  return Reader::read(parsed.table());
}

}  // namespace countersign::mapping
