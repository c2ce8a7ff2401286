#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "ledger/base/time.h"
#include "web/api/desk.h"
#include "web/api/evidence.h"
#include "web/tlog/log_routes.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tlog {

/// How a mirror of another appliance's log stands.
struct MirrorStanding {
  enum class State {
    waits,         ///< nothing was mirrored since the start, nor tried
    level,         ///< the last look went well
    failing,       ///< it did not: `problem` says why
    contradicted,  ///< what the log showed contradicts the mirror; nothing is taken over
  };
  std::string name;
  std::string origin;
  State state = State::waits;
  std::uint64_t size = 0;                    ///< records under the checkpoint that is held
  std::optional<base::Timestamp> signed_at;  ///< the time of that checkpoint, where the clock's key is known
  std::optional<base::Timestamp> looked;     ///< when the last look went well
  std::uint64_t missing = 0;                 ///< records that were never to be had: retired, as it is said
  std::string problem;
};
std::string_view to_string(MirrorStanding::State state);

/// What the program knows of its mirrors. Any thread.
struct MirrorFacts {
  std::function<std::vector<MirrorStanding>()> standings;
  /// The folder of the mirror of a name; empty where there is none.
  std::function<std::optional<std::filesystem::path>(std::string_view)> folder;
};

/// Serves what is mirrored here again as C2SP tlog-tiles, and `remaining/…`, below /v1/mirrors/<name>/, to
/// tokens of the role mirror that act for all tenants: a log of another appliance is no tenant's here. That
/// entries are read is recorded as `log.read` in the first region. GET /v1/mirrors says to administrators of
/// all tenants how they stand.
class MirrorRoutes {
 public:
  static constexpr std::size_t kWaitingMax = 256;

  /// `access` outlives it.
  MirrorRoutes(const api::EvidenceAccess& access, MirrorFacts facts,
               base::Clock clock = base::system_clock());
  ~MirrorRoutes() { stop(); }
  MirrorRoutes(const MirrorRoutes&) = delete;
  MirrorRoutes& operator=(const MirrorRoutes&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);
  void stop() { desk_.stop(); }

 private:
  enum class Part { tile, remaining };
  void give_tile(const endpoints::Asker& asker, const http::Request& request,
                 const std::optional<tree::TileId>& id, Part part, const http::Respond& respond);
  http::Response entries_answer(const std::string& name, const std::string& who,
                                const boost::json::object& members, http::Response tile);

  const api::EvidenceAccess& access_;
  const MirrorFacts facts_;
  const base::Clock clock_;
  Readings readings_;  ///< the desk's
  api::Desk desk_{kWaitingMax};
};

}  // namespace countersign::tlog
