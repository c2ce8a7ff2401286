#include "apps/countersign/command.h"
#include "apps/vendor_stores.h"
#include "ledger/base/file.h"
#include "reports/documents/document_json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

struct Options {
  std::string file, document, kind, title, owner, confidentiality, issuer, valid_from, valid_until, reason;
  std::vector<std::int64_t> remind_days;
  std::int64_t version = 0;
  bool nda = false, remove_contents = false;
};

documents::By me() {
  const auto by = calling();
  documents::By out{by.id, {}};
  ingest::name_author(by, out.members);
  return out;
}

base::Result<std::optional<documents::Day>> day_of(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<documents::Day>();
  const auto day = documents::parse_day(text);
  if (!day) return fail(Code::invalid_argument, fmt::format("{} {}", option, day.error().message));
  return std::optional(*day);
}

base::Result<documents::NewDocument> new_document(const Options& options, const documents::By& by) {
  documents::NewDocument out;
  out.kind = options.kind;
  out.title = options.title;
  out.owner = options.owner.empty() ? by.name : options.owner;
  out.is_nda = options.nda;
  if (!options.remind_days.empty()) out.remind_days = options.remind_days;
  const auto wanted =
      options.confidentiality.empty() ? (options.nda ? "public" : "internal") : options.confidentiality;
  const auto known = documents::parse_confidentiality(wanted);
  if (!known) return fail(Code::invalid_argument, "--confidentiality is public, nda or internal");
  out.confidentiality = *known;
  return out;
}

std::string line_of(const documents::Version& version) {
  std::string out =
      fmt::format("  version {}  {}  {} bytes", version.number, version.file_name, version.bytes);
  if (version.valid_from) out += fmt::format("  from {}", documents::format_day(*version.valid_from));
  if (version.valid_until) out += fmt::format("  until {}", documents::format_day(*version.valid_until));
  if (!version.issuer.empty()) out += fmt::format("  by {}", version.issuer);
  out += '\n';
  out += fmt::format("    sha256 {}\n", to_json(version).at("sha256").as_string().c_str());
  for (const auto& note : version.notes) out += fmt::format("    {}\n", note);
  if (version.withdrawn)
    out += fmt::format("    withdrawn {}: {}\n", base::format_rfc3339(version.withdrawn->time),
                       version.withdrawn->reason);
  if (!version.has_contents) out += "    its contents were removed\n";
  return out;
}

std::string head_of(const documents::Document& document, documents::Day today) {
  const auto standing = documents::standing_on(document, today);
  return fmt::format("{:<17} {:<9} {:<9} {}  {}\n", document.kind, to_string(standing.state),
                     to_string(document.confidentiality), document.id, document.title);
}

void print_whole(const Context& context, const documents::Document& document, documents::Day today) {
  auto text = head_of(document, today);
  for (const auto& version : document.versions) text += line_of(version);
  print(context, to_json(document, today), text);
}

/// A version of a document; of a new one where none is named.
base::Result<int> add(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  const bool is_new = options.document.empty();
  if (is_new == options.kind.empty() || is_new == options.title.empty())
    return fail(Code::invalid_argument,
                "give --kind and --title for a new document, or --document for a version of one");
  documents::NewVersion version;
  version.file_name = options.file;
  version.issuer = options.issuer;
  TRY_ASSIGN(version.valid_from, day_of("--valid-from", options.valid_from));
  TRY_ASSIGN(version.valid_until, day_of("--valid-until", options.valid_until));
  TRY_ASSIGN(const auto bytes, base::read_file(options.file, config.documents.file_bytes_max));
  TRY_ASSIGN(auto store, open_documents(config));
  const auto by = me();
  // So that no document is made for a file that is refused.
  TRY(store.check(version, bytes));
  auto id = options.document;
  if (is_new) {
    TRY_ASSIGN(const auto wish, new_document(options, by));
    TRY_ASSIGN(const auto made, store.add(wish, by));
    id = made.id;
  }
  TRY_ASSIGN(const auto added, store.add_version(id, version, bytes, by));
  print_whole(context, added.found.document, store.today());
  return 0;
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(auto store, open_documents(config));
  TRY_ASSIGN(const auto all, store.list());
  boost::json::array data;
  std::string text;
  for (const auto& one : all) {
    data.push_back(to_json(one, store.today()));
    text += head_of(one, store.today());
  }
  boost::json::object out;
  out["documents"] = std::move(data);
  print(context, out, text.empty() ? std::string("There are no documents.\n") : text);
  return 0;
}

