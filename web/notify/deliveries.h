#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "web/notify/delivery.h"

#include <string>
#include <vector>

/// What commands do with a region's deliveries, beside the daemon.
namespace countersign::notify {

struct Listed {
  std::string destination;
  bool dead = false;
  Delivery delivery;
};

/// All deliveries of a region: by destination, those that wait before those that were given up, in their
/// order. Files that cannot be read are passed over.
std::vector<Listed> list_deliveries(const DeliveryFolder& folder);

/// Has a delivery sent again at once, with all its attempts; one that was given up waits again.
base::Result<void> send_again(const DeliveryFolder& folder, const Listed& listed, base::Timestamp now);

/// Deletes a delivery. What it told of stays in the system log.
base::Result<void> drop(const DeliveryFolder& folder, const Listed& listed);

/// Leaves a delivery that tries a destination out: it is sent once, and stays with its error where that
/// fails.
base::Result<void> leave_test(const DeliveryFolder& folder, const std::string& destination,
                              const Delivery& delivery);

/// Whether a file's name is that of a test.
bool is_test(const Delivery& delivery);
/// The name of a test's file.
std::string test_name(const std::string& random_id);

}  // namespace countersign::notify
