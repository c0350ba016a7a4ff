#pragma once
// The other side of a connector in a test: a sender that speaks its transport.

#include <string>

#include "connectors/sdk/contract_test/fake_host.h"

namespace connectors::sdk::contract_test {

enum class PeerSaw { Acknowledged, Refused, Nothing };

// One connector with a place to live in (ports, folders), made fresh for every test.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual Running::Values settings() const = 0;
  // Hands one message over as a real sender would, and says what it saw within a few seconds. On many threads at
  // once.
  virtual PeerSaw send(FakeHost& host, const std::string& message) = 0;
};

}  // namespace connectors::sdk::contract_test
