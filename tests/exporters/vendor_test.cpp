#include "exporters/verify/vendor.h"

#include "exporters/bundle/vendor_records.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/residency.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/tree/merkle.h"
#include "tests/exporters/bundle_fixture.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::BundleFixture;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_whole;
using testing::reseal;
using testing::write_whole;

constexpr std::string_view kReportText = "%PDF-1.7 of an auditor", kDpaText = "We process what you send.";
constexpr std::string_view kOriginal = "Question,Answer\nMFA?,\n", kAnswered = "Question,Answer\nMFA?,Yes\n";
const std::string kSoc2(32, 'a'), kDpa(32, 'b'), kForm(32, 'c');

std::string hex(std::string_view text) { return base::to_hex(crypto::sha256(text).view()); }

BundledDocument document(const std::string& id, const std::string& kind, std::string_view text) {
  BundledDocument out;
  out.id = id;
  out.kind = kind;
  out.title = "The title=of " + kind;
  out.confidentiality = "nda";
  out.version = 2;
  out.file = {fmt::format("data/documents/{}.pdf", hex(text)), crypto::sha256(text), text.size()};
  out.valid_from = "2026-01-01";
  out.valid_until = "2026-12-31";
  out.issuer = "Example Auditors LLP";
  out.media_type = "application/pdf";
  out.file_name = "soc2.pdf";
  return out;
}

BundledAnswer answer(std::int64_t number, const std::string& state) {
  json::object facts;
  facts["control.PRIVILEGED-MFA.state"] = {
      {"as_of", "2026-02-01T00:00:00.000000Z"}, {"cites", "control:PRIVILEGED-MFA"}, {"value", state}};
  return {{{"number", number},
           {"question", "MFA für alle?"},
           {"value", "yes"},
           {"text", "In 12 of 12."},
           {"facts", facts}},
          {}};
}

/// A region whose system log tells of two documents and of a questionnaire, and a bundle with them.
class VendorInABundle : public ::testing::Test {
 protected:
  VendorInABundle() : fixture_(1, 4) {
    scope_.documents = {document(kSoc2, "soc2-type2", kReportText), document(kDpa, "gdpr-dpa", kDpaText)};
    for (const auto& one : scope_.documents) {
      system("document.added", one.resource(), "confidentiality=internal remind_days=30 title=Another");
      system("document.changed", one.resource(), "confidentiality=nda owner title=" + one.title);
      system("document.added", one.version_resource(),
             fmt::format("sha256={} bytes={} valid_from=2026-01-01 valid_until=2026-12-31 issuer={}",
                         base::to_hex(one.file.sha256.view()), one.file.bytes, one.issuer));
    }
    system("document.added", "policy/" + std::string(32, 'e'), "confidentiality=internal title=Secret plans");
    BundledQuestionnaire form;
    form.id = kForm;
    form.name = "Big customer";
    form.tenant = "acme";
    form.file_name = "form.csv";
    form.original = {"data/questionnaire/original.csv", crypto::sha256(kOriginal), kOriginal.size()};
    form.answered = {"data/questionnaire/answered.csv", crypto::sha256(kAnswered), kAnswered.size()};
    form.left_out = {7};
    form.facts["control.PRIVILEGED-MFA.state"] = {"passed", "control:PRIVILEGED-MFA",
                                                  "2026-02-01T00:00:00.000000Z"};
    form.answers = {answer(1, "passed"), answer(7, "passed")};
    const auto one = leaf_of(form.answers[0]), two = leaf_of(form.answers[1]);
    const auto root = tree::node_hash(one, two);
    form.answers[0].approved = ApprovedAnswer{root, 0, 2, {two}};
    form.answers[1].approved = ApprovedAnswer{root, 1, 2, {one}};
    scope_.questionnaire = form;
    const auto resource = "questionnaire/" + kForm;
    system("questionnaire.added", resource,
           fmt::format("sha256={} bytes={} questions=9 tenant=acme", hex(kOriginal), kOriginal.size()));
    system("answer.approved", resource,
           fmt::format("answers=2 first=1 last=7 root={}", base::to_hex(root.view())));
    exported();
  }

