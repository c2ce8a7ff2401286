#include "collector/ingest/certificates.h"
#include "collector/ingest/registry.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::ingest {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  base::append_json_string(out, name);
  out += ':';
  base::append_json_string(out, text);
}

void append_author(std::string& out, std::string_view name, const Author& author) {
  if (author.is_known()) out += fmt::format(",\"{}\":{}", name, to_text(author));
}

void append_pull(std::string& out, const Source& source) {
  if (source.pull_url.empty()) return;
  append_member(out, "pull_url", source.pull_url);
  out += ",\"pull_settings\":{";
  for (const auto& [name, value] : source.pull_settings) append_member(out, name, value);
  out += '}';
}

/// How the source proves itself.
void append_proof(std::string& out, const Source& source) {
  if (source.token_sha256) append_member(out, "token_sha256", base::to_hex(source.token_sha256->view()));
  if (source.backfill_sha256)
    append_member(out, "backfill_sha256", base::to_hex(source.backfill_sha256->view()));
  if (!source.certificates.empty()) out += ",\"certificates\":" + to_text(source.certificates);
  if (source.scheme.empty() && source.pull_url.empty()) return;
  if (!source.scheme.empty()) append_member(out, "scheme", source.scheme);
  out += ",\"secrets\":[";
  for (const auto& sealed : source.sealed) {
    if (out.back() != '[') out += ',';
    base::append_json_string(out, base::to_base64(sealed));
  }
  out += ']';
}

}  // namespace

std::string Registry::to_text() const {
  std::string out = "{\"v\":1,\n\"tenants\":[";
  for (const auto& tenant : tenants_) {
    out += &tenant == tenants_.data() ? "\n{" : ",\n{";
    append_member(out, "id", tenant.id.value());
    append_member(out, "region", tenant.region.value());
    append_member(out, "created", base::format_rfc3339(tenant.created));
    append_author(out, "added_by", tenant.added_by);
    if (tenant.moved_to) append_member(out, "moved_to", *tenant.moved_to);
    if (!tenant.sharing.is_default()) out += ",\"sharing\":" + tenant.sharing.to_text();
    if (!tenant.access.is_default()) out += ",\"access\":" + boost::json::serialize(tenant.access.to_json());
    if (!tenant.attributes.is_default())
      out += ",\"attributes\":" + boost::json::serialize(tenant.attributes.to_json());
    if (!tenant.monitoring.is_default())
      out += ",\"monitoring\":" + boost::json::serialize(tenant.monitoring.to_json());
    if (!tenant.moves.empty()) out += ",\"moves\":" + ingest::to_text(tenant.moves);
    out += '}';
  }
  out += "],\n\"sources\":[";
  for (const auto& source : sources_) {
    out += &source == sources_.data() ? "\n{" : ",\n{";
    append_member(out, "name", source.name.value());
    append_member(out, "adapter", source.adapter);
    append_proof(out, source);
    out += ",\"tenants\":[";
    for (const auto& tenant : source.tenants) {
      if (out.back() != '[') out += ',';
      base::append_json_string(out, tenant.value());
    }
    out += ']';
    if (!source.url.empty()) append_member(out, "url", source.url);
    append_pull(out, source);
    if (source.keep_raw) out += ",\"keep_raw\":true";
    if (source.silent_after_s > 0) out += fmt::format(",\"silent_after_s\":{}", source.silent_after_s);
    append_member(out, "created", base::format_rfc3339(source.created));
    if (source.revoked) append_member(out, "revoked", base::format_rfc3339(*source.revoked));
    append_author(out, "added_by", source.added_by);
    append_author(out, "revoked_by", source.revoked_by);
    out += '}';
  }
  out += ']';
  if (!operators_.empty()) out += ",\n\"operators\":[";
  for (const auto& one : operators_) {
    out += &one == operators_.data() ? "\n" : ",\n";
    out += ingest::to_text(one);
  }
  return out + (operators_.empty() ? "}\n" : "]}\n");
}

}  // namespace countersign::ingest
