#include "collector/ingest/registry.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace countersign::ingest {
namespace {

namespace fs = std::filesystem;

using base::Code;

base::Clock clock_at(std::int64_t micros) {
  return [micros] { return base::Timestamp{micros}; };
}

class RegistryFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "countersign-registry-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ / "data" / "registry.json";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string add(const std::string& name, const std::string& adapter = "countersign",
                  std::vector<base::TenantId> tenants = {}) {
    auto token = add_source(path_, {base::SourceName(name), adapter, std::move(tenants)}, key_, clock_at(5),
                            crypto::system_entropy());
    EXPECT_TRUE(token) << (token ? "" : token.error().message);
    return token ? *token : "";
  }
  base::Result<std::string> try_add(const std::string& name, const std::string& adapter,
                                    std::vector<base::TenantId> tenants) {
    return add_source(path_, {base::SourceName(name), adapter, std::move(tenants)}, key_, clock_at(5),
                      crypto::system_entropy());
  }
  void add_acme() {
    const auto added =
        add_tenant(path_, base::TenantId("acme"), base::RegionId("eu"), std::nullopt, clock_at(1));
    ASSERT_TRUE(added) << added.error().message;
  }
  Registry load() {
    auto registry = Registry::load(path_);
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? *registry : Registry();
  }

  const crypto::Secret key_{std::vector<std::uint8_t>(32, 7)};
  fs::path folder_, path_;
};

TEST_F(RegistryFile, KeepsOnlyTheHashOfAToken) {
  const std::string token = add("app");
  EXPECT_EQ(token.size(), 4u + 43u);
  EXPECT_TRUE(token.starts_with("cst_"));
  const auto text = base::read_file(path_, 100'000);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find(token), std::string::npos);
  EXPECT_EQ(text->find(token.substr(4)), std::string::npos);
  EXPECT_NE(text->find(base::to_hex(crypto::sha256(token).view())), std::string::npos);
}

TEST_F(RegistryFile, FindsASourceByItsTokenOnly) {
  const std::string first = add("first"), second = add("second");
  const auto registry = load();
  ASSERT_NE(registry.holder_of_token(first).source, nullptr);
  EXPECT_EQ(registry.holder_of_token(first).source->name.value(), "first");
  EXPECT_EQ(registry.holder_of_token(second).source->name.value(), "second");
  EXPECT_EQ(registry.holder_of_token(first + "x").source, nullptr);
  EXPECT_EQ(registry.holder_of_token("").source, nullptr);
  EXPECT_EQ(registry.holder_of_token("first").source, nullptr);
  EXPECT_EQ(registry.holder_of_token(base::to_hex(crypto::sha256(first).view())).source, nullptr);
}

TEST_F(RegistryFile, RefusesARevokedToken) {
  const std::string token = add("app");
  ASSERT_TRUE(revoke_source(path_, base::SourceName("app"), clock_at(9)));
  EXPECT_EQ(load().holder_of_token(token).source, nullptr);
  EXPECT_EQ(load().source_by_name(base::SourceName("app"))->revoked, base::Timestamp{9});
  EXPECT_EQ(revoke_source(path_, base::SourceName("app"), clock_at(9)).error().code,
            Code::failed_precondition);
  EXPECT_EQ(revoke_source(path_, base::SourceName("none"), clock_at(9)).error().code, Code::not_found);
  EXPECT_EQ(try_add("app", "countersign", {}).error().code, Code::already_exists);
}

TEST_F(RegistryFile, BindsAProviderToExactlyOneKnownTenant) {
  add_acme();
  EXPECT_TRUE(try_add("twilio", "twilio_verify", {base::TenantId("acme")}));
  EXPECT_EQ(try_add("okta", "okta", {}).error().code, Code::invalid_argument);
  EXPECT_EQ(try_add("okta", "okta", {base::TenantId("other")}).error().code, Code::not_found);
  EXPECT_EQ(try_add("x", "no_such_adapter", {base::TenantId("acme")}).error().code, Code::invalid_argument);
  EXPECT_EQ(try_add("Bad Name", "countersign", {}).error().code, Code::invalid_argument);
}

TEST_F(RegistryFile, KeepsTenants) {
  add_acme();
  ASSERT_TRUE(
      add_tenant(path_, base::TenantId("far"), base::RegionId("us"), "https://us.example.com", clock_at(2)));
  const auto registry = load();
  ASSERT_NE(registry.tenant(base::TenantId("acme")), nullptr);
  EXPECT_EQ(registry.tenant(base::TenantId("acme"))->region.value(), "eu");
  EXPECT_EQ(registry.tenant(base::TenantId("far"))->moved_to, "https://us.example.com");
  EXPECT_EQ(registry.tenant(base::TenantId("none")), nullptr);
  EXPECT_EQ(add_tenant(path_, base::TenantId("acme"), base::RegionId("eu"), {}, clock_at(1)).error().code,
            Code::already_exists);
  EXPECT_EQ(add_tenant(path_, base::TenantId("_system"), base::RegionId("eu"), {}, clock_at(1)).error().code,
            Code::invalid_argument);
  EXPECT_EQ(
      add_tenant(path_, base::TenantId("b"), base::RegionId("eu"), "http://x", clock_at(1)).error().code,
      Code::invalid_argument);
}

TEST_F(RegistryFile, KeepsTheHistoryOfAPin) {
  add_acme();
  const base::TenantId acme("acme");
  const auto move = [&](const std::string& to, std::int64_t time, std::optional<std::string> address = {}) {
    return move_tenant(path_, acme, {base::RegionId(to), std::move(address), "contract_change", "root"},
                       clock_at(time));
  };
  ASSERT_TRUE(move("us", 10));
  EXPECT_EQ(load().tenant(acme)->region.value(), "us");
  ASSERT_TRUE(move("ap", 20, "https://ap.example.com"));
  EXPECT_EQ(load().tenant(acme)->moved_to, "https://ap.example.com");
  const auto back = move("eu", 5);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->time.micros, 21) << "a clock that was set back does not turn the history round";
  EXPECT_EQ(back->from.value(), "ap");
  const auto registry = load();
  const auto* tenant = registry.tenant(acme);
  EXPECT_FALSE(tenant->moved_to) << "it is here again";
  ASSERT_EQ(tenant->moves.size(), 3u);
  EXPECT_EQ(tenant->first_region().value(), "eu");
  EXPECT_EQ(tenant->moves[1].address, "https://ap.example.com");
  EXPECT_EQ(tenant->moves[1].reason + tenant->moves[1].by, "contract_changeroot");
  EXPECT_EQ(Registry::parse(registry.to_text())->to_text(), registry.to_text());
  EXPECT_EQ(move("eu", 30).error().code, Code::already_exists);
  EXPECT_EQ(load().tenant(acme)->moves.size(), 3u);
}

