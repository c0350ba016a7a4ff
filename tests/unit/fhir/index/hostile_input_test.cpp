// Damaged resources go through reading, writing and extraction: nothing may crash, and what is read must be written
// so that it can be read again. The damage is pseudo-random and the same on every run.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fhir/index/extractor.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/xml_writer.h"

namespace fhir::index {
namespace {

const std::string kResource =
    R"({"resourceType":"Observation","id":"o","meta":{"profile":["http://p|1"],"tag":[{"system":"s","code":"c"}]},
    "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/>\u4e2d</div>"},
    "contained":[{"resourceType":"Patient","id":"p","birthDate":"1970-01-01","_birthDate":{"id":"x"}}],
    "status":"final","_status":{"extension":[{"url":"u","valueCode":"v"}]},
    "code":{"coding":[{"system":"http://loinc.org","code":"718-7","display":"Hb"}],"text":"\u8840"},
    "subject":{"reference":"Patient/1"},"effectivePeriod":{"start":"2020-01-01","end":"2020-01-02T10:00:00+08:00"},
    "valueQuantity":{"value":1.50,"comparator":"<","system":"http://unitsofmeasure.org","code":"mg/dL"},
    "component":[{"code":{"text":"c"},"valueQuantity":{"value":-3e5,"unit":"x"}},
                 {"code":{"coding":[{"code":"d"}]},"valueSampledData":{"origin":{"value":1},"factor":2,"data":"1 E 2"}}],
    "note":[{"text":"a","_text":{"id":"1"}}],"category":[{"coding":[null,{"code":"z"}]}],"performer":[{"identifier":{"value":"7"}}]})";

std::string damaged(std::mt19937& random) {
  std::string text = kResource;
  const size_t blows = 1 + random() % 4;
  for (size_t i = 0; i < blows; ++i) {
    const size_t at = random() % text.size();
    const size_t length = std::min<size_t>(random() % 40, text.size() - at);
    switch (random() % 5) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text.substr(random() % text.size(), length)); break;
      case 3: text[at] = "{}[]\",:\\0-eE+.n_"[random() % 16]; break;
      default: {  // a token elsewhere: keeps the text JSON more often
        const size_t from = text.find('"', at), to = text.find('"', random() % text.size());
        if (from != std::string::npos && to != std::string::npos) std::swap(text[from + 1], text[to + 1]);
      }
    }
    if (text.empty()) text = "{}";
  }
  return text;
}

TEST(HostileInput, damaged_resources_are_refused_or_go_all_the_way) {
  auto extractor = std::move(Extractor::create(definitions::r4())).value();
  std::mt19937 random(20250306);
  base::Arena arena;
  int read = 0;
  for (int i = 0; i < 8000; ++i) {
    base::Findings findings;
    auto document = model::Document::readResource(damaged(random), findings);
    if (!document.ok()) {
      EXPECT_NE(document.error().why, base::Why::Fault);
      continue;
    }
    ++read;
    arena.reset();
    const auto values = extractor.extract(*document, arena, findings);
    extractor.patientCompartments(*document, "x", values);
    extractor.clinicalDate(*document, values);
    model::StoredFormOptions options;
    options.id = "x";
    options.rewrite_reference = [](std::string_view) { return "Patient/2"; };
    const std::string stored = model::storedForm(*document, options);
    EXPECT_TRUE(model::Document::readResource(stored, findings).ok()) << stored;
    const std::string again = model::writeJson(document->root());
    auto copy = model::Document::readResource(again, findings);
    ASSERT_TRUE(copy.ok()) << copy.error().text();
    EXPECT_EQ(model::contentHash(*copy), model::contentHash(*document)) << again;
    const std::string xml = model::writeXml(*document, findings);
    EXPECT_TRUE(model::Document::readXml(xml, findings).ok()) << xml;
    std::string broken = xml;
    broken[random() % broken.size()] = static_cast<char>(random());
    (void)model::Document::readXml(broken, findings);
  }
  EXPECT_GT(read, 500);
}

}  // namespace
}  // namespace fhir::index
