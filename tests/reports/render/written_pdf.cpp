#include "tests/reports/render/written_pdf.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace countersign::testing {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  auto* pipe = ::popen(("( " + command + " ) 2>&1").c_str(), "r");
  if (pipe == nullptr) std::abort();
  std::array<char, 4096> piece{};
  while (const auto size = std::fread(piece.data(), 1, piece.size(), pipe)) text.append(piece.data(), size);
  ::pclose(pipe);
  return text;
}

/// Reads a binary PGM (`P5 width height 255` and the dots) as pdftoppm writes it, without comments.
PageImage read_pgm(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  PageImage out;
  std::string magic;
  std::size_t most = 0;
  in >> magic >> out.width >> out.height >> most;
  in.get();
  out.dots.resize(out.width * out.height);
  in.read(out.dots.data(), static_cast<std::streamsize>(out.dots.size()));
  if (!in || magic != "P5" || most != 255) std::abort();
  return out;
}

}  // namespace

WrittenPdf::WrittenPdf(std::string_view bytes) {
  std::ofstream(folder_ / "report.pdf", std::ios::binary) << bytes;
}

std::string WrittenPdf::says(const std::string& command) const {
  const auto at = std::min(command.find("{}"), command.size());
  return output_of(command.substr(0, at) + " " + (folder_ / "report.pdf").string() +
                   (at < command.size() ? command.substr(at + 2) : std::string()));
}

std::string WrittenPdf::info(const std::string& name) const {
  std::istringstream lines(says("TZ=UTC pdfinfo"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + ":")) continue;
    const auto value = line.find_first_not_of(' ', name.size() + 1);
    return value == std::string::npos ? std::string() : line.substr(value);
  }
  return {};
}

std::size_t WrittenPdf::pages() const { return std::strtoul(info("Pages").c_str(), nullptr, 10); }

std::vector<std::string> WrittenPdf::texts() const {
  std::vector<std::string> out;
  // Each page ends with a form feed.
  std::istringstream all(output_of("pdftotext -layout " + (folder_ / "report.pdf").string() + " -"));
  for (std::string page; std::getline(all, page, '\f');) out.push_back(page);
  return out;
}

std::vector<PageImage> WrittenPdf::images(int dots_per_inch) const {
  output_of("pdftoppm -gray -r " + std::to_string(dots_per_inch) + " " + (folder_ / "report.pdf").string() +
            " " + (folder_ / "page").string());
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    if (file.path().extension() == ".pgm") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<PageImage> out;
  for (const auto& file : files) out.push_back(read_pgm(file));
  return out;
}

std::size_t count_of(std::string_view piece, std::string_view text) {
  std::size_t out = 0;
  for (auto at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + piece.size()))
    ++out;
  return out;
}

}  // namespace countersign::testing
