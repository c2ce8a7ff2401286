#include "web/procurement/trust_board.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "reports/trust/statement_text.h"
#include "web/procurement/trust_page.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <utility>

namespace countersign::procurement {
namespace {

constexpr std::size_t kTagDigits = 32;
// A copy on the way is as short-lived as what it is a copy of.
constexpr std::string_view kKept = "public, max-age=10";

std::string tag_of(std::string_view body) {
  return fmt::format("\"{}\"", base::to_hex(crypto::sha256(body).view()).substr(0, kTagDigits));
}

}  // namespace

TrustBoard::TrustBoard(Options options, base::Timestamp began)
    : options_(std::move(options)), after_(render(trust::nothing_known(options_.subject, began))) {}

TrustBoard::SharedShown TrustBoard::render(const trust::Statement& statement) const {
  auto out = std::make_shared<Shown>();
  out->html.body = trust_page(statement, options_.keep_days);
  out->html.tag = tag_of(out->html.body);
  out->json.body = boost::json::serialize(trust::to_json(statement));
  out->json.tag = tag_of(out->json.body);
  return out;
}

void TrustBoard::put(const trust::Statement& statement, Steady::time_point gathered) {
  auto current = render(statement);
  auto after = render(trust::nothing_known(options_.subject, statement.as_of));
  const std::lock_guard lock(mutex_);
  current_ = std::move(current);
  after_ = std::move(after);
  gathered_ = gathered;
}

void TrustBoard::take_down() {
  const std::lock_guard lock(mutex_);
  current_.reset();
}

TrustBoard::SharedShown TrustBoard::shown() const {
  const std::lock_guard lock(mutex_);
  const bool lasts = options_.now() - gathered_ <= std::chrono::microseconds(trust::kFactsLastUs);
  return current_ && lasts ? current_ : after_;
}

http::Response TrustBoard::answer(const Page& page, const http::RequestHead& head) {
  http::Response out;
  out.headers = {{"Cache-Control", std::string(kKept)}, {"ETag", page.tag}};
  if (head.header("If-None-Match").find(page.tag) != std::string_view::npos) {
    out.status = 304;
    return out;
  }
  out.body = page.body;
  return out;
}

http::Response TrustBoard::html(const http::RequestHead& head) const {
  auto out = answer(shown()->html, head);
  out.headers.emplace_back("Content-Security-Policy", trust_page_policy());
  if (out.status == 200) out.content_type = "text/html; charset=utf-8";
  return out;
}

http::Response TrustBoard::json(const http::RequestHead& head) const {
  auto out = answer(shown()->json, head);
  if (out.status == 200) out.content_type = "application/json";
  return out;
}

}  // namespace countersign::procurement
