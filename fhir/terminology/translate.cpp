// ConceptMap/$translate (FHIR R4 4.10.6.1).

#include <algorithm>

#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/loaded_terminology.h"

namespace fhir::terminology {
namespace {

constexpr size_t kMostMaps = 16;  // other-maps one after the other

class Translation {
 public:
  Translation(const LoadedTerminology& terminology, const TranslateQuestion& question)
      : terminology_(terminology), question_(question) {}

  base::Result<TranslateAnswer> run() {
    if (question_.inline_map) {
      RETURN_IF_ERROR(useMap(*question_.inline_map));
    } else if (!question_.url.empty()) {
      const ConceptMap* map = terminology_.conceptMap(question_.url);
      if (!map) return unknownMap(question_.url);
      RETURN_IF_ERROR(useMap(*map));
    } else {
      for (const ConceptMap* map : terminology_.conceptMaps()) {
        if (fits(*map)) RETURN_IF_ERROR(useMap(*map));
      }
    }
    for (const TranslateMatch& match : answer_.matches) {
      answer_.result = answer_.result || isMatch(match.equivalence);
    }
    if (!answer_.result)
      answer_.message = answer_.matches.empty() ? "no mapping is known" : "mapped to nothing on purpose";
    return std::move(answer_);
  }

 private:
  static base::Error unknownMap(std::string_view url) {
    return {base::Why::NotFound, "the concept map " + std::string(url) + " is not known here", "url"};
  }

  bool fits(const ConceptMap& map) const {
    auto agrees = [](std::string_view asked, std::string_view scope) {
      return asked.empty() || splitCanonical(asked).url == splitCanonical(scope).url;
    };
    std::string_view source = question_.reverse ? map.targetScope() : map.sourceScope();
    std::string_view target = question_.reverse ? map.sourceScope() : map.targetScope();
    return agrees(question_.source, source) && agrees(question_.target, target);
  }

  base::Done useMap(const ConceptMap& map) {
    for (const Coding& coding : question_.codings) RETURN_IF_ERROR(useMapFor(map, coding));
    return {};
  }

  base::Done useMapFor(const ConceptMap& map, const Coding& coding) {
    auto circle = std::find(open_.begin(), open_.end(), &map);
    if (circle != open_.end() || open_.size() >= kMostMaps) {
      std::string path;
      for (const ConceptMap* one : open_) path += one->url() + " -> ";
      return base::invalid("the concept maps form a circle: " + path + map.url(), "unmapped.url");
    }
    open_.push_back(&map);
    for (const ConceptMapGroup& group : map.groups()) {
      RETURN_IF_ERROR(question_.reverse ? useGroupBackwards(map, group, coding) : useGroup(map, group, coding));
    }
    open_.pop_back();
    return {};
  }

  base::Done useGroup(const ConceptMap& map, const ConceptMapGroup& group, const Coding& coding) {
    if (!coding.system.empty() && group.source != coding.system) return {};
    if (!coding.version.empty() && !group.source_version.empty() && group.source_version != coding.version) return {};
    if (!question_.target_system.empty() && group.target != question_.target_system) return {};
    auto elements = group.find(coding.code);
    for (const ConceptMapElement* element : elements) {
      for (const ConceptMapTarget& target : element->targets) addTarget(map, group, target);
      // An element without a target says that there is none.
      if (element->targets.empty()) add(map, {Equivalence::Unmatched, {}, {}, {}, {}, {}});
    }
    return elements.empty() ? useUnmapped(map, group, coding) : base::Done();
  }

  void addTarget(const ConceptMap& map, const ConceptMapGroup& group, const ConceptMapTarget& target) {
    TranslateMatch match;
    match.equivalence = target.equivalence;
    if (!dependenciesHold(target, match.depends_on)) return;
    if (!target.code.empty())
      match.concept_coding = {group.target, group.target_version, target.code, target.display};
    match.comment = target.comment;
    match.products = target.products;
    add(map, std::move(match));
  }

  // A dependency that the question answers otherwise rules the target out; one that it leaves open stays in `open`.
  bool dependenciesHold(const ConceptMapTarget& target, std::vector<MappingAttribute>& open) const {
    for (const MappingAttribute& wanted : target.depends_on) {
      auto given = std::find_if(question_.dependencies.begin(), question_.dependencies.end(),
                                [&](const MappingAttribute& one) { return one.property == wanted.property; });
      if (given == question_.dependencies.end()) {
        open.push_back(wanted);
        continue;
      }
      bool same_system = wanted.system.empty() || given->system.empty() || wanted.system == given->system;
      if (given->value != wanted.value || !same_system) return false;
    }
    return true;
  }

  base::Done useUnmapped(const ConceptMap& map, const ConceptMapGroup& group, const Coding& coding) {
    switch (group.unmapped) {
      case UnmappedMode::None: return {};
      case UnmappedMode::Provided: {
        TranslateMatch match;
        match.equivalence = Equivalence::Equal;
        match.concept_coding = {group.target, group.target_version, coding.code, coding.display};
        add(map, std::move(match));
        return {};
      }
      case UnmappedMode::Fixed: {
        TranslateMatch match;
        match.equivalence = Equivalence::Inexact;
        match.concept_coding = {group.target, group.target_version, group.unmapped_code, group.unmapped_display};
        add(map, std::move(match));
        return {};
      }
      case UnmappedMode::OtherMap: {
        const ConceptMap* other = terminology_.conceptMap(group.unmapped_url);
        if (!other) return unknownMap(group.unmapped_url);
        return useMapFor(*other, coding);
      }
    }
    return {};
  }

  base::Done useGroupBackwards(const ConceptMap& map, const ConceptMapGroup& group, const Coding& coding) {
    if (!coding.system.empty() && group.target != coding.system) return {};
    if (!question_.target_system.empty() && group.source != question_.target_system) return {};
    for (const ConceptMapElement& element : group.elements) {
      for (const ConceptMapTarget& target : element.targets) {
        if (target.code != coding.code || coding.code.empty()) continue;
        TranslateMatch match;
        match.equivalence = reversed(target.equivalence);
        match.concept_coding = {group.source, group.source_version, element.code, element.display};
        match.comment = target.comment;
        add(map, std::move(match));
      }
    }
    return {};
  }

  void add(const ConceptMap& map, TranslateMatch match) {
    match.source_map = map.url();
    answer_.matches.push_back(std::move(match));
  }

  const LoadedTerminology& terminology_;
  const TranslateQuestion& question_;
  std::vector<const ConceptMap*> open_;
  TranslateAnswer answer_;
};

}  // namespace

base::Result<TranslateAnswer> translate(const LoadedTerminology& terminology, const TranslateQuestion& question) {
  return Translation(terminology, question).run();
}

}  // namespace fhir::terminology
