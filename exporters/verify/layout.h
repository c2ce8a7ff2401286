#pragma once

#include "exporters/jsonl/totals.h"
#include "ledger/base/types.h"

#include <string>
#include <string_view>

/// Where everything stands in a bundle, below its one folder. exporters/README.md describes each file.
namespace countersign::verify::layout {

inline constexpr std::string_view kReadme = "README.txt";
/// Checks a bundle in a browser; bundles that were made before there was one have none.
inline constexpr std::string_view kVerifyPage = "verify.html";
inline constexpr std::string_view kBagit = "bagit.txt";
inline constexpr std::string_view kBagInfo = "bag-info.txt";
inline constexpr std::string_view kManifest = "manifest-sha256.txt";
inline constexpr std::string_view kTagManifest = "tagmanifest-sha256.txt";
inline constexpr std::string_view kSignature = "tagmanifest-sha256.txt.p7s";
inline constexpr std::string_view kTimestamp = "tagmanifest-sha256.txt.p7s.tsr";
inline constexpr std::string_view kEvidence = "evidence.json";
inline constexpr std::string_view kRecords = "data/records.jsonl";
inline constexpr std::string_view kEvents = "data/events.csv";
inline constexpr std::string_view kDisclosures = "data/disclosures.jsonl";
inline constexpr std::string_view kMasks = "data/masked.jsonl";
inline constexpr std::string_view kRetired = "data/retired.jsonl";
inline constexpr std::string_view kCheckpoint = "data/checkpoint";
inline constexpr std::string_view kProofs = "data/proofs.json";
inline constexpr std::string_view kBoundary = "data/boundary.jsonl";
inline constexpr std::string_view kCheckpoints = "data/checkpoints.jsonl";
inline constexpr std::string_view kResidency = "data/residency.json";
inline constexpr std::string_view kResidencyRecords = "data/residency.jsonl";
inline constexpr std::string_view kResidencyProofs = "data/residency.proofs.json";
inline constexpr std::string_view kReport = "data/reports/report.json";
inline constexpr std::string_view kReportPage = "data/reports/report.html";
inline constexpr std::string_view kReportPdf = "data/reports/report.pdf";
inline constexpr std::string_view kReportOscal = "data/reports/oscal.json";
inline constexpr std::string_view kReportRecords = "data/reports/system.jsonl";
inline constexpr std::string_view kReportProofs = "data/reports/system.proofs.json";
/// `data/controls/step-up-missing.sql`, and so on: the controls that the report was made with.
inline constexpr std::string_view kControls = "data/controls/";
/// Of the vendor who runs the appliance: documents, and a questionnaire with what was answered.
inline constexpr std::string_view kDocumentsFolder = "data/documents/";
inline constexpr std::string_view kDocuments = "data/documents/documents.json";
inline constexpr std::string_view kQuestionnaireFolder = "data/questionnaire/";
inline constexpr std::string_view kQuestionnaire = "data/questionnaire/questionnaire.json";
/// What both go by: records of the system log of the vendor's home region, and of another region than the
/// bundle's its keys, as below `keys/`.
inline constexpr std::string_view kVendorFolder = "data/vendor/";
inline constexpr std::string_view kVendorRecords = "data/vendor/system.jsonl";
inline constexpr std::string_view kVendorProofs = "data/vendor/system.proofs.json";
inline constexpr std::string_view kVendorKeys = "data/vendor/log.vkey";
inline constexpr std::string_view kVendorRotations = "data/vendor/rotations/";
inline constexpr std::string_view kSigner = "keys/signer.pem";
inline constexpr std::string_view kLogKeys = "keys/log.vkey";
/// `keys/rotations/1`, and so on: the endorsement of each key that took over.
inline constexpr std::string_view kRotations = "keys/rotations/";

inline constexpr std::string_view kBagitText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// `countersign-acme-20260101-20260201`; a time that is not midnight UTC is written out: `20260101T093000Z`.
std::string folder_name(const base::TenantId& tenant, const jsonl::Period& period);

}  // namespace countersign::verify::layout
