#include "apps/vendor_stores.h"

#include "apps/system_events.h"
#include "reports/documents/facts.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

namespace countersign::apps {
namespace {

std::filesystem::path home_folder(const Config& config) {
  return config.region_files(home_region(config)).folder;
}

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

/// Options of a store with the folder and the system log that it has.
template <class Store>
base::Result<typename Store::Options> at_home(const Config& config, std::filesystem::path folder) {
  const auto& region = home_region(config);
  const auto files = config.region_files(region);
  if (!is_there(files.ledger()))
    return base::fail(base::Code::not_found,
                      fmt::format("the region {} has no files in {}", region.value(), files.folder.string()));
  typename Store::Options out;
  out.folder = std::move(folder);
  out.record = [files](const boost::json::object& event) { return leave_in_outbox(files, event); };
  return out;
}

}  // namespace

const base::RegionId& home_region(const Config& config) { return config.regions.front(); }

base::Result<documents::Store> open_documents(const Config& config) {
  TRY_ASSIGN(auto options, at_home<documents::Store>(config, documents::folder_in(home_folder(config))));
  options.limits.file_bytes = config.documents.file_bytes_max;
  options.limits.all_bytes = config.documents.bytes_max;
  options.limits.disk_reserve_bytes = config.limits.disk_reserve_bytes;
  return documents::Store::open(std::move(options));
}

base::Result<questionnaires::Store> open_questionnaires(const Config& config) {
  TRY_ASSIGN(auto options,
             at_home<questionnaires::Store>(config, questionnaires::folder_in(home_folder(config))));
  options.disk_reserve_bytes = config.limits.disk_reserve_bytes;
  return questionnaires::Store::open(std::move(options));
}

base::Result<trust::Requests> open_requests(const Config& config) {
  TRY_ASSIGN(auto options, at_home<trust::Requests>(config, trust::folder_in(home_folder(config))));
  options.keep_days = config.trust.keep_days;
  return trust::Requests::open(std::move(options));
}

bool has_documents(const Config& config) {
  return is_there(documents::folder_in(home_folder(config)) / "documents.sqlite");
}

bool has_questionnaires(const Config& config) {
  return is_there(questionnaires::folder_in(home_folder(config)) / "questionnaires.sqlite");
}

bool has_requests(const Config& config) {
  return is_there(trust::folder_in(home_folder(config)) / "requests.sqlite");
}

base::Result<std::map<std::string, std::string>> facts_of_documents(const Config& config,
                                                                    base::Timestamp now) {
  std::vector<documents::Document> all;
  if (has_documents(config)) {
    TRY_ASSIGN(auto store, open_documents(config));
    TRY_ASSIGN(all, store.list());
  }
  return documents::document_facts(all, documents::day_of(now));
}

}  // namespace countersign::apps
