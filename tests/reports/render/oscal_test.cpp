#include "reports/render/oscal.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "reports/render/oscal_text.h"
#include "tests/reports/render/hostile_report.h"
#include "tests/reports/render/sample_report.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace countersign::render {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

json::object document_of(const reports::Report& report, const OscalOptions& options = {}) {
  const auto text = to_oscal(report, options);
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return {};
  }
  auto parsed = base::parse_json(*text, {.depth_max = 32});
  if (!parsed) {
    ADD_FAILURE() << parsed.error().message;
    return {};
  }
  EXPECT_THAT(parsed->duplicates, IsEmpty());
  return parsed->value.as_object().at("assessment-results").as_object();
}

json::object result_of(const json::object& document) {
  return document.at("results").as_array().at(0).as_object();
}

OscalOptions in_version(std::string_view version) {
  OscalOptions options;
  options.oscal_version = version;
  return options;
}

/// Calls `visit` with each value of a document and the name of the member that it is of, or of the array it
/// is in.
void each(const json::value& value, const std::string& name,
          const std::function<void(const std::string&, const json::value&)>& visit) {
  visit(name, value);
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) each(member, std::string(key), visit);
  } else if (const auto* array = value.if_array()) {
    for (const auto& member : *array) each(member, name, visit);
  }
}

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

/// The one of our properties that has the name; "" where there is none.
std::string property_of(const json::object& object, std::string_view name) {
  for (const auto& property : object.at("props").as_array()) {
    const auto& one = property.as_object();
    if (text_at(one, "name") == name) {
      EXPECT_EQ(kOscalNamespace, text_at(one, "ns"));
      return text_at(one, "value");
    }
  }
  return "";
}

json::object finding_of(const reports::Report& report, std::size_t at) {
  return result_of(document_of(report)).at("findings").as_array().at(at).as_object();
}

std::string state_of(const json::object& finding) {
  const auto& status = finding.at("target").as_object().at("status").as_object();
  return text_at(status, "state") + " " + text_at(status, "reason");
}

std::vector<reports::Report> all_reports() {
  return {testing::sample_report(), testing::hostile_report(), testing::bare_report()};
}

TEST(Oscal, SameReportGivesSameBytes) {
  for (const auto& report : all_reports()) EXPECT_EQ(*to_oscal(report, {}), *to_oscal(report, {}));
}

TEST(Oscal, AnotherVersionChangesNothingButTheVersionAndTheDocumentsUuid) {
  std::set<std::string> uuids;
  std::set<std::string> bodies;
  for (const auto version : kOscalVersions) {
    auto document = document_of(testing::sample_report(), in_version(version));
    auto& metadata = document.at("metadata").as_object();
    EXPECT_EQ(version, text_at(metadata, "oscal-version"));
    uuids.insert(text_at(document, "uuid"));
    metadata.erase("oscal-version");
    document.erase("uuid");
    bodies.insert(json::serialize(document));
  }
  EXPECT_EQ(kOscalVersions.size(), uuids.size());
  EXPECT_EQ(1U, bodies.size());
}

TEST(Oscal, DefaultVersionIsTheNewest) {
  EXPECT_EQ("1.2.1",
            text_at(document_of(testing::sample_report()).at("metadata").as_object(), "oscal-version"));
}

TEST(Oscal, RefusesUnknownVersionsAndNamesThoseThereAre) {
  for (const auto* version : {"", "1.1", "1.2.1 ", "1.2.2", "2.0.0"}) {
    const auto text = to_oscal(testing::sample_report(), in_version(version));
    ASSERT_FALSE(text) << version;
    EXPECT_EQ(base::Code::invalid_argument, text.error().code);
    EXPECT_THAT(text.error().message, HasSubstr("1.1.2, 1.1.3, 1.2.1"));
  }
}

TEST(Oscal, RefusesAReportWithoutClauses) {
  auto report = testing::sample_report();
  report.clauses.clear();
  const auto text = to_oscal(report, {});
  ASSERT_FALSE(text);
  EXPECT_EQ(base::Code::invalid_argument, text.error().code);
}

TEST(Oscal, UuidsAreOfVersion5AndUnique) {
  const std::regex version_5("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (const auto& report : all_reports()) {
    std::set<std::string> seen;
    each(document_of(report), "", [&](const std::string& name, const json::value& value) {
      if (name != "uuid") return;
      const std::string uuid(value.as_string());
      EXPECT_TRUE(std::regex_match(uuid, version_5)) << uuid;
      EXPECT_TRUE(seen.insert(uuid).second) << uuid;
    });
    EXPECT_GT(seen.size(), 10U);
  }
}

