#include "connectors/soap/wsdl.h"

#include <functional>

namespace connectors::soap {
namespace {

constexpr std::string_view kTemplate = R"(<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="OneCard" targetNamespace="${namespace}" xmlns:tns="${namespace}"
    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:types>
    <xs:schema targetNamespace="${namespace}" elementFormDefault="qualified">
      <xs:element name="${operation}"><xs:complexType><xs:sequence>
${parameters}      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="${operation}Response"><xs:complexType><xs:sequence>
        <xs:element name="${operation}Result" type="xs:string" minOccurs="0"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="${operation}In"><wsdl:part name="parameters" element="tns:${operation}"/></wsdl:message>
  <wsdl:message name="${operation}Out"><wsdl:part name="parameters" element="tns:${operation}Response"/></wsdl:message>
  <wsdl:portType name="OneCardPort">
    <wsdl:operation name="${operation}">
      <wsdl:input message="tns:${operation}In"/><wsdl:output message="tns:${operation}Out"/>
    </wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="OneCardBinding" type="tns:OneCardPort">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="${operation}">
      <soap:operation soapAction="${namespace}${operation}" style="document"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="OneCard">
    <wsdl:port name="OneCardPort" binding="tns:OneCardBinding"><soap:address location="${location}"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>
)";

std::string filled(std::string_view text, const std::function<std::string(std::string_view)>& value) {
  std::string out;
  while (!text.empty()) {
    const size_t begin = text.find("${");
    const size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin)).append(value(text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::string xmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string wsdlText(const Wsdl& wsdl, std::string_view location) {
  std::string parameters;
  for (const std::string& name : wsdl.parameters) {
    parameters += "        <xs:element name=\"" + xmlEscaped(name) + "\" type=\"xs:string\" minOccurs=\"0\"/>\n";
  }
  return filled(kTemplate, [&](std::string_view name) {
    if (name == "namespace") return xmlEscaped(wsdl.target_namespace);
    if (name == "operation") return xmlEscaped(wsdl.operation);
    return name == "parameters" ? parameters : xmlEscaped(location);
  });
}

std::string withLocation(std::string_view text, std::string_view location) {
  return filled(text, [&](std::string_view name) {
    return name == "location" ? xmlEscaped(location) : "${" + std::string(name) + "}";
  });
}

}  // namespace connectors::soap
