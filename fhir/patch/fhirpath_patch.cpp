#include "fhir/patch/fhirpath_patch.h"

#include <algorithm>
#include <iterator>

#include "fhir/model/document.h"
#include "fhir/patch/element_place.h"

namespace fhir::patch {

using definitions::Element;
using definitions::TypeNumber;
using model::JsonValue;

namespace {

constexpr std::string_view kKinds[] = {"add", "insert", "delete", "replace", "move"};
constexpr std::string_view kParts[] = {"type", "path", "name", "value", "index", "source", "destination"};

// The text of a part that is a string or code of some kind.
base::Result<std::string> textPart(const JsonValue& parameter, std::string_view name) {
  const JsonValue* part = findPart(parameter, name);
  if (!part) return base::invalid("the operation needs the part " + std::string(name));
  ASSIGN_OR_RETURN(PatchValue value, readValue(*part));
  if (!value.pair.value.isString()) return base::invalid("the part " + std::string(name) + " must be a text");
  return value.pair.value.text;
}

base::Result<size_t> numberPart(const JsonValue& parameter, std::string_view name) {
  const JsonValue* part = findPart(parameter, name);
  if (!part) return base::invalid("the operation needs the part " + std::string(name));
  ASSIGN_OR_RETURN(PatchValue value, readValue(*part));
  auto index =
      value.pair.value.kind == JsonValue::Kind::Number ? indexOf(value.pair.value.text, SIZE_MAX) : std::nullopt;
  if (!index) return base::invalid("the part " + std::string(name) + " must be an integer from 0");
  return *index;
}

base::Done checkParts(const JsonValue& parameter) {
  const JsonValue* parts = parameter.find("part");
  if (!parts || !parts->isArray()) return base::invalid("an operation is a list of parts");
  std::vector<std::string_view> seen;
  for (const JsonValue& part : parts->items) {
    const JsonValue* name = part.find("name");
    if (!name || !name->isString()) return base::invalid("a part needs its name");
    if (std::find(std::begin(kParts), std::end(kParts), name->text) == std::end(kParts)) {
      return base::invalid("an operation has no part " + name->text);
    }
    if (std::find(seen.begin(), seen.end(), name->text) != seen.end()) {
      return base::invalid("the part " + name->text + " is there twice");
    }
    seen.push_back(name->text);
  }
  return {};
}

bool isPlainName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

}  // namespace

base::Result<FhirPathPatch> FhirPathPatch::read(std::string_view json, const PatchLimits& limits) {
  ASSIGN_OR_RETURN(JsonValue parameters, JsonValue::read(json));
  const JsonValue* type = parameters.find("resourceType");
  if (!type || type->text != "Parameters") return base::invalid("a FHIRPath Patch is a Parameters resource", "1:1");
  FhirPathPatch out;
  out.limits_ = limits;
  const JsonValue* list = parameters.find("parameter");
  if (!list) return out;
  if (!list->isArray()) return base::invalid("parameter must be a list", "1:1");
  if (list->items.size() > limits.operations) {
    return base::Error{base::Why::TooCostly, "more operations than the limit of " + std::to_string(limits.operations),
                       "1:1"};
  }
  for (const JsonValue& parameter : list->items) {
    auto operation = readOperation(parameter);
    if (!operation) {
      auto [line, column] = base::lineColumn(json, parameter.offset);
      base::Error error = operation.error();
      error.where = "operation " + std::to_string(out.operations_.size()) + " at " + std::to_string(line) + ":" +
                    std::to_string(column) + (error.where.empty() ? "" : ", path " + error.where);
      return error;
    }
    out.operations_.push_back(std::move(*operation));
  }
  return out;
}

base::Result<FhirPathPatch::Operation> FhirPathPatch::readOperation(const JsonValue& parameter) {
  const JsonValue* name = parameter.find("name");
  if (!name || name->text != "operation") return base::invalid("the parameters of a patch are called operation");
  RETURN_IF_ERROR(checkParts(parameter));
  ASSIGN_OR_RETURN(std::string type, textPart(parameter, "type"));
  auto kind = std::find(std::begin(kKinds), std::end(kKinds), type);
  if (kind == std::end(kKinds)) return base::invalid("there is no such operation");
  ASSIGN_OR_RETURN(std::string text, textPart(parameter, "path"));
  ASSIGN_OR_RETURN(path::Expression path, path::Expression::compile(text));
  Operation out{static_cast<Kind>(kind - std::begin(kKinds)), text, std::move(path), std::nullopt, {}, {}, {}};
  if (out.kind == Kind::Add) {
    ASSIGN_OR_RETURN(out.name, textPart(parameter, "name"));
  }
  if (out.kind == Kind::Insert) {
    ASSIGN_OR_RETURN(out.index, numberPart(parameter, "index"));
    size_t dot = text.rfind('.');
    std::string last = dot == std::string::npos ? text : text.substr(dot + 1);
    auto owner = path::Expression::compile(dot == std::string::npos ? "$this" : text.substr(0, dot));
    if (isPlainName(last) && owner) {
      out.owner = std::move(*owner);
      out.list_name = std::move(last);
    }
  }
  if (out.kind == Kind::Move) {
    ASSIGN_OR_RETURN(out.source, numberPart(parameter, "source"));
    ASSIGN_OR_RETURN(out.destination, numberPart(parameter, "destination"));
  }
  if (out.kind == Kind::Add || out.kind == Kind::Insert || out.kind == Kind::Replace) {
    const JsonValue* value = findPart(parameter, "value");
    if (!value) return base::invalid("the operation needs the part value");
    ASSIGN_OR_RETURN(out.value, readValue(*value));
  }
  return out;
}

// One application. The JSON is read again as a document after each operation, for the next path.
class FhirPathPatch::Run {
 public:
  Run(JsonValue& resource, const PatchLimits& limits, size_t operations)
      : resource_(resource), limits_(limits), steps_(std::max<uint64_t>(limits.steps / operations, 1)) {}

