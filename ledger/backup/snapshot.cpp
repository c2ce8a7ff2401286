#include "ledger/backup/snapshot.h"

#include "ledger/backup/pieces.h"
#include "ledger/base/encoding.h"
#include "ledger/base/open_file.h"
#include "ledger/crypto/digest.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

namespace countersign::backup {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

constexpr int kAttempts = 3;

std::uint64_t size_of(const fs::path& file) {
  std::error_code missing;
  const auto size = fs::file_size(file, missing);
  return missing ? 0 : size;
}

fs::path wal_of(const fs::path& file) { return file.string() + "-wal"; }

/// One snapshot in the making.
class Making {
 public:
  Making(Repository& repository, const SnapshotOptions& options)
      : repository_(repository), options_(options) {
    report_.manifest.id = snapshot_id(options.time);
    report_.manifest.time = options.time;
    report_.manifest.origin = repository.identity().origin;
    report_.manifest.region = repository.identity().region;
    report_.manifest.program = COUNTERSIGN_VERSION;
  }

  base::Result<SnapshotReport> run() {
    const auto& region = options_.places.region;
    TRY(find_earlier());
    total_ = size_of(region.ledger()) + size_of(region.vault());
    if (!earlier_) {
      total_ *= 2;
      TRY(read_loosely(region.ledger(), Realm::open));
      TRY(read_loosely(region.vault(), Realm::sealed));
    }
    TRY(take_shelves());
    // With what waits now to be recorded: it may be in the log before the small files are read, and not yet
    // in the ledger as it was read.
    TRY_ASSIGN(auto waiting, read_small_files(options_.places));
    outbox_ = std::move(waiting.outbox);
    // Segments before and after the ledger: one that is retired meanwhile is still there for it, and one that
    // is made meanwhile, too.
    TRY(take_segments());
    TRY(take_checkpoints());
    TRY(take_database(region.ledger(), Realm::open));
    TRY_ASSIGN(const auto needed, needed_segments());
    TRY(take_segments());
    TRY(check_segments(needed));
    // Before the vault, which then has every document that it names, but for what was erased.
    if (std::error_code ignored; fs::exists(region.scim(), ignored))
      TRY(take_database(region.scim(), Realm::sealed));
    TRY(take_database(region.vault(), Realm::sealed));
    TRY(take_small_files());
    for (auto* fixed : {&segments_, &contents_}) {
      for (auto& [name, entry] : *fixed) report_.manifest.files.push_back(std::move(entry));
    }
    TRY(repository_.add(report_.manifest));
    report_.chunks_new = repository_.chunks().chunks_written();
    report_.bytes_new = repository_.chunks().bytes_written();
    return std::move(report_);
  }

 private:
  /// What the newest snapshot says of files that never change.
  base::Result<void> find_earlier() {
    TRY_ASSIGN(const auto ids, repository_.list());
    if (ids.empty()) return {};
    if (ids.back() >= report_.manifest.id)
      return fail(Code::failed_precondition,
                  fmt::format("the clock is behind the newest snapshot, {}; set it right", ids.back()));
    if (auto newest = repository_.read(ids.back())) earlier_ = std::move(*newest);
    return {};
  }

  void progress(std::uint64_t bytes) {
    done_ += bytes;
    if (options_.progress) options_.progress(done_, std::max(done_, total_));
  }

  base::Result<void> read_loosely(const fs::path& path, Realm realm) {
    TRY_ASSIGN(auto connection, sqlite::Connection::open(path, {}));
    TRY_ASSIGN(const auto page_bytes, connection.query_integer("PRAGMA page_size"));
    const auto visit = [&](std::uint64_t index, base::Bytes piece) -> base::Result<void> {
      const auto take = [&](base::Bytes payload) -> base::Result<void> {
        // The file's first page has numbers that the exact reading gives another value.
        if (index == 0 && first_page_of(payload) == 0) return {};
        return store(realm, payload, nullptr);
      };
      TRY(cut_pages(piece, static_cast<std::size_t>(page_bytes), index == 0, take));
      progress(piece.size());
      return {};
    };
    TRY_ASSIGN(const auto shape, connection.peek_pages(kPieceBytes, visit));
    static_cast<void>(shape);
    return {};
  }

  base::Result<void> store(Realm realm, base::Bytes payload, std::vector<base::Digest>* chunks) {
    TRY_ASSIGN(const auto id, repository_.chunks().put(realm, payload));
    if (chunks != nullptr) chunks->push_back(id.digest);
    return {};
  }

