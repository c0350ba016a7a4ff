// ValueSet resource -> ValueSet.

#include "fhir/base/text.h"
#include "fhir/terminology/resource_reading.h"
#include "fhir/terminology/value_set.h"

namespace fhir::terminology {

using model::Document;
using path::Node;

namespace {

constexpr std::string_view kSupplement = "http://hl7.org/fhir/StructureDefinition/valueset-supplement";

struct NamedOperator {
  std::string_view name;
  FilterOperator op;
};
constexpr NamedOperator kOperators[] = {
    {"=", FilterOperator::Equal},
    {"is-a", FilterOperator::IsA},
    {"descendent-of", FilterOperator::DescendentOf},
    {"is-not-a", FilterOperator::IsNotA},
    {"regex", FilterOperator::Regex},
    {"in", FilterOperator::In},
    {"not-in", FilterOperator::NotIn},
    {"generalizes", FilterOperator::Generalizes},
    {"exists", FilterOperator::Exists},
    {"child-of", FilterOperator::ChildOf},
    {"descendent-leaf", FilterOperator::DescendentLeaf},
};

base::Result<ValueSetFilter> readFilter(Node node) {
  ValueSetFilter filter;
  filter.property = textOf(node, "property");
  filter.value = textOf(node, "value");
  std::string_view op = textOf(node, "op");
  const NamedOperator* found = nullptr;
  for (const NamedOperator& known : kOperators) {
    if (known.name == op) found = &known;
  }
  if (!found) return base::invalid("the filter's operator is not one of FHIR's", model::placeOf(node) + ".op");
  if (filter.property.empty()) return base::invalid("the filter names no property", model::placeOf(node));
  if (filter.value.empty()) return base::invalid("the filter has no value", model::placeOf(node));
  filter.op = found->op;
  if (filter.op == FilterOperator::In || filter.op == FilterOperator::NotIn) {
    for (std::string_view piece : base::split(filter.value, ',')) filter.values.emplace_back(base::trim(piece));
  }
  if (filter.op == FilterOperator::Regex) {
    auto pattern = base::Pattern::compile(filter.value);
    if (!pattern) return base::Error{pattern.error().why, pattern.error().what, model::placeOf(node) + ".value"};
    filter.pattern = std::move(*pattern);
  }
  if (filter.op == FilterOperator::Exists && filter.value != "true" && filter.value != "false") {
    return base::invalid("exists wants true or false", model::placeOf(node) + ".value");
  }
  return filter;
}

}  // namespace

class ValueSetReader {
 public:
  base::Result<ValueSet> read(Node root) {
    if (Document::navigator().type(root).name != "ValueSet") {
      return base::invalid("a ValueSet is wanted here", model::placeOf(root));
    }
    set_.url_ = textOf(root, "url");
    set_.version_ = textOf(root, "version");
    set_.id_ = textOf(root, "id");
    set_.name_ = textOf(root, "name");
    set_.title_ = textOf(root, "title");
    set_.status_ = textOf(root, "status");
    set_.language_ = textOf(root, "language");
    set_.experimental_ = isTrue(textOf(root, "experimental"));
    for (Node extension : childrenNamed(root, "extension")) {
      if (textOf(extension, "url") == kSupplement) set_.supplements_.emplace_back(textOf(extension, "value"));
    }
    if (Node compose = Document::child(root, "compose"); compose.tree) RETURN_IF_ERROR(readCompose(compose));
    if (Node expansion = Document::child(root, "expansion"); expansion.tree) {
      RETURN_IF_ERROR(readExpansion(expansion));
    }
    return std::move(set_);
  }

 private:
  base::Done readCompose(Node compose) {
    set_.has_compose_ = true;
    std::string_view inactive = textOf(compose, "inactive");
    if (!inactive.empty()) set_.inactive_ = isTrue(inactive);
    for (Node child : childrenOf(compose)) {
      std::string_view name = nameOf(child);
      if (name != "include" && name != "exclude") continue;
      ASSIGN_OR_RETURN(auto part, readPart(child));
      (name == "include" ? set_.includes_ : set_.excludes_).push_back(std::move(part));
    }
    return {};
  }

