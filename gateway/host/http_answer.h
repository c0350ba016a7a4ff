#pragma once
// The head of an answer: status line, Date, length, the handler's headers (made harmless) and how it goes on.

#include <string>
#include <string_view>

#include "gateway/host/http_server.h"

namespace gateway::host {

struct HttpAnswerForm {
  bool without_body = false;  // an answer to HEAD: the length of the body that is left out
  bool keep_alive = true;
  bool say_keep_alive = false;  // HTTP/1.0 clients must be told
  std::string_view request_id;
};

std::string httpAnswerHead(const HttpResponse& response, const HttpAnswerForm& form);
bool mayHaveBody(int status);  // not 1xx, 204, 304 (RFC 9110 6.4.1)

}  // namespace gateway::host
