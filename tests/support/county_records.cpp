#include "tests/support/county_records.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"

namespace tests::support {

using fhir::definitions::SearchType;

namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\""; }
std::string refer(const std::string& target) { return "{\"reference\":\"" + target + "\"}"; }

StoredResource make(const std::string& type, const std::string& id, const std::string& owner,
                    const std::string& members) {
  return {
      type, id,
      "{\"resourceType\":" + quoted(type) + ",\"id\":" + quoted(id) + (members.empty() ? "" : ",") + members + "}",
      owner};
}

// One person's resources; `other` is somebody to whom they refer.
void addPerson(std::vector<StoredResource>& out, const std::string& who, int number, const std::string& other) {
  std::string me = "\"subject\":" + refer("Patient/" + who);
  std::string day = "2024-0" + std::to_string(1 + number % 9) + "-1" + std::to_string(number % 10);
  std::string code = R"("code":{"coding":[{"system":"http://loinc.org","code":")" +
                     std::string(number % 2 ? "718-7" : "2160-0") + R"("}]})";
  auto add = [&](const std::string& type, const std::string& name, const std::string& members) {
    out.push_back(make(type, who + "-" + name, who, members));
  };
  out.push_back(
      make("Patient", who, who,
           R"("identifier":[{"system":"http://example.org/card","value":"C)" + std::to_string(number) +
               R"("},{"system":"http://example.org/family","value":"F1"}],"name":[{"family":"Zhang","given":[")" +
               who + R"("]}],"gender":")" + (number % 2 ? "male" : "female") + R"(","birthDate":")" + day +
               R"(","generalPractitioner":[{"reference":"Practitioner/doctor"}],"managingOrganization":)" +
               refer("Organization/clinic") + R"(,"link":[{"type":"seealso","other":)" + refer("Patient/" + other) +
               "}]"));
  add("Encounter", "visit",
      R"("status":"finished","class":{"code":"AMB"},)" + me + R"(,"period":{"start":")" + day +
          R"("},"serviceProvider":)" + refer("Organization/clinic"));
  for (int i = 0; i < 8; ++i) {
    add("Observation", "lab" + std::to_string(i),
        R"("status":"final",)" + code + "," + me + R"(,"focus":[)" + refer("Patient/" + other) + R"(],"encounter":)" +
            refer("Encounter/" + who + "-visit") + R"(,"effectiveDateTime":")" + day + "T0" + std::to_string(i) +
            R"(:00:00+08:00","performer":[)" + refer("Organization/clinic") + R"(],"valueQuantity":{"value":)" +
            std::to_string(number + i) +
            R"(.50,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},"hasMember":[)" +
            refer("Observation/" + other + "-lab0") + "]");
  }
  add("Condition", "diagnosis",
      R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]},)" + me +
          R"(,"onsetDateTime":")" + day + "\"");
  add("DiagnosticReport", "report",
      R"("status":"final",)" + code + "," + me + R"(,"result":[)" + refer("Observation/" + who + "-lab0") + "," +
          refer("Observation/" + other + "-lab0") + R"(],"effectiveDateTime":")" + day + "\"");
  add("Specimen", "tube", R"("type":{"text":"blood"},)" + me);
  add("AllergyIntolerance", "allergy", R"("code":{"text":"penicillin"},"patient":)" + refer("Patient/" + who));
  add("Coverage", "cover",
      R"("status":"active","payor":[)" + refer("Organization/clinic") + R"(],"beneficiary":)" +
          refer("Patient/" + who));
  add("Provenance", "origin",
      R"("target":[)" + refer("Patient/" + who) + "," + refer("Observation/" + other + "-lab1") +
          R"(],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":)" + refer("Organization/clinic") + "}]");
}

}  // namespace

std::vector<StoredResource> countyRecords(const std::string& owner, const std::vector<std::string>& others) {
  std::vector<StoredResource> out;
  out.push_back(make("Organization", "clinic", "", R"("name":"Clinic","identifier":[{"value":"H1"}])"));
  out.push_back(make("Practitioner", "doctor", "", R"("name":[{"family":"Wang"}])"));
  out.push_back(
      make("Location", "room", "", R"("name":"Room","managingOrganization":)" + refer("Organization/clinic")));
  // The owner refers to "boris" whether he is there or not.
  addPerson(out, owner, 0, "boris");
  int number = 1;
  for (const auto& other : others) {
    std::vector<StoredResource> theirs;
    addPerson(theirs, other, number++, owner);
    // Among the owner's, not behind them.
    size_t step = std::max<size_t>(1, out.size() / theirs.size());
    for (size_t i = 0; i < theirs.size(); ++i)
      out.insert(out.begin() + static_cast<long>(std::min(out.size(), i * (step + 1))), theirs[i]);
  }
  return out;
}

QuerySource::QuerySource(uint64_t seed, std::vector<StoredResource> records)
    : random_(seed), records_(std::move(records)) {
  for (const auto& record : records_)
    if (std::find(types_.begin(), types_.end(), record.type) == types_.end()) types_.push_back(record.type);
}

