#include "exporters/jsonl/filter.h"

#include "ledger/base/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::jsonl {
namespace {

std::string path_of(const record::EventField& field) {
  return field.object.empty() ? std::string(field.name) : fmt::format("{}.{}", field.object, field.name);
}

}  // namespace

base::Result<int> Filter::find_field(std::string_view field) {
  if (field == "source") return kSource;
  if (field == "proof") return kProof;
  if (field == "token") return kToken;
  std::string usable = "source, proof, token";
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    const auto& known = record::kEventFields[i];
    const auto path = path_of(known);
    if (path == field && known.personal)
      return base::fail(base::Code::invalid_argument,
                        fmt::format("{} is personal: a bundle's filter names only what is not", path));
    if (path == field) return static_cast<int>(i);
    if (!known.personal) usable += ", " + path;
  }
  return base::fail(base::Code::invalid_argument,
                    fmt::format("there is no field '{}' to filter by; there are {}", field, usable));
}

base::Result<Filter> Filter::make(std::vector<FilterTerm> terms) {
  Filter filter;
  for (const auto& term : terms) {
    TRY_ASSIGN(const int field, find_field(term.field));
    auto found = std::find_if(filter.conditions_.begin(), filter.conditions_.end(),
                              [&](const Condition& condition) { return condition.field == field; });
    if (found == filter.conditions_.end()) {
      filter.conditions_.push_back({field, {}});
      found = filter.conditions_.end() - 1;
    }
    std::string spelled;
    const bool bare =
        field >= 0 &&
        (record::kEventFields[static_cast<std::size_t>(field)].type == record::FieldType::integer ||
         record::kEventFields[static_cast<std::size_t>(field)].type == record::FieldType::boolean);
    if (field < 0 || bare) {
      spelled = term.value;
    } else {
      base::append_json_string(spelled, term.value);
    }
    found->alternatives.push_back(std::move(spelled));
  }
  filter.terms_ = std::move(terms);
  return filter;
}

bool Filter::holds_one_of(const std::vector<std::string>& tokens, const record::EventView& event) {
  bool found = false;
  const auto read = record::for_each_token(event, [&](const record::TokenAt& at) {
    found = found || std::find(tokens.begin(), tokens.end(), at.token) != tokens.end();
  });
  return read && found;
}

bool Filter::matches(const record::RecordView& record, const record::EventView& event) const {
  for (const auto& condition : conditions_) {
    if (condition.field == kToken) {
      if (!holds_one_of(condition.alternatives, event)) return false;
      continue;
    }
    const auto value = condition.field == kSource  ? record.source
                       : condition.field == kProof ? record.proof
                                                   : event.raw[static_cast<std::size_t>(condition.field)];
    const auto& alternatives = condition.alternatives;
    if (std::find(alternatives.begin(), alternatives.end(), value) == alternatives.end()) return false;
  }
  return true;
}

std::string Filter::to_text() const {
  std::string text;
  for (const auto& term : terms_) {
    if (!text.empty()) text.push_back(' ');
    text.append(term.field).push_back('=');
    const bool plain = !term.value.empty() && term.value.find_first_of(" \"\\=") == std::string::npos;
    if (plain) {
      text += term.value;
    } else {
      base::append_json_string(text, term.value);
    }
  }
  return text;
}

}  // namespace countersign::jsonl
