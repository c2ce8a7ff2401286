#include "collector/protocols/syslog_framing.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::protocols {
namespace {

/// Makes room at the front once what was used up is the larger part.
void append(std::string& inbox, std::size_t& at, std::string_view bytes) {
  if (at > inbox.size() / 2) {
    inbox.erase(0, at);
    at = 0;
  }
  inbox.append(bytes);
}

auto lost(std::string message) { return base::fail(base::Code::invalid_argument, std::move(message)); }

auto too_long(std::size_t bytes_max) {
  return base::fail(base::Code::resource_exhausted,
                    fmt::format("a frame is longer than {} bytes", bytes_max));
}

std::optional<std::string_view> none() { return std::nullopt; }

}  // namespace

void OctetCounting::feed(std::string_view bytes) { append(inbox_, at_, bytes); }

Frame OctetCounting::next() {
  const auto rest = std::string_view(inbox_).substr(at_);
  std::size_t length = 0, digits = 0;
  for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits) {
    length = length * 10 + static_cast<std::size_t>(rest[digits] - '0');
    if (length == 0) return lost("the length of a frame begins with 0");
    if (length > limits_.frame_bytes_max) return too_long(limits_.frame_bytes_max);
  }
  if (digits == rest.size()) return none();
  if (digits == 0) return lost("a frame does not begin with its length; the length before it is wrong");
  if (rest[digits] != ' ') return lost("there is no space behind the length of a frame");
  const auto body = rest.substr(digits + 1);
  if (body.size() < length) return none();
  at_ += digits + 1 + length;
  return std::optional(body.substr(0, length));
}

base::Result<void> OctetCounting::finish() const {
  if (pending() == 0) return {};
  return lost(fmt::format("the connection ended within a frame, of which {} bytes had come", pending()));
}

void LineFraming::feed(std::string_view bytes) {
  const auto before = at_;
  append(inbox_, at_, bytes);
  searched_ -= before - at_;
}

Frame LineFraming::next() {
  while (true) {
    const auto end = inbox_.find('\n', std::max(searched_, at_));
    const auto length = std::min(end, inbox_.size()) - at_;
    if (length > limits_.frame_bytes_max) return too_long(limits_.frame_bytes_max);
    if (end == std::string::npos) {
      searched_ = inbox_.size();
      return none();
    }
    auto line = std::string_view(inbox_).substr(at_, length);
    at_ = end + 1;
    searched_ = at_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) return std::optional(line);
  }
}

std::optional<std::string_view> LineFraming::finish() {
  auto line = std::string_view(inbox_).substr(at_);
  at_ = inbox_.size();
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.empty() ? std::nullopt : std::optional(line);
}

StreamFraming::StreamFraming(const FramingLimits& limits, Framings accepted) : limits_(limits) {
  if (accepted == Framings::octet_counting) framing_.emplace<OctetCounting>(limits_);
}

void StreamFraming::feed(std::string_view bytes) {
  if (std::holds_alternative<std::monostate>(framing_) && !bytes.empty()) {
    const char first = bytes.front();
    if (first >= '0' && first <= '9') {
      framing_.emplace<OctetCounting>(limits_);
    } else if (first == '<') {
      framing_.emplace<LineFraming>(limits_);
    } else {
      wrong_ = true;
    }
  }
  if (auto* counting = std::get_if<OctetCounting>(&framing_)) counting->feed(bytes);
  if (auto* lines = std::get_if<LineFraming>(&framing_)) lines->feed(bytes);
}

Frame StreamFraming::next() {
  if (auto* counting = std::get_if<OctetCounting>(&framing_)) return counting->next();
  if (auto* lines = std::get_if<LineFraming>(&framing_)) return lines->next();
  if (!wrong_) return none();
  return lost("the first byte is neither a digit, for octet counting, nor '<', for a message on a line");
}

Frame StreamFraming::finish() {
  if (auto* lines = std::get_if<LineFraming>(&framing_)) return lines->finish();
  if (auto* counting = std::get_if<OctetCounting>(&framing_)) TRY(counting->finish());
  return none();
}

std::size_t StreamFraming::pending() const {
  if (const auto* counting = std::get_if<OctetCounting>(&framing_)) return counting->pending();
  if (const auto* lines = std::get_if<LineFraming>(&framing_)) return lines->pending();
  return 0;
}

}  // namespace countersign::protocols
