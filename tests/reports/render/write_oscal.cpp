#include "reports/render/oscal.h"
#include "tests/reports/render/hostile_report.h"
#include "tests/reports/render/sample_report.h"

#include <cstdio>
#include <iostream>
#include <string>

// Writes a report as OSCAL to standard output, for validators.
//
//   write_oscal sample|hostile|bare VERSION
int main(int argc, char** argv) {
  using namespace countersign;
  const std::string kind = argc == 3 ? argv[1] : "";
  if (kind != "sample" && kind != "hostile" && kind != "bare") {
    std::cerr << "usage: write_oscal sample|hostile|bare VERSION\n";
    return 2;
  }
  const auto report = kind == "sample"    ? testing::sample_report()
                      : kind == "hostile" ? testing::hostile_report()
                                          : testing::bare_report();
  render::OscalOptions options;
  options.oscal_version = argv[2];
  if (kind != "bare") {
    options.software = testing::sample_run().software;
    options.report = {"report.json", "application/json", report.as_of.root};
    for (const auto& result : report.controls) {
      options.query_files[result.control.population.file] = {
          "../controls/" + std::to_string(options.query_files.size()) + ".sql", "application/sql",
          result.control.population.sha256};
    }
  }
  const auto text = render::to_oscal(report, options);
  if (!text) {
    std::cerr << text.error().message << "\n";
    return 1;
  }
  std::cout << *text;
  return 0;
}
