// The SOAP connector through its route.

#include "tests/unit/connectors/peers.h"

namespace tests {
namespace {

using kit::FakeHost;

class Soap : public testing::Test {
 protected:
  void begin(const kit::Running::Values& values = {}) {
    running_ = std::make_unique<kit::Running>(host_, onecard_connector_soap(), values);
    ASSERT_TRUE(running_->created()) << running_->error();
    ASSERT_TRUE(running_->start()) << running_->error();
  }
  kit::FakeResponse post(const std::string& body, const std::string& type = "text/xml; charset=utf-8") {
    return host_.request("POST", "/soap", body, {{"content-type", type}, {"soapaction", "\"urn:x\""}});
  }
  static std::string headerOf(const kit::FakeResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  FakeHost host_;
  std::unique_ptr<kit::Running> running_;
};

TEST_F(Soap, delivers_the_envelope_as_it_is_with_its_headers_and_answers_with_the_receipts_reply) {
  host_.decide([](const kit::Delivered&) {
    kit::FakeReceipt receipt;
    receipt.reply = "<RESPONSE/>";
    receipt.reply_type = "text/xml; charset=gbk";
    return receipt;
  });
  begin();
  const auto response = post("<Envelope>\xC0\xEE</Envelope>", "Text/XML; charset=GBK");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "<RESPONSE/>");
  EXPECT_EQ(response.content_type, "text/xml; charset=gbk");
  const auto stored = host_.storedMessages();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].bytes, "<Envelope>\xC0\xEE</Envelope>");
  EXPECT_EQ(stored[0].media_type, "text/xml");
  EXPECT_EQ(stored[0].header("content-type"), "Text/XML; charset=GBK");
  EXPECT_EQ(stored[0].header("soapaction"), "\"urn:x\"");
}

TEST_F(Soap, answers_refusals_with_the_hosts_reply_and_status) {
  host_.decide(&FakeHost::refused);
  begin();
  const auto response = post("<a/>");
  EXPECT_EQ(response.status, 400u);
  EXPECT_EQ(response.body, "NAK refused");
}

TEST_F(Soap, asks_to_send_again_when_the_host_is_busy_or_has_failed) {
  host_.decide(&FakeHost::busy);
  begin();
  const auto busy = post("<a/>");
  EXPECT_EQ(busy.status, 503u);
  EXPECT_EQ(headerOf(busy, "Retry-After"), "1");
  EXPECT_NE(busy.body.find("<faultcode>soap:Server</faultcode>"), std::string::npos);
  host_.decide(&FakeHost::failed);
  EXPECT_EQ(post("<a/>").status, 500u);
}

TEST_F(Soap, says_which_methods_and_types_it_takes) {
  begin();
  const auto put = host_.request("PUT", "/soap", "<a/>", {{"content-type", "text/xml"}});
  EXPECT_EQ(put.status, 405u);
  EXPECT_EQ(headerOf(put, "Allow"), "POST, GET");
  EXPECT_EQ(host_.request("GET", "/soap", "").status, 405u);
  EXPECT_EQ(post("{}", "application/json").status, 415u);
  EXPECT_EQ(post("").status, 400u);
  EXPECT_EQ(post("<a/>", "application/soap+xml").status, 200u);
  EXPECT_EQ(host_.deliveries(), 1u);
}

TEST_F(Soap, describes_itself_in_wsdl_with_the_address_it_was_asked_at) {
  begin({{"operation", "HIPMessageServer"}, {"parameters", "action, message"}, {"namespace", "urn:hip"}});
  const auto response = host_.request("GET", "/soap", "", {{"host", "gateway:8081"}}, "WSDL");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "text/xml; charset=utf-8");
  EXPECT_NE(response.body.find("location=\"http://gateway:8081/soap\""), std::string::npos);
  EXPECT_NE(response.body.find("<xs:element name=\"HIPMessageServer\">"), std::string::npos);
  EXPECT_NE(response.body.find("<xs:element name=\"message\" type=\"xs:string\""), std::string::npos);
  EXPECT_NE(response.body.find("targetNamespace=\"urn:hip\""), std::string::npos);
  EXPECT_EQ(response.body.find("${"), std::string::npos);
}

TEST_F(Soap, serves_a_wsdl_of_the_operators_own) {
  TemporaryFolder folder;
  const std::string file = folder.file("own.wsdl", "<definitions at=\"${location}\" other=\"${other}\"/>");
  begin({{"wsdl_file", file}});
  const auto response = host_.request("GET", "/soap", "", {{"host", "a&b"}}, "wsdl");
  EXPECT_EQ(response.body, "<definitions at=\"http://a&amp;b/soap\" other=\"${other}\"/>");
  kit::Running missing(host_, onecard_connector_soap(), {{"wsdl_file", folder.path() + "/none"}});
  ASSERT_TRUE(missing.created());
  EXPECT_FALSE(missing.start());
}

TEST_F(Soap, takes_nothing_more_once_stopped) {
  begin();
  running_->stop();
  EXPECT_EQ(post("<a/>").status, 503u);
  EXPECT_EQ(host_.deliveries(), 0u);
}

}  // namespace
}  // namespace tests
