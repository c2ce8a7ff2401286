#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "apps/countersign/resume.h"
#include "collector/http/client.h"
#include "collector/http/url.h"
#include "collector/mapping/rows.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kWholeBytesMax = 32u << 20;
constexpr int kTriesMax = 60;
constexpr std::chrono::seconds kBetweenTries{1};
constexpr std::size_t kFaultsShown = 20;
constexpr std::uint64_t kMappingBytesMax = 1u << 20;

struct Options {
  std::vector<std::string> files;
  std::string mapping_file;
  std::string delimiter;
  std::string rejected_file;
  bool restart = false;
  std::uint64_t dry_run = 0;
  std::string token;
  std::string url;
  std::string ca;
  std::size_t batch = 1000;
  bool whole = false;
};

/// What the daemon said about all that was sent.
struct Tally {
  std::uint64_t appended = 0, duplicate = 0, differing = 0, rejected = 0, unmapped = 0, skipped = 0,
                resumed = 0;
  std::string file;  ///< that is being sent
  std::vector<std::uint64_t>
      rows;  ///< of the events in the batch that is being sent; empty: they are counted
  boost::json::array faults;
  std::ofstream rejected_out;  ///< each rejected row, where the operator asked for them

  void reject(std::uint64_t row, const boost::json::value& errors) {
    const boost::json::object fault{{"file", file}, {"event", row}, {"errors", errors}};
    if (rejected_out.is_open()) rejected_out << boost::json::serialize(fault) << "\n";
    if (faults.size() < kFaultsShown) faults.push_back(fault);
  }
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
    if (errors == nullptr) continue;
    const auto index = count_in(result.get_object(), "index");
    tally.reject(index < tally.rows.size() ? tally.rows[index] : index + 1, *errors);
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

/// Sends the rows of one file in batches.
class FileSender {
 public:
  FileSender(http::Client& client, const http::Url& url, const Options& options,
             const mapping::Mapping* mapping, Tally& tally)
      : client_(client), url_(url), options_(options), mapping_(mapping), tally_(tally) {}

  base::Result<void> send_file(const std::string& file, Resume* resume) {
    TRY_ASSIGN(auto reader, mapping::RowReader::open(file, row_options(file)));
    std::error_code ignored;
    Progress progress("sending bytes", file == "-" ? 0 : std::filesystem::file_size(file, ignored));
    tally_.file = file;
    const auto begin = resume != nullptr && !options_.restart ? resume->rows() : 0;
    tally_.resumed += begin;
    for (;;) {
      TRY_ASSIGN(auto row, reader.next());
      if (!row) break;
      if (row->number <= begin) continue;
      TRY(add(*row));
      if (tally_.rows.size() >= options_.batch || body_.size() > kBatchBytes) {
        TRY(flush(resume, row->number));
        progress.show(reader.bytes_read());
      }
      last_ = row->number;
    }
    TRY(flush(resume, last_));
    if (resume != nullptr && options_.dry_run == 0) resume->finish();
    return {};
  }

 private:
  static constexpr std::size_t kBatchBytes = 4u << 20;

  mapping::RowOptions row_options(const std::string& file) const {
    mapping::RowOptions out;
    std::string name = file;
    for (const std::string_view packed : {".gz", ".zst"}) {
      if (name.ends_with(packed)) name.resize(name.size() - packed.size());
    }
    const bool tabs = name.ends_with(".tsv");
    if (tabs || name.ends_with(".csv") || !options_.delimiter.empty()) out.form = mapping::RowForm::csv;
    out.delimiter = !options_.delimiter.empty() ? options_.delimiter.front() : tabs ? '\t' : ',';
    return out;
  }

  base::Result<void> add(const mapping::FileRow& row) {
    if (mapping_ == nullptr) {
      if (!row.cells.empty())
        return base::fail(base::Code::invalid_argument,
                          fmt::format("{}: a CSV file needs --mapping; see docs/backfill.md", tally_.file));
      append(row.text, row.number);
      return {};
    }
    auto cells = row.cells;
    if (cells.empty()) {
      const auto parsed = base::parse_json(row.text, {.depth_max = 32});
      if (!parsed || !parsed->value.is_object() || !parsed->duplicates.empty()) {
        reject(row.number, "",
               parsed ? "must be a JSON object without doubled members" : parsed.error().message);
        return {};
      }
      cells = mapping::flattened(parsed->value.get_object());
    }
    const auto event = mapping_->apply(cells);
    if (!event) {
      boost::json::array errors;
      for (const auto& fault : event.error())
        errors.push_back({{"path", fault.path}, {"reason", fault.reason}});
      ++tally_.rejected;
      tally_.reject(row.number, errors);
    } else if (!*event) {
      ++tally_.skipped;
    } else {
      append(boost::json::serialize(**event), row.number);
    }
    return {};
  }