TEST(Oscal, UuidsStayTheSameFromReleaseToRelease) {
  const auto result = result_of(document_of(testing::sample_report()));
  // As another implementation of RFC 4122 computes it from the same names.
  EXPECT_EQ("8305b28d-d737-54b7-8ca5-6db364227ef9",
            text_at(result.at("observations").as_array().at(0).as_object(), "uuid"));
}

TEST(Oscal, AnotherStateOfTheLogGivesOtherUuids) {
  auto later = testing::sample_report();
  later.as_of.root = crypto::sha256("another");
  std::set<std::string> seen;
  const auto collect = [&seen](const std::string& name, const json::value& value) {
    if (name == "uuid") {
      EXPECT_TRUE(seen.insert(std::string(value.as_string())).second);
    }
  };
  each(document_of(testing::sample_report()), "", collect);
  each(document_of(later), "", collect);
}

TEST(Oscal, DocumentsUuidChangesWithItsContent) {
  auto other = testing::sample_report();
  other.controls[0].exceptions[0].observed += "!";
  const auto first = document_of(testing::sample_report());
  const auto second = document_of(other);
  EXPECT_NE(text_at(first, "uuid"), text_at(second, "uuid"));
  EXPECT_EQ(text_at(result_of(first), "uuid"), text_at(result_of(second), "uuid"));
}

TEST(Oscal, EveryReferenceResolves) {
  const std::map<std::string, std::string> references{
      {"observation-uuid", "observations"}, {"risk-uuid", "risks"},       {"response-uuid", "remediations"},
      {"component-uuid", "components"},     {"actor-uuid", "components"}, {"subject-uuid", "components"},
      {"party-uuids", "parties"},           {"href", "resources"}};
  OscalOptions options;
  options.report = {"report.json", "application/json", {}};
  for (const auto& report : all_reports()) {
    for (const auto& result : report.controls)
      options.query_files[result.control.population.file] = {"../x.sql", "application/sql", {}};
    const auto document = document_of(report, options);
    std::map<std::string, std::set<std::string>> known;
    each(document, "", [&](const std::string& name, const json::value& value) {
      const auto* object = value.if_object();
      if (object != nullptr && object->contains("uuid")) known[name].insert(text_at(*object, "uuid"));
    });
    std::set<std::string> met;
    each(document, "", [&](const std::string& name, const json::value& value) {
      const auto reference = references.find(name);
      if (reference == references.end() || !value.is_string()) return;
      std::string target(value.as_string());
      if (name == "href") {
        if (target.front() != '#') return;
        target.erase(0, 1);
      }
      met.insert(name);
      EXPECT_TRUE(known[reference->second].contains(target)) << name << " " << target;
    });
    if (!report.controls.empty()) {
      EXPECT_EQ(references.size(), met.size());
    }
  }
}

TEST(Oscal, NothingIsEmpty) {
  for (const auto& report : all_reports()) {
    each(document_of(report), "", [](const std::string& name, const json::value& value) {
      if (const auto* array = value.if_array()) {
        EXPECT_FALSE(array->empty()) << name;
      }
      if (const auto* object = value.if_object()) {
        EXPECT_FALSE(object->empty()) << name;
      }
      if (const auto* text = value.if_string()) {
        EXPECT_FALSE(text->empty()) << name;
      }
      EXPECT_FALSE(value.is_null()) << name;
    });
  }
}

TEST(Oscal, HostileTextStaysInItsPlace) {
  const std::set<std::string> markdown{"title", "description", "remarks", "prose", "statement"};
  each(document_of(testing::hostile_report()), "", [&](const std::string& name, const json::value& value) {
    const auto* string = value.if_string();
    if (string == nullptr) return;
    const std::string text(*string);
    const auto controls = std::count_if(
        text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7F; });
    EXPECT_EQ(0, controls) << name;
    EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE"))) << "turns the direction of writing";
    if (name == "title" || !markdown.contains(name)) {
      EXPECT_THAT(text, Not(HasSubstr("\n"))) << name;
    }
    if (!markdown.contains(name)) return;
    for (const char special : std::string("<>[]&")) {
      for (auto at = text.find(special); at != std::string::npos; at = text.find(special, at + 1)) {
        EXPECT_TRUE(at > 0 && text[at - 1] == '\\') << name << ": " << text;
      }
    }
  });
}

