// CodeSystem resource -> rows.

#include <algorithm>
#include <unordered_set>

#include "fhir/terminology/code_system.h"
#include "fhir/terminology/code_system_rows.h"
#include "fhir/terminology/resource_reading.h"

namespace fhir::terminology {
namespace {

using model::Document;
using path::Node;

constexpr std::string_view kConceptProperties = "http://hl7.org/fhir/concept-properties#";

// What a property says to us, whatever its code is.
enum class Role : uint8_t { None, NotSelectable, Inactive, Status, Parent, Child };

Role roleOfName(std::string_view name) {
  if (name == "notSelectable" || name == "abstract") return Role::NotSelectable;
  if (name == "inactive") return Role::Inactive;
  if (name == "status") return Role::Status;
  if (name == "parent") return Role::Parent;
  if (name == "child") return Role::Child;
  return Role::None;
}

struct DefinedProperty {
  std::string_view code;
  Role role = Role::None;
};

bool saysInactive(std::string_view status) {
  return status == "retired" || status == "inactive" || status == "withdrawn";
}

PropertyType typeFrom(std::string_view name) {
  if (name == "code") return PropertyType::Code;
  if (name == "Coding") return PropertyType::Coding;
  if (name == "integer") return PropertyType::Integer;
  if (name == "boolean") return PropertyType::Boolean;
  if (name == "dateTime") return PropertyType::DateTime;
  if (name == "decimal") return PropertyType::Decimal;
  return PropertyType::String;
}

class CodeSystemReader {
 public:
  base::Result<std::unique_ptr<CodeSystem::Rows>> read(const Document& resource) {
    if (resource.resourceType() != "CodeSystem") {
      return base::invalid("a CodeSystem is wanted here", std::string(resource.resourceType()));
    }
    Node root = resource.root();
    RETURN_IF_ERROR(readHead(root));
    for (Node node : childrenNamed(root, "property")) readDefinition(node);
    for (Node node : childrenNamed(root, "concept")) RETURN_IF_ERROR(readConcepts(node));
    endConcepts();
    std::vector<ConceptIndex> repeated;
    rows_->buildSlots(repeated);
    if (!repeated.empty()) return base::invalid("the code is defined twice", model::placeOf(nodes_[repeated[0]]));
    linkConcepts();
    rows_->text.finish();
    shrink();
    return std::move(rows_);
  }

 private:
  Text keep(std::string_view text) { return rows_->text.add(text); }
  Text keep(Node node, std::string_view name) { return keep(textOf(node, name)); }
  Text intern(Node node, std::string_view name) { return rows_->text.intern(textOf(node, name)); }

  base::Done readHead(Node root) {
    auto& rows = *rows_;
    rows.url = keep(root, "url");
    rows.version = keep(root, "version");
    rows.id = keep(root, "id");
    rows.name = keep(root, "name");
    rows.title = keep(root, "title");
    rows.status = keep(root, "status");
    rows.language = keep(root, "language");
    rows.supplements = keep(root, "supplements");
    rows.value_set = keep(root, "valueSet");
    if (rows.url.empty()) return base::invalid("a code system needs a url to be asked for", "CodeSystem.url");
    std::string_view content = textOf(root, "content"), meaning = textOf(root, "hierarchyMeaning");
    if (content == "not-present") rows.content = Content::NotPresent;
    if (content == "example") rows.content = Content::Example;
    if (content == "fragment") rows.content = Content::Fragment;
    if (content == "supplement") rows.content = Content::Supplement;
    if (meaning == "grouped-by") rows.hierarchy_meaning = HierarchyMeaning::GroupedBy;
    if (meaning == "is-a") rows.hierarchy_meaning = HierarchyMeaning::IsA;
    if (meaning == "part-of") rows.hierarchy_meaning = HierarchyMeaning::PartOf;
    if (meaning == "classified-with") rows.hierarchy_meaning = HierarchyMeaning::ClassifiedWith;
    rows.case_sensitive = textOf(root, "caseSensitive") != "false";
    rows.experimental = isTrue(textOf(root, "experimental"));
    rows.version_needed = isTrue(textOf(root, "versionNeeded"));
    return {};
  }

  void readDefinition(Node node) {
    std::string_view code = textOf(node, "code"), uri = textOf(node, "uri");
    rows_->definitions.push_back(
        {rows_->text.intern(code), keep(uri), keep(node, "description"), typeFrom(textOf(node, "type"))});
    Role role = roleOfName(code);
    if (uri.starts_with(kConceptProperties)) role = roleOfName(uri.substr(kConceptProperties.size()));
    defined_.push_back({code, role});
  }

  Role roleOf(std::string_view property) const {
    for (const DefinedProperty& defined : defined_) {
      if (defined.code == property) return defined.role;
    }
    // A code system may redefine the meaning by another code; then the usual name means nothing special.
    Role role = roleOfName(property);
    for (const DefinedProperty& defined : defined_) {
      if (role != Role::None && defined.role == role) return Role::None;
    }
    return role;
  }

  // `top` and what is nested in it, in the order of the text.
  base::Done readConcepts(Node top) {
    struct Open {
      Node node;
      ConceptIndex parent;
    };
    std::vector<Open> open{{top, kNoConcept}};
    while (!open.empty()) {
      Open next = open.back();
      open.pop_back();
      auto at = static_cast<ConceptIndex>(nodes_.size());
      nodes_.push_back(next.node);
      if (next.parent != kNoConcept) edges_.emplace_back(at, next.parent);
      std::vector<Node> nested;
      RETURN_IF_ERROR(readConcept(next.node, nested));
      for (size_t i = nested.size(); i-- > 0;) open.push_back({nested[i], at});
    }
    return {};
  }

