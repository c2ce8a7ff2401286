#include "web/api/oidc_page.h"

#include <fmt/format.h>

#include <string>

namespace countersign::api {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

http::Response page(int status, std::string_view head, std::string_view title, std::string_view sentence,
                    std::string_view link) {
  http::Response out;
  out.status = status;
  out.content_type = "text/html; charset=utf-8";
  // The address of the page holds the provider's code and must be told to nobody.
  out.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"},
  };
  out.body = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{}<title>{} - "
      "Countersign</title>\n"
      "</head>\n<body>\n<h1>{}</h1>\n<p>{}</p>\n<p><a href=\"/\">{}</a></p>\n</body>\n</html>\n",
      head, title, title, sentence, link);
  return out;
}

}  // namespace

http::Response oidc_failure_page(int status, std::string_view sentence) {
  auto text = escaped(sentence);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() & ~0x20);
  return page(status, {}, "You are not signed in", text + ".", "Back to the first page");
}

http::Response oidc_signed_in_page() {
  return page(200, "<meta http-equiv=\"refresh\" content=\"0; url=/\">\n", "You are signed in",
              "The first page opens by itself.", "Go on");
}

}  // namespace countersign::api