TEST(Oscal, FindingFailsWhereAControlNotedExceptions) {
  const auto finding = finding_of(testing::sample_report(), 0);
  EXPECT_EQ("not-satisfied fail", state_of(finding));
  EXPECT_EQ("cc6.1", text_at(finding.at("target").as_object(), "target-id"));
  EXPECT_EQ(3U, finding.at("related-observations").as_array().size());
  EXPECT_EQ(1U, finding.at("related-risks").as_array().size());
  const auto remarks = text_at(finding.at("target").as_object().at("status").as_object(), "remarks");
  EXPECT_THAT(remarks, HasSubstr("Exception noted: 2 of 25 sensitive actions."));
  EXPECT_THAT(remarks,
              HasSubstr("A clause is satisfied where at least one of its controls and detections passes"));
}

TEST(Oscal, FindingIsSatisfiedByTestsWithoutExceptionsAndNamesWhatWasNotTested) {
  auto report = testing::sample_report();
  report.controls[0].outcome = reports::Outcome::no_exceptions;
  report.controls[0].exceptions.clear();
  report.controls[0].exceptions_total = 0;
  const auto finding = finding_of(report, 0);
  EXPECT_EQ("satisfied pass", state_of(finding));
  EXPECT_THAT(text_at(finding, "description"),
              HasSubstr("Nothing to test for: SUCCESS-AFTER-DEPROVISIONING."));
  EXPECT_EQ("1", property_of(finding, "controls-untested"));
  EXPECT_FALSE(finding.contains("related-risks"));
}

TEST(Oscal, FindingOfADetectionIsSatisfiedOnlyOnceEveryCaseIsResolved) {
  auto report = testing::sample_report();
  auto& detection = report.controls[3];
  EXPECT_EQ("not-satisfied fail", state_of(finding_of(report, 1)));
  for (auto& one : detection.exceptions) {
    one.response = reports::Response{"acknowledged", "seen", "", report.from, report.from, {}};
  }
  detection.exceptions_total = detection.exceptions.size();
  EXPECT_EQ("not-satisfied fail", state_of(finding_of(report, 1)));
  for (auto& one : detection.exceptions) one.response->state = "resolved";
  EXPECT_EQ("satisfied pass", state_of(finding_of(report, 1)));
  EXPECT_EQ(1U, finding_of(report, 1).at("related-risks").as_array().size());
  detection.exceptions_total += 1;  // one that the report does not tell
  EXPECT_EQ("not-satisfied fail", state_of(finding_of(report, 1)));
}

TEST(Oscal, FindingOfAControlIsNotSatisfiedByResolvingItsExceptions) {
  auto report = testing::sample_report();
  for (auto& one : report.controls[0].exceptions) one.response->state = "resolved";
  EXPECT_EQ("not-satisfied fail", state_of(finding_of(report, 0)));
}

TEST(Oscal, WhatWasNotTestedIsNeverSatisfied) {
  auto report = testing::sample_report();
  report.clauses = {{"CC6.2", "", {"SUCCESS-AFTER-DEPROVISIONING"}},
                    {"CC6.3", "", {}},
                    {"CC6.6", "", {"NOT-IN-THE-REPORT"}}};
  for (std::size_t at = 0; at < report.clauses.size(); ++at) {
    EXPECT_EQ("not-satisfied other", state_of(finding_of(report, at)));
  }
}

TEST(Oscal, ObservationHasTheFiguresAndParametersOfItsControl) {
  const auto observation =
      result_of(document_of(testing::sample_report())).at("observations").as_array().at(0).as_object();
  const auto report = testing::sample_report();
  const auto& control = report.controls[0];
  EXPECT_EQ("TEST", observation.at("methods").as_array().at(0).as_string());
  EXPECT_EQ("STEP-UP-MISSING", property_of(observation, "control"));
  EXPECT_EQ("25", property_of(observation, "population-size"));
  EXPECT_EQ("25", property_of(observation, "items-tested"));
  EXPECT_EQ("2", property_of(observation, "exceptions"));
  EXPECT_EQ(base::to_hex(control.population_sha256.view()), property_of(observation, "population-sha256"));
  EXPECT_EQ(base::to_hex(control.control.exceptions.sha256.view()),
            property_of(observation, "exceptions-query-sha256"));
  EXPECT_EQ("900", property_of(observation, "parameter-window_s"));
  EXPECT_EQ("not set", property_of(observation, "parameter-exempt_role"));
  EXPECT_EQ(base::format_rfc3339(report.as_of.time), text_at(observation, "collected"));
}

