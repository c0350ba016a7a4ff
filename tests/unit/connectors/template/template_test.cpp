// The connector contract, kept by the template that new connectors begin from.

#include "connectors/sdk/contract_test/contract.h"
#include "tests/unit/gateway/host/raw_client.h"

extern "C" const struct onecard_connector* onecard_connector_template(void);

namespace connectors::sdk::contract_test {
namespace {

const std::string kEnd(1, '\0');

class NulPeer : public Peer {
 public:
  Running::Values settings() const override { return {}; }
  PeerSaw send(FakeHost& host, const std::string& message) override {
    const std::string port = host.lastField("listening", "port");
    tests::RawClient client(static_cast<uint16_t>(port.empty() ? 0 : std::stoi(port)));
    if (!client.connected() || !client.send(message + kEnd)) return PeerSaw::Nothing;
    const std::string answer = client.readUntil(kEnd, 3000);
    if (answer.rfind("ACK ", 0) == 0) return PeerSaw::Acknowledged;
    return answer.rfind("NAK ", 0) == 0 ? PeerSaw::Refused : PeerSaw::Nothing;
  }
};

INSTANTIATE_TEST_SUITE_P(Template, ConnectorContract,
                         testing::Values(Subject{"template",
                                                 &onecard_connector_template,
                                                 [] { return std::make_unique<NulPeer>(); },
                                                 {{"port", "70000"}, {"port", "-1"}}}));

}  // namespace
}  // namespace connectors::sdk::contract_test
