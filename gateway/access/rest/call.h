#pragma once
// Call: one interaction as asked for, in FHIR's terms: of an HTTP request (rest.cpp), or of an entry of a batch or
// transaction Bundle (interactions/bundle_entries.cpp). Plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "gateway/record/search/query_parser.h"
#include "gateway/record/search/rights.h"

namespace gateway::access::rest {

enum class Return : uint8_t { Representation, Minimal, Outcome };

// Prefer (R4 3.1.0.1.1).
struct Preferences {
  std::optional<Return> returns;
  bool lenient = false;  // handling=lenient
};

// If-Match, If-None-Match (R4 3.1.0.5): weak or strong, compared by their version.
struct EntityTags {
  bool any = false;  // *
  std::vector<uint64_t> versions;
  bool empty() const { return !any && versions.empty(); }
};

struct Preconditions {
  EntityTags if_match;
  EntityTags if_none_match;
  std::optional<int64_t> if_modified_since;  // seconds since 1970
  std::string if_none_exist;                 // the criteria, percent-encoded as sent
};

struct Call {
  explicit Call(record::search::Rights the_rights) : rights(std::move(the_rights)) {}

  std::string method;
  fhir::definitions::TypeNumber type = 0;
  std::string type_name;
  std::string id;
  std::string operation;  // "expand" of $expand; empty: an interaction
  uint64_t version = 0;
  record::search::QueryParameters parameters;  // decoded; without _format and _pretty
  Preferences preferences;
  std::string accept_language;
  Preconditions preconditions;
  std::string body;
  std::string media_type;        // of the body, as sent
  std::string security_context;  // X-Security-Context, beside the content of a Binary
  bool wants_content = false;    // a Binary as its content, not as a resource (R4 2.41.5)
  record::search::Rights rights;
  std::optional<uint64_t> as_of;  // GET entries of a transaction see its commit
};

}  // namespace gateway::access::rest