TEST(Oscal, ObservationTellsHowManyExceptionsAreNotTold) {
  const auto observation =
      result_of(document_of(testing::sample_report())).at("observations").as_array().at(3).as_object();
  EXPECT_EQ("7", property_of(observation, "exceptions"));
  EXPECT_EQ("3", property_of(observation, "exceptions-told"));
  EXPECT_EQ("7 exceptions were noted; the first 3 are told here.", text_at(observation, "remarks"));
}

TEST(Oscal, RiskIsClosedOnlyWhenAllExceptionsAreResolved) {
  auto report = testing::sample_report();
  const auto status = [&report](std::size_t at) {
    return text_at(result_of(document_of(report)).at("risks").as_array().at(at).as_object(), "status");
  };
  EXPECT_EQ("investigating", status(0));
  EXPECT_EQ("open", status(1));
  report.controls[0].exceptions[0].response->state = "resolved";
  EXPECT_EQ("closed", status(0));
  report.controls[0].exceptions_total = 3;
  EXPECT_EQ("open", status(0));
}

TEST(Oscal, RiskCarriesManagementsResponsesAndTheirTimesInOrder) {
  const auto risk = result_of(document_of(testing::sample_report())).at("risks").as_array().at(0).as_object();
  const auto& remediations = risk.at("remediations").as_array();
  ASSERT_EQ(2U, remediations.size());
  EXPECT_EQ("planned", text_at(remediations[0].as_object(), "lifecycle"));
  EXPECT_EQ("completed", text_at(remediations[1].as_object(), "lifecycle"));
  EXPECT_THAT(text_at(remediations[0].as_object(), "description"), HasSubstr("東京"));
  EXPECT_THAT(text_at(remediations[1].as_object(), "description"),
              HasSubstr("reviewed \\& \\<b\\>narrowed\\</b\\>"));
  std::vector<std::string> log;
  for (const auto& entry : risk.at("risk-log").as_object().at("entries").as_array()) {
    log.push_back(text_at(entry.as_object(), "start").substr(0, 10) + " " +
                  text_at(entry.as_object(), "title"));
  }
  EXPECT_THAT(log, ElementsAre("2026-08-03 Exception 1189 opened", "2026-08-03 Exception 1189 acknowledged",
                               "2026-09-11 Exception 1633 opened", "2026-09-11 Exception 1633 acknowledged",
                               "2026-09-14 Exception 1633 resolved"));
}

TEST(Oscal, EveryQueryIsInsideVerbatimWithItsDigest) {
  std::set<std::string> inside;
  const auto document = document_of(testing::sample_report());
  for (const auto& resource : document.at("back-matter").as_object().at("resources").as_array()) {
    const auto& one = resource.as_object();
    if (!one.contains("base64")) continue;
    const auto bytes = base::from_base64(text_at(one.at("base64").as_object(), "value"));
    ASSERT_TRUE(bytes);
    const std::string content(base::text_of(*bytes));
    inside.insert(content);
    if (const auto digest = property_of(one, "sha256"); !digest.empty()) {
      EXPECT_EQ(digest, base::to_hex(crypto::sha256(content).view()));
    }
  }
  const auto report = testing::sample_report();
  for (const auto& result : report.controls) {
    EXPECT_TRUE(inside.contains(result.control.population.sql));
    EXPECT_TRUE(inside.contains(result.control.exceptions.sql));
  }
  for (const auto& listing : report.listings) EXPECT_TRUE(inside.contains(listing.listing.rows.sql));
  EXPECT_TRUE(inside.contains(report.workspace_sql));
}

