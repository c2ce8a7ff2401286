#include "exporters/bundle/readme.h"

#include "ledger/base/encoding.h"

#include <fmt/format.h>

namespace countersign::bundle {
namespace {

constexpr std::string_view kIntroduction = R"(EVIDENCE BUNDLE

Tenant   {tenant}
Log      {log}
Period   {from} (included)
      to {to} (excluded), by the time of receipt
{recipient}Signer   {subject}
         certificate SHA-256 {fingerprint}

{statement}

WHAT IS HERE

evidence.json           scope, query, figures, who ran it and when
data/records.jsonl      {records}
data/events.csv         the same events as a table; a cell that a spreadsheet could take for a
                        formula has an apostrophe in front
{disclosures}data/boundary.jsonl     the {boundary} just before and just behind the period
data/checkpoint         the log's signed size and root hash (C2SP signed note)
data/checkpoints.jsonl  the earlier checkpoints that tell when each record was committed
data/proofs.json        Merkle proofs (RFC 6962) from the records to the checkpoint
data/residency.json     in which region everything was kept, moves, exports to elsewhere; what that
                        rests on is beside it: records of the system log, and proofs of them
{vendor}keys/                   the signer's certificate and the log's public keys
verify.html             a page that checks a bundle in a browser, without a network

HOW TO CHECK IT

Compare the fingerprint above with one that you were given in another way: by contract, on the
operator's site, by telephone. A key that came with the bundle proves nothing by itself.

The shortest way is the verifier, which needs no network and no configuration:

    countersign verify --fingerprint {fingerprint} BUNDLE

The page verify.html checks the .zip as a whole in a browser. The page that lies in a bundle proves
nothing by itself to whoever distrusts the sender: who alters the bundle can alter the page. Take it from
your own appliance or from a bundle that you trust; it checks any bundle.

With stock tools (bash, in this folder), in this order:

1. No file was changed:

    sha256sum --check --strict --quiet tagmanifest-sha256.txt
    sha256sum --check --strict --quiet manifest-sha256.txt

2. No file was added or removed (sha256sum does not see an added file); no output is good:

    diff <(cut -c67- manifest-sha256.txt) <(find data -type f | LC_ALL=C sort)
    diff <((cut -c67- tagmanifest-sha256.txt; printf '%s\n' {unlisted}) | LC_ALL=C sort) \
         <(find . -type f ! -path './data/*' | cut -c3- | LC_ALL=C sort)

3. The list of files was signed by the holder of the certificate:

    openssl cms -verify -cades -binary -inform DER -in tagmanifest-sha256.txt.p7s \
        -content tagmanifest-sha256.txt -CAfile keys/signer.pem -out /dev/null
    openssl x509 -in keys/signer.pem -noout -fingerprint -sha256
)";

constexpr std::string_view kDocuments =
    R"(data/documents/         documents of the vendor who runs the appliance; documents.json says what they are
)";
constexpr std::string_view kQuestionnaire =
    R"(data/questionnaire/     a questionnaire as it came and as it was answered; questionnaire.json has the
                        answers with what they cite
)";
constexpr std::string_view kVendor =
    R"(data/vendor/            records of the system log that tell of these, and proofs of them
)";

constexpr std::string_view kTimestampStep = R"(
4. The signature existed at the time of the timestamp. TSA.pem holds the certificate of the
   timestamp authority's root, which you get from the authority:

    openssl ts -verify -data tagmanifest-sha256.txt.p7s -in tagmanifest-sha256.txt.p7s.tsr \
        -CAfile TSA.pem
)";

constexpr std::string_view kChain = R"(
THE CHAIN BY HAND

The hash of a record is SHA-256 over a zero byte and the record's bytes. For the first line:

    (printf '\0'; head -n 1 data/records.jsonl | tr -d '\n') | sha256sum
    (printf '\0'; head -n 1 data/records.jsonl | tr -d '\n') | openssl dgst -sha256 -binary | openssl base64

The first is the value in the column record_hash of data/events.csv, the second the member "prev" of
the record that follows. A line {{"withheld":{{"seq":...,"hash":...}}}} stands for a record that the filter
left out: its hash is shown, its content is not. A line {{"retired":{{"seq":...,"part":...,"hash":...}}}} stands for
a record that the log no longer keeps; data/retired.jsonl says when it went and under which rule.
)";

constexpr std::string_view kNoRecords = R"(
PERSONAL VALUES

