#include "web/procurement/trust_page.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "reports/render/html_text.h"
#include "reports/trust/statement_text.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::procurement {
namespace {

using render::escaped;
using trust::State;
using trust::Statement;

constexpr std::string_view kIcon =
    R"(<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#17448c"/><path d="M8 17l5.5 5.5L24 10" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/><path d="M8 11.500h6" stroke="#8fd3c4" stroke-width="3" stroke-linecap="round"/></svg>)";

/// How a state looks: its colour, and a sign for who sees none.
struct Look {
  std::string_view colour, sign;
};
constexpr Look kGood{"good", "✓"}, kWarn{"warn", "!"}, kBad{"bad", "✕"}, kGrey{"grey", "?"};

Look look_of(State state) {
  switch (state) {
    case State::shown:
      return kGood;
    case State::exceptions:
    case State::expired:
      return kBad;
    case State::not_yet:
      return kWarn;
    case State::missing:
      return {"grey", "–"};
    case State::unknown:
      break;
  }
  return kGrey;
}

Look look_of_control(std::string_view state) {
  if (state == "passed") return kGood;
  if (state == "failed") return kBad;
  return state == "nothing" ? Look{"grey", "–"} : kGrey;
}

std::string badge(Look look, std::string_view words) {
  return fmt::format("<span class=\"state {}\"><span aria-hidden=\"true\">{}</span>{}</span>", look.colour,
                     look.sign, words);
}

std::string time_of(base::Timestamp time) {
  const auto shown = render::shown(time);
  return fmt::format("<time datetime=\"{}\"><span class=\"nb\">{}</span> <span class=\"nb\">{}</span></time>",
                     base::format_rfc3339(time), shown.substr(0, 10), shown.substr(11));
}

void put_fact(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>", name, value);
}

std::string hash(const std::string& sha256) {
  return sha256.empty() ? std::string() : fmt::format("<code>{}</code>", escaped(sha256));
}

std::string download(const std::string& document) {
  if (document.empty()) return {};
  return fmt::format("<p><a href=\"{}\" download>Download</a></p>", trust::file_path(escaped(document)));
}

std::string facts_of(const std::string& issuer, const std::string& from, const std::string& until,
                     const std::string& sha256) {
  std::string facts;
  put_fact(facts, "Issuer", escaped(issuer));
  put_fact(facts, "Valid from", escaped(from));
  put_fact(facts, "Valid until", escaped(until));
  put_fact(facts, "SHA-256", hash(sha256));
  return facts.empty() ? facts : "<dl class=\"facts\">" + facts + "</dl>";
}

std::string cited(const trust::Item& item) {
  if (item.controls.empty()) return {};
  auto out = fmt::format("<details><summary>{} {}</summary><ul>", item.controls.size(),
                         item.controls.size() == 1 ? "control" : "controls");
  for (const auto& id : item.controls)
    out += fmt::format("<li><a href=\"#control-{0}\"><code>{1}</code></a></li>", render::anchor(id),
                       escaped(id));
  return out + "</ul></details>";
}

std::string item_body(const trust::Item& item) {
  return badge(look_of(item.state), trust::words_of(item.state)) +
         fmt::format("<p>{}</p>", escaped(item.sentence)) +
         facts_of(item.issuer, item.valid_from, item.valid_until, item.sha256) + cited(item) +
         download(item.document);
}

std::string items(const Statement& statement) {
  std::string out = "<section aria-labelledby=\"six\">\n<h2 id=\"six\">What is asked for</h2>\n";
  out += "<ul class=\"cards\">\n";
  for (const auto& item : statement.items)
    out += fmt::format("<li class=\"card\" id=\"{}\"><h3>{}</h3>{}</li>\n", render::anchor(item.id),
                       escaped(item.title), item_body(item));
  return out + "</ul>\n</section>\n";
}

std::string controls(const Statement& statement) {
  if (statement.controls.empty()) return {};
  std::string out = "<section aria-labelledby=\"controls\">\n<h2 id=\"controls\">Controls</h2>\n";
  out += "<dl class=\"counts\">";
  for (const auto& [state, words] : {std::pair("passed", "passed"),
                                     {"failed", "failed"},
                                     {"nothing", "nothing to test"},
                                     {"untested", "not tested lately"}})
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", words, statement.count(state));
  out +=
      "</dl>\n<div class=\"scroll\" role=\"region\" aria-label=\"Each control and its last test\" "
      "tabindex=\"0\"><table>\n"
      "<thead><tr><th scope=\"col\">Control</th><th scope=\"col\">Last test</th><th scope=\"col\">When</th>"
      "</tr></thead>\n<tbody>\n";
  for (const auto& one : statement.controls)
    out += fmt::format(
        "<tr id=\"control-{}\"><th scope=\"row\">{}<code class=\"id\">{}</code></th><td>{}</td><td>{}</td>"
        "</tr>\n",
        render::anchor(one.id), escaped(one.title), escaped(one.id),
        badge(look_of_control(one.state), trust::words_of_control(one.state)),
        one.tested ? time_of(*one.tested) : std::string("–"));
  return out + "</tbody></table></div>\n</section>\n";
}

