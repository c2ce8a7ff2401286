#include "reports/documents/store.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "reports/documents/contents.h"
#include "reports/documents/reminders.h"
#include "reports/documents/wishes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace countersign::documents {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

constexpr std::int64_t kPatienceMs = 10'000;
constexpr std::size_t kHexDigits = 64;
constexpr std::size_t kNdaBytesMax = 256u << 10;

std::string name_of(const base::Digest& sha256) { return base::to_hex(sha256.view()); }

bool is_contents(const std::string& name) {
  return name.size() == kHexDigits &&
         std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_same(const Version& version, const NewVersion& wish, const base::Digest& sha256) {
  return !version.withdrawn && version.sha256 == sha256 && version.issuer == wish.issuer &&
         version.valid_from == wish.valid_from && version.valid_until == wish.valid_until;
}

/// What a file is, where it can be taken as a version.
base::Result<Contents> look_at_version(const NewVersion& wish, std::string_view bytes, const Limits& limits) {
  TRY(check(wish));
  if (bytes.size() > limits.file_bytes)
    return fail(Code::invalid_argument, fmt::format("a file has {} bytes at most", limits.file_bytes));
  if (wish.sha256 && *wish.sha256 != crypto::sha256(bytes))
    return fail(Code::invalid_argument, "the file has not the SHA-256 that was given: send it again");
  return look_at(bytes, wish.file_name);
}

tl::unexpected<base::Error> no_such_document() { return fail(Code::not_found, "there is no such document"); }

}  // namespace

fs::path folder_in(const fs::path& region_folder) { return region_folder / "documents"; }

base::Result<Store> Store::open(Options options) {
  TRY(base::make_folders_durably(options.folder));
  TRY_ASSIGN(auto book, Book::open(options.folder / "documents.sqlite"));
  return Store(std::move(options), std::move(book));
}

base::Result<base::OpenFile> Store::lock() const {
  return base::wait_for_lock(options_.folder / "lock", base::FileLock::alone, kPatienceMs);
}

base::Result<void> Store::settle() { return book_.settle(options_.record); }

EventOf Store::event_now() const { return {crypto::random_id(options_.entropy), options_.clock()}; }

base::Result<std::vector<Document>> Store::list() {
  TRY(settle());
  return book_.read();
}

base::Result<Document> Store::read_one(std::string_view id) {
  TRY_ASSIGN(auto found, book_.read(id));
  if (found.empty()) return no_such_document();
  return std::move(found.front());
}

base::Result<Document> Store::find(std::string_view id) {
  TRY(settle());
  return read_one(id);
}

base::Result<Found> Store::find(std::string_view id, std::int64_t number) {
  TRY_ASSIGN(auto document, find(id));
  if (document.version(number) == nullptr) return fail(Code::not_found, "the document has no such version");
  return Found{std::move(document), number};
}

base::Result<Document> Store::add(const NewDocument& wish, const By& by) {
  TRY(documents::check(wish));
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto others, list());
  if (others.size() >= options_.limits.documents)
    return fail(Code::failed_precondition,
                fmt::format("there are {} documents, and no more may be", others.size()));
  if (wish.is_nda && std::ranges::any_of(others, &Document::is_nda))
    return fail(Code::failed_precondition, "there is an NDA already: add a version of it");
  const auto event = event_now();
  Document document;
  document.id = crypto::random_id(options_.entropy);
  document.kind = wish.kind;
  document.title = wish.title;
  document.owner = wish.owner;
  document.confidentiality = wish.confidentiality;
  document.remind_days = tidied(wish.remind_days);
  document.is_nda = wish.is_nda;
  document.added = event.time;
  document.added_by = by.name;
  const auto recorded = event.added(document, by);
  TRY(check_event(recorded));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put(document));
  TRY(book_.wait(recorded));
  TRY(transaction.commit());
  TRY(settle());
  return document;
}

