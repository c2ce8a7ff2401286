#pragma once

#include "ledger/base/result.h"
#include "reports/archive/zip.h"
#include "reports/sheets/table.h"
#include "reports/sheets/xml.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

using archive::Zip;
using archive::ZipEntry;

/// A relationship of a part (ECMA-376 part 2, section 8.5).
struct Relation {
  std::string id;
  std::string type;    ///< the last part of its URI, for example `worksheet`
  std::string target;  ///< the name of the part; as it stands where it is external
  bool external = false;
};

struct SheetPart {
  std::string name;
  Visibility visibility = Visibility::visible;
  const ZipEntry* entry = nullptr;
};

struct DefinedName {
  std::string name;
  std::optional<std::size_t> sheet;  ///< where it holds for one alone: its place among all sheets of the file
  std::string target;
};

/// The parts of a workbook and how they hang together, without any cell. Holds a view of the bytes.
/// Thread-safe.
class Package {
 public:
  /// Refuses what is no workbook that can be read safely; see read_workbook.
  static base::Result<Package> open(std::string_view bytes, const Limits& limits);

  const Zip& zip() const { return zip_; }
  const std::vector<SheetPart>& sheets() const { return sheets_; }
  const std::vector<DefinedName>& names() const { return names_; }
  /// The places of `sheets` among all sheets of the file, charts included: what a name of one sheet refers
  /// to.
  const std::vector<std::size_t>& places() const { return places_; }
  bool from_1904() const { return from_1904_; }
  bool has_signature() const;
  const ZipEntry* shared_strings() const { return shared_strings_; }
  const ZipEntry* styles() const { return styles_; }
  /// Notes on what lies in the file beside cells.
  std::vector<Note> notes() const;

  base::Result<std::vector<Relation>> relations_of(std::string_view part) const;

 private:
  explicit Package(Zip zip) : zip_(std::move(zip)) {}
  base::Result<void> check_kind() const;
  base::Result<void> read_workbook(const Limits& limits);
  std::uint64_t count_below(std::string_view folder) const;

  Zip zip_;
  std::vector<SheetPart> sheets_;
  std::vector<DefinedName> names_;
  std::vector<std::size_t> places_;
  bool from_1904_ = false;
  const ZipEntry* shared_strings_ = nullptr;
  const ZipEntry* styles_ = nullptr;
  std::uint64_t other_sheets_ = 0;
};

/// Hands a part's XML to a handler; resource_exhausted where it has more than 16 MiB.
base::Result<void> parse_part(const Zip& zip, const ZipEntry& entry, XmlHandler& handler);

/// The same for parts that hold cells or their texts, whose handler counts what it keeps.
base::Result<void> parse_large_part(const Zip& zip, const ZipEntry& entry, XmlHandler& handler);

}  // namespace countersign::sheets
