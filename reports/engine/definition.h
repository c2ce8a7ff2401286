#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace countersign::reports {

/// What stands in one cell of a result, or a parameter's value: nothing, a whole number, or text.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;

/// A number or text that a query is given by name, as `:window_s`.
struct Parameter {
  std::string name;
  Cell value;  ///< in a Definition: where the tenant says nothing
  std::optional<std::int64_t> least, most;
  std::string unit;     ///< `s`, `attempts`; empty where there is none
  std::string meaning;  ///< one sentence without a full stop
  std::string origin;   ///< the clause or policy that it is from: `PCI DSS 8.3.4`
};

/// One query, verbatim, as it is shown, hashed and run.
struct Query {
  std::string file;      ///< by which errors and the report name it
  std::size_t line = 1;  ///< on which what it alone has begins there
  /// Where its text begins with a WITH that the control's queries share: that one's first line, and how many.
  std::size_t shared_line = 1, shared_lines = 0;
  std::string sql;
  base::Digest sha256;

  /// The line of the file on which a line of the text stands; both from 1.
  std::size_t line_in_file(std::size_t of_text) const {
    return of_text <= shared_lines ? shared_line + of_text - 1 : line + of_text - shared_lines - 1;
  }
};

/// The frameworks that controls are mapped to, in the order of reports: `soc2`, `hipaa`, `pci_dss`, `gdpr`,
/// `iso_27001`, `nist_800_53`, `nist_800_63b`.
const std::vector<std::string>& frameworks();
/// As people know it: `SOC 2`, `PCI DSS 4.0.1`.
std::string_view framework_title(std::string_view framework);

enum class Severity { low, medium, high };
std::string_view to_string(Severity severity);

enum class Kind {
  control,    ///< tests a population and finds exceptions
  detection,  ///< the same, and runs continuously
  listing,    ///< a table of the report
};
std::string_view to_string(Kind kind);

/// What is tested, or listed, and how: a TOML header with an SQL file of the same name. A value.
struct Definition {
  Kind kind = Kind::control;
  std::string id;  ///< `STEP-UP-MISSING`
  std::int64_t version = 1;
  std::string title, objective;
  std::string procedure;  ///< how it is tested; begins with a verb
  std::string unit;       ///< what the population counts: `sensitive actions`
  std::string frequency;
  Severity severity = Severity::medium;
  std::map<std::string, std::vector<std::string>> criteria;  ///< framework to clauses
  std::vector<Parameter> parameters;
  std::vector<std::string> columns;  ///< of a listing: titles, as many as the query has columns
  std::string table;                 ///< of a listing: where it belongs, a letter of tables A to K
  Query population, exceptions;      ///< of a control; columns `item`; and `item`, `records`, `observed`
  Query rows;                        ///< of a listing

  bool supports(std::string_view framework, std::string_view clause) const;
};

/// Reads a header and its SQL file, in which `-- population` and `-- exceptions`, or `-- rows`, by themselves
/// on a line begin the queries. What stands behind a line `-- with` before them, a WITH that both have, is
/// put in front of each. Does not look at the SQL. invalid_argument with file and line.
base::Result<Definition> read_definition(const std::string& toml_file, std::string_view toml,
                                         const std::string& sql_file, std::string_view sql);

}  // namespace countersign::reports
