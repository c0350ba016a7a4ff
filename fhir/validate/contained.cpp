// Contained resources: dom-2 to dom-6 (R4 2.3.0.3 and DomainResource). Written in C++: the published dom-3 reads
// every element of the resource once for each contained one.

#include <unordered_set>

#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr base::Name kContained("contained"), kId("id"), kMeta("meta"), kText("text"), kVersionId("versionId"),
    kLastUpdated("lastUpdated"), kSecurity("security");

// Fragments "#id" that the resource uses, as reference, canonical, uri or url.
struct Fragments {
  std::unordered_set<std::string_view> named;
  std::unordered_set<uint32_t> to_container;  // contained resources that refer to their container
};

}  // namespace

void Pass::checkContained(uint32_t resource) {
  static const auto& r4 = definitions::r4();
  static const definitions::TypeNumber domain = r4.type("DomainResource")->number, uri = r4.type("uri")->number,
                                       reference = r4.type("Reference")->number;
  if (!r4.isSubtypeOf(record(resource).type, domain)) return;
  if (!isContained(resource)) {
    const uint32_t text = child(resource, kText);
    if (text == kNone)
      warning(resource, "invariant", "dom-6", "a resource should have narrative for robust management");
  }
  const uint32_t first = child(resource, kContained);
  if (first == kNone) return;
  if (isContained(resource)) {
    error(first, "invariant", "dom-2", "a contained resource may not contain others");
    return;
  }
  std::vector<uint32_t> contained;
  for (uint32_t i = first; i != kNone; i = nextNamed(i)) contained.push_back(i);
  Fragments fragments;
  for (uint32_t i = resource; i < endOf(resource); ++i) {
    const model::Record& one = record(i);
    if (one.kind != model::JsonKind::String || one.type == 0) continue;
    if (!r4.isSubtypeOf(one.type, uri) && record(one.parent).type != reference) continue;
    const std::string_view text = value(i);
    if (!text.starts_with('#')) continue;
    if (text.size() > 1) {
      fragments.named.insert(text.substr(1));
    } else if (const uint32_t from = resourceOf(i); isContained(from)) {
      fragments.to_container.insert(from);
    }
  }
  std::unordered_set<std::string_view> ids;
  for (uint32_t i : contained) {
    if (!isResource(i)) continue;
    const std::string_view id = childValue(i, kId);
    if (!fragments.to_container.contains(i) && (id.empty() || !fragments.named.contains(id)))
      error(i, "invariant", "dom-3", "nothing in the resource refers to this contained resource");
    if (!id.empty() && !ids.insert(id).second)
      error(i, "duplicate", "contained-id", "another contained resource has the same id");
    const uint32_t meta = child(i, kMeta);
    if (meta == kNone) continue;
    for (const base::Name& name : {kVersionId, kLastUpdated})
      if (uint32_t found = child(meta, name); found != kNone)
        error(found, "invariant", "dom-4", "a contained resource has no versionId and no lastUpdated");
    if (uint32_t found = child(meta, kSecurity); found != kNone)
      error(found, "invariant", "dom-5", "a contained resource has no security label");
  }
}

}  // namespace fhir::validate