  /// As it is stated by now.
  void exported() {
    const auto& form = *scope_.questionnaire;
    system("questionnaire.exported", "questionnaire/" + kForm,
           fmt::format("sha256={} bytes={} answers={} left_out={} root={} facts={}",
                       base::to_hex(form.answered.sha256.view()), form.answered.bytes, form.answers.size(),
                       form.left_out.size(), base::to_hex(root_of(form.answers).view()),
                       base::to_hex(digest_of(form.facts).view())));
  }

  void system(const std::string& type, const std::string& resource, const std::string& context) {
    json::object event{{"id", fmt::format("{}/{}", type, ++events_)},
                       {"time", "2026-01-01T00:00:00Z"},
                       {"type", type},
                       {"tenant", "_system"},
                       {"action", {{"name", "a command"}, {"resource", resource}, {"context", context}}}};
    auto prepared = record::prepare_event(event, {base::SourceName("countersign"), record::Proof::none},
                                          record::Vocabulary::system);
    ASSERT_TRUE(prepared) << prepared.error().front().reason;
    const auto writer = fixture_.region.open_writer();
    ASSERT_TRUE(testing::TestRegion::append(*writer, {std::move(*prepared)}));
    writer->stop();
  }

  base::Result<std::map<std::string, std::string, std::less<>>> gather() {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(fixture_.region.files().ledger()));
    bundle::VendorRecords records(ledger, scope_);
    TRY(records.look());
    return records.files(base::RegionId("eu-1"));
  }

  bundle::BundleRequest request() {
    auto request = fixture_.request();
    auto texts = gather();
    EXPECT_TRUE(texts) << texts.error().message;
    if (texts) request.vendor.texts = std::move(*texts);
    if (scope_.questionnaire) {
      request.vendor.texts[scope_.questionnaire->original.path] = kOriginal;
      request.vendor.texts[scope_.questionnaire->answered.path] = kAnswered;
    }
    const std::string_view contents[] = {kReportText, kDpaText};
    for (std::size_t i = 0; i < scope_.documents.size(); ++i) {
      const auto& file = scope_.documents[i].file;
      const auto path = fixture_.region.dir() / fmt::format("document-{}", i);
      write_whole(path, std::string(contents[i]));
      request.vendor.copies[file.path] = {path, file.sha256, file.bytes};
    }
    return request;
  }
  fs::path open() { return folder_ = fixture_.make_folder(request()); }

  VerifyReport verify() {
    auto report = verify_bundle(folder_, {.certificates = {fixture_.signer.certificate.fingerprint()}}, {});
    EXPECT_TRUE(report);
    return report ? std::move(*report) : VerifyReport{};
  }
  std::string state(const VerifyReport& report, std::string_view name) {
    const auto* check = report.find(name);
    return check == nullptr ? "none" : std::string(to_string(check->state));
  }
  /// Seals it again; gives the name and the sentence of the check that fails.
  std::string wrong() {
    reseal(folder_, fixture_.signer);
    const auto report = verify();
    EXPECT_EQ(report.verdict, Verdict::failed) << report.sentence;
    for (const auto& check : report.checks)
      if (check.state == CheckState::failed) return check.name + ": " + check.sentence;
    return "nothing";
  }
  /// With one thing changed, and back.
  std::string wrong(std::string_view name, const std::string& what, const std::string& other) {
    const auto whole = read_whole(folder_ / name);
    auto changed = whole;
    const auto place = changed.find(what);
    EXPECT_NE(place, std::string::npos) << what;
    write_whole(folder_ / name, changed.replace(place, what.size(), other));
    const auto said = wrong();
    write_whole(folder_ / name, whole);
    return said;
  }
  std::string wrong_without(std::string_view name) {
    const auto whole = read_whole(folder_ / name);
    fs::remove(folder_ / name);
    const auto said = wrong();
    write_whole(folder_ / name, whole);
    return said;
  }

  BundleFixture fixture_;
  VendorScope scope_;
  fs::path folder_;
  int events_ = 0;
};

