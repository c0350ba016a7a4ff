// References (R4 2.3.0): their form, contained targets (ref-1), and the types that an element may point to.

#include "fhir/model/reference.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr base::Name kReference("reference"), kType("type"), kId("id"), kContained("contained"), kEntry("entry"),
    kFullUrl("fullUrl"), kResource("resource");

bool hasScheme(std::string_view text) {
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && text.substr(0, colon).find('/') == std::string_view::npos;
}

bool isConditional(std::string_view literal) {
  const size_t question = literal.find('?');
  if (question == std::string_view::npos) return false;
  const auto* type = definitions::r4().type(literal.substr(0, question));
  return type != nullptr && definitions::r4().isResource(type->number);
}

definitions::TypeNumber resourceType(std::string_view name) {
  const auto* type = name.empty() ? nullptr : definitions::r4().type(name);
  return type != nullptr && definitions::r4().isResource(type->number) ? type->number : definitions::TypeNumber{0};
}

std::string withoutVersion(std::string_view url) { return std::string(url.substr(0, url.find("/_history/"))); }

}  // namespace

void Pass::fillEntries() {
  entries_filled_ = true;
  for (uint32_t entry = child(0, kEntry); entry != kNone; entry = nextNamed(entry)) {
    const uint32_t resource = child(entry, kResource);
    if (resource == kNone || !isResource(resource)) continue;
    const std::string_view url = childValue(entry, kFullUrl), id = childValue(resource, kId);
    if (!url.empty()) entries_.emplace(withoutVersion(url), resource);
    if (!id.empty())
      entries_.emplace(std::string(definitions::r4().type(record(resource).type)->name) + "/" + std::string(id),
                       resource);
  }
}

uint32_t Pass::entryOf(std::string_view literal, uint32_t from) {
  static const definitions::TypeNumber bundle = definitions::r4().type("Bundle")->number;
  if (tree.type != bundle || literal.empty()) return kNone;
  if (!entries_filled_) fillEntries();
  const std::string wanted = withoutVersion(literal.substr(0, literal.find('#')));
  if (hasScheme(wanted)) {
    auto found = entries_.find(wanted);
    return found == entries_.end() ? kNone : found->second;
  }
  // Relative: to the base of the entry that holds it, when that has one (R4 2.36.4.1).
  uint32_t resource = containerOf(from);
  const uint32_t entry = resource == 0 ? 0 : record(resource).parent;
  const auto own = model::parseReference(childValue(entry, kFullUrl));
  if (own && !own->base.empty()) {
    auto found = entries_.find(std::string(own->base) + "/" + wanted);
    if (found != entries_.end()) return found->second;
  }
  auto found = entries_.find(wanted);
  return found == entries_.end() ? kNone : found->second;
}

Pass::Target Pass::targetOf(uint32_t reference) {
  Target target;
  const std::string_view literal = childValue(reference, kReference);
  if (literal.starts_with('#')) {
    target.contained = true;
    const uint32_t container = containerOf(reference);
    if (literal.size() == 1) {
      target.record = container;
    } else {
      for (uint32_t i = child(container, kContained); i != kNone; i = nextNamed(i))
        if (childValue(i, kId) == literal.substr(1)) target.record = i;
    }
  } else if (!literal.empty()) {
    target.record = entryOf(literal, reference);
    if (target.record == kNone)
      if (auto parsed = model::parseReference(literal)) target.type = resourceType(parsed->type);
    if (target.record == kNone && isConditional(literal))
      target.type = resourceType(literal.substr(0, literal.find('?')));
  }
  if (target.record != kNone) target.type = record(target.record).type;
  if (target.type == 0 && target.record == kNone) target.type = resourceType(childValue(reference, kType));
  return target;
}

void Pass::checkReference(uint32_t index) {
  const std::string_view literal = childValue(index, kReference);
  const Target target = targetOf(index);
  if (target.contained && target.record == kNone)
    error(index, "invariant", "ref-1", "the reference leads to a contained resource that is not there");
  if (!literal.empty() && !target.contained && !hasScheme(literal)) {
    const auto parsed = model::parseReference(literal);
    const bool fits = parsed && resourceType(parsed->type) != 0 && model::isValidId(parsed->id);
    if (!fits && !isConditional(literal))
      error(child(index, kReference), "value", "reference-format",
            "a relative reference has the form Type/id with a resource type of R4");
  }
  const uint32_t type = child(index, kType);
  if (type != kNone && !literal.empty() && target.type != 0 && resourceType(value(type)) != 0 &&
      resourceType(value(type)) != target.type)
    error(type, "value", "reference-target", "the type is not that of the resource referred to");
  if (target.type == 0 || record(index).element == 0) return;
  const auto& targets = definitions::r4().allElements()[record(index).element - 1].targets;
  for (std::string_view allowed : targets)
    if (allowed == "Resource" || resourceType(allowed) == target.type) return;
  if (!targets.empty())
    error(index, "value", "reference-target",
          "this element may not refer to a " + std::string(definitions::r4().type(target.type)->name));
}

}  // namespace fhir::validate