  base::Done readConcept(Node node, std::vector<Node>& nested) {
    auto& rows = *rows_;
    CodeSystem::Rows::Concept row;
    row.first_property = static_cast<uint32_t>(rows.properties.size());
    row.first_designation = static_cast<uint32_t>(rows.designations.size());
    for (Node child : childrenOf(node)) {
      std::string_view name = nameOf(child);
      if (name == "code") row.code = keep(Document::text(child));
      if (name == "display") row.display = keep(Document::text(child));
      if (name == "definition") row.definition = keep(Document::text(child));
      if (name == "designation") readDesignation(child);
      if (name == "property") readProperty(child, row);
      if (name == "concept") nested.push_back(child);
    }
    if (row.code.empty()) return base::invalid("a concept has no code", model::placeOf(node));
    rows.concepts.push_back(row);
    return {};
  }

  void readDesignation(Node node) {
    Node use = Document::child(node, "use");
    CodeSystem::Rows::DesignationRow row;
    row.language = intern(node, "language");
    if (use.tree) {
      row.use_system = intern(use, "system");
      row.use_code = intern(use, "code");
      row.use_display = intern(use, "display");
    }
    row.value = keep(node, "value");
    rows_->designations.push_back(row);
  }

  void readProperty(Node node, CodeSystem::Rows::Concept& owner) {
    std::string_view code = textOf(node, "code");
    Node value = Document::child(node, "value");
    if (code.empty() || !value.tree) return;
    CodeSystem::Rows::Property row;
    row.property = rows_->text.intern(code);
    row.type = typeFrom(Document::navigator().type(value).name);
    std::string_view text = row.type == PropertyType::Coding ? textOf(value, "code") : Document::text(value);
    row.value = text.size() <= 16 ? rows_->text.intern(text) : keep(text);
    if (row.type == PropertyType::Coding) {
      rows_->codings.push_back({intern(value, "system"), intern(value, "version"), intern(value, "display")});
      row.coding = static_cast<uint32_t>(rows_->codings.size());
    }
    rows_->properties.push_back(row);
    auto self = static_cast<ConceptIndex>(rows_->concepts.size());
    switch (roleOf(code)) {
      case Role::NotSelectable: owner.is_abstract = owner.is_abstract || isTrue(text); break;
      case Role::Inactive: owner.is_inactive = owner.is_inactive || isTrue(text); break;
      case Role::Status: owner.is_inactive = owner.is_inactive || saysInactive(text); break;
      case Role::Parent: named_edges_.push_back({self, row.value, true}); break;
      case Role::Child: named_edges_.push_back({self, row.value, false}); break;
      case Role::None: break;
    }
  }

  void endConcepts() {
    CodeSystem::Rows::Concept end;
    end.first_property = static_cast<uint32_t>(rows_->properties.size());
    end.first_designation = static_cast<uint32_t>(rows_->designations.size());
    rows_->concepts.push_back(end);
  }

  // Nesting first, then the properties parent and child; each edge once, no concept its own parent.
  void linkConcepts() {
    auto& rows = *rows_;
    for (const NamedEdge& edge : named_edges_) {
      ConceptIndex other = rows.find(rows.text.at(edge.other));
      if (other == kNoConcept || other == edge.self) continue;
      edges_.emplace_back(edge.other_is_parent ? edge.self : other, edge.other_is_parent ? other : edge.self);
    }
    std::stable_sort(edges_.begin(), edges_.end(), [](auto& a, auto& b) { return a.first < b.first; });
    dropRepeated();
    rows.parents.reserve(edges_.size());
    size_t at = 0;
    for (ConceptIndex i = 0; i <= rows.size(); ++i) {
      rows.concepts[i].first_parent = static_cast<uint32_t>(rows.parents.size());
      if (i == rows.size()) break;
      if (at == edges_.size() || edges_[at].first != i) rows.roots.push_back(i);
      for (; at < edges_.size() && edges_[at].first == i; ++at) rows.parents.push_back(edges_[at].second);
    }
    std::stable_sort(edges_.begin(), edges_.end(), [](auto& a, auto& b) { return a.second < b.second; });
    rows.children.reserve(edges_.size());
    at = 0;
    for (ConceptIndex i = 0; i <= rows.size(); ++i) {
      rows.concepts[i].first_child = static_cast<uint32_t>(rows.children.size());
      for (; at < edges_.size() && edges_[at].second == i; ++at) rows.children.push_back(edges_[at].first);
    }
  }

  void dropRepeated() {
    if (named_edges_.empty()) return;  // nesting repeats nothing
    std::unordered_set<uint64_t> seen;
    std::erase_if(edges_,
                  [&](const auto& edge) { return !seen.insert(uint64_t{edge.first} << 32 | edge.second).second; });
  }

  void shrink() {
    rows_->concepts.shrink_to_fit();
    rows_->properties.shrink_to_fit();
    rows_->codings.shrink_to_fit();
    rows_->designations.shrink_to_fit();
    rows_->roots.shrink_to_fit();
  }

  struct NamedEdge {
    ConceptIndex self;
    Text other;
    bool other_is_parent;
  };

  std::unique_ptr<CodeSystem::Rows> rows_ = std::make_unique<CodeSystem::Rows>();
  std::vector<Node> nodes_;  // by concept
  std::vector<DefinedProperty> defined_;
  std::vector<std::pair<ConceptIndex, ConceptIndex>> edges_;  // child, parent
  std::vector<NamedEdge> named_edges_;
};

}  // namespace

base::Result<CodeSystem> CodeSystem::read(const model::Document& resource) {
  ASSIGN_OR_RETURN(auto rows, CodeSystemReader().read(resource));
  return CodeSystem(std::move(rows));
}

}  // namespace fhir::terminology
