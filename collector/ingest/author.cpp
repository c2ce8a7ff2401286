#include "collector/ingest/author.h"

#include "ledger/base/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::ingest {
namespace {

constexpr std::size_t kTextMax = 128;

struct Member {
  std::string_view name;
  std::string Author::*text;
};
constexpr Member kMembers[] = {{"id", &Author::id},
                               {"role", &Author::role},
                               {"challenge", &Author::challenge},
                               {"factor", &Author::factor}};

}  // namespace

std::string to_text(const Author& author) {
  std::string out = "{";
  for (const auto& member : kMembers) {
    const auto& text = author.*member.text;
    if (text.empty()) continue;
    if (out.back() != '{') out += ',';
    out += fmt::format("\"{}\":", member.name);
    base::append_json_string(out, text.substr(0, kTextMax));
  }
  return out + '}';
}

base::Result<Author> parse_author(const boost::json::value& from, const std::string& where) {
  const auto bad = [&](std::string_view why) {
    return base::fail(base::Code::invalid_argument,
                      fmt::format("the registry is damaged: {} {}", where, why));
  };
  const auto* object = from.if_object();
  if (object == nullptr) return bad("must be an object");
  Author out;
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto known = std::find_if(std::begin(kMembers), std::end(kMembers),
                                    [&](const Member& one) { return one.name == name; });
    if (known == std::end(kMembers)) return bad("holds an unknown member");
    const auto* text = member.value().if_string();
    if (text == nullptr || text->empty() || text->size() > kTextMax)
      return bad("must hold texts of 1 to 128 bytes");
    out.*known->text = std::string(text->data(), text->size());
  }
  if (out.id.empty() || out.role.empty()) return bad("must say id and role");
  if (out.challenge.empty() != out.factor.empty()) return bad("must say challenge and factor, or neither");
  return out;
}

void name_author(const Author& author, boost::json::object& event) {
  if (!author.is_known()) return;
  event["actor"] = {{"id", author.id}, {"role", author.role}};
  if (!author.challenge.empty())
    event["challenge"] = {{"id", author.challenge}, {"purpose", "admin_action"}, {"factor", author.factor}};
}

}  // namespace countersign::ingest