base::Result<Document> Store::change(std::string_view id, const DocumentChange& wish, const By& by) {
  TRY(documents::check(wish));
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto before, find(id));
  auto document = before;
  if (wish.title) document.title = *wish.title;
  if (wish.owner) document.owner = *wish.owner;
  if (wish.confidentiality) document.confidentiality = *wish.confidentiality;
  if (wish.remind_days) document.remind_days = tidied(*wish.remind_days);
  if (document.is_nda && document.confidentiality != Confidentiality::open)
    return fail(Code::invalid_argument, "an NDA is public");
  const bool same = document.title == before.title && document.owner == before.owner &&
                    document.confidentiality == before.confidentiality &&
                    document.remind_days == before.remind_days;
  if (same) return document;
  const auto recorded = event_now().changed(document, before, by);
  TRY(check_event(recorded));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put(document));
  TRY(book_.wait(recorded));
  TRY(transaction.commit());
  TRY(settle());
  return document;
}

base::Result<void> Store::check_room(std::size_t bytes) {
  TRY_ASSIGN(const auto kept, book_.kept_bytes());
  if (kept + bytes > options_.limits.all_bytes)
    return fail(Code::failed_precondition,
                fmt::format("documents may take {} bytes in all: remove contents of versions that are "
                            "withdrawn, or raise documents.bytes_max",
                            options_.limits.all_bytes));
  TRY_ASSIGN(const auto free, base::free_bytes(options_.folder));
  if (free < bytes + options_.limits.disk_reserve_bytes)
    return fail(Code::resource_exhausted, fmt::format("there is no room in {}", options_.folder.string()));
  return {};
}

base::Result<void> Store::keep(const base::Digest& sha256, std::string_view bytes) const {
  const auto file = options_.folder / name_of(sha256);
  const auto there = base::read_file(file, bytes.size());
  if (there && *there == bytes) return {};
  // What is there and is not what its name says is put right by this.
  return base::write_file_durably(file, bytes, base::FileMode::secret);
}

base::Result<void> Store::check(const NewVersion& wish, std::string_view bytes) const {
  TRY(look_at_version(wish, bytes, options_.limits));
  return {};
}

base::Result<Store::Added> Store::add_version(std::string_view id, const NewVersion& wish,
                                              std::string_view bytes, const By& by) {
  TRY_ASSIGN(auto contents, look_at_version(wish, bytes, options_.limits));
  const auto sha256 = crypto::sha256(bytes);
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(auto document, find(id));
  if (document.is_nda && (contents.media_type != "text/plain" || bytes.size() > kNdaBytesMax))
    return fail(Code::invalid_argument,
                fmt::format("an NDA is text of at most {} bytes, so that it can be shown", kNdaBytesMax));
  if (!document.versions.empty() && is_same(document.versions.back(), wish, sha256)) {
    const auto number = document.versions.back().number;
    return Added{{std::move(document), number}, false};
  }
  if (document.versions.size() >= options_.limits.versions)
    return fail(Code::failed_precondition,
                fmt::format("the document has {} versions, and no more may be: add another document",
                            document.versions.size()));
  TRY(check_room(bytes.size()));
  TRY(keep(sha256, bytes));
  const auto event = event_now();
  Version version;
  version.number = document.versions.empty() ? 1 : document.versions.back().number + 1;
  version.sha256 = sha256;
  version.bytes = bytes.size();
  version.media_type = contents.media_type;
  version.file_name = clean_file_name(wish.file_name, contents);
  version.issuer = wish.issuer;
  version.valid_from = wish.valid_from;
  version.valid_until = wish.valid_until;
  version.added = event.time;
  version.added_by = by.name;
  version.notes = std::move(contents.notes);
  const auto recorded = event.added(document, version, by);
  TRY(check_event(recorded));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put(document.id, version));
  TRY(book_.wait(recorded));
  TRY(transaction.commit());
  TRY(settle());
  const auto number = version.number;
  document.versions.push_back(std::move(version));
  return Added{{std::move(document), number}, true};
}

base::Result<Document> Store::withdraw(std::string_view id, std::int64_t number, const std::string& reason,
                                       bool remove_contents, const By& by) {
  TRY(check_reason(reason));
  {
    TRY_ASSIGN(const auto locked, lock());
    TRY_ASSIGN(const auto found, find(id, number));
    auto version = found.version();
    const bool removes = remove_contents && version.has_contents;
    if (version.withdrawn && !removes)
      return fail(Code::failed_precondition, "the version is withdrawn already");
    const auto event = event_now();
    if (!version.withdrawn) version.withdrawn = Withdrawal{event.time, by.name, reason};
    if (removes) version.has_contents = false;
    const auto recorded = event.withdrawn(found.document, version, reason, by);
    TRY(check_event(recorded));
    TRY_ASSIGN(auto transaction, book_.begin());
    TRY(book_.put(found.document.id, version));
    TRY(book_.wait(recorded));
    TRY(transaction.commit());
  }
  TRY(tidy());
  return find(id);
}

