#include "ledger/store/segment_file.h"

#include "ledger/base/zstd_frame.h"
#include "ledger/record/prepare.h"

#include <boost/endian/conversion.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kBlockBytes = 256u << 10;
constexpr std::size_t kBlockBytesMax = kBlockBytes + record::kRecordBytesMax + 1;
constexpr std::uint32_t kSkippable = 0x184D2A5C;  // RFC 8878 section 3.1.2
constexpr std::string_view kMark = "CSSEGv1\n";
constexpr std::size_t kFooterBytes = 4 + 8;     // number of blocks, mark
constexpr std::size_t kEntryBytes = 8 + 4 + 4;  // offset, bytes, records
constexpr std::uint32_t kBlocksMax = 1u << 20;

void append_le(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}
std::uint32_t le32(const char* at) {
  return boost::endian::load_little_u32(reinterpret_cast<const unsigned char*>(at));
}
std::uint64_t le64(const char* at) {
  return boost::endian::load_little_u64(reinterpret_cast<const unsigned char*>(at));
}

std::filesystem::path unfinished(std::filesystem::path path) { return path += ".unfinished"; }

}  // namespace

base::Result<SegmentFileWriter> SegmentFileWriter::create(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, base::OpenFile::open(unfinished(path), O_WRONLY | O_CREAT | O_TRUNC, 0640));
  return SegmentFileWriter(std::move(file), path);
}

SegmentFileWriter::~SegmentFileWriter() {
  if (file_.descriptor() >= 0 && !path_.empty()) ::unlink(unfinished(path_).c_str());
}

base::Result<void> SegmentFileWriter::write(std::string_view bytes) {
  hasher_.update(bytes);
  return file_.write(bytes);
}

base::Result<void> SegmentFileWriter::add(std::string_view record) {
  block_.append(record).push_back('\n');
  ++block_records_;
  return block_.size() < kBlockBytes ? base::Result<void>() : write_block();
}

base::Result<void> SegmentFileWriter::write_block() {
  const auto frame = base::compress_frame(block_);
  const auto offset = static_cast<std::uint64_t>(::lseek(file_.descriptor(), 0, SEEK_CUR));
  append_le(index_, offset, 8);
  append_le(index_, frame.size(), 4);
  append_le(index_, block_records_, 4);
  ++blocks_;
  block_.clear();
  block_records_ = 0;
  return write(frame);
}

base::Result<base::Digest> SegmentFileWriter::finish() {
  if (block_records_ > 0) TRY(write_block());
  std::string frame;
  append_le(frame, kSkippable, 4);
  append_le(frame, index_.size() + kFooterBytes, 4);
  frame += index_;
  append_le(frame, blocks_, 4);
  frame += kMark;
  TRY(write(frame));
  TRY(file_.sync());
  TRY(file_.close());
  std::error_code error;
  std::filesystem::rename(unfinished(path_), path_, error);
  if (error)
    return fail(Code::internal, fmt::format("cannot rename {}: {}", path_.string(), error.message()));
  TRY_ASSIGN(auto folder, base::OpenFile::open(path_.parent_path(), O_RDONLY | O_DIRECTORY));
  TRY(folder.sync());
  path_.clear();
  return hasher_.finish();
}

tl::unexpected<base::Error> SegmentFile::damaged(std::string_view why) const {
  return fail(Code::data_loss, fmt::format("the segment {} is damaged: {}", file_.path().string(), why));
}

base::Result<SegmentFile> SegmentFile::open(const std::filesystem::path& path) {
  TRY_ASSIGN(auto opened, base::OpenFile::open(path, O_RDONLY));
  SegmentFile file(std::move(opened));
  TRY(file.read_index());
  return file;
}

base::Result<std::string> SegmentFile::read_at(std::uint64_t offset, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const auto count =
        ::pread(file_.descriptor(), out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::os_error("read", file_.path());
    if (count == 0) return damaged("it is cut short");
    done += static_cast<std::size_t>(count);
  }
  return out;
}

base::Result<void> SegmentFile::read_index() {
  struct stat info {};
  if (::fstat(file_.descriptor(), &info) != 0) return base::os_error("look at", file_.path());
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size < 8 + kFooterBytes) return damaged("it is cut short");
  TRY_ASSIGN(const auto footer, read_at(size - kFooterBytes, kFooterBytes));
  const auto count = le32(footer.data());
  const auto frame_bytes = 8 + std::uint64_t{count} * kEntryBytes + kFooterBytes;
  if (footer.substr(4) != kMark || count > kBlocksMax || frame_bytes > size)
    return damaged("its index is missing");
  TRY_ASSIGN(const auto frame, read_at(size - frame_bytes, static_cast<std::size_t>(frame_bytes)));
  if (le32(frame.data()) != kSkippable || le32(frame.data() + 4) != frame_bytes - 8)
    return damaged("its index is missing");
  std::uint64_t next = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const char* entry = frame.data() + 8 + std::size_t{i} * kEntryBytes;
    const Block block{records_, le64(entry), le32(entry + 8), le32(entry + 12)};
    // Frames follow one another without a gap, so that every byte of the file is accounted for.
    if (block.offset != next || block.bytes == 0 || block.records == 0 || block.records > kBlockBytesMax ||
        block.bytes > kBlockBytesMax + kBlockBytes)
      return damaged("its index does not fit");
    next += block.bytes;
    records_ += block.records;
    blocks_.push_back(block);
  }
  if (next != size - frame_bytes) return damaged("its index does not fit");
  return {};
}

base::Result<void> SegmentFile::load(std::size_t number) {
  const auto& block = blocks_[number];
  loaded_ = SIZE_MAX;
  ends_.clear();
  TRY_ASSIGN(const auto frame, read_at(block.offset, block.bytes));
  auto content = base::decompress_frame(frame, kBlockBytesMax);
  if (!content) return damaged(content.error().message);
  content_ = std::move(*content);
  for (std::size_t at = 0; at < content_.size();) {
    const auto end = content_.find('\n', at);
    if (end == std::string::npos) return damaged("a line does not end");
    ends_.push_back(static_cast<std::uint32_t>(end));
    at = end + 1;
  }
  if (ends_.size() != block.records) return damaged("a block has another number of records than it says");
  loaded_ = number;
  return {};
}

base::Result<std::string_view> SegmentFile::record(std::uint64_t at) {
  if (at >= records_) return damaged("it has fewer records than were sealed");
  const bool here = loaded_ != SIZE_MAX && at >= blocks_[loaded_].first &&
                    at < blocks_[loaded_].first + blocks_[loaded_].records;
  if (!here) {
    const auto behind = std::upper_bound(blocks_.begin(), blocks_.end(), at,
                                         [](std::uint64_t n, const Block& block) { return n < block.first; });
    TRY(load(static_cast<std::size_t>(behind - blocks_.begin()) - 1));
  }
  const auto line = static_cast<std::size_t>(at - blocks_[loaded_].first);
  const std::size_t begin = line == 0 ? 0 : ends_[line - 1] + 1;
  return std::string_view(content_).substr(begin, ends_[line] - begin);
}

base::Result<base::Digest> file_sha256(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
  crypto::Sha256 hasher;
  std::string buffer(1u << 20, '\0');
  for (;;) {
    TRY_ASSIGN(const auto count, file.read(buffer.data(), buffer.size()));
    hasher.update(std::string_view(buffer).substr(0, count));
    if (count < buffer.size()) return hasher.finish();
  }
}

}  // namespace countersign::store
