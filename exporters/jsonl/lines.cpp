#include "exporters/jsonl/lines.h"

#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace countersign::jsonl {

using base::Code;
using base::fail;

void append_withheld(std::string& out, const Withheld& withheld) {
  char hash[base::kDigestBase64Size];
  base::write_base64(withheld.hash, hash);
  const fmt::format_int seq(withheld.seq);
  out.append("{\"withheld\":{\"seq\":").append(seq.data(), seq.size());
  out.append(",\"hash\":\"").append(hash, sizeof hash).append("\"}}");
}

base::Result<Withheld> read_withheld(std::string_view line) {
  constexpr std::string_view kSeq = "{\"withheld\":{\"seq\":";
  constexpr std::string_view kHash = ",\"hash\":\"";
  const auto bad = [] { return fail(Code::data_loss, "not a line for a withheld record"); };
  if (line.substr(0, kSeq.size()) != kSeq) return bad();
  Withheld withheld;
  const auto rest = line.substr(kSeq.size());
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), withheld.seq);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || rest.size() < digits + kHash.size() + base::kDigestBase64Size) return bad();
  const auto hash = base::digest_from_base64(rest.substr(digits + kHash.size(), base::kDigestBase64Size));
  if (!hash) return bad();
  withheld.hash = *hash;
  std::string again;
  append_withheld(again, withheld);
  if (again != line) return bad();
  return withheld;
}

base::Result<BlockReader> BlockReader::open(const std::filesystem::path& path, std::size_t block_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail(errno == ENOENT ? Code::not_found : Code::internal,
                fmt::format("cannot open {}: {}", path.string(), std::generic_category().message(errno)));
  return BlockReader(fd, path.filename().string(), block_bytes);
}

BlockReader::~BlockReader() {
  if (fd_ >= 0) ::close(fd_);
}

BlockReader::BlockReader(BlockReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      block_bytes_(other.block_bytes_),
      rest_(std::move(other.rest_)),
      done_(other.done_) {}

base::Result<bool> BlockReader::next(std::string& block) {
  block.clear();
  block.swap(rest_);
  for (;;) {
    const bool enough = done_ || block.size() >= block_bytes_;
    const auto end = enough ? block.rfind('\n') : std::string::npos;
    if (end != std::string::npos) {
      rest_.assign(block, end + 1);
      block.resize(end + 1);
      return true;
    }
    if (done_ && block.empty()) return false;
    if (done_) return fail(Code::data_loss, fmt::format("{} does not end in a line feed", name_));
    if (block.size() > kLineBytesMax)
      return fail(Code::data_loss, fmt::format("{} has a line of over {} bytes", name_, kLineBytesMax));
    TRY(fill(block));
  }
}

base::Result<void> BlockReader::fill(std::string& block) {
  std::size_t filled = block.size();
  block.resize(filled + block_bytes_);
  while (filled < block.size()) {
    const ssize_t count = ::read(fd_, block.data() + filled, block.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return fail(Code::internal,
                  fmt::format("cannot read {}: {}", name_, std::generic_category().message(errno)));
    if (count == 0) {
      done_ = true;
      break;
    }
    filled += static_cast<std::size_t>(count);
  }
  block.resize(filled);
  return {};
}

}  // namespace countersign::jsonl
