#include "fhir/views/view_functions.h"

#include <string>
#include <string_view>

#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"
#include "fhir/model/reference.h"

namespace fhir::views {
namespace {

struct FirstNode final : path::NodeSink {
  path::Node node;
  void add(path::Node found) override {
    if (node.tree == nullptr) node = found;
  }
};

// The text of the child called `name`; empty when there is none.
std::string_view childText(const path::Item& item, const base::Name& name) {
  FirstNode child;
  item.navigator().named(item.node(), name, child);
  return child.node.tree ? item.navigator().scalar(child.node).text() : std::string_view();
}

base::Result<path::Collection> getResourceKey(path::FunctionCall& call) {
  static constexpr base::Name kId("id");
  path::Collection out(call.input.arena());
  for (const path::Item& item : call.input) {
    if (!item.isNode() || !definitions::r4().isResource(item.navigator().type(item.node()).number)) {
      return base::invalid("getResourceKey() is asked of something that is no resource");
    }
    std::string_view id = childText(item, kId);
    if (!id.empty()) out.push_back(path::Item::string(id));
  }
  return out;
}

// The name of the type that is asked for, given as Patient or as 'Patient'.
base::Result<std::string_view> wantedType(path::FunctionCall& call) {
  if (call.arguments.empty()) return std::string_view();
  const path::Collection& argument = call.arguments[0];
  std::string_view name;
  if (argument.size() == 1) {
    const path::Item& item = argument[0];
    if (item.kind() == path::ItemKind::Type) name = item.type().name;
    if (item.kind() == path::ItemKind::String) name = item.string();
  }
  const definitions::Type* type = definitions::r4().type(name);
  if (!type || !definitions::r4().isResource(type->number)) {
    return base::invalid("the argument of getReferenceKey() must be a resource type");
  }
  return name;
}

base::Result<path::Collection> getReferenceKey(path::FunctionCall& call) {
  static constexpr base::Name kReference("reference");
  ASSIGN_OR_RETURN(std::string_view wanted, wantedType(call));
  path::Collection out(call.input.arena());
  for (const path::Item& item : call.input) {
    if (!item.isNode() || item.navigator().type(item.node()).name != "Reference") {
      return base::invalid("getReferenceKey() is asked of something that is no Reference");
    }
    auto reference = model::parseReference(childText(item, kReference));
    if (!reference || !reference->base.empty() || reference->type.empty() || !reference->fragment.empty()) continue;
    if (wanted.empty() || reference->type == wanted) out.push_back(path::Item::string(reference->id));
  }
  return out;
}

base::Result<std::string_view> textOf(const path::Item& item, base::Arena& arena) {
  path::Item value = item.computed(arena);
  if (value.kind() != path::ItemKind::String) return base::invalid("join() is asked of something that is no text");
  return value.string();
}

base::Result<path::Collection> join(path::FunctionCall& call) {
  base::Arena& arena = call.input.arena();
  std::string_view separator;
  if (!call.arguments.empty() && !call.arguments[0].empty()) {
    if (call.arguments[0].size() > 1) return base::invalid("join() takes one separator");
    ASSIGN_OR_RETURN(separator, textOf(call.arguments[0][0], arena));
  }
  std::string joined;
  for (const path::Item& item : call.input) {
    ASSIGN_OR_RETURN(std::string_view text, textOf(item, arena));
    if (&item != call.input.begin()) joined += separator;
    joined += text;
  }
  path::Collection out(arena);
  out.push_back(path::Item::string(arena.keep(joined)));
  return out;
}

constexpr path::HostFunction kFunctions[] = {
    {.name = "getResourceKey", .call = getResourceKey, .returns = "String"},
    {.name = "getReferenceKey", .max_arguments = 1, .call = getReferenceKey, .takes_type = true, .returns = "String"},
    {.name = "join", .max_arguments = 1, .call = join, .returns = "String"},
};

}  // namespace

std::span<const path::HostFunction> viewFunctions() { return kFunctions; }

}  // namespace fhir::views
