#pragma once
// The other end of a connector's deliver(): bytes go into the inbox, and an answer comes back. An answer is a pure
// function of the message and its receipt (design decision 3), so repeats of a message get equal answers.
//
// ACK points of a source (mapping.md 1.3): `stored` after the inbox commit; `read` when the message could also be
// read and a mapping accepts it; `committed` when all its parts are final. Thread-safe.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/host/metrics.h"
#include "gateway/intake/inbox/inbox.h"
#include "gateway/intake/pipeline/pipeline.h"

namespace gateway::intake {

enum class AckPoint : uint8_t { Stored, Read, Committed };
enum class ReplyStyle : uint8_t { None, Hl7v2, Template };

struct ReplySettings {
  AckPoint ack = AckPoint::Stored;
  ReplyStyle style = ReplyStyle::None;
  int64_t wait_ms = 20'000;  // for `committed`: then the answer is "not yet", and the sender repeats
  std::string media_type;    // of template replies
  std::string accepted;      // templates with %{receipt}, %{received}, %{id:patient}, %{reason}
  std::string refused;
};

// Why::Invalid when a template is missing, or uses a field that is unknown or known only at a later ACK point;
// `where` is the setting, reply_accepted or reply_refused.
fhir::base::Done checkReply(const ReplySettings& settings);

struct Answer {
  enum class Outcome : uint8_t { Stored, Refused, Busy, Failed } outcome = Outcome::Failed;
  uint32_t retry_after_ms = 0;
  uint32_t http_status = 200;
  std::string receipt;  // id
  std::string reply;
  std::string reply_type;
};

class SourceDoor {
 public:
  struct Parts {
    Inbox* inbox = nullptr;
    Pipeline* pipeline = nullptr;
    host::Metrics* metrics = nullptr;
    int zone_minutes = 480;
  };
  SourceDoor(Source source, ReplySettings reply, Parts parts);

  Answer deliver(std::string_view media_type, const Headers& headers, std::string_view bytes);
  // The answer to a message that cannot be taken; `bytes` may be its beginning only. Nothing is kept.
  Answer refuse(std::string_view bytes, std::string_view why);

  const Source& source() const { return source_; }
  void stop() { stopped_ = true; }

 private:
  Answer answer(std::string_view bytes, const Receipt& receipt, bool good, const MessageOutcome& outcome,
                std::string_view reason) const;
  Answer counted(Answer answer, const char* outcome) const;

  Source source_;
  ReplySettings reply_;
  Parts parts_;
  std::atomic<bool> stopped_{false};
};

// HL7 v2 original-mode acknowledgement (HL7 2.4 chapter 2.9.2): MSH with the two sides exchanged, MSA. `code` is AA,
// AE or AR. MSH-7 is the first-received time (empty when nothing was received), MSH-10 the receipt's id: a repeated
// message gets the same bytes. The message's own encoding and separators are kept; a message without a readable MSH
// gets one with the default separators.
std::string hl7v2Ack(std::string_view message, std::string_view declared_encoding, std::string_view code,
                     std::string_view text, const Receipt& receipt, int zone_minutes);

}  // namespace gateway::intake
