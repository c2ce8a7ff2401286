#include "ledger/tree/witness_policy.h"

#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace countersign::tree {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::size_t kPolicyBytesMax = 1 << 20;
constexpr std::size_t kDefinitionsMax = 1'000;
constexpr std::string_view kBlank = " \t";

/// The items of a line; none of an empty one and of a comment.
std::vector<std::string_view> items_of(std::string_view line) {
  std::vector<std::string_view> items;
  for (;;) {
    const auto begin = line.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return items;
    if (items.empty() && line[begin] == '#') return items;
    const auto end = std::min(line.find_first_of(kBlank, begin), line.size());
    items.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

bool is_policy_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || byte == '\n' || (byte >= 0x20 && byte != 0x7f);
  });
}

auto wrong(std::string what) { return fail(Code::invalid_argument, std::move(what)); }

}  // namespace

/// Reads a policy line by line.
class PolicyReader {
 public:
  Result<WitnessPolicy> read(std::string_view text) {
    if (text.size() > kPolicyBytesMax || !is_policy_text(text))
      return wrong("a policy is at most a megabyte of text without control characters");
    for (std::size_t number = 1; !text.empty(); ++number) {
      const auto line = take_line(text);
      auto done = line ? take(items_of(*line)) : wrong("it does not end in a line feed");
      if (!done) return fail(fmt::format("line {} of the policy", number), done.error());
    }
    if (!quorum_) return wrong("the policy has no line `quorum`");
    return std::move(policy_);
  }

 private:
  using Items = std::vector<std::string_view>;

  Result<void> take(const Items& items) {
    if (items.empty()) return {};
    if (policy_.logs_.size() + policy_.members_.size() >= kDefinitionsMax)
      return wrong("a policy defines at most 1,000 logs, witnesses and groups");
    if (items[0] == "log") return take_log(items);
    if (items[0] == "witness") return take_witness(items);
    if (items[0] == "group") return take_group(items);
    if (items[0] == "quorum") return take_quorum(items);
    return wrong("it begins with none of log, witness, group, quorum");
  }

  Result<void> take_log(const Items& items) {
    if (items.size() < 2 || items.size() > 3) return wrong("a log is `log <vkey> [<url>]`");
    TRY_ASSIGN(auto key, NoteVerifier::parse(items[1]));
    if (key.type() != NoteKeyType::ed25519) return wrong("the key is none that a log signs with");
    if (std::ranges::any_of(policy_.logs_,
                            [&](const auto& one) { return one.public_key() == key.public_key(); }))
      return wrong("the log's key stands there twice");
    policy_.logs_.push_back(std::move(key));
    return {};
  }

  Result<void> take_witness(const Items& items) {
    if (items.size() < 3 || items.size() > 4) return wrong("a witness is `witness <name> <vkey> [<url>]`");
    TRY(check_new(items[1]));
    TRY_ASSIGN(auto key, NoteVerifier::parse(items[2]));
    return policy_.add_witness(std::string(items[1]), std::move(key),
                               items.size() == 4 ? std::string(items[3]) : std::string());
  }

  Result<void> take_group(const Items& items) {
    if (items.size() < 4) return wrong("a group is `group <name> all|any|<k> <member>...`");
    TRY(check_new(items[1]));
    WitnessPolicy::Member group;
    group.name = items[1];
    for (std::size_t i = 3; i < items.size(); ++i) {
      const auto found = find(items[i]);
      if (!found) return wrong("no line before it defines one of its members");
      auto& member = policy_.members_[*found];
      if (member.taken) return wrong("one of its members is a member already");
      member.taken = true;
      group.members.push_back(*found);
    }
    const auto least = items[2] == "any"   ? std::optional<std::uint64_t>(1)
                       : items[2] == "all" ? std::optional<std::uint64_t>(group.members.size())
                                           : parse_decimal(items[2], group.members.size());
    if (!least || *least == 0)
      return wrong("how many members are enough must be all, any, or a number of them");
    group.least = *least;
    policy_.members_.push_back(std::move(group));
    return {};
  }