std::string log_section(const Statement& statement) {
  const auto& last = statement.verification;
  const auto look = last.result == "good" ? kGood : last.result == "bad" ? kBad : kGrey;
  std::string facts;
  put_fact(facts, "Last verification", badge(look, trust::words_of_verification(last.result)));
  if (last.time) put_fact(facts, "When", time_of(*last.time));
  put_fact(facts, "Kept in the region", escaped(statement.region));
  return "<section aria-labelledby=\"log\">\n<h2 id=\"log\">The log</h2>\n<div class=\"card wide\">"
         "<dl class=\"facts\">" +
         facts + "</dl></div>\n</section>\n";
}

std::string sub_processors(const Statement& statement) {
  return "<section aria-labelledby=\"subs\">\n<h2 id=\"subs\">Sub-processors</h2>\n<div class=\"card "
         "wide\">" +
         item_body(statement.sub_processors) + "</div>\n</section>\n";
}

std::string documents(const Statement& statement) {
  if (statement.documents.empty()) return {};
  std::string out =
      "<section aria-labelledby=\"files\">\n<h2 id=\"files\">Documents for everybody</h2>\n<ul "
      "class=\"list\">";
  for (const auto& one : statement.documents)
    out += fmt::format("<li class=\"card wide\"><h3><a href=\"{}\" download>{}</a></h3>{}</li>\n",
                       trust::file_path(escaped(one.id)), escaped(one.title),
                       facts_of(one.issuer, one.valid_from, one.valid_until, one.sha256));
  return out + "</ul>\n</section>\n";
}

/// Nobody is signed in by it, so a form that another site sends does no more than this one.
std::string access(const Statement& statement, std::int64_t keep_days) {
  if (!statement.takes_requests) return {};
  return fmt::format(
      R"(<section id="access" aria-labelledby="ask">
<h2 id="ask">Ask for access</h2>
<form method="post" action="/trust/requests">
<p class="small">Who is let in gets a sign-in for a limited time, and may read evidence and documents there. The vendor answers you; this page sends no mail.</p>
<label>Your name<input name="name" autocomplete="name" maxlength="128" required></label>
<label>E-mail<input name="email" type="email" autocomplete="email" maxlength="128" required></label>
<label>Company<input name="company" autocomplete="organization" maxlength="128" required></label>
<label>What you need it for<textarea name="reason" maxlength="1000" required></textarea></label>
<p class="small">What you write is kept until it is decided, and no longer than {} days. That you asked is recorded, with tokens in the place of your name and address.</p>
<button>Ask for access</button>
</form>
</section>
)",
      keep_days);
}

std::string contact(const Statement& statement) {
  if (statement.contact.empty()) return {};
  const bool is_page = statement.contact.starts_with("https://");
  return fmt::format("<p>Questions: <a href=\"{}{}\">{}</a></p>\n",
                     is_page ? "" : "mailto:", escaped(statement.contact), escaped(statement.contact));
}

std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n{}</body>\n</html>\n",
      title, trust_style(), body);
}

}  // namespace

std::string trust_page(const Statement& statement, std::int64_t keep_days) {
  std::string body = fmt::format("<header>\n<p class=\"eyebrow\">{}Trust page</p>\n<h1>{}</h1>\n", kIcon,
                                 escaped(statement.vendor));
  if (statement.is_known)
    body += fmt::format(
        "<p class=\"lead\">What the evidence shows <strong>as of {}</strong>. It is looked at every few "
        "seconds; all days are in UTC.</p>\n",
        time_of(statement.as_of));
  else
    body += fmt::format(
        "<p class=\"notice\" role=\"status\">What the evidence shows is <strong>not known at the "
        "moment</strong>, since {}. Look again in a few minutes.</p>\n",
        time_of(statement.as_of));
  body += "</header>\n<main id=\"main\">\n";
  body += items(statement);
  body += controls(statement);
  body += log_section(statement);
  body += sub_processors(statement);
  body += documents(statement);
  body += access(statement, keep_days);
  body +=
      "</main>\n<footer>\n"
      "<p>This is the vendor’s own statement from its evidence, and no auditor’s opinion. Titles, issuers "
      "and "
      "days of documents are as the vendor has entered them; the SHA-256 of each file has stood in its "
      "ledger "
      "since it was added.</p>\n"
      "<p>Each control is tested over the records of the last 30 days, at least once an hour. One that was "
      "not "
      "tested within 3 hours counts as not tested lately, whatever was found before.</p>\n";
  body += contact(statement);
  body += "<p>The same for programs: <a href=\"/v1/trust\">/v1/trust</a></p>\n</footer>\n";
  return page(fmt::format("{} – Trust page", escaped(statement.vendor)), body);
}

http::Response trust_message(int status, std::string_view title, std::string_view sentence) {
  http::Response out;
  out.status = status;
  out.content_type = "text/html; charset=utf-8";
  out.headers.emplace_back("Content-Security-Policy", trust_page_policy());
  out.body =
      page(fmt::format("{} – Trust page", escaped(title)),
           fmt::format("<header>\n<p class=\"eyebrow\">{}Trust page</p>\n<h1>{}</h1>\n</header>\n"
                       "<main id=\"main\">\n<p class=\"lead\">{}</p>\n<p><a href=\"/trust\">Back to the "
                       "trust page</a></p>\n</main>\n",
                       kIcon, escaped(title), escaped(sentence)));
  return out;
}

const std::string& trust_page_policy() {
  static const std::string kPolicy = fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'",
      base::to_base64(crypto::sha256(trust_style()).view()));
  return kPolicy;
}

}  // namespace countersign::procurement
