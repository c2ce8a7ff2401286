#include "reports/answers/members.h"

#include "ledger/tree/text_rules.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace countersign::answers {
namespace {

const boost::json::string* text_of(const boost::json::value& value, std::size_t bytes_max) {
  const auto* text = value.if_string();
  const bool fits = text != nullptr && text->size() <= bytes_max && tree::is_note_text(*text) &&
                    text->find('\x7F') == boost::json::string::npos;
  return fits ? text : nullptr;
}

}  // namespace

void Faults::add(const std::string& path, std::string_view what) {
  if (first_) return;
  const auto where = place_(path);
  first_ = base::Error{base::Code::invalid_argument,
                       where.empty() ? std::string(what) : fmt::format("{}: {}", where, what)};
}

std::string Members::path_of(std::string_view name) const {
  if (name.empty() || path_.empty()) return path_ + std::string(name);
  return fmt::format("{}.{}", path_, name);
}

void Members::wrong(std::string_view name, std::string_view what) { faults_.add(path_of(name), what); }

bool Members::is_true(std::string_view name) const {
  const auto* value = object_.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string Members::need_text(std::string_view name, std::size_t bytes_max) {
  const auto* value = object_.if_contains(name);
  const auto* text = value != nullptr ? text_of(*value, bytes_max) : nullptr;
  if (text != nullptr && !text->empty()) return std::string(*text);
  wrong(name, fmt::format("it must be a text of 1 to {} bytes", bytes_max));
  return {};
}

std::vector<std::string> Members::text_or_texts(std::string_view name, std::size_t count_max,
                                                std::size_t bytes_max) {
  const auto* value = object_.if_contains(name);
  if (value == nullptr) return {};
  if (const auto* text = text_of(*value, bytes_max)) return {std::string(*text)};
  std::vector<std::string> out;
  const auto* array = value->if_array();
  if (array != nullptr && !array->empty() && array->size() <= count_max) {
    for (const auto& one : *array) {
      if (const auto* text = text_of(one, bytes_max)) out.emplace_back(*text);
    }
  }
  if (array == nullptr || out.empty() || out.size() != array->size())
    wrong(name, fmt::format("it must be a text of at most {} bytes, or a list of 1 to {} of them", bytes_max,
                            count_max));
  return out;
}

std::vector<std::string> Members::texts(std::string_view name, std::size_t count_max, std::size_t bytes_max) {
  const auto* value = object_.if_contains(name);
  if (value == nullptr) return {};
  std::vector<std::string> out;
  const auto* array = value->if_array();
  if (array != nullptr && array->size() <= count_max) {
    for (const auto& one : *array) {
      const auto* text = text_of(one, bytes_max);
      if (text != nullptr && !text->empty()) out.emplace_back(*text);
    }
  }
  if (array == nullptr || out.size() != array->size())
    wrong(name, fmt::format("it must be a list of at most {} texts of 1 to {} bytes", count_max, bytes_max));
  return out;
}

void Members::each(std::string_view name, std::size_t count_max, const std::function<void(Members&)>& read) {
  const auto* value = object_.if_contains(name);
  if (value == nullptr) return;
  const auto* array = value->if_array();
  if (array == nullptr || array->size() > count_max)
    return wrong(name, fmt::format("it must be a list of at most {} objects", count_max));
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto path = fmt::format("{}[{}]", path_of(name), i);
    const auto* object = (*array)[i].if_object();
    if (object == nullptr) {
      faults_.add(path, "it must be an object");
      continue;
    }
    Members inner(*object, path, faults_);
    read(inner);
  }
}

void Members::only(const std::set<std::string_view>& names) {
  for (const auto& [key, value] : object_) {
    if (names.contains(key)) continue;
    const auto known = fmt::format("known are {}", fmt::join(names, ", "));
    if (faults_.of_program())
      return wrong(key,
                   fmt::format("'{}' is no member that is known here; {}", std::string_view(key), known));
    return wrong("", "it has a member that is not known here; " + known);
  }
}

}  // namespace countersign::answers
