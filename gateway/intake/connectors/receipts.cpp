#include "gateway/intake/connectors/receipts.h"

#include "gateway/host/crash_point.h"
#include "gateway/intake/pipeline/stages.h"

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr uint32_t kRetryAfterMs = 1000;

bool isXml(std::string_view media_type) { return media_type.find("xml") != std::string_view::npos; }

std::string escaped(std::string_view text, std::string_view media_type) {
  std::string out;
  bool xml = isXml(media_type);
  for (char c : text) {
    if (xml && c == '<') {
      out += "&lt;";
    } else if (xml && c == '>') {
      out += "&gt;";
    } else if (xml && c == '&') {
      out += "&amp;";
    } else if (!xml && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out;
}

// Replaces each %{name} by what `value` gives.
std::string filled(std::string_view text, const std::function<std::string(std::string_view name)>& value) {
  std::string out;
  while (!text.empty()) {
    size_t start = text.find("%{");
    out += text.substr(0, start);
    if (start == std::string_view::npos) break;
    size_t end = text.find('}', start);
    if (end == std::string_view::npos) return out += text.substr(start);
    out += value(text.substr(start + 2, end - start - 2));
    text.remove_prefix(end + 1);
  }
  return out;
}

Answer withOutcome(Answer::Outcome outcome, uint32_t http_status) {
  Answer answer;
  answer.outcome = outcome;
  answer.http_status = http_status;
  return answer;
}

// "Patient/123" -> "123"
std::string idOnly(const std::string& reference) {
  size_t slash = reference.find('/');
  return slash == std::string::npos ? reference : reference.substr(slash + 1);
}

}  // namespace

namespace {

Done checkTemplate(const std::string& text, const std::string& setting, AckPoint ack, bool reason_known) {
  Done done;
  filled(text, [&](std::string_view name) -> std::string {
    if (!done.ok() || name == "receipt" || name == "received") return {};
    const std::string field = "the reply uses %{" + std::string(name) + "}";
    if (!name.starts_with("id:") && name != "reason") {
      done = Error{Why::Invalid, field + "; known are receipt, received, reason and id:<name>", setting};
    } else if (name == "reason" ? !reason_known : ack != AckPoint::Committed) {
      done = Error{Why::Invalid,
                   field + ", which is known only at a later ACK point; set ack: " +
                       (name == "reason" ? "read or committed" : "committed"),
                   setting};
    }
    return {};
  });
  return done;
}

}  // namespace

Done checkReply(const ReplySettings& settings) {
  if (settings.style != ReplyStyle::Template) return {};
  if (settings.accepted.empty()) {
    return Error{Why::Invalid, "reply: template needs reply_accepted, what a sender gets back", "reply"};
  }
  const bool answers_no = settings.ack != AckPoint::Stored;
  if (answers_no && settings.refused.empty()) {
    return Error{Why::Invalid, "this ACK point can say no, so reply: template needs reply_refused too", "reply"};
  }
  RETURN_IF_ERROR(checkTemplate(settings.accepted, "reply_accepted", settings.ack, answers_no));
  // Whatever the ACK point, a message too large is refused with its reason; no resource is known then.
  return checkTemplate(settings.refused, "reply_refused", settings.ack, true);
}

SourceDoor::SourceDoor(Source source, ReplySettings reply, Parts parts)
    : source_(std::move(source)), reply_(std::move(reply)), parts_(parts) {}

Answer SourceDoor::answer(std::string_view bytes, const Receipt& receipt, bool good, const MessageOutcome& outcome,
                          std::string_view reason) const {
  Answer answer = withOutcome(Answer::Outcome::Stored, 200);
  answer.receipt = receipt.id;
  if (reply_.style == ReplyStyle::Hl7v2) {
    answer.reply_type = "x-application/hl7-v2+er7";
    // AR: to be mended by the sender; AE: by somebody here (HL7 2.5.1, 2.9.2.2).
    const std::string_view code = good ? "AA" : outcome.refused > 0 ? "AR" : "AE";
    answer.reply = hl7v2Ack(bytes, source_.encoding, code, reason, receipt, parts_.zone_minutes);
  } else if (reply_.style == ReplyStyle::Template) {
    answer.reply_type = reply_.media_type;
    answer.reply = filled(good ? reply_.accepted : reply_.refused, [&](std::string_view name) -> std::string {
      if (name == "receipt") return receipt.id;
      if (name == "received") return instantText(receipt.received, parts_.zone_minutes);
      if (name == "reason") return escaped(reason, reply_.media_type);
      auto found = outcome.resources.find(std::string(name.substr(3)));
      return found == outcome.resources.end() ? std::string() : escaped(idOnly(found->second), reply_.media_type);
    });
  }
  return answer;
}

Answer SourceDoor::counted(Answer answer, const char* outcome) const {
  parts_.metrics
      ->counter("onecard_messages_total", "messages handed over by connectors",
                "source=\"" + source_.name + "\",outcome=\"" + outcome + "\"")
      .add();
  return answer;
}

// Nothing is kept, so nothing but the bytes decides: the id in the answer is the one that they would have had.
Answer SourceDoor::refuse(std::string_view bytes, std::string_view why) {
  Receipt none;
  none.id = Inbox::idOf(source_.name, bytes);
  Answer refused = answer(bytes, none, false, {}, why);
  if (reply_.style == ReplyStyle::Hl7v2) {
    refused.reply = hl7v2Ack(bytes, source_.encoding, "AR", why, none, parts_.zone_minutes);
  }
  refused.outcome = Answer::Outcome::Refused;
  refused.http_status = 413;
  refused.receipt.clear();
  return counted(std::move(refused), "refused");
}

Answer SourceDoor::deliver(std::string_view media_type, const Headers& headers, std::string_view bytes) {
  if (stopped_) {
    Answer busy = withOutcome(Answer::Outcome::Busy, 503);
    busy.retry_after_ms = kRetryAfterMs;
    return busy;
  }
  auto receipt = parts_.inbox->accept(source_.name, media_type, headers, bytes);
  if (!receipt.ok()) {
    if (receipt.error().why == Why::Busy) {
      Answer busy = withOutcome(Answer::Outcome::Busy, 503);
      busy.retry_after_ms = kRetryAfterMs;
      return counted(busy, "busy");
    }
    if (receipt.error().why != Why::TooCostly) {
      return counted(withOutcome(Answer::Outcome::Failed, 503), "failed");
    }
    return refuse(bytes, receipt.error().what);
  }

  if (!receipt->repeated && bytes.size() >= Pipeline::kLargeMessage) {
    parts_.pipeline->arrived();
  } else if (!receipt->repeated) {
    parts_.pipeline->arrived({receipt->id, source_.name, std::string(media_type), headers, std::string(bytes),
                              receipt->received, receipt->sequence});
  }
  host::crashPoint("before the ACK");

  MessageOutcome outcome;
  bool good = true;
  std::string reason;
  if (reply_.ack == AckPoint::Read) {
    auto done = parts_.pipeline->readable(source_, bytes);
    good = done.ok();
    if (!good) reason = done.error().text();
  } else if (reply_.ack == AckPoint::Committed) {
    outcome = parts_.pipeline->wait(receipt->id, reply_.wait_ms);
    if (!outcome.finished) {
      Answer busy = withOutcome(Answer::Outcome::Busy, 503);
      busy.retry_after_ms = kRetryAfterMs;
      busy.receipt = receipt->id;
      return counted(busy, "late");
    }
    good = outcome.parked == 0 && outcome.refused == 0;
    reason = outcome.reason;
  }
  return counted(answer(bytes, *receipt, good, outcome, reason), receipt->repeated ? "repeated" : "stored");
}

}  // namespace gateway::intake
