#include "ledger/privacy/person.h"

#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace countersign::privacy {
namespace {

using base::Code;
using base::fail;
using record::Kind;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using ByToken = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

constexpr std::array kIdentities{record::kActorId, record::kActorEmail, record::kActorPhone};

class Search {
 public:
  Search(store::LedgerReader& ledger, vault::VaultReader& vault, const base::TenantId& tenant,
         std::span<const Subject> subjects, const SearchOptions& options)
      : ledger_(ledger), vault_(vault), tenant_(tenant), subjects_(subjects), options_(options) {}

  base::Result<Person> run() {
    TRY(find_subjects());
    if (identities_.empty() && others_.empty())
      return fail(Code::not_found,
                  "the tenant's vault holds no such value: nothing is known of that person here");
    auto log = ledger_.log(tenant_);
    if (log) {
      person_.searched = log->size;
      for (bool grew = true; grew;) {
        TRY_ASSIGN(grew, read_persons_records(*log));
      }
      TRY(read_others_records(*log));
    } else if (log.error().code != Code::not_found) {
      return fail(log.error());
    }
    TRY(find_mentions());
    TRY(collect());
    return std::move(person_);
  }

 private:
  struct Known {
    Kind kind = Kind::user;
    bool named = false;  ///< a subject
  };
  struct Beside {
    Kind kind = Kind::user;
    std::uint64_t records = 0;
    bool shared = false;
  };

  base::Result<void> check_cancelled() const {
    if (!options_.cancelled || !options_.cancelled()) return {};
    return fail(Code::aborted, "the search was ended before it was done");
  }

  /// The vault's rows that the subjects name, whatever their spelling.
  base::Result<void> find_subjects() {
    return vault_.read_all(tenant_, [&](Kind kind, std::string_view token, std::string_view value) {
      if (auto going = check_cancelled(); !going) return going;
      for (const auto& subject : subjects_) {
        // What is free-form may be just that value.
        if (kind == Kind::attribute && value == base::json_string(subject.value))
          others_.emplace(token, Known{kind, true});
        if (kind != subject.kind || !same_value(kind, value, subject.value)) continue;
        (names_one_person(kind) ? identities_ : others_).emplace(token, Known{kind, true});
      }
      return base::Result<void>();
    });
  }

  bool is_theirs(const record::EventView& event) const {
    return std::any_of(kIdentities.begin(), kIdentities.end(),
                       [&](auto field) { return identities_.contains(event.plain(field)); });
  }

  bool follow(const record::EventView& event) {
    bool grew = false;
    for (const auto field : kIdentities) {
      const auto token = event.plain(field);
      if (!token.empty() && !identities_.contains(token))
        grew = identities_.emplace(token, Known{*record::kEventFields[field].personal, false}).second || grew;
    }
    return grew;
  }

  template <class Visit>
  base::Result<void> read(const store::LogHead& log, const Visit& visit) {
    return ledger_.read(log, 0, log.size, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
      TRY(check_cancelled());
      TRY_ASSIGN(const auto view, record::read_record(bytes));
      TRY_ASSIGN(const auto event, record::read_event(view.event));
      constexpr std::uint64_t kTell = 65'536;
      if (options_.progress && base::index_of(seq) % kTell == 0)
        options_.progress(static_cast<double>(base::index_of(seq)) / static_cast<double>(log.size));
      return visit(event);
    });
  }

  /// Notes what stands in the person's records. Whether an identity was new: then records before it may be
  /// the person's, too.
  base::Result<bool> read_persons_records(const store::LogHead& log) {
    bool grew = false;
    beside_.clear();
    person_.records = 0;
    TRY(read(log, [&](const record::EventView& event) -> base::Result<void> {
      if (!is_theirs(event)) return {};
      if (options_.follow) grew = follow(event) || grew;
      ++person_.records;
      return record::for_each_token(event, [&](const record::TokenAt& at) {
        const auto known = beside_.find(at.token);
        auto& entry =
            known != beside_.end() ? known->second : beside_.emplace(at.token, Beside{at.kind}).first->second;
        ++entry.records;
      });
    }));
    return grew;
  }

