#include "tests/web/scim/client.h"

#include "ledger/base/json.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace countersign::scim {

namespace json = boost::json;

Client::Client() = default;

Answer Client::send(const Request& request) {
  const Service service({.base_url = "https://countersign.example.com/scim/v2",
                         .clock = [this] { return base::Timestamp{++now_s * 1'000'000}; },
                         .entropy =
                             [this](std::span<std::uint8_t> out) {
                               std::fill(out.begin(), out.end(), std::uint8_t{0});
                               out.back() = ++ids;
                             },
                         .scan_max = scan_max});
  return service.answer(request, store);
}

Answer Client::send(std::string_view method, std::string_view path, std::string_view body) {
  const auto mark = std::min(path.find('?'), path.size());
  Request request{method, path.substr(0, mark), path.substr(std::min(mark + 1, path.size()))};
  request.body = body;
  return send(request);
}

std::string Client::create(std::string_view path, std::string_view body) {
  const auto answer = send("POST", path, body);
  if (answer.status != 201) return {};
  const auto value = body_of(answer);
  return std::string(value.at("id").as_string().c_str());
}

std::string Client::create_user(std::string_view name) {
  return create("/Users", fmt::format(R"({{"schemas":["{}"],"userName":"{}"}})", kUserSchema, name));
}

json::value body_of(const Answer& answer) { return answer.body.empty() ? json::value() : parse(answer.body); }

std::string at(const json::value& value, std::string_view pointer) {
  json::error_code error;
  const auto* found = value.find_pointer({pointer.data(), pointer.size()}, error);
  return found == nullptr ? std::string() : json::serialize(*found);
}

std::string at(const Answer& answer, std::string_view pointer) { return at(body_of(answer), pointer); }

std::string header(const Answer& answer, std::string_view name) {
  for (const auto& [field, value] : answer.headers) {
    if (http::same_name(field, name)) return value;
  }
  return {};
}

json::value parse(std::string_view text) { return base::parse_json(text, {}).value().value; }

std::string told(const Answer& answer) {
  static constexpr std::string_view kNames[] = {"created", "deactivated",  "reactivated",   "changed",
                                                "deleted", "member_added", "member_removed"};
  std::vector<std::string> out;
  for (const auto& change : answer.changes) {
    auto text = fmt::format("{} {} {}", kNames[static_cast<std::size_t>(change.what)], name_of(change.kind),
                            change.id);
    if (!change.group_id.empty()) text += " " + change.group_id;
    if (!change.attributes.empty()) text += fmt::format(" {}", fmt::join(change.attributes, ","));
    out.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(out, ";"));
}

}  // namespace countersign::scim
