#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "reports/answers/answer.h"
#include "reports/documents/waiting_events.h"
#include "reports/questionnaires/approval.h"
#include "reports/questionnaires/questionnaire.h"
#include "reports/questionnaires/recorded.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::questionnaires {

/// A questionnaire that somebody has sent, without its questions.
struct Entry {
  std::string id;  ///< as crypto::random_id()
  std::string name, file_name;
  std::string tenant;   ///< whose evidence answers it
  base::Digest sha256;  ///< of the file as it came
  std::uint64_t bytes = 0;
  base::Timestamp added;
  std::string added_by;
  std::vector<Layout> chosen;  ///< by a person; empty: as they were found
  // As it was read.
  FileForm form = FileForm::workbook;
  std::vector<SheetFound> sheets;
  Set set;
  std::vector<std::string> notes;
};

/// An approved answer as it stands.
struct Standing {
  Approval approval;
  std::vector<std::string> stale;  ///< why it no longer holds; empty while it does
  base::Timestamp since;           ///< when it became so
  /// Where it stands in what was recorded of its approval; absent of one from before that was recorded, and
  /// of one that is adopted.
  std::optional<ApprovedPlace> place = {};
};

/// An answer of the library that somebody stands for, for one tenant.
struct Adopted {
  std::string owner;                     ///< an account's id, or a name
  std::optional<std::string> review_by;  ///< a day, `2027-03-31`
  Standing standing;
};

/// Of a questionnaire: how many questions it has, how many answers are approved, and how many of those are
/// stale.
struct Count {
  std::size_t questions = 0, approved = 0, stale = 0;
};

/// `questionnaires.sqlite`: questionnaires with their questions, which answers were approved, answers of the
/// vendor's own, and events that wait to be recorded; each in the transaction of what it tells of. One
/// thread. Errors: the connection's; data_loss for what cannot be read.
class Book {
 public:
  /// Made where there is none. data_loss where it is another file; failed_precondition where a newer version
  /// made it.
  static base::Result<Book> open(const std::filesystem::path& file);
  base::Result<sqlite::Transaction> begin();
  /// A number that differs when something was changed, by this connection or another one.
  base::Result<std::int64_t> version();

  /// In the order in which they were added; all, or the one of that id.
  base::Result<std::vector<Entry>> entries(std::optional<std::string_view> id = std::nullopt);
  base::Result<std::vector<Question>> questions(std::string_view id);
  base::Result<Count> count(std::string_view id);
  /// Adds one, or puts others in the place of its questions, without their answers.
  base::Result<void> put(const Entry& entry, const std::vector<Question>& questions);
  /// With all that is kept of it.
  base::Result<void> remove(std::string_view id);

  /// Of a questionnaire, by the question's number.
  base::Result<std::map<std::uint32_t, Standing>> answers(std::string_view id);
  base::Result<void> put(std::string_view id, std::uint32_t number, const Standing& answer);
  base::Result<void> remove(std::string_view id, std::uint32_t number);

  /// The vendor's own answers, as read_answer() reads them.
  base::Result<std::vector<boost::json::object>> own();
  base::Result<void> put_own(std::string_view id, const boost::json::object& answer);
  base::Result<void> remove_own(std::string_view id);

  /// By answer and tenant.
  base::Result<std::vector<Adopted>> adopted();
  base::Result<void> put(const Adopted& answer);
  base::Result<void> remove_adopted(std::string_view answer, std::string_view tenant);

  /// Puts an event down that is to be recorded; and records what waits.
  base::Result<void> wait(const boost::json::object& event);
  base::Result<void> settle(const documents::Record& record);

 private:
  explicit Book(sqlite::Connection connection) : connection_(std::move(connection)) {}
  /// Runs a statement without rows, with these texts.
  base::Result<void> run(std::string_view sql, std::initializer_list<std::string_view> texts);

  sqlite::Connection connection_;
  std::int64_t own_changes_ = 0;
};

}  // namespace countersign::questionnaires
