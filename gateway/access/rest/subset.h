#pragma once
// _summary and _elements (R4 3.1.1.5.8, 3.1.1.5.9): a part of a resource, marked with the tag SUBSETTED.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "gateway/access/rest/answer.h"
#include "gateway/record/search/query_parser.h"
#include "gateway/record/search/search_query.h"

namespace gateway::access::rest {

struct Subset {
  record::search::Summary summary = record::search::Summary::False;
  std::vector<std::string> elements;  // empty: all
  bool everything() const {
    return elements.empty() &&
           (summary == record::search::Summary::False || summary == record::search::Summary::Count);
  }
};

// The _summary and _elements of a read. _summary=count has no meaning there and is refused.
OrRefusal<Subset> subsetOf(const record::search::QueryParameters& parameters);

// Keeps: id, meta and resourceType always; with `elements` those and the mandatory ones; true: the elements marked as
// summary, at every depth; text: text and the mandatory ones; data: all but text.
std::string subsetted(std::string_view json, fhir::definitions::TypeNumber type, const Subset& subset,
                      const fhir::definitions::Definitions& definitions);

}  // namespace gateway::access::rest