The profile of this bundle is none: no record is shown, only the number and hash of each. That proves
how many records the log holds between the first and the last, and that each can be recognised should it
be shown one day. That they are the records of the period is the operator's statement, unless the period
takes in the whole log.
)";

constexpr std::string_view kTokens = R"(
PERSONAL VALUES

The profile of this bundle is pseudonymous: a token stands for each personal value. The same value has
the same token, wherever it stands. No value is shown.
)";

constexpr std::string_view kMasks = R"(
PERSONAL VALUES

The profile of this bundle is masked: in place of a token, data/events.csv shows a mask of the value, such
as a***@example.com with dots for the stars. A MASK CANNOT BE CHECKED: nothing ties it to its token, and
that it is a mask of the right value is the operator's statement. Everything else stays proven.
{scope})";

constexpr std::string_view kValues = R"(
PERSONAL VALUES

The profile of this bundle is full: data/disclosures.jsonl opens tokens. A token is base64url of SHA-256
over "countersign/token/v1", a zero byte, the kind, a zero byte, the 32 bytes of the salt, and the value.
Erased values cannot be opened any more.
{scope})";

constexpr std::string_view kLimits = R"(
WHAT THIS DOES NOT PROVE

That the sources sent everything that happened, or that what they sent was true. Column "late" marks
events that reached the log more than five minutes after they occurred, by their source's clock.
Records that no checkpoint covered when the bundle was made are not in it: {beyond} of this log.
)";

std::string values_text(const verify::Evidence& evidence) {
  using record::Profile;
  std::string scope;
  if (!evidence.scope.empty()) {
    scope = "Not all values are shown, but only those";
    if (!evidence.scope.kinds.empty()) scope += " of the kinds " + jsonl::to_text(evidence.scope.kinds);
    if (!evidence.scope.records.empty())
      scope += " that stand in the records " + evidence.scope.records.to_text();
    if (evidence.scope.tokens) scope += " whose tokens evidence.json lists";
    scope += ".\nWhat is shown of a token is shown wherever the token stands.\n";
  }
  switch (evidence.profile) {
    case Profile::none:
      return std::string(kNoRecords);
    case Profile::pseudonymous:
      return std::string(kTokens);
    case Profile::masked:
      return fmt::format(kMasks, fmt::arg("scope", scope));
    case Profile::full:
      break;
  }
  return fmt::format(kValues, fmt::arg("scope", scope));
}

}  // namespace

std::string readme_text(const verify::Evidence& evidence, const ReadmeFacts& facts) {
  using fmt::arg;
  std::string unlisted = "tagmanifest-sha256.txt tagmanifest-sha256.txt.p7s";
  const bool none = evidence.profile == record::Profile::none;
  if (facts.timestamped) unlisted += " tagmanifest-sha256.txt.p7s.tsr";
  std::string text = fmt::format(
      kIntroduction, arg("tenant", evidence.tenant.value()), arg("log", evidence.log.text),
      arg("from", base::format_rfc3339(evidence.period.from)),
      arg("to", base::format_rfc3339(evidence.period.to)), arg("subject", facts.signer->subject()),
      arg("fingerprint", base::to_hex(facts.signer->fingerprint().view())),
      arg("statement", verify::kStatement),
      arg("disclosures",
          !facts.values ? ""
          : evidence.profile == record::Profile::masked
              ? "data/masked.jsonl       masks of the personal values behind the tokens\n"
              : "data/disclosures.jsonl  the personal values behind the tokens, each with its salt\n"),
      arg("records", none ? "the number and hash of each record, one a line"
                          : "the records, one a line, each exactly as it was hashed and stored"),
      arg("boundary", none ? "number and hash of the records" : "records"),
      arg("recipient",
          evidence.recipient.empty() ? std::string() : fmt::format("For      {}\n", evidence.recipient)),
      arg("vendor",
          fmt::format("{}{}{}", facts.documents ? kDocuments : "", facts.questionnaire ? kQuestionnaire : "",
                      facts.documents || facts.questionnaire ? kVendor : "")),
      arg("unlisted", unlisted));
  if (facts.timestamped) text += kTimestampStep;
  if (!none) text += fmt::format(kChain);
  text += values_text(evidence);
  text += fmt::format(kLimits, arg("beyond", evidence.beyond_checkpoint));
  return text;
}

}  // namespace countersign::bundle
