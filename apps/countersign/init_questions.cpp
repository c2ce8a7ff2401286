#include "apps/countersign/init_questions.h"

#include "apps/accounts.h"
#include "ledger/base/types.h"

#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <iostream>
#include <string_view>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

struct Question {
  std::string_view text;
  std::string proposed;  ///< what an empty answer means; may be empty
  std::function<base::Result<void>(const std::string&)> check;
};

std::string trimmed(const std::string& text) {
  constexpr auto kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

base::Result<std::string> ask_one(const Question& question) {
  fmt::print(stderr, "\n{}\n", question.text);
  for (;;) {
    fmt::print(stderr, "{}> ",
               question.proposed.empty() ? std::string() : fmt::format("[{}] ", question.proposed));
    std::fflush(stderr);
    std::string line;
    if (!std::getline(std::cin, line)) {
      fmt::print(stderr, "\n");
      return fail(Code::aborted, "the input ended before the last question; nothing was made");
    }
    line = trimmed(line);
    if (line.empty()) line = question.proposed;
    const auto right = line.empty() ? base::Result<void>(fail(Code::invalid_argument, "an answer is needed"))
                                    : question.check(line);
    if (right) return line;
    fmt::print(stderr, "  {}\n", right.error().message);
  }
}

}  // namespace

bool Reach::is_local() const { return host == "localhost" || host == "127.0.0.1" || host == "::1"; }

std::string Reach::listen_address() const {
  if (is_local()) return host == "::1" ? host : "127.0.0.1";
  return host.find(':') == std::string::npos ? "0.0.0.0" : "::";
}

std::string Reach::url(bool tls) const {
  const bool bracketed = host.find(':') != std::string::npos;
  const auto whole =
      fmt::format("{}://{}:{}", tls ? "https" : "http", bracketed ? fmt::format("[{}]", host) : host, port);
  return parse_access_address(whole).value_or(whole);
}

base::Result<Reach> parse_reach(const std::string& text) {
  const auto whole = text.find("://") == std::string::npos ? "https://" + text : text;
  const auto url = boost::urls::parse_uri(whole);
  Reach out;
  if (url && url->has_port()) {
    const std::string port(url->port());
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc() || end != port.data() + port.size() || out.port == 0)
      return fail(Code::invalid_argument, "the port must be a number from 1 to 65535");
  }
  if (!url || !whole.starts_with("https://") || !parse_access_address(whole))
    return fail(Code::invalid_argument,
                "the address must be a host and a port, for example evidence.example.com:8443");
  out.host = url->host_name().empty() ? std::string(url->host_address()) : std::string(url->host_name());
  return out;
}

bool is_asked_for() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

base::Result<void> ask(Answers& answers, const std::function<std::string(const Answers&)>& reach) {
  fmt::print(stderr, "A new appliance. Until the last answer nothing is made.\n");
  if (!answers.origin) {
    TRY_ASSIGN(answers.origin,
               ask_one({"Which domain of yours names the logs? It stands in every record and never changes; "
                        "for example\nevidence.example.com",
                        "", [](const auto& text) -> base::Result<void> {
                          TRY(base::parse_origin(text));
                          return {};
                        }}));
  }
  if (!answers.region) {
    TRY_ASSIGN(answers.region,
               ask_one({"Which region does the data stay in? A short name, which never changes either; for "
                        "example eu-1",
                        "", [](const auto& text) -> base::Result<void> {
                          TRY(base::parse_region(text));
                          return {};
                        }}));
  }
  if (!answers.reach && reach) {
    TRY_ASSIGN(answers.reach, ask_one({"Under which address do people and sources reach it? The host is put "
                                       "into the TLS certificate; localhost is\nthis machine alone",
                                       reach(answers), [](const auto& text) -> base::Result<void> {
                                         TRY(parse_reach(text));
                                         return {};
                                       }}));
  }
  fmt::print(stderr, "\n");
  return {};
}

}  // namespace countersign::apps