TEST_F(VendorInABundle, IsProvenByTheRecordsThatTellOfIt) {
  open();
  const auto report = verify();
  EXPECT_EQ(report.verdict, Verdict::verified) << report.sentence;
  EXPECT_THAT(report.find("documents")->sentence,
              HasSubstr("Each of the 2 documents is, byte by byte, the one that was recorded"));
  EXPECT_THAT(report.find("documents")->sentence, HasSubstr("2 held by these days, 0 did no longer"));
  EXPECT_THAT(report.find("documents")->sentence, Not(HasSubstr("operator's statement")));
  EXPECT_EQ(state(report, "questionnaire"), "passed");
  EXPECT_EQ(report.find("answers")->sentence,
            "Each of the 2 answers is, word by word, one that was approved, by a record of the system log.");
  EXPECT_EQ(state(report, "cited_controls"), "none");
  EXPECT_EQ(read_whole(folder_ / layout::kVendorRecords).find("Secret plans"), std::string::npos)
      << "records of other documents";
  EXPECT_FALSE(fs::exists(folder_ / layout::kVendorKeys)) << "the region is the bundle's";
  EXPECT_THAT(read_whole(folder_ / layout::kReadme), HasSubstr("data/questionnaire/"));
  EXPECT_EQ(read_whole(folder_ / scope_.documents[0].file.path), kReportText);
}

TEST_F(VendorInABundle, IsThereWithAFilterAndWithoutAnyRecordShown) {
  auto asked = request();
  asked.profile = record::Profile::none;
  folder_ = fixture_.make_folder(asked);
  EXPECT_EQ(verify().verdict, Verdict::verified);
  asked = request();
  asked.filter = {{"type", "login.failed"}};
  folder_ = fixture_.make_folder(asked);
  EXPECT_EQ(verify().verdict, Verdict::verified);
}

TEST_F(VendorInABundle, BundlesWithoutItSayNothingOfIt) {
  folder_ = fixture_.make_folder(fixture_.request());
  const auto report = verify();
  EXPECT_EQ(report.verdict, Verdict::verified);
  for (const auto* name : {"vendor_records", "documents", "questionnaire", "answers"})
    EXPECT_EQ(state(report, name), "none");
  EXPECT_THAT(read_whole(folder_ / layout::kReadme), Not(HasSubstr("data/documents")));
}

TEST_F(VendorInABundle, AnAlteredStatementOfADocumentIsSeen) {
  open();
  const auto in = [&](const std::string& what, const std::string& other) {
    return wrong(layout::kDocuments, what, other);
  };
  EXPECT_THAT(in("The title=of soc2", "A title=of soc2"), HasSubstr("the title or the confidentiality of"));
  EXPECT_THAT(in("\"nda\"", "\"public\""), HasSubstr("the title or the confidentiality of"));
  EXPECT_THAT(in("2026-12-31", "2027-12-31"), HasSubstr("the days between which soc2-type2/"));
  EXPECT_THAT(in("\"2026-01-01\"", "null"), HasSubstr("the days between which soc2-type2/"));
  EXPECT_THAT(in("Example Auditors LLP", "Better Auditors LLP"), HasSubstr("the issuer of soc2-type2/"));
  EXPECT_THAT(in("\"version\": 2", "\"version\": 1"),
              HasSubstr("vendor_records: data/vendor/system.jsonl holds"));
  EXPECT_THAT(in(kSoc2, std::string(32, 'd')), HasSubstr("does not belong there"));
  for (const auto& [what, other] : std::initializer_list<std::pair<std::string, std::string>>{
           {"\"version\": 2", "\"version\":  2"},
           {"\"kind\": \"soc2-type2\"", "\"kind\": \"../etc\""},
           {"\"nda\"", "\"internal\""},
           {"A withdrawal that was", "No withdrawal that was"},
           {".pdf\"", ".exe/../x\""},
           {"{\n", "{\n  \"more\": 1,\n"}})
    EXPECT_THAT(in(what, other),
                HasSubstr("documents: data/documents/documents.json does not have the members"))
        << other;
}

