// The SOAP connector: a route on the host's HTTP listener. The envelope goes to the host as it came; what is inside
// is the business of mappings/source. The answer is the reply that the source's configuration prescribes.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>

#include "connectors/sdk/connector.h"
#include "connectors/soap/wsdl.h"

namespace connectors::soap {
namespace {

constexpr size_t kLargestWsdl = 1u << 20;

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "text/xml" of "Text/XML; charset=gbk"
std::string mediaType(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (!content_type.empty() && content_type.back() == ' ') content_type.remove_suffix(1);
  return lowerCase(content_type);
}

bool isXml(const std::string& type) {
  return type == "text/xml" || type == "application/soap+xml" || type == "application/xml";
}

// A name that XML takes without escaping, in ASCII.
bool isXmlName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '-' || name[0] == '.') return false;
  for (const char c : lowerCase(name)) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')) return false;
  }
  return true;
}

std::vector<std::string> names(std::string_view list) {
  std::vector<std::string> found;
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, end);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!name.empty()) found.emplace_back(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return found;
}

class Soap : public sdk::Connector {
 public:
  static constexpr sdk::Description kDescription = {
      "soap", "0.1", "stable", "Receives SOAP envelopes by HTTP POST and answers with the source's reply."};
  static constexpr onecard_setting kSettings[] = {
      {"path", ONECARD_TEXT, "/soap", nullptr, "Path on the gateway's listener for sources."},
      {"namespace", ONECARD_TEXT, "http://tempuri.org/", nullptr, "Target namespace that the WSDL states."},
      {"operation", ONECARD_TEXT, "CallService", nullptr, "Operation that the WSDL offers."},
      {"parameters", ONECARD_TEXT, "jydm, inXml", nullptr, "Its parameters, texts all, separated by commas."},
      {"wsdl_file", ONECARD_PATH, "", nullptr, "A WSDL of your own instead; ${location} becomes the address."}};

  static std::unique_ptr<sdk::Connector> create(sdk::Host host, const sdk::Settings& settings, std::string& error) {
    auto made = std::make_unique<Soap>(host, settings);
    error = made->trouble();
    return error.empty() ? std::move(made) : nullptr;
  }

