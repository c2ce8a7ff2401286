#include "collector/http/client.h"

#include "collector/http/characters.h"
#include "collector/http/tls_context.h"
#include "collector/http/transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace countersign::http {
namespace {

namespace beast_http = boost::beast::http;

using Parser = beast_http::response_parser<beast_http::string_body>;

constexpr std::uint32_t kHeaderBytesMax = 64 * 1024;
constexpr std::size_t kReceiveSize = 16 * 1024;

bool is_address(const std::string& host) {
  ErrorCode ec;
  net::ip::make_address(host, ec);
  return !ec;
}

bool is_target(std::string_view target) {
  return target.starts_with('/') &&
         std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& field) { return same_name(field.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

struct Client::Impl {
  explicit Impl(ClientOptions given) : options(std::move(given)) {}

  std::string where() const { return fmt::format("{} port {}", options.host, options.port); }

  auto fail_at(std::string_view doing, const ErrorCode& ec) const {
    const auto reason =
        Transport::timed_out(ec) ? fmt::format("no answer within {} ms", options.timeout_ms) : ec.message();
    return base::fail(base::Code::unavailable, fmt::format("cannot {} {}: {}", doing, where(), reason));
  }

  base::Result<std::string> write_request(std::string_view method, std::string_view target,
                                          const Fields& headers, std::size_t body_size) const;
  net::awaitable<base::Result<void>> connect();
  base::Result<void> check_pin();
  net::awaitable<base::Result<ClientResponse>> exchange(const std::string& head, std::string_view body,
                                                        bool head_only);
  net::awaitable<ErrorCode> receive(Parser& parser);
  base::Result<ClientResponse> read_answer(Parser& parser) const;

  ClientOptions options;
  net::io_context io{1};
  Strand strand = net::make_strand(io);
  std::shared_ptr<net::ssl::context> tls;
  std::chrono::steady_clock::time_point deadline;
  std::unique_ptr<Transport> transport;  ///< null: not connected
  std::string inbox;                     ///< received, not yet parsed
};

base::Result<std::string> Client::Impl::write_request(std::string_view method, std::string_view target,
                                                      const Fields& headers, std::size_t body_size) const {
  if (!is_token(method) || !is_target(target))
    return base::fail(base::Code::invalid_argument, "the method or the path of the request cannot be sent");
  const bool bracketed = options.host.find(':') != std::string::npos;
  const bool usual_port = options.port == (options.tls ? 443 : 80);
  std::string out =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}{}{}{}\r\n", method, target, bracketed ? "[" : "", options.host,
                  bracketed ? "]" : "", usual_port ? std::string() : fmt::format(":{}", options.port));
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_field_value(value))
      return base::fail(base::Code::invalid_argument, "a header field of the request cannot be sent");
    out += fmt::format("{}: {}\r\n", name, value);
  }
  if (body_size > 0 || method == "POST" || method == "PUT" || method == "PATCH")
    out += fmt::format("Content-Length: {}\r\n", body_size);
  out += "\r\n";
  return out;
}

base::Result<void> Client::Impl::check_pin() {
  if (!options.certificate_sha256 || transport->certificate_digest() == options.certificate_sha256) return {};
  return base::fail(
      base::Code::unauthenticated,
      fmt::format("{} shows another certificate than the one that was named; compare the SHA-256 "
                  "fingerprint with the one its operator gave you",
                  where()));
}

net::awaitable<base::Result<void>> Client::Impl::connect() {
  net::ip::tcp::resolver resolver(strand);
  const auto port = fmt::to_string(options.port);
  auto [resolve_error, found] =
      co_await resolver.async_resolve(options.host, port, net::as_tuple(net::use_awaitable));
  if (resolve_error) co_return fail_at("find", resolve_error);
  std::vector<Endpoint> endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());

  deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(options.timeout_ms);
  Socket socket(strand);
  transport = std::make_unique<Transport>(std::move(socket), tls);
  inbox.clear();
  transport->expire_at(deadline);
  const auto connect_error = co_await transport->connect(endpoints);
  if (connect_error) co_return fail_at("connect to", connect_error);
  if (!options.tls) co_return base::Result<void>();
  const std::string server_name = is_address(options.host) ? std::string() : options.host;
  const auto tls_error = co_await transport->handshake(Transport::Role::client, server_name);
  if (tls_error) {
    const auto distrust = transport->distrust();
    if (distrust.empty()) co_return fail_at("speak TLS with", tls_error);
    co_return base::fail(
        base::Code::unauthenticated,
        fmt::format("the certificate of {} is not trusted: {}; name the authority's file, or the "
                    "certificate's SHA-256 fingerprint",
                    where(), distrust));
  }
  co_return check_pin();
}