TEST_F(VendorInABundle, AnotherFileInPlaceOfADocumentIsSeen) {
  open();
  const auto& path = scope_.documents[0].file.path;
  const std::string other = "%PDF-1.7 of an impostor";
  EXPECT_THAT(wrong(path, "auditor", "xuditor"), HasSubstr(path + " is not the file that"));
  // By somebody who makes the statement fit.
  fs::rename(folder_ / path, folder_ / fmt::format("data/documents/{}.pdf", hex(other)));
  write_whole(folder_ / fmt::format("data/documents/{}.pdf", hex(other)), other);
  auto documents = scope_.documents;
  documents[0].file = {fmt::format("data/documents/{}.pdf", hex(other)), crypto::sha256(other), other.size()};
  write_whole(folder_ / layout::kDocuments, format_documents(documents));
  EXPECT_THAT(wrong(), HasSubstr("is not what was recorded when it was added: that had the SHA-256 value " +
                                 hex(kReportText)));
}

TEST_F(VendorInABundle, FilesThatWereTakenOutOrAddedAreNamed) {
  open();
  const auto& path = scope_.documents[1].file.path;
  EXPECT_EQ(wrong_without(path), "documents: " + path + " is missing: it was taken out");
  EXPECT_EQ(wrong_without(layout::kDocuments),
            "documents: data/documents/documents.json is missing: it was taken out.");
  EXPECT_EQ(wrong_without(layout::kQuestionnaire),
            "questionnaire: data/questionnaire/questionnaire.json is missing: it was taken out.");
  EXPECT_EQ(wrong_without("data/questionnaire/answered.csv"),
            "questionnaire: data/questionnaire/answered.csv is missing: it was taken out");
  EXPECT_THAT(wrong_without(layout::kVendorRecords), HasSubstr("vendor_records: data/vendor/system.jsonl"));
  EXPECT_THAT(wrong_without(layout::kVendorProofs),
              HasSubstr("vendor_records: data/vendor/system.proofs.json"));
  for (const std::string name : {"data/documents/more.pdf", "data/questionnaire/more.csv", "data/vendor/more",
                                 "data/vendor/log.vkey", "data/vendor/rotations/1"}) {
    fs::create_directories((folder_ / name).parent_path());
    write_whole(folder_ / name, "more");
    EXPECT_THAT(wrong(), HasSubstr(name + " was added"));
    fs::remove(folder_ / name);
  }
  fs::remove_all(folder_ / "data/questionnaire");
  EXPECT_THAT(wrong(),
              HasSubstr("vendor_records: data/vendor/system.jsonl holds a record that does not belong"));
  fs::remove_all(folder_ / "data/documents");
  EXPECT_THAT(wrong(),
              HasSubstr("vendor_records: data/vendor has records of documents or of a questionnaire"));
  fs::remove_all(folder_ / "data/vendor");
  reseal(folder_, fixture_.signer);
  EXPECT_EQ(verify().verdict, Verdict::verified) << "without all of it nothing is said of it";
}

TEST_F(VendorInABundle, ADocumentThatTheRecordsDoNotTellOfIsRefused) {
  open();
  auto documents = scope_.documents;
  documents.push_back(document(std::string(32, 'f'), "hipaa-baa", kDpaText));
  write_whole(folder_ / layout::kDocuments, format_documents(documents));
  EXPECT_THAT(wrong(), HasSubstr("no record that is here says that hipaa-baa/"));
}

TEST_F(VendorInABundle, AnAlteredRecordIsSeen) {
  open();
  EXPECT_THAT(wrong(layout::kVendorRecords, "confidentiality=nda", "confidentiality=pub"),
              HasSubstr("of data/vendor/system.jsonl is not in the system log: it was altered"));
}

TEST_F(VendorInABundle, AWithdrawnDocumentGoesIntoNoBundle) {
  open();
  const auto before = folder_;
  system("document.withdrawn", scope_.documents[0].version_resource(), "sha256=x contents=kept");
  EXPECT_EQ(verify().verdict, Verdict::verified) << "what was handed out before";
  const auto refused = gather();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::failed_precondition);
  EXPECT_THAT(refused.error().message, HasSubstr("was withdrawn, by record"));
  // By somebody who makes one all the same.
  auto ledger = store::LedgerReader::open(fixture_.region.files().ledger()).value();
  bundle::VendorRecords records(ledger, scope_);
  ASSERT_FALSE(records.look());
  const auto files = records.files(base::RegionId("eu-1"));
  ASSERT_TRUE(files);
  for (const auto& [name, text] : *files) write_whole(folder_ / name, text);
  EXPECT_THAT(wrong(), HasSubstr("documents: soc2-type2/" + kSoc2 + "/2 was withdrawn, by record"));
}

