#include "reports/render/pdf_content.h"

#include "reports/render/pdf_complete.h"

#include <gtest/gtest.h>

namespace countersign::render::pdf {
namespace {

TEST(PdfContent, MarksWhatStandsOutsideOfElements) {
  EXPECT_EQ(
      mark_artifacts("q\n0 0 1 1 re f\n/P << /MCID 0 >> BDC\n(a)Tj\nEMC\n\n/P << /MCID 1 >> BDC\nEMC\nQ"),
      "\n/Artifact BMC\nq\n0 0 1 1 re f\nEMC\n/P << /MCID 0 >> BDC\n(a)Tj\nEMC\n\n/P << /MCID 1 >> BDC\nEMC"
      "\n/Artifact BMC\n\nQ\nEMC\n");
}

TEST(PdfContent, LeavesElementsWithinElementsAlone) {
  const std::string content = "/P << /MCID 0 >> BDC\n/Span << /ActualText <feff0020> >> BDC\nEMC\n(b)Tj\nEMC";
  EXPECT_EQ(mark_artifacts(content), content + "\n");
}

TEST(PdfContent, TakesNoTextForAMark) {
  // Text that was chosen to look like marks, broken over lines and with brackets within it.
  const std::string element =
      "/P << /MCID 0 >> BDC\n(\nEMC\n\\)(nested\nEMC\n) \\\\)Tj <454d43> Tj [(EMC)-3(/P << >> BDC)]TJ\n% "
      "EMC\nEMC";
  EXPECT_EQ(mark_artifacts(element), element + "\n");
}

TEST(PdfContent, SaysWhenItDoesNotUnderstand) {
  EXPECT_EQ(mark_artifacts("BI /W 1 ID x EI"), std::nullopt);
  EXPECT_EQ(mark_artifacts("EMC"), std::nullopt);
  EXPECT_EQ(mark_artifacts("/P BMC (a)Tj"), std::nullopt);
}

TEST(PdfComplete, LeavesAFileOfAnotherShapeAsItIs) {
  for (const std::string file :
       {"", "%PDF-1.7\n", "startxref\n", "%PDF-1.5\nstartxref\n999\n%%EOF\n",
        "xref\n0 2\nstartxref\n0\n%%EOF\n",
        "xref\n0 2\n0000000000 65535 f \n0000000099 00000 n \ntrailer\n<< >>\nstartxref\n0\n%%EOF\n"}) {
    EXPECT_EQ(complete(file), file);
  }
}

}  // namespace
}  // namespace countersign::render::pdf
