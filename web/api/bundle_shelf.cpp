#include "web/api/bundle_shelf.h"

#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/entropy.h"
#include "ledger/privacy/memory_folder.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace countersign::api {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;
using privacy::text_of;

constexpr std::array<std::string_view, 4> kStates{"waits", "making", "ready", "failed"};
constexpr std::uint64_t kFileBytesMax = 1u << 20;

std::string to_text(const ShelvedBundle& one) {
  return json::serialize(json::object{{"id", one.id},
                                      {"tenant", one.tenant},
                                      {"from", one.from},
                                      {"to", one.to},
                                      {"filter", json::array(one.filter.begin(), one.filter.end())},
                                      {"query", one.query},
                                      {"report", json::array(one.report.begin(), one.report.end())},
                                      {"framework", one.framework},
                                      {"documents", json::array(one.documents.begin(), one.documents.end())},
                                      {"questionnaire", one.questionnaire},
                                      {"profile", std::string(record::to_string(one.profile))},
                                      {"role", one.role},
                                      {"asked_by", one.asked_by},
                                      {"recipient", one.recipient},
                                      {"destination", one.destination},
                                      {"asked", base::format_rfc3339(one.asked)},
                                      {"state", std::string(to_string(one.state))},
                                      {"why", one.why},
                                      {"approved_by", one.approved_by},
                                      {"bytes", one.bytes},
                                      {"records", one.records},
                                      {"seal", one.seal}});
}

std::uint64_t number(const json::object& from, json::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_int64() && found->get_int64() >= 0
             ? static_cast<std::uint64_t>(found->get_int64())
             : 0;
}

/// False where it is no list of texts.
bool read_texts(const json::object& from, json::string_view name, std::vector<std::string>& out) {
  const auto* list = from.if_contains(name);
  if (list == nullptr) return true;
  if (!list->is_array()) return false;
  for (const auto& one : list->get_array()) {
    if (!one.is_string()) return false;
    out.emplace_back(one.get_string());
  }
  return true;
}

base::Result<ShelvedBundle> parse(std::string_view content) {
  const auto bad = [] { return fail(Code::data_loss, "what is known of a bundle cannot be read"); };
  TRY_ASSIGN(const auto parsed, base::parse_json(content, {.depth_max = 3}));
  const auto* from = parsed.value.if_object();
  if (from == nullptr) return bad();
  ShelvedBundle out;
  out.id = text_of(*from, "id");
  out.tenant = text_of(*from, "tenant");
  out.from = text_of(*from, "from");
  out.to = text_of(*from, "to");
  out.query = text_of(*from, "query");
  out.role = text_of(*from, "role");
  out.asked_by = text_of(*from, "asked_by");
  out.recipient = text_of(*from, "recipient");
  out.destination = text_of(*from, "destination");
  out.why = text_of(*from, "why");
  out.approved_by = text_of(*from, "approved_by");
  out.seal = text_of(*from, "seal");
  out.bytes = number(*from, "bytes");
  out.records = number(*from, "records");
  out.framework = text_of(*from, "framework");
  out.questionnaire = text_of(*from, "questionnaire");
  // Bundles of before have no word of a report, nor of documents.
  if (!from->contains("filter") || !read_texts(*from, "filter", out.filter) ||
      !read_texts(*from, "report", out.report) || !read_texts(*from, "documents", out.documents))
    return bad();
  const auto profile = record::parse_profile(text_of(*from, "profile"));
  const auto asked = base::parse_canonical_time(text_of(*from, "asked"));
  const auto* state = std::find(kStates.begin(), kStates.end(), text_of(*from, "state"));
  if (!profile || !asked || state == kStates.end() || !crypto::is_random_id(out.id)) return bad();
  out.profile = *profile;
  out.asked = *asked;
  out.state = static_cast<ShelvedBundle::State>(state - kStates.begin());
  return out;
}

}  // namespace

std::string_view to_string(ShelvedBundle::State state) { return kStates[static_cast<std::size_t>(state)]; }

base::Result<void> BundleShelf::put(const ShelvedBundle& bundle) const {
  TRY(base::make_folders_durably(folder_));
  return base::write_file_durably(folder_ / (bundle.id + ".json"), to_text(bundle), base::FileMode::secret);
}

base::Result<ShelvedBundle> BundleShelf::find(const std::string& tenant, const std::string& id) const {
  const auto none = [] { return fail(Code::not_found, "there is no such bundle, or it is no longer kept"); };
  if (!crypto::is_random_id(id)) return none();
  const auto content = base::read_file(folder_ / (id + ".json"), kFileBytesMax);
  if (!content && content.error().code == Code::not_found) return none();
  if (!content) return fail(content.error());
  TRY_ASSIGN(auto bundle, parse(*content));
  if (bundle.tenant != tenant || bundle.id != id) return none();
  return bundle;
}

std::vector<ShelvedBundle> BundleShelf::list(const std::string& tenant) const {
  auto out = all();
  std::erase_if(out, [&](const ShelvedBundle& one) { return one.tenant != tenant; });
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.asked > b.asked; });
  return out;
}

void BundleShelf::tidy(base::Timestamp now, bool just_started) const {
  for (auto& one : all()) {
    if (now.micros - one.asked.micros > kKeptS * 1'000'000) {
      remove(one.id);
    } else if (just_started && one.state == ShelvedBundle::State::making) {
      one.state = ShelvedBundle::State::failed;
      one.why = "the appliance stopped while it was being made; ask for it again";
      // It is not ready, whatever is written.
      static_cast<void>(put(one));
    }
  }
}

base::Result<void> BundleShelf::remove_disclosing(const store::RegionFiles& files,
                                                  const std::string& tenant) {
  const BundleShelf shelf(files);
  for (const auto& one : shelf.list(tenant)) {
    if (one.profile < record::Profile::masked) continue;
    if (one.state == ShelvedBundle::State::making)
      return fail(Code::unavailable,
                  "a bundle that shows personal values is being made; the erasure waits for it");
    shelf.remove(one.id);
    std::error_code error;
    if (std::filesystem::exists(shelf.file(one.id), error) || error)
      return fail(Code::unavailable, "a bundle that shows personal values could not be removed");
  }
  return {};
}

std::vector<ShelvedBundle> BundleShelf::all() const {
  std::vector<ShelvedBundle> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    if (entry.path().extension() != ".json" || !crypto::is_random_id(entry.path().stem().string())) continue;
    const auto content = base::read_file(entry.path(), kFileBytesMax);
    auto bundle = content ? parse(*content) : base::Result<ShelvedBundle>(fail(content.error()));
    if (bundle && bundle->id == entry.path().stem()) out.push_back(std::move(*bundle));
  }
  return out;
}

void BundleShelf::remove(const std::string& id) const {
  std::error_code ignored;
  std::filesystem::remove(file(id), ignored);
  std::filesystem::remove(folder_ / (id + ".json"), ignored);
}

}  // namespace countersign::api
