#include "exporters/verify/report.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace countersign::verify {

namespace json = boost::json;

std::string_view to_string(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "passed";
    case CheckState::failed:
      return "failed";
    case CheckState::not_claimed:
      return "not_claimed";
    case CheckState::not_checked:
      return "not_checked";
  }
  return "";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::verified:
      return "verified";
    case Verdict::intact_but_identity_not_checked:
      return "intact_but_identity_not_checked";
    case Verdict::failed:
      return "failed";
  }
  return "";
}

const Check* VerifyReport::find(std::string_view name) const {
  const auto found =
      std::find_if(checks.begin(), checks.end(), [&](const Check& one) { return one.name == name; });
  return found == checks.end() ? nullptr : &*found;
}

bool VerifyReport::has(CheckState state) const {
  return std::any_of(checks.begin(), checks.end(), [&](const Check& one) { return one.state == state; });
}

json::object VerifyReport::to_json() const {
  const auto text = [](std::string_view view) { return json::string(view.data(), view.size()); };
  json::array check_list, promise_list;
  for (const auto& check : checks)
    check_list.push_back(json::object{
        {"name", check.name}, {"state", text(to_string(check.state))}, {"sentence", check.sentence}});
  for (const auto& promise : promises)
    promise_list.push_back(
        json::object{{"word", promise.word}, {"proven", promise.proven}, {"sentence", promise.sentence}});
  json::object out{{"verdict", text(to_string(verdict))}, {"sentence", sentence}, {"first_wrong", nullptr}};
  if (first_wrong) out["first_wrong"] = json::object{{"seq", first_wrong->seq}, {"why", first_wrong->why}};
  out["promises"] = std::move(promise_list);
  out["checks"] = std::move(check_list);
  out["log"] = log;
  if (period)
    out["period"] =
        json::object{{"from", base::format_rfc3339(period->from)}, {"to", base::format_rfc3339(period->to)}};
  out["records"] = records;
  out["withheld"] = withheld;
  out["disclosures"] = disclosures;
  out["masks"] = masks;
  out["profile"] = profile;
  if (!recipient.empty()) out["recipient"] = recipient;
  out["signer"] = signer;
  out["signer_fingerprint"] = signer_fingerprint;
  json::array gone;
  for (const auto& part : retired)
    gone.push_back(json::object{{"first", part.begin},
                                {"last", part.end - 1},
                                {"part", part.part},
                                {"records", part.records},
                                {"retired", base::format_rfc3339(part.retired)},
                                {"rule", part.rule},
                                {"keep", part.keep}});
  out["retired"] = std::move(gone);
  if (timestamp) out["timestamp"] = base::format_rfc3339(*timestamp);
  return out;
}

}  // namespace countersign::verify
