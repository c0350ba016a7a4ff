#pragma once
// A small invented county in which everything refers to everything, and searches over it. Same seed, same county.

#include <cstdint>
#include <string>
#include <vector>

namespace gateway::record::search {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 2654435761u + 1) {}
  uint64_t below(uint64_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 11) % limit;
  }
  bool once_in(uint64_t times) { return below(times) == 0; }
  std::string of(const std::vector<std::string>& words) { return words[below(words.size())]; }

 private:
  uint64_t state_;
};

constexpr int kPatients = 8;

struct Resource {
  std::string type, id, json;
};

// Resources whose ids begin with the number of the Patient that they are about ("p3", "o3-17"), and shared ones
// ("org1").
class RandomCounty {
 public:
  explicit RandomCounty(uint64_t seed) : dice_(seed) {}

  std::vector<Resource> shared() {
    std::vector<Resource> made;
    for (int i = 0; i < 3; ++i) {
      std::string id = "org" + std::to_string(i);
      std::string part =
          i == 0 ? "" : R"(,"partOf":{"reference":"Organization/org)" + std::to_string(i - 1) + R"("})";
      made.push_back({"Organization", id,
                      R"({"resourceType":"Organization","id":")" + id + R"(","name":")" + kOrganizations[i] + "\"" +
                          part + "}"});
    }
    return made;
  }

  Resource patient(int number) {
    std::string json = start("Patient", "p" + std::to_string(number));
    if (!dice_.once_in(6)) {
      json += R"(,"name":[{"text":")" + dice_.of(kFamilies) + dice_.of(kGivens) + R"(","family":")" +
              dice_.of(kFamilies) + "\"}]";
    }
    if (!dice_.once_in(4)) json += R"(,"gender":")" + dice_.of({"male", "female"}) + "\"";
    if (!dice_.once_in(4)) json += R"(,"birthDate":")" + dice_.of(kDates).substr(0, 10) + "\"";
    json += R"(,"identifier":[{"system":"urn:mrn","value":")" + std::to_string(number) + "\"}";
    if (dice_.once_in(2)) json += R"(,{"value":")" + std::to_string(dice_.below(4)) + "\"}";
    json += "]";
    if (!dice_.once_in(3)) json += R"(,"managingOrganization":)" + reference("Organization/org", 3);
    if (dice_.once_in(3))
      json += R"(,"link":[{"other":)" + reference("Patient/p", kPatients) + R"(,"type":"seealso"}])";
    return {"Patient", "p" + std::to_string(number), json + "}"};
  }

  // Something about a Patient, which may refer to anybody's things.
  Resource clinical(int patient, int number) {
    switch (dice_.below(5)) {
      case 0: return encounter(patient, number % 6);
      case 1: return report(patient, number % 6);
      case 2: return provenance(patient, number % 6);
      default: return observation(patient, number % 12);
    }
  }

  std::string search() {
    static const std::vector<std::string> kTypes = {"Patient",          "Observation", "Observation", "Encounter",
                                                    "DiagnosticReport", "Provenance",  "Organization"};
    std::string type = dice_.of(kTypes);
    std::string query;
    uint64_t clauses = dice_.below(4);
    for (uint64_t i = 0; i < clauses; ++i) query += "&" + clause(type, 0);
    if (dice_.once_in(4)) query += bothSides(type);
    if (dice_.once_in(2)) query += "&_count=" + std::to_string(1 + dice_.below(6));
    if (dice_.once_in(2)) query += "&_sort=" + sort(type);
    while (dice_.once_in(3)) query += "&" + include(type);
    if (dice_.once_in(15)) query += "&_summary=count";
    return type + (query.empty() ? "" : "?" + query.substr(1));
  }

  Dice& dice() { return dice_; }

 private:
  static std::string start(const std::string& type, const std::string& id) {
    return R"({"resourceType":")" + type + R"(","id":")" + id + "\"";
  }
  static std::string id(char letter, int patient, int number) {
    return letter + std::to_string(patient) + "-" + std::to_string(number);
  }
  std::string reference(const std::string& prefix, uint64_t many) {
    return R"({"reference":")" + prefix + std::to_string(dice_.below(many)) + "\"}";
  }
  std::string anyId(const std::string& type) {
    std::string patient = std::to_string(dice_.below(kPatients));
    if (type == "Patient") return "p" + patient;
    if (type == "Organization") return "org" + std::to_string(dice_.below(3));
    if (type == "Observation") return "o" + patient + "-" + std::to_string(dice_.below(12));
    if (type == "Encounter") return "e" + patient + "-" + std::to_string(dice_.below(6));
    if (type == "DiagnosticReport") return "r" + patient + "-" + std::to_string(dice_.below(6));
    return "v" + patient + "-" + std::to_string(dice_.below(6));
  }
  std::string referenceTo(const std::string& type) { return R"({"reference":")" + type + "/" + anyId(type) + "\"}"; }
  static std::string subject(int patient) {
    return R"(,"subject":{"reference":"Patient/p)" + std::to_string(patient) + "\"}";
  }

  Resource observation(int patient, int number) {
    std::string name = id('o', patient, number);
    std::string json = start("Observation", name) + subject(patient);
    json += R"(,"status":")" + dice_.of({"final", "amended"}) +
            R"(","code":{"coding":[{"system":"http://loinc.org","code":")" + dice_.of(kCodes) + "\"}";
    if (dice_.once_in(3)) json += R"(,{"code":")" + dice_.of(kCodes) + "\"}";
    json += "]}";
    if (!dice_.once_in(3)) json += R"(,"effectiveDateTime":")" + dice_.of(kDates) + "\"";
    if (!dice_.once_in(3)) {
      json += R"(,"valueQuantity":{"value":)" + dice_.of(kNumbers) +
              R"(,"system":"http://unitsofmeasure.org","code":")" + dice_.of({"mmol/L", "g/L"}) + "\"}";
    }
    if (dice_.once_in(2)) json += R"(,"encounter":)" + referenceTo("Encounter");
    if (dice_.once_in(3)) json += R"(,"focus":[)" + referenceTo(dice_.of({"Patient", "Observation"})) + "]";
    if (dice_.once_in(3)) json += R"(,"derivedFrom":[)" + referenceTo("Observation") + "]";
    return {"Observation", name, json + "}"};
  }

  std::string stay() {
    std::string from = dice_.of(kDates);
    std::string to = dice_.of(kDates);
    if (to < from) std::swap(from, to);
    return R"({"location":{"display":"ward"},"period":{"start":")" + from + R"(","end":")" + to + "\"}}";
  }

  Resource encounter(int patient, int number) {
    std::string name = id('e', patient, number);
    std::string json = start("Encounter", name) + subject(patient);
    json += R"(,"status":")" + dice_.of({"finished", "in-progress"}) + R"(","class":{"system":"urn:class","code":")" +
            dice_.of({"AMB", "IMP"}) + "\"}";
    std::string from = dice_.of(kDates);
    std::string to = dice_.of(kDates);
    if (to < from) std::swap(from, to);
    if (dice_.once_in(3))
      json += R"(,"period":{"start":")" + from + "\"}";
    else if (dice_.once_in(2))
      json += R"(,"period":{"start":")" + from + R"(","end":")" + to + "\"}";
    // A parameter of which a resource can have several dates.
    if (dice_.once_in(2)) json += R"(,"location":[)" + stay() + "," + stay() + "]";
    if (dice_.once_in(2)) json += R"(,"serviceProvider":)" + reference("Organization/org", 3);
    if (dice_.once_in(3)) json += R"(,"partOf":)" + referenceTo("Encounter");
    return {"Encounter", name, json + "}"};
  }

  Resource report(int patient, int number) {
    std::string name = id('r', patient, number);
    std::string json = start("DiagnosticReport", name) + subject(patient);
    json += R"(,"status":"final","code":{"coding":[{"code":")" + dice_.of(kCodes) + R"("}]},"result":[)" +
            referenceTo("Observation") + "," + referenceTo("Observation") + "]";
    if (dice_.once_in(2)) json += R"(,"encounter":)" + referenceTo("Encounter");
    return {"DiagnosticReport", name, json + "}"};
  }

  Resource provenance(int patient, int number) {
    std::string name = id('v', patient, number);
    // The Patient among the targets puts it into the compartment.
    std::string json = start("Provenance", name) + R"(,"target":[{"reference":"Patient/p)" + std::to_string(patient) +
                       "\"}," + referenceTo(dice_.of({"Observation", "Encounter"})) + R"(],"recorded":")" +
                       "2024-03-01T10:00:00+08:00" + R"(","agent":[{"who":)" + reference("Organization/org", 3) +
                       "}]";
    return {"Provenance", name, json + "}"};
  }

  std::string date() { return dice_.of({"", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}) + day(); }
  std::string day() {
    std::string text = dice_.of(kDates);
    size_t plus = text.find('+');
    if (plus != std::string::npos) text.replace(plus, 1, "%2B");
    return dice_.once_in(3) ? text.substr(0, 7) : text;
  }
  // A span of time, from two sides.
  std::string bothSides(const std::string& type) {
    std::string code = type == "Patient" ? "birthdate" : "date";
    if (type == "Encounter") code = dice_.of({"date", "location-period"});
    if (type != "Patient" && type != "Observation" && type != "Encounter") return {};
    return "&" + code + "=" + dice_.of({"ge", "gt", "sa", "ap"}) + day() + "&" + code + "=" +
           dice_.of({"lt", "le", "eb", "ne"}) + day();
  }
  std::string number() {
    return dice_.of({"", "", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}) + dice_.of(kNumbers);
  }
  std::string unit() {
    return dice_.of({"", "", "|http://unitsofmeasure.org|mmol/L", "||g/L", "|http://unitsofmeasure.org|g/L",
                     "|http://unitsofmeasure.org|mg/dL"});
  }
  std::string codes() { return dice_.once_in(3) ? dice_.of(kCodes) + "," + dice_.of(kCodes) : dice_.of(kCodes); }
  std::string missing() { return ":missing=" + dice_.of({"true", "false"}); }

  std::string clause(const std::string& type, int depth) {
    if (dice_.once_in(12)) return dice_.of({"_id=", "_id:not="}) + anyId(type) + "," + anyId(type);
    if (dice_.once_in(20))
      return "_lastUpdated=" + dice_.of({"gt", "lt", "ge", "le"}) + "2023-11-15T06:1" +
             std::to_string(dice_.below(10)) + "%2B08:00";
    if (type == "Patient") return ofPatient(depth);
    if (type == "Observation") return ofObservation(depth);
    if (type == "Encounter") return ofEncounter(depth);
    if (type == "DiagnosticReport") return ofReport(depth);
    if (type == "Provenance") return ofProvenance(depth);
    return ofOrganization(depth);
  }

  std::string ofPatient(int depth) {
    switch (dice_.below(depth < 2 ? 15 : 10)) {
      case 0: return "name=" + dice_.of(kFamilies);
      case 1: return "name:contains=" + dice_.of(kGivens);
      case 2: return "family:exact=" + dice_.of(kFamilies);
      case 3: return dice_.of({"gender=", "gender:not="}) + dice_.of({"male", "female", "male,female"});
      case 4: return "birthdate=" + date();
      case 5: return "identifier=" + dice_.of({"urn:mrn|", "", "|"}) + std::to_string(dice_.below(kPatients));
      case 6: return dice_.of({"name", "gender", "birthdate", "organization", "link"}) + missing();
      case 7: return "organization=" + dice_.of({"", "Organization/"}) + anyId("Organization");
      case 8: return "link=Patient/" + anyId("Patient");
      case 9: return "birthdate=" + date() + "," + date();
      case 10: return "organization." + clause("Organization", depth + 1);
      case 11: return "link:Patient." + clause("Patient", depth + 1);
      case 12: return "_has:Encounter:patient:" + plain("Encounter");
      case 13: return "_has:Observation:" + dice_.of({"patient", "subject", "focus"}) + ":" + plain("Observation");
      default: return "_has:Observation:patient:_has:Provenance:target:" + plain("Provenance");
    }
  }
  std::string ofObservation(int depth) {
    switch (dice_.below(depth < 2 ? 18 : 12)) {
      case 0: return "code=" + codes();
      case 1: return dice_.of({"code=http://loinc.org|", "code=|", "code:not=", "combo-code="}) + dice_.of(kCodes);
      case 2: return "status=" + dice_.of({"final", "amended", "final,amended"});
      case 3:
      case 4: return "patient=" + dice_.of({"", "Patient/"}) + anyId("Patient");
      case 5: return "subject" + dice_.of({":Patient=", "=Patient/"}) + anyId("Patient");
      case 6: return "date=" + date();
      case 7: return "value-quantity=" + number() + unit();
      case 8: return "code-value-quantity=" + dice_.of(kCodes) + "$" + number() + unit();
      case 9: return dice_.of({"date", "value-quantity", "encounter", "focus", "combo-value-quantity"}) + missing();
      case 10: return "encounter=" + anyId("Encounter");
      case 11: return "focus=" + dice_.of({"Patient/" + anyId("Patient"), "Observation/" + anyId("Observation")});
      case 12:
      case 13: return dice_.of({"patient.", "subject:Patient.", "focus:Patient."}) + clause("Patient", depth + 1);
      case 14: return "encounter." + clause("Encounter", depth + 1);
      case 15: return "derived-from:Observation." + clause("Observation", depth + 1);
      case 16: return "_has:DiagnosticReport:result:" + plain("DiagnosticReport");
      default: return "_has:Observation:" + dice_.of({"derived-from", "focus"}) + ":" + plain("Observation");
    }
  }
  std::string ofEncounter(int depth) {
    switch (dice_.below(depth < 2 ? 8 : 5)) {
      case 0: return "class=" + dice_.of({"AMB", "urn:class|IMP", "AMB,IMP"});
      case 1: return "status=" + dice_.of({"finished", "in-progress"});
      case 2: return "date=" + date();
      case 3: return "patient=" + anyId("Patient");
      case 4: return dice_.of({"date", "part-of", "service-provider"}) + missing();
      case 5: return "patient." + clause("Patient", depth + 1);
      case 6: return "part-of." + clause("Encounter", depth + 1);
      default: return "_has:Observation:encounter:" + plain("Observation");
    }
  }
  std::string ofReport(int depth) {
    switch (dice_.below(depth < 2 ? 5 : 3)) {
      case 0: return "code=" + codes();
      case 1: return "result=" + anyId("Observation");
      case 2: return "encounter" + missing();
      case 3: return "result." + clause("Observation", depth + 1);
      default: return "subject:Patient." + clause("Patient", depth + 1);
    }
  }
  std::string ofProvenance(int depth) {
    switch (dice_.below(depth < 2 ? 4 : 3)) {
      case 0: return "target=Observation/" + anyId("Observation");
      case 1: return "agent=Organization/" + anyId("Organization");
      case 2: return "patient=" + anyId("Patient");
      default: return "target:Observation." + clause("Observation", depth + 1);
    }
  }
  std::string ofOrganization(int depth) {
    switch (dice_.below(depth < 2 ? 4 : 3)) {
      case 0: return "name=" + kOrganizations[dice_.below(3)].substr(0, 6);
      case 1: return "partof=" + anyId("Organization");
      case 2: return "partof" + missing();
      default: return "_has:Patient:organization:" + plain("Patient");
    }
  }
  // A clause without further hops.
  std::string plain(const std::string& type) { return clause(type, 2); }

  std::string sort(const std::string& type) {
    std::vector<std::string> keys = {"_id", "-_id", "_lastUpdated", "-_lastUpdated"};
    if (type == "Patient") keys.insert(keys.end(), {"birthdate", "-birthdate", "family", "-name,birthdate"});
    if (type == "Observation") keys.insert(keys.end(), {"date", "-date", "-date,_id", "-date,-date"});
    if (type == "Encounter") keys.insert(keys.end(), {"date", "-date"});
    if (type == "Organization") keys.insert(keys.end(), {"name", "-name"});
    return dice_.of(keys);
  }

  std::string include(const std::string& type) {
    if (dice_.once_in(5)) return "_include=*";
    if (type == "Patient") {
      return dice_.of({"_include=Patient:organization", "_include=Patient:link", "_revinclude=Observation:patient",
                       "_revinclude=Observation:focus", "_revinclude=Provenance:target",
                       "_revinclude:iterate=Provenance:target", "_include:iterate=Organization:partof"});
    }
    if (type == "Observation") {
      return dice_.of({"_include=Observation:subject", "_include=Observation:focus", "_include=Observation:encounter",
                       "_include=Observation:derived-from", "_include:iterate=Observation:derived-from",
                       "_revinclude=DiagnosticReport:result", "_revinclude=Observation:focus",
                       "_include:iterate=Encounter:part-of", "_include=Observation:focus:Patient"});
    }
    if (type == "Encounter") {
      return dice_.of({"_include=Encounter:patient", "_include:iterate=Encounter:part-of",
                       "_revinclude=Observation:encounter", "_include=Encounter:service-provider"});
    }
    if (type == "Organization") return dice_.of({"_revinclude=Patient:organization", "_include=Organization:partof"});
    return "_include=" + type + dice_.of({":patient", type == "Provenance" ? ":target" : ":result"});
  }

  inline static const std::vector<std::string> kFamilies = {"王", "李", "欧阳", "Müller", "ＷＡＮＧ"};
  inline static const std::vector<std::string> kGivens = {"小明", "芳", "修"};
  inline static const std::vector<std::string> kCodes = {"a1", "b2", "c3", "d4", "e5"};
  inline static const std::vector<std::string> kNumbers = {"5",    "5.0", "5.4", "5.40", "5.41",
                                                           "-2.5", "0",   "540", "0.054"};
  inline static const std::vector<std::string> kDates = {
      "1990-05-17", "1990-05-17T08:00:00+08:00", "1990-05-18",
      "2000-02-29", "2000-02-29T23:30:00+08:00", "2000-03-01T00:30:00+08:00",
      "2024-01-01", "2024-01-01T16:00:00Z"};
  inline static const std::string kOrganizations[3] = {"安平县人民医院", "城关镇卫生院", "安平县中医院"};

  Dice dice_;
};

}  // namespace gateway::record::search