  Result<void> take_quorum(const Items& items) {
    if (items.size() != 2) return wrong("a quorum is `quorum <name>` or `quorum none`");
    if (quorum_) return wrong("there is a second quorum");
    quorum_ = true;
    if (items[1] == "none") return {};
    const auto found = find(items[1]);
    if (!found) return wrong("no line before it defines the quorum's name");
    policy_.quorum_ = *found;
    return {};
  }

  Result<void> check_new(std::string_view name) const {
    if (name == "none") return wrong("none is no name for a witness or group");
    if (find(name)) return wrong("its name is that of an earlier line");
    return {};
  }

  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::ranges::find(policy_.members_, name, &WitnessPolicy::Member::name);
    if (found == policy_.members_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - policy_.members_.begin());
  }

  WitnessPolicy policy_;
  bool quorum_ = false;
};

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) { return PolicyReader().read(text); }

Result<void> WitnessPolicy::add_witness(std::string name, NoteVerifier key, std::string url) {
  if (key.type() != NoteKeyType::cosignature)
    return wrong(fmt::format("{} is no key that a witness cosigns with (type 04)", key.name()));
  if (std::ranges::any_of(witnesses_,
                          [&](const auto& one) { return one.key.public_key() == key.public_key(); }))
    return wrong(fmt::format("the key of the witness {} stands there twice", key.name()));
  Member member;
  member.name = name;
  member.witness = witnesses_.size();
  members_.push_back(std::move(member));
  witnesses_.push_back({std::move(name), std::move(key), std::move(url)});
  return {};
}

Result<WitnessPolicy> WitnessPolicy::any_of(std::vector<NoteVerifier> witnesses, std::size_t quorum) {
  WitnessPolicy policy;
  for (auto& key : witnesses) {
    auto name = key.name();
    TRY(policy.add_witness(std::move(name), std::move(key), {}));
  }
  if (quorum > policy.witnesses_.size())
    return wrong(fmt::format("{} of {} witnesses cannot be", quorum, policy.witnesses_.size()));
  if (quorum == 0) return policy;
  Member group;
  group.least = quorum;
  for (std::size_t i = 0; i < policy.members_.size(); ++i) group.members.push_back(i);
  policy.quorum_ = policy.members_.size();
  policy.members_.push_back(std::move(group));
  return policy;
}

Result<WitnessPolicy::Count> WitnessPolicy::count(std::string_view note) const {
  std::vector<NoteVerifier> keys;
  for (const auto& witness : witnesses_) keys.push_back(witness.key);
  auto opened = open_note(note, keys);
  Count out;
  if (!opened && opened.error().code != Code::permission_denied) return fail(opened.error());
  if (opened) out.cosigned = std::move(opened->verified);
  // Members refer to earlier ones alone, so one pass tells all.
  std::vector<bool> met;
  for (const auto& member : members_) {
    if (member.least > 0) {
      const auto there = std::ranges::count_if(member.members, [&](std::size_t one) { return met[one]; });
      met.push_back(static_cast<std::size_t>(there) >= member.least);
      continue;
    }
    const auto& key = witnesses_[member.witness].key;
    met.push_back(std::ranges::any_of(
        out.cosigned, [&](const auto& one) { return one.key_id == key.key_id() && one.name == key.name(); }));
  }
  out.enough = quorum_ == kNone || met[quorum_];
  return out;
}

std::string WitnessPolicy::quorum_text() const {
  if (quorum_ == kNone) return "none";
  const auto& quorum = members_[quorum_];
  if (quorum.least == 0) return quorum.name;
  std::string names;
  for (const auto member : quorum.members) names += (names.empty() ? "" : ", ") + members_[member].name;
  return fmt::format("{} of {}", quorum.least, names);
}

}  // namespace countersign::tree
