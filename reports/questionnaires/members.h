#pragma once

#include "ledger/base/time.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

inline boost::json::array texts_of(const std::vector<std::string>& from) {
  return boost::json::array(from.begin(), from.end());
}

/// Reads members of what was written here; good() is false once one was not as it has to be. The object must
/// outlive it. One thread.
class Members {
 public:
  explicit Members(const boost::json::object& object) : object_(object) {}
  bool good() const { return good_; }

  std::string text(std::string_view name) {
    const auto* found = need(name);
    if (found != nullptr && found->is_string()) return std::string(found->get_string());
    good_ = false;
    return {};
  }
  std::uint64_t number(std::string_view name) {
    const auto* found = need(name);
    if (found != nullptr && found->is_int64() && found->get_int64() >= 0)
      return static_cast<std::uint64_t>(found->get_int64());
    good_ = false;
    return 0;
  }
  bool flag(std::string_view name) {
    const auto* found = need(name);
    if (found != nullptr && found->is_bool()) return found->get_bool();
    good_ = false;
    return false;
  }
  base::Timestamp time(std::string_view name) {
    const auto read = base::parse_rfc3339(text(name));
    if (read) return *read;
    good_ = false;
    return {};
  }
  const boost::json::array& array(std::string_view name) {
    static const boost::json::array kNone;
    const auto* found = need(name);
    if (found != nullptr && found->is_array()) return found->get_array();
    good_ = false;
    return kNone;
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    for (const auto& one : array(name)) {
      good_ = good_ && one.is_string();
      if (one.is_string()) out.emplace_back(one.get_string());
    }
    return out;
  }
  const boost::json::object& object(std::string_view name) {
    static const boost::json::object kNone;
    const auto* found = need(name);
    if (found != nullptr && found->is_object()) return found->get_object();
    good_ = false;
    return kNone;
  }

 private:
  const boost::json::value* need(std::string_view name) const { return object_.if_contains(name); }

  const boost::json::object& object_;
  bool good_ = true;
};

}  // namespace countersign::questionnaires
