#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/privacy/person.h"
#include "ledger/store/writer.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

/// How a command has the daemon, which has the only writer, erase a person: it leaves an order in the
/// region's folder `orders`, and the daemon leaves what came of it beside it. Neither holds a personal value.
namespace countersign::apps {

/// What came of an order.
struct ErasureReport {
  std::uint64_t values = 0, kept = 0;
  std::string error;  ///< empty: it is done
};

/// Leaves the order, durably. `found` is what is to be erased, of which the shared values are left out.
base::Result<void> leave_erasure_order(const store::RegionFiles& files, const privacy::Erasure& erasure,
                                       const privacy::Person& found);

/// What came of an order, and forgets it; empty as long as it is not carried out.
base::Result<std::optional<ErasureReport>> take_erasure_report(const store::RegionFiles& files,
                                                               const std::string& id);

/// The erasure of an order that waits to be carried out; empty where none of that id does. data_loss where it
/// is none.
base::Result<std::optional<privacy::Erasure>> waiting_erasure(const store::RegionFiles& files,
                                                              const std::string& id);

/// Carries out the orders that wait: remembers each in `erasures` before anything is erased, erases, and
/// hands over the event for the system log. What a hold covers is refused. An order that cannot be carried
/// out yet waits on; one that is none is renamed to *.refused. Blocks on the ledger's thread.
base::Result<void> carry_out_erasures(const store::RegionFiles& files, store::Writer& writer,
                                      privacy::Erasures& erasures, const privacy::Holds& holds,
                                      const std::function<void(boost::json::object event)>& note);

/// Erases again what was ever erased: what a crash cut short, or an older copy of the vault brought back.
base::Result<void> repeat_erasures(store::Writer& writer, const privacy::Erasures& erasures,
                                   const std::function<void(boost::json::object event)>& note);

/// failed_precondition, naming the hold, where one covers something of the order.
base::Result<void> check_holds(const privacy::Holds& holds, const store::ErasureOrder& order);

}  // namespace countersign::apps
