#include "apps/daemon/procurement/answer_notices.h"

#include "apps/vendor_stores.h"
#include "web/auth/account_store.h"
#include "web/senders/mail_text.h"

#include <set>

namespace countersign::apps {
namespace {

/// Who they are as the store has it: ids or names of accounts, or of nobody.
base::Result<std::set<std::string>> owners_of(const Config& config, const notify::AnswerNotice& answer,
                                              const std::string& tenant) {
  std::set<std::string> out;
  TRY_ASSIGN(auto store, open_questionnaires(config));
  if (answer.questionnaire.empty()) {
    TRY_ASSIGN(const auto all, store.adopted());
    for (const auto& one : all) {
      const auto& approval = one.standing.approval;
      if (approval.answer == answer.answer && approval.tenant == tenant) out.insert(one.owner);
    }
    return out;
  }
  TRY_ASSIGN(const auto approvers, store.approvers(answer.questionnaire));
  for (const auto number : answer.questions) {
    const auto found = approvers.find(number);
    // What was taken back meanwhile is nobody's.
    out.insert(found == approvers.end() ? std::string() : found->second);
  }
  return out;
}

base::Result<std::optional<auth::Account>> account_of(auth::AccountStore& accounts,
                                                      const std::string& owner) {
  TRY_ASSIGN(auto account, accounts.by_id(owner));
  if (account) return account;
  const auto name = auth::parse_account_name(owner);
  if (!name) return std::optional<auth::Account>();
  return accounts.by_name(*name);
}

base::Result<std::set<std::string>> addresses(const Config& config, const notify::Notice& notice,
                                              const std::vector<std::string>& otherwise) {
  TRY_ASSIGN(auto owners, owners_of(config, *notice.answer, notice.tenant));
  if (owners.empty()) owners.insert(std::string());
  TRY_ASSIGN(auto accounts, auth::AccountStore::open(config.accounts()));
  const auto now = base::system_clock()();
  std::set<std::string> out;
  for (const auto& owner : owners) {
    TRY_ASSIGN(const auto account, account_of(accounts, owner));
    if (account && account->is_active(now) && senders::is_mail_address(account->name)) {
      out.insert(account->name);
    } else {
      out.insert(otherwise.begin(), otherwise.end());
    }
  }
  return out;
}

}  // namespace

void complete_answer(const Config& config, notify::Notice& notice) {
  if (!notice.answer || !has_questionnaires(config)) return;
  auto store = open_questionnaires(config);
  if (!store) return;
  const auto& answer = *notice.answer;
  if (!answer.questionnaire.empty()) {
    const auto entry = store->find(answer.questionnaire);
    if (entry) notice.tenant = entry->tenant;
    return;
  }
  const auto library = store->library();
  const auto* found = library ? (*library)->find(answer.answer) : nullptr;
  if (found != nullptr) notice.title = found->title;
}

std::vector<std::string> addresses_of_owners(const Config& config, const notify::Notice& notice,
                                             const std::vector<std::string>& otherwise) {
  if (!notice.answer || !has_questionnaires(config)) return {};
  const auto found = addresses(config, notice, otherwise);
  // Rather to those who are told of all than to nobody.
  if (!found) return otherwise;
  return {found->begin(), found->end()};
}

}  // namespace countersign::apps