/// Reads until the parser has a whole answer.
net::awaitable<ErrorCode> Client::Impl::receive(Parser& parser) {
  ErrorCode ec;
  while (true) {
    std::size_t used = 1;
    while (used > 0 && !inbox.empty() && !parser.is_done()) {
      used = parser.put(net::const_buffer(inbox.data(), inbox.size()), ec);
      inbox.erase(0, used);
      if (ec == beast_http::error::need_more) break;
      if (ec) co_return ec;
    }
    if (parser.is_done()) co_return ErrorCode();
    const auto have = inbox.size();
    inbox.resize(have + kReceiveSize);
    const auto buffer = net::buffer(inbox.data() + have, kReceiveSize);
    const auto transfer = co_await transport->read_some(buffer);
    inbox.resize(have + transfer.size);
    if (transfer.error == net::error::eof || transfer.error == net::ssl::error::stream_truncated) {
      // An answer without a length ends where the connection does.
      if (!parser.got_some()) co_return transfer.error;
      parser.put_eof(ec);
      co_return ec;
    }
    if (transfer.error) co_return transfer.error;
  }
}

base::Result<ClientResponse> Client::Impl::read_answer(Parser& parser) const {
  auto& message = parser.get();
  ClientResponse response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  response.body = std::move(message.body());
  return response;
}

net::awaitable<base::Result<ClientResponse>> Client::Impl::exchange(const std::string& head,
                                                                    std::string_view body, bool head_only) {
  if (transport && !transport->is_quiet()) transport.reset();
  if (!transport) {
    const auto connected = co_await connect();
    if (!connected) co_return base::fail(connected.error());
  }
  transport->expire_at(deadline);
  // A server that refuses early closes before it has read the whole body; its answer is there all the same.
  const auto write_error = co_await transport->write(head, body);
  if (Transport::timed_out(write_error)) co_return fail_at("send to", write_error);
  while (true) {
    Parser parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(options.body_bytes_max);
    parser.skip(head_only);
    const auto error = co_await receive(parser);
    if (error == beast_http::error::body_limit)
      co_return base::fail(
          base::Code::resource_exhausted,
          fmt::format("the answer of {} is larger than {} bytes", where(), options.body_bytes_max));
    if (error) co_return fail_at("get an answer from", write_error ? write_error : error);
    if (beast_http::to_status_class(parser.get().result()) == beast_http::status_class::informational)
      continue;
    const bool keep = parser.keep_alive() && !write_error && inbox.empty();
    auto response = read_answer(parser);
    if (!keep) transport.reset();
    co_return response;
  }
}

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

base::Result<ClientResponse> Client::send(std::string_view method, std::string_view target,
                                          const Fields& headers, std::string_view body) {
  auto& impl = *impl_;
  TRY_ASSIGN(const auto head, impl.write_request(method, target, headers, body.size()));
  if (impl.options.tls && !impl.tls) {
    ClientTrust trust;
    trust.ca_file = impl.options.ca_file;
    trust.check_chain = !impl.options.certificate_sha256;
    TRY_ASSIGN(impl.tls, make_client_context(trust, impl.options.host));
  }
  impl.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(impl.options.timeout_ms);
  std::optional<base::Result<ClientResponse>> outcome;
  std::exception_ptr thrown;
  net::co_spawn(impl.strand, impl.exchange(head, body, method == "HEAD"),
                [&](const std::exception_ptr& failed, base::Result<ClientResponse> result) {
                  thrown = failed;
                  outcome = std::move(result);
                });
  impl.io.restart();
  impl.io.run();
  if (thrown || !outcome) {
    impl.transport.reset();
    return base::fail(base::Code::internal, "the HTTP client failed while it spoke with " + impl.where());
  }
  if (!*outcome) impl.transport.reset();
  return *std::move(outcome);
}

}  // namespace countersign::http
