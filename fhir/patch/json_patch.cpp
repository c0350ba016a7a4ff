#include "fhir/patch/json_patch.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace fhir::patch {

using model::JsonValue;

namespace {

constexpr std::string_view kKinds[] = {"add", "remove", "replace", "move", "copy", "test"};

base::Result<Pointer> pointerMember(const JsonValue& operation, std::string_view name) {
  const JsonValue* member = operation.find(name);
  if (!member) return base::invalid("the operation needs the member " + std::string(name));
  if (!member->isString()) return base::invalid(std::string(name) + " must be a string");
  return parsePointer(member->text);
}

bool isPrefix(const Pointer& prefix, const Pointer& of) {
  return prefix.size() <= of.size() && std::equal(prefix.begin(), prefix.end(), of.begin());
}

}  // namespace

base::Result<JsonPatch> JsonPatch::read(std::string_view json, const PatchLimits& limits) {
  ASSIGN_OR_RETURN(JsonValue list, JsonValue::read(json));
  if (!list.isArray()) return base::invalid("a JSON Patch is an array of operations", "1:1");
  if (list.items.size() > limits.operations) {
    return base::Error{base::Why::TooCostly, "more operations than the limit of " + std::to_string(limits.operations),
                       "1:1"};
  }
  JsonPatch out;
  out.limits_ = limits;
  for (const JsonValue& item : list.items) {
    auto operation = readOperation(item);
    if (!operation) {
      auto [line, column] = base::lineColumn(json, item.offset);
      base::Error error = operation.error();
      error.where = "operation " + std::to_string(out.operations_.size()) + " at " + std::to_string(line) + ":" +
                    std::to_string(column);
      return error;
    }
    out.operations_.push_back(std::move(*operation));
  }
  return out;
}

base::Result<JsonPatch::Operation> JsonPatch::readOperation(const JsonValue& json) {
  if (!json.isObject()) return base::invalid("an operation must be an object");
  const JsonValue* op = json.find("op");
  if (!op || !op->isString()) return base::invalid("the operation needs the member op");
  Operation out;
  size_t kind = 0;
  while (kind < std::size(kKinds) && kKinds[kind] != op->text) ++kind;
  if (kind == std::size(kKinds)) return base::invalid("there is no such op");
  out.kind = static_cast<Kind>(kind);
  ASSIGN_OR_RETURN(out.path, pointerMember(json, "path"));
  if (out.kind == Kind::Move || out.kind == Kind::Copy) {
    ASSIGN_OR_RETURN(out.from, pointerMember(json, "from"));
  } else if (out.kind != Kind::Remove) {
    const JsonValue* value = json.find("value");
    if (!value) return base::invalid("the operation needs the member value");
    out.value = *value;
  }
  // RFC 6902 4.4: a value is not moved below itself.
  if (out.kind == Kind::Move && out.from.size() < out.path.size() && isPrefix(out.from, out.path)) {
    return base::invalid("a value cannot be moved into one of its own children");
  }
  return out;
}

// One application. The functions give the reason why an operation cannot be done.
class JsonPatch::Run {
 public:
  Run(JsonValue& document, const PatchLimits& limits)
      : document_(document), limits_(limits), values_(document.size()) {}

  std::optional<base::Error> apply(const Operation& operation) {
    switch (operation.kind) {
      case Kind::Add: return add(operation.path, operation.value);
      case Kind::Remove: {
        JsonValue removed;
        return remove(operation.path, removed);
      }
      case Kind::Replace: return replace(operation.path, operation.value);
      case Kind::Move: return move(operation);
      case Kind::Copy: {
        JsonValue* from = find(operation.from, operation.from.size());
        if (!from) return nothingAt(operation.from);
        JsonValue copy = *from;
        return add(operation.path, std::move(copy));
      }
      case Kind::Test: return test(operation);
    }
    return std::nullopt;
  }

 private:
  static base::Error at(const Pointer& pointer, std::string what, base::Why why = base::Why::Invalid) {
    return {why, std::move(what), pointerText(pointer)};
  }
  static base::Error nothingAt(const Pointer& pointer) { return at(pointer, "there is nothing at this place"); }

