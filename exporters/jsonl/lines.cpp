#include "exporters/jsonl/lines.h"

#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <fcntl.h>

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
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
  return BlockReader(std::move(file), block_bytes);
}

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
    if (done_) return fail(Code::data_loss, fmt::format("{} does not end in a line feed", name()));
    if (block.size() > kLineBytesMax)
      return fail(Code::data_loss, fmt::format("{} has a line of over {} bytes", name(), kLineBytesMax));
    TRY(fill(block));
  }
}

base::Result<void> BlockReader::fill(std::string& block) {
  const std::size_t before = block.size();
  block.resize(before + block_bytes_);
  TRY_ASSIGN(const auto count, file_.read(block.data() + before, block_bytes_));
  done_ = count < block_bytes_;
  block.resize(before + count);
  return {};
}

}  // namespace countersign::jsonl
