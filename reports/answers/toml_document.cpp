#include "reports/answers/toml_document.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
// As everywhere in the program: two ways of compiling one library do not go together.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <optional>

namespace countersign::answers {
namespace {

class Reader {
 public:
  boost::json::value read(const toml::node& node, const std::string& path) {
    out.lines.emplace(path, node.source().begin.line);
    if (const auto* table = node.as_table()) return read(*table, path);
    if (const auto* array = node.as_array()) {
      boost::json::array list;
      for (std::size_t i = 0; i < array->size(); ++i)
        list.push_back(read(*array->get(i), fmt::format("{}[{}]", path, i)));
      return list;
    }
    if (const auto text = node.value_exact<std::string>()) return boost::json::value(*text);
    if (const auto number = node.value_exact<std::int64_t>()) return *number;
    if (const auto truth = node.value_exact<bool>()) return *truth;
    if (!fault) fault = node.source().begin.line;
    return nullptr;
  }

  boost::json::object read(const toml::table& table, const std::string& path) {
    boost::json::object members;
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      members[name] = read(node, path.empty() ? name : fmt::format("{}.{}", path, name));
    }
    return members;
  }

  TomlDocument out;
  std::optional<std::size_t> fault;  ///< the line of what is of no kind that is known here
};

}  // namespace

std::size_t TomlDocument::line_of(std::string path) const {
  while (!path.empty()) {
    if (const auto found = lines.find(path); found != lines.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    path.resize(cut == std::string::npos ? 0 : cut);
  }
  return 1;
}

base::Result<TomlDocument> read_toml(const std::string& file, std::string_view text) {
  const auto parsed = toml::parse(text);
  if (!parsed)
    return base::fail(base::Code::invalid_argument,
                      fmt::format("{}:{}: it is no TOML: {}", file, parsed.error().source().begin.line,
                                  parsed.error().description()));
  Reader reader;
  reader.out.value = reader.read(parsed.table(), std::string());
  if (reader.fault)
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("{}:{}: it must be a text, a whole number, true or false, a list or a table", file,
                    *reader.fault));
  return std::move(reader.out);
}

}  // namespace countersign::answers