TEST_F(RegistryFile, RefusesAMoveThatSaysTooLittle) {
  add_acme();
  const auto move = [&](const char* tenant, const char* to, std::optional<std::string> address,
                        const char* reason) {
    return move_tenant(path_, base::TenantId(tenant),
                       {base::RegionId(to), std::move(address), reason, "root"}, clock_at(9))
        .error()
        .code;
  };
  EXPECT_EQ(move("nobody", "us", {}, "x"), Code::not_found);
  EXPECT_EQ(move("acme", "U S", {}, "x"), Code::invalid_argument);
  for (const auto* address : {"http://us", "https://a b", "https://a\nb", "https://a\"b"})
    EXPECT_EQ(move("acme", "us", address, "x"), Code::invalid_argument) << address;
  for (const auto* reason : {"", "Ana asked", "ana@example.com"})
    EXPECT_EQ(move("acme", "us", {}, reason), Code::invalid_argument) << reason;
  EXPECT_TRUE(load().tenant(base::TenantId("acme"))->moves.empty());
}

/// As it was written before tenants could move.
TEST(RegistryText, OfBeforeIsReadAndStaysAsItWas) {
  const std::string text =
      "{\"v\":1,\n\"tenants\":[\n{\"id\":\"acme\",\"region\":\"eu\",\"created\":\"2026-01-31T09:30:00."
      "000000Z\"},\n"
      "{\"id\":\"far\",\"region\":\"us\",\"created\":\"2026-01-31T09:30:00.000000Z\",\"moved_to\":\"https://"
      "us.example\"}],"
      "\n\"sources\":[]}\n";
  const auto registry = Registry::parse(text);
  ASSERT_TRUE(registry) << registry.error().message;
  EXPECT_EQ(registry->to_text(), text);
  EXPECT_EQ(registry->tenant(base::TenantId("acme"))->first_region().value(), "eu");
}

