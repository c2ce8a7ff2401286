#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::answers {

/// The first fault of a document, with its place in front. One thread.
class Faults {
 public:
  /// `of_program`: a member that is not known is named; what somebody sent is not repeated.
  Faults(std::function<std::string(const std::string& path)> place, bool of_program)
      : place_(std::move(place)), of_program_(of_program) {}
  void add(const std::string& path, std::string_view what);
  const std::optional<base::Error>& first() const { return first_; }
  bool of_program() const { return of_program_; }

 private:
  std::function<std::string(const std::string& path)> place_;
  bool of_program_;
  std::optional<base::Error> first_;
};

/// Reads the members of one object; what is wrong goes to the faults, and reading goes on. The object and the
/// faults must outlive it. One thread.
class Members {
 public:
  Members(const boost::json::object& object, std::string path, Faults& faults)
      : object_(object), path_(std::move(path)), faults_(faults) {}

  bool has(std::string_view name) const { return object_.contains(name); }
  bool is_true(std::string_view name) const;
  /// A text of UTF-8 that is not empty, without control characters but for line feeds.
  std::string need_text(std::string_view name, std::size_t bytes_max);
  /// A list of such texts; empty where there is none.
  std::vector<std::string> texts(std::string_view name, std::size_t count_max, std::size_t bytes_max);
  /// One text, which may be empty, or a list of them that is not.
  std::vector<std::string> text_or_texts(std::string_view name, std::size_t count_max, std::size_t bytes_max);
  /// Calls `read` for each object of a list; none where there is no list.
  void each(std::string_view name, std::size_t count_max, const std::function<void(Members&)>& read);

  void only(const std::set<std::string_view>& names);
  /// `name` empty: the object itself.
  void wrong(std::string_view name, std::string_view what);

 private:
  std::string path_of(std::string_view name) const;

  const boost::json::object& object_;
  std::string path_;
  Faults& faults_;
};

}  // namespace countersign::answers
