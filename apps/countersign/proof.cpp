#include "ledger/tree/proof.h"

#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "apps/countersign/witness_policy.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/record_proof.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/note_key.h"
#include "ledger/tree/tlog_proof.h"
#include "ledger/witness/cosignature_book.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 20;

struct Options {
  std::string tenant, region;
  std::uint64_t seq = 0;
  std::string proof_file, record_file, old_note;
  std::vector<std::string> vkeys;
  WitnessOptions witnesses;
  bool cosigned = false;
};

/// The record by the newest checkpoint; or by that which most witnesses have cosigned, where one covers it.
base::Result<std::optional<store::RecordProof>> prove(const store::RegionFiles& files,
                                                      store::LedgerReader& reader, const Options& options) {
  const base::TenantId tenant(options.tenant);
  if (!options.cosigned) return store::prove_record(reader, tenant, options.seq, store::ProveBy::newest);
  TRY_ASSIGN(const auto log, reader.log(tenant));
  TRY_ASSIGN(auto book, witness::CosignatureBook::find(files.folder));
  if (!book) return std::optional<store::RecordProof>();
  TRY_ASSIGN(const auto size, book->most_cosigned(log.name, options.seq + 1, log.size));
  if (!size) return std::optional<store::RecordProof>();
  return store::prove_record_at(reader, tenant, options.seq, *size);
}

base::Result<int> inclusion(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
  TRY_ASSIGN(const auto log, reader.log(base::TenantId(options.tenant)));
  const auto files = config.region_files(region);
  TRY_ASSIGN(auto proof, prove(files, reader, options));
  if (!proof && options.cosigned)
    return base::fail(
        base::Code::not_found,
        fmt::format("no witness has cosigned a checkpoint that covers record {}; see: countersign "
                    "witness list",
                    options.seq));
  if (!proof)
    return base::fail(
        base::Code::not_found,
        fmt::format("no checkpoint covers record {} yet; the log has {} records", options.seq, log.size));
  TRY_ASSIGN(proof->checkpoint,
             witness::with_cosignatures(files.folder, log.name, proof->size, std::move(proof->checkpoint)));
  const auto text = proof->text();
  print(context,
        boost::json::object{
            {"log", log.name.text}, {"seq", options.seq}, {"size", proof->size}, {"proof", text}},
        text);
  return 0;
}

base::Result<int> consistency(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
  TRY_ASSIGN(const auto log, reader.log(base::TenantId(options.tenant)));
  TRY_ASSIGN(const auto note, base::read_file(options.old_note, kFileBytesMax));
  TRY_ASSIGN(const auto old, tree::read_checkpoint_body(note));
  TRY_ASSIGN(const auto row, reader.newest_checkpoint(log));
  if (old.origin != log.name)
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("{} is a checkpoint of {}, not of {}", options.old_note, old.origin.text, log.name.text));
  if (!row || old.size == 0 || old.size > row->size)
    return base::fail(base::Code::data_loss,
                      fmt::format("{} is of {} records, the newest checkpoint of {}: the log went back",
                                  options.old_note, old.size, row ? row->size : 0));
  TRY_ASSIGN(const auto newest, tree::read_checkpoint_body(row->note));
  TRY_ASSIGN(const auto path, tree::consistency_path(old.size, row->size, reader.nodes(log)));
  if (auto right = tree::verify_consistency(old.size, row->size, old.root, newest.root, path); !right)
    return base::fail(base::Code::data_loss,
                      fmt::format("the log does not extend {}: its history was rewritten ({})",
                                  options.old_note, right.error().message));
  boost::json::array hashes;
  std::string text = fmt::format("consistency {} {}\n", old.size, row->size);
  for (const auto& hash : path) {
    hashes.emplace_back(base::to_base64(hash.view()));
    text += base::to_base64(hash.view()) + "\n";
  }
  print(context,
        boost::json::object{{"log", log.name.text},
                            {"old_size", old.size},
                            {"size", row->size},
                            {"path", std::move(hashes)},
                            {"checkpoint", row->note}},
        text + "\n" + row->note);
  return 0;
}

