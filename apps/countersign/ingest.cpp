#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "collector/http/client.h"
#include "collector/http/url.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kWholeBytesMax = 32u << 20;
constexpr int kTriesMax = 60;
constexpr std::chrono::seconds kBetweenTries{1};
constexpr std::size_t kFaultsShown = 20;

struct Options {
  std::string file;
  std::string token;
  std::string url;
  std::string ca;
  std::size_t batch = 1000;
  bool whole = false;
};

/// What the daemon said about all that was sent.
struct Tally {
  std::uint64_t appended = 0, duplicate = 0, differing = 0, rejected = 0, unmapped = 0;
  std::uint64_t sent =
      0;  ///< events in batches before the one being sent: makes an index in a batch a line of the file
  boost::json::array faults;
};

base::Result<http::Url> address_of(const Context& context, const Options& options, std::string& ca) {
  if (!options.url.empty()) return http::parse_url(options.url);
  TRY_ASSIGN(const auto config, load(context));
  if (ca.empty() && config.listen.tls) ca = config.keys.tls_certificate.string();
  const bool any = config.listen.address == "0.0.0.0" || config.listen.address == "::";
  return http::Url{config.listen.tls, any ? "127.0.0.1" : config.listen.address, config.listen.port,
                   "/v1/events"};
}

std::uint64_t count_in(const boost::json::object& answer, std::string_view name) {
  const auto* found = answer.if_contains(boost::json::string_view(name.data(), name.size()));
  return found != nullptr && found->is_int64() ? static_cast<std::uint64_t>(found->get_int64()) : 0;
}

base::Result<void> add_answer(const http::ClientResponse& response, Tally& tally) {
  const auto parsed = base::parse_json(response.body, {});
  if (!parsed || !parsed->value.is_object())
    return base::fail(
        base::Code::internal,
        fmt::format("the answer of status {} is not JSON: is that a countersignd?", response.status));
  const auto& answer = parsed->value.get_object();
  const auto* results = answer.if_contains("results");
  if (results == nullptr || !results->is_array()) {
    const auto* detail = answer.if_contains("detail");
    const auto code = response.status == 401   ? base::Code::unauthenticated
                      : response.status == 413 ? base::Code::resource_exhausted
                                               : base::Code::invalid_argument;
    return base::fail(code,
                      fmt::format("status {}: {}", response.status,
                                  detail != nullptr && detail->is_string() ? std::string(detail->get_string())
                                                                           : "no reason given"));
  }
  tally.appended += count_in(answer, "appended");
  tally.duplicate += count_in(answer, "duplicate");
  tally.differing += count_in(answer, "differing");
  tally.rejected += count_in(answer, "rejected");
  tally.unmapped += count_in(answer, "unmapped");
  for (const auto& result : results->get_array()) {
    const auto* errors = result.is_object() ? result.get_object().if_contains("errors") : nullptr;
    if (errors == nullptr || tally.faults.size() >= kFaultsShown) continue;
    const auto index = count_in(result.get_object(), "index");
    tally.faults.push_back({{"event", tally.sent + index + 1}, {"errors", *errors}});
  }
  return {};
}

