#pragma once

#include "web/notify/notice.h"

namespace countersign::testing {

inline notify::Notice opened_finding() {
  notify::Notice out;
  out.type = "finding.opened";
  out.time = "2026-01-31T09:30:00.000000Z";
  out.finding = "0123456789abcdef";
  out.tenant = "acme";
  out.region = "eu-1";
  out.log = "log.example.com/eu-1/acme";
  out.control = "CODE-GUESSING";
  out.version = 2;
  out.title = "Codes are not guessed";
  out.severity = "high";
  out.item = "17";
  out.records = {17, 18};
  out.observed = "10 failures within 600 s";
  return out;
}

inline notify::Notice expired_document() {
  notify::Notice out;
  out.type = "document.expired";
  out.time = "2026-07-01T00:00:12.000000Z";
  out.tenant = "_system";
  out.region = "eu-1";
  out.log = "log.example.com/eu-1/_system";
  out.version = 2;
  out.title = "Penetration test";
  out.severity = "high";
  out.document =
      notify::DocumentNotice{"5f0c6c6e2b0d4a7f9a4c1d2e3f405162", "penetration-test", "2026-06-30", 0};
  return out;
}

inline notify::Notice stale_answers() {
  notify::Notice out;
  out.type = "answer.stale";
  out.time = "2026-07-01T00:00:12.000000Z";
  out.tenant = "acme";
  out.region = "eu-1";
  out.log = "log.example.com/eu-1/_system";
  out.severity = "medium";
  out.observed = "control OTP-SINGLE-USE: passed, and failed now";
  out.answer = notify::AnswerNotice{{}, "5f0c6c6e2b0d4a7f9a4c1d2e3f405162", {4, 7}};
  return out;
}

inline notify::Notice adopted_answer() {
  auto out = stale_answers();
  out.title = "Codes are good once";
  out.answer = notify::AnswerNotice{"otp-single-use", {}, {}};
  return out;
}

inline notify::Notice requested_access() {
  notify::Notice out;
  out.type = "access.requested";
  out.time = "2026-07-01T00:00:12.000000Z";
  out.tenant = "_system";
  out.region = "eu-1";
  out.log = "log.example.com/eu-1/_system";
  out.severity = "medium";
  out.request = "7a1b2c3d4e5f60718293a4b5c6d7e8f9";
  return out;
}

}  // namespace countersign::testing
