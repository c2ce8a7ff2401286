#include "reports/questionnaires/store.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/utf8.h"
#include "ledger/crypto/digest.h"
#include "reports/answers/read_answer.h"
#include "reports/documents/document.h"
#include "reports/questionnaires/words.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace countersign::questionnaires {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::int64_t kPatienceMs = 10'000;
constexpr std::size_t kNameBytesMax = 200;

std::string file_of(const base::Digest& sha256) { return base::to_hex(sha256.view()); }

bool is_plain(std::string_view text) {
  return !trimmed(text).empty() && text.size() <= kNameBytesMax &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

base::Result<void> check(const NewQuestionnaire& wish) {
  if (!is_plain(wish.name))
    return fail(Code::invalid_argument, "name is a text of 1 to 200 bytes without control characters");
  if (!is_plain(wish.file_name) || wish.file_name.find_first_of("/\\") != std::string::npos)
    return fail(Code::invalid_argument,
                "file_name is a name of 1 to 200 bytes without slashes and control characters");
  return {};
}

/// That there is more in a file than is taken is the file's fault, and not that of the disk.
base::Result<Questionnaire> read(std::string_view bytes, std::string_view file_name,
                                 const std::vector<Layout>& layouts, const ReadLimits& limits) {
  auto out = read_questionnaire(bytes, file_name, layouts, limits);
  if (!out && out.error().code == Code::resource_exhausted)
    return fail(Code::invalid_argument, out.error().message);
  return out;
}

void take(Questionnaire&& read, Entry& entry) {
  entry.form = read.form;
  entry.sheets = std::move(read.sheets);
  entry.set = std::move(read.set);
  entry.notes = std::move(read.notes);
}

}  // namespace

fs::path folder_in(const fs::path& region_folder) { return region_folder / "questionnaires"; }

base::Result<Store> Store::open(Options options) {
  TRY(base::make_folders_durably(options.folder));
  TRY_ASSIGN(auto book, Book::open(options.folder / "questionnaires.sqlite"));
  return Store(std::move(options), std::move(book));
}

base::Result<base::OpenFile> Store::lock() const {
  return base::wait_for_lock(options_.folder / "lock", base::FileLock::alone, kPatienceMs);
}

base::Result<void> Store::settle() { return book_.settle(options_.record); }

base::Result<void> Store::end(sqlite::Transaction transaction, const std::vector<json::object>& events) {
  for (const auto& event : events) {
    TRY(documents::check_event(event));
    TRY(book_.wait(event));
  }
  TRY(transaction.commit());
  return settle();
}

json::object Store::event(std::string_view type, std::string_view name, const std::string& resource,
                          const std::string& context, const By* by) const {
  constexpr std::size_t kContextMax = 1'000;
  json::object out{{"id", crypto::random_id(options_.entropy)},
                   {"time", base::format_rfc3339(options_.clock())},
                   {"type", std::string(type)},
                   {"tenant", std::string(base::kSystemTenant)},
                   {"action",
                    {{"name", std::string(name)},
                     {"resource", resource},
                     {"context", std::string(base::cut(context, kContextMax))}}}};
  if (by != nullptr) {
    for (const auto& member : by->members) out[member.key()] = member.value();
  }
  return out;
}

std::string Store::today() const { return documents::format_day(documents::day_of(options_.clock())); }

// The library.

base::Result<std::shared_ptr<const answers::Library>> Store::library() {
  TRY_ASSIGN(const auto own, book_.own());
  auto text = json::serialize(json::array(own.begin(), own.end()));
  if (library_ && text == own_text_) return library_;
  std::vector<answers::Answer> read;
  for (const auto& one : own) {
    auto answer = answers::read_answer(one, {answers::FactNames::built_in()});
    // A newer version may know other facts.
    if (!answer)
      return fail(Code::failed_precondition,
                  "an answer of your own cannot be used any more: " + answer.error().message);
    answer->own = true;
    read.push_back(std::move(*answer));
  }
  TRY_ASSIGN(auto made, answers::Library::built_in()->with(std::move(read)));
  library_ = std::make_shared<const answers::Library>(std::move(made));
  own_text_ = std::move(text);
  matcher_.reset();
  return library_;
}

