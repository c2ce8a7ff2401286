#include "ledger/backup/manifest.h"

#include "ledger/backup/pieces.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace countersign::backup {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kNameMax = 255;

tl::unexpected<base::Error> wrong(std::string_view what) {
  return fail(Code::data_loss, fmt::format("its member {} is wrong", what));
}

base::Result<std::string> text_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return wrong(name);
  return std::string(value->get_string().data(), value->get_string().size());
}

base::Result<std::int64_t> number_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return wrong(name);
  return value->get_int64();
}

base::Result<const json::array*> array_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_array()) return wrong(name);
  return &value->get_array();
}

base::Result<base::Digest> digest_of(const json::value& from) {
  if (!from.is_string()) return wrong("pieces");
  const auto& text = from.get_string();
  // One spelling only, so that a manifest that was read is written back byte by byte.
  if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; }))
    return wrong("pieces");
  auto digest = base::digest_from_hex({text.data(), text.size()});
  if (!digest) return wrong("pieces");
  return digest;
}

/// `ledger.sqlite` or `segments/<name>`: one folder at most, nothing that begins with a dot.
bool is_file_name(std::string_view name) {
  const auto part = [](std::string_view text) {
    return !text.empty() && text.front() != '.' && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
             c == '_' || c == '-';
    });
  };
  const auto slash = name.find('/');
  if (name.size() > kNameMax) return false;
  if (slash == std::string_view::npos) return part(name);
  return part(name.substr(0, slash)) && part(name.substr(slash + 1));
}

bool is_page_size(std::int64_t bytes) {
  return bytes == 0 || (bytes >= 512 && bytes <= 65'536 && (bytes & (bytes - 1)) == 0);
}

json::object to_json(const FileEntry& file) {
  json::array pieces;
  for (const auto& piece : file.pieces) {
    json::array chunks;
    for (const auto& chunk : piece) chunks.emplace_back(base::to_hex(chunk.view()));
    pieces.emplace_back(std::move(chunks));
  }
  const auto realm = to_string(file.realm);
  return {{"name", file.name},
          {"realm", json::string_view(realm.data(), realm.size())},
          {"bytes", file.bytes},
          {"page_bytes", file.page_bytes},
          {"written_ns", file.written_ns},
          {"sha256", base::to_hex(file.digest.view())},
          {"pieces", std::move(pieces)}};
}

base::Result<FileEntry> file_of(const json::value& value) {
  if (!value.is_object() || value.get_object().size() != 7) return wrong("files");
  const auto& from = value.get_object();
  FileEntry file;
  TRY_ASSIGN(file.name, text_of(from, "name"));
  if (!is_file_name(file.name)) return wrong("name");
  TRY_ASSIGN(const auto realm, text_of(from, "realm"));
  if (realm != to_string(Realm::open) && realm != to_string(Realm::sealed)) return wrong("realm");
  file.realm = realm == to_string(Realm::open) ? Realm::open : Realm::sealed;
  TRY_ASSIGN(const auto bytes, number_of(from, "bytes"));
  TRY_ASSIGN(const auto page_bytes, number_of(from, "page_bytes"));
  TRY_ASSIGN(file.written_ns, number_of(from, "written_ns"));
  if (!is_page_size(page_bytes) || (page_bytes != 0 && bytes % page_bytes != 0)) return wrong("page_bytes");
  file.bytes = static_cast<std::uint64_t>(bytes);
  file.page_bytes = static_cast<std::uint32_t>(page_bytes);
  const auto* digest = from.if_contains("sha256");
  if (digest == nullptr) return wrong("sha256");
  TRY_ASSIGN(file.digest, digest_of(*digest));
  TRY_ASSIGN(const auto* pieces, array_of(from, "pieces"));
  if (pieces->size() != file.bytes / kPieceBytes + (file.bytes % kPieceBytes != 0 ? 1 : 0))
    return wrong("pieces");
  for (const auto& piece : *pieces) {
    if (!piece.is_array() || piece.get_array().empty()) return wrong("pieces");
    auto& chunks = file.pieces.emplace_back();
    for (const auto& chunk : piece.get_array()) {
      TRY_ASSIGN(const auto id, digest_of(chunk));
      chunks.push_back(id);
    }
  }
  return file;
}

}  // namespace

