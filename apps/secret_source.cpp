#include "apps/secret_source.h"

#include "ledger/base/file.h"
#include "ledger/vault/credentials.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kCredential = "credential:";
constexpr std::uint64_t kBytesMax = 4096;

bool is_credential_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

base::Result<std::filesystem::path> place_of(const SecretSource& source) {
  if (source.credential.empty()) {
    TRY(base::check_owner_alone_reads(source.file));
    return source.file;
  }
  const auto folder = vault::credentials_folder();
  if (folder.empty())
    return fail(Code::failed_precondition,
                fmt::format("{0} is the credential {1}, but systemd handed over none ($CREDENTIALS_DIRECTORY "
                            "is not set). The unit needs LoadCredential={1}:PATH",
                            source.member, source.credential));
  return folder / source.credential;
}

}  // namespace

base::Result<SecretSource> parse_secret_source(const std::string& member, const std::string& text,
                                               const std::filesystem::path& folder) {
  SecretSource out;
  out.member = member;
  if (text.starts_with(kCredential)) {
    out.credential = text.substr(kCredential.size());
    if (!is_credential_name(out.credential))
      return fail(
          Code::invalid_argument,
          fmt::format("{} must name a credential as LoadCredential= does: credential:NAME, of letters, "
                      "digits, '.', '_' and '-'",
                      member));
  } else if (!text.empty()) {
    out.file = folder / text;
  }
  return out;
}

base::Result<crypto::Secret> read_secret(const SecretSource& source) {
  TRY_ASSIGN(const auto place, place_of(source));
  auto text = base::read_file(place, kBytesMax);
  if (!text && text.error().code == Code::not_found)
    return fail(Code::not_found,
                fmt::format("{} (setting {}) is not there; write {} into it, for its owner alone",
                            place.string(), source.member, source.what));
  if (!text) return fail(text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  crypto::Secret secret(base::bytes_of(*text));
  std::fill(text->begin(), text->end(), '\0');
  if (secret.empty())
    return fail(Code::invalid_argument,
                fmt::format("{} (setting {}) is empty", place.string(), source.member));
  return secret;
}

}  // namespace countersign::apps
