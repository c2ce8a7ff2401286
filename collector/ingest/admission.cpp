#include "collector/ingest/admission.h"

#include "collector/signatures/scheme.h"

namespace countersign::ingest {
namespace {

constexpr std::string_view kTokenAdvice = "send the token of a registered source as a Bearer token";

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

Admitted admitted_by(std::shared_ptr<const Registry> registry, const Registry::Holder& holder) {
  const auto proof = holder.backfill              ? record::Proof::backfill
                     : holder.source->is_native() ? record::Proof::token
                                                  : record::Proof::shared_header;
  return {std::move(registry), holder.source, proof, nullptr, holder.source->is_native()};
}

}  // namespace

tl::expected<Admitted, base::Problem> Admission::by_token(std::shared_ptr<const Registry> registry,
                                                          std::string_view token) {
  const auto holder = token.empty() ? Registry::Holder{} : registry->holder_of_token(token);
  if (holder.source == nullptr) {
    metrics_.count_refusal("", token.empty() ? "token_missing" : "token_unknown");
    return tl::unexpected(base::Problem{401, "about:blank", std::string(kTokenAdvice)});
  }
  return admitted_by(std::move(registry), holder);
}

tl::expected<Admitted, base::Problem> Admission::by_scheme(std::shared_ptr<const Registry> registry,
                                                           std::string_view source_name,
                                                           signatures::SignedRequest request) {
  const auto refuse = [&](std::string_view source, std::string_view reason, std::string_view detail) {
    metrics_.count_refusal(source, reason);
    return tl::unexpected(base::Problem{401, "about:blank", std::string(detail)});
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
    const auto holder = token.empty() ? Registry::Holder{} : registry->holder_of_token(token);
    if (holder.source != source)
      return refuse(source->name.value(), token.empty() ? "token_missing" : "token_unknown", kTokenAdvice);
    return admitted_by(std::move(registry), holder);
  }
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
