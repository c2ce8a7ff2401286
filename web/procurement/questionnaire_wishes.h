#pragma once

#include "collector/http/message.h"
#include "ledger/base/problem.h"
#include "reports/questionnaires/store.h"

#include <tl/expected.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What requests about questionnaires and answers ask for. 400, 415 or 422, naming the member and never
/// repeating a value.
namespace countersign::procurement {

/// Of the query: `name`, `file_name`, `tenant`. Without `name` it is the file's.
tl::expected<questionnaires::NewQuestionnaire, base::Problem> read_new_questionnaire(
    const http::RequestHead& head);

/// `layouts`: see questionnaires::layout_from().
tl::expected<std::vector<questionnaires::Layout>, base::Problem> read_layouts(const http::Request& request);

/// `answers`: of each `number`, and `answer`, or `value`, `text` and `cites`, or none of them.
tl::expected<std::vector<questionnaires::Wish>, base::Problem> read_wishes(const http::Request& request);

/// `numbers`.
tl::expected<std::set<std::uint32_t>, base::Problem> read_numbers(const http::Request& request);

/// An answer of the vendor's own, which has the id of the path.
tl::expected<answers::Answer, base::Problem> read_own_answer(const http::Request& request,
                                                             std::string_view id);

/// `tenant`, and `answer`: one of the vendor's own as it is being written, with its id.
struct Preview {
  std::string tenant;
  answers::Answer answer;
};
tl::expected<Preview, base::Problem> read_preview(const http::Request& request);

struct Adoption {
  std::string tenant, owner;
  std::optional<std::string> review_by;
};
/// `tenant`, `owner`, `review_by`. Without `owner` it is `asker`'s.
tl::expected<Adoption, base::Problem> read_adoption(const http::Request& request, const std::string& asker);

}  // namespace countersign::procurement
