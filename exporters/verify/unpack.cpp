#include "exporters/verify/unpack.h"

#include "exporters/verify/channel.h"
#include "ledger/base/file.h"
#include "ledger/base/open_file.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

constexpr std::size_t kPieceBytes = 256 << 10;
constexpr std::size_t kNameBytesMax = 240;

struct ArchiveFreer {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using ArchivePtr = std::unique_ptr<archive, ArchiveFreer>;

/// A name as it can be shown: it comes from an untrusted archive.
std::string shown(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 120)) out.push_back(c < 0x20 || c > 0x7E ? '?' : c);
  return out;
}

/// Whether a path has nothing but plain parts: no absolute path, no `..`, no empty part, printable ASCII.
bool is_plain_path(std::string_view path) {
  if (path.empty() || path.size() > kNameBytesMax) return false;
  for (const char c : path) {
    if (c < 0x20 || c > 0x7E || c == '\\') return false;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

/// Hashes a file while the next piece of it is fetched: on a thread of its own once the file has more than
/// one piece. One use.
class PiecewiseHash {
 public:
  ~PiecewiseHash() {
    pieces_.close();
    if (thread_.joinable()) thread_.join();
  }

  void add(std::string piece) {
    if (!first_ && !thread_.joinable()) {
      first_ = std::move(piece);
      return;
    }
    if (!thread_.joinable()) {
      thread_ = std::thread([this] {
        while (const auto next = pieces_.pop()) hasher_.update(*next);
      });
      pieces_.push(std::exchange(*first_, {}));
    }
    pieces_.push(std::move(piece));
  }

  base::Digest finish() {
    pieces_.close();
    if (thread_.joinable()) {
      thread_.join();
    } else if (first_) {
      hasher_.update(*first_);
    }
    return hasher_.finish();
  }

 private:
  crypto::Sha256 hasher_;
  Channel<std::string> pieces_{4};
  std::optional<std::string> first_;
  std::thread thread_;
};

}  // namespace

OpenedBundle::~OpenedBundle() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

const BundleFile* OpenedBundle::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

base::Result<std::string> OpenedBundle::read(std::string_view name, std::uint64_t bytes_max) const {
  const auto* file = find(name);
  if (file == nullptr) return fail(Code::data_loss, fmt::format("{} is missing", name));
  if (file->bytes > bytes_max)
    return fail(Code::data_loss,
                fmt::format("{} is larger than the {} bytes that it may have", name, bytes_max));
  return base::read_file(file->path, bytes_max);
}

/// Fills an OpenedBundle; one use.
class BundleOpener {
 public:
  BundleOpener(const UnpackLimits& limits, const std::function<void(std::uint64_t)>& progress)
      : limits_(limits), progress_(progress) {}

  base::Result<OpenedBundle> open(const fs::path& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
      return fail(Code::not_found, fmt::format("there is no bundle at {}", path.string()));
    TRY(status.type() == fs::file_type::directory ? open_folder(path) : open_archive(path));
    if (bundle_.files_.empty()) return fail(Code::data_loss, "there is no file in the bundle");
    return std::move(bundle_);
  }

 private:
  base::Result<void> open_folder(const fs::path& folder) {
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      const auto type = at->symlink_status().type();
      const auto name = at->path().lexically_relative(folder).generic_string();
      if (type == fs::file_type::directory) continue;
      TRY(check_name(name));
      if (type != fs::file_type::regular)
        return fail(Code::data_loss, fmt::format("{} is not a plain file", shown(name)));
      TRY(hash_file(name, at->path()));
    }
    if (error)
      return fail(Code::internal,
                  fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
    return {};
  }

  base::Result<void> hash_file(const std::string& name, const fs::path& path) {
    TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY | O_NOFOLLOW));
    return absorb(name, {path, 0, {}}, [&](std::string& piece) -> base::Result<void> {
      TRY_ASSIGN(const auto count, file.read(piece.data(), piece.size()));
      piece.resize(count);
      return {};
    });
  }

  /// Takes in a file piece by piece. `fetch` fills a piece, or makes it shorter where the file ends.
  base::Result<void> absorb(std::string name, BundleFile file,
                            const std::function<base::Result<void>(std::string&)>& fetch) {
    PiecewiseHash hash;
    for (bool more = true; more;) {
      std::string piece(kPieceBytes, '\0');
      TRY(fetch(piece));
      more = piece.size() == kPieceBytes;
      file.bytes += piece.size();
      TRY(count_bytes(piece.size()));
      hash.add(std::move(piece));
    }
    file.sha256 = hash.finish();
    bundle_.files_.emplace(std::move(name), std::move(file));
    return {};
  }

  base::Result<void> count_bytes(std::size_t count) {
    total_ += count;
    if (total_ > limits_.bytes_max)
      return fail(Code::data_loss,
                  fmt::format("the bundle holds more than the {} bytes that are allowed", limits_.bytes_max));
    if (progress_) progress_(total_);
    return {};
  }

  base::Result<void> check_name(std::string_view name) {
    if (!is_plain_path(name))
      return fail(Code::data_loss, fmt::format("the name '{}' may not stand in a bundle", shown(name)));
    if (bundle_.files_.find(name) != bundle_.files_.end())
      return fail(Code::data_loss, fmt::format("{} stands twice in the archive", shown(name)));
    if (bundle_.files_.size() >= limits_.files_max)
      return fail(Code::data_loss,
                  fmt::format("there are more than the {} files that are allowed", limits_.files_max));
    return {};
  }

  base::Result<void> open_archive(const fs::path& path) {
    const ArchivePtr handle(archive_read_new());
    // By its central directory only, as every other tool reads a zip: what is cut off is noticed.
    archive_read_support_format_zip_seekable(handle.get());
    archive_read_support_format_tar(handle.get());
    archive_read_support_filter_zstd(handle.get());
    if (archive_read_open_filename(handle.get(), path.c_str(), kPieceBytes) != ARCHIVE_OK)
      return damaged(handle.get());
    const auto parent = limits_.work_folder.empty() ? fs::temp_directory_path() : limits_.work_folder;
    std::string pattern = (parent / "countersign-verify-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return base::os_error("make a folder in", parent);
    bundle_.temporary_ = pattern;
    for (;;) {
      archive_entry* entry = nullptr;
      const int result = archive_read_next_header(handle.get(), &entry);
      if (result == ARCHIVE_EOF) return {};
      if (result != ARCHIVE_OK) return damaged(handle.get());
      TRY(take_entry(handle.get(), entry));
    }
  }

  static base::Result<void> damaged(archive* handle) {
    const char* text = archive_error_string(handle);
    return fail(Code::data_loss,
                fmt::format("the archive is damaged or is none: {}", shown(text == nullptr ? "" : text)));
  }

  base::Result<void> take_entry(archive* handle, archive_entry* entry) {
    const char* raw_name = archive_entry_pathname(entry);
    std::string_view name = raw_name == nullptr ? "" : raw_name;
    const bool folder = archive_entry_filetype(entry) == AE_IFDIR;
    if (folder && name.ends_with('/')) name.remove_suffix(1);
    if (!is_plain_path(name))
      return fail(Code::data_loss, fmt::format("the name '{}' may not stand in a bundle", shown(name)));
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr ||
        (!folder && archive_entry_filetype(entry) != AE_IFREG) || archive_entry_is_encrypted(entry) != 0)
      return fail(Code::data_loss, fmt::format("{} is not a plain file", shown(name)));
    const auto slash = name.find('/');
    const auto top = name.substr(0, slash);
    if (top_.empty()) top_ = top;
    if (top != top_) return fail(Code::data_loss, "the archive holds more than one folder");
    if (folder) {
      if (++folders_ > limits_.files_max) return fail(Code::data_loss, "the archive holds too many folders");
      return {};
    }
    if (slash == std::string_view::npos)
      return fail(Code::data_loss, fmt::format("{} stands outside of the bundle's folder", shown(name)));
    TRY(check_name(name.substr(slash + 1)));
    return unpack(handle, std::string(name.substr(slash + 1)));
  }

  base::Result<void> unpack(archive* handle, std::string name) {
    BundleFile file{bundle_.temporary_ / fmt::format("{}", bundle_.files_.size()), 0, {}};
    TRY_ASSIGN(auto out, base::OpenFile::open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0600));
    return absorb(std::move(name), std::move(file), [&](std::string& piece) -> base::Result<void> {
      std::size_t filled = 0;
      while (filled < piece.size()) {
        const la_ssize_t count = archive_read_data(handle, piece.data() + filled, piece.size() - filled);
        if (count < 0) return damaged(handle);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
      }
      piece.resize(filled);
      return out.write(piece);
    });
  }

  const UnpackLimits& limits_;
  const std::function<void(std::uint64_t)>& progress_;
  OpenedBundle bundle_;
  std::string top_;
  std::size_t folders_ = 0;
  std::uint64_t total_ = 0;
};

base::Result<OpenedBundle> open_bundle(const fs::path& path, const UnpackLimits& limits,
                                       const std::function<void(std::uint64_t)>& progress) {
  return BundleOpener(limits, progress).open(path);
}

}  // namespace countersign::verify
