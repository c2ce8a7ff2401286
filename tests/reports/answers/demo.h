#pragma once

#include "ledger/base/json.h"
#include "reports/answers/facts.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace countersign::answers {

/// What is known of the demo tenant: tests/data/questionnaires/facts.json.
inline Facts demo_facts() {
  std::ifstream in(COUNTERSIGN_TEST_DATA "/questionnaires/facts.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return Facts::from_json(base::parse_json(text, {}).value().value.as_object()).value();
}

/// The same with another value of one fact.
inline Facts demo_facts_with(const std::string& name, const std::string& value) {
  auto facts = demo_facts();
  auto fact = *facts.find(name);
  fact.value = value;
  EXPECT_TRUE(facts.set(name, std::move(fact)));
  return facts;
}

}  // namespace countersign::answers
