#include "gateway/host/http_answer.h"

#include <strings.h>

#include <array>
#include <ctime>

namespace gateway::host {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr std::array kReasons = {
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

std::string_view reasonOf(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Status";
}

// IMF-fixdate (RFC 9110 5.6.7), made once a second per thread.
std::string_view dateNow() {
  thread_local time_t made_for = 0;
  thread_local std::string text;
  const time_t now = std::time(nullptr);
  if (now != made_for) {
    constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    tm utc{};
    gmtime_r(&now, &utc);
    char rest[40];
    text = kDays.substr(static_cast<size_t>(utc.tm_wday) * 3, 3);
    std::snprintf(rest, sizeof rest, ", %02d ", utc.tm_mday);
    text.append(rest).append(kMonths.substr(static_cast<size_t>(utc.tm_mon) * 3, 3));
    std::snprintf(rest, sizeof rest, " %04d %02d:%02d:%02d GMT", utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                  utc.tm_sec);
    text.append(rest);
    made_for = now;
  }
  return text;
}

// Control characters would let a value begin another header (response splitting).
void appendField(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    head += (byte < 0x20 && byte != '\t') || byte == 0x7F ? ' ' : c;
  }
  head += "\r\n";
}

bool isOurs(const std::string& name) {
  for (const char* ours :
       {"content-length", "transfer-encoding", "connection", "date", "keep-alive", "x-request-id"}) {
    if (strcasecmp(name.c_str(), ours) == 0) return true;
  }
  return name.empty() || name.find_first_of(" \t\r\n:") != std::string::npos;
}

}  // namespace

bool mayHaveBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string httpAnswerHead(const HttpResponse& response, const HttpAnswerForm& form) {
  std::string head;
  head.reserve(320);
  const int status = response.status >= 200 && response.status <= 599 ? response.status : 500;
  head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reasonOf(status)).append("\r\nDate: ");
  head.append(dateNow()).append("\r\n");
  if (!response.content_type.empty()) appendField(head, "Content-Type", response.content_type);
  if (mayHaveBody(status))
    head.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (!isOurs(name)) appendField(head, name, value);
  }
  appendField(head, "X-Request-Id", form.request_id);
  if (!form.keep_alive) {
    head.append("Connection: close\r\n");
  } else if (form.say_keep_alive) {
    head.append("Connection: keep-alive\r\n");
  }
  return head.append("\r\n");
}

}  // namespace gateway::host