// "Observation:subject": the references among the types in the records that may point to this type.
std::vector<std::string> QuerySource::referencesTo(const std::string& type) const {
  const auto& r4 = fhir::definitions::r4();
  std::vector<std::string> out;
  for (const auto& source : types_)
    for (const auto* parameter : r4.searchParameters(r4.type(source)->number))
      if (std::find(parameter->targets.begin(), parameter->targets.end(), type) != parameter->targets.end())
        out.push_back(source + ":" + std::string(parameter->code));
  return out;
}

std::string QuerySource::value(const std::string& type, const std::string& code) {
  const auto& r4 = fhir::definitions::r4();
  const auto* parameter = r4.searchParameter(r4.type(type)->number, code);
  static const std::vector<std::string> kTokens = {"718-7",
                                                   "http://loinc.org%7C2160-0",
                                                   "I10",
                                                   "male",
                                                   "female",
                                                   "final",
                                                   "http://example.org/family%7CF1",
                                                   "http://example.org/card%7CC0",
                                                   "http://example.org/card%7CC1",
                                                   "C2",
                                                   "active",
                                                   "AMB"};
  static const std::vector<std::string> kDates = {"2024",       "gt2024-02",    "le2024-02-11",
                                                  "2024-01-10", "ne2024-03-12", "ge2025-03-06T08:15:30%2B08:00"};
  static const std::vector<std::string> kStrings = {"Zhang", "a", "b", "boris", "clinic", "W"};
  static const std::vector<std::string> kNumbers = {"1.50", "gt1", "lt3", "2.5%7Chttp://unitsofmeasure.org%7Cmmol/L",
                                                    "0.5"};
  if (code == "_id") return any(records_).id;
  switch (parameter->type) {
    case SearchType::Token: return any(kTokens);
    case SearchType::Date: return any(kDates);
    case SearchType::String: return any(kStrings);
    case SearchType::Number:
    case SearchType::Quantity: return any(kNumbers);
    case SearchType::Reference: {
      const auto& record = any(records_);
      return oneIn(3) ? record.id : record.type + "/" + record.id;
    }
    default: return "http://example.org";
  }
}

std::string QuerySource::clause(const std::string& type, unsigned depth) {
  const auto& r4 = fhir::definitions::r4();
  if (oneIn(8)) {
    auto references = referencesTo(type);
    if (!references.empty()) {
      const std::string& reference = any(references);
      return "_has:" + reference + ":" + clause(reference.substr(0, reference.find(':')), 0);
    }
  }
  auto parameters = r4.searchParameters(r4.type(type)->number);
  const auto* parameter = parameters[random_() % parameters.size()];
  std::string code(parameter->code);
  if (parameter->type == SearchType::Reference && depth > 0 && oneIn(2) && !parameter->targets.empty()) {
    std::string target(parameter->targets[random_() % parameter->targets.size()]);
    if (std::find(types_.begin(), types_.end(), target) == types_.end()) target = "Patient";
    return code + ":" + target + "." + clause(target, depth - 1);
  }
  if (oneIn(10)) return code + ":missing=" + (oneIn(2) ? "true" : "false");
  std::string modifier = parameter->type == SearchType::Token && oneIn(6) ? ":not" : "";
  return code + modifier + "=" + value(type, code);
}

std::string QuerySource::search() {
  const std::string& type = any(types_);
  std::string query = "/" + type + "?";
  unsigned clauses = static_cast<unsigned>(random_() % 4) / 2 + (oneIn(4) ? 1 : 0);
  for (unsigned i = 0; i < clauses; ++i) query += clause(type, 2) + "&";
  if (oneIn(3)) query += oneIn(2) ? "_include=*&" : "_include=" + type + ":*&_include:iterate=Observation:subject&";
  auto references = referencesTo(type);
  if (oneIn(3) && !references.empty()) {
    query += "_revinclude=" + any(references) + "&";
    if (oneIn(2)) query += "_revinclude:iterate=Observation:has-member&";
  }
  std::vector<std::string> sorts = {"_lastUpdated", "_id"};
  for (const char* key : {"date", "birthdate", "name", "value-quantity"})
    if (fhir::definitions::r4().searchParameter(fhir::definitions::r4().type(type)->number, key))
      sorts.push_back(key);
  if (oneIn(3)) query += std::string("_sort=") + (oneIn(2) ? "-" : "") + any(sorts) + "&";
  if (oneIn(5))
    query += "_summary=count&";
  else
    query += "_count=" + std::to_string(1 + random_() % 4) + "&";
  query.pop_back();
  return query;
}

std::string QuerySource::next() {
  if (!oneIn(4)) return search();
  const auto& record = any(records_);
  std::string path = "/" + record.type + "/" + record.id;
  static const std::vector<std::string> kSpans = {"", "&_since=2025-03-06T08:15:40%2B08:00",
                                                  "&_at=2025-03-06T08:15:45",
                                                  "&_since=2025-03-06T08:15:35%2B08:00&_at=2025-03-06T08:16"};
  if (oneIn(4)) return "/" + record.type + "/_history?_count=" + std::to_string(1 + random_() % 4) + any(kSpans);
  if (oneIn(8)) return "/_history?_count=" + std::to_string(5 + random_() % 40) + any(kSpans);
  if (oneIn(3)) return path + "/_history?_count=" + std::to_string(1 + random_() % 2) + any(kSpans);
  if (oneIn(3)) return path + "/_history/" + std::to_string(1 + random_() % 2);
  return path;
}

}  // namespace tests::support
