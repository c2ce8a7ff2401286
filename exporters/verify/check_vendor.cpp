#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/proven_records.h"
#include "exporters/verify/vendor.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kBytesMax = 256u << 20;

bool has_files(const Verification& run, std::string_view folder) {
  const auto found = run.bundle.files().lower_bound(folder);
  return found != run.bundle.files().end() && found->first.starts_with(folder);
}

/// Whether a file is there that must be missed, because others hang on it; the check says so then.
bool was_taken_out(Verification& run, std::string_view name, std::string_view folder,
                   const std::string& check) {
  if (run.bundle.find(name) != nullptr || !has_files(run, folder)) return false;
  run.add(check, CheckState::failed, fmt::format("{} is missing: it was taken out.", name));
  return true;
}

base::Result<void> check_file(const Verification& run, const BundledFile& stated, std::string_view by) {
  const auto* file = run.bundle.find(stated.path);
  if (file == nullptr)
    return fail(Code::data_loss, fmt::format("{} is missing: it was taken out", stated.path));
  if (file->sha256 != stated.sha256 || file->bytes != stated.bytes)
    return fail(Code::data_loss, fmt::format("{} is not the file that {} names", stated.path, by));
  return {};
}

/// That a folder has no files but these and the statement itself.
base::Result<void> check_no_others(const Verification& run, std::string_view folder,
                                   std::string_view statement, const std::vector<BundledFile>& files) {
  for (const auto& [name, file] : run.bundle.files()) {
    const auto same = [&name = name](const BundledFile& one) { return one.path == name; };
    if (name.starts_with(folder) && name != statement && std::ranges::none_of(files, same))
      return fail(Code::data_loss, fmt::format("{} was added: {} does not name it", name, statement));
  }
  return {};
}

/// Reads what is stated; false, and the check says so, where it cannot be read.
bool read_scope(Verification& run, VendorScope& scope) {
  if (run.bundle.find(layout::kDocuments) != nullptr) {
    const auto text = run.bundle.read(layout::kDocuments, kBytesMax);
    auto read = text ? parse_documents(*text) : fail(text.error());
    if (!read) {
      run.add("documents", CheckState::failed, read.error().message);
      return false;
    }
    scope.documents = std::move(*read);
  }
  if (run.bundle.find(layout::kQuestionnaire) != nullptr) {
    const auto text = run.bundle.read(layout::kQuestionnaire, kBytesMax);
    auto read = text ? parse_questionnaire(*text) : fail(text.error());
    if (!read) {
      run.add("questionnaire", CheckState::failed, read.error().message);
      return false;
    }
    scope.questionnaire = std::move(*read);
  }
  return true;
}

struct Read {
  SystemLogHead head;
  std::vector<VendorRecord> records;
};

base::Result<Read> read_records(const Verification& run, const VendorScope& scope) {
  TRY_ASSIGN(const auto proven, read_proven_records(run, {layout::kVendorRecords, layout::kVendorProofs,
                                                          layout::kVendorKeys, layout::kVendorRotations}));
  const auto& own = run.evidence->log.text;
  const bool is_own = proven.head.log.text.starts_with(own.substr(0, own.rfind('/') + 1));
  for (const auto& [name, file] : run.bundle.files()) {
    const bool known =
        name == layout::kVendorRecords || name == layout::kVendorProofs ||
        (!is_own && (name == layout::kVendorKeys || name.starts_with(layout::kVendorRotations)));
    if (name.starts_with(layout::kVendorFolder) && !known)
      return fail(Code::data_loss, fmt::format("{} was added: nothing needs it", name));
  }
  Read out{proven.head, {}};
  for (const auto& line : proven.records) {
    auto record = read_vendor_record(line, scope);
    if (!record) return fail("a record in data/vendor/system.jsonl", record.error());
    if (!*record)
      return fail(Code::data_loss, "data/vendor/system.jsonl holds a record that does not belong there");
    out.records.push_back(std::move(**record));
  }
  return out;
}

base::Result<std::string> check_documents(const Verification& run,
                                          const std::vector<BundledDocument>& documents,
                                          const std::vector<VendorRecord>& records) {
  std::vector<BundledFile> files;
  for (const auto& one : documents) {
    TRY(check_file(run, one.file, layout::kDocuments));
    files.push_back(one.file);
  }
  TRY(check_no_others(run, layout::kDocumentsFolder, layout::kDocuments, files));
  TRY_ASSIGN(const auto without_issuer, prove_documents(documents, records));
  const auto today = base::format_rfc3339(run.evidence->run_at).substr(0, 10);
  std::size_t over = 0, to_come = 0;
  for (const auto& one : documents) {
    if (!one.valid_until.empty() && one.valid_until < today) {
      ++over;
    } else if (one.valid_from > today) {
      ++to_come;
    }
  }
  auto sentence = fmt::format(
      "Each of the {} documents is, byte by byte, the one that was recorded when it was added; title, "
      "confidentiality and days are those that were recorded, and no record that is here withdraws it. When "
      "the bundle was made, {} held by these days, {} did no longer and {} did not yet.",
      documents.size(), documents.size() - over - to_come, over, to_come);
  if (without_issuer > 0)
    sentence += fmt::format(" Who issued {} of them is the operator's statement.", without_issuer);
  return sentence + " That no further record of them exists is not proven.";
}

base::Result<void> check_questionnaire(const Verification& run, const BundledQuestionnaire& questionnaire,
                                       const std::vector<VendorRecord>& records) {
  TRY(check_file(run, questionnaire.original, layout::kQuestionnaire));
  TRY(check_file(run, questionnaire.answered, layout::kQuestionnaire));
  TRY(check_no_others(run, layout::kQuestionnaireFolder, layout::kQuestionnaire,
                      {questionnaire.original, questionnaire.answered}));
  if (questionnaire.tenant != run.evidence->tenant.value())
    return fail(Code::data_loss, "the questionnaire is about another tenant than the bundle");
  return prove_questionnaire(questionnaire, records);
}

