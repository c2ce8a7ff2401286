#include "collector/protocols/otlp.h"

#include "collector/protocols/media_type.h"
#include "collector/protocols/otlp_logs.pb.h"
#include "collector/protocols/otlp_record.h"
#include "ledger/base/json.h"

#include <fmt/format.h>

namespace countersign::protocols {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProtobuf = "application/x-protobuf";

}  // namespace

std::optional<OtlpEncoding> otlp_encoding(std::string_view content_type) {
  const auto type = media_type_of(content_type);
  if (type == kProtobuf) return OtlpEncoding::protobuf;
  if (type == kJson && has_utf8_charset(content_type)) return OtlpEncoding::json;
  return std::nullopt;
}

std::string_view media_type(OtlpEncoding encoding) {
  return encoding == OtlpEncoding::json ? kJson : kProtobuf;
}

tl::expected<Items, base::Problem> decode_otlp_logs(std::string_view body, OtlpEncoding encoding,
                                                    const ProtocolLimits& limits) {
  auto read =
      encoding == OtlpEncoding::json ? read_otlp_json(body, limits) : read_otlp_protobuf(body, limits);
  if (!read) return tl::unexpected(std::move(read.error()));
  Items items;
  for (auto& logs : *read) {
    for (auto& record : logs.records)
      items.push_back(message_of(std::move(record), *logs.resource, logs.scope, limits));
  }
  return items;
}

std::string encode_otlp_answer(std::int64_t rejected, std::string_view message, OtlpEncoding encoding) {
  const bool partial = rejected != 0 || !message.empty();
  if (encoding == OtlpEncoding::protobuf) {
    otlp::ExportLogsServiceResponse response;
    if (partial) {
      response.mutable_partial_success()->set_rejected_log_records(rejected);
      response.mutable_partial_success()->set_error_message(std::string(message));
    }
    return response.SerializeAsString();
  }
  if (!partial) return "{}";
  return fmt::format(R"({{"partialSuccess":{{"rejectedLogRecords":"{}","errorMessage":{}}}}})", rejected,
                     base::json_string(message));
}

std::string encode_otlp_error(const base::Problem& problem, OtlpEncoding encoding) {
  if (encoding == OtlpEncoding::json)
    return fmt::format(R"({{"message":{}}})", base::json_string(problem.detail));
  otlp::Status status;
  status.set_message(problem.detail);
  return status.SerializeAsString();
}

}  // namespace countersign::protocols
