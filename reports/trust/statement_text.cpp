#include "reports/trust/statement_text.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::trust {
namespace {

namespace json = boost::json;

void put(json::object& out, std::string_view member, const std::string& value) {
  if (!value.empty()) out[member] = value;
}

json::object item_json(const Item& item) {
  json::object out{{"id", item.id},
                   {"title", item.title},
                   {"state", std::string(to_string(item.state))},
                   {"sentence", item.sentence}};
  put(out, "issuer", item.issuer);
  put(out, "valid_from", item.valid_from);
  put(out, "valid_until", item.valid_until);
  put(out, "sha256", item.sha256);
  if (!item.document.empty()) out["file"] = file_path(item.document);
  out["controls"] = json::array(item.controls.begin(), item.controls.end());
  return out;
}

json::object controls_json(const Statement& statement) {
  json::object out;
  for (const auto* state : {"passed", "failed", "nothing", "untested"}) out[state] = statement.count(state);
  json::array list;
  for (const auto& one : statement.controls) {
    json::object control{{"id", one.id}, {"title", one.title}, {"state", one.state}};
    if (one.tested) control["tested"] = base::format_rfc3339(*one.tested);
    list.push_back(std::move(control));
  }
  out["list"] = std::move(list);
  return out;
}

json::object document_json(const OpenDocument& one) {
  json::object out{{"id", one.id},       {"kind", one.kind},     {"title", one.title},
                   {"bytes", one.bytes}, {"sha256", one.sha256}, {"file", file_path(one.id)}};
  put(out, "issuer", one.issuer);
  put(out, "valid_from", one.valid_from);
  put(out, "valid_until", one.valid_until);
  return out;
}

std::string item_text(const Item& item) {
  auto out = fmt::format("{:<18}{}\n    {}\n", item.title, words_of(item.state), item.sentence);
  if (!item.issuer.empty()) out += fmt::format("    by {}\n", item.issuer);
  if (!item.valid_from.empty()) out += fmt::format("    from {}\n", item.valid_from);
  if (!item.valid_until.empty()) out += fmt::format("    until {}\n", item.valid_until);
  if (!item.sha256.empty()) out += fmt::format("    sha256 {}\n", item.sha256);
  return out;
}

}  // namespace

std::string file_path(std::string_view document) {
  return fmt::format("/v1/trust/documents/{}/file", document);
}

std::string_view words_of(State state) {
  switch (state) {
    case State::shown:
      return "shown";
    case State::exceptions:
      return "exceptions noted";
    case State::expired:
      return "expired";
    case State::not_yet:
      return "not valid yet";
    case State::missing:
      return "not there";
    case State::unknown:
      break;
  }
  return "not known";
}

std::string_view words_of_control(std::string_view state) {
  if (state == "nothing") return "nothing to test";
  if (state == "untested") return "not tested lately";
  return state;
}

std::string_view words_of_verification(std::string_view result) {
  if (result == "good") return "found intact";
  if (result == "bad") return "not found intact";
  return result == "never" ? "not verified yet" : "not known";
}

json::object to_json(const Statement& statement) {
  json::array items, documents;
  for (const auto& item : statement.items) items.push_back(item_json(item));
  for (const auto& one : statement.documents) documents.push_back(document_json(one));
  json::object verification{{"result", statement.verification.result}};
  if (statement.verification.time) verification["time"] = base::format_rfc3339(*statement.verification.time);
  json::object out{{"vendor", statement.vendor},
                   {"state", statement.is_known ? "known" : "unknown"},
                   {statement.is_known ? "as_of" : "since", base::format_rfc3339(statement.as_of)},
                   {"items", std::move(items)},
                   {"sub_processors", item_json(statement.sub_processors)},
                   {"verification", std::move(verification)},
                   {"controls", controls_json(statement)},
                   {"documents", std::move(documents)},
                   {"takes_requests", statement.takes_requests}};
  put(out, "contact", statement.contact);
  put(out, "region", statement.region);
  return out;
}

std::string to_text(const Statement& statement) {
  const auto time = base::format_rfc3339(statement.as_of);
  if (!statement.is_known)
    return fmt::format("{}: nothing is known at the moment, since {}\n", statement.vendor, time);
  auto out = fmt::format("{}, as of {}\n\n", statement.vendor, time);
  for (const auto& item : statement.items) out += item_text(item);
  out += item_text(statement.sub_processors);
  out += fmt::format("\nControls: {} passed, {} failed, {} with nothing to test, {} not tested lately\n",
                     statement.count("passed"), statement.count("failed"), statement.count("nothing"),
                     statement.count("untested"));
  for (const auto& one : statement.controls)
    if (one.state != "passed") out += fmt::format("    {:<18}{}\n", words_of_control(one.state), one.id);
  out += fmt::format("Last verification: {}", words_of_verification(statement.verification.result));
  if (statement.verification.time)
    out += fmt::format(", {}", base::format_rfc3339(*statement.verification.time));
  out += '\n';
  for (const auto& one : statement.documents)
    out += fmt::format("For everybody: {} ({})\n", one.title, one.kind);
  return out;
}

}  // namespace countersign::trust
