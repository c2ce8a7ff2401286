#include "reports/answers/built_in.h"

namespace countersign::answers {

#include "reports/answers/embedded.inc"

}  // namespace countersign::answers
