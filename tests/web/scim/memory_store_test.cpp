#include "tests/web/scim/memory_store.h"

#include "tests/web/scim/store_contract.h"

#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

TEST(MemoryStore, KeepsTheContract) {
  MemoryStore store;
  expect_store_contract(store);
}

}  // namespace
}  // namespace countersign::scim
