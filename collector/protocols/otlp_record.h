#pragma once

#include "collector/protocols/item.h"
#include "ledger/base/types.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// A log record of OTLP, however it was encoded. Values are JSON: a map is an object, bytes are base64, an
/// empty value is null, and a number that JSON cannot spell is one of the strings of proto3's JSON mapping.
namespace countersign::protocols {

/// A resource or a scope: what many records have in common, made ready once for all of them.
struct OtlpCommon {
  boost::json::object shown;  ///< what of it an event of the native shape takes along: a few simple values
  base::Digest digest;        ///< of all of it
  record::Faults faults;      ///< of all its records
  std::string tenant;         ///< these three of a resource: attribute `tenant`,
  std::string host;           ///< `host.name`,
  std::string app;            ///< `service.name`
};

OtlpCommon resource_of(const boost::json::object& attributes, record::Faults faults);
OtlpCommon scope_of(std::string_view name, std::string_view version, const boost::json::object& attributes,
                    record::Faults faults);

struct OtlpRecord {
  std::uint64_t time_unix_nano = 0;           ///< 0: not known
  std::uint64_t observed_time_unix_nano = 0;  ///< 0: not known
  std::int64_t severity_number = 0;
  std::string severity_text;
  std::string event_name;
  std::string trace_id;  ///< 32 hexadecimal digits, or empty
  std::string span_id;   ///< 16 hexadecimal digits, or empty
  boost::json::value body;
  boost::json::object attributes;
  record::Faults faults;
};

struct OtlpScopeLogs {
  std::shared_ptr<const OtlpCommon> resource;  ///< never null
  OtlpCommon scope;
  std::vector<OtlpRecord> records;
};

/// The two encodings of a request; see decode_otlp_logs for the problems.
tl::expected<std::vector<OtlpScopeLogs>, base::Problem> read_otlp_json(std::string_view body,
                                                                       const ProtocolLimits& limits);
tl::expected<std::vector<OtlpScopeLogs>, base::Problem> read_otlp_protobuf(std::string_view body,
                                                                           const ProtocolLimits& limits);

/// The hexadecimal spelling of an id of `size` bytes; empty where it has another size or is all zeros, which
/// means that there is none (logs.proto).
std::string otlp_id(base::Bytes id, std::size_t size);

/// A finite number as it is, else "NaN", "Infinity" or "-Infinity".
boost::json::value otlp_number(double number);

/// The item that a record of this resource and scope stands for.
Message message_of(OtlpRecord record, const OtlpCommon& resource, const OtlpCommon& scope,
                   const ProtocolLimits& limits);

}  // namespace countersign::protocols
