#include "web/webauthn/client_data.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "web/webauthn/answer.h"

#include <boost/json/object.hpp>

#include <algorithm>

namespace countersign::webauthn {
namespace {

using base::Code;
using base::fail;

}  // namespace

base::Result<void> check_client_data(base::Bytes json, Ceremony ceremony, const RelyingParty& rp,
                                     base::Bytes challenge) {
  if (challenge.size() < kChallengeBytesMin)
    return fail(Code::internal, "the challenge to compare with is too short to be one");
  const auto parsed = base::parse_json(base::text_of(json), {.depth_max = 8});
  if (!parsed || !parsed->duplicates.empty() || !parsed->value.is_object())
    return fail(Code::invalid_argument, "clientDataJSON is not an object of JSON with each member once");
  const auto& data = parsed->value.get_object();

  TRY_ASSIGN(const auto type, text_member(data, "type"));
  if (type != (ceremony == Ceremony::create ? "webauthn.create" : "webauthn.get"))
    return fail(Code::unauthenticated, "the answer is of the other ceremony");

  TRY_ASSIGN(const auto answered, bytes_member(data, "challenge"));
  if (!crypto::equal_in_constant_time(answered, challenge))
    return fail(Code::unauthenticated, "the answer is to another challenge");

  TRY_ASSIGN(const auto origin, text_member(data, "origin"));
  if (std::find(rp.origins.begin(), rp.origins.end(), origin) == rp.origins.end())
    return fail(Code::unauthenticated, "the answer was made on a page of another origin");

  if (const auto* cross = data.if_contains("crossOrigin")) {
    if (!cross->is_bool()) return fail(Code::invalid_argument, "crossOrigin is not true or false");
    if (cross->get_bool()) return fail(Code::unauthenticated, "the answer was made within another page");
  }
  if (data.contains("topOrigin"))
    return fail(Code::unauthenticated, "the answer was made within another page");
  return {};
}

}  // namespace countersign::webauthn
