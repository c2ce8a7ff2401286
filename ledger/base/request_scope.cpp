#include "ledger/base/request_scope.h"

#include <utility>

namespace countersign::base {
namespace {

thread_local std::string_view current;

}  // namespace

RequestScope::RequestScope(std::string id) : id_(std::move(id)), before_(std::exchange(current, id_)) {}

RequestScope::~RequestScope() { current = before_; }

std::string_view current_request() { return current; }

}  // namespace countersign::base
