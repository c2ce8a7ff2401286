#include "reports/engine/catalogue.h"

#include "ledger/base/file.h"
#include "reports/engine/built_in.h"
#include "reports/engine/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kFileBytesMax = 256 << 10;
constexpr std::size_t kFilesMax = 2'000;

/// What every query may be given beside the parameters of its control.
const std::set<std::string, std::less<>> kScopeParameters{"from", "until", "known_from", "known_until",
                                                          "tenant"};

struct Shape {
  const Query& query;
  std::vector<std::string> columns;  ///< that it must have, in this order
  std::vector<std::string> more;     ///< that may follow
};

base::Result<void> check_query(sqlite::Guard& guard, const Shape& shape, const Definition& definition,
                               std::set<std::string>& used) {
  const auto& query = shape.query;
  const auto refuse = [&](std::size_t line, std::string_view why) {
    return fail(Code::invalid_argument, fmt::format("{}:{}: {}", query.file, query.line_in_file(line), why));
  };
  sqlite::Refusal refusal;
  auto statement = guard.prepare(query.sql, refusal);
  if (!statement) return refuse(refusal.line, refusal.why.empty() ? statement.error().message : refusal.why);
  std::vector<std::string> columns;
  for (int i = 0; i < statement->column_count(); ++i) columns.emplace_back(statement->column_name(i));
  auto wanted = shape.columns;
  for (const auto& more : shape.more) {
    if (columns.size() > wanted.size()) wanted.push_back(more);
  }
  if (definition.kind != Kind::listing && columns != wanted)
    return refuse(1, fmt::format("its columns are {}, and must be {}", fmt::join(columns, ", "),
                                 fmt::join(shape.columns, ", ")));
  if (definition.kind == Kind::listing && columns.size() != definition.columns.size())
    return refuse(1, fmt::format("it has {} columns, and the header names {}", columns.size(),
                                 definition.columns.size()));
  for (const auto& name : statement->parameter_names()) {
    const bool own = std::any_of(definition.parameters.begin(), definition.parameters.end(),
                                 [&](const Parameter& one) { return one.name == name; });
    if (own) used.insert(name);
    if (own || kScopeParameters.contains(name)) continue;
    const auto at = query.sql.find(":" + name);
    const auto line =
        1 + std::count(query.sql.begin(),
                       query.sql.begin() + static_cast<std::ptrdiff_t>(std::min(at, query.sql.size())), '\n');
    return refuse(static_cast<std::size_t>(line),
                  name.empty()
                      ? std::string("a parameter must have a name, such as :from")
                      : fmt::format("the parameter :{} is not in the header; known without that are :{}",
                                    name, fmt::join(kScopeParameters, " :")));
  }
  return {};
}

/// Checks the queries of one definition.
base::Result<void> check_queries(sqlite::Guard& guard, const Definition& definition) {
  std::set<std::string> used;
  const bool listing = definition.kind == Kind::listing;
  if (listing) {
    TRY(check_query(guard, {definition.rows, {}, {}}, definition, used));
  } else {
    TRY(check_query(guard, {definition.population, {"item"}, {}}, definition, used));
    TRY(check_query(guard, {definition.exceptions, {"item", "records", "observed"}, {"system_records"}},
                    definition, used));
  }
  for (const auto& parameter : definition.parameters) {
    if (used.contains(parameter.name)) continue;
    const auto& query = listing ? definition.rows : definition.exceptions;
    return fail(Code::invalid_argument, fmt::format("{}:{}: the parameter '{}' of the header is not used",
                                                    query.file, query.line, parameter.name));
  }
  return {};
}

base::Result<std::vector<Definition>> read_all(const std::vector<Catalogue::File>& files) {
  std::vector<Definition> out;
  TRY_ASSIGN(auto workspace, Workspace::empty());
  sqlite::Guard guard(workspace.connection(), Workspace::rules());
  for (const auto& file : files) {
    const std::filesystem::path path(file.name);
    if (path.extension() != ".toml") continue;
    const auto sql_name = path.parent_path() / (path.stem().string() + ".sql");
    const auto sql = std::find_if(files.begin(), files.end(),
                                  [&](const auto& one) { return one.name == sql_name.string(); });
    if (sql == files.end())
      return fail(Code::invalid_argument,
                  fmt::format("{}:1: there is no {} beside it", file.name, sql_name.string()));
    TRY_ASSIGN(auto definition, read_definition(file.name, file.content, sql->name, sql->content));
    const auto twin =
        std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.id == definition.id; });
    if (twin != out.end())
      return fail(Code::invalid_argument,
                  fmt::format("{}:1: the id {} is used by another", file.name, definition.id));
    TRY(check_queries(guard, definition));
    out.push_back(std::move(definition));
  }
  std::sort(out.begin(), out.end(), [](const Definition& a, const Definition& b) {
    return std::pair(a.kind, a.kind == Kind::listing ? a.table + a.id : a.id) <
           std::pair(b.kind, b.kind == Kind::listing ? b.table + b.id : b.id);
  });
  return out;
}

}  // namespace

base::Result<Catalogue> Catalogue::read(std::vector<File> files) {
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  Catalogue out;
  TRY_ASSIGN(out.definitions_, read_all(files));
  out.files_ = std::move(files);
  return out;
}

const Catalogue& Catalogue::built_in() {
  static const Catalogue kBuiltIn = [] {
    auto read = Catalogue::read(built_in_files());
    // What is built in is tested; a program with a broken catalogue must not start.
    if (!read) throw std::runtime_error(read.error().message);
    return std::move(*read);
  }();
  return kBuiltIn;
}

base::Result<Catalogue> Catalogue::with_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error)
    return fail(Code::not_found, fmt::format("the folder of controls {} cannot be read: {}", folder.string(),
                                             error.message()));
  auto files = built_in().files();
  for (const auto& entry : entries) {
    const auto extension = entry.path().extension();
    if (extension != ".toml" && extension != ".sql") continue;
    if (files.size() >= kFilesMax)
      return fail(Code::resource_exhausted, fmt::format("{} holds too many files", folder.string()));
    TRY_ASSIGN(auto content, base::read_file(entry.path(), kFileBytesMax));
    files.push_back({entry.path().string(), std::move(content)});
  }
  return read(std::move(files));
}

const Definition* Catalogue::find(std::string_view id) const {
  const auto found =
      std::find_if(definitions_.begin(), definitions_.end(), [&](const auto& one) { return one.id == id; });
  return found == definitions_.end() ? nullptr : &*found;
}

}  // namespace countersign::reports
