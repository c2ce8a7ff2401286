#include "apps/bundle_vendor.h"

#include "apps/evidence_facts.h"
#include "apps/vendor_stores.h"
#include "exporters/bundle/vendor_records.h"
#include "exporters/verify/layout.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/entropy.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <thread>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using documents::Confidentiality;
using documents::Found;
namespace layout = verify::layout;

constexpr std::int64_t kVersionMax = 1'000'000;

struct Named {
  std::string id;
  std::int64_t version = 0;  ///< 0: the one that holds today
};

base::Result<Named> read_name(std::string_view text) {
  const auto at = text.find('@');
  Named out{std::string(text.substr(0, at)), 0};
  bool good = crypto::is_random_id(out.id);
  if (at != std::string_view::npos) {
    const auto digits = text.substr(at + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.version);
    good = good && error == std::errc() && end == digits.data() + digits.size() && out.version > 0 &&
           out.version <= kVersionMax;
  }
  if (!good)
    return fail(Code::invalid_argument,
                "documents are named by their ids, with @ and the number of a version where it is to be "
                "another one than holds today");
  return out;
}

/// Which account has to have accepted the NDA, and the one that is in force.
base::Result<void> check_access(documents::Store& store, const documents::Document& document,
                                const std::string& auditor) {
  if (document.confidentiality == Confidentiality::internal && !auditor.empty())
    return fail(Code::not_found, "there is no such document");
  if (document.confidentiality == Confidentiality::internal)
    return fail(Code::permission_denied,
                fmt::format("the document {} is internal, and goes into no bundle: make it public, or put it "
                            "under the NDA, where others may have it",
                            document.id));
  if (auditor.empty() || document.confidentiality == Confidentiality::open) return {};
  TRY_ASSIGN(const auto nda, store.nda());
  if (!nda)
    return fail(Code::permission_denied, "a document is under an NDA, and none is in force: ask for one");
  TRY_ASSIGN(const auto accepted, store.accepted(auditor, nda->version().sha256));
  if (!accepted) return fail(Code::permission_denied, std::string(kAcceptNda));
  return {};
}

base::Result<Found> find_document(documents::Store& store, const Named& name, const std::string& auditor) {
  TRY_ASSIGN(auto document, store.find(name.id));
  TRY(check_access(store, document, auditor));
  auto number = name.version;
  if (number == 0) {
    const auto standing = documents::standing_on(document, store.today());
    if (standing.state != documents::State::valid)
      return fail(Code::failed_precondition,
                  fmt::format("no version of the document {} holds today: it is {}. Name the version that is "
                              "meant, as {}@1",
                              name.id, to_string(standing.state), name.id));
    number = standing.version->number;
  }
  const auto* version = document.version(number);
  if (version == nullptr)
    return fail(Code::not_found, fmt::format("the document {} has no version {}", name.id, number));
  if (version->withdrawn)
    return fail(Code::failed_precondition,
                fmt::format("version {} of the document {} was withdrawn", number, name.id));
  if (!version->has_contents)
    return fail(Code::failed_precondition,
                fmt::format("the contents of version {} of the document {} were removed", number, name.id));
  return Found{std::move(document), number};
}

base::Result<std::vector<Found>> find_documents(documents::Store& store,
                                                const std::vector<std::string>& names,
                                                const std::string& auditor) {
  if (names.size() > kBundledDocumentsMax)
    return fail(Code::invalid_argument,
                fmt::format("a bundle holds {} documents at most", kBundledDocumentsMax));
  std::vector<Found> out;
  std::uint64_t bytes = 0;
  for (const auto& text : names) {
    TRY_ASSIGN(const auto name, read_name(text));
    TRY_ASSIGN(auto found, find_document(store, name, auditor));
    const bool twice = std::ranges::any_of(out, [&](const Found& other) {
      return other.document.id == found.document.id && other.number == found.number;
    });
    if (twice) return fail(Code::invalid_argument, "a version of a document is named twice");
    bytes += found.version().bytes;
    out.push_back(std::move(found));
  }
  if (bytes > kBundledBytesMax)
    return fail(Code::invalid_argument,
                fmt::format("the documents have {} bytes together, and a bundle takes {}: leave some out, or "
                            "make two bundles",
                            bytes, kBundledBytesMax));
  return out;
}

