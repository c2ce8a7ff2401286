#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "web/api/desk.h"
#include "web/api/evidence.h"
#include "web/tlog/log_tiles.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace countersign::tlog {

/// What of the tenants' logs is given to everybody; of `_system` nothing ever is.
struct Openness {
  bool checkpoint = false;
  bool tiles = false;  ///< of hashes
};

/// Whom an operator's token lets read whole logs: the role mirror alone.
std::optional<base::Problem> mirrors_only(const ingest::Operator& who);

/// The member `action.name` of log.read.
inline constexpr std::string_view kReadLog = "read log";

/// That entries of logs are read, told once an hour for each operator and log. One thread.
class Readings {
 public:
  /// Whether this hour's reading is not told yet.
  bool is_new(const std::string& who, const std::string& what, base::Timestamp now) const;
  void note(const std::string& who, const std::string& what, base::Timestamp now);

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t> hours_;
};

/// Serves each log that is kept here as C2SP tlog-tiles, at the place that its name says: below the path of
/// the origin, `/<region>/<tenant>/checkpoint` and `…/tile/…`; and `…/remaining/…` (mirror::remaining_path).
/// Checkpoint and hashes to tokens of the role mirror that act for the tenant, or to everybody; entries to
/// such tokens alone, and recorded as `log.read`.
class LogRoutes {
 public:
  static constexpr std::size_t kWaitingMax = 256;

  /// `access` outlives it. `origin` is the first part of the logs' names.
  LogRoutes(const api::EvidenceAccess& access, const std::string& origin, Openness open,
            base::Clock clock = base::system_clock());
  ~LogRoutes() { stop(); }
  LogRoutes(const LogRoutes&) = delete;
  LogRoutes& operator=(const LogRoutes&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);
  void stop() { desk_.stop(); }

 private:
  /// A log that is asked about.
  struct Place {
    base::RegionId region;
    base::TenantId tenant;
    store::RegionFiles files;
  };
  std::optional<Place> place_of(const ingest::Registry& registry, std::string_view region,
                                std::string_view tenant) const;
  http::Route route(
      std::string pattern, const endpoints::Reception& reception, bool open,
      std::function<void(const http::Request&, const endpoints::Asker*, Place, const http::Respond&)> give);
  void give_tile(const http::Request& request, const endpoints::Asker* asker, Place place,
                 const tree::TileId& id, const http::Respond& respond);
  enum class Part { whole, remaining };
  void give_records(const http::Request& request, const endpoints::Asker& asker, Place place,
                    const tree::TileId& id, Part part, const http::Respond& respond);
  // On the desk.
  base::Result<LogTiles*> tiles(const Place& place);
  base::Result<std::string> checkpoint(const Place& place);
  base::Result<std::string> tile(const Place& place, const tree::TileId& id);
  base::Result<std::string> remaining(const Place& place, const tree::TileId& id);
  base::Result<void> tell(const Place& place, const std::string& who, const boost::json::object& members);

  const api::EvidenceAccess& access_;
  const std::string prefix_;  ///< `/audit` of `evidence.example.com/audit`; mostly empty
  const Openness open_;
  const base::Clock clock_;
  std::map<base::RegionId, LogTiles> tiles_;  ///< the desk's
  Readings readings_;                         ///< the desk's
  api::Desk desk_{kWaitingMax};
};

}  // namespace countersign::tlog
