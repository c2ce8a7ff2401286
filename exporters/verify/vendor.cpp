#include "exporters/verify/vendor.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/tree/merkle.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;
using Records = std::vector<VendorRecord>;

std::string hex(const base::Digest& digest) { return base::to_hex(digest.view()); }

std::string resource_of(const BundledQuestionnaire& questionnaire) {
  return "questionnaire/" + questionnaire.id;
}

bool belongs(const VendorRecord& record, const VendorScope& scope) {
  if (record.type == "document.added" || record.type == "document.changed" ||
      record.type == "document.withdrawn")
    return std::ranges::any_of(scope.documents, [&](const BundledDocument& one) {
      return record.resource == one.resource() || record.resource == one.version_resource();
    });
  if (!scope.questionnaire || record.resource != resource_of(*scope.questionnaire)) return false;
  if (record.type == "questionnaire.added") return true;
  if (record.type == "questionnaire.exported")
    return record.word("sha256") == hex(scope.questionnaire->answered.sha256);
  return record.type == "answer.approved" &&
         std::ranges::any_of(scope.questionnaire->answers, [&](const BundledAnswer& one) {
           return one.approved && record.word("root") == hex(one.approved->root);
         });
}

const VendorRecord* find(const Records& records, std::string_view type, std::string_view resource) {
  const auto found = std::ranges::find_if(
      records, [&](const VendorRecord& one) { return one.type == type && one.resource == resource; });
  return found == records.end() ? nullptr : &*found;
}

/// Title and confidentiality follow from what was said when it was added, and from each change.
base::Result<void> prove_whole(const BundledDocument& document, const Records& records) {
  const auto resource = document.resource();
  if (find(records, "document.added", resource) == nullptr)
    return fail(Code::data_loss, fmt::format("no record that is here says that {} was added", resource));
  std::string_view title, confidentiality;
  for (const auto& record : records) {
    if (record.resource != resource) continue;
    if (const auto said = record.tail("title"); !said.empty()) title = said;
    if (const auto said = record.word("confidentiality"); !said.empty()) confidentiality = said;
  }
  if (title != document.title || confidentiality != document.confidentiality)
    return fail(Code::data_loss,
                fmt::format("the title or the confidentiality of {} is not what was recorded", resource));
  return {};
}

/// Whether the record tells of an issuer.
base::Result<bool> prove_version(const BundledDocument& document, const Records& records) {
  const auto resource = document.version_resource();
  const auto* added = find(records, "document.added", resource);
  if (added == nullptr)
    return fail(Code::data_loss, fmt::format("no record that is here says that {} was added", resource));
  if (added->word("sha256") != hex(document.file.sha256) ||
      added->word("bytes") != fmt::format("{}", document.file.bytes))
    return fail(Code::data_loss,
                fmt::format("{} is not what was recorded when it was added: that had the SHA-256 value {}",
                            document.file.path, added->word("sha256")));
  if (added->word("valid_from") != document.valid_from || added->word("valid_until") != document.valid_until)
    return fail(Code::data_loss,
                fmt::format("the days between which {} holds are not what was recorded", resource));
  const auto issuer = added->tail("issuer");
  if (!issuer.empty() && issuer != document.issuer)
    return fail(Code::data_loss, fmt::format("the issuer of {} is not what was recorded", resource));
  if (const auto* withdrawn = find(records, "document.withdrawn", resource); withdrawn != nullptr)
    return fail(Code::data_loss,
                fmt::format("{} was withdrawn, by record {} of the system log", resource, withdrawn->seq));
  return !issuer.empty() || document.issuer.empty();
}

/// The newest record of an export with all that is stated of it.
const VendorRecord* export_of(const BundledQuestionnaire& questionnaire, const Records& records) {
  const auto resource = resource_of(questionnaire);
  const auto root = hex(root_of(questionnaire.answers)), facts = hex(digest_of(questionnaire.facts));
  const auto found = std::find_if(records.rbegin(), records.rend(), [&](const VendorRecord& one) {
    return one.type == "questionnaire.exported" && one.resource == resource &&
           one.word("sha256") == hex(questionnaire.answered.sha256) &&
           one.word("bytes") == fmt::format("{}", questionnaire.answered.bytes) &&
           one.word("answers") == fmt::format("{}", questionnaire.answers.size()) &&
           one.word("left_out") == fmt::format("{}", questionnaire.left_out.size()) &&
           one.word("root") == root && one.word("facts") == facts;
  });
  return found == records.rend() ? nullptr : &*found;
}

}  // namespace

std::string BundledDocument::resource() const { return fmt::format("{}/{}", kind, id); }

std::string BundledDocument::version_resource() const { return fmt::format("{}/{}/{}", kind, id, version); }