/// Sends one body until it is taken; a body that was taken before is answered as duplicates, so sending again
/// is safe.
base::Result<void> send(http::Client& client, const http::Url& url, const Options& options,
                        const std::string& body, bool whole, Tally& tally) {
  const http::Fields headers{{"Authorization", "Bearer " + options.token},
                             {"Content-Type", whole ? "application/json" : "application/x-ndjson"}};
  for (int tries = 1;; ++tries) {
    auto response = client.send("POST", url.target, headers, body);
    const bool again = response ? response->status == 503 || response->status == 507
                                : response.error().code == base::Code::unavailable;
    if (!again || tries == kTriesMax) {
      if (!response) return base::fail(response.error());
      if (response->status == 507)
        return base::fail(base::Code::resource_exhausted, "the appliance's disk is full");
      if (response->status == 503) return base::fail(base::Code::unavailable, "the appliance cannot keep up");
      return add_answer(*response, tally);
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

base::Result<void> send_lines(std::istream& in, std::uint64_t bytes, http::Client& client,
                              const http::Url& url, const Options& options, Tally& tally) {
  Progress progress("sending bytes", bytes);
  std::string body, line;
  std::size_t lines = 0;
  std::uint64_t done = 0;
  const auto flush = [&]() -> base::Result<void> {
    if (lines == 0) return {};
    TRY(send(client, url, options, body, false, tally));
    tally.sent += lines;
    done += body.size();
    progress.show(done);
    body.clear();
    lines = 0;
    return {};
  };
  while (std::getline(in, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    body += line + "\n";
    if (++lines == options.batch || body.size() > (4u << 20)) TRY(flush());
  }
  return flush();
}

base::Result<int> ingest(const Context& context, Options options) {
  if (options.token.empty()) {
    const char* set = std::getenv("COUNTERSIGN_TOKEN");
    if (set != nullptr) options.token = set;
  }
  if (options.token.empty())
    return base::fail(base::Code::invalid_argument,
                      "give the source's token in $COUNTERSIGN_TOKEN or with --token");
  std::string ca = options.ca;
  TRY_ASSIGN(const auto url, address_of(context, options, ca));
  http::ClientOptions client_options;
  client_options.host = url.host;
  client_options.port = url.port;
  client_options.tls = url.tls;
  client_options.ca_file = ca;
  http::Client client(std::move(client_options));
  Tally tally;
  if (options.whole || options.file.ends_with(".json")) {
    TRY_ASSIGN(const auto body, base::read_file(options.file, kWholeBytesMax));
    TRY(send(client, url, options, body, true, tally));
  } else if (options.file == "-") {
    TRY(send_lines(std::cin, 0, client, url, options, tally));
  } else {
    std::ifstream in(options.file, std::ios::binary);
    if (!in) return base::fail(base::Code::not_found, fmt::format("cannot open {}", options.file));
    std::error_code ignored;
    TRY(send_lines(in, std::filesystem::file_size(options.file, ignored), client, url, options, tally));
  }
  std::string text = fmt::format("{} appended, {} duplicate, {} rejected, {} of a type that is not mapped\n",
                                 tally.appended, tally.duplicate, tally.rejected, tally.unmapped);
  if (tally.differing > 0)
    text += fmt::format(
        "  {} of the duplicates say something else than the record that has their id; that record stands\n",
        tally.differing);
  for (const auto& fault : tally.faults) {
    for (const auto& error : fault.at("errors").as_array())
      text +=
          fmt::format("  event {}: {} {}\n", fault.at("event").to_number<std::uint64_t>(),
                      std::string(error.at("path").as_string()), std::string(error.at("reason").as_string()));
  }
  print(context,
        boost::json::object{{"appended", tally.appended},
                            {"duplicate", tally.duplicate},
                            {"differing", tally.differing},
                            {"rejected", tally.rejected},
                            {"unmapped", tally.unmapped},
                            {"faults", tally.faults}},
        text);
  return tally.rejected > 0 ? kExitUsage : 0;
}

}  // namespace

void add_ingest(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      app, "ingest", "Send events from a file to the appliance; what is there already stays as it is",
      "COUNTERSIGN_TOKEN=cst_… countersign ingest events.ndjson");
  command
      ->add_option("file", options->file,
                   "NDJSON, one event a line; *.json is sent as one document; - is standard input")
      ->required();
  command->add_option("--token", options->token,
                      "The source's token; better in $COUNTERSIGN_TOKEN, where other users cannot see it");
  command->add_option("--url", options->url, "Address of /v1/events (from the configuration)");
  command
      ->add_option("--ca", options->ca,
                   "Certificate that the appliance is recognised by (from the configuration)")
      ->check(CLI::ExistingFile);
  command->add_option("--batch", options->batch, "Events in a request")->check(CLI::Range(1, 100'000));
  command->add_flag("--whole", options->whole, "Send the file as one JSON document, as a provider would");
  command->callback(
      [&context, options] { context.run = [&context, options] { return ingest(context, *options); }; });
}

}  // namespace countersign::apps
