#include "exporters/verify/layout.h"
#include "exporters/verify/vendor.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/entropy.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

namespace json = boost::json;

constexpr std::string_view kDocumentsFormat = "countersign-documents/1";
constexpr std::string_view kDocumentsStatement =
    "These are documents of the vendor who runs the appliance, and not the tenant's. The records of the "
    "system log that tell of them are in data/vendor/system.jsonl, word for word.";
constexpr std::string_view kDocumentsNotProven[] = {
    "That the system log holds no further record of these documents: inclusion proves what is there, not "
    "that "
    "nothing else is. A withdrawal that was recorded and left out here is not seen.",
    "What media type and name a file has, and who has issued what was recorded before issuers were: that is "
    "as stated by the operator.",
    "That a document is true, or genuine: it is the file that the operator added at that time.",
};
constexpr std::string_view kQuestionnaireFormat = "countersign-questionnaire/1";
constexpr std::string_view kQuestionnaireStatement =
    "This is a questionnaire that the vendor who runs the appliance was sent, with the answers that a person "
    "approved and the facts that they go by. The records of the system log that tell of it are in "
    "data/vendor/system.jsonl, word for word.";
constexpr std::string_view kQuestionnaireNotProven[] = {
    "That the answered file says what the answers say: both were recorded at once, when it went out, and "
    "whoever opens it can compare them.",
    "That an answer in a person's own words is true. Such an answer has no id of the library.",
    "What the questionnaire and its file are called, and which answers could not be put into it: that is as "
    "stated by the operator.",
    "That the facts are what the evidence shows: they are what the appliance knew then. Where the bundle has "
    "a report, the controls that are cited are compared with it.",
};

json::string text(std::string_view view) { return json::string(view.data(), view.size()); }

template <class Sentences>
json::array texts(const Sentences& sentences) {
  json::array out;
  for (const auto sentence : sentences) out.push_back(text(sentence));
  return out;
}

json::value text_or_null(const std::string& one) { return one.empty() ? json::value() : json::value(one); }

json::object json_of(const BundledFile& file) {
  return {{"path", file.path}, {"sha256", base::to_hex(file.sha256.view())}, {"bytes", file.bytes}};
}

json::value json_of(const std::optional<ApprovedAnswer>& place) {
  if (!place) return nullptr;
  json::array path;
  for (const auto& hash : place->path) path.emplace_back(base::to_base64(hash.view()));
  return {{"root", base::to_base64(place->root.view())},
          {"index", place->index},
          {"size", place->size},
          {"path", std::move(path)}};
}

/// Reads members; bad() once one was missing, of another type or not as it has to be.
class Reader {
 public:
  bool bad() const { return bad_; }
  void need(bool holds) { bad_ = bad_ || !holds; }

  const json::object& object(const json::value* from) {
    static const json::object kNone;
    need(from != nullptr && from->is_object());
    return bad_ ? kNone : from->get_object();
  }
  const json::array& array(const json::object& from, std::string_view name) {
    static const json::array kNone;
    const auto* found = at(from, name);
    need(found != nullptr && found->is_array());
    return bad_ ? kNone : found->get_array();
  }
  std::string text_of(const json::value* found) {
    need(found != nullptr && found->is_string());
    return bad_ ? std::string() : std::string(found->get_string());
  }
  std::string text(const json::object& from, std::string_view name) { return text_of(at(from, name)); }
  std::string text_or_empty(const json::object& from, std::string_view name) {
    const auto* found = at(from, name);
    return found != nullptr && found->is_null() ? std::string() : text_of(found);
  }
  std::uint64_t number_of(const json::value* found) {
    need(found != nullptr && found->is_int64() && found->get_int64() >= 0);
    return bad_ ? 0 : static_cast<std::uint64_t>(found->get_int64());
  }
  std::uint64_t number(const json::object& from, std::string_view name) { return number_of(at(from, name)); }
  base::Digest hash(base::Result<base::Digest> read) {
    need(read.has_value());
    return read ? *read : base::Digest{};
  }
  const json::value* at(const json::object& from, std::string_view name) const {
    return from.if_contains(json::string_view(name.data(), name.size()));
  }

  BundledFile file(const json::object& from, std::string_view name) {
    const auto& object = this->object(at(from, name));
    BundledFile out;
    out.path = text(object, "path");
    out.sha256 = hash(base::digest_from_hex(text(object, "sha256")));
    out.bytes = number(object, "bytes");
    return out;
  }

 private:
  bool bad_ = false;
};

