#include "tests/ledger/privacy/people.h"
#include "tests/web/provisioning/provider.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace countersign::provisioning {
namespace {

struct User {
  std::string id, name;
  bool active = true;
};
struct Group {
  std::string id, name;
  std::vector<std::string> members;
};

/// A client that remembers what it has said, and how much evidence that must have left.
class Saying {
 public:
  explicit Saying(unsigned seed) : random_(seed) {}

  void step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return create_user();
      case 3:
        return switch_user();
      case 4:
        return rename_user();
      case 5:
        return below(3) == 0 ? delete_user() : take_a_name_that_is_taken();
      case 6:
        return create_group();
      case 7:
      case 8:
        return add_members();
      case 9:
        return remove_member();
      case 10:
        return below(2) == 0 ? delete_group() : erase_user();
      default:
        return provider.restart();
    }
  }

  void compare() {
    const auto users = scim::body_of(provider.get("/Users?count=200")).at("Resources").as_array();
    ASSERT_EQ(users.size(), users_.size());
    for (std::size_t i = 0; i < users.size(); ++i) {
      EXPECT_EQ(scim::at(users[i], "/id"), quoted(users_[i].id));
      EXPECT_EQ(scim::at(users[i], "/userName"), quoted(users_[i].name));
      EXPECT_EQ(scim::at(users[i], "/active"), users_[i].active ? "true" : "false");
      const auto expected = std::count_if(groups_.begin(), groups_.end(), [&](const Group& group) {
        return std::find(group.members.begin(), group.members.end(), users_[i].id) != group.members.end();
      });
      EXPECT_EQ(users[i].at("groups").as_array().size(), static_cast<std::size_t>(expected));
    }
    const auto groups = scim::body_of(provider.get("/Groups?count=200")).at("Resources").as_array();
    ASSERT_EQ(groups.size(), groups_.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      EXPECT_EQ(scim::at(groups[i], "/id"), quoted(groups_[i].id));
      std::vector<std::string> members;
      if (const auto* values = groups[i].as_object().if_contains("members")) {
        for (const auto& value : values->as_array())
          members.emplace_back(value.at("value").as_string().c_str());
      }
      EXPECT_EQ(members, groups_[i].members);
    }
  }

  void compare_evidence() {
    std::map<std::string, int> told;
    for (const auto& line : provider.told()) {
      const auto type = line.substr(0, line.find(" | "));
      const auto rest = line.substr(type.size() + 3);
      if (type == "user.provisioned" || type == "user.deprovisioned" || type == "user.role_changed")
        ++told[rest.substr(0, rest.find(" | "))];
    }
    EXPECT_EQ(told, said_);
  }

  Provider provider;

 private:
  unsigned below(std::size_t bound) {
    return static_cast<unsigned>(std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_));
  }
  static std::string quoted(std::string_view text) { return fmt::format(R"("{}")", text); }
  User* any_user() { return users_.empty() ? nullptr : &users_[below(users_.size())]; }
  Group* any_group() { return groups_.empty() ? nullptr : &groups_[below(groups_.size())]; }
  std::string new_name() { return fmt::format("p{:05}@example.com", ++names_); }
  void expect(const scim::Answer& answer, int status) { EXPECT_EQ(answer.status, status) << answer.body; }

  void create_user() {
    auto name = new_name();
    users_.push_back({provider.create_user(name), name});
    ++said_["create user"];
  }
  void switch_user() {
    auto* user = any_user();
    if (user == nullptr) return;
    user->active = !user->active;
    ++said_[user->active ? "reactivate user" : "deactivate user"];
    expect(provider.patch("/Users/" + user->id,
                          fmt::format(R"({{"op":"replace","path":"active","value":{}}})", user->active)),
           200);
  }
  void rename_user() {
    auto* user = any_user();
    if (user == nullptr) return;
    user->name = new_name();
    expect(provider.patch("/Users/" + user->id,
                          fmt::format(R"({{"op":"replace","path":"userName","value":"{}"}})", user->name)),
           200);
  }
  void take_a_name_that_is_taken() {
    const auto *one = any_user(), *other = any_user();
    if (one == nullptr || one == other) return;
    expect(provider.patch("/Users/" + one->id,
                          fmt::format(R"({{"op":"replace","path":"userName","value":"{}"}})", other->name)),
           409);
  }
  int leave_groups(const std::string& id) {
    int left = 0;
    for (auto& group : groups_) left += static_cast<int>(std::erase(group.members, id));
    return left;
  }
  void drop(const std::string& id) {
    std::erase_if(users_, [&](const User& user) { return user.id == id; });
  }
  void note(const std::string& what, int times) {
    if (times > 0) said_[what] += times;
  }
  void delete_user() {
    const auto* user = any_user();
    if (user == nullptr) return;
    const auto id = user->id;
    expect(provider.send("DELETE", "/Users/" + id), 204);
    ++said_["delete user"];
    note("remove member", leave_groups(id));
    drop(id);
  }
  void create_group() {
    Group group{{}, fmt::format("Group {}", groups_.size()), {}};
    if (const auto* user = any_user()) group.members = {user->id};
    group.id = provider.create_group(group.name, group.members);
    note("add member", static_cast<int>(group.members.size()));
    groups_.push_back(std::move(group));
  }
  void add_members() {
    auto* group = any_group();
    if (group == nullptr || users_.empty()) return;
    std::string values;
    for (unsigned i = 0; i < 3; ++i) {
      const auto& id = any_user()->id;
      if (std::find(group->members.begin(), group->members.end(), id) == group->members.end()) {
        group->members.push_back(id);
        ++said_["add member"];
      }
      values += fmt::format(R"({}{{"value":"{}"}})", values.empty() ? "" : ",", id);
    }
    expect(provider.patch("/Groups/" + group->id,
                          fmt::format(R"({{"op":"add","path":"members","value":[{}]}})", values)),
           204);
  }
  void remove_member() {
    auto* group = any_group();
    const auto* user = any_user();
    if (group == nullptr || user == nullptr) return;
    note("remove member", static_cast<int>(std::erase(group->members, user->id)));
    expect(provider.patch("/Groups/" + group->id,
                          fmt::format(R"({{"op":"remove","path":"members[value eq \"{}\"]"}})", user->id)),
           204);
  }
  void delete_group() {
    const auto* group = any_group();
    if (group == nullptr) return;
    note("remove member", static_cast<int>(group->members.size()));
    expect(provider.send("DELETE", "/Groups/" + group->id), 204);
    groups_.erase(groups_.begin() + (group - groups_.data()));
  }
  void erase_user() {
    const auto* user = any_user();
    if (user == nullptr) return;
    const auto id = user->id;
    const auto found = testing::find(provider.region, {"email=" + user->name});
    ASSERT_TRUE(found);
    ASSERT_TRUE(testing::erase(*provider.writer, found->order(provider.tenant)));
    leave_groups(id);
    drop(id);
    if (below(2) == 0) {
      EXPECT_TRUE(provider.provisioning->forget_erased());
    }
    // A list counts whom nobody has looked at since; this looks at all.
    expect(provider.get("/Users/" + id), 404);
  }

  std::mt19937 random_;
  unsigned names_ = 0;
  std::vector<User> users_;
  std::vector<Group> groups_;
  std::map<std::string, int> said_;
};

/// Whatever a client says, in whatever order, over restarts and erasures.
class RandomHistory : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomHistory, IsKeptAndLeavesARecordOfEachChange) {
  Saying saying(GetParam());
  for (int step = 0; step < 120 && !HasFailure(); ++step) {
    SCOPED_TRACE(fmt::format("step {}", step));
    saying.step();
    saying.compare();
  }
  saying.compare_evidence();
  saying.provider.expect_whole_ledger();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, ::testing::Range(1u, 7u));

}  // namespace
}  // namespace countersign::provisioning
