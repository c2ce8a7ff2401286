#include "collector/http/transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>

#include <poll.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <variant>

namespace countersign::http {
namespace {

namespace beast = boost::beast;

using PlainStream = beast::basic_stream<net::ip::tcp, Strand>;
// Not beast::ssl_stream: in 1.81 it ends a write of two buffers after the first when the second is larger
// than 16 KiB, and reports success (flat_stream meets the empty remainder of the first).
using TlsStream = net::ssl::stream<PlainStream>;

constexpr auto kAwait = net::as_tuple(net::use_awaitable);

struct FreeCertificate {
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};

/// What the peer has shown, on either side; null where it has shown none, or there is no TLS.
std::unique_ptr<X509, FreeCertificate> shown_certificate(TlsStream* stream) {
  return std::unique_ptr<X509, FreeCertificate>(
      stream == nullptr ? nullptr : ::SSL_get1_peer_certificate(stream->native_handle()));
}

std::optional<base::Digest> digest_of(const X509* certificate) {
  base::Digest digest;
  unsigned int size = 0;
  if (certificate == nullptr || ::X509_digest(certificate, ::EVP_sha256(), digest.bytes.data(), &size) != 1 ||
      size != digest.bytes.size())
    return std::nullopt;
  return digest;
}

std::optional<base::Timestamp> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ::ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return base::Timestamp{static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000};
}

}  // namespace

struct Transport::Streams {
  // The context outlives the stream that was made from it.
  std::shared_ptr<net::ssl::context> context;
  std::variant<PlainStream, TlsStream> stream;

  Streams(Socket socket, std::shared_ptr<net::ssl::context> tls)
      : context(std::move(tls)), stream(make(std::move(socket), context.get())) {}

  static std::variant<PlainStream, TlsStream> make(Socket socket, net::ssl::context* tls) {
    if (tls == nullptr) return PlainStream(std::move(socket));
    return TlsStream(PlainStream(std::move(socket)), *tls);
  }

  TlsStream* secured() { return std::get_if<TlsStream>(&stream); }
  PlainStream& lowest() {
    auto* over = secured();
    return over != nullptr ? over->next_layer() : std::get<PlainStream>(stream);
  }
};

Transport::Transport(Socket socket, std::shared_ptr<net::ssl::context> tls)
    : streams_(std::make_unique<Streams>(std::move(socket), std::move(tls))) {}

Transport::~Transport() = default;

bool Transport::tls() const { return streams_->secured() != nullptr; }

void Transport::expire_at(std::chrono::steady_clock::time_point deadline) {
  streams_->lowest().expires_at(deadline);
}

void Transport::expire_in(std::int64_t ms) {
  streams_->lowest().expires_after(std::chrono::milliseconds(ms));
}

bool Transport::timed_out(const ErrorCode& error) { return error == beast::error::timeout; }

net::awaitable<ErrorCode> Transport::connect(const std::vector<Endpoint>& endpoints) {
  auto [ec, endpoint] = co_await streams_->lowest().async_connect(endpoints, kAwait);
  if (!ec) {
    ErrorCode ignored;
    streams_->lowest().socket().set_option(net::ip::tcp::no_delay(true), ignored);
  }
  co_return ec;
}

net::awaitable<ErrorCode> Transport::handshake(Role role, const std::string& server_name) {
  auto& stream = *streams_->secured();
  if (!server_name.empty()) {
    // The macro of this call casts in C's way.
    ::SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(server_name.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  const auto side = role == Role::server ? net::ssl::stream_base::server : net::ssl::stream_base::client;
  auto [ec] = co_await stream.async_handshake(side, kAwait);
  co_return ec;
}

net::awaitable<Transfer> Transport::read_some(net::mutable_buffer into) {
  if (auto* stream = streams_->secured()) {
    auto [ec, size] = co_await stream->async_read_some(into, kAwait);
    co_return Transfer(ec, size);
  }
  auto [ec, size] = co_await streams_->lowest().async_read_some(into, kAwait);
  co_return Transfer(ec, size);
}

net::awaitable<ErrorCode> Transport::write(std::string_view first, std::string_view second) {
  const std::array<net::const_buffer, 2> both{net::const_buffer(first.data(), first.size()),
                                              net::const_buffer(second.data(), second.size())};
  if (auto* stream = streams_->secured()) {
    auto [ec, size] = co_await net::async_write(*stream, both, kAwait);
    co_return ec;
  }
  auto [ec, size] = co_await net::async_write(streams_->lowest(), both, kAwait);
  co_return ec;
}

net::awaitable<void> Transport::close(std::int64_t linger_ms) {
  auto& lowest = streams_->lowest();
  if (!lowest.socket().is_open()) co_return;
  expire_in(linger_ms);
  if (auto* stream = streams_->secured()) {
    // A peer that has closed, or still sends, ends this with an error of no further meaning.
    auto [ec] = co_await stream->async_shutdown(kAwait);
    if (timed_out(ec)) co_return;
  }
  ErrorCode ec;
  lowest.socket().shutdown(net::ip::tcp::socket::shutdown_send, ec);
  std::array<char, 4096> dropped{};
  while (!ec) {
    auto [error, size] = co_await lowest.async_read_some(net::buffer(dropped), kAwait);
    ec = error;
  }
  abort();
}

void Transport::cancel() { streams_->lowest().cancel(); }

void Transport::abort() {
  ErrorCode ignored;
  streams_->lowest().socket().close(ignored);
}

bool Transport::is_quiet() {
  auto& socket = streams_->lowest().socket();
  ::pollfd waiting{socket.native_handle(), POLLIN, 0};
  return socket.is_open() && ::poll(&waiting, 1, 0) == 0;
}

std::shared_ptr<const ClientCertificate> Transport::client_certificate() {
  const auto shown = shown_certificate(streams_->secured());
  const auto digest = digest_of(shown.get());
  if (!digest) return nullptr;
  const auto from = time_of(::X509_get0_notBefore(shown.get()));
  const auto until = time_of(::X509_get0_notAfter(shown.get()));
  if (!from || !until) return nullptr;
  return std::make_shared<const ClientCertificate>(ClientCertificate{*digest, *from, *until});
}

std::optional<base::Digest> Transport::certificate_digest() {
  return digest_of(shown_certificate(streams_->secured()).get());
}

std::string Transport::distrust() {
  auto* stream = streams_->secured();
  if (stream == nullptr) return {};
  const auto result = ::SSL_get_verify_result(stream->native_handle());
  return result == X509_V_OK ? std::string() : std::string(::X509_verify_cert_error_string(result));
}

}  // namespace countersign::http
