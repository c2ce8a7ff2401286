#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/sqlite/connection.h"
#include "reports/documents/record_events.h"
#include "reports/documents/waiting_events.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::trust {

struct EventOf;

/// The folder of a region's requests for access.
std::filesystem::path folder_in(const std::filesystem::path& region_folder);

/// Who asks, and why: personal values.
struct Wish {
  std::string name, email, company, reason;
};

enum class Decision { pending, approved, refused, expired };
/// `pending`, `approved`, `refused`, `expired`.
std::string_view to_string(Decision decision);

struct Request {
  std::string id;  ///< as crypto::random_id()
  base::Timestamp asked;
  Decision decision = Decision::pending;
  std::optional<Wish> wish;  ///< while nothing is decided
  std::optional<base::Timestamp> decided;
  std::string account;                     ///< that was made of it
  std::optional<base::Timestamp> expires;  ///< when that one's access ends
};

/// What was approved.
struct Grant {
  std::string account, tenant;
  base::Timestamp from, before, expires;
};

/// Requests for access to what the trust page speaks of: `trust/requests.sqlite` of a region. Who asks is
/// known there until it is decided; then id, times, decision and account stay.
///
/// A change and its event in the system log are one, as those of the documents are. Several processes and
/// threads may each have one of a folder. One thread. Errors of all calls: the connection's, and
/// resource_exhausted where the event cannot be left.
class Requests {
 public:
  static constexpr std::size_t kPendingMax = 200;

  struct Options {
    std::filesystem::path folder;  ///< folder_in()
    documents::Record record;
    std::int64_t keep_days = 30;  ///< an undecided one expires, and one that came to nothing is forgotten
    base::Clock clock = base::system_clock();
    crypto::Entropy entropy = crypto::system_entropy();
  };
  /// Makes what is missing.
  static base::Result<Requests> open(Options options);

  /// Keeps a request; one of an address that waits already changes nothing. False
  /// where kPendingMax wait, whoever asks. `device` is that of the event.
  base::Result<bool> add(const Wish& wish, const boost::json::object& device);

  /// The newest first.
  base::Result<std::vector<Request>> list();
  /// not_found.
  base::Result<Request> find(std::string_view id);
  /// The same where events still wait: for who has to know whether a call that failed has changed something.
  base::Result<Request> as_stored(std::string_view id);

  // not_found; failed_precondition: it is decided. What they give back no longer says who asked.
  base::Result<Request> approve(std::string_view id, const Grant& grant, const documents::By& by);
  base::Result<Request> refuse(std::string_view id, const std::string& reason, const documents::By& by);
  /// Nothing of it stays here. Recorded as a refusal with the reason `deleted`.
  base::Result<void> remove(std::string_view id, const documents::By& by);

  /// Ends what nobody has decided in time, and forgets what is over; gives how many wait.
  base::Result<std::size_t> tidy();

 private:
  Requests(Options options, sqlite::Connection connection)
      : options_(std::move(options)), connection_(std::move(connection)) {}

  base::Result<void> settle();
  base::Result<std::vector<Request>> read(std::string_view condition, std::string_view text = {},
                                          std::int64_t number = 0);
  base::Result<Request> read_one(std::string_view id);
  base::Result<void> decide(const Request& request, const boost::json::object& event);
  /// Gives the event of a decision, and puts into the request what else it decides.
  using Recorded = std::function<boost::json::object(const EventOf&, Request&)>;
  base::Result<Request> decide_once(std::string_view id, Decision decision, const Recorded& recorded);

  Options options_;
  sqlite::Connection connection_;
};

}  // namespace countersign::trust
