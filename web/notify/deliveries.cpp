#include "web/notify/deliveries.h"

#include "ledger/base/file.h"
#include "web/notify/delivery_queue.h"

#include <algorithm>

namespace countersign::notify {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTestPrefix = "test-";

std::vector<std::string> folders_of(const fs::path& above) {
  std::vector<std::string> out;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(above, missing))
    if (entry.is_directory()) out.push_back(entry.path().filename().string());
  return out;
}

base::Result<void> delete_file(const fs::path& file) {
  std::error_code error;
  if (fs::remove(file, error)) return {};
  if (error)
    return base::fail(base::Code::internal, "cannot remove " + file.string() + ": " + error.message());
  return base::fail(base::Code::not_found, "the delivery is not there any more");
}

}  // namespace

std::vector<Listed> list_deliveries(const DeliveryFolder& folder) {
  auto names = folders_of(folder.folder / "waiting");
  for (auto& name : folders_of(folder.folder / "dead")) names.push_back(std::move(name));
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<Listed> out;
  for (const auto& destination : names) {
    for (const bool dead : {false, true}) {
      const auto place = dead ? folder.dead(destination) : folder.waiting(destination);
      for (const auto& name : delivery_names(place))
        if (auto delivery = read_delivery(place, name))
          out.push_back({destination, dead, std::move(*delivery)});
    }
  }
  return out;
}

base::Result<void> send_again(const DeliveryFolder& folder, const Listed& listed, base::Timestamp now) {
  const auto waiting = folder.waiting(listed.destination);
  const auto from = listed.dead ? folder.dead(listed.destination) : waiting;
  TRY(base::make_folders_durably(waiting));
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting));
  TRY_ASSIGN(auto delivery, read_delivery(from, listed.delivery.name));
  delivery.attempts = 0;
  delivery.round += 1;
  delivery.due = now;
  TRY(base::write_file_durably(waiting / delivery.name, to_text(delivery), base::FileMode::secret));
  return listed.dead ? delete_file(from / delivery.name) : base::Result<void>();
}

base::Result<void> drop(const DeliveryFolder& folder, const Listed& listed) {
  const auto waiting = folder.waiting(listed.destination);
  TRY(base::make_folders_durably(waiting));
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting));
  return delete_file((listed.dead ? folder.dead(listed.destination) : waiting) / listed.delivery.name);
}

base::Result<void> leave_test(const DeliveryFolder& folder, const std::string& destination,
                              const Delivery& delivery) {
  const auto waiting = folder.waiting(destination);
  TRY(base::make_folders_durably(waiting));
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting));
  return base::write_file_durably(waiting / delivery.name, to_text(delivery), base::FileMode::secret);
}

bool is_test(const Delivery& delivery) { return delivery.name.starts_with(kTestPrefix); }

std::string test_name(const std::string& random_id) { return std::string(kTestPrefix) + random_id + ".json"; }

}  // namespace countersign::notify