  /// The newest checkpoints as of before the ledger is read, so that what is read holds them.
  base::Result<void> take_checkpoints() {
    TRY_ASSIGN(auto reader, store::LedgerReader::open(options_.places.region.ledger()));
    const auto& identity = reader.identity();
    if (RepositoryIdentity{identity.origin, identity.region} != repository_.identity())
      return fail(Code::failed_precondition,
                  fmt::format("{} is the ledger of {}/{}", options_.places.region.ledger().string(),
                              identity.origin, identity.region.value()));
    TRY_ASSIGN(const auto logs, reader.logs());
    for (const auto& log : logs) {
      TRY_ASSIGN(auto newest, reader.newest_checkpoint(log));
      if (newest) report_.manifest.checkpoints.push_back(std::move(newest->note));
    }
    return {};
  }

  /// What is the vendor's own: folders of contents by their SHA-256, with a database that names them. Before
  /// the ledger and the outbox, one of which then has the record of each thing that is named there. Contents
  /// before and after what is said of them: each that is named is there, unless it was removed.
  base::Result<void> take_shelves() {
    for (const auto& [name, file] : {std::pair<std::string, std::string>("documents", "documents.sqlite"),
                                     {"questionnaires", "questionnaires.sqlite"},
                                     {"trust", "requests.sqlite"}}) {
      const auto folder = options_.places.region.folder / name;
      const auto database = folder / file;
      if (std::error_code ignored; !fs::exists(database, ignored)) continue;
      TRY(take_contents(folder));
      TRY(take_database(database, Realm::sealed, name + '/'));
      TRY(take_contents(folder));
    }
    return {};
  }

  base::Result<void> take_contents(const fs::path& folder) {
    std::error_code missing;
    for (const auto& found : fs::directory_iterator(folder, missing)) {
      const auto base_name = found.path().filename().string();
      if (!base::digest_from_hex(base_name)) continue;
      const auto name = folder.filename().string() + '/' + base_name;
      if (contents_.contains(name)) continue;
      auto entry = take_fixed_file(found.path(), name, Realm::sealed);
      if (!entry && entry.error().code == Code::not_found) continue;
      if (!entry) return fail(entry.error());
      contents_.emplace(name, std::move(*entry));
    }
    return {};
  }

  base::Result<void> take_database(const fs::path& path, Realm realm, std::string_view inside = {}) {
    for (int attempt = 1;; ++attempt) {
      auto entry = read_exactly(path, realm);
      if (entry) {
        entry->name.insert(0, inside);
        report_.manifest.files.push_back(std::move(*entry));
        return {};
      }
      if (entry.error().code != Code::aborted) return fail(path.string(), entry.error());
      if (attempt == kAttempts)
        return fail(
            Code::unavailable,
            fmt::format("the WAL of {} grew by more than {} bytes each time that it was read; back up "
                        "when less is written",
                        path.string(), options_.wal_growth_max));
    }
  }

  base::Result<FileEntry> read_exactly(const fs::path& path, Realm realm) {
    TRY_ASSIGN(auto connection, sqlite::Connection::open(path, {}));
    TRY_ASSIGN(const auto page_bytes, connection.query_integer("PRAGMA page_size"));
    const auto wal_bytes = size_of(wal_of(path));
    std::map<std::uint64_t, std::pair<base::Digest, std::vector<base::Digest>>> pieces;
    const auto visit = [&](std::uint64_t index, base::Bytes piece) -> base::Result<void> {
      if (size_of(wal_of(path)) > wal_bytes + options_.wal_growth_max)
        return fail(Code::aborted, "the WAL grows");
      auto& [digest, chunks] = pieces[index];
      digest = crypto::sha256(piece);
      TRY(cut_pages(piece, static_cast<std::size_t>(page_bytes), index == 0,
                    [&, chunks = &chunks](base::Bytes payload) { return store(realm, payload, chunks); }));
      progress(piece.size());
      return {};
    };
    TRY_ASSIGN(const auto shape, connection.copy_pages(kPieceBytes, visit));
    FileEntry entry;
    entry.name = path.filename().string();
    entry.realm = realm;
    entry.bytes = shape.bytes;
    entry.page_bytes = shape.page_bytes;
    crypto::Sha256 all;
    for (auto& [index, piece] : pieces) {
      all.update(piece.first.view());
      entry.pieces.push_back(std::move(piece.second));
    }
    entry.digest = all.finish();
    return entry;
  }

  /// Files of sealed records: no personal values are in them, and none ever changes.
  base::Result<void> take_segments() {
    const auto folder = options_.places.region.folder / "segments";
    std::error_code missing;
    for (const auto& found : fs::directory_iterator(folder, missing)) {
      const auto base_name = found.path().filename().string();
      if (base_name.starts_with(".") || !found.is_regular_file()) continue;
      const auto name = "segments/" + base_name;
      if (segments_.contains(name)) continue;
      auto entry = take_fixed_file(found.path(), name, Realm::open);
      if (!entry && entry.error().code == Code::not_found) continue;
      if (!entry) return fail(entry.error());
      segments_.emplace(name, std::move(*entry));
    }
    return {};
  }

