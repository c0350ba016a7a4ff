#include "tests/bench/resources.h"

#include <cstdio>

#include "fhir/base/digest.h"

namespace bench {

namespace {

constexpr uint64_t kGroup = 11;

// Ids as the gateway makes them: shard, then 128 bits.
std::string idOf(uint64_t person, uint64_t number) {
  auto digest = fhir::base::sha256(std::to_string(person) + "/" + std::to_string(number));
  char shard[8];
  std::snprintf(shard, sizeof shard, "%04x",
                static_cast<unsigned>(fhir::base::hash64(std::to_string(person)) & 0x3fff));
  return std::string(shard) + "-" + fhir::base::base32Lower(digest.data(), 16);
}

const char* kCodes[][3] = {{"6690-2", "WBC", "10*9/L"}, {"718-7", "HGB", "g/L"},   {"777-3", "PLT", "10*9/L"},
                           {"2345-7", "GLU", "mmol/L"}, {"1742-6", "ALT", "U/L"},  {"2160-0", "CRE", "umol/L"},
                           {"2823-3", "K", "mmol/L"},   {"1988-5", "CRP", "mg/L"}, {"2951-2", "NA", "mmol/L"},
                           {"3094-0", "BUN", "mmol/L"}};

}  // namespace

MadeResource madeResource(uint64_t n) {
  uint64_t person = n / kGroup, item = n % kGroup;
  MadeResource made;
  made.id = idOf(person, item);
  uint64_t dice = fhir::base::hash64("d" + std::to_string(n));
  char text[1500];
  if (item == 0) {
    made.type = "Patient";
    std::snprintf(
        text, sizeof text,
        R"({"resourceType":"Patient","id":"%s","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"99012119%02u%02u%02u%06u"},)"
        R"({"system":"http://onecard.example/id/12990121400000010B/1.12","value":"%08llu"}],"name":[{"text":"王%u号","family":"王","given":["%u号"]}],)"
        R"("gender":"%s","birthDate":"19%02u-%02u-%02u","telecom":[{"system":"phone","value":"139%08u"}]})",
        made.id.c_str(), unsigned(dice % 90), unsigned(1 + dice / 90 % 12), unsigned(1 + dice / 1080 % 28),
        unsigned(person % 1000000), static_cast<unsigned long long>(person), unsigned(dice % 5000),
        unsigned(dice % 5000), dice % 2 ? "male" : "female", unsigned(dice % 90), unsigned(1 + dice / 90 % 12),
        unsigned(1 + dice / 1080 % 28), unsigned(dice % 100000000));
  } else {
    made.type = "Observation";
    const auto& code = kCodes[item - 1];
    std::snprintf(
        text, sizeof text,
        R"({"resourceType":"Observation","id":"%s","identifier":[{"system":"http://onecard.example/id/12990121400000010B/lab","value":"BG%010llu-%s"}],"status":"final",)"
        R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],)"
        R"("code":{"coding":[{"system":"http://loinc.org","code":"%s"},{"system":"http://onecard.example/local","code":"%s"}]},)"
        R"("subject":{"reference":"Patient/%s"},"effectiveDateTime":"20%02u-%02u-%02uT%02u:%02u:12+08:00","issued":"2025-03-06T11:28:30.000+08:00",)"
        R"("valueQuantity":{"value":%u.%02u,"unit":"%s","system":"http://unitsofmeasure.org","code":"%s"},)"
        R"("interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"%s"}]}]})",
        made.id.c_str(), static_cast<unsigned long long>(person), code[1], code[0], code[1], idOf(person, 0).c_str(),
        unsigned(20 + dice % 6), unsigned(1 + dice / 7 % 12), unsigned(1 + dice / 90 % 28),
        unsigned(8 + dice / 3000 % 10), unsigned(dice / 30000 % 60), unsigned(dice % 200), unsigned(dice / 200 % 100),
        code[2], code[2], dice % 5 == 0 ? "H" : "N");
  }
  made.json = text;
  return made;
}

std::string madeTransaction(uint64_t n, uint64_t count) {
  std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (uint64_t i = 0; i < count; ++i) {
    MadeResource made = madeResource(n + i);
    bundle += (i > 0 ? "," : "") + std::string(R"({"resource":)") + made.json +
              R"(,"request":{"method":"PUT","url":")" + made.type + "/" + made.id + "\"}}";
  }
  return bundle + "]}";
}

}  // namespace bench
