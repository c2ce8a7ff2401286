#include "exporters/jsonl/masks.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/mask.h"
#include "ledger/record/spelling.h"

#include <fmt/format.h>

namespace countersign::jsonl {

using base::Code;
using base::fail;

void append_mask(std::string& out, const Mask& mask) {
  out.append("{\"token\":\"").append(mask.token);
  out.append("\",\"kind\":\"").append(record::to_string(mask.kind));
  out.append("\",\"masked\":");
  base::append_json_string(out, mask.masked);
  out.push_back('}');
}

base::Result<Mask> read_mask(std::string_view line) {
  const auto bad = [] { return fail(Code::data_loss, "not a line that masks a personal value"); };
  constexpr std::string_view kToken = "{\"token\":\"", kKind = "\",\"kind\":\"", kMasked = "\",\"masked\":";
  const auto kind_at = kToken.size() + base::kDigestBase64UrlSize;
  if (!line.starts_with(kToken) || line.substr(std::min(kind_at, line.size()), kKind.size()) != kKind)
    return bad();
  const auto rest = line.substr(kind_at + kKind.size());
  const auto kind = record::parse_kind(rest.substr(0, rest.find('"')));
  if (!kind) return bad();
  auto at = record::to_string(*kind).size();
  if (rest.substr(at, kMasked.size()) != kMasked) return bad();
  const auto begin = at += kMasked.size();
  if (!record::skip_json_string(rest, at)) return bad();
  Mask mask{std::string(line.substr(kToken.size(), base::kDigestBase64UrlSize)), *kind,
            record::unescape_json(rest.substr(begin, at - begin))};
  std::string again;
  append_mask(again, mask);
  if (again != line || !base::digest_from_base64url(mask.token)) return bad();
  if (!record::is_mask(*kind, mask.masked))
    return fail(Code::data_loss,
                fmt::format("what it gives for a mask has not the form that a mask of the kind {} has, so it "
                            "may show more than one",
                            record::to_string(*kind)));
  return mask;
}

}  // namespace countersign::jsonl