base::Result<questionnaires::Entry> find_questionnaire(questionnaires::Store& store, const std::string& id,
                                                       const std::string& tenant) {
  if (!crypto::is_random_id(id)) return fail(Code::invalid_argument, "a questionnaire is named by its id");
  TRY_ASSIGN(auto entry, store.find(id));
  if (entry.tenant != tenant)
    return fail(Code::failed_precondition, "the questionnaire is answered from another tenant's evidence");
  TRY_ASSIGN(const auto count, store.count(id));
  if (count.approved == 0) return fail(Code::failed_precondition, "no answer is approved yet");
  if (count.stale > 0)
    return fail(Code::failed_precondition,
                fmt::format("{} answers of the questionnaire are stale: approve them anew or take them back",
                            count.stale));
  return entry;
}

/// `.pdf` of a file's name, which was cleaned when it was added.
std::string extension_of(const std::string& file_name) {
  auto out = std::filesystem::path(file_name).extension().string();
  for (auto& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const bool plain = out.size() > 1 && out.size() <= 9 && std::all_of(out.begin() + 1, out.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                     });
  return plain ? out : ".bin";
}

verify::BundledDocument stated(const Found& found) {
  const auto& [document, number] = found;
  const auto& version = found.version();
  verify::BundledDocument out;
  out.id = document.id;
  out.kind = document.kind;
  out.title = document.title;
  out.confidentiality = to_string(document.confidentiality);
  out.version = static_cast<std::uint64_t>(number);
  out.file = {fmt::format("{}{}{}", layout::kDocumentsFolder, base::to_hex(version.sha256.view()),
                          extension_of(version.file_name)),
              version.sha256, version.bytes};
  if (version.valid_from) out.valid_from = documents::format_day(*version.valid_from);
  if (version.valid_until) out.valid_until = documents::format_day(*version.valid_until);
  out.issuer = version.issuer;
  out.media_type = version.media_type;
  out.file_name = version.file_name;
  return out;
}

verify::BundledQuestionnaire stated(const questionnaires::Exported& exported) {
  const auto& entry = exported.entry;
  const auto extension = extension_of(entry.file_name);
  verify::BundledQuestionnaire out;
  out.id = entry.id;
  out.name = entry.name;
  out.tenant = entry.tenant;
  out.file_name = entry.file_name;
  out.original = {fmt::format("{}original{}", layout::kQuestionnaireFolder, extension), entry.sha256,
                  entry.bytes};
  out.answered = {fmt::format("{}answered{}", layout::kQuestionnaireFolder, extension), exported.sha256,
                  exported.written.file.size()};
  for (const auto& one : exported.written.left_out) out.left_out.push_back(one.number);
  for (const auto& [name, fact] : exported.facts.all())
    out.facts[name] = {fact.value, fact.cites, base::format_rfc3339(fact.as_of)};
  for (std::size_t i = 0; i < exported.answers.size(); ++i) {
    verify::BundledAnswer answer{exported.answers[i], {}};
    if (const auto& place = exported.places[i])
      answer.approved = verify::ApprovedAnswer{place->root, place->index, place->size, place->path};
    out.answers.push_back(std::move(answer));
  }
  return out;
}

/// What is known of the tenant, where it is pinned to.
base::Result<answers::Facts> facts_of(const Config& config, const std::string& tenant) {
  TRY_ASSIGN(const auto registry, registry_with_rules(config));
  const auto* found = registry.tenant(base::TenantId(tenant));
  if (found == nullptr || !config.keeps(found->region))
    return fail(Code::not_found, "there is no such tenant here");
  const auto now = base::system_clock()();
  return evidence_facts(config, registry, found->region, found->id, now);
}

/// Files are staged beside the output, and packed into it.
base::Result<void> check_room(const Config& config, const std::filesystem::path& output,
                              const std::vector<Found>& found) {
  std::uint64_t bytes = 0;
  for (const auto& one : found) bytes += 2 * one.version().bytes;
  const auto folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  TRY_ASSIGN(const auto free, base::free_bytes(folder));
  struct stat there {
  }, data{};
  const bool same_disk = ::stat(folder.c_str(), &there) == 0 &&
                         ::stat(config.region_files(home_region(config)).folder.c_str(), &data) == 0 &&
                         there.st_dev == data.st_dev;
  if (free < bytes + (same_disk ? config.limits.disk_reserve_bytes : 0))
    return fail(Code::resource_exhausted,
                fmt::format("there is no room for the documents in {}", folder.string()));
  return {};
}

