#pragma once
// What PATCH does alone and in a Bundle (R4 3.1.0.7, 3.1.0.11.2): reading the patch, and applying it to the current
// version.

#include <optional>
#include <string_view>

#include "fhir/model/document.h"
#include "fhir/patch/patch.h"
#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/call.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest::interactions {

// The kind by Content-Type: JSON Patch, or FHIRPath Patch in JSON or XML. 415, 400 with the place.
OrRefusal<fhir::patch::Patch> readPatch(const Call& call);

// In a Bundle a JSON Patch is the data of a Binary: puts it, and its contentType, in place of the Binary.
std::optional<Answer> unpackPatch(Call& call);

// 404, 410 as for a read.
OrRefusal<record::store::Version> currentVersion(const Service& service, const Call& call, std::string_view id);

// 422 with the number of the operation and its place; 400 for a result that may not be stored.
OrRefusal<fhir::model::Document> patchedDocument(const fhir::patch::Patch& patch,
                                                 const record::store::Version& current);

}  // namespace gateway::access::rest::interactions