base::Result<answers::Matcher*> Store::matcher() {
  TRY_ASSIGN(const auto known, library());
  if (!matcher_) {
    TRY_ASSIGN(auto made, answers::Matcher::make(known));
    matcher_.emplace(std::move(made));
  }
  return &*matcher_;
}

base::Result<void> Store::put_own(answers::Answer answer, const By& by) {
  TRY(answers::check_words(answer));
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto before, library());
  answer.own = true;
  const auto document = answers::to_json(answer);
  std::vector<answers::Answer> all{answer};
  std::ranges::copy_if(before->answers(), std::back_inserter(all),
                       [&](const auto& other) { return other.own && other.id != answer.id; });
  if (all.size() > options_.own_answers)
    return fail(Code::failed_precondition,
                fmt::format("there are {} answers of your own, and no more may be", all.size() - 1));
  TRY_ASSIGN(auto with, answers::Library::built_in()->with(all));
  TRY(answers::Matcher::make(std::make_shared<const answers::Library>(std::move(with))));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put_own(answer.id, document));
  const auto hash = base::to_hex(crypto::sha256(json::serialize(document)).view());
  return end(std::move(transaction), {event("answer.changed", "put answer", "library/" + answer.id,
                                            fmt::format("sha256={}", hash), &by)});
}

base::Result<void> Store::remove_own(std::string_view id, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto known, library());
  const auto* found = known->find(id);
  if (found == nullptr || !found->own)
    return fail(Code::not_found, "there is no answer of your own with that id");
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.remove_own(id));
  return end(std::move(transaction),
             {event("answer.changed", "remove answer", fmt::format("library/{}", id), "removed", &by)});
}

base::Result<Adopted> Store::adopt(std::string_view id, const std::string& tenant, const std::string& owner,
                                   const std::optional<std::string>& review_by, const answers::Facts& facts,
                                   const By& by) {
  if (!is_plain(owner))
    return fail(Code::invalid_argument, "owner is a text of 1 to 200 bytes without control characters");
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto known, library());
  const auto* answer = known->find(id);
  if (answer == nullptr) return fail(Code::not_found, "there is no such answer");
  const auto proposal = answers::propose(*answer, facts);
  if (!proposal.holds)
    return fail(Code::failed_precondition,
                fmt::format("the evidence does not show it: {}", fmt::join(proposal.missing, "; ")));
  Adopted out;
  out.owner = owner;
  out.review_by = review_by;
  auto& approval = out.standing.approval;
  approval = approval_of(*answer, proposal, facts);
  approval.tenant = tenant;
  approval.by = by.name;
  approval.at = options_.clock();
  out.standing.since = approval.at;
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put(out));
  const auto context =
      fmt::format("answer={} facts={}{}", to_string(approval.value),
                  base::to_hex(approval.used.digest().view()), review_by ? " review_by=" + *review_by : "");
  TRY(end(std::move(transaction),
          {event("answer.approved", "adopt answer", tenant + '/' + approval.answer, context, &by)}));
  return out;
}

base::Result<void> Store::drop(std::string_view answer, std::string_view tenant, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto all, book_.adopted());
  const bool there = std::ranges::any_of(all, [&](const Adopted& one) {
    return one.standing.approval.answer == answer && one.standing.approval.tenant == tenant;
  });
  if (!there) return fail(Code::not_found, "nobody stands for that answer");
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.remove_adopted(answer, tenant));
  return end(std::move(transaction), {event("answer.withdrawn", "drop answer",
                                            fmt::format("{}/{}", tenant, answer), "dropped", &by)});
}