void check_answers(Verification& run, const BundledQuestionnaire& questionnaire,
                   const std::vector<VendorRecord>& records) {
  const auto all = questionnaire.answers.size();
  const auto not_told = prove_answers(questionnaire, records);
  if (!not_told) {
    run.add("answers", CheckState::failed, not_told.error().message);
  } else if (*not_told == 0) {
    run.add(
        "answers", CheckState::passed,
        fmt::format(
            "Each of the {} answers is, word by word, one that was approved, by a record of the system log.",
            all));
  } else {
    run.add("answers", CheckState::not_claimed,
            fmt::format("Of {} answers, {} are, word by word, ones that were approved, by records of the "
                        "system log; that the others were is the operator's statement: they are from before "
                        "records told what was approved.",
                        all, all - *not_told));
  }
}

/// The states of controls, by their ids, in the words of facts.
using States = std::map<std::string, std::string>;

States states_in_report(const Verification& run) {
  States out;
  const auto text = run.bundle.read(layout::kReport, kBytesMax);
  const auto parsed = text ? base::parse_json(*text, {.depth_max = 16}) : fail(text.error());
  if (!parsed) return out;
  try {
    for (const auto& one : parsed->value.at("controls").as_array()) {
      const std::string outcome(one.at("outcome").as_string());
      out[std::string(one.at("id").as_string())] = outcome == "no_exceptions" ? "passed"
                                                   : outcome == "exceptions"  ? "failed"
                                                                              : "nothing";
    }
  } catch (const std::exception&) {
    // What is wrong with a report is said by its own check.
    return {};
  }
  return out;
}

States states_in_answers(const BundledQuestionnaire& questionnaire) {
  constexpr std::string_view kBegin = "control.", kEnd = ".state";
  States out;
  for (const auto& one : questionnaire.answers) {
    const auto* facts = one.answer.if_contains("facts");
    if (facts == nullptr || !facts->is_object()) continue;
    for (const auto& [key, fact] : facts->get_object()) {
      const std::string_view name(key.data(), key.size());
      if (name.size() <= kBegin.size() + kEnd.size() || !name.starts_with(kBegin) || !name.ends_with(kEnd))
        continue;
      const auto* value = fact.is_object() ? fact.get_object().if_contains("value") : nullptr;
      if (value != nullptr && value->is_string())
        out[std::string(name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size()))] =
            std::string(value->get_string());
    }
  }
  return out;
}

/// The report is of the bundle's period, answers of the days before they were approved: a difference is no
/// fault of the bundle, but somebody should know.
void compare_controls(Verification& run, const BundledQuestionnaire& questionnaire) {
  if (run.bundle.find(layout::kReport) == nullptr) return;
  const auto reported = states_in_report(run);
  std::size_t compared = 0;
  std::string others;
  for (const auto& [id, state] : states_in_answers(questionnaire)) {
    const auto found = reported.find(id);
    if (found == reported.end()) continue;
    ++compared;
    if (found->second != state)
      others += fmt::format("{}{} ({} in the answers, {} in the report)", others.empty() ? "" : ", ", id,
                            state, found->second);
  }
  if (compared == 0) return;
  if (others.empty()) {
    run.add(
        "cited_controls", CheckState::passed,
        fmt::format("The report finds each of the {} controls that it shares with the answers as they say.",
                    compared));
  } else {
    run.add("cited_controls", CheckState::not_claimed,
            fmt::format("The report finds controls in another state than the answers say: {}. Both can be "
                        "right: the report is of the bundle's period, an answer of the days before it was "
                        "approved.",
                        others));
  }
}

}  // namespace

void check_vendor(Verification& run) {
  if (was_taken_out(run, layout::kDocuments, layout::kDocumentsFolder, "documents") ||
      was_taken_out(run, layout::kQuestionnaire, layout::kQuestionnaireFolder, "questionnaire"))
    return;
  const bool any =
      run.bundle.find(layout::kDocuments) != nullptr || run.bundle.find(layout::kQuestionnaire) != nullptr;
  if (!any) {
    if (has_files(run, layout::kVendorFolder))
      run.add("vendor_records", CheckState::failed,
              "data/vendor has records of documents or of a questionnaire, but there are none: they were "
              "taken out.");
    return;
  }
  // Without what it hangs on, which has failed by then, it cannot be checked.
  if (!run.evidence || !run.bundle_keys) return;
  VendorScope scope;
  if (!read_scope(run, scope)) return;
  const auto read = read_records(run, scope);
  run.add(
      "vendor_records", read ? base::Result<void>() : base::fail(read.error()),
      read ? fmt::format("The records of {} that tell of documents and questionnaires stand in it, up to {}.",
                         read->head.log.text, base::format_rfc3339({read->head.time * 1'000'000}))
           : std::string());
  if (!read) return;
  if (!scope.documents.empty()) {
    const auto said = check_documents(run, scope.documents, read->records);
    run.add("documents", said ? CheckState::passed : CheckState::failed, said ? *said : said.error().message);
  }
  if (!scope.questionnaire) return;
  run.add("questionnaire", check_questionnaire(run, *scope.questionnaire, read->records),
          "The questionnaire is, byte by byte, the one that was recorded when it came, and the answered one "
          "the one that was recorded when it went out, with these answers and these facts.");
  check_answers(run, *scope.questionnaire, read->records);
  compare_controls(run, *scope.questionnaire);
}

}  // namespace countersign::verify
