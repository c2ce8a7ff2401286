#include "reports/questionnaires/stored_json.h"

#include "ledger/base/encoding.h"
#include "reports/questionnaires/members.h"

#include <boost/json/array.hpp>

#include <array>
#include <cstdint>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

tl::unexpected<base::Error> damaged() {
  return fail(Code::data_loss, "questionnaires.sqlite holds what cannot be read");
}

constexpr std::array kForms{FileForm::workbook, FileForm::delimited, FileForm::json};

constexpr std::array<std::pair<std::string_view, sheets::Visibility>, 3> kVisibilities{{
    {"visible", sheets::Visibility::visible},
    {"hidden", sheets::Visibility::hidden},
    {"very-hidden", sheets::Visibility::very_hidden},
}};

json::object sheet_json(const SheetFound& sheet) {
  json::object out{
      {"name", sheet.name},
      {"visibility", std::string(kVisibilities.at(static_cast<std::size_t>(sheet.visibility)).first)},
      {"rows", static_cast<std::int64_t>(sheet.rows)},
      {"columns", sheet.columns},
      {"why", sheet.why}};
  if (sheet.layout) out["layout"] = to_json(*sheet.layout);
  return out;
}

base::Result<SheetFound> sheet_from(const json::value& value) {
  if (!value.is_object()) return damaged();
  Members members(value.get_object());
  SheetFound out;
  out.name = members.text("name");
  const auto visibility = members.text("visibility");
  for (const auto& [name, one] : kVisibilities) {
    if (visibility == name) out.visibility = one;
  }
  out.rows = members.number("rows");
  out.columns = static_cast<std::uint32_t>(members.number("columns"));
  out.why = members.text("why");
  if (const auto* layout = value.get_object().if_contains("layout"); layout != nullptr) {
    TRY_ASSIGN(out.layout, layout_from(*layout));
  }
  if (!members.good()) return damaged();
  return out;
}

}  // namespace

json::object to_json(const Layout& layout) {
  json::object out{{"sheet", layout.sheet}, {"header_row", layout.header_row}};
  for (const auto& [name, column] : {std::pair("question", layout.question),
                                     {"id", layout.id},
                                     {"section", layout.section},
                                     {"title", layout.title},
                                     {"answer", layout.answer},
                                     {"comment", layout.comment}}) {
    if (column != 0) out[name] = sheets::column_letters(column);
  }
  return out;
}

namespace {

/// `C` or `AA`; 0 for anything else.
std::uint32_t column_of(std::string_view letters) {
  std::uint32_t out = 0;
  if (letters.empty() || letters.size() > 3) return 0;
  for (const char c : letters) {
    if (c < 'A' || c > 'Z') return 0;
    out = out * 26 + static_cast<std::uint32_t>(c - 'A') + 1;
  }
  return out <= sheets::kColumnsMax ? out : 0;
}

}  // namespace

base::Result<Layout> layout_from(const json::value& value) {
  const auto wrong = [](const std::string& what) { return fail(Code::invalid_argument, "a layout " + what); };
  if (!value.is_object()) return wrong("is an object with sheet, header_row and the letters of columns");
  Layout out;
  const std::map<std::string_view, std::uint32_t*> columns{
      {"question", &out.question}, {"id", &out.id},         {"section", &out.section},
      {"title", &out.title},       {"answer", &out.answer}, {"comment", &out.comment}};
  for (const auto& member : value.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto* text = member.value().if_string();
    if (name == "sheet" && text != nullptr) {
      out.sheet = *text;
    } else if (name == "header_row" && member.value().is_int64()) {
      const auto row = member.value().get_int64();
      if (row < 0 || row > sheets::kRowsMax)
        return wrong("has a header_row that no sheet has; 0 stands for none");
      out.header_row = static_cast<std::uint32_t>(row);
    } else if (const auto column = columns.find(name); column != columns.end()) {
      *column->second = text == nullptr ? 0 : column_of({text->data(), text->size()});
      if (*column->second == 0) return wrong("names columns by their letters: \"C\"");
    } else {
      return wrong(
          "has sheet, header_row, question, id, section, title, answer and comment, and nothing else");
    }
  }
  return out;
}

