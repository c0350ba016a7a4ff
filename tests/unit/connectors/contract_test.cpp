// The connector contract, kept by each connector over its real transport.

#include "connectors/sdk/contract_test/contract.h"
#include "tests/unit/connectors/peers.h"

namespace connectors::sdk::contract_test {
namespace {

std::string nameOf(const testing::TestParamInfo<Subject>& subject) { return subject.param.name; }

INSTANTIATE_TEST_SUITE_P(Connectors, ConnectorContract,
                         testing::Values(Subject{"mllp",
                                                 &onecard_connector_mllp,
                                                 [] { return std::make_unique<tests::MllpPeer>(); },
                                                 {{"port", "70000"},
                                                  {"port", "-1"},
                                                  {"max_frame", "10"},
                                                  {"max_connections", "0"},
                                                  {"workers", "0"},
                                                  {"address", ""},
                                                  {"frame_timeout", "0"},
                                                  {"max_buffered", "1024"}}},
                                         Subject{"soap",
                                                 &onecard_connector_soap,
                                                 [] { return std::make_unique<tests::SoapPeer>(); },
                                                 {{"path", "soap"},
                                                  {"path", "/"},
                                                  {"path", "/a b"},
                                                  {"operation", "1a"},
                                                  {"parameters", "a, <b>"},
                                                  {"namespace", ""}}},
                                         Subject{"file",
                                                 &onecard_connector_file,
                                                 [] { return std::make_unique<tests::FilePeer>(); },
                                                 {{"folder", ""},
                                                  {"pattern", ""},
                                                  {"pattern", "a/b"},
                                                  {"poll", "0"},
                                                  {"settle", "-1"},
                                                  {"max_bytes", "0"},
                                                  {"media_type", ""}}}),
                         nameOf);

}  // namespace
}  // namespace connectors::sdk::contract_test