  base::Done apply(const Operation& operation) {
    RETURN_IF_ERROR(reread());
    ASSIGN_OR_RETURN(std::vector<path::Node> nodes, nodesOf(operation.path));
    switch (operation.kind) {
      case Kind::Add: return add(operation, nodes);
      case Kind::Insert: return insert(operation, nodes);
      case Kind::Delete: return remove(nodes);
      case Kind::Replace: return replace(operation, nodes);
      case Kind::Move: return move(operation, nodes);
    }
    return {};
  }

  base::Done checkSize() const {
    if (resource_.size() <= limits_.values && resource_.depth() <= limits_.depth) return {};
    return base::Error{base::Why::TooCostly, "the resource grows beyond the limit", {}};
  }

 private:
  base::Done reread() {
    std::string text = resource_.write();
    reread_ += text.size();
    if (reread_ > limits_.reread_bytes) {
      return base::Error{base::Why::TooCostly, "the resource is too large for so many operations", {}};
    }
    base::Findings findings;
    ASSIGN_OR_RETURN(auto document, model::Document::readResource(std::move(text), findings));
    document_.emplace(std::move(document));
    arena_.reset();
    return {};
  }

  base::Result<std::vector<path::Node>> nodesOf(const path::Expression& path) {
    path::Evaluation evaluation(arena_);
    path::Item root = path::Item::node(document_->root(), &model::Document::navigator());
    evaluation.resource = &root;
    evaluation.step_budget = steps_;
    auto result = path.evaluate(root, evaluation);
    if (!result) {
      return base::Error{result.error().why, "the path cannot be evaluated: " + result.error().text(), {}};
    }
    std::vector<path::Node> out;
    for (const path::Item& item : *result) {
      // R4: "The FHIRPath statement must return elements from the resource being modified".
      bool own = item.isNode() && item.node().tree == document_->root().tree;
      if (!own) return base::invalid("the path finds something that is no element of the resource");
      out.push_back(item.node());
    }
    return out;
  }

  static base::Done one(const std::vector<path::Node>& nodes) {
    if (nodes.empty()) return base::invalid("the path finds nothing");
    if (nodes.size() > 1) return base::invalid("the path finds more than one element");
    return {};
  }

  base::Result<ElementPlace> placeOf(path::Node node) {
    auto place = placeIn(resource_, node);
    if (!place) return base::invalid("the path must find an element within the resource");
    return *std::move(place);
  }

  // R4: "Add can used for non-repeating elements as long as they do not already exist".
  base::Done add(const Operation& operation, const std::vector<path::Node>& nodes) {
    RETURN_IF_ERROR(one(nodes));
    TypeNumber type = model::Document::navigator().type(nodes[0]).number;
    const Element* element = definitions::r4().element(type, base::Name(operation.name));
    if (!element) element = definitions::r4().member(type, operation.name).element;
    if (!element) return base::invalid("the element has no child of this name");
    TypeNumber chosen = typeFor(operation.value, *element);
    if (!chosen) return base::invalid("the value is of the wrong type");
    ASSIGN_OR_RETURN(JsonPair pair, valueFor(operation.value, chosen));
    std::string key = jsonName(*element, chosen);
    if (element->max <= 1 && hasChild(nodes[0], *element)) {
      return base::invalid("the element does not repeat, and it is there already");
    }
    JsonValue* object = objectOf(resource_, nodes[0]);
    if (!object) return base::invalid("the path must find an element that can have children");
    if (element->max > 1) {
      insertItem(*object, type, key, listLength(*object, key), std::move(pair));
    } else {
      putMember(*object, type, key, std::move(pair));
    }
    return {};
  }

  static bool hasChild(path::Node node, const Element& element) {
    return model::Document::child(node, element.name.text).tree != nullptr;
  }

  static void putMember(JsonValue& object, TypeNumber type, const std::string& key, JsonPair pair) {
    if (pair.value.kind != JsonValue::Kind::Null) memberInOrder(object, type, key) = std::move(pair.value);
    if (pair.side.kind != JsonValue::Kind::Null) memberInOrder(object, type, "_" + key) = std::move(pair.side);
  }

