#include "ledger/store/head_memory.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"

#include <fmt/format.h>

#include <charconv>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kFileBytesMax = 64 << 20;

/// One line: `<log> <size> <root in base64>`.
base::Result<std::pair<base::LogName, SignedHead>> parse_line(std::string_view line) {
  const auto bad = [] { return fail(Code::data_loss, "a line is not `<log> <size> <root>`"); };
  const auto second = line.rfind(' ');
  if (second == std::string_view::npos || second == 0) return bad();
  const auto first = line.rfind(' ', second - 1);
  if (first == std::string_view::npos || first == 0) return bad();
  const auto size_text = line.substr(first + 1, second - first - 1);
  SignedHead head;
  const auto [end, error] = std::from_chars(size_text.data(), size_text.data() + size_text.size(), head.size);
  auto root = base::digest_from_base64(line.substr(second + 1));
  if (error != std::errc() || end != size_text.data() + size_text.size() || !root) return bad();
  head.root = *root;
  return std::pair{base::LogName{std::string(line.substr(0, first))}, head};
}

}  // namespace

base::Result<HeadMemory> HeadMemory::open(std::filesystem::path file) {
  HeadMemory memory(std::move(file));
  auto content = base::read_file(memory.file_, kFileBytesMax);
  if (!content && content.error().code == Code::not_found) return memory;
  if (!content) return fail(std::move(content).error());
  std::string_view rest = *content;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    auto line = end == std::string_view::npos ? fail(Code::data_loss, "the last line is cut short")
                                              : parse_line(rest.substr(0, end));
    if (!line)
      return fail(fmt::format("{} does not hold the last signed heads", memory.file_.string()), line.error());
    memory.heads_.insert(std::move(*line));
    rest.remove_prefix(end + 1);
  }
  return memory;
}

const SignedHead* HeadMemory::find(const base::LogName& log) const {
  const auto found = heads_.find(log);
  return found == heads_.end() ? nullptr : &found->second;
}

base::Result<void> HeadMemory::remember(const std::vector<std::pair<base::LogName, SignedHead>>& heads) {
  auto next = heads_;
  for (const auto& [log, head] : heads) {
    auto& known = next[log];
    if (head.size < known.size || (head.size == known.size && head.size > 0 && head.root != known.root))
      return fail(
          Code::failed_precondition,
          fmt::format("size {} of {} was signed with another root, or a larger size was signed before: the "
                      "data is an older or another copy; nothing was signed",
                      known.size, log.text));
    known = head;
  }
  std::string content;
  for (const auto& [log, head] : next)
    content += fmt::format("{} {} {}\n", log.text, head.size, base::to_base64(head.root.view()));
  TRY(base::write_file_durably(file_, content, base::FileMode::readable));
  heads_ = std::move(next);
  return {};
}

}  // namespace countersign::store
