#include "reports/questionnaires/questionnaire.h"
#include "reports/sheets/table.h"
#include "tests/reports/sheets/made_workbook.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

/// Workbooks of the kinds that customers send, with their headings and numbers, and questions of ours.
namespace countersign::questionnaires {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string cells_of(const Rows& rows) {
  std::string out = "<sheetData>";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += fmt::format("<row r=\"{}\">", i + 1);
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      if (rows[i][j].empty()) continue;
      out += fmt::format("<c r=\"{}{}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                         sheets::column_letters(static_cast<std::uint32_t>(j + 1)), i + 1, rows[i][j]);
    }
    out += "</row>";
  }
  return out + "</sheetData>";
}

sheets::MadeSheet sheet(std::string name, const Rows& rows, const std::string& behind = "") {
  sheets::MadeSheet out;
  out.name = std::move(name);
  out.inside = cells_of(rows) + behind;
  return out;
}

Questionnaire read(std::vector<sheets::MadeSheet> made, std::string_view name = "questions.xlsx") {
  sheets::MadeWorkbook book;
  book.sheets = std::move(made);
  auto out = read_questionnaire(sheets::workbook_of(book), name, {}, {});
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out ? std::move(*out) : Questionnaire{};
}

/// Columns in the order question, id, section, title, answer, comment, behind the row of the headings.
std::vector<std::uint32_t> columns(const SheetFound& found) {
  if (!found.layout) return {};
  const auto& one = *found.layout;
  return {one.header_row, one.question, one.id, one.section, one.title, one.answer, one.comment};
}

const std::vector<std::string> kCaiqHeadings{"Question ID",
                                             "Question",
                                             "CSP CAIQ Answer",
                                             "SSRM Control Ownership",
                                             "CSP Implementation Description (Optional/Recommended)",
                                             "CSC Responsibilities (Optional/Recommended)",
                                             "CCM Control ID",
                                             "CCM Control Specification",
                                             "CCM Control Title",
                                             "CCM Domain Title"};

Rows caiq_rows(const std::string& title, const std::vector<std::string>& ids) {
  Rows out{{title}, {}, kCaiqHeadings};
  for (const auto& id : ids)
    out.push_back({id, "Is it made sure that " + id + " is kept to?", "", "", "", "",
                   id.substr(0, id.find('.')), "It must be kept to.", "Something", "Logging and Monitoring"});
  return out;
}

const Rows kIntroduction{
    {"Introduction"},
    {"Question ID", "The number of each question, as it is used by the register."},
    {"Question", "The text of each question, which is to be answered for each of the controls in question."},
    {"CSP CAIQ Answer",
     "Yes, No or NA; a cell that is left empty counts as a question that was not answered."},
    {"SSRM Control Ownership", "Who of both parties is responsible for the control."},
    {"CSP Implementation Description", "How the provider keeps to it, and by which means."}};

const std::vector<std::string> kOldIds{"A&amp;A-01.1", "IAM-12.1", "IAM-16.1",
                                       "IVS-03.1",     "LOG-13.1", "LOG-13.2"};

TEST(PublicLayouts, CaiqHasAnIntroductionAndATitleOverItsColumns) {
  const std::string behind =
      "<mergeCells count=\"1\"><mergeCell ref=\"A1:J1\"/></mergeCells><dataValidations count=\"1\">"
      "<dataValidation type=\"list\" sqref=\"C4:C300\"><formula1>\"Yes,No,NA\"</formula1></dataValidation>"
      "</dataValidations>";
  const auto found = read(
      {sheet("Introduction", kIntroduction),
       sheet("CAIQv4.0.3", caiq_rows("CONSENSUS ASSESSMENT INITIATIVE QUESTIONNAIRE VERSION 4.0.3", kOldIds),
             behind)});
  EXPECT_FALSE(found.sheets.at(0).layout) << "it explains the columns";
  EXPECT_EQ(columns(found.sheets.at(1)), (std::vector<std::uint32_t>{3, 2, 1, 10, 9, 3, 5}));
  ASSERT_EQ(found.questions.size(), kOldIds.size());
  EXPECT_EQ(found.questions[0].id, "A&A-01.1");
  EXPECT_EQ(found.questions[0].choices, (std::vector<std::string>{"Yes", "No", "NA"}));
  EXPECT_EQ(found.questions[0].section, "Logging and Monitoring / Something");
  EXPECT_EQ(found.set, (Set{"caiq", "4.0"}));
}

