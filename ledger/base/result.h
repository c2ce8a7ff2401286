#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace countersign::base {

/// What kind of failure an Error is. The names and their meaning are the canonical status codes; the choice
/// between the three that invite a retry: `unavailable` retry the same call, `aborted` retry the whole
/// operation, `failed_precondition` do not retry until somebody has mended the state.
enum class Code {
  invalid_argument,     ///< the caller's input is wrong, whatever the state of the system
  not_found,            ///< the thing named does not exist
  already_exists,       ///< the thing to be made is there already
  permission_denied,    ///< the caller is known and may not do this
  unauthenticated,      ///< the caller did not prove who it is
  resource_exhausted,   ///< a limit was reached: a full disk, a body too large
  failed_precondition,  ///< the system is not in a state that allows this
  aborted,              ///< a concurrent change got in between
  unavailable,          ///< not now; the same call may succeed later
  data_loss,            ///< evidence is missing, altered or rolled back
  internal,             ///< a library or the operating system failed
};

/// The canonical name, for example "invalid_argument".
std::string_view to_string(Code code);

/// A failure that a caller can act on. `message` says what, where and how to mend it, as one sentence without
/// a final full stop; it never holds a secret or a personal value.
struct Error {
  Code code = Code::internal;
  std::string message;

  bool operator==(const Error&) const = default;
};

/// The value of a call that can fail, or its Error.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
 public:
  using tl::expected<void, Error>::expected;
};

/// Makes the failure that a function returning Result<T> returns.
inline tl::unexpected<Error> fail(Code code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Passes a failure on.
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// Passes a failure on with what was being done in front: "cannot open the ledger: …".
inline tl::unexpected<Error> fail(std::string_view doing, const Error& error) {
  return tl::unexpected<Error>(Error{error.code, std::string(doing) + ": " + error.message});
}

}  // namespace countersign::base

#define COUNTERSIGN_CONCAT_(a, b) a##b
#define COUNTERSIGN_CONCAT(a, b) COUNTERSIGN_CONCAT_(a, b)

/// Evaluates a Result<void>; on failure returns its Error from the enclosing function.
#define TRY(expression)                                                 \
  do {                                                                  \
    if (auto try_result_ = (expression); !try_result_) {                \
      return ::countersign::base::fail(std::move(try_result_).error()); \
    }                                                                   \
  } while (false)

/// TRY_ASSIGN(auto x, f()): declares or assigns from a Result<T>; on failure returns its Error.
#define TRY_ASSIGN(target, expression) \
  TRY_ASSIGN_(COUNTERSIGN_CONCAT(try_value_, __LINE__), target, expression)
#define TRY_ASSIGN_(name, target, expression)                  \
  auto name = (expression);                                    \
  if (!name) {                                                 \
    return ::countersign::base::fail(std::move(name).error()); \
  }                                                            \
  target = std::move(*name)
