#include "reports/answers/library.h"

#include "reports/answers/built_in.h"
#include "reports/answers/read_answer.h"
#include "reports/answers/toml_document.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace countersign::answers {
namespace {

using base::Code;
using base::fail;

auto fault(std::string_view file, std::size_t line, std::string_view what) {
  return fail(Code::invalid_argument, fmt::format("{}:{}: {}", file, line, what));
}

const Answer* in(const std::vector<Answer>& sorted, std::string_view id) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), id,
                                      [](const Answer& a, std::string_view b) { return a.id < b; });
  return found == sorted.end() || found->id != id ? nullptr : &*found;
}

void sort(std::vector<Answer>& answers) {
  std::sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) { return a.id < b.id; });
}

/// The answers of one file, as JSON, each with its topic.
base::Result<boost::json::array> answers_of(const std::string& file, TomlDocument& document) {
  const auto& root = document.value;
  for (const auto& [key, value] : root) {
    if (key != "topic" && key != "answers" && key != "reviewed")
      return fault(file, document.line_of(std::string(key)),
                   fmt::format("'{}' is no member that is known here; known are answers, reviewed, topic",
                               std::string_view(key)));
  }
  const auto* list = root.if_contains("answers");
  if (list == nullptr) return boost::json::array{};
  const auto* array = list->if_array();
  if (array == nullptr)
    return fault(file, document.line_of("answers"), "'answers' must be tables: [[answers]]");
  auto out = *array;
  const auto* topic = root.if_contains("topic");
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto* answer = out[i].if_object();
    if (answer == nullptr)
      return fault(file, document.line_of(fmt::format("answers[{}]", i)), "it must be a table: [[answers]]");
    if (topic != nullptr && !answer->contains("topic")) (*answer)["topic"] = *topic;
  }
  return out;
}

base::Result<void> read_reviewed(const std::string& file, const TomlDocument& document,
                                 std::set<std::string, std::less<>>& out) {
  const auto* list = document.value.if_contains("reviewed");
  if (list == nullptr) return {};
  const auto line = document.line_of("reviewed");
  const auto* array = list->if_array();
  if (array == nullptr) return fault(file, line, "'reviewed' must be a list of texts such as caiq-4.1");
  for (const auto& one : *array) {
    const auto* text = one.if_string();
    if (text == nullptr || text->empty())
      return fault(file, line, "'reviewed' must be a list of texts such as caiq-4.1");
    out.emplace(*text);
  }
  return {};
}

}  // namespace

base::Result<Library> Library::read(std::vector<File> files, const FactNames& names) {
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  Library out;
  std::set<std::string> ids;
  for (const auto& file : files) {
    TRY_ASSIGN(auto document, read_toml(file.name, file.content));
    TRY(read_reviewed(file.name, document, out.reviewed_));
    TRY_ASSIGN(const auto answers, answers_of(file.name, document));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      Reading reading{names, true, fmt::format("answers[{}]", i), [&](const std::string& path) {
                        return fmt::format("{}:{}", file.name, document.line_of(path));
                      }};
      TRY_ASSIGN(auto answer, read_answer(answers[i].get_object(), reading));
      const auto line = document.line_of(reading.prefix + ".id");
      if (!ids.insert(answer.id).second)
        return fault(file.name, line, fmt::format("the id {} is used by another", answer.id));
      for (const auto& key : answer.keys) {
        if (const auto [at, fresh] = out.keys_.emplace(key, answer.id); !fresh)
          return fault(file.name, document.line_of(reading.prefix + ".keys"),
                       fmt::format("the key {} is that of {}, too", key, at->second));
      }
      out.answers_.push_back(std::move(answer));
    }
  }
  sort(out.answers_);
  return out;
}

const std::shared_ptr<const Library>& Library::built_in() {
  static const std::shared_ptr<const Library> kBuiltIn = [] {
    auto read = Library::read(built_in_answers(), FactNames::built_in());
    // What is built in is tested; a program with a broken library must not start.
    if (!read) throw std::runtime_error(read.error().message);
    return std::make_shared<const Library>(std::move(*read));
  }();
  return kBuiltIn;
}

base::Result<Library> Library::with(std::vector<Answer> own) const {
  sort(own);
  Library out;
  out.reviewed_ = reviewed_;
  for (auto& answer : own) {
    answer.own = true;
    if (!out.answers_.empty() && out.answers_.back().id == answer.id)
      return fail(Code::already_exists, fmt::format("two answers have the id {}", answer.id));
    for (const auto& key : answer.keys) {
      if (!out.keys_.emplace(key, answer.id).second)
        return fail(Code::already_exists, "two answers have the same key: each question has one answer");
    }
    out.answers_.push_back(std::move(answer));
  }
  const auto count = out.answers_.size();
  for (const auto& answer : answers_) {
    const auto end = out.answers_.begin() + static_cast<std::ptrdiff_t>(count);
    const bool replaced =
        std::any_of(out.answers_.begin(), end, [&](const auto& one) { return one.id == answer.id; });
    if (replaced) continue;
    for (const auto& key : answer.keys) out.keys_.emplace(key, answer.id);
    out.answers_.push_back(answer);
  }
  sort(out.answers_);
  return out;
}

const Answer* Library::find(std::string_view id) const { return in(answers_, id); }

const Answer* Library::by_key(std::string_view key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : find(found->second);
}

}  // namespace countersign::answers
