// Speaks with a real provider for provider_test.py: reads one JSON command a line, answers one JSON line.
//
//   relying_party '{"issuer": …, "client_id": …, "client_secret": …, "redirect_uri": …, "roles_claim": […],
//   …}'
//   {"do": "begin"}                                 -> {"url": …, "kept": {…}}
//   {"do": "finish", "kept": {…}, "query": …}       -> the identity
//   {"do": "log_out", "body": …}                    -> {"subject": …, "sid": …}
//   {"do": "pass", "seconds": …}                    what was fetched grows older by so much
// A failure is answered as {"code": …, "message": …}.

#include "ledger/base/json.h"
#include "web/oidc/logout.h"
#include "web/oidc/sign_in.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

json::string text(std::string_view from) { return json::string(json::string_view(from.data(), from.size())); }

std::string text_in(const json::object& from, json::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::vector<std::string> list_in(const json::object& from, json::string_view name) {
  std::vector<std::string> out;
  const auto* value = from.if_contains(name);
  if (value != nullptr && value->is_array())
    for (const auto& one : value->get_array()) out.emplace_back(one.as_string().c_str());
  return out;
}

json::array list_of(const std::vector<std::string>& from) {
  json::array out;
  for (const auto& one : from) out.emplace_back(text(one));
  return out;
}

Options options_of(const json::object& from) {
  Options out;
  out.issuer = text_in(from, "issuer");
  out.client_id = text_in(from, "client_id");
  out.client_secret = crypto::Secret(base::bytes_of(text_in(from, "client_secret")));
  const auto way = text_in(from, "client_auth");
  if (way == "post") out.client_auth = ClientAuth::post;
  if (way == "basic") out.client_auth = ClientAuth::basic;
  if (way == "none") out.client_auth = ClientAuth::none;
  out.redirect_uri = text_in(from, "redirect_uri");
  out.scopes = {"openid", "profile", "email", "groups"};
  out.roles_claim = list_in(from, "roles_claim");
  out.acr_values = list_in(from, "acr_values");
  if (const auto* max_age = from.if_contains("max_age")) out.max_age_s = max_age->as_int64();
  if (!out.roles_claim.empty())
    out.roles = {{"sec", "analyst"}, {"audit-team", "auditor"}, {"auditor", "auditor"}};
  out.ca_file = text_in(from, "ca_file");
  out.http_on_loopback = true;
  return out;
}

json::object failure(const base::Error& error) {
  return {{"code", text(to_string(error.code))}, {"message", text(error.message)}};
}

json::object told(const Begun& begun) {
  const auto& kept = begun.kept;
  return {{"url", text(begun.url)},
          {"kept",
           {{"state", text(kept.state)},
            {"nonce", text(kept.nonce)},
            {"code_verifier", text(kept.code_verifier)},
            {"begun", kept.begun.micros}}}};
}

Kept kept_of(const json::object& from) {
  return {text_in(from, "state"), text_in(from, "nonce"), text_in(from, "code_verifier"),
          base::Timestamp{from.at("begun").as_int64()}};
}

json::object told(const Identity& identity) {
  json::object out = {{"issuer", text(identity.issuer)},
                      {"subject", text(identity.subject)},
                      {"sid", text(identity.sid)},
                      {"email", text(identity.email)},
                      {"email_verified", identity.email_verified},
                      {"name", text(identity.name)},
                      {"groups", list_of(identity.groups)},
                      {"roles", list_of(identity.roles)},
                      {"acr", text(identity.acr)},
                      {"amr", list_of(identity.amr)}};
  if (identity.auth_time_s) out["auth_time"] = *identity.auth_time_s;
  return out;
}

class Program {
 public:
  explicit Program(const json::object& settings) : options_(options_of(settings)) {}

  json::object answer(const json::object& command) {
    const auto what = text_in(command, "do");
    if (what == "pass") {
      older_s_ += command.at("seconds").as_int64();
      return {};
    }
    if (const auto good = check(options_); !good) return failure(good.error());
    if (what == "begin") return shown(sign_in_.begin());
    if (what == "finish")
      return shown(sign_in_.finish(kept_of(command.at("kept").as_object()), text_in(command, "query")));
    const auto notice = logout_.receive(text_in(command, "body"));
    if (!notice) return failure(notice.error());
    return {{"subject", text(notice->subject)}, {"sid", text(notice->sid)}};
  }

 private:
  template <class T>
  static json::object shown(const base::Result<T>& result) {
    return result ? told(*result) : failure(result.error());
  }

  base::Clock older() {
    return [this] { return base::Timestamp{base::system_clock()().micros + older_s_ * 1'000'000}; };
  }

  std::int64_t older_s_ = 0;
  Options options_;
  Provider provider_{options_.issuer, true, http_fetch(options_.ca_file), older()};
  SignIn sign_in_{options_, provider_, http_fetch(options_.ca_file), base::system_clock(),
                  crypto::system_entropy()};
  BackChannelLogout logout_{options_, provider_, base::system_clock()};
};

}  // namespace
}  // namespace countersign::oidc

int main(int argc, char** argv) {
  using countersign::base::parse_json;
  const auto settings = parse_json(argc > 1 ? argv[1] : "", {});
  if (!settings) return EXIT_FAILURE;
  countersign::oidc::Program program(settings->value.as_object());
  for (std::string line; std::getline(std::cin, line);) {
    const auto command = parse_json(line, {});
    if (!command) return EXIT_FAILURE;
    std::cout << boost::json::serialize(program.answer(command->value.as_object())) << std::endl;
  }
  return EXIT_SUCCESS;
}
