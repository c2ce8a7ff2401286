#include "reports/answers/sentences.h"

#include "reports/answers/synonyms.h"

#include <algorithm>
#include <array>
#include <vector>

namespace countersign::answers {
namespace {

using namespace std::string_view_literals;

constexpr std::array kAsksYesNo{"is"sv,    "are"sv,   "do"sv,    "does"sv, "did"sv,   "can"sv,    "could"sv,
                                "will"sv,  "would"sv, "have"sv,  "has"sv,  "had"sv,   "should"sv, "may"sv,
                                "might"sv, "must"sv,  "was"sv,   "were"sv, "shall"sv, "am"sv,     "isn"sv,
                                "aren"sv,  "don"sv,   "doesn"sv, "hasn"sv, "haven"sv};
constexpr std::array kAsksOpenly{
    "what"sv,      "which"sv,     "how"sv,    "where"sv,     "who"sv,     "when"sv,    "why"sv,
    "describe"sv,  "explain"sv,   "list"sv,   "state"sv,     "provide"sv, "specify"sv, "give"sv,
    "outline"sv,   "detail"sv,    "name"sv,   "whom"sv,      "attach"sv,  "share"sv,   "summarise"sv,
    "summarize"sv, "elaborate"sv, "advise"sv, "enumerate"sv, "itemise"sv, "itemize"sv};
/// Of these, those that begin a question of its own.
constexpr std::array kAsksByPronoun{"what"sv, "which"sv, "how"sv, "where"sv,
                                    "who"sv,  "when"sv,  "why"sv, "whom"sv};
constexpr std::array kBegs{"please"sv, "confirm"sv,     "indicate"sv, "clarify"sv,
                           "tell"sv,   "demonstrate"sv, "kindly"sv};
constexpr std::array kSuppliers{"supplier"sv,  "vendor"sv,     "provider"sv,
                                "processor"sv, "contractor"sv, "licensor"sv};
constexpr std::size_t kWordsOfADemand = 6;
/// "Please confirm.", "Is this the case?", "Do you comply?" ask for what stands in front of them.
constexpr std::array kEchoes{"please"sv,   "confirm"sv,     "is"sv,        "are"sv,  "do"sv,     "does"sv,
                             "can"sv,      "will"sv,        "you"sv,       "your"sv, "it"sv,     "this"sv,
                             "that"sv,     "the"sv,         "case"sv,      "so"sv,   "comply"sv, "meet"sv,
                             "with"sv,     "accept"sv,      "agree"sv,     "true"sv, "yes"sv,    "no"sv,
                             "solution"sv, "requirement"sv, "compliant"sv, "we"sv};
constexpr std::array kIfSo{"so"sv,         "yes"sv,       "no"sv,  "not"sv,
                           "applicable"sv, "available"sv, "any"sv, "supported"sv};
constexpr std::array kExamples{"such as "sv,    "e.g. "sv,        "eg. "sv, "e.g., "sv,
                               "for example"sv, "for instance"sv, "i.e. "sv};
constexpr std::size_t kWordsBeforeBegging = 6;
constexpr std::ptrdiff_t kDemandsLeast = 2;

template <class All>
bool is_in(const All& all, std::string_view word) {
  return std::find(all.begin(), all.end(), word) != all.end();
}

struct Piece {
  std::string_view text;
  bool is_question = false;  ///< it ends with a question mark
  bool is_item = false;      ///< it stands behind a dash, or a dot
};

/// `- `, `* `, a dot, `1. `, `b) `, `(c) `.
bool begins_item(std::string_view piece) {
  if (piece.starts_with("- ") || piece.starts_with("* ") || piece.starts_with("\xE2\x80\xA2")) return true;
  if (piece.starts_with('(')) piece.remove_prefix(1);
  constexpr std::size_t kMarkMost = 3;
  const auto end = piece.find_first_of(".)");
  if (end == 0 || end > kMarkMost || end + 1 >= piece.size() || piece[end + 1] != ' ') return false;
  const auto mark = piece.substr(0, end);
  const bool number = std::all_of(mark.begin(), mark.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number || (mark.size() == 1 && mark.front() >= 'a' && mark.front() <= 'z');
}

/// Cut at question marks, line feeds, colons, semicolons, and full stops before a space.
std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  std::size_t begin = 0;
  int depth = 0;
  const auto add = [&](std::size_t end, bool is_question) {
    auto piece = text.substr(begin, end - begin);
    const auto first = piece.find_first_not_of(" \t\r>");
    piece.remove_prefix(first == std::string_view::npos ? piece.size() : first);
    if (!piece.empty()) out.push_back({piece, is_question, begins_item(piece)});
    begin = end + 1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
    // One that is not closed in its line is none.
    if (c == '\n' || c == '?') depth = 0;
    const bool stop = c == '.' && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\n') &&
                      i > begin + 2 && text[i - 2] != '.' && text[i - 2] != ' ';
    if (depth == 0 && (c == '?' || c == '\n' || c == ';' || c == ':' || stop)) add(i, c == '?');
  }
  if (begin < text.size()) add(text.size(), false);
  return out;
}

bool echoes(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [](const std::string& word) { return is_in(kEchoes, word); });
}

/// Where in a long sentence the request begins: "In view of this, please confirm that …". 0 at its begin.
std::size_t request_in(std::string_view text) {
  for (const auto mark : {", please "sv, ", kindly "sv, " please "sv}) {
    const auto at = text.find(mark);
    if (at != std::string_view::npos && words_of(text.substr(0, at)).size() >= kWordsBeforeBegging) return at;
  }
  return 0;
}

/// "We should like to know whether …"
bool wishes_to_know(std::string_view text) {
  constexpr std::size_t kBegin = 40;
  const auto begin = text.substr(0, kBegin);
  return begin.find("like to know") != std::string_view::npos ||
         begin.find("ish to know") != std::string_view::npos ||
         begin.find("ish to understand") != std::string_view::npos ||
         begin.find("ant to know") != std::string_view::npos ||
         begin.find("eed to know") != std::string_view::npos;
}

bool asks(const Piece& piece, const std::vector<std::string>& words) {
  if (echoes(words)) return false;
  if (piece.is_question) return true;
  if (piece.is_item) return false;
  const auto& first = words.front();
  const bool inverted = words.size() > 1 && is_in(kAsksYesNo, first) && first != "must" && first != "may";
  return inverted || is_in(kAsksOpenly, first) || is_in(kBegs, first) || request_in(piece.text) > 0 ||
         wishes_to_know(piece.text);
}

/// "If so, name it", "Please describe", "State the period": to be told beside what was asked.
bool follows(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  if (words[0] == "if") return is_in(kIfSo, words[1]);
  const auto& verb = words[0] == "please" || words[0] == "kindly" ? words[1] : words[0];
  return (is_in(kAsksOpenly, verb) && !is_in(kAsksByPronoun, verb)) || is_in(kBegs, verb) ||
         verb == "include" || (words[0] == "please" && is_in(kAsksOpenly, verb));
}

/// "Supplier keeps records of …" demands it of the one who is asked.
std::string_view without_supplier(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() < kWordsOfADemand) return text;
  const std::size_t at = words.front() == "the" ? 1 : 0;
  const auto& verb = words[at + 1];
  constexpr std::array kVerbs{"shall"sv, "must"sv, "will"sv, "should"sv, "can"sv, "may"sv, "undertakes"sv};
  const bool is_verb = is_in(kVerbs, verb) || (verb.ends_with('s') && !verb.ends_with("ss"));
  if (!is_in(kSuppliers, words[at]) || !is_verb) return text;
  const auto end = text.find(' ', at == 0 ? 0 : text.find(' ') + 1);
  return end == std::string_view::npos ? text : text.substr(end + 1);
}

