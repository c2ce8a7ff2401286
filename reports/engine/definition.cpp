#include "reports/engine/definition.h"

#include "ledger/crypto/digest.h"

#include <fmt/format.h>
// As everywhere in the program: two ways of compiling one library do not go together.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFrameworks{{
    {"soc2", "SOC 2"},
    {"hipaa", "HIPAA Security Rule, 45 CFR 164"},
    {"pci_dss", "PCI DSS 4.0.1"},
    {"gdpr", "GDPR"},
    {"iso_27001", "ISO/IEC 27001:2022 Annex A"},
    {"nist_800_53", "NIST SP 800-53 Rev. 5"},
    {"nist_800_63b", "NIST SP 800-63B-4"},
}};
constexpr std::array<std::string_view, 3> kSeverities{"low", "medium", "high"};
constexpr std::array<std::string_view, 3> kKinds{"control", "detection", "listing"};

/// Reads members of one TOML file; the first fault stays.
class Header {
 public:
  explicit Header(std::string file) : file_(std::move(file)) {}

  template <class... Args>
  void wrong(const toml::node* at, fmt::format_string<Args...> what, Args&&... args) {
    if (fault_) return;
    const auto line = at != nullptr ? at->source().begin.line : 1;
    fault_ = base::Error{Code::invalid_argument, fmt::format("{}:{}: {}", file_, line,
                                                             fmt::format(what, std::forward<Args>(args)...))};
  }

  std::string text(const toml::table& table, std::string_view name, std::string_view otherwise) {
    const auto* node = table.get(name);
    if (node == nullptr) return std::string(otherwise);
    const auto value = node->value_exact<std::string>();
    if (!value) wrong(node, "'{}' must be a text", name);
    return value.value_or("");
  }
  std::string need_text(const toml::table& table, std::string_view name) {
    const auto* node = table.get(name);
    const auto value = node != nullptr ? node->value_exact<std::string>() : std::nullopt;
    if (!value || value->empty()) {
      wrong(node != nullptr ? node : &table, "'{}' must be a text that is not empty", name);
      return {};
    }
    return *value;
  }
  std::optional<std::int64_t> number(const toml::table& table, std::string_view name) {
    const auto* node = table.get(name);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value_exact<std::int64_t>();
    if (!value) wrong(node, "'{}' must be a whole number", name);
    return value;
  }
  std::vector<std::string> texts(const toml::table& table, std::string_view name) {
    std::vector<std::string> out;
    const auto* node = table.get(name);
    if (node == nullptr) return out;
    const auto* array = node->as_array();
    if (array == nullptr) {
      wrong(node, "'{}' must be a list of texts", name);
      return out;
    }
    for (const auto& one : *array) {
      const auto value = one.value_exact<std::string>();
      if (!value || value->empty()) wrong(&one, "'{}' must hold texts that are not empty", name);
      out.push_back(value.value_or(""));
    }
    return out;
  }
  template <std::size_t kCount>
  std::size_t one_of(const toml::table& table, std::string_view name,
                     const std::array<std::string_view, kCount>& names) {
    const auto value = need_text(table, name);
    const auto found = std::find(names.begin(), names.end(), value);
    if (found == names.end()) {
      wrong(table.get(name), "'{}' must be one of {}", name, fmt::join(names, ", "));
      return 0;
    }
    return static_cast<std::size_t>(found - names.begin());
  }
  void only(const toml::table& table, std::initializer_list<std::string_view> names) {
    for (const auto& [key, node] : table) {
      if (std::find(names.begin(), names.end(), key.str()) == names.end())
        wrong(&node, "'{}' is no member that is known here; known are {}", key.str(), fmt::join(names, ", "));
    }
  }
  const std::optional<base::Error>& fault() const { return fault_; }

