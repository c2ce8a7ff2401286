#include "apps/keys.h"

#include "ledger/base/file.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/note.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

base::Result<crypto::Ed25519Key> read_log_key(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return fail(Code::failed_precondition,
                fmt::format("{} can be read by others; run: chmod 600 {}", file.string(), file.string()));
  TRY_ASSIGN(auto text, base::read_file(file, 4096));
  const crypto::Secret kept(base::bytes_of(text));
  std::string_view line = base::text_of(kept.view());
  if (line.ends_with('\n')) line.remove_suffix(1);
  auto parsed = tree::parse_private_key(line);
  if (!parsed) return fail(file.string(), parsed.error());
  return std::move(parsed->key);
}

}  // namespace

base::Result<void> create_log_key(const std::filesystem::path& file, const std::string& origin,
                                  const crypto::Entropy& entropy) {
  const auto key = crypto::Ed25519Key::generate(entropy);
  const auto text = tree::encode_private_key(origin, tree::NoteKeyType::ed25519, key);
  return base::create_file_durably(file, std::string(base::text_of(text.view())) + "\n",
                                   base::FileMode::secret);
}

base::Result<LogKeys> read_log_keys(const Config& config) {
  TRY_ASSIGN(auto log, read_log_key(config.keys.log));
  TRY_ASSIGN(auto clock, read_log_key(config.keys.clock));
  return LogKeys{std::move(log), std::move(clock)};
}

store::CheckpointSigner checkpoint_signer(const LogKeys& keys) {
  return [&keys](const base::LogName& log, std::uint64_t size, const base::Digest& root, std::int64_t time) {
    return tree::sign_checkpoint({log, size, root}, keys.log, keys.clock, time);
  };
}

base::Result<std::string> vkeys_of(const base::LogName& log, const store::LedgerIdentity& identity) {
  TRY_ASSIGN(const auto verifiers, store::verifiers_of(identity, log));
  return verifiers.log.to_vkey() + "\n" + verifiers.clock.to_vkey() + "\n";
}

}  // namespace countersign::apps