TEST_F(VendorInABundle, AnAlteredAnswerOrFactIsSeen) {
  open();
  const auto in = [&](const std::string& what, const std::string& other) {
    return wrong(layout::kQuestionnaire, what, other);
  };
  const std::string not_exported =
      "questionnaire: no record that is here says that data/questionnaire/answered.csv went out with these "
      "answers and these facts";
  EXPECT_EQ(in("In 12 of 12.", "In 13 of 13."), not_exported);
  EXPECT_EQ(in("\"number\": 7", "\"number\": 8"), not_exported);
  EXPECT_EQ(in("    7\n", "    7,\n    8\n"), not_exported);
  EXPECT_THAT(in("\"tenant\": \"acme\"", "\"tenant\": \"globex\""), HasSubstr("about another tenant"));
  EXPECT_THAT(in("\"path\": \"data/questionnaire/original.csv\"", "\"path\": \"evidence.json\""),
              HasSubstr("does not have the members"));
  EXPECT_THAT(in("\"value\": \"passed\"", "\"value\": \"failed\""), HasSubstr("does not have the members"))
      << "the hash of the facts is stated, too";
  EXPECT_THAT(in("\"index\": 0", "\"index\": 1"),
              HasSubstr("answers: the answer to question 1 is not one that a record approves"));
  EXPECT_THAT(wrong("data/questionnaire/answered.csv", "Yes", "No!"),
              HasSubstr("data/questionnaire/answered.csv is not the file that"));
  auto changed = *scope_.questionnaire;
  changed.facts["control.PRIVILEGED-MFA.state"].value = "failed";
  write_whole(folder_ / layout::kQuestionnaire, format_questionnaire(changed));
  EXPECT_EQ(wrong(), not_exported);
  changed = *scope_.questionnaire;
  changed.answers.pop_back();
  write_whole(folder_ / layout::kQuestionnaire, format_questionnaire(changed));
  EXPECT_EQ(wrong(), not_exported) << "an answer was left out";
  changed = *scope_.questionnaire;
  const std::string other = "Question,Answer\nPasskeys?,\n";
  changed.original = {changed.original.path, crypto::sha256(other), other.size()};
  write_whole(folder_ / changed.original.path, other);
  write_whole(folder_ / layout::kQuestionnaire, format_questionnaire(changed));
  EXPECT_THAT(wrong(), HasSubstr("is not what was recorded when the questionnaire came"));
}

TEST_F(VendorInABundle, AnAnswerThatNobodyApprovedIsSeen) {
  auto& answers = scope_.questionnaire->answers;
  answers[0].answer["text"] = "Always.";
  exported();
  const auto refused = gather();
  ASSERT_FALSE(refused) << "it went out, but is not what was approved";
  EXPECT_THAT(refused.error().message, HasSubstr("question 1 is not one that a record approves"));
}

TEST_F(VendorInABundle, AnApprovalBehindTheExportProvesNothing) {
  auto& answers = scope_.questionnaire->answers;
  answers.erase(answers.begin());
  answers[0].answer["text"] = "Since then.";
  const auto root = leaf_of(answers[0]);
  answers[0].approved = ApprovedAnswer{root, 0, 1, {}};
  exported();
  system("answer.approved", "questionnaire/" + kForm,
         fmt::format("answers=1 first=7 last=7 root={}", base::to_hex(root.view())));
  EXPECT_THAT(gather().error().message, HasSubstr("question 7 is not one that a record approves"));
  exported();
  open();
  EXPECT_EQ(verify().verdict, Verdict::verified);
}

