// The date by which a clinic's screen orders resources: the first search parameter of the list that has a value.

#include <string_view>
#include <vector>

#include "fhir/index/extractor.h"

namespace fhir::index {
namespace {

struct Preference {
  const char* type;
  const char* codes[4];  // search parameters, best first; the rest nullptr
};

constexpr Preference kPreferences[] = {
    {"Condition", {"onset-date", "recorded-date", "abatement-date"}},
    {"AllergyIntolerance", {"date", "onset", "last-date"}},
    {"MedicationRequest", {"authoredon", "date"}},
    {"MedicationDispense", {"whenhandedover", "whenprepared"}},
    {"MedicationAdministration", {"effective-time"}},
    {"MedicationStatement", {"effective"}},
    {"ServiceRequest", {"authored", "occurrence"}},
    {"DeviceRequest", {"authored-on", "event-date"}},
    {"NutritionOrder", {"datetime"}},
    {"Specimen", {"collected"}},
    {"DiagnosticReport", {"date", "issued"}},
    {"ImagingStudy", {"started"}},
    {"DocumentReference", {"date", "period"}},
    {"Media", {"created"}},
    {"Claim", {"created"}},
    {"ClaimResponse", {"created", "payment-date"}},
    {"ExplanationOfBenefit", {"created"}},
    {"Communication", {"sent", "received"}},
    {"CommunicationRequest", {"authored", "occurrence"}},
    {"Task", {"authored-on", "period", "modified"}},
    {"Goal", {"start-date", "target-date"}},
    {"QuestionnaireResponse", {"authored"}},
    {"Provenance", {"recorded", "when"}},
    {"DetectedIssue", {"identified"}},
    {"ChargeItem", {"occurrence", "entered-date"}},
    {"VisionPrescription", {"datewritten"}},
    {"Slot", {"start"}},
};

// Parameters whose date is about the resource's event in any other type.
constexpr const char* kUsual[] = {"date", "period", "created", "authored"};

using Numbers = std::vector<definitions::ParameterNumber>;

std::vector<Numbers> makeNumbers() {
  const auto& r4 = definitions::r4();
  std::vector<Numbers> out(r4.types().size() + 1);
  std::vector<bool> listed(out.size());
  auto add = [&](definitions::TypeNumber type, const char* code) {
    const definitions::SearchParameter* parameter = r4.searchParameter(type, code);
    if (parameter != nullptr && parameter->type == definitions::SearchType::Date)
      out[type].push_back(parameter->number);
  };
  for (const Preference& preference : kPreferences) {
    const definitions::TypeNumber type = r4.type(preference.type)->number;
    listed[type] = true;
    for (const char* code : preference.codes)
      if (code != nullptr) add(type, code);
  }
  for (const definitions::Type& type : r4.types()) {
    if (!r4.isResource(type.number) || listed[type.number]) continue;
    for (const char* code : kUsual) add(type.number, code);
  }
  return out;
}

}  // namespace

int64_t Extractor::clinicalDate(const model::Document& document, const std::vector<SearchValue>& values) const {
  static const std::vector<Numbers> numbers = makeNumbers();
  if (document.type() == 0) return INT64_MIN;
  for (definitions::ParameterNumber number : numbers[document.type()])
    for (const SearchValue& value : values) {
      if (value.parameter != number) continue;
      if (value.date.low != INT64_MIN) return value.date.low;
      if (value.date.high != INT64_MAX) return value.date.high;
    }
  return INT64_MIN;
}

}  // namespace fhir::index
