#pragma once
// A sender of HL7 v2 over MLLP, as a laboratory system has one. One connection; not thread-safe.

#include <string>
#include <string_view>
#include <utility>

#include "fhir/base/result.h"

namespace demo_county {

class MllpClient {
 public:
  static fhir::base::Result<MllpClient> connect(const std::string& host, uint16_t port);
  MllpClient(MllpClient&& other) noexcept : socket_(other.socket_), pending_(std::move(other.pending_)) {
    other.socket_ = -1;
  }
  MllpClient& operator=(MllpClient&& other) noexcept {
    std::swap(socket_, other.socket_);
    pending_.swap(other.pending_);
    return *this;
  }
  ~MllpClient();

  // Sends one message and returns the acknowledgement, without framing.
  fhir::base::Result<std::string> exchange(std::string_view message);

 private:
  explicit MllpClient(int socket) : socket_(socket) {}
  int socket_;
  std::string pending_;
};

}  // namespace demo_county