/// Records that each is given out, before it is.
base::Result<void> note_views(documents::Store& store, const std::vector<Found>& found,
                              const VendorTarget& target) {
  std::string nda;
  if (!target.auditor.empty()) {
    TRY_ASSIGN(const auto in_force, store.nda());
    if (in_force) nda = fmt::format("nda={} ", base::to_hex(in_force->version().sha256.view()));
  }
  for (const auto& one : found) {
    const bool under_nda = one.document.confidentiality == Confidentiality::nda;
    TRY(store.view(one, fmt::format("{}bundle={}", under_nda ? nda : std::string(), target.event),
                   target.by));
  }
  return {};
}

/// The records that prove it, as soon as a checkpoint covers them: one is signed within a second or two.
base::Result<void> gather_records(const Config& config, verify::VendorScope scope,
                                  const base::RegionId& region, bundle::VendorFiles& out) {
  constexpr std::chrono::milliseconds kPause{100};
  constexpr int kPauses = 100;
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(config.region_files(home_region(config)).ledger()));
  bundle::VendorRecords records(ledger, std::move(scope));
  for (int i = 0;; ++i) {
    const auto found = records.look();
    if (found) break;
    if (found.error().code != Code::failed_precondition || i == kPauses) return fail(found.error());
    std::this_thread::sleep_for(kPause);
  }
  TRY_ASSIGN(out.texts, records.files(region));
  return {};
}

}  // namespace

base::Result<void> check_vendor_wish(const Config& config, const std::string& tenant, const VendorWish& wish,
                                     const std::string& auditor) {
  if (!wish.documents.empty()) {
    TRY_ASSIGN(auto store, open_documents(config));
    TRY(find_documents(store, wish.documents, auditor));
  }
  if (wish.questionnaire.empty()) return {};
  TRY_ASSIGN(auto store, open_questionnaires(config));
  TRY(find_questionnaire(store, wish.questionnaire, tenant));
  return {};
}

base::Result<void> check_auditor(const Config& config, const std::vector<std::string>& documents,
                                 const std::string& auditor) {
  if (documents.empty()) return {};
  TRY_ASSIGN(auto store, open_documents(config));
  for (const auto& text : documents) {
    TRY_ASSIGN(const auto name, read_name(text));
    TRY_ASSIGN(const auto document, store.find(name.id));
    TRY(check_access(store, document, auditor));
  }
  return {};
}

base::Result<bundle::VendorFiles> gather_vendor_files(const Config& config, const VendorWish& wish,
                                                      const VendorTarget& target) {
  bundle::VendorFiles out;
  if (wish.empty()) return out;
  verify::VendorScope scope;
  std::optional<documents::Store> store;
  std::vector<Found> found;
  if (!wish.documents.empty()) {
    TRY_ASSIGN(auto opened, open_documents(config));
    store.emplace(std::move(opened));
    TRY_ASSIGN(found, find_documents(*store, wish.documents, target.auditor));
    TRY(check_room(config, target.output, found));
  }
  for (const auto& one : found) {
    scope.documents.push_back(stated(one));
    TRY_ASSIGN(auto file, store->contents(one.version()));
    const auto& version = one.version();
    out.copies[scope.documents.back().file.path] = {std::move(file), version.sha256, version.bytes};
  }
  std::map<std::string, std::string, std::less<>> files;
  if (!wish.questionnaire.empty()) {
    TRY_ASSIGN(auto asked, open_questionnaires(config));
    TRY_ASSIGN(const auto facts, facts_of(config, target.tenant));
    // What is stale by now is known before it goes out.
    TRY(asked.judge(target.tenant, facts));
    TRY_ASSIGN(const auto entry, find_questionnaire(asked, wish.questionnaire, target.tenant));
    TRY_ASSIGN(auto exported, asked.write(entry.id, facts, target.by));
    scope.questionnaire = stated(exported);
    TRY_ASSIGN(auto original, asked.original(exported.entry));
    files.emplace(scope.questionnaire->original.path, std::move(original));
    files.emplace(scope.questionnaire->answered.path, std::move(exported.written.file));
  }
  if (store) TRY(note_views(*store, found, target));
  TRY(gather_records(config, std::move(scope), target.region, out));
  out.texts.merge(files);
  return out;
}

}  // namespace countersign::apps
