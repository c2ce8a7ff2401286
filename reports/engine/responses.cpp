#include "reports/engine/responses.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "reports/engine/guarded_run.h"

#include <fmt/format.h>

namespace countersign::reports {

std::string finding_id(std::string_view tenant, std::string_view control, const Cell& item) {
  std::string text(tenant);
  text.push_back('\0');
  text.append(control).push_back('\0');
  text.append(to_text(item));
  return base::to_hex(crypto::sha256(text).view()).substr(0, 16);
}

base::Result<std::map<std::string, Response>> read_responses(Workspace& workspace) {
  std::map<std::string, Response> out;
  TRY_ASSIGN(
      auto rows,
      workspace.connection().prepare(
          "SELECT type, substr(resource, instr(resource, '/') + 1), received, context, reason FROM system"
          " WHERE type GLOB 'finding.*' ORDER BY seq"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return out;
    auto& response = out[std::string(rows.text(1))];
    const auto type = rows.text(0);
    const base::Timestamp at{rows.integer(2)};
    if (type == "finding.opened") {
      if (!response.opened) response.opened = at;
      if (response.state.empty()) response.state = "opened";
    } else if (type == "finding.acknowledged") {
      if (!response.acknowledged) response.acknowledged = at;
      if (response.state != "resolved") response.state = "acknowledged";
    } else if (type == "finding.resolved") {
      response.resolved = at;
      response.reason = rows.text(4);
      response.state = "resolved";
    } else if (type == "finding.answered") {
      response.text = rows.text(3);
      if (response.state.empty()) response.state = "opened";
    }
  }
}

}  // namespace countersign::reports
