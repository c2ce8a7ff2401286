#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The SQL of RecentEvidence. Beside the parameters of reports/workspace/evidence.sql there are :place, that
/// of the first record of a run; :fresh, 1 where the run is to be judged; :high, when the latest of what was
/// judged before happened; :most, how many records are judged anew, or a challenge outlives its records by;
/// :base, the place of the log's first record; :horizon, beyond which what happened is history.
namespace countersign::monitor {

/// Makes the tables of the workspace ready to be filled run by run: after the workspace's own SQL, with the
/// index attached as `projection`.
std::string recent_schema_sql();

/// The statements that tell of a run of records, in their order: who was told of, in which challenges, and
/// when sources were heard.
std::vector<std::string> take_sql();
/// The one that then adds the records to `evidence`, which has these columns.
std::string insert_sql(std::string_view columns);

/// The statements that mark what is to be judged anew because of records that happened before :high.
std::vector<std::string> judge_anew_sql();

/// The statements after which nothing is to be judged.
std::vector<std::string> set_aside_sql();

/// Forgets what happened before :before.
std::string forget_evidence_sql();
/// Forgets challenges whose records have gone, and when sources were heard before the minute :minute but for
/// the last time.
std::vector<std::string> forget_rest_sql();

/// Empty the tables of policies; and fill them, once `policies` has its rows.
std::string clear_policies_sql();
std::string fill_policies_sql();

}  // namespace countersign::monitor
