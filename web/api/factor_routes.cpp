#include "collector/endpoints/answer.h"
#include "web/api/body.h"
#include "web/api/people.h"
#include "web/api/person_route.h"
#include "web/auth/factors.h"
#include "web/auth/qr_code.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::api {
namespace {

namespace json = boost::json;

/// A route whose work takes the session and nothing of the body.
template <class Work>
http::Route plain_route(std::string method, std::string pattern, People& people, Work work) {
  return person_route(
      std::move(method), std::move(pattern), people,
      [work](People& to, const auth::Session& session, const http::Request&, const http::Respond& respond) {
        to.serve([session, work](auth::Access& access) { return work(access, session); }, respond);
      });
}

/// A route whose work takes a code, too.
template <class Work>
http::Route code_route(std::string pattern, People& people, Work work) {
  return person_route("POST", std::move(pattern), people,
                      [work](People& to, const auth::Session& session, const http::Request& request,
                             const http::Respond& respond) {
                        auto body = read_texts(request, {"code"});
                        if (!body) return respond(endpoints::answer(body.error()));
                        to.serve(
                            [session, work, body = std::move(*body)](auth::Access& access) {
                              return work(access, session, text_of(body, "code"));
                            },
                            respond);
                      });
}

json::array texts(const std::vector<std::string>& from) { return json::array(from.begin(), from.end()); }

http::Response challenge_answer(const auth::Outcome<auth::Challenge>& sent) {
  if (!sent) return answer(sent.error());
  json::object data{
      {"id", sent->id}, {"factor", sent->factor}, {"expires_at", base::format_rfc3339(sent->expires)}};
  if (!sent->options.empty()) data["options"] = sent->options;
  return document(201, data);
}

void begin_challenge(People& people, const auth::Session& session, const http::Request& request,
                     const http::Respond& respond) {
  auto body = read_texts(request, {"factor"});
  if (!body) return respond(endpoints::answer(body.error()));
  const auto factor = text_of(*body, "factor");
  if (factor != "totp" && factor != "passkey")
    return respond(endpoints::answer({422, "about:blank", "factor must be totp or passkey"}));
  people.serve([session, ask = factor == "totp" ? auth::challenge_totp : auth::challenge_passkey](
                   auth::Access& access) { return challenge_answer(ask(access, session)); },
               respond);
}

/// `{"code":"…"}`, or `{"credential":{…}}`, which is handed on as it came.
void answer_challenge(People& people, const auth::Session& session, const http::Request& request,
                      const http::Respond& respond) {
  auto body = read_object(request);
  if (!body) return respond(endpoints::answer(body.error()));
  const auto* code = body->if_contains("code");
  const auto* credential = body->if_contains("credential");
  const bool good = body->size() == 1 &&
                    (code != nullptr ? code->is_string() : credential != nullptr && credential->is_object());
  if (!good)
    return respond(endpoints::answer({422, "about:blank", "the body holds a code, or a credential"}));
  const auto text = code != nullptr ? std::string(code->get_string()) : json::serialize(*credential);
  people.serve(
      [session, text, id = std::string(request.parameter("id")),
       take = code != nullptr ? auth::answer_totp : auth::answer_passkey](auth::Access& access) {
        const auto opened = take(access, session, id, text);
        return opened ? session_answer(200, access, *opened) : answer(opened.error());
      },
      respond);
}

http::Response enrolled_answer(auth::Access& access, const auth::Outcome<auth::Enrolled>& done) {
  if (!done) return answer(done.error());
  return session_answer(200, access, done->opened, {{"recovery_codes", texts(done->recovery_codes)}});
}

http::Response begin_passkey(auth::Access& access, const auth::Session& session) {
  const auto options = auth::begin_passkey(access, session);
  return options ? document(201, {{"options", *options}}) : answer(options.error());
}

void confirm_passkey(People& people, const auth::Session& session, const http::Request& request,
                     const http::Respond& respond) {
  auto body = read_object(request);
  if (!body) return respond(endpoints::answer(body.error()));
  const auto* name = body->if_contains("name");
  const auto* credential = body->if_contains("credential");
  if (body->size() != 2 || name == nullptr || !name->is_string() || credential == nullptr ||
      !credential->is_object())
    return respond(endpoints::answer({422, "about:blank", "the body holds a name and a credential"}));
  people.serve(
      [session, name = std::string(name->get_string()),
       credential = json::serialize(*credential)](auth::Access& access) {
        return enrolled_answer(access, auth::confirm_passkey(access, session, name, credential));
      },
      respond);
}

void remove_passkey(People& people, const auth::Session& session, const http::Request& request,
                    const http::Respond& respond) {
  people.serve(
      [session, id = std::string(request.parameter("id"))](auth::Access& access) {
        const auto done = auth::remove_passkey(access, session, id);
        return done ? http::Response{204, {}, {}, {}} : answer(done.error());
      },
      respond);
}

http::Response recover(auth::Access& access, const auth::Session& session, std::string_view code) {
  const auto opened = auth::recover(access, session, code);
  return opened ? session_answer(200, access, *opened) : answer(opened.error());
}

http::Response begin_totp(auth::Access& access, const auth::Session& session) {
  const auto begun = auth::begin_totp(access, session);
  if (!begun) return answer(begun.error());
  return document(
      201, {{"secret", begun->secret}, {"uri", begun->uri}, {"qr_svg", auth::qr_code_svg(begun->uri)}});
}

http::Response confirm_totp(auth::Access& access, const auth::Session& session, std::string_view code) {
  return enrolled_answer(access, auth::confirm_totp(access, session, code));
}

http::Response remove_totp(auth::Access& access, const auth::Session& session) {
  const auto done = auth::remove_totp(access, session);
  return done ? http::Response{204, {}, {}, {}} : answer(done.error());
}

http::Response renew_codes(auth::Access& access, const auth::Session& session) {
  const auto codes = auth::renew_recovery_codes(access, session);
  return codes ? document(201, {{"recovery_codes", texts(*codes)}}) : answer(codes.error());
}

}  // namespace

void add_factors(http::Router& router, People& people) {
  router.add(person_route("POST", "/v1/session/challenges", people, begin_challenge));
  router.add(person_route("POST", "/v1/session/challenges/{id}", people, answer_challenge));
  router.add(code_route("/v1/session/recovery", people, recover));
  router.add(plain_route("POST", "/v1/account/totp", people, begin_totp));
  router.add(code_route("/v1/account/totp/confirmation", people, confirm_totp));
  router.add(plain_route("DELETE", "/v1/account/totp", people, remove_totp));
  router.add(plain_route("POST", "/v1/account/passkeys/options", people, begin_passkey));
  router.add(person_route("POST", "/v1/account/passkeys", people, confirm_passkey));
  router.add(person_route("DELETE", "/v1/account/passkeys/{id}", people, remove_passkey));
  router.add(plain_route("POST", "/v1/account/recovery-codes", people, renew_codes));
}

}  // namespace countersign::api
