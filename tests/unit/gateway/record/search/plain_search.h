#pragma once
// The search written down as plainly as the specification says it: every resource is looked at, nothing is indexed.
// What the store answers is held to this.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fhir/base/temporal.h"
#include "fhir/model/document.h"
#include "fhir/terminology/ucum.h"
#include "gateway/record/search/derived_parameters.h"
#include "random_county.h"
#include "trial_record.h"

namespace gateway::record::search {

using fhir::base::Decimal;
using fhir::definitions::SearchType;
using fhir::definitions::TypeNumber;
using fhir::index::SearchValue;

struct PlainResource {
  TypeNumber type = 0;
  std::string id, json;
  std::vector<SearchValue> values;
  std::vector<std::string> patients;
  // Observation.value, since search values hold bounds only.
  std::optional<Decimal> number;
  std::string unit;
  int64_t last_updated = 0;
  uint64_t commit = 0;
};

class PlainSearch {
 public:
  void put(const Resource& resource, int64_t last_updated) {
    const auto known = resources_.find({fhir::definitions::r4().type(resource.type)->number, resource.id});
    if (known != resources_.end() && known->second.json == resource.json) return;  // nothing changes
    fhir::base::Findings findings;
    fhir::base::Arena arena;
    auto document = fhir::model::Document::readResource(resource.json, findings);
    PlainResource plain;
    plain.type = document->type();
    plain.id = resource.id;
    plain.json = resource.json;
    plain.values = trialExtractor().extract(*document, arena, findings);
    plain.patients = trialExtractor().patientCompartments(*document, resource.id, plain.values);
    auto quantity = fhir::model::Document::child(document->root(), "value");
    if (quantity.tree != nullptr) {
      auto value = fhir::model::Document::child(quantity, "value");
      plain.number = *Decimal::parse(fhir::model::Document::text(value));
      plain.unit = fhir::model::Document::text(fhir::model::Document::child(quantity, "code"));
    }
    plain.last_updated = last_updated;
    plain.commit = ++commits_;
    resources_[{plain.type, plain.id}] = std::move(plain);
  }
  void remove(TypeNumber type, const std::string& id) { resources_.erase({type, id}); }
  bool has(TypeNumber type, const std::string& id) const { return resources_.count({type, id}) != 0; }

  // Ids in the order of the answer.
  std::vector<std::string> find(const SearchQuery& query, const Rights& rights) const {
    std::vector<const PlainResource*> found;
    for (const auto& [key, resource] : resources_) {
      if (resource.type == query.type && sees(rights, resource) && all(query, resource, rights)) {
        found.push_back(&resource);
      }
    }
    std::sort(found.begin(), found.end(), [&](const auto* a, const auto* b) { return before(query, *a, *b); });
    std::vector<std::string> ids;
    for (const auto* resource : found) ids.push_back(resource->id);
    return ids;
  }

  // "Type/id" of what a page with these matches includes.
  std::set<std::string> included(const SearchQuery& query, const std::vector<std::string>& matches,
                                 const Rights& rights) const {
    std::set<std::pair<TypeNumber, std::string>> seen;
    std::vector<const PlainResource*> round;
    for (const auto& id : matches) {
      seen.insert({query.type, id});
      round.push_back(&resources_.at({query.type, id}));
    }
    std::set<std::string> names;
    for (int iteration = 0; iteration <= 3; ++iteration) {
      std::vector<const PlainResource*> next;
      for (const auto* resource : round) {
        for (const auto& include : query.includes) {
          if (iteration > 0 && !include.iterate) continue;
          for (const auto* hit : reached(include, *resource, rights)) {
            if (!seen.insert({hit->type, hit->id}).second) continue;
            names.insert(std::string(definitions_.type(hit->type)->name) + "/" + hit->id);
            next.push_back(hit);
          }
        }
      }
      round = next;
    }
    return names;
  }

 private:
  bool sees(const Rights& rights, const PlainResource& resource) const {
    if (rights.unrestricted()) return true;
    if (rights.seesNothing()) return false;
    if (definitions_.patientCompartment(resource.type) == nullptr) return true;  // only Organization here
    for (const auto& patient : resource.patients) {
      const auto& mine = rights.patients();
      if (std::find(mine.begin(), mine.end(), patient) != mine.end()) return true;
    }
    return false;
  }

