#include "collector/ingest/admission.h"

#include "collector/signatures/scheme.h"

namespace countersign::ingest {
namespace {

constexpr std::string_view kTokenAdvice = "send the token of a registered source as a Bearer token";
constexpr std::string_view kCertificateAdvice =
    "the client certificate is no source's: register it with countersign source certificate add, or send the "
    "token of a registered source as a Bearer token";
constexpr std::string_view kOutOfTime =
    "the client certificate is out of its time: it is not valid yet, or no longer; register the next one "
    "with countersign source certificate add, and show it";
constexpr std::string_view kDiffer =
    "the token and the client certificate are of different sources; show those of one, or one of them";
constexpr std::string_view kSchemeDiffers =
    "the client certificate is of another source than the address; show none, or send to its own address";

std::string_view advice(signatures::Doubt doubt) {
  switch (doubt) {
    case signatures::Doubt::missing:
      return "the request is not signed as the source's scheme asks for; see docs/sources.md";
    case signatures::Doubt::malformed:
      return "the signature cannot be read; see docs/sources.md for the source's scheme";
    case signatures::Doubt::wrong:
      return "the signature is not this source's, or not of this body; if the secret was changed, give the "
             "new one with: countersign source secret";
    case signatures::Doubt::stale:
      return "the request was signed more than 5 minutes ago or in the future; check the clocks and sign "
             "anew";
  }
  return "the signature is wrong";
}

}  // namespace

base::Problem Admission::refuse(const Refusal& refusal) {
  metrics_.count_refusal(refusal.source, refusal.reason);
  return {401, "about:blank", std::string(refusal.detail)};
}

tl::expected<Admitted, Admission::Refusal> Admission::find(std::shared_ptr<const Registry> registry,
                                                           const Credentials& shown) const {
  const auto& certificate = shown.certificate;
  const auto* certified = certificate ? registry->source_of_certificate(certificate->sha256) : nullptr;
  if (certified != nullptr) {
    const auto now = clock_();
    if (now < certificate->not_before || now > certificate->not_after)
      return tl::unexpected(Refusal{certified->name.value(), "certificate_out_of_time", kOutOfTime});
  }
  const auto holder = shown.token.empty() ? Registry::Holder{} : registry->holder_of_token(shown.token);
  if (!shown.token.empty() && holder.source == nullptr)
    return tl::unexpected(Refusal{"", "token_unknown", kTokenAdvice});
  if (holder.source != nullptr && certified != nullptr && holder.source != certified)
    return tl::unexpected(Refusal{holder.source->name.value(), "credentials_differ", kDiffer});
  const auto* source = holder.source != nullptr ? holder.source : certified;
  if (source == nullptr)
    return tl::unexpected(certificate ? Refusal{"", "certificate_unknown", kCertificateAdvice}
                                      : Refusal{"", "token_missing", kTokenAdvice});
  const auto proof = holder.backfill        ? record::Proof::backfill
                     : certified != nullptr ? record::Proof::mtls
                     : source->is_native()  ? record::Proof::token
                                            : record::Proof::shared_header;
  const bool native = source->is_native();
  return Admitted{std::move(registry), source, proof, nullptr, native};
}

tl::expected<Admitted, base::Problem> Admission::by_credentials(std::shared_ptr<const Registry> registry,
                                                                const Credentials& shown) {
  auto found = find(std::move(registry), shown);
  if (!found) return tl::unexpected(refuse(found.error()));
  return std::move(*found);
}

tl::expected<Admitted, base::Problem> Admission::by_scheme(
    std::shared_ptr<const Registry> registry, std::string_view source_name, signatures::SignedRequest request,
    const std::optional<ShownCertificate>& certificate) {
  const auto refuse = [&](std::string_view source, std::string_view reason, std::string_view detail) {
    return tl::unexpected(this->refuse(Refusal{std::string(source), reason, detail}));
  };
  const auto name = base::parse_source(source_name);
  const auto* source = name ? registry->source_by_name(*name) : nullptr;
  // Whether there is such a source is nobody's business: the answer is that of a wrong signature.
  if (source == nullptr) return refuse("", "source_unknown", advice(signatures::Doubt::wrong));
  if (source->revoked)
    return refuse(source->name.value(), "source_revoked", advice(signatures::Doubt::wrong));
  if (source->scheme.empty()) {
    const auto value = request.header("Authorization");
    const auto token = value.starts_with("Bearer ") ? value.substr(7) : value;
    auto found = find(registry, {std::string(token), certificate});
    if (!found) return refuse(source->name.value(), found.error().reason, found.error().detail);
    if (found->source != source)
      return refuse(source->name.value(), token.empty() ? "certificate_unknown" : "token_unknown",
                    token.empty() ? kCertificateAdvice : kTokenAdvice);
    return std::move(*found);
  }
  const auto* certified = certificate ? registry->source_of_certificate(certificate->sha256) : nullptr;
  if (certified != nullptr) return refuse(source->name.value(), "credentials_differ", kSchemeDiffers);
  const auto* scheme = signatures::find_scheme(source->scheme);
  if (scheme == nullptr)
    return refuse(source->name.value(), "scheme_unknown", advice(signatures::Doubt::wrong));
  request.now_s = clock_().micros / 1'000'000;
  if (!source->url.empty()) request.urls = {source->url};
  std::vector<const crypto::Secret*> secrets;
  for (const auto& secret : source->secrets) secrets.push_back(secret.get());
  const auto verdict = scheme->verify(request, secrets);
  if (!verdict)
    return refuse(source->name.value(), signatures::to_string(verdict.error()), advice(verdict.error()));
  Admitted admitted{std::move(registry), source, scheme->proof, nullptr, source->is_native()};
  if (verdict->replay_id.empty()) return admitted;
  admitted.ticket =
      guard_.enter(source->name.value(), verdict->replay_id, verdict->replay_until_s, request.now_s);
  if (!admitted.ticket)
    return refuse(source->name.value(), "replayed",
                  "this very request was taken before; a retry must be signed anew");
  return admitted;
}

}  // namespace countersign::ingest
