#include "web/oidc/id_token.h"

#include "ledger/crypto/digest.h"
#include "web/oidc/claims.h"

#include <algorithm>

namespace countersign::oidc {
namespace {

auto doubt(std::string_view what) {
  return base::fail(base::Code::unauthenticated, "the provider's token " + std::string(what));
}

base::Result<void> check_strength(const boost::json::object& claims, const Options& options,
                                  std::int64_t now_s) {
  if (options.max_age_s) {
    const auto proved = seconds_of(claims, "auth_time");
    if (!proved) return doubt("does not say when the person proved itself (auth_time)");
    if (*proved > now_s + options.clock_skew_s || *proved + *options.max_age_s + options.clock_skew_s < now_s)
      return doubt("tells of a proof that is too long ago (auth_time)");
  }
  const auto& wanted = options.acr_values;
  if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), text_of(claims, "acr")) == wanted.end())
    return doubt("does not tell of the strength of proof that was asked for (acr)");
  return {};
}

}  // namespace

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

base::Result<void> check_id_token(const boost::json::object& claims, const Options& options,
                                  const Expected& expected) {
  TRY(check_audience(claims, {options.issuer, options.client_id, options.other_audiences}));
  if (!claims.contains("exp")) return doubt("does not say when it expires (exp)");
  TRY(check_times(claims, expected.now_s, options.clock_skew_s));
  if (expected.nonce.empty() || !crypto::equal_in_constant_time(base::bytes_of(text_of(claims, "nonce")),
                                                                base::bytes_of(expected.nonce)))
    return doubt("belongs to another sign-in (nonce)");
  if (!is_subject(text_of(claims, "sub"))) return doubt("names nobody (sub)");
  return check_strength(claims, options, expected.now_s);
}

}  // namespace countersign::oidc
