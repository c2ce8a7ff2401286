#include "apps/witness_settings.h"

#include "apps/config_table.h"
#include "apps/keys.h"
#include "collector/http/url.h"
#include "ledger/base/file.h"
#include "ledger/base/types.h"
#include "ledger/tree/text_rules.h"
#include "web/senders/host.h"

#include <algorithm>
#include <set>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kWitnessesMax = 32, kLogsMax = 1'000, kKeysMax = 64, kNameMax = 200;

/// The origin of one log, or the beginning of the origins of several.
base::Result<void> check_origin(const std::string& origin) {
  auto whole = origin;
  if (whole.ends_with('/')) whole.pop_back();
  if (tree::is_key_name(whole) && whole.size() <= kNameMax && !whole.ends_with('/')) return {};
  return refuse_setting("witness.logs.origin",
                        "must be the name of a log, or what the names of a region's logs begin with, such as "
                        "\"evidence.example.com/eu-1/\"");
}

/// Whether a key under this name is one of what `origin` names.
bool is_of(const std::string& name, const std::string& origin) {
  return origin.ends_with('/') ? name.starts_with(origin) : name == origin;
}

base::Result<witness::WitnessedLogs> read_logs(Table& table) {
  witness::WitnessedLogs out;
  std::vector<std::string> vkeys;
  table.text("origin", out.origin);
  table.texts("vkeys", vkeys);
  TRY(table.finish());
  TRY(check_origin(out.origin));
  if (vkeys.size() > kKeysMax)
    return refuse_setting("witness.logs.vkeys", fmt::format("must hold at most {} keys", kKeysMax));
  for (const auto& text : vkeys) {
    const auto key = tree::NoteVerifier::parse(text);
    if (!key) return fail("witness.logs.vkeys", key.error());
    if (!is_of(key->name(), out.origin))
      return refuse_setting("witness.logs.vkeys",
                            fmt::format("holds a key of {}, which is none of {}", key->name(), out.origin));
    auto& keys = key->type() == tree::NoteKeyType::ed25519 ? out.log_keys : out.clock_keys;
    if (std::ranges::find(keys, key->public_key()) == keys.end()) keys.push_back(key->public_key());
  }
  if (out.log_keys.empty())
    return refuse_setting("witness.logs.vkeys",
                          "must hold a key that the log signs with; its operator gets all of it from: "
                          "countersign witness logs");
  return out;
}

base::Result<KnownWitnessSettings> read_known(Table& table, const std::filesystem::path& folder) {
  std::string name, vkey, url;
  std::filesystem::path ca_file;
  bool allow_plain = false;
  table.text("name", name);
  table.text("vkey", vkey);
  table.text("url", url);
  table.path("ca_file", folder, ca_file);
  table.flag("allow_plain", allow_plain);
  TRY(table.finish());
  if (!is_setting_name(name))
    return refuse_setting("witnesses.name", "must be of small letters, digits and '-', at most 32 of them");
  auto key = tree::NoteVerifier::parse(vkey);
  if (!key) return fail("witnesses.vkey", key.error());
  if (key->type() != tree::NoteKeyType::cosignature)
    return refuse_setting("witnesses.vkey", "must be a key of type 04, with which witnesses cosign");
  while (url.ends_with('/')) url.pop_back();
  const auto parsed = http::parse_url(url);
  if (!parsed)
    return refuse_setting("witnesses.url", "must be an https:// address: " + parsed.error().message);
  if (parsed->target.find('?') != std::string::npos)
    return refuse_setting("witnesses.url", "must not hold a question mark");
  if (!parsed->tls && !senders::is_loopback(parsed->host) && !allow_plain)
    return refuse_setting(
        "witnesses.url",
        "goes to another machine without TLS; what is signed cannot be forged on the way, but "
        "the names of logs can be read: if that is no matter, say allow_plain = true");
  return KnownWitnessSettings{std::move(name), std::move(*key), std::move(url), std::move(ca_file)};
}

}  // namespace

base::Result<WitnessSettings> read_witness(Table& top, const std::filesystem::path& folder) {
  WitnessSettings out;
  Table table = top.table("witness");
  table.text("name", out.name);
  table.path("key", folder, out.key);
  std::set<std::string> origins;
  for (auto& logs : table.tables("logs")) {
    TRY_ASSIGN(auto read, read_logs(logs));
    if (!origins.insert(read.origin).second)
      return refuse_setting("witness.logs.origin", "must not be that of another: " + read.origin);
    out.logs.push_back(std::move(read));
  }
  TRY(table.finish());
  if (out.logs.size() > kLogsMax)
    return refuse_setting("[[witness.logs]]", fmt::format("may stand {} times at most", kLogsMax));
  if (!out.on()) {
    if (out.logs.empty() && out.key.empty()) return out;
    return refuse_setting("witness.name", "must name the witness, such as \"witness.example.com/w1\"");
  }
  if (!tree::is_key_name(out.name) || out.name.size() > kNameMax)
    return refuse_setting("witness.name",
                          "must be a name without spaces and '+', such as "
                          "\"witness.example.com/w1\"");
  if (out.key.empty())
    return refuse_setting("witness.key", "must name the file that `countersign witness init` made");
  return out;
}

base::Result<CosigningSettings> read_cosigning(Table& top, const std::filesystem::path& folder) {
  CosigningSettings out;
  for (auto& table : top.tables("witnesses")) {
    TRY_ASSIGN(auto read, read_known(table, folder));
    for (const auto& other : out.witnesses) {
      if (other.name == read.name)
        return refuse_setting("witnesses.name", "must not be that of another: " + read.name);
      if (other.key.public_key() == read.key.public_key())
        return refuse_setting("witnesses.vkey", "must not be that of another: " + read.name);
    }
    out.witnesses.push_back(std::move(read));
  }
  if (out.witnesses.size() > kWitnessesMax)
    return refuse_setting("[[witnesses]]", fmt::format("may stand {} times at most", kWitnessesMax));
  Table cosigning = top.table("cosigning");
  cosigning.number("every_s", 1, 86'400, out.every_s);
  cosigning.number("start_wait_s", 0, 600, out.start_wait_s);
  TRY(cosigning.finish());
  return out;
}

std::filesystem::path witness_state_file(const std::filesystem::path& heads) {
  return heads / "witness.sqlite";
}

base::Result<WitnessKey> read_witness_key(const WitnessSettings& settings) {
  TRY_ASSIGN(auto read, read_private_key(settings.key, "witness.key"));
  if (read.name != settings.name || read.type != tree::NoteKeyType::cosignature)
    return fail(Code::failed_precondition,
                fmt::format("{} (setting witness.key) is the key of {}, not that with which {} cosigns",
                            settings.key.string(), read.name, settings.name));
  TRY_ASSIGN(auto verifier,
             tree::NoteVerifier::make(settings.name, tree::NoteKeyType::cosignature, read.key.public_key()));
  return WitnessKey{std::make_shared<const crypto::Ed25519Key>(std::move(read.key)), std::move(verifier)};
}

base::Result<tree::NoteVerifier> create_witness_key(const std::filesystem::path& file,
                                                    const std::string& name, const crypto::Entropy& entropy) {
  const auto key = crypto::Ed25519Key::generate(entropy);
  TRY_ASSIGN(auto verifier, tree::NoteVerifier::make(name, tree::NoteKeyType::cosignature, key.public_key()));
  const auto text = tree::encode_private_key(name, tree::NoteKeyType::cosignature, key);
  TRY(base::create_file_durably(file, std::string(base::text_of(text.view())) + "\n",
                                base::FileMode::secret));
  return verifier;
}

}  // namespace countersign::apps