  /// Files of sealed records that are not retired.
  base::Result<std::set<std::string>> needed_segments() const {
    TRY_ASSIGN(auto reader, store::LedgerReader::open(options_.places.region.ledger()));
    TRY_ASSIGN(const auto logs, reader.logs());
    std::set<std::string> out;
    for (const auto& log : logs) {
      TRY_ASSIGN(const auto ranges, reader.sealed(log));
      for (const auto& range : ranges) {
        for (const auto& part : range.parts) {
          if (!part.retired) out.insert(part.statement.file);
        }
      }
    }
    return out;
  }

  /// That each is in the snapshot, unless it was retired meanwhile: one that is missing, or moved to storage
  /// that is not there now, must not be missing from the backup, too, without a word.
  base::Result<void> check_segments(const std::set<std::string>& needed) const {
    std::vector<std::string> missing;
    for (const auto& file : needed) {
      if (!segments_.contains("segments/" + file)) missing.push_back(file);
    }
    if (missing.empty()) return {};
    TRY_ASSIGN(const auto now, needed_segments());
    for (const auto& file : missing) {
      if (now.contains(file))
        return fail(Code::not_found,
                    fmt::format("the sealed records in {} cannot be reached (is its storage mounted?); no "
                                "snapshot was made",
                                (options_.places.region.segments() / file).string()));
    }
    return {};
  }

  /// A file that never changes.
  base::Result<FileEntry> take_fixed_file(const fs::path& path, const std::string& name, Realm realm) {
    TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0) return base::os_error("look at", path);
    FileEntry entry;
    entry.name = name;
    entry.realm = realm;
    entry.bytes = static_cast<std::uint64_t>(status.st_size);
    entry.written_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
    const auto* known = earlier_ ? earlier_->file(name) : nullptr;
    if (known != nullptr && known->bytes == entry.bytes && known->written_ns == entry.written_ns &&
        has_all(*known))
      return *known;
    crypto::Sha256 all;
    std::string piece(kPieceBytes, '\0');
    for (std::uint64_t left = entry.bytes; left > 0;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
      TRY_ASSIGN(const auto got, file.read(piece.data(), size));
      if (got != size) return fail(Code::aborted, fmt::format("{} changed while it was read", path.string()));
      TRY(add_piece(entry, base::bytes_of(piece).first(size), all));
      left -= size;
    }
    entry.digest = all.finish();
    return entry;
  }

  bool has_all(const FileEntry& entry) const {
    return std::all_of(entry.pieces.begin(), entry.pieces.end(), [&](const auto& piece) {
      return std::all_of(piece.begin(), piece.end(), [&](const base::Digest& digest) {
        return repository_.chunks().has({entry.realm, digest});
      });
    });
  }

  base::Result<void> add_piece(FileEntry& entry, base::Bytes piece, crypto::Sha256& all) {
    all.update(crypto::sha256(piece).view());
    auto& chunks = entry.pieces.emplace_back();
    return cut_bytes(piece, [&](base::Bytes payload) { return store(entry.realm, payload, &chunks); });
  }

  base::Result<void> take_small_files() {
    TRY_ASSIGN(auto files, read_small_files(options_.places));
    files.outbox.merge(outbox_);
    if (options_.kek) {
      // One may have taken over since this began.
      TRY_ASSIGN(const auto now, options_.kek->read_again());
      const auto both = now.with(options_.kek->all());
      for (const auto& key : both.all()) {
        auto text = base::to_hex(key.view());
        if (std::find(files.key_encryption_keys.begin(), files.key_encryption_keys.end(), text) ==
            files.key_encryption_keys.end())
          files.key_encryption_keys.push_back(std::move(text));
      }
    }
    const auto text = format_small_files(files);
    FileEntry entry;
    entry.name = kSmallFiles;
    entry.realm = Realm::sealed;
    entry.bytes = text.size();
    crypto::Sha256 all;
    for (std::size_t at = 0; at < text.size(); at += kPieceBytes)
      TRY(add_piece(entry, base::bytes_of(std::string_view(text).substr(at, kPieceBytes)), all));
    entry.digest = all.finish();
    report_.manifest.files.push_back(std::move(entry));
    return {};
  }

  Repository& repository_;
  const SnapshotOptions& options_;
  SnapshotReport report_;
  std::optional<Manifest> earlier_;
  std::map<std::string, FileEntry> segments_, contents_;
  SmallFiles::Folder outbox_;
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace

base::Result<SnapshotReport> take_snapshot(Repository& repository, const SnapshotOptions& options) {
  return Making(repository, options).run();
}

}  // namespace countersign::backup
