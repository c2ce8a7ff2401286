// The document of an account: one JSON object. It is written and read by this file alone.

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "web/auth/account.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>

namespace countersign::auth {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

std::string base64(base::Bytes bytes) { return base::to_base64(bytes); }
std::string time_text(base::Timestamp time) { return base::format_rfc3339(time); }

json::object passkey_object(const Passkey& one) {
  const auto& credential = one.credential;
  json::object out{{"id", base64(credential.id)},
                   {"public_key", base64(credential.public_key)},
                   {"sign_count", credential.sign_count},
                   {"backup_eligible", credential.backup_eligible},
                   {"backed_up", credential.backed_up},
                   {"transports", json::array(credential.transports.begin(), credential.transports.end())},
                   {"aaguid", base64(credential.aaguid)},
                   {"name", one.name},
                   {"enrolled", time_text(one.enrolled)},
                   {"suspended", one.suspended}};
  if (one.last_used) out["last_used"] = time_text(*one.last_used);
  return out;
}

/// Reads members of an object; the first that is not as it must be makes the whole bad.
class Reader {
 public:
  explicit Reader(const json::object& from) : from_(from) {}

  bool good() const { return good_ && read_ == from_.size(); }

  std::string text(json::string_view name) {
    const auto* found = take(name);
    if (found == nullptr || !found->is_string()) return bad<std::string>();
    return {found->get_string().data(), found->get_string().size()};
  }
  bool truth(json::string_view name) {
    const auto* found = take(name);
    return found != nullptr && found->is_bool() ? found->get_bool() : bad<bool>();
  }
  std::int64_t number(json::string_view name, std::int64_t max) {
    const auto* found = take(name);
    const bool fits =
        found != nullptr && found->is_int64() && found->get_int64() >= 0 && found->get_int64() <= max;
    return fits ? found->get_int64() : bad<std::int64_t>();
  }
  base::Timestamp time(json::string_view name) {
    const auto parsed = base::parse_canonical_time(text(name));
    return parsed ? *parsed : bad<base::Timestamp>();
  }
  std::vector<std::uint8_t> bytes(json::string_view name) {
    auto parsed = base::from_base64(text(name));
    return parsed ? std::move(*parsed) : bad<std::vector<std::uint8_t>>();
  }
  base::Digest digest(json::string_view name) {
    const auto parsed = base::digest_from_base64(text(name));
    return parsed ? *parsed : bad<base::Digest>();
  }
  template <class Read>
  void object(json::string_view name, Read read) {
    const auto* found = take(name);
    if (found == nullptr || !found->is_object()) return static_cast<void>(bad<int>());
    nested(found->get_object(), read);
  }
  template <class Read>
  void objects(json::string_view name, Read read) {
    for (const auto& entry : array(name)) {
      if (!entry.is_object()) return static_cast<void>(bad<int>());
      nested(entry.get_object(), read);
    }
  }
  std::vector<std::string> texts(json::string_view name) {
    std::vector<std::string> out;
    for (const auto& entry : array(name)) {
      if (!entry.is_string()) return bad<std::vector<std::string>>();
      out.emplace_back(entry.get_string().data(), entry.get_string().size());
    }
    return out;
  }
  bool has(json::string_view name) const { return from_.contains(name); }
  template <class T>
  T bad() {
    good_ = false;
    return {};
  }

 private:
  const json::value* take(json::string_view name) {
    const auto* found = from_.if_contains(name);
    if (found != nullptr) ++read_;
    return found;
  }
  const json::array& array(json::string_view name) {
    static const json::array kNone;
    const auto* found = take(name);
    if (found != nullptr && found->is_array()) return found->get_array();
    bad<int>();
    return kNone;
  }
  template <class Read>
  void nested(const json::object& from, Read read) {
    Reader reader(from);
    read(reader);
    if (!reader.good()) bad<int>();
  }

