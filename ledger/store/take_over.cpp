#include "ledger/store/take_over.h"

#include "ledger/store/publisher.h"
#include "ledger/store/store.h"

namespace countersign::store {

base::Result<std::string> take_over(LedgerThread& here, const KeyTakeOver& what) {
  TRY(here.publisher.publish(here.book, here.store, Publisher::When::now));
  const tree::KeyRotation rotation{what.region, what.which, what.before, what.since.public_key(),
                                   here.publisher.time()};
  auto note = tree::sign_rotation(rotation, what.log_key,
                                  what.which == tree::CheckpointKey::log ? &what.since : nullptr);
  TRY(here.store.add_rotation(what.number, note));
  here.publisher.set_signer(what.sign, rotation.time);
  return note;
}

}  // namespace countersign::store
