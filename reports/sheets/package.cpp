#include "reports/sheets/package.h"

#include "reports/sheets/kind_of_file.h"
#include "reports/sheets/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kNamesMax = 10'000;
constexpr std::size_t kRelationsMax = 10'000;
// Of what describes the workbook. Its cells have limits of their own.
constexpr std::uint64_t kPartBytesMax = 16 << 20;

/// The content types that the archive names, to tell what it is.
class ContentTypes : public XmlHandler {
 public:
  base::Result<void> start(const Tag& tag) override {
    if (const auto type = tag.attribute("ContentType")) types.emplace_back(*type);
    return {};
  }
  base::Result<void> end(const Tag&) override { return {}; }

  std::vector<std::string> types;
};

class Relations : public XmlHandler {
 public:
  base::Result<void> start(const Tag& tag) override {
    if (tag.space != Space::relations || tag.name != "Relationship") return {};
    if (found.size() >= kRelationsMax)
      return fail(Code::resource_exhausted, "the file has too many relationships");
    Relation relation;
    relation.id = tag.attribute("Id").value_or("");
    const auto type = tag.attribute("Type").value_or("");
    relation.type = type.substr(type.rfind('/') + 1);
    relation.target = tag.attribute("Target").value_or("");
    relation.external = tag.attribute("TargetMode").value_or("") == "External";
    found.push_back(std::move(relation));
    return {};
  }
  base::Result<void> end(const Tag&) override { return {}; }

  std::vector<Relation> found;
};

/// What xl/workbook.xml says.
class Workbook : public XmlHandler {
 public:
  struct Listed {
    std::string name, relation;
    Visibility visibility = Visibility::visible;
  };

  explicit Workbook(std::size_t sheets_max) : sheets_max_(sheets_max) {}

