#pragma once

#include "apps/countersign/new_appliance.h"
#include "ledger/base/open_file.h"
#include "ledger/base/result.h"

#include <filesystem>
#include <string>

namespace countersign::apps {

/// A file beside the configuration to be, that says that an appliance is being made and of which region: what
/// lies in the layout's folders then is of that run and of no use to anybody. It is written before the first
/// of them and removed after the configuration, and is locked as long as the run is at work.
class Unfinished {
 public:
  /// Whether a marker is there.
  static bool is_marked(const ApplianceLayout& layout);
  /// unavailable where another run is at work.
  static base::Result<Unfinished> begin(const ApplianceLayout& layout);

  /// Of the run that was cut short; empty where none was.
  const std::string& region() const { return region_; }
  /// Durable when it returns.
  base::Result<void> note(const std::string& region);
  /// Whether more lies there than the run of that region can have made: then that run came to its end, the
  /// appliance has been used, and the marker merely outlived it.
  static bool is_in_use(const ApplianceLayout& layout, const std::string& region);
  /// Removes what the run of that region has made in the folders of keys and data, and nothing that it would
  /// not have made. Never where is_in_use().
  static void take_away(const ApplianceLayout& layout, const std::string& region);
  /// The same beside the configuration, where it may be another account's.
  static void take_away_drafts(const ApplianceLayout& layout);
  /// There is nothing to take away. Durable when it returns.
  void end();

 private:
  Unfinished(base::OpenFile file, std::string region) : file_(std::move(file)), region_(std::move(region)) {}
  base::OpenFile file_;
  std::string region_;
};

}  // namespace countersign::apps