base::Result<int> check(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto text, base::read_file(options.proof_file, kFileBytesMax));
  TRY_ASSIGN(auto record, base::read_file(options.record_file, kFileBytesMax));
  if (record.ends_with('\n')) record.pop_back();
  TRY_ASSIGN(const auto proof, tree::parse_tlog_proof(text));
  TRY_ASSIGN(const auto view, record::read_record(record));
  TRY_ASSIGN(const auto policy, read_policy(options.witnesses));
  std::vector<tree::NoteVerifier> verifiers;
  for (const auto& vkey : options.vkeys) {
    TRY_ASSIGN(auto verifier, tree::NoteVerifier::parse(vkey));
    verifiers.push_back(std::move(verifier));
  }
  if (policy) add_log_keys(*policy, verifiers);
  if (verifiers.empty())
    return base::fail(
        base::Code::invalid_argument,
        "name the key of the log that you trust: with --log-key, or with a `log` line in --policy");
  if (base::index_of(view.seq) != proof.index)
    return base::fail(base::Code::data_loss,
                      fmt::format("the proof is of record {}, the file holds record {}", proof.index,
                                  base::index_of(view.seq)));
  TRY_ASSIGN(const auto opened, tree::verify_tlog_proof(proof, record::record_hash(record),
                                                        base::LogName{std::string(view.log)}, verifiers));
  std::string cosigned;
  if (policy) {
    TRY_ASSIGN(const auto count, policy->count(proof.checkpoint));
    if (!count.enough)
      return base::fail(
          base::Code::data_loss,
          fmt::format("{} of the {} witnesses that you named cosigned the checkpoint; that is not "
                      "enough: {}",
                      count.cosigned.size(), policy->witnesses().size(), policy->quorum_text()));
    cosigned = fmt::format(" {} of the {} witnesses that you named cosigned that.", count.cosigned.size(),
                           policy->witnesses().size());
  }
  const auto time =
      opened.time ? base::format_rfc3339({*opened.time * 1'000'000}) : std::string("an unknown time");
  print(context,
        boost::json::object{
            {"verified", true}, {"log", view.log}, {"seq", proof.index}, {"size", opened.checkpoint.size}},
        fmt::format("Record {} stands in {} among the {} records that were signed at {}.{}\n", proof.index,
                    view.log, opened.checkpoint.size, time, cosigned));
  return 0;
}

}  // namespace

void add_proof(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(app, "proof", "Make and check proofs of single records and of a log's growth",
                              "countersign proof make acme 42 > 42.tlog-proof");
  command->require_subcommand(1);
  const auto tenant_and_region = [options](CLI::App* to) {
    to->add_option("tenant", options->tenant, "Tenant")->required();
    to->add_option("--region", options->region, "Region, where the appliance keeps several");
  };
  auto* making =
      add_command(*command, "make", "Print the proof that a record is in the log (C2SP tlog-proof)",
                  "countersign proof make acme 42 > 42.tlog-proof");
  tenant_and_region(making);
  making->add_option("seq", options->seq, "Sequence number")->required();
  making->add_flag("--cosigned", options->cosigned,
                   "By the newest checkpoint that most witnesses have cosigned, with their cosignatures");
  making->callback(
      [&context, options] { context.run = [&context, options] { return inclusion(context, *options); }; });
  auto* growing = add_command(*command, "extends", "Prove that the log extends a checkpoint that was kept",
                              "countersign proof extends acme acme.checkpoint");
  tenant_and_region(growing);
  growing->add_option("checkpoint", options->old_note, "File with the older checkpoint")
      ->required()
      ->check(CLI::ExistingFile);
  growing->callback(
      [&context, options] { context.run = [&context, options] { return consistency(context, *options); }; });
  auto* checking = add_command(*command, "check", "Check a proof against a record; needs no appliance",
                               "countersign proof check 42.tlog-proof 42.json --log-key \"$VKEY\"");
  checking->add_option("proof", options->proof_file, "tlog-proof file")->required()->check(CLI::ExistingFile);
  checking->add_option("record", options->record_file, "File with the record's bytes")
      ->required()
      ->check(CLI::ExistingFile);
  checking->add_option("--log-key", options->vkeys, "vkey that is trusted; may be given again");
  add_witness_options(*checking, options->witnesses);
  checking->callback(
      [&context, options] { context.run = [&context, options] { return check(context, *options); }; });
}

}  // namespace countersign::apps
