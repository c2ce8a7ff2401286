#include "reports/trust/statement.h"

#include "ledger/base/encoding.h"
#include "reports/documents/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace countersign::trust {
namespace {

using base::Timestamp;
using documents::Document;

/// What is attested by a document, and which framework's controls stand beside it.
struct Attested {
  std::string_view id, title, kind, framework;
  std::string_view what;  ///< as in `No SOC 2 Type II report is on file.`
};
constexpr std::array kAttested{
    Attested{"soc2-type2", "SOC 2 Type II", "soc2-type2", "soc2", "SOC 2 Type II report"},
    Attested{"hipaa-baa", "HIPAA BAA", "hipaa-baa", "hipaa", "business associate agreement (BAA)"},
    Attested{"pci-dss", "PCI DSS", "pci-aoc", "pci_dss", "PCI DSS attestation (AOC)"},
    Attested{"gdpr-dpa", "GDPR DPA", "gdpr-dpa", "gdpr", "data processing agreement (DPA)"},
};
constexpr Attested kSubProcessors{"sub-processors", "Sub-processors", "sub-processors", "",
                                  "list of sub-processors"};
constexpr std::string_view kResidency = "data-residency", kResidencyTitle = "Data residency";
constexpr std::string_view kExport = "audit-log-export", kExportTitle = "Audit-log export";
constexpr std::string_view kResidencyControl = "RESIDENCY-KEPT";
constexpr std::array<std::string_view, 6> kLogControls{"EVIDENCE-ACCESS", "EVIDENCE-COMPLETE",
                                                       "LEDGER-VERIFIED", "RETENTION-AT-HAND",
                                                       "RETENTION-KEPT",  "SEQUENCE-GAPS"};

std::string minute_of(Timestamp time) {
  const auto text = base::format_rfc3339(time);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string_view verb_of(std::size_t count) { return count == 1 ? "was" : "were"; }

/// Makes one statement.
class Maker {
 public:
  Maker(const Subject& subject, const answers::Facts& facts, std::span<const Document> documents,
        Timestamp now)
      : facts_(facts), now_(now) {
    for (const auto& document : documents)
      if (document.confidentiality != documents::Confidentiality::internal) documents_.push_back(document);
    attested_ = documents::document_facts(documents_, documents::day_of(now));
    out_.vendor = subject.vendor;
    out_.contact = subject.contact;
    out_.takes_requests = subject.takes_requests;
    out_.is_known = true;
    out_.as_of = now;
    definitions_ = subject.controls;
  }

  Statement make() {
    for (const auto* definition : definitions_) out_.controls.push_back(control(*definition));
    for (const auto& document : documents_) put_open(document);
    out_.region = fact("figure.region");
    out_.verification = verification();
    for (const auto& one : kAttested) out_.items.push_back(attested(one));
    out_.items.push_back(residency());
    out_.items.push_back(log_export());
    out_.sub_processors = attested(kSubProcessors);
    return std::move(out_);
  }

 private:
  std::string fact(std::string_view name) const {
    const auto* found = facts_.find(name);
    return found == nullptr ? std::string() : found->value;
  }

  std::optional<Timestamp> time(std::string_view name) const {
    const auto parsed = base::parse_rfc3339(fact(name));
    return parsed ? std::optional(*parsed) : std::nullopt;
  }

  std::string attestation(std::string_view kind, std::string_view member) const {
    const auto found = attested_.find(fmt::format("document.{}.{}", kind, member));
    return found == attested_.end() ? std::string() : found->second;
  }

  /// What the last test found, unless that is too long ago to be told as the present.
  Control control(const reports::Definition& definition) const {
    Control out;
    out.id = definition.id;
    out.title = definition.title;
    out.tested = time(fmt::format("control.{}.tested", definition.id));
    const bool lasts = out.tested && now_.micros - out.tested->micros <= kTestsLastUs;
    const auto state = fact(fmt::format("control.{}.state", definition.id));
    if (lasts && (state == "passed" || state == "failed" || state == "nothing")) out.state = state;
    return out;
  }

  const Control* find(std::string_view id) const {
    const auto found = std::ranges::find(out_.controls, id, &Control::id);
    return found == out_.controls.end() ? nullptr : &*found;
  }

  void put_open(const Document& document) {
    const auto standing = documents::standing_on(document, documents::day_of(now_));
    if (document.confidentiality != documents::Confidentiality::open ||
        standing.state != documents::State::valid || !standing.version->has_contents)
      return;
    const auto& version = *standing.version;
    const auto day = [](const std::optional<documents::Day>& one) {
      return one ? documents::format_day(*one) : std::string();
    };
    out_.documents.push_back({document.id, document.kind, document.title, version.issuer,
                              day(version.valid_from), day(version.valid_until),
                              base::to_hex(version.sha256.view()), version.bytes});
  }

  /// Names the controls, says what their tests found, and gives whether one failed.
  bool cite(Item& item, const std::vector<const Control*>& cited, std::string_view which) const {
    if (cited.empty()) return false;
    std::map<std::string_view, std::size_t> counts;
    for (const auto* one : cited) {
      item.controls.push_back(one->id);
      ++counts[one->state];
    }
    const auto failed = counts["failed"];
    item.sentence += fmt::format(" Of {} {} {}, {} passed", cited.size(),
                                 cited.size() == 1 ? "control" : "controls", which, counts["passed"]);
    if (failed > 0) item.sentence += fmt::format(", {} failed", failed);
    if (const auto nothing = counts["nothing"]; nothing > 0)
      item.sentence += fmt::format(", {} had nothing to test", nothing);
    if (const auto untested = counts["untested"]; untested > 0)
      item.sentence += fmt::format(", {} {} not tested in the last 3 hours", untested, verb_of(untested));
    item.sentence += '.';
    return failed > 0;
  }

  Item attested(const Attested& of) const {
    Item out;
    out.id = of.id;
    out.title = of.title;
    out.issuer = attestation(of.kind, "issuer");
    out.valid_from = attestation(of.kind, "valid_from");
    out.valid_until = attestation(of.kind, "valid_until");
    out.sha256 = attestation(of.kind, "sha256");
    const auto open = std::ranges::find_if(out_.documents, [&](const OpenDocument& one) {
      return one.kind == of.kind && one.sha256 == out.sha256;
    });
    if (open != out_.documents.end()) out.document = open->id;
    const auto state = attestation(of.kind, "state");
    if (state == "valid") {
      out.state = State::shown;
      out.sentence = fmt::format("A {} is on file and valid.", of.what);
    } else if (state == "expired") {
      out.state = State::expired;
      out.sentence = fmt::format("The {} on file has expired.", of.what);
    } else if (state == "not-yet") {
      out.state = State::not_yet;
      out.sentence = fmt::format("The {} on file is not valid yet.", of.what);
    } else {
      out.state = State::missing;
      out.sentence = fmt::format("No {} is on file.", of.what);
    }
    if (of.framework.empty()) return out;
    std::vector<const Control*> cited;
    for (const auto* definition : definitions_)
      if (definition->criteria.contains(std::string(of.framework))) cited.push_back(find(definition->id));
    const bool failed = cite(out, cited, fmt::format("mapped to {}", reports::framework_title(of.framework)));
    if (failed && out.state == State::shown) out.state = State::exceptions;
    return out;
  }

  Item residency() const {
    Item out;
    out.id = kResidency;
    out.title = kResidencyTitle;
    if (out_.region.empty()) {
      out.sentence = "In which region records are kept is not known at the moment.";
      return out;
    }
    out.state = State::shown;
    out.sentence = fmt::format("Records of authentication are kept in the region {}.", out_.region);
    if (const auto kept = fact("figure.regions_kept"); kept == "1")
      out.sentence += " The appliance that keeps them keeps no other region.";
    else if (!kept.empty())
      out.sentence += fmt::format(" The appliance that keeps them keeps {} regions.", kept);
    const auto* kept = find(kResidencyControl);
    if (kept == nullptr) {
      out.sentence += " Each signed bundle states, with proofs, where its records were kept.";
      return out;
    }
    out.controls.push_back(kept->id);
    const auto figure = [&](std::string_view member) {
      return fact(fmt::format("control.{}.{}", kResidencyControl, member));
    };
    if (kept->state == "passed") {
      out.sentence += fmt::format(
          " Of {} exports and pins of the last 30 days, none took records to where they may not be.",
          figure("items"));
    } else if (kept->state == "failed") {
      out.state = State::exceptions;
      out.sentence += fmt::format(" Of {} exports and pins of the last 30 days, exceptions were noted: {}.",
                                  figure("items"), figure("exceptions"));
    } else if (kept->state == "nothing") {
      out.sentence += " There was no export and no pin in the last 30 days to be tested.";
    } else {
      out.state = State::unknown;
      out.sentence += " Whether they stayed there was not tested in the last 3 hours.";
    }
    return out;
  }

  Verification verification() const {
    Verification out;
    const auto result = fact("figure.verified");
    if (result == "good" || result == "bad" || result == "never") out.result = result;
    out.time = time("figure.verified_at");
    return out;
  }

  /// Says of the last verification what counts for the state.
  void verified(Item& out) const {
    const auto& last = out_.verification;
    if (last.result == "never") {
      out.sentence += " The log was not verified yet.";
    } else if (last.result == "unknown" || !last.time) {
      out.sentence += " What its last verification found is not known at the moment.";
    } else if (last.result == "bad") {
      out.state = State::exceptions;
      out.sentence += fmt::format(" The last verification of the log, {}, did not find it intact.",
                                  minute_of(*last.time));
    } else {
      const bool lasts = now_.micros - last.time->micros <= kVerificationsLastUs;
      out.state = lasts ? State::shown : State::expired;
      out.sentence +=
          fmt::format(" The last verification of the log, {}, found it intact.", minute_of(*last.time));
      if (!lasts) out.sentence += " That is more than 8 days ago.";
    }
  }

  Item log_export() const {
    Item out;
    out.id = kExport;
    out.title = kExportTitle;
    std::vector<const Control*> cited;
    for (const auto& one : out_.controls)
      if (std::ranges::find(kLogControls, one.id) != kLogControls.end()) cited.push_back(&one);
    if (fact("figure.records").empty()) {
      out.sentence = "How the log stands is not known at the moment.";
    } else if (const auto signed_at = time("figure.checkpoint_at"); !signed_at) {
      out.state = State::missing;
      out.sentence = "There are no signed records yet.";
    } else {
      out.sentence = fmt::format(
          "Records are exported in signed bundles that are verified without the vendor. The newest signed "
          "checkpoint of the log is of {}.",
          minute_of(*signed_at));
      verified(out);
      if (const auto witnesses = fact("figure.witnesses"); witnesses == "0")
        out.sentence += " No witness has cosigned it lately.";
      else if (!witnesses.empty())
        out.sentence += fmt::format(" Witnesses that have cosigned it lately: {}.", witnesses);
      if (fact("figure.timestamps") == "yes") out.sentence += " Bundles are given a trusted timestamp.";
    }
    if (cite(out, cited, "of the log") && out.state != State::missing) out.state = State::exceptions;
    return out;
  }

  const answers::Facts& facts_;
  const Timestamp now_;
  std::vector<Document> documents_;
  std::vector<const reports::Definition*> definitions_;
  std::map<std::string, std::string> attested_;
  Statement out_;
};

Item unknown_item(std::string_view id, std::string_view title) {
  Item out;
  out.id = id;
  out.title = title;
  out.sentence = "Not known at the moment.";
  return out;
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::shown:
      return "shown";
    case State::exceptions:
      return "exceptions";
    case State::expired:
      return "expired";
    case State::not_yet:
      return "not-yet";
    case State::missing:
      return "missing";
    case State::unknown:
      break;
  }
  return "unknown";
}

std::size_t Statement::count(std::string_view control_state) const {
  return static_cast<std::size_t>(std::ranges::count(controls, control_state, &Control::state));
}

Statement statement_of(const Subject& subject, const answers::Facts& facts,
                       std::span<const Document> documents, Timestamp now) {
  return Maker(subject, facts, documents, now).make();
}

Statement nothing_known(const Subject& subject, Timestamp since) {
  Statement out;
  out.vendor = subject.vendor;
  out.contact = subject.contact;
  out.takes_requests = subject.takes_requests;
  out.as_of = since;
  for (const auto& one : kAttested) out.items.push_back(unknown_item(one.id, one.title));
  out.items.push_back(unknown_item(kResidency, kResidencyTitle));
  out.items.push_back(unknown_item(kExport, kExportTitle));
  out.sub_processors = unknown_item(kSubProcessors.id, kSubProcessors.title);
  return out;
}

}  // namespace countersign::trust
