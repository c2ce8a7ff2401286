#pragma once

#include "apps/stream_transport.h"
#include "exporters/siem/entry.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/senders/batch/batch.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

class Table;

/// The form of events.
enum class StreamFormat { ocsf, ecs, cef };

/// What one `[[stream]]` says: which records go to which SIEM, and how.
struct StreamSettings {
  enum class What {
    records,   ///< of the logs of the tenants, and of the system log
    findings,  ///< what the system log tells of findings of the tenants
    both,
  };
  std::string name;
  What what = What::both;
  std::vector<std::string> tenants;     ///< empty: all, and the system log
  std::vector<std::string> types;       ///< `login.failed`, `challenge.*`; empty: all
  std::vector<base::RegionId> regions;  ///< whose records go out
  std::string destination;              ///< the region or country where it lies
  bool leaves_region = false;           ///< said by who configured it: it lies outside one of `regions`
  StreamFormat format = StreamFormat::ocsf;
  bool with_record = false;
  bool from_beginning = false;  ///< else from when it is configured on
  std::size_t batch_events = 500, batch_bytes = 1 << 20;
  StreamTransport how;

  /// Whether it takes all records of a log. `tenant` may be `_system`.
  bool takes_records_of(std::string_view tenant) const;
  /// Whether it takes what the system log tells of findings of a tenant.
  bool takes_findings_of(std::string_view tenant) const;
  bool takes_type(std::string_view type) const;
  /// Whether there can be anything for it in a log.
  bool looks_into(std::string_view tenant) const;

  /// For people, without what may be secret: `https siem.example.com:443`, `syslog 10.0.0.7:514 without TLS`.
  std::string text() const;
  /// Which records go out: where this changes, a log that was not sent before begins anew.
  std::string scope() const;
};

/// Reads all `[[stream]]`; `kept` are the regions of the appliance. invalid_argument names the first member
/// that is wrong. No secret is read.
base::Result<std::vector<StreamSettings>> read_streams(Table& top, const std::filesystem::path& folder,
                                                       const std::vector<base::RegionId>& kept);

/// Reads the secret and gets ready to send. Errors as read_secret; invalid_argument: it is no such secret.
base::Result<senders::SendBatch> make_sender(const StreamSettings& settings);

/// An entry as the stream's events are.
std::string to_text(const StreamSettings& settings, const siem::Entry& entry);

}  // namespace countersign::apps