TEST(RegistryText, HoldsAHistoryThatLeadsToThePin) {
  const std::string move =
      R"({"from":"eu","to":"us","time":"2026-01-31T09:30:00.000000Z","reason":"x","by":"root"})";
  const std::string back =
      R"({"from":"us","to":"eu","time":"2026-01-31T09:30:00.000001Z","reason":"x","by":"root"})";
  const auto with = [](const std::string& region, const std::string& moves) {
    return Registry::parse(R"({"v":1,"tenants":[{"id":"acme","region":")" + region +
                           R"(","created":"2026-01-31T09:30:00.000000Z","moves":[)" + moves +
                           R"(]}],"sources":[]})");
  };
  EXPECT_TRUE(with("us", move));
  EXPECT_TRUE(with("eu", move + "," + back));
  for (const auto& [region, moves] : std::initializer_list<std::pair<std::string, std::string>>{
           {"eu", move}, {"us", ""}, {"us", move + "," + move}, {"eu", back + "," + move}, {"us", "7"}}) {
    const auto read = with(region, moves);
    ASSERT_FALSE(read) << moves;
    EXPECT_NE(read.error().message.find("tenants[0].moves"), std::string::npos) << read.error().message;
  }
  auto odd = move;
  odd.replace(odd.find("\"x\""), 3, "\"Ana asked\"");
  EXPECT_FALSE(with("us", odd));
}

TEST_F(RegistryFile, ReadsBackWhatItWrites) {
  add_acme();
  add("app");
  add("twilio", "twilio_verify", {base::TenantId("acme")});
  ASSERT_TRUE(revoke_source(path_, base::SourceName("app"), clock_at(7)));
  const auto text = load().to_text();
  EXPECT_EQ(Registry::parse(text)->to_text(), text);
  EXPECT_EQ(*base::read_file(path_, 100'000), text);
}

TEST_F(RegistryFile, LosesNoneOfManyChangesAtOnce) {
  constexpr int kThreads = 4, kEach = 8;
  std::vector<std::jthread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto added = add_tenant(path_, base::TenantId("t" + std::to_string(t * 100 + i)),
                                      base::RegionId("eu"), {}, clock_at(1));
        if (!added) ++failures;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(load().tenants().size(), std::size_t{kThreads * kEach});
}

TEST_F(RegistryFile, HasRoomToRevokeWhenNothingCanBeAdded) {
  add("shop");
  // As many as the bytes that are left for additions take: each is some 3 KiB.
  auto registry = Registry::load(path_).value();
  const auto one = *registry.source_by_name(base::SourceName("shop"));
  for (int i = 0; registry.to_text().size() < kRegistryBytesMax / 4 * 3; i += 1'000) {
    for (int j = i; j < i + 1'000; ++j) {
      auto more = one;
      more.name = base::SourceName("s" + std::to_string(j));
      more.token_sha256 = crypto::sha256("token " + std::to_string(j));
      more.url = "https://" + std::string(2'500, 'a') + ".example";
      registry.put(more);
    }
  }
  ASSERT_LT(registry.to_text().size(), kRegistryBytesMax);
  ASSERT_TRUE(base::write_file_durably(path_, registry.to_text(), base::FileMode::readable));
  const auto refused = try_add("late", "countersign", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_TRUE(revoke_source(path_, base::SourceName("shop"), clock_at(9)));
  EXPECT_TRUE(Registry::load(path_).value().source_by_name(base::SourceName("shop"))->revoked);
}

TEST(RegistryText, IsReadStrictly) {
  const std::string hash(64, 'a');
  const std::string time = "2026-01-31T09:30:00.000000Z";
  const std::string source = R"({"name":"app","adapter":"countersign","token_sha256":")" + hash +
                             R"(","tenants":[],"created":")" + time + "\"}";
  const auto with = [&](const std::string& one) { return R"({"v":1,"tenants":[],"sources":[)" + one + "]}"; };
  ASSERT_TRUE(Registry::parse(with(source)));
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string text = with(source);
    text.replace(text.find(what), what.size(), by);
    return text;
  };
  for (const auto& text : {std::string(), std::string("{}"), std::string("[]"), with(source + "," + source),
                           with("7"), with(source) + "x", replaced(hash, hash + "aa"), replaced("app", "App"),
                           replaced(time, "2026-01-31"), replaced("\"v\":1", "\"v\":2"), replaced("[]", "{}"),
                           replaced("\"adapter\"", "\"adaptor\""), replaced("\"created\"", "\"name\""),
                           replaced("\"tenants\":[],\"created\"", "\"tenants\":[1],\"created\"")}) {
    const auto parsed = Registry::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument) << text;
    EXPECT_EQ(parsed.error().message.find(hash), std::string::npos);
  }
}

TEST(RegistryText, IsNotFoundWhereThereIsNoFile) {
  EXPECT_EQ(Registry::load("/nonexistent/registry.json").error().code, Code::not_found);
}

}  // namespace
}  // namespace countersign::ingest
