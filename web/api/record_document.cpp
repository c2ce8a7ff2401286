#include "web/api/record_document.h"

#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "ledger/record/record.h"
#include "web/api/person_route.h"

#include <spdlog/spdlog.h>

namespace countersign::api {

boost::json::object record_document(std::uint64_t seq, const ShownRecord& record) {
  return {{"seq", seq},
          {"received", base::format_rfc3339(record.received)},
          {"record", record.bytes},
          {"hash", base::to_base64(record::record_hash(record.bytes).view())}};
}

http::Response look_failure(const base::Error& error) {
  using base::Code;
  if (error.code == Code::not_found) return refusal(404, error.message);
  if (error.code == Code::invalid_argument) return refusal(422, error.message);
  spdlog::error("evidence was not shown: {}", error.message);
  if (error.code == Code::resource_exhausted)
    return refusal(507, "the disk is full, so the look cannot be recorded; ask again when there is room");
  return refusal(503, "the appliance could not read that just now; its log says why");
}

}  // namespace countersign::api
