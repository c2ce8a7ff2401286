#include "exporters/verify/proofs.h"

#include "exporters/verify/evidence.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/value.hpp>

namespace countersign::verify {
namespace {

namespace json = boost::json;

json::array to_json(const tree::Path& path) {
  json::array out;
  for (const auto& hash : path) out.push_back(json::string(base::to_base64(hash.view())));
  return out;
}

json::value to_json(const std::optional<Inclusion>& inclusion) {
  if (!inclusion) return nullptr;
  return {{"seq", inclusion->seq}, {"path", to_json(inclusion->path)}};
}

json::value to_json(const std::optional<Previous>& previous) {
  if (!previous) return nullptr;
  return {{"checkpoint", previous->note}, {"path", to_json(previous->path)}};
}

std::string text_of(const json::value& value) {
  const auto& text = value.as_string();
  return {text.data(), text.size()};
}

base::Result<tree::Path> path_of(const json::value& value) {
  tree::Path path;
  for (const auto& one : value.as_array()) {
    TRY_ASSIGN(const auto hash, base::digest_from_base64(text_of(one)));
    path.push_back(hash);
  }
  return path;
}

base::Result<std::optional<Inclusion>> inclusion_of(const json::value& value) {
  if (value.is_null()) return std::optional<Inclusion>();
  Inclusion inclusion;
  inclusion.seq = value.at("seq").to_number<std::uint64_t>();
  TRY_ASSIGN(inclusion.path, path_of(value.at("path")));
  return std::optional<Inclusion>(std::move(inclusion));
}

/// Throws where a member is missing or of another type.
base::Result<Proofs> from_json(const json::value& root) {
  Proofs proofs;
  proofs.log = base::LogName{text_of(root.at("log"))};
  proofs.tree_size = root.at("tree_size").to_number<std::uint64_t>();
  TRY_ASSIGN(proofs.root, base::digest_from_base64(text_of(root.at("root"))));
  TRY_ASSIGN(proofs.first, inclusion_of(root.at("first")));
  TRY_ASSIGN(proofs.last, inclusion_of(root.at("last")));
  if (const auto& previous = root.at("consistency"); !previous.is_null()) {
    TRY_ASSIGN(auto path, path_of(previous.at("path")));
    proofs.previous = Previous{text_of(previous.at("checkpoint")), std::move(path)};
  }
  return proofs;
}

}  // namespace

std::string format_proofs(const Proofs& proofs) {
  return base::to_indented({{"log", proofs.log.text},
                            {"tree_size", proofs.tree_size},
                            {"root", base::to_base64(proofs.root.view())},
                            {"first", to_json(proofs.first)},
                            {"last", to_json(proofs.last)},
                            {"consistency", to_json(proofs.previous)}});
}

base::Result<Proofs> parse_proofs(std::string_view text) {
  TRY_ASSIGN(const auto parsed, base::parse_json(text, {.depth_max = 8}));
  const auto bad = [] {
    return base::fail(
        base::Code::data_loss,
        "data/proofs.json does not have the members that it must have, spelled as they must be");
  };
  try {
    auto proofs = from_json(parsed.value);
    if (!proofs || format_proofs(*proofs) != text) return bad();
    return proofs;
  } catch (const std::exception&) {
    return bad();
  }
}

}  // namespace countersign::verify