 private:
  std::string file_;
  std::optional<base::Error> fault_;
};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'A' && text.front() <= 'Z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void read_parameters(Header& header, const toml::table& table, Definition& out) {
  const auto* node = table.get("parameters");
  if (node == nullptr) return;
  const auto* all = node->as_table();
  if (all == nullptr) return header.wrong(node, "'parameters' must be a table");
  for (const auto& [key, one] : *all) {
    const auto* members = one.as_table();
    if (members == nullptr || !is_name(key.str()))
      return header.wrong(&one, "the parameter '{}' must be a table under a name of a-z, 0-9 and _",
                          key.str());
    header.only(*members, {"default", "least", "most", "unit", "meaning", "origin"});
    Parameter parameter;
    parameter.name = key.str();
    const auto* value = members->get("default");
    if (value != nullptr && value->is_integer()) {
      parameter.value = *value->value_exact<std::int64_t>();
    } else if (value != nullptr && value->is_string()) {
      parameter.value = *value->value_exact<std::string>();
    } else {
      header.wrong(&one, "the parameter '{}' needs a 'default', a whole number or a text", key.str());
    }
    parameter.least = header.number(*members, "least");
    parameter.most = header.number(*members, "most");
    parameter.unit = header.text(*members, "unit", "");
    parameter.meaning = header.need_text(*members, "meaning");
    parameter.origin = header.need_text(*members, "origin");
    out.parameters.push_back(std::move(parameter));
  }
  std::sort(out.parameters.begin(), out.parameters.end(),
            [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
}

void read_criteria(Header& header, const toml::table& table, Definition& out) {
  const auto* node = table.get("criteria");
  const auto* all = node != nullptr ? node->as_table() : nullptr;
  if (all == nullptr)
    return header.wrong(node, "'criteria' must be a table of frameworks with their clauses");
  for (const auto& [key, clauses] : *all) {
    if (framework_title(key.str()).empty())
      header.wrong(&clauses, "'{}' is no framework that is known here; known are {}", key.str(),
                   fmt::join(frameworks(), ", "));
    out.criteria.emplace(key.str(), header.texts(*all, key.str()));
  }
  if (out.criteria["soc2"].empty()) header.wrong(node, "'criteria' must name what it supports in soc2");
}

constexpr std::string_view kShared = "with";

std::size_t lines_of(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The parts of an SQL file, by the word that begins each.
base::Result<std::map<std::string, Query>> parts_of(const std::string& file, std::string_view sql,
                                                    const std::vector<std::string>& words) {
  std::map<std::string, Query> out;
  Query* current = nullptr;
  std::size_t number = 0;
  while (!sql.empty()) {
    const auto end = sql.find('\n');
    const auto line = sql.substr(0, end);
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 1);
    ++number;
    const auto word = line.starts_with("-- ") ? std::string(line.substr(3)) : std::string();
    if (word == kShared || std::find(words.begin(), words.end(), word) != words.end()) {
      const auto [at, fresh] = out.try_emplace(word);
      if (!fresh)
        return fail(Code::invalid_argument,
                    fmt::format("{}:{}: '-- {}' stands there twice", file, number, word));
      current = &at->second;
      current->file = file;
      current->line = number + 1;
    } else if (current != nullptr) {
      current->sql.append(line).push_back('\n');
    }
  }
  // No empty lines behind a part.
  for (auto& [word, part] : out) {
    while (part.sql.size() > 1 && part.sql.ends_with("\n\n")) part.sql.pop_back();
  }
  return out;
}

/// The queries of an SQL file, by the word that begins each.
base::Result<std::map<std::string, Query>> split(const std::string& file, std::string_view sql,
                                                 const std::vector<std::string>& words) {
  TRY_ASSIGN(auto out, parts_of(file, sql, words));
  const auto shared = out.extract(std::string(kShared));
  for (const auto& word : words) {
    const auto found = out.find(word);
    if (found == out.end() || found->second.sql.find_first_not_of(" \n\t") == std::string::npos)
      return fail(Code::invalid_argument,
                  fmt::format("{}:1: the query behind a line '-- {}' is missing", file, word));
    auto& query = found->second;
    if (shared) {
      query.shared_line = shared.mapped().line;
      query.shared_lines = lines_of(shared.mapped().sql);
      query.sql.insert(0, shared.mapped().sql);
    }
    query.sha256 = crypto::sha256(query.sql);
  }
  return out;
}

}  // namespace

const std::vector<std::string>& frameworks() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& [name, title] : kFrameworks) names.emplace_back(name);
    return names;
  }();
  return kNames;
}

std::string_view framework_title(std::string_view framework) {
  const auto* found = std::find_if(kFrameworks.begin(), kFrameworks.end(),
                                   [&](const auto& one) { return one.first == framework; });
  return found == kFrameworks.end() ? std::string_view() : found->second;
}

std::string_view to_string(Severity severity) { return kSeverities[static_cast<std::size_t>(severity)]; }
std::string_view to_string(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

bool Definition::supports(std::string_view framework, std::string_view clause) const {
  const auto found = criteria.find(std::string(framework));
  if (found == criteria.end()) return false;
  return std::find(found->second.begin(), found->second.end(), clause) != found->second.end();
}

base::Result<Definition> read_definition(const std::string& toml_file, std::string_view toml,
                                         const std::string& sql_file, std::string_view sql) {
  const auto parsed = toml::parse(toml);
  if (!parsed)
    return fail(Code::invalid_argument,
                fmt::format("{}:{}: it is no TOML: {}", toml_file, parsed.error().source().begin.line,
                            parsed.error().description()));
  const auto& table = parsed.table();
  Header header(toml_file);
  Definition out;
  out.kind = static_cast<Kind>(header.one_of(table, "kind", kKinds));
  out.id = header.need_text(table, "id");
  if (!is_id(out.id))
    header.wrong(table.get("id"), "'id' must be made of A-Z, 0-9 and -, and begin with a letter");
  out.version = header.number(table, "version").value_or(1);
  out.title = header.need_text(table, "title");
  out.objective = header.need_text(table, "objective");
  read_parameters(header, table, out);
  const bool listing = out.kind == Kind::listing;
  if (listing) {
    header.only(table, {"kind", "id", "version", "title", "objective", "table", "columns", "parameters"});
    out.table = header.need_text(table, "table");
    out.columns = header.texts(table, "columns");
    if (out.columns.empty())
      header.wrong(table.get("columns"), "'columns' must name each column of the query");
  } else {
    header.only(table, {"kind", "id", "version", "title", "objective", "procedure", "unit", "frequency",
                        "severity", "criteria", "parameters"});
    out.procedure = header.need_text(table, "procedure");
    out.unit = header.need_text(table, "unit");
    out.frequency = header.need_text(table, "frequency");
    out.severity = static_cast<Severity>(header.one_of(table, "severity", kSeverities));
    read_criteria(header, table, out);
  }
  if (header.fault()) return fail(*header.fault());
  const std::vector<std::string> words =
      listing ? std::vector<std::string>{"rows"} : std::vector<std::string>{"population", "exceptions"};
  TRY_ASSIGN(auto queries, split(sql_file, sql, words));
  if (listing) {
    out.rows = std::move(queries.at("rows"));
  } else {
    out.population = std::move(queries.at("population"));
    out.exceptions = std::move(queries.at("exceptions"));
  }
  return out;
}

}  // namespace countersign::reports
