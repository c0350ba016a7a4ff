#pragma once
// Scope: the variables of one place of a running mapping, innermost first; and Instance, one resource in the making.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/expression.h"
#include "mappings/engine/map.h"

namespace mappings::engine {

struct Variable {
  std::string_view name;
  fhir::path::Collection value;
  PartView::Reads reads;  // what went into the value
};

struct Instance;

struct Scope {
  const Scope* parent = nullptr;
  const Instance* instance = nullptr;  // whose body this scope belongs to
  std::vector<Variable> variables;

  const Variable* find(std::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->parent)
      for (auto it = scope->variables.rbegin(); it != scope->variables.rend(); ++it)
        if (it->name == name) return &*it;
    return nullptr;
  }
};

// The resources of one entry of `output:` or `$then:`; several where it has a $for.
struct InstanceGroup {
  const ResourceNode* node = nullptr;
  std::vector<std::unique_ptr<Instance>> instances;
};
using InstanceGroups = std::vector<InstanceGroup>;

struct Instance {
  const ResourceNode* node = nullptr;
  Instance* parent = nullptr;
  Scope scope;
  std::string key;  // parts with kKeySeparator between
  std::string patient_key;
  std::string reference;    // "Patient/1a2b-..."
  InstanceGroups children;  // by entry, in the order of the mapping
};

}  // namespace mappings::engine
