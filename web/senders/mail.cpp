#include "web/senders/mail.h"

#include "ledger/base/types.h"
#include "web/senders/host.h"
#include "web/senders/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace countersign::senders {
namespace {

using notify::Outcome;

constexpr long kMailboxRefused = 500;

/// What is left to be handed to libcurl.
struct Reading {
  std::string_view left;
};

std::size_t on_read(char* out, std::size_t size, std::size_t count, void* user) {
  auto& reading = *static_cast<Reading*>(user);
  const auto bytes = std::min(size * count, reading.left.size());
  std::memcpy(out, reading.left.data(), bytes);
  reading.left.remove_prefix(bytes);
  return bytes;
}

/// With the number of the server's answer, which alone says nothing of persons.
Outcome failure(const Transfer& transfer, CURLcode code) {
  auto out = transfer.failure(code);
  const auto answer = transfer.info<long>(CURLINFO_RESPONSE_CODE);
  if (out.kind != Outcome::Kind::failed || answer == 0) return out;
  out.why += fmt::format(" (it answered {})", answer);
  if (code == CURLE_SEND_ERROR && answer >= kMailboxRefused)
    out.why += "; a server that refuses one of the addresses of from and to is given no mail";
  return out;
}

Outcome attempt(const MailOptions& options, const notify::Delivery& delivery, const notify::Stop& stop) {
  const auto notice = notify::parse_body(delivery.body);
  if (!notice) return {Outcome::Kind::failed, notice.error().message};
  auto envelope = options.envelope;
  if (options.find_to) {
    if (auto to = options.find_to(*notice); !to.empty()) envelope.to = std::move(to);
  }
  const auto text = compose(*notice, delivery.id, envelope, options.clock());
  const bool tls = options.tls == MailOptions::Tls::tls;
  Transfer transfer({fmt::format("{}://{}:{}", tls ? "smtps" : "smtp", in_url(options.host), options.port),
                     options.timeout_ms, options.ca_file},
                    stop);
  transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  transfer.set(CURLOPT_USE_SSL,
               static_cast<long>(options.tls == MailOptions::Tls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (!options.user.empty() && options.password) {
    transfer.set(CURLOPT_USERNAME, options.user.c_str());
    transfer.set(CURLOPT_PASSWORD, std::string(base::text_of(options.password->view())).c_str());
  }
  List to;
  for (const auto& address : envelope.to) append(to, "<" + address + ">");
  const auto from = "<" + envelope.from + ">";
  Reading reading{text};
  transfer.set(CURLOPT_MAIL_FROM, from.c_str());
  transfer.set(CURLOPT_MAIL_RCPT, to.get());
  transfer.set(CURLOPT_READFUNCTION, &on_read);
  transfer.set(CURLOPT_READDATA, static_cast<void*>(&reading));
  transfer.set(CURLOPT_UPLOAD, 1L);
  const auto code = transfer.perform();
  return code == CURLE_OK ? Outcome() : failure(transfer, code);
}

}  // namespace

notify::Send mail(MailOptions options) {
  return [options = std::move(options)](const notify::Delivery& delivery, const notify::Stop& stop) {
    return attempt(options, delivery, stop);
  };
}

}  // namespace countersign::senders