json::object to_json(const Entry& entry) {
  json::array sheets, chosen;
  for (const auto& sheet : entry.sheets) sheets.push_back(sheet_json(sheet));
  for (const auto& layout : entry.chosen) chosen.push_back(to_json(layout));
  return {{"id", entry.id},
          {"name", entry.name},
          {"file_name", entry.file_name},
          {"tenant", entry.tenant},
          {"sha256", base::to_hex(entry.sha256.view())},
          {"bytes", static_cast<std::int64_t>(entry.bytes)},
          {"added", base::format_rfc3339(entry.added)},
          {"added_by", entry.added_by},
          {"form", std::string(to_string(entry.form))},
          {"set", entry.set.name},
          {"set_version", entry.set.version},
          {"notes", texts_of(entry.notes)},
          {"sheets", std::move(sheets)},
          {"chosen", std::move(chosen)}};
}

base::Result<Entry> entry_from(const json::object& object) {
  Members members(object);
  Entry out;
  out.id = members.text("id");
  out.name = members.text("name");
  out.file_name = members.text("file_name");
  out.tenant = members.text("tenant");
  const auto digest = base::digest_from_hex(members.text("sha256"));
  out.bytes = members.number("bytes");
  out.added = members.time("added");
  out.added_by = members.text("added_by");
  const auto form = members.text("form");
  for (const auto one : kForms) {
    if (form == to_string(one)) out.form = one;
  }
  out.set = {members.text("set"), members.text("set_version")};
  out.notes = members.texts("notes");
  for (const auto& one : members.array("sheets")) {
    TRY_ASSIGN(auto sheet, sheet_from(one));
    out.sheets.push_back(std::move(sheet));
  }
  for (const auto& one : members.array("chosen")) {
    TRY_ASSIGN(auto layout, layout_from(one));
    out.chosen.push_back(std::move(layout));
  }
  if (!members.good() || !digest) return damaged();
  out.sha256 = *digest;
  return out;
}

json::object to_json(const Question& question) {
  return {{"id", question.id},         {"section", question.section},
          {"text", question.text},     {"choices", texts_of(question.choices)},
          {"answer", question.answer}, {"comment", question.comment},
          {"hidden", question.hidden}, {"sheet", question.sheet},
          {"place", question.place}};
}

base::Result<Question> question_from(const json::object& object) {
  Members members(object);
  Question out;
  out.id = members.text("id");
  out.section = members.text("section");
  out.text = members.text("text");
  out.choices = members.texts("choices");
  out.answer = members.text("answer");
  out.comment = members.text("comment");
  out.hidden = members.flag("hidden");
  out.sheet = members.text("sheet");
  out.place = static_cast<std::uint32_t>(members.number("place"));
  if (!members.good()) return damaged();
  return out;
}

json::object to_json(const Standing& standing) {
  json::object out{{"approval", to_json(standing.approval)},
                   {"stale", texts_of(standing.stale)},
                   {"since", base::format_rfc3339(standing.since)}};
  if (standing.place) out["place"] = to_json(*standing.place);
  return out;
}

base::Result<Standing> standing_from(const json::object& object) {
  Members members(object);
  Standing out;
  TRY_ASSIGN(out.approval, approval_from(members.object("approval")));
  out.stale = members.texts("stale");
  out.since = members.time("since");
  if (object.contains("place")) {
    TRY_ASSIGN(out.place, place_from(members.object("place")));
  }
  if (!members.good()) return damaged();
  return out;
}

json::object to_json(const Adopted& adopted) {
  json::object out{{"owner", adopted.owner}, {"standing", to_json(adopted.standing)}};
  if (adopted.review_by) out["review_by"] = *adopted.review_by;
  return out;
}

base::Result<Adopted> adopted_from(const json::object& object) {
  Members members(object);
  Adopted out;
  out.owner = members.text("owner");
  TRY_ASSIGN(out.standing, standing_from(members.object("standing")));
  if (object.contains("review_by")) out.review_by = members.text("review_by");
  if (!members.good()) return damaged();
  return out;
}

}  // namespace countersign::questionnaires