  // The list that all nodes together are.
  base::Result<ElementPlace> wholeList(const std::vector<path::Node>& nodes) {
    ASSIGN_OR_RETURN(ElementPlace list, placeOf(nodes[0]));
    if (!list.index) return base::invalid("the path must find a list");
    path::Node parent = model::Document::navigator().parent(nodes[0]);
    for (path::Node node : nodes) {
      if (model::Document::navigator().parent(node) != parent) return base::invalid("the path finds several lists");
    }
    if (nodes.size() != listLength(*list.object, list.key)) {
      return base::invalid("the path must find the whole list");
    }
    return list;
  }

  base::Done insert(const Operation& operation, const std::vector<path::Node>& nodes) {
    if (nodes.empty()) return insertFirst(operation);
    ASSIGN_OR_RETURN(ElementPlace list, wholeList(nodes));
    if (operation.index > nodes.size()) return base::invalid("the index is greater than the length of the list");
    // An item of `contained` may be of another type than its neighbours.
    TypeNumber type = list.element ? typeFor(operation.value, *list.element) : list.type;
    if (!type) return base::invalid("the value is of the wrong type");
    ASSIGN_OR_RETURN(JsonPair pair, valueFor(operation.value, type));
    insertItem(*list.object, 0, list.key, operation.index, std::move(pair));
    return {};
  }

  // The list is empty: where it stands is told by the path without its last member.
  base::Done insertFirst(const Operation& operation) {
    if (!operation.owner) return base::invalid("the path finds nothing");
    ASSIGN_OR_RETURN(std::vector<path::Node> owners, nodesOf(*operation.owner));
    RETURN_IF_ERROR(one(owners));
    if (operation.index > 0) return base::invalid("the index is greater than the length of the list");
    TypeNumber type = model::Document::navigator().type(owners[0]).number;
    const Element* element = definitions::r4().element(type, base::Name(operation.list_name));
    if (!element || element->max <= 1) return base::invalid("the path must find a list");
    TypeNumber chosen = typeFor(operation.value, *element);
    if (!chosen) return base::invalid("the value is of the wrong type");
    ASSIGN_OR_RETURN(JsonPair pair, valueFor(operation.value, chosen));
    JsonValue* object = objectOf(resource_, owners[0]);
    if (!object) return base::invalid("the path must find a list");
    insertItem(*object, type, jsonName(*element, chosen), 0, std::move(pair));
    return {};
  }

  // R4: "Path of the element to delete (if found)", "Only a single element can be deleted".
  base::Done remove(const std::vector<path::Node>& nodes) {
    if (nodes.empty()) return {};
    RETURN_IF_ERROR(one(nodes));
    ASSIGN_OR_RETURN(ElementPlace place, placeOf(nodes[0]));
    if (place.index) {
      takeItem(*place.object, place.key, *place.index);
    } else {
      place.object->erase(place.key);
      place.object->erase("_" + place.key);
    }
    dropEmpty(resource_);
    return {};
  }

  base::Done replace(const Operation& operation, const std::vector<path::Node>& nodes) {
    RETURN_IF_ERROR(one(nodes));
    ASSIGN_OR_RETURN(ElementPlace place, placeOf(nodes[0]));
    TypeNumber type = place.element ? typeFor(operation.value, *place.element) : place.type;
    if (!type) return base::invalid("the value is of the wrong type");
    ASSIGN_OR_RETURN(JsonPair pair, valueFor(operation.value, type));
    if (place.index) {
      setItem(*place.object, place.key, *place.index, std::move(pair));
      return {};
    }
    TypeNumber owner = model::Document::navigator().type(model::Document::navigator().parent(nodes[0])).number;
    place.object->erase(place.key);
    place.object->erase("_" + place.key);
    putMember(*place.object, owner, place.element ? jsonName(*place.element, type) : place.key, std::move(pair));
    return {};
  }

  base::Done move(const Operation& operation, const std::vector<path::Node>& nodes) {
    if (nodes.empty()) return base::invalid("the path finds nothing");
    ASSIGN_OR_RETURN(ElementPlace list, wholeList(nodes));
    if (operation.source >= nodes.size() || operation.destination >= nodes.size()) {
      return base::invalid("source and destination must be indexes of the list");
    }
    if (operation.source == operation.destination) return {};
    JsonPair moved = takeItem(*list.object, list.key, operation.source);
    insertItem(*list.object, 0, list.key, operation.destination, std::move(moved));
    return {};
  }

  JsonValue& resource_;
  const PatchLimits& limits_;
  const uint64_t steps_;  // of each path
  uint64_t reread_ = 0;
  std::optional<model::Document> document_;
  base::Arena arena_;
};

base::Result<JsonValue> FhirPathPatch::apply(JsonValue resource) const {
  Run run(resource, limits_, std::max<size_t>(operations_.size(), 1));
  for (size_t i = 0; i < operations_.size(); ++i) {
    auto done = run.apply(operations_[i]);
    if (done) done = run.checkSize();
    if (done) continue;
    base::Error error = done.error();
    error.where = "operation " + std::to_string(i) + " " + operations_[i].text;
    return error;
  }
  return resource;
}

}  // namespace fhir::patch