base::Result<int> show(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(auto store, open_documents(config));
  TRY_ASSIGN(const auto found, store.find(options.document));
  print_whole(context, found, store.today());
  return 0;
}

base::Result<int> withdraw(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(auto store, open_documents(config));
  TRY_ASSIGN(const auto done, store.withdraw(options.document, options.version, options.reason,
                                             options.remove_contents, me()));
  print_whole(context, done, store.today());
  return 0;
}

void add_adding(CLI::App& parent, const std::shared_ptr<Options>& options, Context& context) {
  auto* command = add_command(parent, "add", "Add a document, or with --document a version of one",
                              "countersign document add soc2.pdf --kind soc2-type2 --title 'SOC 2 Type II "
                              "2026' --issuer 'Example Auditors LLP' --valid-until 2027-03-31");
  command->add_option("file", options->file, "The file")->required()->check(CLI::ExistingFile);
  command->add_option("--document", options->document, "Id of the document that it is a version of");
  command->add_option("--kind", options->kind,
                      fmt::format("Of a new one: {}", fmt::join(documents::kKinds, ", ")));
  command->add_option("--title", options->title, "Of a new one");
  command->add_option("--owner", options->owner, "Of a new one: who looks after it (who runs this)");
  command->add_option("--confidentiality", options->confidentiality,
                      "Of a new one: public, nda or internal (internal)");
  command
      ->add_option("--remind-days", options->remind_days,
                   "Of a new one: days before its last day to remind on, separated by commas (30)")
      ->delimiter(',');
  command->add_flag("--nda", options->nda, "Of a new one: its text is the NDA that auditors accept");
  command->add_option("--issuer", options->issuer, "Who has signed it");
  command->add_option("--valid-from", options->valid_from, "First day on which it holds, such as 2026-04-01");
  command->add_option("--valid-until", options->valid_until, "Last day on which it holds");
  command->callback(
      [&context, options] { context.run = [&context, options] { return add(context, *options); }; });
}

void add_withdrawing(CLI::App& parent, const std::shared_ptr<Options>& options, Context& context) {
  auto* command =
      add_command(parent, "withdraw", "Withdraw a version, whose hash stays",
                  "countersign document withdraw 0123456789abcdef0123456789abcdef 2 --reason 'the "
                  "wrong file'");
  command->add_option("document", options->document, "Its id")->required();
  command->add_option("version", options->version, "Its number")->required()->check(CLI::PositiveNumber);
  command->add_option("--reason", options->reason, "Why, 256 characters at most; it is recorded")->required();
  command->add_flag("--remove-contents", options->remove_contents, "Remove the file, too, for good");
  command->callback(
      [&context, options] { context.run = [&context, options] { return withdraw(context, *options); }; });
}

}  // namespace

void add_document(CLI::App& app, Context& context) {
  auto* command = add_command(app, "document",
                              "The vendor's reports, attestations and agreements, with how long they hold",
                              "countersign document list");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  add_adding(*command, options, context);
  auto* listing =
      add_command(*command, "list", "List the documents and how they stand", "countersign document list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto* showing = add_command(*command, "show", "Show a document with its versions",
                              "countersign document show 0123456789abcdef0123456789abcdef");
  showing->add_option("document", options->document, "Its id")->required();
  showing->callback(
      [&context, options] { context.run = [&context, options] { return show(context, *options); }; });
  add_withdrawing(*command, options, context);
}

}  // namespace countersign::apps
