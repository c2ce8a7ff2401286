#include "collector/signatures/form.h"

#include "ledger/base/encoding.h"

namespace countersign::signatures {
namespace {

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const auto byte = text.size() - i > 2 ? base::from_hex(text.substr(i + 1, 2))
                                          : base::fail(base::Code::invalid_argument, "cut short");
    if (!byte) return std::nullopt;
    out.push_back(static_cast<char>(byte->front()));
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text,
                                                                          std::size_t pairs_max) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (out.size() == pairs_max) return std::nullopt;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

}  // namespace countersign::signatures