  Soap(sdk::Host host, const sdk::Settings& settings) : host_(host), path_(settings.text("path")) {
    wsdl_.target_namespace = settings.text("namespace");
    wsdl_.operation = settings.text("operation");
    wsdl_.parameters = names(settings.text("parameters"));
    wsdl_file_ = settings.text("wsdl_file");
  }
  ~Soap() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return answering_ == 0; });
  }

  bool start(std::string& error) override {
    if (!wsdl_file_.empty() && !readWsdlFile(error)) return false;
    stopped_ = false;
    if (addRoute(host_, "*", path_)) return true;
    error = "the path " + path_ + " is taken by another source, or there is no HTTP listener for sources";
    return false;
  }

  void stop() override {
    stopped_ = true;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(800), [this] { return answering_ == 0; });
  }

  sdk::Response answer(const sdk::Request& request) override {
    {
      const std::lock_guard lock(mutex_);
      ++answering_;
    }
    sdk::Response response =
        stopped_ ? fault(503, "Server", "The gateway is stopping; send it again.") : reply(request);
    const std::lock_guard lock(mutex_);
    --answering_;
    changed_.notify_all();
    return response;
  }

 private:
  std::string trouble() const {
    if (path_.size() < 2 || path_[0] != '/' || path_.find_first_of(" ?#%\t") != std::string::npos) {
      return "path must begin with / and be a plain path";
    }
    if (!isXmlName(wsdl_.operation)) return "operation must be an XML name";
    for (const std::string& name : wsdl_.parameters) {
      if (!isXmlName(name)) return "parameters must be XML names";
    }
    if (wsdl_.target_namespace.empty()) return "namespace must not be empty";
    return "";
  }

  bool readWsdlFile(std::string& error) {
    std::ifstream file(wsdl_file_, std::ios::binary);
    own_wsdl_.assign(std::istreambuf_iterator<char>(file), {});
    if (file && !own_wsdl_.empty() && own_wsdl_.size() <= kLargestWsdl) return true;
    error = "wsdl_file cannot be read, is empty or larger than 1 MiB: " + wsdl_file_;
    return false;
  }

  sdk::Response reply(const sdk::Request& request) {
    const bool at_path = request.path() == path_ || request.path() == path_ + "/";
    if (!at_path) return fault(404, "Client", "There is nothing at this path.");
    if (request.method() == "GET" && lowerCase(request.query()) == "wsdl") return description(request);
    if (request.method() != "POST") {
      sdk::Response refused = fault(405, "Client", "Send envelopes by POST; GET with ?wsdl gives the description.");
      refused.headers.emplace_back("Allow", "POST, GET");
      return refused;
    }
    const std::string type = mediaType(request.header("content-type"));
    if (!isXml(type)) return fault(415, "Client", "The content type must be text/xml or application/soap+xml.");
    if (request.body().empty()) return fault(400, "Client", "There is no envelope.");
    return handOver(request, type);
  }

  sdk::Response description(const sdk::Request& request) const {
    const std::string location = "http://" + std::string(request.header("host")) + path_;
    return {200,
            "text/xml; charset=utf-8",
            own_wsdl_.empty() ? wsdlText(wsdl_, location) : withLocation(own_wsdl_, location),
            {}};
  }

  sdk::Response handOver(const sdk::Request& request, const std::string& type) {
    const sdk::Receipt receipt = host_.deliver(type, request.body(),
                                               {{"content-type", request.header("content-type")},
                                                {"soapaction", request.header("soapaction")},
                                                {"peer", request.peer()}});
    const bool is_answered = receipt.stored() || receipt.refused();
    if (!is_answered) return notTaken(receipt);
    const uint32_t status = receipt.httpStatus() != 0 ? receipt.httpStatus() : receipt.stored() ? 200 : 400;
    host_.count(receipt.stored() ? "soap_stored_total" : "soap_refused_total");
    if (receipt.reply().empty() && receipt.refused()) return fault(status, "Client", "The message was refused.");
    if (receipt.reply().empty()) return {status == 200 ? 202 : status, "", "", {}};
    const std::string_view reply_type = receipt.replyType();
    return {status,
            reply_type.empty() ? "text/xml; charset=utf-8" : std::string(reply_type),
            std::string(receipt.reply()),
            {}};
  }

  sdk::Response notTaken(const sdk::Receipt& receipt) {
    host_.count("soap_not_taken_total");
    const uint32_t status = receipt.httpStatus() >= 500 ? receipt.httpStatus() : receipt.busy() ? 503 : 500;
    sdk::Response response = fault(status, "Server", "The message was not taken; send it again.");
    if (receipt.busy()) {
      response.headers.emplace_back("Retry-After",
                                    std::to_string(std::max(1u, (receipt.retryAfterMs() + 999) / 1000)));
    }
    return response;
  }

  // A SOAP 1.1 fault (SOAP 1.1 section 4.4).
  static sdk::Response fault(uint32_t status, std::string_view code, std::string_view what) {
    std::string body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<soap:Envelope "
        "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><soap:Fault><faultcode>soap:";
    body.append(code).append("</faultcode><faultstring>").append(xmlEscaped(what));
    body.append("</faultstring></soap:Fault></soap:Body></soap:Envelope>\n");
    return {status, "text/xml; charset=utf-8", std::move(body), {}};
  }

  const sdk::Host host_;
  const std::string path_;
  Wsdl wsdl_;
  std::string wsdl_file_;
  std::string own_wsdl_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  int answering_ = 0;
};

}  // namespace
}  // namespace connectors::soap

ONECARD_CONNECTOR(connectors::soap::Soap, soap)