TEST_F(VendorInABundle, WhatRecordsOfBeforeDoNotTellIsTheOperatorsStatement) {
  scope_.questionnaire->answers[1].approved.reset();
  scope_.documents.push_back(document(std::string(32, 'f'), "iso27001", kDpaText));
  const auto& old = scope_.documents.back();
  system("document.added", old.resource(), "confidentiality=nda remind_days=30 title=" + old.title);
  system("document.added", old.version_resource(),
         fmt::format("sha256={} bytes={} valid_from=2026-01-01 valid_until=2026-12-31",
                     base::to_hex(old.file.sha256.view()), old.file.bytes));
  folder_ = fixture_.make_folder([&] {
    auto asked = fixture_.request();
    asked.vendor.texts = gather().value();
    asked.vendor.texts[scope_.questionnaire->original.path] = kOriginal;
    asked.vendor.texts[scope_.questionnaire->answered.path] = kAnswered;
    asked.vendor.texts[scope_.documents[0].file.path] = kReportText;
    asked.vendor.texts[scope_.documents[1].file.path] = kDpaText;
    return asked;
  }());
  const auto report = verify();
  EXPECT_EQ(report.verdict, Verdict::verified) << report.sentence;
  EXPECT_THAT(report.find("documents")->sentence,
              HasSubstr("Who issued 1 of them is the operator's statement."));
  EXPECT_EQ(state(report, "answers"), "not_claimed");
  EXPECT_THAT(report.find("answers")->sentence, HasSubstr("Of 2 answers, 1 are, word by word"));
}

TEST_F(VendorInABundle, TellsWhichDocumentsHeldWhenItWasMade) {
  auto asked = request();
  asked.clock = [] { return base::Timestamp{1'798'761'600'000'000}; };  // 2027-01-01
  folder_ = fixture_.make_folder(asked);
  EXPECT_THAT(verify().find("documents")->sentence, HasSubstr("0 held by these days, 2 did no longer and 0"));
  asked = request();
  asked.clock = [] { return base::Timestamp{1'767'225'600'000'000 - 1}; };  // 2025-12-31
  folder_ = fixture_.make_folder(asked);
  EXPECT_THAT(verify().find("documents")->sentence, HasSubstr("0 held by these days, 0 did no longer and 2"));
}

TEST_F(VendorInABundle, ComparesCitedControlsWithTheReport) {
  const auto with = [&](std::string_view outcome) {
    auto asked = request();
    asked.vendor.texts[std::string(layout::kReport)] = fmt::format(
        R"({{"controls":[{{"id":"PRIVILEGED-MFA","outcome":"{}"}},{{"id":"OTHER","outcome":"exceptions"}}]}})",
        outcome);
    folder_ = fixture_.make_folder(asked);
    const auto report = verify();
    EXPECT_EQ(report.verdict, Verdict::verified);
    return state(report, "cited_controls") + ": " + report.find("cited_controls")->sentence;
  };
  EXPECT_EQ(with("no_exceptions"),
            "passed: The report finds each of the 1 controls that it shares with the answers as they say.");
  EXPECT_THAT(with("exceptions"),
              HasSubstr("not_claimed: The report finds controls in another state than the "
                        "answers say: PRIVILEGED-MFA (passed in the answers, failed in"));
}

TEST_F(VendorInABundle, AFileThatChangedMeanwhileIsNotPacked) {
  auto asked = request();
  write_whole(asked.vendor.copies.begin()->second.from, "something else");
  EXPECT_EQ(fixture_.try_make(asked).error().code, base::Code::data_loss);
  EXPECT_FALSE(fs::exists(asked.output));
}

TEST(VendorRecord, ReadsWordsUpToWhatGoesToTheEnd) {
  const VendorRecord record{1, "document.added", "x", "sha256=ab bytes=7 title=A title=B sha256=cd"};
  EXPECT_EQ(record.word("sha256"), "ab");
  EXPECT_EQ(record.word("bytes"), "7");
  EXPECT_EQ(record.word("byte"), "");
  EXPECT_EQ(record.word("title"), "");
  EXPECT_EQ(record.tail("title"), "A title=B sha256=cd");
  EXPECT_EQ(record.tail("issuer"), "");
  EXPECT_EQ((VendorRecord{1, "", "", "title=x sha256=cd"}.word("sha256")), "")
      << "a title can say nothing else";
  EXPECT_EQ((VendorRecord{1, "", "", "issuer=x title=y"}.tail("title")), "");
}

}  // namespace
}  // namespace countersign::verify