/// Whether `path` is `begin` with an extension behind it.
bool is_called(const std::string& path, std::string_view begin) {
  if (!path.starts_with(begin) || path.size() < begin.size() + 2 || path.size() > begin.size() + 9 ||
      path[begin.size()] != '.')
    return false;
  return std::all_of(path.begin() + static_cast<std::ptrdiff_t>(begin.size()) + 1, path.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool is_kind(std::string_view kind) {
  return !kind.empty() && kind.size() <= 32 && std::ranges::all_of(kind, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

BundledDocument document_from(Reader& reader, const json::value& value) {
  const auto& from = reader.object(&value);
  BundledDocument out;
  out.id = reader.text(from, "id");
  out.kind = reader.text(from, "kind");
  out.title = reader.text(from, "title");
  out.confidentiality = reader.text(from, "confidentiality");
  out.version = reader.number(from, "version");
  out.file = reader.file(from, "file");
  out.valid_from = reader.text_or_empty(from, "valid_from");
  out.valid_until = reader.text_or_empty(from, "valid_until");
  out.issuer = reader.text_or_empty(from, "issuer");
  out.media_type = reader.text(from, "media_type");
  out.file_name = reader.text(from, "file_name");
  reader.need(crypto::is_random_id(out.id) && is_kind(out.kind) && out.version > 0);
  reader.need(out.confidentiality == "public" || out.confidentiality == "nda");
  reader.need(
      is_called(out.file.path, std::string(layout::kDocumentsFolder) + base::to_hex(out.file.sha256.view())));
  return out;
}

std::optional<ApprovedAnswer> place_from(Reader& reader, const json::value* value) {
  if (value != nullptr && value->is_null()) return std::nullopt;
  const auto& from = reader.object(value);
  ApprovedAnswer out;
  out.root = reader.hash(base::digest_from_base64(reader.text(from, "root")));
  out.index = reader.number(from, "index");
  out.size = reader.number(from, "size");
  for (const auto& one : reader.array(from, "path"))
    out.path.push_back(reader.hash(base::digest_from_base64(reader.text_of(&one))));
  return out;
}

BundledQuestionnaire questionnaire_from(Reader& reader, const json::value& value) {
  const auto& root = reader.object(&value);
  BundledQuestionnaire out;
  out.id = reader.text(root, "id");
  out.name = reader.text(root, "name");
  out.tenant = reader.text(root, "tenant");
  out.file_name = reader.text(root, "file_name");
  out.original = reader.file(root, "original");
  out.answered = reader.file(root, "answered");
  for (const auto& one : reader.array(root, "left_out")) out.left_out.push_back(reader.number_of(&one));
  const auto& facts = reader.object(reader.at(root, "facts"));
  for (const auto& [name, fact] : reader.object(reader.at(facts, "known"))) {
    const auto& from = reader.object(&fact);
    out.facts[std::string(name)] = {reader.text(from, "value"), reader.text(from, "cites"),
                                    reader.text(from, "as_of")};
  }
  std::uint64_t before = 0;
  for (const auto& one : reader.array(root, "answers")) {
    const auto& from = reader.object(&one);
    BundledAnswer answer;
    answer.answer = reader.object(reader.at(from, "answer"));
    answer.approved = place_from(reader, reader.at(from, "approved"));
    reader.need(number_of(answer) > before);
    before = number_of(answer);
    out.answers.push_back(std::move(answer));
  }
  reader.need(crypto::is_random_id(out.id));
  reader.need(is_called(out.original.path, std::string(layout::kQuestionnaireFolder) + "original"));
  reader.need(is_called(out.answered.path, std::string(layout::kQuestionnaireFolder) + "answered"));
  return out;
}

auto misspelt(std::string_view name) {
  return base::fail(
      base::Code::data_loss,
      std::string(name) + " does not have the members that it must have, spelled as they must be");
}

}  // namespace

std::string format_documents(const std::vector<BundledDocument>& documents) {
  json::array all;
  for (const auto& one : documents)
    all.push_back({{"id", one.id},
                   {"kind", one.kind},
                   {"title", one.title},
                   {"confidentiality", one.confidentiality},
                   {"version", one.version},
                   {"file", json_of(one.file)},
                   {"valid_from", text_or_null(one.valid_from)},
                   {"valid_until", text_or_null(one.valid_until)},
                   {"issuer", text_or_null(one.issuer)},
                   {"media_type", one.media_type},
                   {"file_name", one.file_name}});
  return base::to_indented({{"format", text(kDocumentsFormat)},
                            {"statement", text(kDocumentsStatement)},
                            {"documents", std::move(all)},
                            {"not_proven", texts(kDocumentsNotProven)}});
}

base::Result<std::vector<BundledDocument>> parse_documents(std::string_view content) {
  TRY_ASSIGN(const auto parsed, base::parse_json(content, {.depth_max = 8}));
  Reader reader;
  std::vector<BundledDocument> out;
  for (const auto& one : reader.array(reader.object(&parsed.value), "documents"))
    out.push_back(document_from(reader, one));
  if (reader.bad() || out.empty() || format_documents(out) != content) return misspelt(layout::kDocuments);
  return out;
}

std::string format_questionnaire(const BundledQuestionnaire& one) {
  json::object known;
  for (const auto& [name, fact] : one.facts)
    known[name] = {{"as_of", fact.as_of}, {"cites", fact.cites}, {"value", fact.value}};
  json::array answers;
  for (const auto& answer : one.answers)
    answers.push_back({{"answer", answer.answer}, {"approved", json_of(answer.approved)}});
  return base::to_indented(
      {{"format", text(kQuestionnaireFormat)},
       {"statement", text(kQuestionnaireStatement)},
       {"id", one.id},
       {"name", one.name},
       {"tenant", one.tenant},
       {"file_name", one.file_name},
       {"original", json_of(one.original)},
       {"answered", json_of(one.answered)},
       {"left_out", json::array(one.left_out.begin(), one.left_out.end())},
       {"facts", {{"sha256", base::to_hex(digest_of(one.facts).view())}, {"known", std::move(known)}}},
       {"answers", std::move(answers)},
       {"not_proven", texts(kQuestionnaireNotProven)}});
}

base::Result<BundledQuestionnaire> parse_questionnaire(std::string_view content) {
  TRY_ASSIGN(const auto parsed, base::parse_json(content, {.depth_max = 8}));
  Reader reader;
  auto out = questionnaire_from(reader, parsed.value);
  if (reader.bad() || format_questionnaire(out) != content) return misspelt(layout::kQuestionnaire);
  return out;
}

}  // namespace countersign::verify
