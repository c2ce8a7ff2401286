#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace countersign::answers {

/// The rows of a CSV file of tests/data/questionnaires (RFC 4180), by the names of its first row.
inline std::vector<std::map<std::string, std::string>> csv_rows(const std::string& name) {
  std::ifstream in(std::string(COUNTERSIGN_TEST_DATA "/questionnaires/") + name, std::ios::binary);
  if (!in) throw std::runtime_error("no " + name);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      rows.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\n') {
      rows.push_back({""});
    } else if (quoted || c != '\r') {
      rows.back().back() += c;
    }
  }
  std::vector<std::map<std::string, std::string>> out;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() == 1 && rows[i].front().empty()) continue;
    auto& row = out.emplace_back();
    for (std::size_t j = 0; j < rows.front().size(); ++j) row[rows.front()[j]] = rows[i].at(j);
  }
  return out;
}

}  // namespace countersign::answers
