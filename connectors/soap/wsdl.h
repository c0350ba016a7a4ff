#pragma once
// A small WSDL 1.1 (document/literal, SOAP 1.1) for senders whose tools insist on one. It promises no more than the
// connector does: one operation whose parameters are texts and whose result is a text.

#include <string>
#include <string_view>
#include <vector>

namespace connectors::soap {

struct Wsdl {
  std::string target_namespace;
  std::string operation;
  std::vector<std::string> parameters;
};

// `location` is the URL that senders post to.
std::string wsdlText(const Wsdl& wsdl, std::string_view location);
// Replaces ${location} in a WSDL of the operator's own.
std::string withLocation(std::string_view text, std::string_view location);
std::string xmlEscaped(std::string_view text);

}  // namespace connectors::soap