  const json::object& from_;
  std::size_t read_ = 0;
  bool good_ = true;
};

Passkey read_passkey(Reader& from) {
  Passkey out;
  auto& credential = out.credential;
  credential.id = from.bytes("id");
  credential.public_key = from.bytes("public_key");
  credential.sign_count =
      static_cast<std::uint32_t>(from.number("sign_count", std::numeric_limits<std::uint32_t>::max()));
  credential.backup_eligible = from.truth("backup_eligible");
  credential.backed_up = from.truth("backed_up");
  credential.transports = from.texts("transports");
  const auto aaguid = from.bytes("aaguid");
  if (aaguid.size() == credential.aaguid.size()) {
    std::copy(aaguid.begin(), aaguid.end(), credential.aaguid.begin());
  } else {
    from.bad<int>();
  }
  out.name = from.text("name");
  out.enrolled = from.time("enrolled");
  if (from.has("last_used")) out.last_used = from.time("last_used");
  out.suspended = from.truth("suspended");
  return out;
}

void read_rights(Reader& from, Account& out) {
  const auto role = ingest::parse_role(from.text("role"));
  out.role = role ? *role : from.bad<ingest::Role>();
  for (const auto& text : from.texts("tenants")) {
    auto tenant = base::parse_tenant(text);
    if (!tenant) return static_cast<void>(from.bad<int>());
    out.tenants.push_back(std::move(*tenant));
  }
  out.all_tenants = from.truth("all_tenants");
  if (from.has("period"))
    from.object("period", [&](Reader& in) { out.period = {in.time("from"), in.time("before")}; });
  out.created = from.time("created");
  if (from.has("expires")) out.expires = from.time("expires");
  if (from.has("disabled")) out.disabled = from.time("disabled");
}

void read_proofs(Reader& from, Account& out) {
  if (from.has("scim"))
    from.object("scim", [&](Reader& in) {
      out.scim = {in.text("id"), in.text("external_id"), in.truth("suspended"), in.time("granted")};
    });
  if (from.has("oidc"))
    from.object("oidc", [&](Reader& in) {
      out.oidc = {in.text("issuer"), in.text("subject"), in.time("granted")};
    });
  out.password = from.text("password");
  if (from.has("invitation"))
    from.object("invitation", [&](Reader& in) {
      out.invitation = {in.digest("token_sha256"), in.time("expires")};
    });
  if (from.has("totp"))
    from.object("totp", [&](Reader& in) {
      out.totp = {in.bytes("sealed"), in.number("last_step", std::numeric_limits<std::int64_t>::max()),
                  in.time("enrolled")};
    });
  from.objects("passkeys", [&](Reader& in) { out.passkeys.push_back(read_passkey(in)); });
  for (const auto& text : from.texts("recovery_codes")) {
    const auto digest = base::digest_from_base64(text);
    if (!digest) return static_cast<void>(from.bad<int>());
    out.recovery_codes.push_back(*digest);
  }
  out.sessions_since = from.time("sessions_since");
  out.factor_failures = static_cast<unsigned>(from.number("factor_failures", 1'000'000));
  // Accounts of before have neither.
  if (from.has("password_failures"))
    from.object("password_failures", [&](Reader& in) {
      out.password_failures = {static_cast<unsigned>(in.number("known", 1'000'000)),
                               static_cast<unsigned>(in.number("elsewhere", 1'000'000))};
    });
  if (from.has("networks"))
    from.objects("networks", [&](Reader& in) {
      out.networks.push_back({in.text("network"), in.time("last_seen")});
    });
}

}  // namespace

std::string to_text(const Account& account) {
  json::array tenants, passkeys, recovery_codes;
  for (const auto& tenant : account.tenants) tenants.emplace_back(tenant.value());
  for (const auto& one : account.passkeys) passkeys.emplace_back(passkey_object(one));
  for (const auto& one : account.recovery_codes) recovery_codes.emplace_back(base64(one.view()));
  json::object out{{"id", account.id},
                   {"name", account.name},
                   {"display_name", account.display_name},
                   {"role", std::string(to_string(account.role))},
                   {"tenants", std::move(tenants)},
                   {"all_tenants", account.all_tenants},
                   {"created", time_text(account.created)},
                   {"password", account.password},
                   {"passkeys", std::move(passkeys)},
                   {"recovery_codes", std::move(recovery_codes)},
                   {"sessions_since", time_text(account.sessions_since)},
                   {"factor_failures", account.factor_failures}};
  if (account.password_failures != PasswordFailures())
    out["password_failures"] = {{"known", account.password_failures.known},
                                {"elsewhere", account.password_failures.elsewhere}};
  if (!account.networks.empty()) {
    auto& networks = out["networks"].emplace_array();
    for (const auto& one : account.networks)
      networks.push_back({{"network", one.network}, {"last_seen", time_text(one.last_seen)}});
  }
  if (account.period)
    out["period"] = {{"from", time_text(account.period->from)},
                     {"before", time_text(account.period->before)}};
  if (account.expires) out["expires"] = time_text(*account.expires);
  if (account.disabled) out["disabled"] = time_text(*account.disabled);
  if (account.scim)
    out["scim"] = {{"id", account.scim->id},
                   {"external_id", account.scim->external_id},
                   {"suspended", account.scim->suspended},
                   {"granted", time_text(account.scim->granted)}};
  if (account.oidc)
    out["oidc"] = {{"issuer", account.oidc->issuer},
                   {"subject", account.oidc->subject},
                   {"granted", time_text(account.oidc->granted)}};
  if (account.invitation)
    out["invitation"] = {{"token_sha256", base64(account.invitation->token_sha256.view())},
                         {"expires", time_text(account.invitation->expires)}};
  if (account.totp)
    out["totp"] = {{"sealed", base64(account.totp->sealed)},
                   {"last_step", account.totp->last_step},
                   {"enrolled", time_text(account.totp->enrolled)}};
  return json::serialize(out);
}

base::Result<Account> parse_account(std::string_view text) {
  const auto bad = [] { return fail(Code::data_loss, "an account in the store is damaged"); };
  const auto parsed = base::parse_json(text, {.depth_max = 8});
  if (!parsed || !parsed->duplicates.empty() || !parsed->value.is_object()) return bad();
  Reader from(parsed->value.get_object());
  Account out;
  out.id = from.text("id");
  out.name = from.text("name");
  out.display_name = from.text("display_name");
  read_rights(from, out);
  read_proofs(from, out);
  if (!from.good()) return bad();
  return out;
}

}  // namespace countersign::auth