// Questionnaires.

base::Result<Entry> Store::add(const NewQuestionnaire& wish, std::string_view bytes, const By& by) {
  TRY(check(wish));
  TRY_ASSIGN(auto found, read(bytes, wish.file_name, wish.layouts, options_.limits));
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto others, list());
  if (others.size() >= options_.questionnaires)
    return fail(Code::failed_precondition,
                fmt::format("there are {} questionnaires, and no more may be: remove some", others.size()));
  Entry entry;
  entry.id = crypto::random_id(options_.entropy);
  entry.name = wish.name;
  entry.file_name = wish.file_name;
  entry.tenant = wish.tenant;
  entry.sha256 = crypto::sha256(bytes);
  entry.bytes = bytes.size();
  entry.added = options_.clock();
  entry.added_by = by.name;
  entry.chosen = wish.layouts;
  const auto questions = std::move(found.questions);
  take(std::move(found), entry);
  TRY_ASSIGN(const auto free, base::free_bytes(options_.folder));
  if (free < bytes.size() + options_.disk_reserve_bytes)
    return fail(Code::resource_exhausted, fmt::format("there is no room in {}", options_.folder.string()));
  TRY(base::write_file_durably(options_.folder / file_of(entry.sha256), bytes, base::FileMode::secret));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put(entry, questions));
  const auto context = fmt::format(
      "sha256={} bytes={} questions={} tenant={}{}", file_of(entry.sha256), entry.bytes, questions.size(),
      entry.tenant,
      entry.set.name.empty() ? std::string() : fmt::format(" set={}-{}", entry.set.name, entry.set.version));
  TRY(end(std::move(transaction),
          {event("questionnaire.added", "add questionnaire", "questionnaire/" + entry.id, context, &by)}));
  return entry;
}

base::Result<std::vector<Entry>> Store::list() {
  TRY(settle());
  return book_.entries();
}

base::Result<Entry> Store::find(std::string_view id) {
  TRY(settle());
  TRY_ASSIGN(auto found, book_.entries(id));
  if (found.empty()) return fail(Code::not_found, "there is no such questionnaire");
  return std::move(found.front());
}

base::Result<std::string> Store::original(const Entry& entry) const {
  TRY_ASSIGN(auto bytes, base::read_file(options_.folder / file_of(entry.sha256), entry.bytes));
  if (crypto::sha256(bytes) != entry.sha256)
    return fail(Code::data_loss, "the file of a questionnaire is not the one that was added");
  return bytes;
}

base::Result<Entry> Store::choose(std::string_view id, const std::vector<Layout>& layouts, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(auto entry, find(id));
  TRY_ASSIGN(const auto bytes, original(entry));
  TRY_ASSIGN(auto found, read(bytes, entry.file_name, layouts, options_.limits));
  entry.chosen = layouts;
  const auto questions = std::move(found.questions);
  take(std::move(found), entry);
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.put(entry, questions));
  TRY(end(std::move(transaction),
          {event("questionnaire.changed", "choose columns", "questionnaire/" + entry.id,
                 fmt::format("questions={}", questions.size()), &by)}));
  return entry;
}

base::Result<void> Store::remove(std::string_view id, const By& by) {
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto entry, find(id));
  TRY_ASSIGN(auto transaction, book_.begin());
  TRY(book_.remove(id));
  TRY(end(std::move(transaction),
          {event("questionnaire.removed", "remove questionnaire", "questionnaire/" + entry.id,
                 fmt::format("sha256={}", file_of(entry.sha256)), &by)}));
  TRY_ASSIGN(const auto others, book_.entries());
  if (std::ranges::any_of(others, [&](const Entry& one) { return one.sha256 == entry.sha256; })) return {};
  std::error_code ignored;
  fs::remove(options_.folder / file_of(entry.sha256), ignored);
  return {};
}

}  // namespace countersign::questionnaires
