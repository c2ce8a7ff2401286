#include "apps/countersign/command.h"
#include "ledger/base/encoding.h"
#include "ledger/mirror/check_log.h"
#include "ledger/mirror/mirror_folder.h"
#include "web/tlog/remote_log.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

struct Options {
  std::string place;
  std::vector<std::string> keys;
  std::filesystem::path token_file, ca_file;
  bool foreign = false;
};

bool is_url(const std::string& place) {
  return place.starts_with("https://") || place.starts_with("http://");
}

base::Result<mirror::Fetch> source_of(const Options& options) {
  if (!is_url(options.place)) {
    if (!std::filesystem::is_directory(options.place))
      return base::fail(
          base::Code::not_found,
          fmt::format("{} is neither a folder nor an address that begins with https://", options.place));
    return mirror::MirrorFolder(options.place).fetch();
  }
  tlog::RemoteOptions remote{options.place, nullptr, options.ca_file};
  if (!options.token_file.empty()) {
    TRY_ASSIGN(auto token, read_secret({"--token-file", options.token_file, "", "the token"}));
    remote.token = std::make_shared<const crypto::Secret>(std::move(token));
  }
  return tlog::remote_log(remote);
}

std::string text_of(const mirror::LogCheck& check, bool foreign) {
  std::string out = fmt::format(
      "Log {}\n{} records, of which {} were read{}\n", check.origin.text, check.size, check.records,
      check.missing == 0 ? std::string()
                         : fmt::format(" and {} are retired: their hashes are there", check.missing));
  if (check.time) out += fmt::format("Signed at {}\n", base::format_rfc3339({*check.time * 1'000'000}));
  for (const auto& fault : check.faults) out += fmt::format("WRONG: {}\n", fault);
  if (check.faults.size() >= mirror::kFaultsMax) out += "The check ended here; there may be more.\n";
  if (check.faults.empty())
    out += foreign ? "All entries hash to the root that was signed.\n"
                   : "All records hash to the root that was signed, and each names the one before it.\n";
  return out;
}

base::Result<int> check(const Context& context, const Options& options) {
  std::vector<tree::NoteVerifier> keys;
  for (const auto& vkey : options.keys) {
    TRY_ASSIGN(auto key, tree::NoteVerifier::parse(vkey));
    keys.push_back(std::move(key));
  }
  TRY_ASSIGN(const auto fetch, source_of(options));
  TRY_ASSIGN(
      const auto done,
      mirror::check_log(fetch, keys, options.foreign ? mirror::Entries::any : mirror::Entries::records));
  boost::json::array faults(done.faults.begin(), done.faults.end());
  boost::json::object data{
      {"log", done.origin.text},    {"size", done.size},       {"root", base::to_base64(done.root.view())},
      {"read", done.records},       {"missing", done.missing}, {"chained", done.chained},
      {"faults", std::move(faults)}};
  if (done.time) data["time"] = base::format_rfc3339({*done.time * 1'000'000});
  print(context, data, text_of(done, options.foreign));
  return done.faults.empty() ? 0 : exit_code(base::Code::data_loss);
}

}  // namespace

void add_tlog(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      app, "tlog", "Check logs that are served or mirrored as tiles (C2SP tlog-tiles)",
      "countersign tlog check https://evidence.example.com/eu-1/acme --log-key VKEY --token-file acme.token");
  command->require_subcommand(1);
  auto* checking = add_command(
      *command, "check",
      "Read a whole log, from its address or a mirror's folder, and compute from the records what was signed",
      "countersign tlog check /var/lib/countersign/data/mirrors/acme --log-key VKEY");
  checking->add_option("place", options->place, "Address of the log, or folder of a mirror")->required();
  checking->add_option("--log-key", options->keys, "vkey of the log that is trusted; may be given again")
      ->required()
      ->allow_extra_args(false);
  checking->add_option("--token-file", options->token_file,
                       "File with the token of an operator of the role mirror, readable by its owner alone");
  checking->add_option("--ca-file", options->ca_file,
                       "Authorities in PEM that are trusted instead of the system's");
  checking->add_flag("--foreign", options->foreign,
                     "The log is of another product: what its entries say is not looked at");
  checking->callback(
      [&context, options] { context.run = [&context, options] { return check(context, *options); }; });
}

}  // namespace countersign::apps