TEST(PublicLayouts, CaiqWithoutAVersionIsToldByItsNumbers) {
  const auto set = [](const std::vector<std::string>& ids) {
    return read({sheet("Answers", caiq_rows("Questions", ids))}).set;
  };
  EXPECT_EQ(set(kOldIds), (Set{"caiq", "4.0"})) << "IVS was renamed, and IAM had 16";
  EXPECT_EQ(set({"IAM-01.1", "IAM-12.1", "IAM-13.1", "LOG-01.1", "LOG-02.1"}), (Set{"caiq", ""}))
      << "in both there are such numbers";
  EXPECT_EQ(set({"AAC-01.1", "IVS-01.1", "IAM-12.1", "EKM-01.1", "GRM-01.1"}), (Set{"caiq", ""}))
      << "version 3 has IVS, too";
  EXPECT_EQ(set({"A&amp;A-01.1", "IVS-03.1", "I&amp;S-01.1", "MDS-01.1", "LOG-15.1"}), (Set{"caiq", ""}));
}

TEST(PublicLayouts, HecvatHasASheetForTheAnalyst) {
  const Rows rows{{"Solution Provider Name", "Example Ltd"},
                  {},
                  {"ID", "Question", "Vendor Answer", "Additional Information", "Guidance", "Analyst Notes",
                   "Compliant Response", "Importance"},
                  {"AAAI-09", "Are sign-ins recorded?", "", "", "Name the fields.", "", "Yes", "High"},
                  {"AAAI-10", "Describe what is recorded.", "", "", "", "", "Yes", "High"},
                  {"AAAI-17", "Is there a second factor?", "", "", "", "", "Yes", "High"},
                  {"DCTR-14", "Do administrators show one?", "", "", "", "", "Yes", "High"},
                  {"HIPA-12", "Are accounts locked?", "", "", "", "", "Yes", "High"}};
  const auto found = read({sheet("Product", rows)});
  EXPECT_EQ(columns(found.sheets.at(0)), (std::vector<std::uint32_t>{3, 2, 1, 0, 0, 3, 4}));
  EXPECT_EQ(found.set, (Set{"hecvat", "4.1.4"}));
  const Rows other{{"HLAA-01", "Are sign-ins recorded?"}, {"HLAA-02", "Is there a second factor?"}};
  Rows lite{{"HECVAT - Lite"},
            {"Question ID", "Question", "Vendor Answers", "Additional Information", "Guidance"}};
  lite.insert(lite.end(), other.begin(), other.end());
  const auto third = read({sheet("HECVAT - Lite", lite)});
  EXPECT_EQ(columns(third.sheets.at(0)), (std::vector<std::uint32_t>{2, 2, 1, 0, 0, 3, 4}));
  EXPECT_EQ(third.set, Set{}) << "of version 3 nothing goes by its numbers";
}

TEST(PublicLayouts, SigHasMoreNumbersThanOne) {
  const auto found = read({sheet(
      "Lite", {{"SIG Lite"},
               {"Serial No.", "Ques Num", "Question/Request", "Response", "Additional Information",
                "Category", "Scoring", "ISO 27002:2022"},
               {"1", "H.1", "Is there an access control policy?", "", "", "H. Access Control", "", "5.15"},
               {"2", "H.1.1", "Is a second factor asked of administrators?", "", "", "H. Access Control", "",
                "8.5"}})});
  EXPECT_EQ(columns(found.sheets.at(0)), (std::vector<std::uint32_t>{2, 3, 2, 6, 0, 4, 5}));
  ASSERT_EQ(found.questions.size(), 2U);
  EXPECT_EQ(found.questions[1].id, "H.1.1");
}

TEST(PublicLayouts, VsaHasAnswersAndWhatElseThereIsToSay) {
  const auto found =
      read({sheet("VSA Core", {{"VSA Core 2022"},
                               {"Please answer all questions, and give details where the answer is no."},
                               {"#", "Topic", "Question", "Answer", "Please explain"},
                               {"1.1", "Access", "Do you ask administrators for a second factor?", "", ""},
                               {"1.2", "Logging", "Do you keep an audit log?", "", ""}})});
  EXPECT_EQ(columns(found.sheets.at(0)), (std::vector<std::uint32_t>{3, 3, 1, 2, 0, 4, 5}));
}

TEST(PublicLayouts, OfBuyersOwnSheetsAreDemandsToo) {
  const auto found =
      read({sheet("Requirements",
                  {{"Information security requirements for suppliers"},
                   {"Req. ID", "Security Domain", "Requirement", "Supplier Compliance (Yes/No/Partial)",
                    "Supplier Comments", "Buyer Assessment Notes"},
                   {"R1", "Access", "The supplier shall ask administrators for a second factor.", "", "", ""},
                   {"R2", "Logging", "The supplier shall keep audit logs for twelve months.", "", "", ""}})});
  EXPECT_EQ(columns(found.sheets.at(0)), (std::vector<std::uint32_t>{2, 3, 1, 2, 0, 4, 5}));
  EXPECT_EQ(found.questions.size(), 2U);
}

}  // namespace
}  // namespace countersign::questionnaires