std::string_view to_string(Realm realm) { return realm == Realm::open ? "open" : "sealed"; }

const FileEntry* Manifest::file(std::string_view name) const {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const FileEntry& entry) { return entry.name == name; });
  return found == files.end() ? nullptr : &*found;
}

std::uint64_t Manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& entry : files) sum += entry.bytes;
  return sum;
}

bool is_snapshot_id(std::string_view text) {
  constexpr std::string_view kForm = "00000000T000000.000000Z";
  return text.size() == kForm.size() &&
         std::equal(text.begin(), text.end(), kForm.begin(),
                    [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
}

std::string snapshot_id(base::Timestamp time) {
  auto id = base::format_rfc3339(time);
  std::erase_if(id, [](char c) { return c == '-' || c == ':'; });
  return id;
}

std::string format_manifest(const Manifest& manifest) {
  json::array files, checkpoints;
  for (const auto& file : manifest.files) files.emplace_back(to_json(file));
  for (const auto& note : manifest.checkpoints) checkpoints.emplace_back(note);
  const json::object out{{"v", kVersion},
                         {"snapshot", manifest.id},
                         {"time", base::format_rfc3339(manifest.time)},
                         {"origin", manifest.origin},
                         {"region", manifest.region.value()},
                         {"program", manifest.program},
                         {"derived", json::array{"index.sqlite"}},
                         {"checkpoints", std::move(checkpoints)},
                         {"files", std::move(files)}};
  return json::serialize(out);
}

base::Result<Manifest> parse_manifest(std::string_view line) {
  const auto parsed = base::parse_json(line, {.depth_max = 6});
  if (!parsed) return fail(Code::data_loss, "it is no JSON: " + parsed.error().message);
  if (!parsed->value.is_object()) return fail(Code::data_loss, "it is no JSON object");
  const auto& from = parsed->value.get_object();
  TRY_ASSIGN(const auto version, number_of(from, "v"));
  if (version != kVersion)
    return fail(Code::data_loss,
                fmt::format("it has format {}, this program knows format {}", version, kVersion));
  Manifest out;
  TRY_ASSIGN(out.id, text_of(from, "snapshot"));
  if (!is_snapshot_id(out.id)) return wrong("snapshot");
  TRY_ASSIGN(const auto time, text_of(from, "time"));
  const auto when = base::parse_canonical_time(time);
  if (!when) return wrong("time");
  out.time = *when;
  TRY_ASSIGN(const auto origin, text_of(from, "origin"));
  TRY_ASSIGN(const auto region, text_of(from, "region"));
  const auto known_origin = base::parse_origin(origin);
  const auto known_region = base::parse_region(region);
  if (!known_origin || !known_region) return wrong("origin or region");
  out.origin = *known_origin;
  out.region = *known_region;
  TRY_ASSIGN(out.program, text_of(from, "program"));
  TRY_ASSIGN(const auto* checkpoints, array_of(from, "checkpoints"));
  for (const auto& note : *checkpoints) {
    if (!note.is_string()) return wrong("checkpoints");
    out.checkpoints.emplace_back(note.get_string().data(), note.get_string().size());
  }
  TRY_ASSIGN(const auto* files, array_of(from, "files"));
  std::set<std::string> names;
  for (const auto& value : *files) {
    TRY_ASSIGN(auto file, file_of(value));
    if (!names.insert(file.name).second) return wrong("files");
    out.files.push_back(std::move(file));
  }
  // Members that are not known, their order and their spelling: there is one text for one manifest.
  if (format_manifest(out) != line) return fail(Code::data_loss, "it is not spelled as a manifest is");
  return out;
}

}  // namespace countersign::backup
