#pragma once

#include "ledger/base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace countersign::crypto {

/// The client's side of TLS 1.2 and 1.3 over a connection that somebody else holds: bytes go in and come out,
/// and it touches no socket. Unlike a library that transfers, it shows how the other side ends: with a
/// close_notify, with an alert, or with neither (RFC 8446 section 6). One thread at a time.
///
/// Errors of what the other side does are unavailable, in words of this side alone. After an error there is
/// nothing more to do than to send what to_send() still has.
class TlsClient {
 public:
  struct Options {
    std::string host;  ///< a name, or an address without brackets, that the certificate must be for
    std::filesystem::path
        ca_file;  ///< authorities in PEM that are trusted instead of the system's; may be empty
    std::filesystem::path certificate, key;  ///< in PEM, shown where it is asked for; empty: none
  };
  /// invalid_argument: a file cannot be read, or is not what it should be.
  static base::Result<TlsClient> make(const Options& options);
  TlsClient(TlsClient&&) noexcept;
  TlsClient& operator=(TlsClient&&) noexcept;
  ~TlsClient();

  /// Hands over what came from the other side.
  void receive(std::string_view bytes);
  /// What has to be sent to the other side now; empty where there is nothing.
  std::string to_send();

  /// Goes on with the handshake. True: this side is done, the other side's certificate is good, and write()
  /// may be called. In TLS 1.3 the other side may still refuse what was shown to it: then an alert comes
  /// later.
  base::Result<bool> shake_hands();
  /// Encrypts for to_send().
  base::Result<void> write(std::string_view text);
  /// Says that nothing more is written (close_notify).
  void end();
  /// Reads on, throws away what it says, and does not wait. True: the other side has sent its close_notify.
  base::Result<bool> skip_to_end();

 private:
  struct Handles;
  explicit TlsClient(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

}  // namespace countersign::crypto
