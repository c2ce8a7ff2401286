#pragma once

#include "reports/engine/catalogue.h"
#include "reports/engine/run_control.h"
#include "reports/engine/workspace.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::testing {

/// The token that stands for a personal value in a tale: made of kind and value alone, so the same each time.
std::string tale_token(std::string_view kind, std::string_view value);

/// Records as a ledger has them, told one by one, for tests of what is read from them. Personal values are
/// given in the clear and stand as tokens; there is no vault and no chain, so a tale is quick to tell.
class Tale {
 public:
  struct Value {
    // NOLINTBEGIN(google-explicit-constructor): a tale is told in braces.
    Value(const char* text) : json(text) {}
    Value(const std::string& text) : json(boost::json::string_view(text.data(), text.size())) {}
    Value(bool is) : json(is) {}
    Value(int number) : json(number) {}
    Value(std::int64_t number) : json(number) {}
    // NOLINTEND(google-explicit-constructor)
    boost::json::value json;
  };
  /// A member of an event by its path: `{"actor.id", "ana"}`, `{"challenge.attempt", 2}`.
  using Member = std::pair<std::string_view, Value>;
  using Members = std::initializer_list<Member>;
  using MemberList = std::vector<Member>;

  /// `received_after_s` after it occurred; what is received counts in the order in which it is told, so a
  /// record that would be received before the one told before is received with that. Returns its number.
  std::uint64_t say(std::string_view time, std::string_view type, const boost::json::object& event,
                    std::string_view source = "shop", std::string_view proof = "token",
                    std::int64_t received_after_s = 0);
  std::uint64_t say(std::string_view time, std::string_view type, Members members,
                    std::string_view source = "shop", std::string_view proof = "token",
                    std::int64_t received_after_s = 0);
  /// Of the appliance itself, in the system log.
  std::uint64_t system(std::string_view time, std::string_view type, Members members) {
    return system(time, type, MemberList(members));
  }
  std::uint64_t system(std::string_view time, std::string_view type, const MemberList& members);
  /// One member of the tenant's policies changes: `policy("2026-01-01T00:00:00Z", "access.step_up.window_s",
  /// 900, 600)`.
  void policy(std::string_view time, std::string_view member, const boost::json::value& before,
              const boost::json::value& after);

  /// The record is no longer there, as if it had been retired.
  void lose(std::uint64_t seq) { lost_.insert(seq); }

  const std::vector<std::string>& records() const { return records_; }
  const std::vector<std::string>& system_records() const { return system_records_; }

  /// As the appliance's index of a region, in which the tenant's log has the number 0 and the system log 1.
  void write_index(const std::filesystem::path& file) const;
  /// The tables that queries read, for a period.
  reports::Workspace workspace(std::string_view from, std::string_view until) const;

  /// Runs one of the built-in controls or detections over a period, with parameters that a tenant has set.
  reports::ControlResult run(
      std::string_view control, std::string_view from, std::string_view until,
      std::initializer_list<std::pair<std::string_view, reports::Cell>> parameters = {}) const;
  reports::Listing list(std::string_view listing, std::string_view from, std::string_view until) const;

 private:
  std::string line(std::string_view log, std::vector<std::string>& records, std::int64_t& received,
                   std::string_view time, std::string_view source, std::string_view proof,
                   std::int64_t after_s, const boost::json::object& event);

  std::vector<std::string> records_, system_records_;
  std::set<std::uint64_t> lost_;
  std::int64_t received_ = 0, system_received_ = 0;
  std::uint64_t changes_ = 0;
};

/// The items of a result's exceptions, as text.
std::vector<std::string> items(const reports::ControlResult& result);

}  // namespace countersign::testing