  base::Result<void> read_others_records(const store::LogHead& log) {
    return read(log, [&](const record::EventView& event) -> base::Result<void> {
      if (is_theirs(event)) return {};
      bool names_other = false;
      TRY(record::for_each_token(event, [&](const record::TokenAt& at) {
        if (const auto found = beside_.find(at.token); found != beside_.end()) found->second.shared = true;
        names_other = names_other || others_.contains(at.token);
      }));
      if (names_other) ++person_.records;
      return {};
    });
  }

  /// Values of whatever kind that hold one of the person's identities.
  base::Result<void> find_mentions() {
    std::vector<std::string> identities;
    for (const auto& [token, known] : identities_) {
      TRY_ASSIGN(const auto opened, vault_.disclose(tenant_, token));
      if (opened) identities.push_back(opened->value);
    }
    return vault_.read_all(tenant_, [&](Kind kind, std::string_view token, std::string_view value) {
      const bool text = kind == Kind::attribute || kind == Kind::raw;
      if (auto going = check_cancelled(); !going) return going;
      if (identities_.contains(token) || others_.contains(token)) return base::Result<void>();
      for (const auto& identity : identities) {
        if (text ? mentions(value, identity) : same_value(kind, value, identity))
          mentions_.emplace(token, kind);
      }
      return base::Result<void>();
    });
  }

  base::Result<void> hold(const std::string& token, Kind kind, Tie tie) {
    TRY_ASSIGN(const auto opened, vault_.disclose(tenant_, token));
    if (!opened) return {};  // erased before
    const auto beside = beside_.find(token);
    person_.values.push_back(
        {token, kind, tie, opened->value, beside == beside_.end() ? 0 : beside->second.records});
    return {};
  }

  base::Result<void> collect() {
    for (const auto* known : {&identities_, &others_}) {
      for (const auto& [token, what] : *known)
        TRY(hold(token, what.kind, what.named ? Tie::subject : Tie::identity));
    }
    for (const auto& [token, kind] : mentions_) TRY(hold(token, kind, Tie::mention));
    for (const auto& [token, what] : beside_) {
      if (identities_.contains(token) || others_.contains(token) || mentions_.contains(token)) continue;
      TRY(hold(token, what.kind, what.shared ? Tie::shared : Tie::only_here));
    }
    std::sort(person_.values.begin(), person_.values.end(), [](const Held& one, const Held& other) {
      return std::tie(one.tie, one.kind, one.token) < std::tie(other.tie, other.kind, other.token);
    });
    return {};
  }

  store::LedgerReader& ledger_;
  vault::VaultReader& vault_;
  const base::TenantId& tenant_;
  std::span<const Subject> subjects_;
  const SearchOptions& options_;
  ByToken<Known> identities_;  ///< user, email, phone
  ByToken<Known> others_;      ///< subjects of other kinds
  ByToken<Beside> beside_;     ///< every token in the person's records
  ByToken<Kind> mentions_;
  Person person_;
};

}  // namespace

std::string_view to_string(Tie tie) {
  constexpr std::array<std::string_view, 5> kNames{"subject", "identity", "mention", "only_here", "shared"};
  return kNames.at(static_cast<std::size_t>(tie));
}

store::ErasureOrder Person::order(const base::TenantId& tenant) const {
  store::ErasureOrder out;
  out.tenant = tenant;
  out.searched = searched;
  for (const auto& held : values) {
    if (held.tie == Tie::only_here) out.unless_shared.push_back(held.token);
    if (held.tie < Tie::only_here) out.certain.push_back(held.token);
  }
  return out;
}

base::Result<Person> find_person(store::LedgerReader& ledger, vault::VaultReader& vault,
                                 const base::TenantId& tenant, std::span<const Subject> subjects,
                                 const SearchOptions& options) {
  return Search(ledger, vault, tenant, subjects, options).run();
}

}  // namespace countersign::privacy
