#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "reports/documents/book.h"
#include "reports/documents/document.h"
#include "reports/documents/record_events.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::documents {

/// The folder of a region's documents.
std::filesystem::path folder_in(const std::filesystem::path& region_folder);

struct Limits {
  std::uint64_t file_bytes = 25u << 20;
  std::uint64_t all_bytes = std::uint64_t{5} << 30;  ///< of contents that are kept, each counted once
  std::uint64_t disk_reserve_bytes = 16u << 20;      ///< that stay free
  std::size_t documents = 1'000;
  std::size_t versions = 100;  ///< of one document
};

struct NewDocument {
  std::string kind, title, owner;
  Confidentiality confidentiality = Confidentiality::internal;
  std::vector<std::int64_t> remind_days = {30};
  bool is_nda = false;  ///< of the kind `policy`, for everybody, and there is no other
};

/// What is not there stays as it is.
struct DocumentChange {
  std::optional<std::string> title, owner;
  std::optional<Confidentiality> confidentiality;
  std::optional<std::vector<std::int64_t>> remind_days;
};

struct NewVersion {
  std::string file_name, issuer;
  std::optional<Day> valid_from, valid_until;
  std::optional<base::Digest> sha256;  ///< that the bytes have to have
};

/// A document with the version that was asked for, which it has.
struct Found {
  Document document;
  std::int64_t number = 0;

  const Version& version() const { return *document.version(number); }
};

/// The documents of a region: `documents/` in its folder, with the contents in files that are named by their
/// SHA-256 and what is said of them in `documents.sqlite`.
///
/// What changes something is on disk, and its event left to be recorded, when it returns; where the event
/// cannot be left (resource_exhausted), nobody is shown the change until it can: each call begins with it.
/// Several processes may have a store of one folder; changes go one after another (unavailable where another
/// takes longer than ten seconds). One thread. Errors of all calls: those of Book; invalid_argument says
/// what to mend and repeats nothing that was given.
class Store {
 public:
  struct Options {
    std::filesystem::path folder;  ///< folder_in()
    Record record;
    base::Clock clock = base::system_clock();
    crypto::Entropy entropy = crypto::system_entropy();
    Limits limits = {};
  };
  /// Makes what is missing.
  static base::Result<Store> open(Options options);

  base::Result<std::vector<Document>> list();
  /// not_found.
  base::Result<Document> find(std::string_view id);
  base::Result<Found> find(std::string_view id, std::int64_t number);

  /// failed_precondition: there are as many as there may be, or an NDA already.
  base::Result<Document> add(const NewDocument& wish, const By& by);
  base::Result<Document> change(std::string_view id, const DocumentChange& wish, const By& by);

  /// That add_version() would take the version, as far as it can be said without looking anything up.
  base::Result<void> check(const NewVersion& wish, std::string_view bytes) const;

  /// `is_new` is false where the newest version is the same in all things already.
  struct Added {
    Found found;
    bool is_new = true;
  };
  /// invalid_argument where the contents are refused (look_at()).
  base::Result<Added> add_version(std::string_view id, const NewVersion& wish, std::string_view bytes,
                                  const By& by);

  /// Also of one that is withdrawn already, to remove its contents, too. The hash stays.
  base::Result<Document> withdraw(std::string_view id, std::int64_t number, const std::string& reason,
                                  bool remove_contents, const By& by);

  /// The file with a version's contents, after a look whether they are what was added. not_found where they
  /// were removed; data_loss where they are others.
  base::Result<std::filesystem::path> contents(const Version& version) const;
  /// The same in memory.
  base::Result<std::string> read(const Version& version) const;

  /// Records that a version is given to somebody, before it is.
  base::Result<void> view(const Found& found, std::string_view context, const By& by);

  /// The version of the NDA that is in force; empty where none is.
  base::Result<std::optional<Found>> nda();
  /// When an account accepted that text, if it did.
  base::Result<std::optional<base::Timestamp>> accepted(const std::string& account, const base::Digest& nda);
  /// failed_precondition where the text in force is another one. Accepting it again changes nothing.
  base::Result<void> accept(const std::string& account, const base::Digest& nda, const By& by);

  /// Records what is to be reminded of by now (reminders.h); gives how many records there were. Each is made
  /// once, whoever asks.
  base::Result<std::size_t> remind();

  /// Removes contents that no version has any more, such as those of an upload that a crash has ended.
  base::Result<void> tidy();

  Day today() const { return day_of(options_.clock()); }
  const Limits& limits() const { return options_.limits; }

 private:
  Store(Options options, Book book) : options_(std::move(options)), book_(std::move(book)) {}

  base::Result<base::OpenFile> lock() const;
  /// Leaves the events that wait.
  base::Result<void> settle();
  EventOf event_now() const;
  base::Result<void> check_room(std::size_t bytes);
  base::Result<void> keep(const base::Digest& sha256, std::string_view bytes) const;
  base::Result<Document> read_one(std::string_view id);

  Options options_;
  Book book_;
};

}  // namespace countersign::documents
