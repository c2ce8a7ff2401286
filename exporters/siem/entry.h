#pragma once

#include "exporters/siem/meaning.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Records in the forms that SIEMs read. Pure functions from a record to text; nothing here opens a personal
/// value: what is personal is the token that stands in the record.
namespace countersign::siem {

/// What is known of a finding, beside the record of a step of its life.
struct Finding {
  std::string id, tenant, control;
  std::int64_t version = 0;     ///< of the control; 0: not known
  std::string title, severity;  ///< of the control; empty: not known
  std::string item, observed;
  std::string note;                    ///< what was said with this step
  std::vector<std::uint64_t> records;  ///< in the tenant's log
  std::string log;                     ///< the tenant's
};

/// A record taken apart. Its views point into the record's bytes.
struct Entry {
  std::string_view record;
  record::RecordView view;
  record::EventView event;
  std::string uid;     ///< the record's hash, 64 hexadecimal digits: no two records have the same one
  std::string tenant;  ///< whose log it is; `_system` for the appliance's own
  base::Timestamp occurred;
  Meaning meaning;
  std::optional<Finding> finding;  ///< of records of the type finding.*
};

/// Reads a record's bytes, which outlive the entry. data_loss where they were not written by write_record.
base::Result<Entry> read_entry(std::string_view record, std::optional<Finding> finding = {});

/// What a form says that is not in the record.
struct Options {
  std::string version;       ///< of the product
  bool with_record = false;  ///< the record's bytes, too, so that who has the event can check its hash
};

/// One JSON object each, without a line's end. OCSF 1.3.0 (schema.ocsf.io), and the Elastic Common Schema
/// with what it has no field for under `countersign`.
std::string ocsf(const Entry& entry, const Options& options);
std::string ecs(const Entry& entry, const Options& options);

/// ArcSight's Common Event Format, version 0: one line without its end. `with_record` is not heard: its
/// fields are too short.
std::string cef(const Entry& entry, const Options& options);

/// A text as a field of the header of CEF, and as a value of its extension, escaped.
std::string cef_header(std::string_view text);
std::string cef_value(std::string_view text);

}  // namespace countersign::siem
