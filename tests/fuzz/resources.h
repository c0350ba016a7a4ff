#pragma once
// Two resources that expressions and views are tried on.

#include <string_view>

constexpr std::string_view kPatient =
    R"({"resourceType":"Patient","id":"p","meta":{"tag":[{"system":"s","code":"c"}]},
"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/>\u4e2d</div>"},
"contained":[{"resourceType":"Organization","id":"o","name":"O"}],"identifier":[{"system":"urn:oid:1.2","value":"7"}],
"name":[{"use":"official","family":"\u738b","given":["A","B"]},{"use":"usual","given":["A"],"_given":[{"id":"g"}]}],
"active":true,"birthDate":"1970-02-28","_birthDate":{"extension":[{"url":"u","valueDateTime":"1970-02-28T10:00:00+08:00"}]},
"multipleBirthInteger":2,"managingOrganization":{"reference":"#o"},"contact":[{"name":{"text":"x"}},{"gender":"male"}]})";
constexpr std::string_view kObservation =
    R"({"resourceType":"Observation","id":"b","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]},
"effectivePeriod":{"start":"2020-01-01","end":"2020-01-02T10:00:00.5Z"},"issued":"2020-02-29T23:59:60Z",
"valueQuantity":{"value":1.50,"system":"http://unitsofmeasure.org","code":"mg/dL","unit":"mg/dl"},
"component":[{"code":{"text":"c"},"valueQuantity":{"value":-3e5,"unit":"x"}},{"code":{"text":"d"},"valueTime":"10:00"},
{"code":{"text":"e"},"valueInteger":2147483647},{"code":{"text":"f"},"valueSampledData":{"origin":{"value":0.00001},"period":10,"dimensions":1}}]})";
constexpr std::string_view kResources[] = {kPatient, kObservation};
