#include "tests/conformance/fhirpath/suite.h"

#include <span>

#include "fhir/base/xml_sax.h"

namespace conformance {
namespace {

class SuiteReader final : public fhir::base::XmlHandler {
 public:
  explicit SuiteReader(std::vector<Case>& cases) : cases_(cases) {}

  bool startElement(const fhir::base::XmlName& name, std::span<const fhir::base::XmlAttribute> attributes,
                    size_t) override {
    auto attribute = [&](std::string_view wanted) {
      for (const auto& candidate : attributes) {
        if (candidate.name.local == wanted) return std::string(candidate.value);
      }
      return std::string();
    };
    text_.clear();
    if (name.local == "group") group_ = attribute("name");
    if (name.local == "test") {
      case_ = Case{};
      case_.group = group_;
      case_.name = attribute("name");
      case_.input_file = attribute("inputfile");
      case_.strict = attribute("mode") == "strict";
      case_.predicate = attribute("predicate") == "true";
      case_.ordered = attribute("ordered") != "false";
      inside_ = true;
    }
    if (name.local == "expression") {
      case_.invalid = attribute("invalid");
      case_.strict |= attribute("mode") == "strict";
    }
    if (name.local == "output") case_.outputs.push_back({attribute("type"), ""});
    return true;
  }

  bool endElement(const fhir::base::XmlName& name, size_t) override {
    if (!inside_) return true;
    if (name.local == "expression") case_.expression = text_;
    if (name.local == "output") case_.outputs.back().value = text_;
    if (name.local == "test") {
      cases_.push_back(case_);
      inside_ = false;
    }
    return true;
  }

  bool text(std::string_view text, size_t) override {
    text_ += text;
    return true;
  }

 private:
  std::vector<Case>& cases_;
  std::string group_, text_;
  Case case_;
  bool inside_ = false;
};

}  // namespace

fhir::base::Result<std::vector<Case>> readSuite(std::string_view xml) {
  std::vector<Case> cases;
  SuiteReader reader(cases);
  auto done = fhir::base::readXml(xml, reader);
  if (!done) return done.error();
  return cases;
}

}  // namespace conformance
