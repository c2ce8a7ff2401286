#include "collector/pull/puller.h"

namespace countersign::pull {

const Puller* find_puller(std::string_view adapter) {
  for (const auto* puller : {&kOktaPuller}) {
    if (puller->adapter == adapter) return puller;
  }
  return nullptr;
}

}  // namespace countersign::pull
