#include "tests/support/json_change.h"

#include <charconv>
#include <vector>

#include "fhir/base/text.h"
#include "fhir/model/json_writer.h"
#include "tests/support/json_tree.h"

namespace tests::support {

using fhir::base::Done;
using fhir::base::invalid;

namespace {

void write(const JsonTree& tree, std::string& out) {
  switch (tree.kind) {
    case JsonTree::Kind::Null: out += "null"; break;
    case JsonTree::Kind::Boolean:
    case JsonTree::Kind::Number: out += tree.text; break;
    case JsonTree::Kind::String: fhir::model::appendJsonString(out, tree.text); break;
    case JsonTree::Kind::Array: {
      out += '[';
      for (size_t i = 0; i < tree.items.size(); ++i) {
        if (i > 0) out += ',';
        write(tree.items[i], out);
      }
      out += ']';
      break;
    }
    case JsonTree::Kind::Object: {
      out += '{';
      for (size_t i = 0; i < tree.members.size(); ++i) {
        if (i > 0) out += ',';
        fhir::model::appendJsonString(out, tree.members[i].first);
        out += ':';
        write(tree.members[i].second, out);
      }
      out += '}';
    }
  }
}

struct Step {
  std::string name;  // empty: an item
  size_t item = 0;
};

std::vector<Step> stepsOf(std::string_view path) {
  std::vector<Step> out;
  for (std::string_view part : fhir::base::split(path, '.')) {
    size_t bracket = part.find('[');
    out.push_back({std::string(part.substr(0, bracket)), 0});
    while (bracket != std::string_view::npos) {
      size_t item = 0;
      std::from_chars(part.data() + bracket + 1, part.data() + part.size(), item);
      out.push_back({"", item});
      bracket = part.find('[', bracket + 1);
    }
  }
  return out;
}

JsonTree* descend(JsonTree& tree, const Step& step) {
  if (step.name.empty()) return step.item < tree.items.size() ? &tree.items[step.item] : nullptr;
  for (auto& [name, value] : tree.members)
    if (name == step.name) return &value;
  return nullptr;
}

class Change {
 public:
  Change(JsonTree& root, std::string_view line) : line_(line) {
    const size_t space = line.find(' ');
    verb_ = line.substr(0, space);
    std::string_view rest = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    const size_t end = rest.find(' ');
    if (end != std::string_view::npos) argument_ = rest.substr(end + 1);
    std::vector<Step> steps = stepsOf(rest.substr(0, end));
    last_ = steps.back();
    steps.pop_back();
    holder_ = &root;
    for (const Step& step : steps) holder_ = holder_ == nullptr ? nullptr : descend(*holder_, step);
  }

  Done apply() {
    if (holder_ == nullptr) return missing();
    target_ = descend(*holder_, last_);
    if (verb_ == "set") return set();
    if (verb_ == "add") return add();
    if (target_ == nullptr) return missing();
    if (verb_ == "remove") return remove();
    if (verb_ == "rename") return rename();
    if (verb_ == "repeat") return repeat();
    return invalid("no such change: " + std::string(line_));
  }

 private:
  fhir::base::Error missing() const { return invalid("nothing is there to be changed: " + std::string(line_)); }

  Done set() {
    auto value = readJsonTree(argument_);
    if (!value.ok()) return value.error();
    if (target_ != nullptr) {
      *target_ = std::move(value).value();
    } else if (!last_.name.empty() && holder_->kind == JsonTree::Kind::Object) {
      holder_->members.emplace_back(last_.name, std::move(value).value());
    } else {
      return missing();
    }
    return {};
  }

  Done add() {
    auto value = readJsonTree(argument_);
    if (!value.ok()) return value.error();
    if (target_ == nullptr) {
      if (last_.name.empty() || holder_->kind != JsonTree::Kind::Object) return missing();
      holder_->members.emplace_back(last_.name, JsonTree{JsonTree::Kind::Array, {}, {}, {}});
      target_ = &holder_->members.back().second;
    }
    if (target_->kind != JsonTree::Kind::Array) return missing();
    target_->items.push_back(std::move(value).value());
    return {};
  }

  Done remove() {
    if (last_.name.empty()) {
      holder_->items.erase(holder_->items.begin() + static_cast<std::ptrdiff_t>(last_.item));
    } else {
      std::erase_if(holder_->members, [&](const auto& member) { return member.first == last_.name; });
    }
    return {};
  }

  Done rename() {
    for (auto& member : holder_->members)
      if (member.first == last_.name) member.first = argument_;
    return {};
  }

  Done repeat() {
    const JsonTree copy = *target_;
    if (last_.name.empty()) {
      holder_->items.insert(holder_->items.begin() + static_cast<std::ptrdiff_t>(last_.item), copy);
    } else {
      *target_ = JsonTree{JsonTree::Kind::Array, {}, {copy, copy}, {}};
    }
    return {};
  }

  std::string_view line_, verb_, argument_;
  Step last_;
  JsonTree* holder_ = nullptr;
  JsonTree* target_ = nullptr;
};

}  // namespace

fhir::base::Result<std::string> changed(std::string_view json, std::span<const std::string> changes) {
  ASSIGN_OR_RETURN(JsonTree tree, readJsonTree(json));
  for (const std::string& line : changes) RETURN_IF_ERROR(Change(tree, line).apply());
  std::string out;
  write(tree, out);
  return out;
}

}  // namespace tests::support
