#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/proof.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a bundle holds of the vendor who runs the appliance, beside a tenant's records: documents, and a
/// questionnaire with its answers. Stated by the exporter and proven by the verifier, from the same records
/// of the system log. All functions are pure and thread-safe.
namespace countersign::verify {

/// A file of the bundle, by its path below the bundle's folder.
struct BundledFile {
  std::string path;
  base::Digest sha256;
  std::uint64_t bytes = 0;
};

/// A version of a document.
struct BundledDocument {
  std::string id;  ///< 32 hexadecimal digits
  std::string kind, title;
  std::string confidentiality;  ///< `public` or `nda`
  std::uint64_t version = 0;
  BundledFile file;                     ///< data/documents/<sha256>.<extension>
  std::string valid_from, valid_until;  ///< days; empty where that side is open
  std::string issuer, media_type, file_name;

  std::string resource() const;          ///< `<kind>/<id>`: how records name it
  std::string version_resource() const;  ///< `<kind>/<id>/<version>`
};

/// Where an answer stands among those that were approved at once (ledger/FORMAT.md).
struct ApprovedAnswer {
  base::Digest root;
  std::uint64_t index = 0, size = 0;
  tree::Path path;
};

struct BundledAnswer {
  boost::json::object answer;              ///< as it was recorded: the leaf is its text, indented
  std::optional<ApprovedAnswer> approved;  ///< absent: it was approved before records told what was
};

struct BundledFact {
  std::string value, cites, as_of;
};

struct BundledQuestionnaire {
  std::string id;  ///< 32 hexadecimal digits
  std::string name, tenant, file_name;
  BundledFile original, answered;
  std::vector<std::uint64_t> left_out;       ///< questions whose answer could not be put into the file
  std::map<std::string, BundledFact> facts;  ///< of what the answers cite, as known at the export
  std::vector<BundledAnswer> answers;        ///< by the question's number
};

/// The texts of data/documents/documents.json and data/questionnaire/questionnaire.json: members in a fixed
/// order, two spaces of indentation.
std::string format_documents(const std::vector<BundledDocument>& documents);
std::string format_questionnaire(const BundledQuestionnaire& one);
/// Read exactly what those write; data_loss for anything else.
base::Result<std::vector<BundledDocument>> parse_documents(std::string_view content);
base::Result<BundledQuestionnaire> parse_questionnaire(std::string_view content);

/// What hashes of answers and facts are over.
base::Digest leaf_of(const BundledAnswer& answer);
base::Digest root_of(const std::vector<BundledAnswer>& answers);
base::Digest digest_of(const std::map<std::string, BundledFact>& facts);
std::uint64_t number_of(const BundledAnswer& answer);

/// A record of the system log that tells of documents, questionnaires or answers.
struct VendorRecord {
  std::uint64_t seq = 0;
  std::string type, resource, context;

  /// The word behind `name=` in the context; empty where there is none.
  std::string_view word(std::string_view name) const;
  /// What stands behind `name=` to the end: a title, an issuer.
  std::string_view tail(std::string_view name) const;
};

/// What records of a bundle have to be about.
struct VendorScope {
  std::vector<BundledDocument> documents;
  std::optional<BundledQuestionnaire> questionnaire;
};

/// Reads a record's bytes; absent where it does not belong into a bundle with these. data_loss where it does
/// not read.
base::Result<std::optional<VendorRecord>> read_vendor_record(std::string_view bytes,
                                                             const VendorScope& scope);

/// That each document is what the records say, and how many have an issuer that they do not tell.
base::Result<std::size_t> prove_documents(const std::vector<BundledDocument>& documents,
                                          const std::vector<VendorRecord>& records);
/// That the questionnaire is what the records say: how it came, and how it went out.
base::Result<void> prove_questionnaire(const BundledQuestionnaire& questionnaire,
                                       const std::vector<VendorRecord>& records);
/// That each answer is one that a record approves, and of how many no record can say so.
base::Result<std::size_t> prove_answers(const BundledQuestionnaire& questionnaire,
                                        const std::vector<VendorRecord>& records);

}  // namespace countersign::verify