  // The value that the first `count` tokens lead to; nullptr when there is none.
  JsonValue* find(const Pointer& pointer, size_t count) {
    JsonValue* current = &document_;
    for (size_t i = 0; i < count && current; ++i) {
      if (current->isArray()) {
        auto index = indexOf(pointer[i], current->items.size());
        current = index ? &current->items[*index] : nullptr;
      } else {
        current = current->find(pointer[i]);
      }
    }
    return current;
  }

  std::optional<base::Error> spend(uint64_t work, const Pointer& pointer) {
    work_ += work;
    if (work_ <= limits_.work) return std::nullopt;
    return at(pointer, "the operations are more work than the limit", base::Why::TooCostly);
  }

  std::optional<base::Error> count(const JsonValue& value, const Pointer& pointer) {
    const size_t size = value.size();
    values_ += size;
    if (auto error = spend(size, pointer)) return error;
    if (values_ > limits_.values) return at(pointer, "the document grows beyond the limit", base::Why::TooCostly);
    if (pointer.size() + value.depth() > limits_.depth) {
      return at(pointer, "the document nests deeper than the limit", base::Why::TooCostly);
    }
    return std::nullopt;
  }

  std::optional<base::Error> add(const Pointer& pointer, JsonValue value) {
    if (auto error = count(value, pointer)) return error;
    if (pointer.empty()) {
      document_ = std::move(value);
      values_ = document_.size();
      return std::nullopt;
    }
    JsonValue* parent = find(pointer, pointer.size() - 1);
    if (!parent) return at(pointer, "the place to add at has no parent");
    const std::string& last = pointer.back();
    if (parent->isObject()) {
      parent->member(last) = std::move(value);
      return std::nullopt;
    }
    if (!parent->isArray()) return at(pointer, "the parent is neither an object nor an array");
    auto index = last == "-" ? parent->items.size() : indexOf(last, parent->items.size() + 1);
    if (!index) return at(pointer, "this is no index of the array");
    if (auto error = spend(parent->items.size() - *index, pointer)) return error;
    parent->items.insert(parent->items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return std::nullopt;
  }

  std::optional<base::Error> remove(const Pointer& pointer, JsonValue& removed) {
    JsonValue* target = find(pointer, pointer.size());
    if (!target) return nothingAt(pointer);
    if (pointer.empty()) return at(pointer, "the whole document cannot be removed");
    removed = std::move(*target);
    values_ -= std::min(values_, removed.size());
    JsonValue* parent = find(pointer, pointer.size() - 1);
    if (parent->isObject()) {
      parent->erase(pointer.back());
    } else {
      const auto behind = static_cast<uint64_t>(parent->items.data() + parent->items.size() - target);
      if (auto error = spend(behind, pointer)) return error;
      parent->items.erase(parent->items.begin() + (target - parent->items.data()));
    }
    return std::nullopt;
  }

  std::optional<base::Error> replace(const Pointer& pointer, const JsonValue& value) {
    JsonValue* target = find(pointer, pointer.size());
    if (!target) return nothingAt(pointer);
    values_ -= std::min(values_, target->size());
    if (auto error = count(value, pointer)) return error;
    *target = value;
    return std::nullopt;
  }

  std::optional<base::Error> move(const Operation& operation) {
    JsonValue moved;
    if (operation.from == operation.path) {
      return find(operation.from, operation.from.size()) ? std::optional<base::Error>() : nothingAt(operation.from);
    }
    if (auto error = remove(operation.from, moved)) return error;
    return add(operation.path, std::move(moved));
  }

  std::optional<base::Error> test(const Operation& operation) {
    const JsonValue* target = find(operation.path, operation.path.size());
    if (!target) return nothingAt(operation.path);
    if (auto error = spend(operation.value.size(), operation.path)) return error;
    if (sameValue(*target, operation.value)) return std::nullopt;
    return at(operation.path, "the test does not hold: another value is there", base::Why::Conflict);
  }

  JsonValue& document_;
  const PatchLimits& limits_;
  size_t values_;
  uint64_t work_ = 0;
};

base::Result<JsonValue> JsonPatch::apply(JsonValue document) const {
  Run run(document, limits_);
  for (size_t i = 0; i < operations_.size(); ++i) {
    if (auto error = run.apply(operations_[i])) {
      error->where = "operation " + std::to_string(i) + (error->where.empty() ? "" : " " + error->where);
      return *std::move(error);
    }
  }
  return document;
}

}  // namespace fhir::patch
