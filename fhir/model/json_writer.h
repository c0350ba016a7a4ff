#pragma once
// Writing resources. The sender's members keep their order and their number text; white space goes.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/document.h"

namespace fhir::model {

// Compact JSON of the node as it was read (a resource, or an element such as one HumanName).
std::string writeJson(path::Node node);
// Indented by two spaces, for people.
std::string writePrettyJson(path::Node node);
// Appends `text` as a JSON string with quotes and escapes.
void appendJsonString(std::string& out, std::string_view text);

// The form in which versions are stored (gateway/docs/data_formats.md):
//   {"resourceType":"T","id":"I","meta":{<meta without versionId and lastUpdated>},<all else in order>}
// so that versionId and lastUpdated are spliced in by position when it is read.
struct StoredFormOptions {
  std::string_view id;
  // Asked for each literal Reference.reference (not contained #...); a text replaces it.
  std::function<std::optional<std::string>(std::string_view reference)> rewrite_reference;
};
std::string storedForm(const Document& document, const StoredFormOptions& options);

// The stored form with versionId and lastUpdated ("2025-03-06T08:15:28.000+08:00") put in.
std::string withVersion(std::string_view stored, std::string_view version_id, std::string_view last_updated);

// 128-bit content hash (half of a SHA-256: senders must not be able to make two contents collide) over members
// sorted by name, strings unescaped, numbers verbatim, without the resource's own id, meta.versionId and
// meta.lastUpdated: equal means "unchanged" (design decision 12). 32 hex digits.
std::string contentHash(const Document& document);

}  // namespace fhir::model
