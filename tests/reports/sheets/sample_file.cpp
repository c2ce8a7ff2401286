#include "tests/reports/sheets/sample_file.h"

#include <fstream>
#include <iterator>

namespace countersign::sheets {

std::string sample(std::string_view name) {
  std::ifstream file(std::string(COUNTERSIGN_TEST_DATA "/sheets/") + std::string(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace countersign::sheets
