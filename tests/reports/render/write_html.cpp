// Writes the page of the sample report to standard output, for tests that open it in a browser.
#include "reports/render/html.h"
#include "tests/reports/render/sample_report.h"

#include <iostream>

int main() {
  using namespace countersign;
  std::cout << render::to_html(testing::sample_report(), testing::sample_run()) << std::flush;
  return std::cout ? 0 : 1;
}