  base::Result<void> start(const Tag& tag) override {
    if (++depth_ == 2) inside_ = tag.space == Space::main ? std::string(tag.name) : "";
    if (depth_ == 2 && tag.is("workbookPr")) from_1904 = tag.flag("date1904");
    if (depth_ == 3 && inside_ == "sheets" && tag.is("sheet")) return take_sheet(tag);
    if (depth_ == 3 && inside_ == "definedNames" && tag.is("definedName")) return take_name(tag);
    return {};
  }
  base::Result<void> end(const Tag&) override {
    --depth_;
    in_name_ = false;
    return {};
  }
  base::Result<void> text(std::string_view piece) override {
    // A reference to cells is short; what is longer names none that is looked for.
    if (in_name_ && names.back().target.size() + piece.size() <= 1'000) names.back().target.append(piece);
    return {};
  }

  std::vector<Listed> sheets;
  std::vector<DefinedName> names;
  bool from_1904 = false;

 private:
  base::Result<void> take_sheet(const Tag& tag) {
    if (sheets.size() >= sheets_max_)
      return fail(Code::resource_exhausted, fmt::format("the workbook has more than {} sheets", sheets_max_));
    const auto name = tag.attribute("name"), relation = tag.relation();
    if (!name || name->empty() || !relation)
      return fail(Code::invalid_argument,
                  "a sheet of the workbook has no name or no part; save the file anew");
    const auto state = tag.attribute("state").value_or("");
    sheets.push_back({without_escapes(*name), std::string(*relation),
                      state == "veryHidden" ? Visibility::very_hidden
                      : state == "hidden"   ? Visibility::hidden
                                            : Visibility::visible});
    return {};
  }

  base::Result<void> take_name(const Tag& tag) {
    if (names.size() >= kNamesMax)
      return fail(Code::resource_exhausted, "the workbook defines too many names");
    DefinedName name;
    name.name = tag.attribute("name").value_or("");
    if (const auto place = tag.attribute("localSheetId")) {
      std::size_t value = 0;
      std::from_chars(place->data(), place->data() + place->size(), value);
      name.sheet = value;
    }
    names.push_back(std::move(name));
    in_name_ = true;
    return {};
  }

  const std::size_t sheets_max_;
  std::size_t depth_ = 0;
  std::string inside_;
  bool in_name_ = false;
};

/// Where a relationship leads, from the folder of the part that has it. Empty where it leads out of the file.
std::string resolve(std::string_view folder, std::string_view target) {
  std::string path(target.starts_with('/') ? target.substr(1) : std::string(folder) + std::string(target));
  std::vector<std::string_view> parts;
  for (std::string_view rest = path;;) {
    const auto slash = rest.find('/');
    const auto part = rest.substr(0, slash);
    if (part == "..") {
      if (parts.empty()) return {};
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

}  // namespace

base::Result<void> parse_part(const Zip& zip, const ZipEntry& entry, XmlHandler& handler) {
  if (entry.inflated > kPartBytesMax)
    return fail(Code::resource_exhausted,
                fmt::format("{} has more than {} bytes", shown(entry.name), kPartBytesMax));
  return parse_large_part(zip, entry, handler);
}

base::Result<void> parse_large_part(const Zip& zip, const ZipEntry& entry, XmlHandler& handler) {
  XmlReader reader(entry.name, handler);
  TRY(zip.inflate(entry, [&](std::string_view piece) { return reader.feed(piece); }));
  return reader.finish();
}

base::Result<Package> Package::open(std::string_view bytes, const Limits& limits) {
  TRY(check_bytes(bytes));
  TRY_ASSIGN(auto zip, Zip::open(bytes, limits));
  Package package(std::move(zip));
  TRY(package.check_kind());
  TRY(package.read_workbook(limits));
  return package;
}

base::Result<void> Package::check_kind() const {
  std::vector<std::string> names;
  for (const auto& entry : zip_.entries()) names.push_back(entry.name);
  ContentTypes types;
  const auto* list = zip_.find("[Content_Types].xml");
  if (list != nullptr) TRY(parse_part(zip_, *list, types));
  return check_parts(names, types.types);
}

base::Result<std::vector<Relation>> Package::relations_of(std::string_view part) const {
  const auto slash = part.rfind('/');
  const std::string folder(part.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  const auto* entry = zip_.find(fmt::format("{}_rels/{}.rels", folder, part.substr(folder.size())));
  Relations relations;
  if (entry != nullptr) TRY(parse_part(zip_, *entry, relations));
  for (auto& relation : relations.found) {
    if (!relation.external) relation.target = resolve(folder, relation.target);
  }
  return std::move(relations.found);
}

base::Result<void> Package::read_workbook(const Limits& limits) {
  TRY_ASSIGN(const auto roots, relations_of(""));
  const auto root = std::find_if(roots.begin(), roots.end(),
                                 [](const Relation& each) { return each.type == "officeDocument"; });
  const auto* main = root == roots.end() || root->external ? nullptr : zip_.find(root->target);
  if (main == nullptr)
    return fail(Code::invalid_argument,
                "the file names no workbook; open it in a spreadsheet and save it anew");
  Workbook workbook(limits.sheets);
  TRY(parse_part(zip_, *main, workbook));
  TRY_ASSIGN(const auto relations, relations_of(main->name));
  for (const auto& relation : relations) {
    if (relation.external) continue;
    if (relation.type == "sharedStrings") shared_strings_ = zip_.find(relation.target);
    if (relation.type == "styles") styles_ = zip_.find(relation.target);
  }
  for (std::size_t i = 0; i < workbook.sheets.size(); ++i) {
    auto& listed = workbook.sheets[i];
    const auto relation = std::find_if(relations.begin(), relations.end(),
                                       [&](const Relation& each) { return each.id == listed.relation; });
    if (relation != relations.end() && relation->type.find("acrosheet") != std::string::npos)
      return refuse_macros();
    if (relation != relations.end() && relation->type != "worksheet") {
      ++other_sheets_;
      continue;
    }
    const auto* entry =
        relation == relations.end() || relation->external ? nullptr : zip_.find(relation->target);
    const auto is_same = [&](const SheetPart& each) {
      return each.entry == entry || same_sheet(each.name, listed.name);
    };
    if (entry == nullptr || std::any_of(sheets_.begin(), sheets_.end(), is_same))
      return fail(Code::invalid_argument,
                  fmt::format("sheet {} of the workbook has no part or no name of its own; open the file in "
                              "a spreadsheet and save it anew",
                              i + 1));
    sheets_.push_back({std::move(listed.name), listed.visibility, entry});
    places_.push_back(i);
  }
  if (sheets_.empty()) return fail(Code::invalid_argument, "the workbook has no sheet with cells");
  names_ = std::move(workbook.names);
  from_1904_ = workbook.from_1904;
  return {};
}

bool Package::has_signature() const { return count_below("_xmlsignatures/") > 0; }

std::uint64_t Package::count_below(std::string_view folder) const {
  return static_cast<std::uint64_t>(
      std::count_if(zip_.entries().begin(), zip_.entries().end(), [&](const ZipEntry& entry) {
        return !entry.is_folder() && entry.name.find("_rels/") == std::string::npos &&
               entry.name.starts_with(folder);
      }));
}

std::vector<Note> Package::notes() const {
  std::vector<Note> notes;
  const auto add = [&](About about, std::uint64_t count, std::string_view text) {
    if (count > 0) notes.push_back({about, count, fmt::format(fmt::runtime(text), count)});
  };
  const auto hidden =
      static_cast<std::uint64_t>(std::count_if(sheets_.begin(), sheets_.end(), [](const SheetPart& each) {
        return each.visibility != Visibility::visible;
      }));
  add(About::hidden_sheets, hidden, "Hidden sheets were read like the others: {}.");
  add(About::other_sheets, other_sheets_, "Sheets without cells, such as charts, were left out: {}.");
  add(About::external_links, count_below("xl/externalLinks/"), "Links to other files were not followed: {}.");
  add(About::connections, count_below("xl/connections") + count_below("xl/queryTables/"),
      "Connections to data elsewhere were not followed: {}.");
  add(About::embedded, count_below("xl/embeddings/") + count_below("xl/activeX/"),
      "Embedded files and controls were not opened: {}.");
  add(About::comments, count_below("xl/comments") + count_below("xl/threadedComments/"),
      "Comments of cells were not read; parts that hold some: {}.");
  if (has_signature())
    notes.push_back({About::signature, 0,
                     "The file has a digital signature, which no change would leave valid: nothing can be "
                     "written into it."});
  return notes;
}

}  // namespace countersign::sheets
