#include "exporters/jsonl/disclosures.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/spelling.h"

#include <cstring>

namespace countersign::jsonl {

using base::Code;
using base::fail;

void append_disclosure(std::string& out, const Disclosure& disclosure) {
  out.append("{\"token\":\"").append(disclosure.token);
  out.append("\",\"kind\":\"").append(record::to_string(disclosure.kind));
  out.append("\",\"salt\":\"").append(base::to_base64url(disclosure.salt));
  out.append("\",\"value\":");
  base::append_json_string(out, disclosure.value);
  out.push_back('}');
}

base::Result<Disclosure> read_disclosure(std::string_view line) {
  const auto bad = [] { return fail(Code::data_loss, "not a line that discloses a personal value"); };
  std::size_t at = 0;
  const auto literal = [&](std::string_view text) {
    if (line.compare(at, text.size(), text) != 0) return false;
    at += text.size();
    return true;
  };
  const auto text = [&](std::string_view& out) {
    const auto begin = at;
    if (!record::skip_json_string(line, at)) return false;
    out = line.substr(begin, at - begin);
    return true;
  };
  std::string_view token, kind_text, salt_text, value;
  if (!(literal("{\"token\":") && text(token) && literal(",\"kind\":") && text(kind_text) &&
        literal(",\"salt\":") && text(salt_text) && literal(",\"value\":") && text(value) && literal("}") &&
        at == line.size()))
    return bad();
  const auto inside = [](std::string_view quoted) { return quoted.substr(1, quoted.size() - 2); };
  const auto kind = record::parse_kind(inside(kind_text));
  const auto salt = base::digest_from_base64url(inside(salt_text));
  if (!kind || !salt) return bad();
  Disclosure disclosure{std::string(inside(token)), *kind, salt->bytes, record::unescape_json(value)};
  char computed[base::kDigestBase64UrlSize];
  base::write_base64url(record::token_digest(*kind, disclosure.salt, disclosure.value), computed);
  if (disclosure.token != std::string_view(computed, sizeof computed))
    return fail(Code::data_loss, "a disclosed value is not the one that its token stands for");
  return disclosure;
}

}  // namespace countersign::jsonl
