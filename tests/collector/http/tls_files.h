#pragma once

#include "collector/http/server.h"
#include "tests/support/temp_dir.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace countersign::http {

/// What a command prints, errors included.
inline std::string output_of(const std::string& command) {
  std::string text;
  auto* pipe = ::popen(("( " + command + " ) 2>&1").c_str(), "r");
  if (pipe == nullptr) std::abort();
  std::array<char, 4096> piece{};
  while (const auto size = std::fread(piece.data(), 1, piece.size(), pipe)) text.append(piece.data(), size);
  ::pclose(pipe);
  return text;
}

/// A self-signed certificate for `name` and its key, made with the openssl command.
inline TlsFiles make_certificate(const testing::TempDir& folder, const std::string& name) {
  TlsFiles files{folder / (name + ".pem"), folder / (name + ".key")};
  const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
  output_of("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
            " -addext subjectAltName=" + (is_address ? "IP:" : "DNS:") + name + " -keyout " +
            files.key_pem.string() + " -out " + files.certificate_pem.string());
  return files;
}

}  // namespace countersign::http