base::Digest leaf_of(const BundledAnswer& answer) {
  return tree::leaf_hash(base::to_indented(answer.answer));
}

base::Digest root_of(const std::vector<BundledAnswer>& answers) {
  tree::CompactRange range;
  for (const auto& one : answers) range.append(leaf_of(one));
  return range.root();
}

base::Digest digest_of(const std::map<std::string, BundledFact>& facts) {
  std::string text = "{";
  for (const auto& [name, fact] : facts) {
    if (text.size() > 1) text += ',';
    base::append_json_string(text, name);
    text += ":{\"as_of\":";
    base::append_json_string(text, fact.as_of);
    text += ",\"cites\":";
    base::append_json_string(text, fact.cites);
    text += ",\"value\":";
    base::append_json_string(text, fact.value);
    text += '}';
  }
  return crypto::sha256(text + '}');
}

std::uint64_t number_of(const BundledAnswer& answer) {
  const auto* number = answer.answer.if_contains("number");
  return number != nullptr && number->is_int64() && number->get_int64() > 0
             ? static_cast<std::uint64_t>(number->get_int64())
             : 0;
}

std::string_view VendorRecord::word(std::string_view name) const {
  std::string_view rest = context;
  while (!rest.empty()) {
    const auto one = rest.substr(0, rest.find(' '));
    // What goes to the end is no more words.
    if (one.starts_with("title=") || one.starts_with("issuer=")) break;
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
      return one.substr(name.size() + 1);
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return {};
}

std::string_view VendorRecord::tail(std::string_view name) const {
  std::string_view rest = context;
  while (!rest.empty()) {
    const auto one = rest.substr(0, rest.find(' '));
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
      return rest.substr(name.size() + 1);
    if (one.starts_with("title=") || one.starts_with("issuer=")) break;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return {};
}

base::Result<std::optional<VendorRecord>> read_vendor_record(std::string_view bytes,
                                                             const VendorScope& scope) {
  TRY_ASSIGN(const auto record, record::read_record(bytes));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  const auto type = event.plain(record::kType);
  if (!type.starts_with("document.") && !type.starts_with("questionnaire.") && type != "answer.approved")
    return std::optional<VendorRecord>();
  VendorRecord out{base::index_of(record.seq), std::string(type), event.text(record::kActionResource),
                   event.text(record::kActionContext)};
  if (!belongs(out, scope)) return std::optional<VendorRecord>();
  return std::optional(std::move(out));
}

base::Result<std::size_t> prove_documents(const std::vector<BundledDocument>& documents,
                                          const Records& records) {
  std::size_t without_issuer = 0;
  for (const auto& document : documents) {
    TRY(prove_whole(document, records));
    TRY_ASSIGN(const bool told, prove_version(document, records));
    without_issuer += told ? 0 : 1;
  }
  return without_issuer;
}

base::Result<void> prove_questionnaire(const BundledQuestionnaire& questionnaire, const Records& records) {
  const auto* added = find(records, "questionnaire.added", resource_of(questionnaire));
  if (added == nullptr)
    return fail(Code::data_loss, "no record that is here says that the questionnaire was added");
  if (added->word("sha256") != hex(questionnaire.original.sha256) ||
      added->word("bytes") != fmt::format("{}", questionnaire.original.bytes))
    return fail(Code::data_loss, fmt::format("{} is not what was recorded when the questionnaire came",
                                             questionnaire.original.path));
  if (added->word("tenant") != questionnaire.tenant)
    return fail(Code::data_loss, "the questionnaire was recorded for another tenant");
  if (export_of(questionnaire, records) == nullptr)
    return fail(Code::data_loss,
                fmt::format("no record that is here says that {} went out with these answers and these facts",
                            questionnaire.answered.path));
  return {};
}

base::Result<std::size_t> prove_answers(const BundledQuestionnaire& questionnaire, const Records& records) {
  const auto* exported = export_of(questionnaire, records);
  std::size_t not_told = 0;
  for (const auto& one : questionnaire.answers) {
    if (!one.approved) {
      ++not_told;
      continue;
    }
    const auto& place = *one.approved;
    const auto root = hex(place.root), size = fmt::format("{}", place.size);
    const bool recorded = std::ranges::any_of(records, [&](const VendorRecord& record) {
      return record.type == "answer.approved" && record.word("root") == root &&
             record.word("answers") == size && exported != nullptr && record.seq < exported->seq;
    });
    if (!recorded || !tree::verify_inclusion(place.index, place.size, leaf_of(one), place.path, place.root))
      return fail(Code::data_loss,
                  fmt::format("the answer to question {} is not one that a record approves", number_of(one)));
  }
  return not_told;
}

}  // namespace countersign::verify