base::Result<std::string> Store::read(const Version& version) const {
  if (!version.has_contents) return fail(Code::not_found, "the contents of the version were removed");
  const auto file = options_.folder / name_of(version.sha256);
  auto bytes = base::read_file(file, version.bytes);
  const bool is_there = bytes || bytes.error().code != Code::not_found;
  if (bytes && crypto::sha256(*bytes) == version.sha256) return bytes;
  if (!bytes && is_there && bytes.error().code != Code::resource_exhausted) return bytes;
  return fail(Code::data_loss, fmt::format("{} is {}: restore it from a backup, or add the same file again",
                                           file.string(), is_there ? "not what was added" : "missing"));
}

base::Result<fs::path> Store::contents(const Version& version) const {
  TRY(read(version));
  return options_.folder / name_of(version.sha256);
}

base::Result<void> Store::view(const Found& found, std::string_view context, const By& by) {
  const auto event = event_now().viewed(found.document, found.version(), context, by);
  TRY(check_event(event));
  return options_.record(event);
}

base::Result<std::optional<Found>> Store::nda() {
  TRY_ASSIGN(auto all, list());
  for (auto& document : all) {
    if (!document.is_nda) continue;
    const auto standing = standing_on(document, today());
    if (standing.state != State::valid || !standing.version->has_contents) break;
    const auto number = standing.version->number;
    return Found{std::move(document), number};
  }
  return std::optional<Found>();
}

base::Result<std::optional<base::Timestamp>> Store::accepted(const std::string& account,
                                                             const base::Digest& nda) {
  TRY(settle());
  return book_.accepted(account, nda);
}

base::Result<void> Store::accept(const std::string& account, const base::Digest& nda, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto in_force, this->nda());
  if (!in_force || in_force->version().sha256 != nda)
    return fail(Code::failed_precondition, "that is not the text in force: read it again");
  TRY_ASSIGN(const auto before, accepted(account, nda));
  if (before) return {};
  const auto event = event_now();
  const auto recorded = event.accepted(in_force->document, in_force->version(), by);
  TRY(check_event(recorded));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.accept(account, nda, event.time));
  TRY(book_.wait(recorded));
  TRY(transaction.commit());
  return settle();
}

base::Result<std::size_t> Store::remind() {
  TRY_ASSIGN(const auto all, list());
  std::size_t made = 0;
  for (const auto& document : all) {
    const auto standing = standing_on(document, today());
    if (standing.version == nullptr) continue;
    TRY_ASSIGN(const auto said, book_.reminded(document.id, standing.version->number));
    const auto due = due_on(document, today(), said);
    if (!due) continue;
    // Whoever makes it gives it the same id, so that two that come at once make one record.
    const EventOf event{fmt::format("document.{}/{}/{}/{}", due->days == 0 ? "expired" : "expiring",
                                    document.id, due->version, due->days),
                        options_.clock()};
    const auto recorded = due->days == 0 ? event.expired(document, *standing.version)
                                         : event.expiring(document, *standing.version, due->days, due->left);
    TRY(check_event(recorded));
    TRY_ASSIGN(auto transaction, book_.begin());
    for (const auto days : due->settled) TRY(book_.remind(document.id, due->version, days, event.time));
    TRY(book_.wait(recorded));
    TRY(transaction.commit());
    ++made;
  }
  TRY(settle());
  return made;
}

base::Result<void> Store::tidy() {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto all, list());
  std::set<std::string> kept;
  for (const auto& document : all) {
    for (const auto& version : document.versions)
      if (version.has_contents) kept.insert(name_of(version.sha256));
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(options_.folder, error)) {
    const auto name = entry.path().filename().string();
    const bool left_over = name.starts_with(".") && name.ends_with(".tmp");
    if (left_over || (is_contents(name) && !kept.contains(name))) fs::remove(entry.path(), error);
  }
  if (error)
    return fail(Code::internal, fmt::format("cannot remove contents in {}", options_.folder.string()));
  return {};
}

}  // namespace countersign::documents
