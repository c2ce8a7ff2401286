#include "ledger/crypto/digest.h"
#include "reports/questionnaires/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

/// What facts say, whenever they were gathered.
base::Digest said_by(const answers::Facts& facts) {
  std::string text;
  for (const auto& [name, fact] : facts.all()) {
    text.append(name).push_back('\0');
    text.append(fact.value).push_back('\0');
  }
  return crypto::sha256(text);
}

}  // namespace

base::Result<const Store::Looked*> Store::look() {
  constexpr std::string_view kControl = "control:";
  TRY_ASSIGN(const auto version, book_.version());
  if (looked_ && looked_->version == version) return &*looked_;
  Looked out;
  out.version = version;
  const auto add = [&](const Approval& approval) {
    auto& controls = out.watched[approval.tenant];
    for (const auto& [name, fact] : approval.used.all()) {
      if (fact.cites.starts_with(kControl)) controls.insert(fact.cites.substr(kControl.size()));
    }
  };
  TRY_ASSIGN(out.adopted, book_.adopted());
  for (const auto& one : out.adopted) add(one.standing.approval);
  TRY_ASSIGN(const auto entries, book_.entries());
  for (const auto& entry : entries) {
    TRY_ASSIGN(const auto standings, book_.answers(entry.id));
    for (const auto& [number, standing] : standings) add(standing.approval);
  }
  looked_ = std::move(out);
  return &*looked_;
}

base::Result<std::vector<Adopted>> Store::adopted() {
  TRY(settle());
  TRY_ASSIGN(const auto* looked, look());
  return looked->adopted;
}

base::Result<std::map<std::string, std::set<std::string>>> Store::watched() {
  TRY(settle());
  TRY_ASSIGN(const auto* looked, look());
  return looked->watched;
}

base::Result<std::map<std::uint32_t, std::string>> Store::approvers(std::string_view id) {
  TRY_ASSIGN(const auto standings, book_.answers(id));
  std::map<std::uint32_t, std::string> out;
  for (const auto& [number, standing] : standings) out[number] = standing.approval.by;
  return out;
}

base::Result<std::size_t> Store::judge(const std::string& tenant, const answers::Facts& facts) {
  const auto said = said_by(facts);
  const auto day = today();
  const auto is_judged = [&](std::int64_t version) {
    const auto found = judged_.find(tenant);
    return found != judged_.end() && found->second == Judged{version, day, said};
  };
  TRY_ASSIGN(const auto before, book_.version());
  if (is_judged(before)) return 0u;
  TRY_ASSIGN(const auto locked, lock());
  TRY_ASSIGN(const auto known, library());
  TRY_ASSIGN(auto all, adopted());
  TRY_ASSIGN(const auto entries, book_.entries());
  TRY_ASSIGN(auto transaction, book_.begin());
  std::vector<json::object> events;
  bool any = false;
  const auto changed = [&](Standing& standing, std::vector<std::string> why, const std::string& resource) {
    if (why == standing.stale) return false;
    any = true;
    // What is stale for another reason by now is no news.
    if (why.empty() != standing.stale.empty()) {
      standing.since = options_.clock();
      const std::string context =
          why.empty() ? "the evidence shows it again" : fmt::format("{}", fmt::join(why, "; "));
      events.push_back(
          event(why.empty() ? "answer.current" : "answer.stale", "judge answer", resource, context, nullptr));
    }
    standing.stale = std::move(why);
    return true;
  };
  for (auto& one : all) {
    if (one.standing.approval.tenant != tenant) continue;
    auto why = why_stale(one.standing.approval, *known, facts);
    if (one.review_by && *one.review_by < day) why.push_back("it was to be reviewed by " + *one.review_by);
    if (changed(one.standing, std::move(why), tenant + '/' + one.standing.approval.answer))
      TRY(book_.put(one));
  }
  for (const auto& entry : entries) {
    if (entry.tenant != tenant) continue;
    TRY_ASSIGN(auto standings, book_.answers(entry.id));
    for (auto& [number, standing] : standings) {
      if (changed(standing, why_stale(standing.approval, *known, facts),
                  fmt::format("questionnaire/{}/{}", entry.id, number)))
        TRY(book_.put(entry.id, number, standing));
    }
  }
  if (any) TRY(end(std::move(transaction), events));
  // Nobody else changes anything meanwhile.
  TRY_ASSIGN(const auto version, book_.version());
  judged_[tenant] = {version, day, said};
  return events.size();
}

}  // namespace countersign::questionnaires
