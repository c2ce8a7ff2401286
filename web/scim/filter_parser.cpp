#include "ledger/base/json.h"
#include "web/scim/filter.h"
#include "web/scim/filter_node.h"

#include <array>

namespace countersign::scim {
namespace {

using What = FilterNode::What;

struct Operator {
  std::string_view name;
  Comparison comparison;
};

constexpr std::array kOperators = {
    Operator{"eq", Comparison::eq}, Operator{"ne", Comparison::ne}, Operator{"co", Comparison::co},
    Operator{"sw", Comparison::sw}, Operator{"ew", Comparison::ew}, Operator{"gt", Comparison::gt},
    Operator{"ge", Comparison::ge}, Operator{"lt", Comparison::lt}, Operator{"le", Comparison::le},
    Operator{"pr", Comparison::pr},
};

bool orders(Comparison comparison) {
  return comparison == Comparison::gt || comparison == Comparison::ge || comparison == Comparison::lt ||
         comparison == Comparison::le;
}

bool is_equality(Comparison comparison) {
  return comparison == Comparison::eq || comparison == Comparison::ne;
}

/// A recursive descent over the grammar of figure 1: `or` binds weakest, then `and`, then `not` and
/// parentheses. Functions answer false, or nothing, at the first thing that does not belong.
class Parser {
 public:
  Parser(Kind kind, std::string_view text) : kind_(kind), text_(text) {}

  std::string_view rest() const { return text_; }

  bool parse_all(FilterNode& out) {
    skip_spaces();
    if (!parse_any(out, nullptr, false)) return false;
    skip_spaces();
    return text_.empty();
  }

  /// `scope` is the complex attribute between whose brackets the names stand.
  bool parse_bracketed(FilterNode& out, const Attribute* scope) {
    skip_spaces();
    if (!parse_any(out, scope, true)) return false;
    skip_spaces();
    return take(']');
  }

 private:
  void skip_spaces() {
    while (text_.starts_with(' ')) text_.remove_prefix(1);
  }

  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// A word in either case, with something behind it that ends it.
  bool take_word(std::string_view word) {
    if (!same_folded(text_.substr(0, word.size()), word)) return false;
    const auto rest = text_.substr(word.size());
    if (path_length(rest) != 0) return false;
    text_ = rest;
    return true;
  }

  /// ` and ` or ` or `, with the spaces.
  bool take_joint(std::string_view word) {
    const auto before = text_;
    skip_spaces();
    if (text_.size() < before.size() && take_word(word) && take(' ')) {
      skip_spaces();
      return true;
    }
    text_ = before;
    return false;
  }

  bool parse_any(FilterNode& out, const Attribute* scope, bool bracketed) {
    return parse_joined(out, What::any_of, "or", [&](FilterNode& part) {
      return parse_joined(part, What::all_of, "and",
                          [&](FilterNode& term) { return parse_term(term, scope, bracketed); });
    });
  }

  template <class Part>
  bool parse_joined(FilterNode& out, What what, std::string_view word, const Part& part) {
    FilterNode first;
    if (!part(first)) return false;
    if (!take_joint(word)) {
      out = std::move(first);
      return true;
    }
    out.what = what;
    out.children.push_back(std::move(first));
    do {
      if (!part(out.children.emplace_back())) return false;
    } while (take_joint(word));
    return true;
  }

  bool parse_term(FilterNode& out, const Attribute* scope, bool bracketed) {
    const auto before = text_;
    const bool negated = take_word("not");
    if (negated) skip_spaces();
    if (text_.starts_with('(')) {
      if (++depth_ > kFilterDepthMax) return false;
      text_.remove_prefix(1);
      skip_spaces();
      FilterNode inner;
      if (!parse_any(inner, scope, bracketed)) return false;
      skip_spaces();
      if (!take(')')) return false;
      --depth_;
      if (negated) {
        out.what = What::negation;
        out.children.push_back(std::move(inner));
      } else {
        out = std::move(inner);
      }
      return true;
    }
    // An attribute may be called `not`.
    text_ = before;
    return parse_attribute(out, scope, bracketed);
  }

  std::optional<AttributePath> parse_path(const Attribute* scope, bool bracketed) {
    const auto name = text_.substr(0, path_length(text_));
    text_.remove_prefix(name.size());
    if (!bracketed) {
      const auto path = read_path(kind_, name);
      if (!path) return std::nullopt;
      return path->path;
    }
    // Sub-attributes have none of their own, so there is no dot and no URN.
    if (name.find_first_of(".:") != std::string_view::npos || !read_path(kind_, name)) return std::nullopt;
    return AttributePath{false, scope == nullptr ? nullptr : find(scope->subs, name), nullptr};
  }