TEST(Oscal, FilesBesideTheDocumentHaveTheirDigest) {
  const auto digest = crypto::sha256("file");
  OscalOptions options;
  options.report = {"report.json", "application/json", crypto::sha256("report")};
  options.query_files["reports/controls/step_up_missing.sql"] = {"../controls/step_up_missing.sql",
                                                                 "application/sql", digest};
  std::map<std::string, std::string> files;
  const auto document = document_of(testing::sample_report(), options);
  for (const auto& resource : document.at("back-matter").as_object().at("resources").as_array()) {
    if (!resource.as_object().contains("rlinks")) continue;
    const auto& link = resource.as_object().at("rlinks").as_array().at(0).as_object();
    files[text_at(link, "href")] = text_at(link.at("hashes").as_array().at(0).as_object(), "value");
  }
  EXPECT_EQ(files, (std::map<std::string, std::string>{
                       {"../controls/step_up_missing.sql", base::to_hex(digest.view())},
                       {"report.json", base::to_hex(crypto::sha256("report").view())}}));
}

TEST(Oscal, WarningsAreAmongTheAttestations) {
  const auto result = result_of(document_of(testing::sample_report()));
  const auto& parts = result.at("attestations").as_array().at(0).as_object().at("parts").as_array();
  ASSERT_EQ(3U, parts.size());
  EXPECT_THAT(text_at(parts[0].as_object(), "prose"),
              HasSubstr("from number 1000 to number 26852: 25,853 events"));
  EXPECT_THAT(text_at(parts[2].as_object(), "prose"), HasSubstr("silent for 17 minutes"));
}

TEST(OscalText, ClausesAreSpelledAsIdentifiers) {
  EXPECT_EQ("cc6.1", oscal::control_id("soc2", "CC6.1"));
  EXPECT_EQ("pci-8.3.4", oscal::control_id("pci_dss", "8.3.4"));
  EXPECT_EQ("hipaa-164.312.a.2.i", oscal::control_id("hipaa", "164.312(a)(2)(i)"));
  EXPECT_EQ("gdpr-32.1.b", oscal::control_id("gdpr", "32(1)(b)"));
  EXPECT_EQ("gdpr-art.32.1.b", oscal::control_id("gdpr", "Art. 32(1)(b)"));
  EXPECT_EQ("iso-27001-a.8.5", oscal::control_id("iso_27001", "A.8.5"));
  EXPECT_EQ("ia-2.1", oscal::control_id("nist_800_53", "IA-2(1)"));
  EXPECT_EQ("ac-2.12", oscal::control_id("nist_800_53", "AC-2 (12)"));
  EXPECT_EQ("nist-800-63b-3.1.3.2", oscal::control_id("nist_800_63b", "3.1.3.2"));
  EXPECT_EQ("x-8", oscal::control_id("soc2", "8"));
}

TEST(OscalText, LinesHaveNoWhiteSpaceButSingleBlanks) {
  EXPECT_EQ("a b", oscal::line(" \n a \xE2\x80\xA8\t\xC2\xA0 b\r\n\xE3\x80\x80"));
  EXPECT_EQ("(none)", oscal::line(""));
  EXPECT_EQ("(none)", oscal::line("\xEF\xBB\xBF\n"));
  EXPECT_EQ("\xE2\x90\x80\xE2\x90\x9B\xE2\x90\xA1", oscal::line(std::string_view("\0\x1B\x7F", 3)));
}

TEST(OscalText, BytesThatAreNotUtf8AreReplacedOneByOne) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ("a" + bad + "b", oscal::line("a\xFF"
                                         "b"));
  EXPECT_EQ(bad + bad, oscal::line("\xC0\xAF"));
  EXPECT_EQ(bad + bad + bad, oscal::line("\xED\xA0\x80"));
  EXPECT_EQ(bad + bad, oscal::line("\xE2\x80"));
  EXPECT_EQ(bad + bad + bad + bad, oscal::line("\xF4\x90\x80\x80"));
  EXPECT_EQ("é東\xF0\x9F\x94\x91", oscal::line("é東\xF0\x9F\x94\x91"));
}

TEST(OscalText, MarkdownIsEscapedAndWordsStayReadable) {
  EXPECT_EQ("user.role_changed", oscal::markup("user.role_changed"));
  EXPECT_EQ("\\_system", oscal::markup("_system"));
  EXPECT_EQ("\\# a - b", oscal::markup("# a - b"));
  EXPECT_EQ("1\\. a", oscal::markup("1. a"));
  EXPECT_EQ("1.5 of 2", oscal::markup("1.5 of 2"));
  EXPECT_EQ("\\<b\\>\\&amp;\\[x\\](y)\\`\\*", oscal::markup("<b>&amp;[x](y)`*"));
}

}  // namespace
}  // namespace countersign::render
