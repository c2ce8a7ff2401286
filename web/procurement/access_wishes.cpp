#include "web/procurement/access_wishes.h"

#include "collector/endpoints/asker.h"
#include "collector/endpoints/query.h"
#include "collector/protocols/utf8.h"
#include "web/admin/wishes.h"
#include "web/api/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

using admin::bad;

constexpr std::size_t kNameBytesMax = 128, kCompanyBytesMax = 128, kReasonBytesMax = 1'000;
constexpr std::size_t kRefusalBytesMax = 256;
constexpr std::int64_t kDayUs = 86'400ll * 1'000'000, kYearDays = 365;

bool is_space(char c) { return c == ' '; }

/// Without white space around it.
std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::string in_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, ' ');
  return text;
}

Wish<std::string> plain(std::string_view member, const std::string& given, std::size_t bytes_max) {
  auto out = trimmed(given);
  if (out.empty()) return bad(fmt::format("{} is missing", member));
  if (out.size() > bytes_max) return bad(fmt::format("{} has at most {} bytes", member, bytes_max));
  if (!protocols::is_utf8(out) || protocols::has_control(out))
    return bad(fmt::format("{} is text in UTF-8 without control characters", member));
  return out;
}

/// An address that mail can be sent to, and that can be the name of an account.
Wish<std::string> address(const std::string& given) {
  const auto name = auth::parse_account_name(trimmed(given));
  const auto at = name ? name->find('@') : std::string::npos;
  const bool good = at != std::string::npos && at > 0 && name->find('@', at + 1) == std::string::npos &&
                    name->find('.', at) != std::string::npos && name->back() != '.' &&
                    (*name)[at + 1] != '.' && at + 1 < name->size();
  if (!good)
    return bad(
        "email is a mail address of letters, digits, '.', '_', '-' and '+' on both sides of one '@', at most "
        "128 bytes");
  return *name;
}

Wish<trust::Wish> ask_of(const std::map<std::string, std::string, std::less<>>& given) {
  const auto of = [&](std::string_view member) {
    const auto found = given.find(member);
    return found == given.end() ? std::string() : found->second;
  };
  auto name = plain("name", of("name"), kNameBytesMax);
  if (!name) return tl::unexpected(std::move(name.error()));
  auto email = address(of("email"));
  if (!email) return tl::unexpected(std::move(email.error()));
  auto company = plain("company", of("company"), kCompanyBytesMax);
  if (!company) return tl::unexpected(std::move(company.error()));
  auto reason = plain("reason", in_one_line(of("reason")), kReasonBytesMax);
  if (!reason) return tl::unexpected(std::move(reason.error()));
  return trust::Wish{std::move(*name), std::move(*email), std::move(*company), std::move(*reason)};
}

bool is_form(const http::Request& request) {
  auto type = request.header("Content-Type");
  type = type.substr(0, type.find(';'));
  return http::same_name(trimmed(type), "application/x-www-form-urlencoded") &&
         request.header("Content-Encoding").empty();
}

}  // namespace

Wish<trust::Wish> read_ask(const http::Request& request) {
  const auto body = api::read_texts(request, {"name", "email", "company", "reason"});
  if (!body) return tl::unexpected(body.error());
  std::map<std::string, std::string, std::less<>> given;
  for (const auto& member : *body)
    given[std::string(member.key())] = std::string(member.value().get_string());
  return ask_of(given);
}

Wish<trust::Wish> read_ask_form(const http::Request& request) {
  if (!is_form(request)) return bad("send a form (application/x-www-form-urlencoded)", 415);
  http::RequestHead form;
  form.query = request.body;
  const auto fields = endpoints::query_fields(form);
  if (!fields) return bad("the form cannot be read", 400);
  std::map<std::string, std::string, std::less<>> given;
  for (const auto& [name, value] : *fields) {
    if (name != "name" && name != "email" && name != "company" && name != "reason")
      return bad("the form has a field that is not known; there are name, email, company and reason");
    if (!given.emplace(name, value).second) return bad("a field of the form stands twice");
  }
  return ask_of(given);
}

Wish<auth::NewAccount> read_grant(const http::Request& request, const endpoints::Asker& asker,
                                  const GrantDefaults& defaults, base::Timestamp now) {
  const auto body = api::read_object(request);
  if (!body) return tl::unexpected(body.error());
  if (auto known = admin::only(*body, {"tenant", "period", "expires"}); !known)
    return tl::unexpected(std::move(known.error()));
  auto tenant = admin::text(*body, "tenant");
  if (!tenant) return tl::unexpected(std::move(tenant.error()));
  if (tenant->empty()) *tenant = defaults.tenant;
  if (tenant->empty()) return bad("tenant is missing: there is no trust page that has one");
  const auto registered = endpoints::tenant_of(asker, *tenant);
  if (!registered) return bad("the tenant is not registered here");
  auto period = admin::period(*body);
  if (!period) return tl::unexpected(std::move(period.error()));
  auto expires = admin::time(*body, "expires");
  if (!expires) return tl::unexpected(std::move(expires.error()));
  if (*expires && **expires <= now) return bad("expires has passed already");
  auth::NewAccount out;
  out.role = ingest::Role::auditor;
  out.tenants = {(*registered)->id};
  out.expires = expires->value_or(base::Timestamp{now.micros + defaults.days * kDayUs});
  out.period = period->value_or(ingest::Period{{now.micros - kYearDays * kDayUs}, *out.expires});
  if (const auto fits = auth::check(out, now); !fits) return bad(fits.error().message);
  return out;
}

Wish<std::string> read_refusal(const http::Request& request) {
  const auto body = api::read_texts(request, {"reason"});
  if (!body) return tl::unexpected(body.error());
  return plain("reason", std::string(api::text_of(*body, "reason")), kRefusalBytesMax);
}

}  // namespace countersign::procurement
