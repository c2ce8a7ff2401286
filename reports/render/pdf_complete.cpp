#include "reports/render/pdf_complete.h"

#include "reports/render/pdf_content.h"

#include <fmt/format.h>

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::render::pdf {
namespace {

constexpr std::size_t kContentBytesMax = 64U << 20U;

std::optional<std::size_t> number_at(std::string_view text, std::size_t at) {
  std::size_t out = 0;
  if (at > text.size()) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data() + at, end, out);
  return error == std::errc() ? std::optional(out) : std::nullopt;
}

/// The objects of a file, as views of it, by number; and what stands behind them.
struct File {
  std::vector<std::string_view> objects;  ///< empty for what is none
  std::string_view head, trailer;
};

std::optional<File> read_file(std::string_view pdf) {
  constexpr std::string_view kStart = "startxref\n", kTable = "xref\n0 ";
  constexpr std::size_t kEntry = 20;  // bytes of a line of the table
  const std::size_t start = pdf.rfind(kStart);
  const auto table = start == std::string_view::npos ? std::nullopt : number_at(pdf, start + kStart.size());
  if (!table || *table > start || !pdf.substr(*table).starts_with(kTable)) return std::nullopt;
  const auto count = number_at(pdf, *table + kTable.size());
  const std::size_t lines = pdf.find('\n', *table + kTable.size()) + 1;
  const std::size_t trailer = pdf.find("trailer\n", lines);
  if (!count || trailer == std::string_view::npos || trailer - lines != *count * kEntry) return std::nullopt;

  std::vector<std::pair<std::size_t, std::size_t>> offsets;  // and the number
  for (std::size_t number = 1; number < *count; ++number) {
    const std::size_t line = lines + number * kEntry;
    if (pdf[line + 17] != 'n') return std::nullopt;
    offsets.emplace_back(number_at(pdf, line).value_or(pdf.size()), number);
  }
  std::sort(offsets.begin(), offsets.end());
  if (offsets.empty() || offsets.back().first >= *table) return std::nullopt;
  File out;
  out.objects.resize(*count);
  for (std::size_t at = 0; at < offsets.size(); ++at) {
    const std::size_t end = at + 1 < offsets.size() ? offsets[at + 1].first : *table;
    const auto [offset, number] = offsets[at];
    out.objects[number] = pdf.substr(offset, end - offset);
    if (!out.objects[number].starts_with(fmt::format("{} 0 obj\n", number))) return std::nullopt;
  }
  out.head = pdf.substr(0, offsets.front().first);
  out.trailer = pdf.substr(trailer, start - trailer);
  return out;
}

std::optional<std::string> inflated(std::string_view bytes) {
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) return std::nullopt;
  // zlib takes what it reads as not const, and does not change it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK && out.size() < kContentBytesMax) {
    const std::size_t before = out.size();
    out.resize(before + (256U << 10U));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    status = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  return status == Z_STREAM_END ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> deflated(std::string_view bytes) {
  uLongf size = ::compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  const int status =
      ::compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                  static_cast<uLong>(bytes.size()), Z_DEFAULT_COMPRESSION);
  out.resize(size);
  return status == Z_OK ? std::optional(std::move(out)) : std::nullopt;
}

/// The object of a page's content with artifacts marked.
std::optional<std::string> marked(std::string_view object, std::size_t number) {
  constexpr std::string_view kBegin = "stream\n", kEnd = "\nendstream";
  const std::size_t begin = object.find(kBegin), end = object.rfind(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + kBegin.size())
    return std::nullopt;
  if (object.substr(0, begin).find("/Filter /FlateDecode\n") == std::string_view::npos) return std::nullopt;
  const auto plain = inflated(object.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  const auto content = plain ? mark_artifacts(*plain) : std::nullopt;
  const auto packed = content ? deflated(*content) : std::nullopt;
  if (!packed) return std::nullopt;
  return fmt::format("{} 0 obj\n<< /Length {}\n   /Filter /FlateDecode\n>>\nstream\n{}\nendstream\nendobj\n",
                     number, packed->size(), *packed);
}

/// A head of a table with what it is the head of: its row, if that holds other cells, or its column.
std::string scoped(const File& file, std::string_view object) {
  constexpr std::string_view kHead = "/S /TH\n", kRow = "/P ", kCells = "/K [";
  const auto referred = [&](std::string_view text, std::size_t at) {
    const std::size_t number = number_at(text, at).value_or(0);
    return number < file.objects.size() ? file.objects[number] : std::string_view();
  };
  const std::size_t parent = object.find(kRow);
  const std::string_view row =
      parent == std::string_view::npos ? std::string_view() : referred(object, parent + kRow.size());
  bool others = false;
  const std::size_t cells = std::min(row.find(kCells), row.size());
  for (std::size_t at = row.find(" 0 R", cells); at < row.size(); at = row.find(" 0 R", at + 1)) {
    others = others || referred(row, row.rfind(' ', at - 1) + 1).find("/S /TD\n") != std::string_view::npos;
  }
  const std::size_t behind = object.find(kHead) + kHead.size();
  return fmt::format("{}   /A << /O /Table /Scope /{} >>\n{}", object.substr(0, behind),
                     others ? "Row" : "Column", object.substr(behind));
}

/// The objects that are to stand in place of those of the file; empty for those that stay.
std::optional<std::vector<std::string>> replacements(const File& file) {
  constexpr std::string_view kPage = "<< /Type /Page ", kCatalog = "<< /Type /Catalog\n",
                             kContents = "/Contents ", kHead = "<< /Type /StructElem\n   /S /TH\n";
  std::vector<std::string> out(file.objects.size());
  for (std::size_t number = 1; number < file.objects.size(); ++number) {
    const std::string_view object = file.objects[number];
    const std::string_view value = object.substr(object.find('\n') + 1);
    if (value.starts_with(kCatalog)) {
      out[number] =
          fmt::format("{} 0 obj\n{}   /Lang (en)\n   /ViewerPreferences << /DisplayDocTitle true >>\n{}",
                      number, kCatalog, value.substr(kCatalog.size()));
    } else if (value.starts_with(kHead)) {
      out[number] = scoped(file, object);
    } else if (value.starts_with(kPage)) {
      const std::size_t at = value.find(kContents);
      const auto content =
          at == std::string_view::npos ? std::nullopt : number_at(value, at + kContents.size());
      if (!content || *content >= file.objects.size() || !out[*content].empty()) return std::nullopt;
      auto object_of_content = marked(file.objects[*content], *content);
      if (!object_of_content) return std::nullopt;
      out[*content] = *std::move(object_of_content);
    }
  }
  return out;
}

}  // namespace

std::string complete(std::string pdf) {
  const auto file = read_file(pdf);
  const auto changed = file ? replacements(*file) : std::nullopt;
  if (!changed) return pdf;
  std::string out(file->head), table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", file->objects.size());
  out.reserve(pdf.size() + pdf.size() / 16);
  for (std::size_t number = 1; number < file->objects.size(); ++number) {
    table += fmt::format("{:010} 00000 n \n", out.size());
    out += (*changed)[number].empty() ? file->objects[number] : std::string_view((*changed)[number]);
  }
  const std::size_t start = out.size();
  return out + table + std::string(file->trailer) + fmt::format("startxref\n{}\n%%EOF\n", start);
}

}  // namespace countersign::render::pdf