  std::vector<const PlainResource*> reached(const Include& include, const PlainResource& from,
                                            const Rights& rights) const {
    std::vector<const PlainResource*> hits;
    auto wanted = [&](const SearchValue& value) {
      return value.type == SearchType::Reference && !value.reference.id.empty() &&
             (include.wildcard || value.parameter == include.parameter->number);
    };
    if (!include.reverse) {
      if (include.source != 0 && include.source != from.type) return hits;
      for (const auto& value : from.values) {
        if (!wanted(value)) continue;
        const auto* target = lookUp(value.reference.type, value.reference.id);
        if (target == nullptr || !sees(rights, *target)) continue;
        if (include.target == 0 || include.target == target->type) hits.push_back(target);
      }
      return hits;
    }
    if (include.target != 0 && include.target != from.type) return hits;
    for (const auto& [key, source] : resources_) {
      if (source.type != include.source || !sees(rights, source)) continue;
      for (const auto& value : source.values) {
        if (wanted(value) && refers(value, from)) hits.push_back(&source);
      }
    }
    return hits;
  }

  const PlainResource* lookUp(std::string_view type, const std::string& id) const {
    const auto* known = definitions_.type(type);
    auto found = known == nullptr ? resources_.end() : resources_.find({known->number, id});
    return found == resources_.end() ? nullptr : &found->second;
  }
  bool refers(const SearchValue& value, const PlainResource& to) const {
    return value.reference.type == definitions_.type(to.type)->name && value.reference.id == to.id;
  }

  bool all(const SearchQuery& query, const PlainResource& resource, const Rights& rights) const {
    for (const auto& clause : query.all_of) {
      if (!holds(clause, resource, rights)) return false;
    }
    return true;
  }

  bool holds(const SearchClause& clause, const PlainResource& resource, const Rights& rights) const {
    std::string_view code = clause.parameter->code;
    if (clause.reverse_type != 0) {
      for (const auto& [key, source] : resources_) {
        if (source.type != clause.reverse_type || !sees(rights, source)) continue;
        for (const auto& value : source.values) {
          if (value.parameter == clause.parameter->number && refers(value, resource) &&
              holds(*clause.chain, source, rights)) {
            return true;
          }
        }
      }
      return false;
    }
    if (clause.chain) {
      for (const auto& value : resource.values) {
        if (value.parameter != clause.parameter->number) continue;
        const auto* target = lookUp(value.reference.type, value.reference.id);
        if (target != nullptr && target->type == clause.target && sees(rights, *target) &&
            holds(*clause.chain, *target, rights)) {
          return true;
        }
      }
      return false;
    }
    if (clause.modifier == Modifier::Missing) {
      bool present = false;
      for (const auto& value : resource.values) present = present || value.parameter == clause.parameter->number;
      return present != clause.any_of[0].missing;
    }
    bool any = false;
    for (const auto& operand : clause.any_of) {
      if (code == "_id") {
        any = any || resource.id == operand.code;
      } else if (code == "_lastUpdated") {
        any = any || span(operand, resource.last_updated, resource.last_updated + 1);
      } else {
        for (const auto& value : resource.values) {
          if (value.parameter == clause.parameter->number) any = any || fits(clause, operand, value, resource);
        }
      }
    }
    return any != (clause.modifier == Modifier::Not);
  }

  bool fits(const SearchClause& clause, const SearchOperand& operand, const SearchValue& value,
            const PlainResource& resource) const {
    switch (value.type) {
      case SearchType::Token: {
        if (operand.system && *operand.system != value.token.system) return false;
        return operand.code.empty() || operand.code == value.token.code;
      }
      case SearchType::String: {
        if (clause.modifier == Modifier::Exact) return value.string.text == operand.text;
        std::string text = fhir::index::folded(value.string.text);
        std::string part = fhir::index::folded(operand.text);
        return clause.modifier == Modifier::Contains ? text.find(part) != std::string::npos : text.starts_with(part);
      }
      case SearchType::Reference:
        return value.reference.id == operand.reference_id &&
               (operand.reference_type.empty() || operand.reference_type == value.reference.type);
      case SearchType::Date: return span(operand, value.date.low, value.date.high);
      case SearchType::Quantity: return quantity(operand, resource);
      case SearchType::Composite: {
        auto parts = componentsOf(definitions_, *clause.parameter);
        for (size_t i = 0; i < parts.size(); ++i) {
          SearchClause part;
          part.parameter = parts[i];
          if (!fits(part, operand.parts[i], value.parts[i], resource)) return false;
        }
        return true;
      }
      default: return false;
    }
  }

