#include "exporters/verify/commit_checkpoints.h"

#include "ledger/tree/checkpoint.h"

#include <fmt/format.h>

#include <future>
#include <vector>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

/// Which of the log's keys signed.
base::Result<std::size_t> check_note(const jsonl::CheckpointLine& line, const tree::KeyChain& keys) {
  TRY_ASSIGN(const auto opened, keys.open(line.note));
  if (opened.checkpoint.size != line.size) return fail(Code::data_loss, "it is listed under another size");
  if (!opened.time || *opened.time != line.time)
    return fail(Code::data_loss, "its time is not the one that was signed");
  return opened.log_key;
}

/// Checks the notes of some lines on several threads: a signature takes as long as a hundred records. Gives
/// the first that is wrong.
base::Result<void> check_notes(const std::vector<jsonl::CheckpointLine>& lines, const tree::KeyChain& keys,
                               unsigned threads, std::vector<std::size_t>& signers) {
  signers.resize(lines.size());
  const auto check_share = [&](std::size_t share) -> base::Result<void> {
    for (auto i = share * lines.size() / threads; i < (share + 1) * lines.size() / threads; ++i) {
      const auto checked = check_note(lines[i], keys);
      if (!checked)
        return fail(fmt::format("the checkpoint of size {} in data/checkpoints.jsonl", lines[i].size),
                    checked.error());
      signers[i] = *checked;
    }
    return {};
  };
  std::vector<std::future<base::Result<void>>> shares;
  for (unsigned share = 1; share < threads; ++share)
    shares.push_back(std::async(std::launch::async, check_share, share));
  auto result = check_share(0);
  for (auto& share : shares) {
    auto next = share.get();
    if (result) result = std::move(next);
  }
  return result;
}

}  // namespace

base::Result<jsonl::CommitTimes> read_commit_times(const std::filesystem::path& path,
                                                   const tree::KeyChain& keys, unsigned threads) {
  constexpr std::size_t kFew = 16;  // not worth a thread
  jsonl::CommitTimes times;
  TRY_ASSIGN(auto reader, jsonl::BlockReader::open(path));
  std::string block;
  std::vector<jsonl::CheckpointLine> lines;
  std::uint64_t size = 0;
  std::int64_t time = INT64_MIN;
  std::vector<std::size_t> signers;
  std::size_t newest = 0;  ///< of the log's keys, that signed so far
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(block));
    if (!more) return times;
    lines.clear();
    std::string_view rest = block, text;
    while (jsonl::take_line(rest, text)) {
      TRY_ASSIGN(auto line, jsonl::read_checkpoint(text));
      if (line.size <= size || line.time < time)
        return fail(Code::data_loss, "data/checkpoints.jsonl is not in the order of sizes and times");
      size = line.size;
      time = line.time;
      times.add(size, time);
      lines.push_back(std::move(line));
    }
    TRY(check_notes(lines, keys, lines.size() < kFew ? 1 : threads, signers));
    for (const auto signer : signers) {
      if (signer < newest)
        return fail(
            Code::data_loss,
            "data/checkpoints.jsonl has a checkpoint that is signed by a key that was retired before");
      newest = signer;
    }
  }
}

base::Result<CommitRoots> CommitRoots::open(const std::filesystem::path& path) {
  TRY_ASSIGN(auto reader, jsonl::BlockReader::open(path));
  CommitRoots roots(std::move(reader));
  TRY(roots.advance());
  return roots;
}

base::Result<void> CommitRoots::advance() {
  if (at_ >= block_.size()) {
    at_ = 0;
    TRY_ASSIGN(const bool more, reader_.next(block_));
    if (!more) {
      size_.reset();
      return {};
    }
  }
  const auto end = block_.find('\n', at_);
  TRY_ASSIGN(const auto line, jsonl::read_checkpoint(std::string_view(block_).substr(at_, end - at_)));
  at_ = end + 1;
  TRY_ASSIGN(const auto checkpoint, tree::read_checkpoint_body(line.note));
  size_ = line.size;
  root_ = checkpoint.root;
  return {};
}

}  // namespace countersign::verify