  static base::Result<ValueSetPart> readPart(Node node) {
    ValueSetPart part;
    for (Node child : childrenOf(node)) {
      std::string_view name = nameOf(child);
      if (name == "system") part.system = Document::text(child);
      if (name == "version") part.version = Document::text(child);
      if (name == "valueSet") part.value_sets.emplace_back(Document::text(child));
      if (name == "concept") RETURN_IF_ERROR(readConcept(child, part));
      if (name == "filter") {
        ASSIGN_OR_RETURN(auto filter, readFilter(child));
        part.filters.push_back(std::move(filter));
      }
    }
    if (part.system.empty() && part.value_sets.empty()) {
      return base::invalid("neither a system nor a value set is named (vsd-1)", model::placeOf(node));
    }
    if (part.system.empty() && !(part.concepts.empty() && part.filters.empty())) {
      return base::invalid("concepts and filters need a system (vsd-2)", model::placeOf(node));
    }
    if (!part.concepts.empty() && !part.filters.empty()) {
      return base::invalid("concepts and filters exclude one another (vsd-3)", model::placeOf(node));
    }
    part.buildSlots();
    return part;
  }

  static base::Done readConcept(Node node, ValueSetPart& part) {
    ValueSetPart::Concept row;
    row.first_designation = static_cast<uint32_t>(part.designations.size());
    for (Node child : childrenOf(node)) {
      std::string_view name = nameOf(child);
      if (name == "code") row.code = Document::text(child);
      if (name == "display") row.display = Document::text(child);
      if (name != "designation") continue;
      ValueSetPart::DesignationText& text = part.designations.emplace_back();
      text.language = textOf(child, "language");
      text.value = textOf(child, "value");
      if (Node use = Document::child(child, "use"); use.tree) {
        text.use_system = textOf(use, "system");
        text.use_code = textOf(use, "code");
        text.use_display = textOf(use, "display");
      }
    }
    if (row.code.empty()) return base::invalid("a concept has no code", model::placeOf(node));
    part.concepts.push_back(std::move(row));
    return {};
  }

  base::Done readExpansion(Node expansion) {
    set_.has_expansion_ = true;
    struct Open {
      Node node;
      uint16_t depth;
    };
    std::vector<Open> open;
    auto openAll = [&](Node parent, uint16_t depth) {
      auto nested = childrenNamed(parent, "contains");
      for (size_t i = nested.size(); i-- > 0;) open.push_back({nested[i], depth});
    };
    openAll(expansion, 0);
    while (!open.empty()) {
      Open next = open.back();
      open.pop_back();
      ListedCode row;
      row.system = textOf(next.node, "system");
      row.version = textOf(next.node, "version");
      row.code = textOf(next.node, "code");
      row.display = textOf(next.node, "display");
      row.depth = next.depth;
      row.is_abstract = isTrue(textOf(next.node, "abstract"));
      row.inactive = isTrue(textOf(next.node, "inactive"));
      if (!row.code.empty()) set_.expansion_.push_back(std::move(row));  // a heading without a code is no member
      openAll(next.node, static_cast<uint16_t>(next.depth + 1));
    }
    buildExpansionSlots();
    // Text compares right: a total of fewer digits than the list's size cannot be larger.
    std::string_view total = textOf(expansion, "total"), offset = textOf(expansion, "offset");
    std::string size = std::to_string(set_.expansion_.size());
    bool more = total.size() > size.size() || (total.size() == size.size() && total > size);
    set_.expansion_is_whole_ = !more && (offset.empty() || offset == "0");
    return {};
  }

  void buildExpansionSlots() {
    size_t wanted = 4;
    while (wanted < set_.expansion_.size() * 2) wanted *= 2;
    set_.expansion_slots_.assign(wanted, 0);
    for (uint32_t i = 0; i < set_.expansion_.size(); ++i) {
      const ListedCode& row = set_.expansion_[i];
      if (set_.listed(row.system, row.code) != nullptr) continue;
      set_.putSlot(i);
    }
  }

  ValueSet set_;
};

base::Result<ValueSet> ValueSet::read(const model::Document& resource) { return read(resource.root()); }
base::Result<ValueSet> ValueSet::read(path::Node root) { return ValueSetReader().read(root); }

}  // namespace fhir::terminology
