#include "ledger/backup/small_files.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/aead.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::backup {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kFileBytesMax = 256u << 20;
constexpr std::pair<const char*, SmallFiles::Folder SmallFiles::*> kFolders[] = {
    {"erasures", &SmallFiles::erasures},
    {"holds", &SmallFiles::holds},
    {"orders", &SmallFiles::orders},
    {"outbox", &SmallFiles::outbox},
};

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.front() != '.' &&
         std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || c == '\0'; });
}

base::Result<SmallFiles::Folder> read_folder(const fs::path& folder, std::string_view suffix) {
  SmallFiles::Folder out;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const auto name = entry.path().filename().string();
    if (!is_name(name) || !name.ends_with(suffix)) continue;
    auto content = base::read_file(entry.path(), kFileBytesMax);
    // The daemon takes orders and events away when it has carried them out.
    if (!content && content.error().code == Code::not_found) continue;
    if (!content) return fail(content.error());
    out.emplace(name, std::move(*content));
  }
  return out;
}

}  // namespace

base::Result<SmallFiles> read_small_files(const SmallFilePlaces& places) {
  SmallFiles out;
  for (const auto& [file, text] :
       {std::pair(&places.registry, &out.registry), std::pair(&places.retention, &out.retention)}) {
    auto content = base::read_file(*file, kFileBytesMax);
    if (content) *text = std::move(*content);
    if (!content && content.error().code != Code::not_found) return fail(content.error());
  }
  TRY_ASSIGN(out.orders, read_folder(places.region.folder / "orders", ".erase"));
  TRY_ASSIGN(out.outbox, read_folder(places.region.folder / "outbox", ".json"));
  // After the orders: one that is carried out meanwhile is in one of the two.
  TRY_ASSIGN(out.erasures, read_folder(places.erasures, ".json"));
  TRY_ASSIGN(out.holds, read_folder(places.holds, ".json"));
  return out;
}

std::string format_small_files(const SmallFiles& files) {
  json::object out{{"registry", files.registry},
                   {"retention", files.retention},
                   {"key_encryption_keys",
                    json::array(files.key_encryption_keys.begin(), files.key_encryption_keys.end())}};
  for (const auto& [name, folder] : kFolders) {
    json::object content;
    for (const auto& [file, text] : files.*folder) content[file] = text;
    out[name] = std::move(content);
  }
  return json::serialize(out);
}

base::Result<SmallFiles> parse_small_files(std::string_view text) {
  const auto wrong = [] { return fail(Code::data_loss, "the snapshot's small files cannot be read"); };
  const auto parsed = base::parse_json(text, {.depth_max = 3});
  if (!parsed || !parsed->value.is_object()) return wrong();
  const auto& from = parsed->value.get_object();
  SmallFiles out;
  for (const auto& [name, into] :
       {std::pair("registry", &out.registry), std::pair("retention", &out.retention)}) {
    const auto* content = from.if_contains(name);
    if (content == nullptr || !content->is_string()) return wrong();
    into->assign(content->get_string().data(), content->get_string().size());
  }
  for (const auto& [name, folder] : kFolders) {
    const auto* content = from.if_contains(name);
    if (content == nullptr || !content->is_object()) return wrong();
    for (const auto& [file, value] : content->get_object()) {
      if (!value.is_string() || !is_name({file.data(), file.size()})) return wrong();
      (out.*folder)[std::string(file.data(), file.size())] =
          std::string(value.get_string().data(), value.get_string().size());
    }
  }
  if (const auto* keys = from.if_contains("key_encryption_keys")) {
    if (!keys->is_array()) return wrong();
    for (const auto& key : keys->get_array()) {
      if (!key.is_string()) return wrong();
      out.key_encryption_keys.emplace_back(key.get_string().data(), key.get_string().size());
    }
  }
  return out;
}

base::Result<std::vector<crypto::Secret>> key_encryption_keys(const SmallFiles& files) {
  std::vector<crypto::Secret> out;
  for (const auto& text : files.key_encryption_keys) {
    auto bytes = base::from_hex(text);
    if (!bytes || bytes->size() != crypto::Aead::kKeySize)
      return fail(Code::data_loss, "the snapshot's small files hold a key that is none");
    out.emplace_back(std::move(*bytes));
  }
  return out;
}

base::Result<void> add_files(const SmallFiles::Folder& files, const fs::path& folder) {
  if (files.empty()) return {};
  TRY(base::make_folders_durably(folder));
  for (const auto& [name, content] : files) {
    std::error_code ignored;
    if (fs::exists(folder / name, ignored)) continue;
    auto made = base::create_file_durably(folder / name, content, base::FileMode::secret);
    if (!made && made.error().code != Code::already_exists) return made;
  }
  return {};
}

}  // namespace countersign::backup
