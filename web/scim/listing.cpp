#include "web/scim/listing.h"

#include "collector/signatures/form.h"
#include "web/scim/message.h"
#include "web/scim/representation.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::scim {
namespace {

namespace json = boost::json;

constexpr std::size_t kParametersMax = 16;

/// What a query or a SearchRequest says, before it is read.
struct Wishes {
  std::string filter, attributes, excluded;
  bool filtered = false;
  std::int64_t start_index = 1;
  std::int64_t count = kCountDefault;
};

Outcome<ListQuery> query_of(Kind kind, const Wishes& wishes) {
  ListQuery out;
  if (wishes.filtered) {
    auto filter = Filter::parse(kind, wishes.filter);
    if (!filter) return tl::unexpected(filter.error());
    out.filter = std::move(*filter);
  }
  auto selection = Selection::parse(kind, wishes.attributes, wishes.excluded);
  if (!selection) return tl::unexpected(selection.error());
  out.selection = std::move(*selection);
  // Section 3.4.2.4: less than 1 means 1, and a negative count means 0.
  out.start_index = wishes.start_index < 1 ? 1 : static_cast<std::uint64_t>(wishes.start_index);
  out.count = wishes.count < 0 ? 0 : std::min(kCountMax, static_cast<std::uint64_t>(wishes.count));
  return out;
}

bool read_integer(std::string_view text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

auto refuse_number(std::string_view name) {
  return refuse(ScimType::invalid_value, fmt::format("{} must be an integer", name));
}

/// Names with commas between them.
Outcome<std::string> joined(const json::value& list, std::string_view name) {
  std::string out;
  const auto* array = list.if_array();
  if (array == nullptr) return refuse(ScimType::invalid_value, fmt::format("{} must be an array", name));
  for (const auto& element : *array) {
    if (!element.is_string())
      return refuse(ScimType::invalid_value, fmt::format("{} must be an array of names", name));
    if (!out.empty()) out.push_back(',');
    out.append(element.get_string().data(), element.get_string().size());
  }
  return out;
}

/// Counts what fits, and shows what of it belongs on the page.
class Page {
 public:
  Page(Kind kind, const ListQuery& query, Store& store, std::string_view base_url)
      : kind_(kind), query_(query), store_(store), base_url_(base_url) {}

  Outcome<void> offer(const json::object& document) {
    const bool with = kind_ == Kind::user && query_.filter->asks_for_groups();
    const auto asked = with ? with_groups(document, store_) : Outcome<json::object>(document);
    if (!asked) return tl::unexpected(asked.error());
    if (!query_.filter->matches(*asked)) return {};
    ++total_;
    return total_ >= query_.start_index && !is_full() ? take(document) : Outcome<void>();
  }

  Outcome<void> take(const json::object& document) {
    const auto whole = represent(kind_, document, store_, base_url_);
    if (!whole) return tl::unexpected(whole.error());
    auto& shown = resources_.emplace_back(query_.selection.apply(kind_, whole->content));
    members_ += members_of(shown).size();
    if (members_ > kMembersShownMax)
      return refuse(ScimType::too_many,
                    "these groups have too many members for one answer; ask for fewer groups with count, or "
                    "without members by excludedAttributes");
    return {};
  }

  bool is_full() const { return resources_.size() >= query_.count; }
  std::uint64_t total() const { return total_; }
  std::vector<json::object> take_resources() { return std::move(resources_); }

 private:
  Kind kind_;
  const ListQuery& query_;
  Store& store_;
  std::string_view base_url_;
  std::uint64_t total_ = 0;
  std::size_t members_ = 0;
  std::vector<json::object> resources_;
};

/// Shows resources to `visit` until it fails or is done.
template <class Visit>
Outcome<void> scan(Kind kind, Store& store, std::uint64_t skip, const Visit& visit) {
  Outcome<void> outcome;
  const auto scanned = store.scan(kind, skip, [&](const json::object& document) {
    bool more = true;
    outcome = visit(document, more);
    return more && outcome.has_value();
  });
  if (!scanned) return tl::unexpected(refusal_of(scanned.error()));
  return outcome;
}

Outcome<std::uint64_t> collect_all(Kind kind, const ListQuery& query, Store& store, Page& page) {
  const auto total = store.count(kind);
  if (!total) return tl::unexpected(refusal_of(total.error()));
  if (query.count == 0 || query.start_index > *total) return *total;
  const auto scanned =
      scan(kind, store, query.start_index - 1, [&](const json::object& document, bool& more) {
        auto taken = page.take(document);
        more = !page.is_full();
        return taken;
      });
  if (!scanned) return tl::unexpected(scanned.error());
  return *total;
}

Outcome<std::uint64_t> collect_filtered(Kind kind, const ListQuery& query, Store& store,
                                        std::uint64_t scan_max, Page& page) {
  if (const auto term = query.filter->index_term()) {
    const auto found = store.find_by(kind, *term);
    if (!found) return tl::unexpected(refusal_of(found.error()));
    for (const auto& document : *found) {
      if (auto offered = page.offer(document); !offered) return tl::unexpected(offered.error());
    }
    return page.total();
  }
  std::uint64_t seen = 0;
  const auto scanned = scan(kind, store, 0, [&](const json::object& document, bool&) -> Outcome<void> {
    if (++seen <= scan_max) return page.offer(document);
    return refuse(
        ScimType::too_many,
        "there are too many resources for this filter; ask for one by id, userName, externalId or a "
        "group's displayName");
  });
  if (!scanned) return tl::unexpected(scanned.error());
  return page.total();
}

}  // namespace

Outcome<ListQuery> read_list_query(Kind kind, std::string_view query) {
  const auto pairs = signatures::read_form(query, kParametersMax);
  if (!pairs)
    return refuse(ScimType::invalid_syntax, "the query is not well encoded or has too many parameters");
  Wishes wishes;
  for (const auto& [name, value] : *pairs) {
    if (name == "filter") {
      if (wishes.filtered) return refuse(ScimType::invalid_filter, "one filter can be given");
      wishes.filtered = true;
      wishes.filter = value;
    }
    if (name == "attributes") wishes.attributes = value;
    if (name == "excludedAttributes") wishes.excluded = value;
    if (name == "startIndex" && !read_integer(value, wishes.start_index)) return refuse_number(name);
    if (name == "count" && !read_integer(value, wishes.count)) return refuse_number(name);
  }
  return query_of(kind, wishes);
}

Outcome<ListQuery> read_search(Kind kind, const json::value& body) {
  if (!is_message(body, kSearchMessage))
    return refuse(ScimType::invalid_syntax,
                  fmt::format("the body must be an object whose schemas name {}", kSearchMessage));
  const auto& message = body.get_object();
  Wishes wishes;
  if (const auto* filter = member_of(message, "filter"); filter != nullptr && !filter->is_null()) {
    if (!filter->is_string()) return refuse(ScimType::invalid_filter, "filter must be a text");
    wishes.filtered = true;
    wishes.filter.assign(filter->get_string().data(), filter->get_string().size());
  }
  for (const auto& [name, target] :
       {std::pair("attributes", &wishes.attributes), std::pair("excludedAttributes", &wishes.excluded)}) {
    const auto* list = member_of(message, name);
    if (list == nullptr || list->is_null()) continue;
    auto names = joined(*list, name);
    if (!names) return tl::unexpected(names.error());
    *target = std::move(*names);
  }
  for (const auto& [name, target] :
       {std::pair("startIndex", &wishes.start_index), std::pair("count", &wishes.count)}) {
    const auto* number = member_of(message, name);
    if (number == nullptr || number->is_null()) continue;
    if (!number->is_int64()) return refuse_number(name);
    *target = number->get_int64();
  }
  return query_of(kind, wishes);
}

Outcome<json::object> list(Kind kind, const ListQuery& query, Store& store, std::string_view base_url,
                           std::uint64_t scan_max) {
  Page page(kind, query, store, base_url);
  const auto total = query.filter ? collect_filtered(kind, query, store, scan_max, page)
                                  : collect_all(kind, query, store, page);
  if (!total) return tl::unexpected(total.error());
  return list_response(page.take_resources(), *total, query.start_index);
}

json::object list_response(std::vector<json::object> resources, std::uint64_t total,
                           std::uint64_t start_index) {
  json::array values;
  values.reserve(resources.size());
  for (auto& resource : resources) values.emplace_back(std::move(resource));
  const auto shown = values.size();
  return {{"schemas", json::array{json::string_view(kListMessage.data(), kListMessage.size())}},
          {"totalResults", total},
          {"startIndex", start_index},
          {"itemsPerPage", shown},
          {"Resources", std::move(values)}};
}

}  // namespace countersign::scim
