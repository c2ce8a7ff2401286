#include "exporters/bundle/staging.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace countersign::bundle {

namespace fs = std::filesystem;

base::Result<void> StagedFile::append(std::string_view bytes) {
  hasher_.update(bytes);
  entry_.bytes += bytes.size();
  return file_.write(bytes);
}

base::Result<StagedEntry> StagedFile::finish() {
  TRY(file_.close());
  entry_.sha256 = hasher_.finish();
  return entry_;
}

base::Result<Staging> Staging::make(const fs::path& output) {
  const auto beside = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::string pattern = (beside / ".countersign-export-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return base::os_error("make a folder in", beside);
  return Staging(fs::path(pattern));
}

Staging::~Staging() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Staging::Staging(Staging&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), entries_(std::move(other.entries_)) {}

base::Result<StagedFile> Staging::begin(std::string_view name) {
  const auto path = path_of(name);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  return StagedFile(std::move(file), std::string(name));
}

base::Result<void> Staging::finish(StagedFile file) {
  TRY_ASSIGN(const auto entry, file.finish());
  entries_.emplace(file.name_, entry);
  return {};
}

base::Result<void> Staging::put(std::string_view name, std::string_view content) {
  TRY_ASSIGN(auto file, begin(name));
  TRY(file.append(content));
  return finish(std::move(file));
}

base::Result<void> Staging::copy(std::string_view name, const fs::path& from) {
  constexpr std::size_t kPiece = 1u << 16;
  TRY_ASSIGN(auto file, begin(name));
  std::ifstream source(from, std::ios::binary);
  if (!source) return base::fail(base::Code::not_found, fmt::format("{} cannot be read", from.string()));
  std::string piece(kPiece, '\0');
  while (source) {
    source.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto count = static_cast<std::size_t>(source.gcount());
    if (count > 0) TRY(file.append(std::string_view(piece).substr(0, count)));
  }
  if (source.bad())
    return base::fail(base::Code::internal, fmt::format("{} cannot be read to its end", from.string()));
  return finish(std::move(file));
}

void Staging::drop(std::string_view name) {
  std::error_code ignored;
  fs::remove(path_of(name), ignored);
  if (const auto found = entries_.find(name); found != entries_.end()) entries_.erase(found);
}

}  // namespace countersign::bundle