  bool parse_attribute(FilterNode& out, const Attribute* scope, bool bracketed) {
    const auto path = parse_path(scope, bracketed);
    if (!path) return false;
    if (!text_.starts_with('[')) return parse_comparison(out, *path);
    if (bracketed || path->sub != nullptr || ++depth_ > kFilterDepthMax) return false;
    text_.remove_prefix(1);
    out.what = What::value_path;
    out.path = *path;
    auto& inner = out.children.emplace_back();
    if (!parse_bracketed(inner, path->attribute)) return false;
    --depth_;
    if (!text_.starts_with('.')) return true;
    text_.remove_prefix(1);
    // `emails[type eq "work"].value eq "x"`, which Entra ID sends, is one condition more on the same value.
    FilterNode both{.what = What::all_of};
    both.children.push_back(std::move(inner));
    const auto sub = parse_path(path->attribute, true);
    if (!sub || !parse_comparison(both.children.emplace_back(), *sub)) return false;
    inner = std::move(both);
    return true;
  }

  bool parse_comparison(FilterNode& out, const AttributePath& path) {
    if (++terms_ > kFilterTermsMax || !take(' ')) return false;
    skip_spaces();
    out.what = What::comparison;
    out.path = path;
    for (const auto& candidate : kOperators) {
      if (!take_word(candidate.name)) continue;
      out.comparison = candidate.comparison;
      if (out.comparison == Comparison::pr) return true;
      if (!take(' ')) return false;
      skip_spaces();
      return parse_literal(out);
    }
    return false;
  }

  bool parse_literal(FilterNode& out) {
    const auto size = literal_length();
    const auto parsed = base::parse_json(text_.substr(0, size), {.depth_max = 1});
    if (size == 0 || !parsed) return false;
    text_.remove_prefix(size);
    const auto& value = parsed->value;
    if (value.is_null()) {
      out.literal = nullptr;
    } else if (value.is_bool()) {
      out.literal = value.get_bool();
    } else if (value.is_string()) {
      out.spelt.assign(value.get_string().data(), value.get_string().size());
      out.literal = out.spelt;
    } else if (value.is_number()) {
      out.literal = value.to_number<double>();
    } else {
      return false;
    }
    return fit(out);
  }

  std::size_t literal_length() const {
    if (!text_.starts_with('"')) {
      const auto end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyzE0123456789+-.");
      return std::min(end, text_.size());
    }
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '"') {
        return i + 1;
      }
    }
    return 0;
  }

  /// Whether the comparison exists for the literal and the attribute; makes the literal one of its type.
  static bool fit(FilterNode& node) {
    const bool text = std::holds_alternative<std::string>(node.literal);
    const bool number = std::holds_alternative<double>(node.literal);
    if (!text && !is_equality(node.comparison) && !(number && orders(node.comparison))) return false;
    const auto* leaf = leaf_of(node.path);
    if (leaf == nullptr) return true;
    if (leaf->type == Type::boolean) {
      if (!is_equality(node.comparison)) return false;
      // Entra ID may write booleans as strings.
      if (text && same_folded(node.spelt, "true")) node.literal = true;
      if (text && same_folded(node.spelt, "false")) node.literal = false;
      return true;
    }
    if (leaf->type == Type::date_time && text && (orders(node.comparison) || is_equality(node.comparison))) {
      const auto time = base::parse_rfc3339(node.spelt);
      if (!time) return false;
      node.literal = *time;
      return true;
    }
    if (text && !leaf->case_exact) node.literal = folded(node.spelt);
    return true;
  }

  Kind kind_;
  std::string_view text_;
  std::size_t terms_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

Outcome<Filter> Filter::parse(Kind kind, std::string_view text) {
  auto root = std::make_shared<FilterNode>();
  if (text.size() > kFilterBytesMax || !Parser(kind, text).parse_all(*root))
    return refuse(
        ScimType::invalid_filter,
        "the filter is not one of RFC 7644 section 3.4.2.2, compares what cannot be compared so, or "
        "is too long or too deep");
  return Filter(std::move(root));
}

std::shared_ptr<const FilterNode> parse_value_filter(Kind kind, const Attribute* parent,
                                                     std::string_view& text) {
  Parser parser(kind, text);
  auto root = std::make_shared<FilterNode>();
  if (!parser.parse_bracketed(*root, parent)) return nullptr;
  text = parser.rest();
  return root;
}

}  // namespace countersign::scim