void add_to(std::string& out, std::string_view text) {
  if (text.empty()) return;
  if (!out.empty()) out += '\n';
  out += text;
}

/// Puts what stands in parentheses, and behind "such as", beside.
void add_asked(Sentences& out, std::string_view text) {
  std::string asked;
  int depth = 0;
  std::string inside;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth > 0) {
      inside += c;
    } else {
      asked += c;
    }
    if (c == ')' && depth > 0 && --depth == 0) {
      add_to(out.beside, inside);
      inside.clear();
      asked += ' ';
    }
  }
  // One that is not closed is none.
  asked += inside;
  for (const auto mark : kExamples) {
    const auto at = asked.find(mark);
    if (at == std::string::npos || at == 0) continue;
    add_to(out.beside, std::string_view(asked).substr(at + mark.size()));
    asked.resize(at);
  }
  add_to(out.asked, asked);
}

}  // namespace

bool begins_yes_no(std::string_view word) { return is_in(kAsksYesNo, word); }
bool begins_open(std::string_view word) { return is_in(kAsksOpenly, word); }

Sentences cut_sentences(std::string_view text) {
  Sentences out;
  const auto pieces = pieces_of(text);
  const auto items =
      std::count_if(pieces.begin(), pieces.end(), [](const Piece& one) { return one.is_item; });
  out.is_list = items >= kDemandsLeast &&
                std::none_of(pieces.begin(), pieces.end(), [](const Piece& one) { return one.is_question; });
  const auto asking = std::find_if(pieces.begin(), pieces.end(),
                                   [](const Piece& one) { return asks(one, words_of(one.text)); });
  if (asking == pieces.end() || out.is_list) {
    // Behind a list stands why it is asked for.
    const auto last =
        std::find_if(pieces.rbegin(), pieces.rend(), [](const Piece& one) { return one.is_item; });
    for (auto piece = pieces.begin(); piece != pieces.end(); ++piece) {
      if (out.is_list && piece >= last.base()) {
        add_to(out.beside, piece->text);
      } else if (!echoes(words_of(piece->text))) {
        add_asked(out, without_supplier(piece->text));
      }
    }
    return out;
  }
  for (auto piece = pieces.begin(); piece != pieces.end(); ++piece) {
    const auto words = words_of(piece->text);
    if (piece < asking) {
      add_to(out.context, piece->text);
    } else if (piece > asking && (follows(words) || !asks(*piece, words))) {
      add_to(out.beside, piece->text);
    } else {
      const auto at = request_in(piece->text);
      add_to(out.context, piece->text.substr(0, at));
      add_asked(out, piece->text.substr(at));
    }
  }
  return out;
}

}  // namespace countersign::answers
