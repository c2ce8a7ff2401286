#pragma once

#include "reports/engine/catalogue.h"

#include <string>

namespace countersign::testing {

/// A control that is right, of which tests spoil one thing or another.
struct ControlText {
  std::string toml =
      "kind = \"control\"\nid = \"MINE\"\ntitle = \"T\"\nobjective = \"O\"\nprocedure = \"P\"\n"
      "unit = \"events\"\nfrequency = \"each\"\nseverity = \"low\"\n\n[criteria]\nsoc2 = [\"CC6.1\"]\n\n"
      "[parameters.least]\ndefault = 3\nleast = 1\nmost = 9\nmeaning = \"m\"\norigin = \"o\"\n";
  std::string population = "SELECT seq AS item FROM evidence WHERE type = 'login.failed' AND in_period\n";
  std::string exceptions =
      "SELECT seq AS item, seq AS records, 'seen' AS observed FROM evidence\n"
      "WHERE type = 'login.failed' AND in_period AND seq >= :least\n";

  std::string sql() const { return "-- population\n" + population + "\n-- exceptions\n" + exceptions; }
  base::Result<reports::Catalogue> read() const {
    return reports::Catalogue::read({{"mine.toml", toml}, {"mine.sql", sql()}});
  }
  /// What is said of it; empty where it is taken.
  std::string fault() const {
    const auto catalogue = read();
    return catalogue ? std::string() : catalogue.error().message;
  }
};

}  // namespace countersign::testing