  static bool span(const SearchOperand& operand, int64_t low, int64_t high) {
    int64_t a = operand.date.low, b = operand.date.high;
    bool within = low >= a && high <= b;
    switch (operand.prefix) {
      case Prefix::Eq: return within;
      case Prefix::Ne: return !within;
      case Prefix::Gt: return high > b;
      case Prefix::Lt: return low < a;
      case Prefix::Ge: return high > a;
      case Prefix::Le: return low < b;
      case Prefix::Sa: return low >= b;
      case Prefix::Eb: return high <= a;
      case Prefix::Ap: return low < b + (b - a) && high > a - (b - a);
    }
    return false;
  }

  static bool quantity(const SearchOperand& operand, const PlainResource& resource) {
    Decimal t = *resource.number;
    if (!operand.code.empty()) {
      if (operand.unit_system.empty()) {
        if (operand.code != resource.unit) return false;
      } else {
        auto from = fhir::terminology::UcumUnit::parse(resource.unit);
        auto to = fhir::terminology::UcumUnit::parse(operand.code);
        auto converted = fhir::terminology::convert(t, *from, *to);
        if (!converted) return false;
        t = *converted;
      }
    }
    Decimal v = operand.decimal;
    bool equal = v.lowerBound() <= t && t < v.upperBound();
    Decimal tenth = *v.absolute().multiply(*Decimal::parse("0.1"));
    switch (operand.prefix) {
      case Prefix::Eq: return equal;
      case Prefix::Ne: return !equal;
      case Prefix::Gt:
      case Prefix::Sa: return t > v;
      case Prefix::Lt:
      case Prefix::Eb: return t < v;
      case Prefix::Ge: return t >= v;
      case Prefix::Le: return t <= v;
      case Prefix::Ap: return t >= *v.subtract(tenth) && t <= *v.add(tenth);
    }
    return false;
  }

  // -1, 0, 1; nothing sorts last.
  template <typename T>
  static int compared(const std::optional<T>& a, const std::optional<T>& b, bool descending) {
    if (!a || !b) return a ? -1 : (b ? 1 : 0);
    if (*a == *b) return 0;
    return (*a < *b) != descending ? -1 : 1;
  }

  bool before(const SearchQuery& query, const PlainResource& a, const PlainResource& b) const {
    for (const auto& key : query.sort) {
      int order = 0;
      if (key.parameter->code == "_id") {
        order = compared(std::optional(a.id), std::optional(b.id), key.descending);
      } else if (key.parameter->code == "_lastUpdated") {
        order = compared(std::optional(a.commit), std::optional(b.commit), key.descending);
      } else if (key.parameter->type == SearchType::Date) {
        order = compared(moment(a, key), moment(b, key), key.descending);
      } else {
        order = compared(text(a, key), text(b, key), key.descending);
      }
      if (order != 0) return order < 0;
    }
    return a.commit > b.commit;
  }
  static std::optional<int64_t> moment(const PlainResource& resource, const SortKey& key) {
    std::optional<int64_t> best;
    for (const auto& value : resource.values) {
      if (value.parameter != key.parameter->number) continue;
      if (!best || (key.descending ? value.date.low > *best : value.date.low < *best)) best = value.date.low;
    }
    return best;
  }
  static std::optional<std::string> text(const PlainResource& resource, const SortKey& key) {
    std::optional<std::string> best;
    for (const auto& value : resource.values) {
      if (value.parameter != key.parameter->number) continue;
      std::string folded = fhir::index::folded(value.string.text);
      if (!best || (key.descending ? folded > *best : folded < *best)) best = folded;
    }
    return best;
  }

  const fhir::definitions::Definitions& definitions_ = fhir::definitions::r4();
  std::map<std::pair<TypeNumber, std::string>, PlainResource> resources_;
  uint64_t commits_ = 0;
};

}  // namespace gateway::record::search