  void reject(std::uint64_t row, const std::string& path, const std::string& reason) {
    ++tally_.rejected;
    tally_.reject(row, boost::json::array{{{"path", path}, {"reason", reason}}});
  }

  void append(const std::string& event, std::uint64_t row) {
    if (options_.dry_run > 0) {
      if (shown_++ < options_.dry_run) fmt::print("{}\n", event);
      return;
    }
    body_ += event + "\n";
    tally_.rows.push_back(row);
  }

  base::Result<void> flush(Resume* resume, std::uint64_t row) {
    if (!tally_.rows.empty()) TRY(send(client_, url_, options_, body_, false, tally_));
    body_.clear();
    tally_.rows.clear();
    if (resume != nullptr && options_.dry_run == 0 && row > 0) TRY(resume->save(row));
    return {};
  }

  http::Client& client_;
  const http::Url& url_;
  const Options& options_;
  const mapping::Mapping* mapping_;
  Tally& tally_;
  std::string body_;
  std::uint64_t last_ = 0;
  std::uint64_t shown_ = 0;
};

/// What makes the sending of a file what it is; a token is in it as a hash.
std::string way_of(const Options& options, const http::Url& url, const std::string& mapping) {
  return fmt::format("{}:{}{}\n{}\n{}\n{}", url.host, url.port, url.target,
                     base::to_hex(crypto::sha256(options.token).view()),
                     base::to_hex(crypto::sha256(mapping).view()), options.delimiter);
}

base::Result<void> send_files(http::Client& client, const http::Url& url, const Options& options,
                              Tally& tally) {
  std::optional<mapping::Mapping> mapping;
  std::string text;
  if (!options.mapping_file.empty()) {
    TRY_ASSIGN(text, base::read_file(options.mapping_file, kMappingBytesMax));
    auto parsed = mapping::Mapping::parse(text);
    if (!parsed) return base::fail(options.mapping_file, parsed.error());
    mapping = std::move(*parsed);
  }
  for (const auto& file : options.files) {
    if (options.whole || (file.ends_with(".json") && !mapping)) {
      TRY_ASSIGN(const auto body, base::read_file(file, kWholeBytesMax));
      tally.file = file;
      TRY(send(client, url, options, body, true, tally));
      continue;
    }
    std::optional<Resume> resume;
    if (file != "-") resume.emplace(file, way_of(options, url, text));
    if (resume && resume->file_changed())
      fmt::print(stderr, "{} has changed since it was sent in part; beginning anew\n", file);
    FileSender sender(client, url, options, mapping ? &*mapping : nullptr, tally);
    auto sent = sender.send_file(file, resume ? &*resume : nullptr);
    if (!sent) return base::fail(file, sent.error());
  }
  return {};
}

base::Result<int> ingest(const Context& context, Options options) {
  if (options.token.empty()) {
    const char* set = std::getenv("COUNTERSIGN_TOKEN");
    if (set != nullptr) options.token = set;
  }
  if (options.token.empty() && options.dry_run == 0)
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
  if (!options.rejected_file.empty()) {
    tally.rejected_out.open(options.rejected_file, std::ios::app);
    if (!tally.rejected_out)
      return base::fail(base::Code::invalid_argument, "cannot write the file of --rejected");
  }
  TRY(send_files(client, url, options, tally));
  std::string text = fmt::format("{} appended, {} duplicate, {} rejected, {} of a type that is not mapped\n",
                                 tally.appended, tally.duplicate, tally.rejected, tally.unmapped);
  if (tally.differing > 0)
    text += fmt::format(
        "  {} of the duplicates say something else than the record that has their id; that record stands\n",
        tally.differing);
  if (tally.skipped > 0) text += fmt::format("  {} rows were skipped, as the mapping says\n", tally.skipped);
  if (tally.resumed > 0)
    text += fmt::format("  {} rows had been sent before the interruption\n", tally.resumed);
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
                            {"skipped", tally.skipped},
                            {"resumed", tally.resumed},
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
      ->add_option(
          "file", options->files,
          "NDJSON, one event a line, or CSV with a header and --mapping; *.json is sent as one document; "
          ".gz and .zst are unpacked; - is standard input; several files may be given")
      ->required();
  command
      ->add_option("--mapping", options->mapping_file,
                   "How a row becomes an event: a TOML file, see docs/backfill.md")
      ->check(CLI::ExistingFile);
  command->add_option("--delimiter", options->delimiter,
                      "Between the cells of a CSV file (, or a tab for *.tsv)");
  command->add_option("--rejected", options->rejected_file,
                      "File to which each rejected row's faults are added");
  command->add_flag("--restart", options->restart, "Begin anew where an earlier run was interrupted");
  command->add_option("--dry-run", options->dry_run,
                      "Print the first events that the mapping makes; send nothing");
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
