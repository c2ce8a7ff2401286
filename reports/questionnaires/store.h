#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "reports/answers/library.h"
#include "reports/answers/matcher.h"
#include "reports/documents/record_events.h"
#include "reports/questionnaires/approval.h"
#include "reports/questionnaires/book.h"
#include "reports/questionnaires/questionnaire.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::questionnaires {

/// The folder of a region's questionnaires.
std::filesystem::path folder_in(const std::filesystem::path& region_folder);

struct NewQuestionnaire {
  std::string name, file_name, tenant;
  std::vector<Layout> layouts;  ///< empty: as they are found
};

/// A question with what the library says to it, and what was approved.
struct Asked {
  Question question;
  answers::Match match;
  std::optional<answers::Proposal> proposal;  ///< of the answer that was chosen
  std::optional<Standing> answer;
};

/// What a person approves for a question: the library's answer as it stands, or her own words.
struct Wish {
  std::uint32_t number = 0;
  std::optional<std::string> answer;  ///< id in the library; empty: the one that the match chose
  struct Own {
    answers::Value value = answers::Value::text;
    std::string text;
    std::vector<std::string> cites;
  };
  std::optional<Own> own;
};

/// What went out: the file, and what is recorded of it.
struct Exported {
  Entry entry;
  Written written;
  base::Digest sha256;                               ///< of the file
  std::vector<boost::json::object> answers;          ///< as recorded_answer(), by the question's number
  std::vector<std::optional<ApprovedPlace>> places;  ///< of each
  base::Digest root;                                 ///< over the answers
  answers::Facts facts;                              ///< of what they cite, as known now
};

/// The questionnaires of a region, `questionnaires/` in its folder: the files as they came, by their SHA-256,
/// and `questionnaires.sqlite`.
///
/// What changes something is on disk, and its event left to be recorded, when it returns. Several processes
/// may have a store of one folder; changes go one after another (unavailable where another takes longer than
/// ten seconds). One thread. Errors of all calls: those of Book; not_found for what there is not;
/// invalid_argument says what to mend and repeats nothing that was given.
class Store {
 public:
  using By = documents::By;
  struct Options {
    std::filesystem::path folder;  ///< folder_in()
    documents::Record record;
    base::Clock clock = base::system_clock();
    crypto::Entropy entropy = crypto::system_entropy();
    ReadLimits limits = {};
    std::size_t questionnaires = 500;
    std::size_t own_answers = 1'000;
    std::uint64_t disk_reserve_bytes = 0;  ///< what a file leaves free on its file system
  };
  /// Makes what is missing.
  static base::Result<Store> open(Options options);

  // The library: that of the program with the vendor's own answers.

  base::Result<std::shared_ptr<const answers::Library>> library();
  base::Result<void> put_own(answers::Answer answer, const By& by);
  base::Result<void> remove_own(std::string_view id, const By& by);

  /// Somebody stands for an answer as it is by these facts. failed_precondition, with what is missing, where
  /// none of its claims holds.
  base::Result<Adopted> adopt(std::string_view id, const std::string& tenant, const std::string& owner,
                              const std::optional<std::string>& review_by, const answers::Facts& facts,
                              const By& by);
  base::Result<void> drop(std::string_view answer, std::string_view tenant, const By& by);
  base::Result<std::vector<Adopted>> adopted();

  // Questionnaires.

  /// failed_precondition: there are as many as there may be. resource_exhausted: there is no room for the
  /// file. Others as read_questionnaire(), where a limit of the file is invalid_argument, too.
  base::Result<Entry> add(const NewQuestionnaire& wish, std::string_view bytes, const By& by);
  base::Result<std::vector<Entry>> list();
  base::Result<Entry> find(std::string_view id);
  /// As it came. data_loss where the file is another one.
  base::Result<std::string> original(const Entry& entry) const;
  /// Reads it anew by the layouts that a person chooses; what was approved is given up.
  base::Result<Entry> choose(std::string_view id, const std::vector<Layout>& layouts, const By& by);
  base::Result<void> remove(std::string_view id, const By& by);

  /// The questions from a number on, at most `most`, by these facts.
  base::Result<std::vector<Asked>> ask(std::string_view id, std::uint32_t from, std::size_t most,
                                       const answers::Facts& facts);
  base::Result<Count> count(std::string_view id);

  /// All of them or none. failed_precondition where an answer of the library does not hold by these facts,
  /// with the question's number.
  base::Result<void> approve(std::string_view id, const std::vector<Wish>& wishes,
                             const answers::Facts& facts, const By& by);
  base::Result<void> take_back(std::string_view id, const std::set<std::uint32_t>& numbers, const By& by);

  /// Who approved what, by the question's number.
  base::Result<std::map<std::uint32_t, std::string>> approvers(std::string_view id);

  /// The file with what was approved. failed_precondition while any of it is stale, also by these facts, or
  /// nothing is approved.
  base::Result<Exported> write(std::string_view id, const answers::Facts& facts, const By& by);

  // What goes by evidence.

  // Of what nothing has changed since the last call, by this store or another one, nothing is read again.

  /// Which tenants' facts answers go by, with the controls that they cite.
  base::Result<std::map<std::string, std::set<std::string>>> watched();
  /// Judges all that was approved for a tenant by these facts; records what became stale, and what holds
  /// again. Gives how many of each changed.
  base::Result<std::size_t> judge(const std::string& tenant, const answers::Facts& facts);

 private:
  /// All that is approved, as it was at a version of the book.
  struct Looked {
    std::int64_t version = 0;
    std::vector<Adopted> adopted;
    std::map<std::string, std::set<std::string>> watched;
  };
  /// By what a tenant's answers were judged.
  struct Judged {
    std::int64_t version = 0;
    std::string day;
    base::Digest facts;
    bool operator==(const Judged&) const = default;
  };
  base::Result<const Looked*> look();

  Store(Options options, Book book) : options_(std::move(options)), book_(std::move(book)) {}

  base::Result<base::OpenFile> lock() const;
  /// Leaves the events that wait.
  base::Result<void> settle();
  base::Result<void> end(sqlite::Transaction transaction, const std::vector<boost::json::object>& events);
  boost::json::object event(std::string_view type, std::string_view name, const std::string& resource,
                            const std::string& context, const By* by) const;
  base::Result<answers::Matcher*> matcher();
  base::Result<Approval> approval_for(const Wish& wish, const Question& question, const Entry& entry,
                                      const answers::Facts& facts);
  std::string today() const;

  Options options_;
  Book book_;
  std::string own_text_;  ///< of the vendor's own answers in library_
  std::shared_ptr<const answers::Library> library_;
  std::optional<answers::Matcher> matcher_;  ///< over library_
  std::optional<Looked> looked_;
  std::map<std::string, Judged> judged_;  ///< by tenant
};

}  // namespace countersign::questionnaires
