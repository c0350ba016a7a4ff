#pragma once
// The entries of a batch or transaction Bundle, read into what they ask for (R4 3.1.0.11), and the answers to them
// written as entries of the response Bundle.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/document.h"
#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/bundle_writer.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/router.h"

namespace gateway::access::rest::interactions {

struct AskedEntry {
  size_t index = 0;  // in the Bundle
  std::string full_url;
  fhir::path::Node resource;      // tree == nullptr: none
  Route route;                    // of request.method and request.url
  std::optional<Call> call;       // without the body
  std::optional<Answer> refusal;  // what is wrong with this entry by itself

  std::string place() const { return "Bundle.entry[" + std::to_string(index) + "]"; }
};

// Everything that can be wrong with one entry is in its `refusal`; wrong with the Bundle: too many entries.
OrRefusal<std::vector<AskedEntry>> readEntries(const Service& service, const Call& call,
                                               const fhir::model::Document& bundle);

// The JSON text of a node.
std::string_view textOf(const fhir::model::Document& document, fhir::path::Node node);
std::vector<fhir::path::Node> childrenOf(fhir::path::Node node);
// The text of a primitive child; empty when there is none.
std::string memberText(fhir::path::Node node, std::string_view name);

// Issues that name a place in the entry's resource name it in the Bundle instead.
void placeIn(const AskedEntry& entry, Answer& answer);

void addAnswer(const Service& service, const AskedEntry& entry, const Answer& answer, BundleWriter& bundle);

Answer batch(const Service& service, const Call& call, const fhir::model::Document& bundle);
Answer transaction(const Service& service, const Call& call, const fhir::model::Document& bundle);

}  // namespace gateway::access::rest::interactions
