#include "mappings/engine/object_parser.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "mappings/engine/primitive_text.h"

namespace mappings::engine {

using fhir::base::invalid;
using fhir::base::YamlNode;
using fhir::definitions::Element;
using fhir::definitions::r4;
using fhir::definitions::Type;
using fhir::definitions::TypeKind;
using fhir::definitions::TypeNumber;

namespace {

constexpr std::string_view kDirectives[] = {"$as",    "$for",  "$if",     "$let",  "$key", "$order",
                                            "$write", "$then", "$switch", "$case", "$use", "$fail"};

std::string hint(const std::string& nearest) { return nearest.empty() ? "" : "; the nearest is \"" + nearest + "\""; }

std::string elementNames(TypeNumber type, std::string_view wrong) {
  std::vector<std::string> names;
  for (const Element* element : r4().elements(type)) {
    if (!element->choice) {
      names.emplace_back(element->name.text);
      continue;
    }
    for (TypeNumber choice : element->types) {
      std::string name(element->name.text);
      std::string suffix(r4().type(choice)->name);
      if (suffix[0] >= 'a' && suffix[0] <= 'z') suffix[0] = static_cast<char>(suffix[0] - 32);
      names.push_back(name + suffix);
    }
  }
  return hint(nearestWord(wrong, names));
}

}  // namespace

void ObjectParser::refuse(const YamlNode& at, std::string what) const {
  throw ParseRefused{invalid(std::move(what), place(at).text())};
}

// ---- resources ----------------------------------------------------------------------------------------------------

void ObjectParser::collectNames(const YamlNode& list) {
  if (list.kind != YamlNode::Kind::Sequence)
    refuse(list, "a list of resources is expected: lines that begin with \"- \"");
  for (const YamlNode& node : list.items) {
    if (node.kind != YamlNode::Kind::Map) refuse(node, "a resource is expected: keys and values");
    if (const YamlNode* as = node.find("$as")) {
      if (!resource_names_.insert(as->text).second) refuse(*as, "two resources have the name \"" + as->text + "\"");
    }
    if (const YamlNode* then = node.find("$then")) collectNames(*then);
  }
}

void ObjectParser::parseOutput(const YamlNode& list, std::vector<std::unique_ptr<ResourceNode>>& out) {
  if (fragments_.empty() && resource_names_.empty()) collectNames(list);
  for (const YamlNode& node : list.items) out.push_back(parseResource(node));
}

TypeNumber ObjectParser::resourceType(const YamlNode& node) {
  const YamlNode* type_name = node.find("resourceType");
  if (type_name == nullptr) {
    if (node.find("$fail") != nullptr) return 0;
    refuse(node, "a resource needs its resourceType");
  }
  const Type* type = r4().type(type_name->text);
  if (type == nullptr || type->kind != TypeKind::Resource) {
    std::vector<std::string_view> names;
    for (const Type& candidate : r4().types())
      if (candidate.kind == TypeKind::Resource) names.push_back(candidate.name);
    refuse(*type_name, "\"" + type_name->text + "\" is no resource type" + hint(nearestWord(type_name->text, names)));
  }
  return type->number;
}

std::unique_ptr<ResourceNode> ObjectParser::parseResource(const YamlNode& node) {
  auto out = std::make_unique<ResourceNode>();
  out->type = resourceType(node);
  if (out->type != 0) out->type_name = std::string(r4().type(out->type)->name);
  if (const YamlNode* as = node.find("$as")) out->as = as->text;
  const size_t scope = variables_.size();
  out->object.place = place(node);
  out->object.body = std::make_unique<Block>();
  out->object.body->type = out->type;
  out->object.body->path = out->type_name;
  parseMembers(node, out->object, out->as, true, out.get());
  addPatchedMembers(out->object, out->as);
  if (out->type != 0) {
    if (!out->key) refuse(node, "a resource needs a $key: its business key");
    checkRequired(out->object, node);
  }
  if (const YamlNode* then = node.find("$then")) parseOutput(*then, out->then);
  variables_.resize(scope);
  return out;
}

void ObjectParser::parseResourceKey(const std::string& key, const YamlNode& value, ResourceNode& out) {
  if (key == "$as") {
    if (value.kind != YamlNode::Kind::Scalar || value.text.empty()) refuse(value, "$as is a name");
    if (std::find(variables_.begin(), variables_.end(), value.text) != variables_.end())
      refuse(value, "\"" + value.text + "\" is a variable already");
  } else if (key == "$write") {
    parseWrite(value, out);
  } else if (key == "$key") {
    out.key = parseExpression(value, key);
  } else if (key == "$order") {
    out.order = parseExpression(value, key);
  }
}

void ObjectParser::parseWrite(const YamlNode& value, ResourceNode& out) {
  std::string_view text = value.text;
  const size_t blank = std::min(text.find(' '), text.size());
  const std::string_view mode = text.substr(0, blank);
  if (mode == "ensure")
    out.mode = WriteMode::Ensure;
  else if (mode == "newer")
    out.mode = WriteMode::Newer;
  else if (mode == "replace")
    out.mode = WriteMode::Replace;
  else if (mode == "merge")
    out.mode = WriteMode::Merge;
  else
    refuse(value, "$write is ensure, newer, replace or \"merge <lists>\"");
  for (std::string_view list : fhir::base::split(text.substr(blank), ' ')) {
    if (list.ends_with(',')) list.remove_suffix(1);
    if (list.empty()) continue;
    const Element* element = r4().member(out.type, list).element;
    if (element == nullptr || element->max <= 1)
      refuse(value, "\"" + std::string(list) + "\" is no list of " + out.type_name + elementNames(out.type, list));
    out.merge_lists.emplace_back(list);
  }
  if ((out.mode == WriteMode::Merge) == out.merge_lists.empty())
    refuse(value, "merge, and only merge, names the lists that are united: \"merge result\"");
}

// ---- objects ------------------------------------------------------------------------------------------------------

ObjectNode ObjectParser::parseObject(const YamlNode& map, TypeNumber type, const std::string& path,
                                     const std::string& patch_path, bool in_list) {
  ObjectNode object;
  object.place = place(map);
  object.body = std::make_unique<Block>();
  object.body->type = type;
  object.body->path = path;
  const size_t scope = variables_.size();
  parseMembers(map, object, patch_path, in_list, nullptr);
  addPatchedMembers(object, patch_path);
  checkRequired(object, map);
  variables_.resize(scope);
  return object;
}

void ObjectParser::parseMembers(const YamlNode& map, ObjectNode& object, const std::string& patch_path, bool in_list,
                                ResourceNode* resource) {
  // $for and $let first: what they name is used by everything else, wherever it stands.
  for (std::string_view first : {"$for", "$let"})
    for (const auto& [key, value] : map.members)
      if (key.text == first) parseDirective(key.text, map, key, value, object, patch_path, in_list);
  for (const auto& [key, value] : map.members) {
    const std::string& name = key.text;
    if (name == "$for" || name == "$let") continue;
    const bool resource_key = name == "$as" || name == "$write" || name == "$key" || name == "$order" ||
                              name == "$then" || name == "resourceType";
    if (resource_key) {
      if (resource == nullptr) refuse(key, name + " belongs to a resource, not to an element inside it");
      parseResourceKey(name, value, *resource);
    } else if (name.starts_with('$')) {
      parseDirective(name, map, key, value, object, patch_path, in_list);
    } else {
      if (object.body->type == 0) refuse(key, "an entry with $fail holds $if, $for and $let only");
      parseField(name, key, value, *object.body, patch_path);
    }
  }
}

void ObjectParser::parseDirective(const std::string& key, const YamlNode& map, const YamlNode& name,
                                  const YamlNode& value, ObjectNode& object, const std::string& patch_path,
                                  bool in_list) {
  if (key == "$for") {
    if (!in_list) refuse(name, "$for stands in the items of a list");
    parseLoop(value, object);
  } else if (key == "$let") {
    parseLet(value, object.let);
  } else if (key == "$if") {
    object.only_if = parseExpression(value, key);
  } else if (key == "$switch") {
    parseSwitch(map, value, object, patch_path);
  } else if (key == "$case") {
    if (map.find("$switch") == nullptr) refuse(name, "$case needs a $switch beside it");
  } else if (key == "$use") {
    useFragment(value, object, patch_path);
  } else if (key == "$fail") {
    if (value.kind != YamlNode::Kind::Scalar || value.text.empty()) refuse(value, "$fail is a sentence");
    object.body->statements.emplace_back(Fail{value.text, place(name)});
  } else {
    refuse(name, "\"" + key + "\" is no directive" + hint(nearestWord(key, kDirectives)));
  }
}

void ObjectParser::parseLoop(const YamlNode& value, ObjectNode& object) {
  const size_t in = value.text.find(" in ");
  const bool named = in != std::string::npos && in > 0 &&
                     value.text.substr(0, in).find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
  if (value.kind != YamlNode::Kind::Scalar || !named) refuse(value, "$for reads \"name in expression\"");
  std::string variable = value.text.substr(0, in);
  const uint32_t skipped = static_cast<uint32_t>(in + 4);
  checkComment(value);
  CompiledExpression over = compile(std::string_view(value.text).substr(skipped), value, skipped, nullptr);
  if (resource_names_.contains(variable)) refuse(value, "\"" + variable + "\" is the $as name of a resource");
  declare(variable);
  object.loop = Loop{std::move(variable), std::move(over)};
}

void ObjectParser::parseLet(const YamlNode& map, std::vector<Named>& out) {
  if (map.kind != YamlNode::Kind::Map) refuse(map, "let holds names and expressions");
  for (const auto& [key, value] : map.members) {
    if (resource_names_.contains(key.text)) refuse(key, "\"" + key.text + "\" is the $as name of a resource");
    out.emplace_back(key.text, parseExpression(value, key.text));
    declare(key.text);
  }
}

void ObjectParser::parseSwitch(const YamlNode& map, const YamlNode& value, ObjectNode& object,
                               const std::string& patch_path) {
  const YamlNode* cases = map.find("$case");
  if (cases == nullptr || cases->kind != YamlNode::Kind::Map)
    refuse(value, "$switch needs a $case with its branches");
  Switch out{parseExpression(value, "$switch"), {}, nullptr};
  const Block& block = *object.body;
  for (const auto& [key, branch] : cases->members) {
    if (branch.kind != YamlNode::Kind::Map && branch.kind != YamlNode::Kind::Null)
      refuse(branch, "a branch of $case holds elements or directives");
    ObjectNode node;
    node.place = place(branch);
    node.body = std::make_unique<Block>();
    node.body->type = block.type;
    node.body->path = block.path;
    const size_t scope = variables_.size();
    if (branch.kind == YamlNode::Kind::Map) parseMembers(branch, node, patch_path, false, nullptr);
    variables_.resize(scope);
    if (key.text == "$else") {
      out.otherwise = std::make_unique<ObjectNode>(std::move(node));
      continue;
    }
    Case one;
    for (std::string_view piece : fhir::base::split(key.text, '|')) one.keys.emplace_back(fhir::base::trim(piece));
    one.object = std::move(node);
    out.cases.push_back(std::move(one));
  }
  object.body->statements.emplace_back(std::move(out));
}

void ObjectParser::useFragment(const YamlNode& value, ObjectNode& object, const std::string& patch_path) {
  const auto found = input_.fragments->find(value.text);
  if (found == input_.fragments->end()) {
    std::vector<std::string_view> names;
    for (const auto& fragment : *input_.fragments) names.push_back(fragment.first);
    refuse(value, "there is no fragment \"" + value.text + "\"" + hint(nearestWord(value.text, names)));
  }
  if (std::find(fragments_.begin(), fragments_.end(), value.text) != fragments_.end())
    refuse(value, "the fragment \"" + value.text + "\" uses itself");
  // for: names a place (Observation, Patient.contact) or a datatype that stands in many places (CodeableConcept).
  const YamlNode* wanted = found->second.root.find("for");
  const Type* here = r4().type(object.body->type);
  if (wanted != nullptr && wanted->text != object.body->path && (here == nullptr || wanted->text != here->name))
    refuse(value, "the fragment \"" + value.text + "\" is for " + wanted->text + ", not for " + object.body->path);
  const YamlNode* content = found->second.root.find("content");
  const auto file = file_;
  const std::string* text = text_;
  enterFile(std::make_shared<const std::string>(found->second.file), &found->second.text);
  if (content == nullptr || content->kind != YamlNode::Kind::Map)
    refuse(found->second.root, "a fragment needs content:");
  fragments_.push_back(value.text);
  used_fragments_.insert(value.text);
  parseMembers(*content, object, patch_path, false, nullptr);
  fragments_.pop_back();
  enterFile(file, text);
}

// ---- fields -------------------------------------------------------------------------------------------------------

Target ObjectParser::findTarget(const std::string& name, const YamlNode& key, const Block& block) {
  Target target;
  target.json_name = name;
  target.path = block.path + "." + name;
  const bool sibling = name.starts_with('_');
  const std::string bare = sibling ? name.substr(1) : name;
  const fhir::definitions::Member member = r4().member(block.type, bare);
  if (member.element == nullptr || member.type == 0) {
    const Element* choice = r4().element(block.type, fhir::base::Name(bare));
    if (choice != nullptr && choice->choice)
      refuse(key, "\"" + name + "\" has several types: write it with its type, \"" + name + "Quantity\" for example");
    refuse(key, block.path + " has no element \"" + name + "\"" + elementNames(block.type, bare));
  }
  target.element = member.element;
  target.type = member.type;
  target.repeats = member.element->max > 1;
  target.primitive = r4().type(member.type)->kind == TypeKind::Primitive;
  if (name == "id" && r4().isResource(block.type)) refuse(key, "the id comes from $key");
  if (sibling) {
    if (!target.primitive || target.repeats)
      refuse(key, "\"" + name + "\" needs a primitive element that does not repeat");
    target.type = r4().type("Element")->number;
    target.primitive = false;
  }
  return target;
}

void ObjectParser::addPatchedMembers(ObjectNode& object, const std::string& patch_path) {
  if (patch_path.empty()) return;
  for (auto& [path, patch] : patches_) {
    if (patch.hit || patch.value == nullptr || !path.starts_with(patch_path + ".")) continue;
    const std::string name = path.substr(patch_path.size() + 1);
    if (name.find('.') != std::string::npos || patch.value->kind == YamlNode::Kind::Null) continue;
    parsePatched(patch, name, *object.body, patch_path);
  }
}

void ObjectParser::parsePatched(Patch& patch, const std::string& name, Block& block, const std::string& patch_path) {
  patch.hit = true;
  if (patch.value->kind == YamlNode::Kind::Null) return;
  const auto file = file_;
  const std::string* text = text_;
  enterFile(patch.file, patch.file_text);
  YamlNode key;
  key.line = patch.line;
  key.column = patch.column;
  parseField(name, key, *patch.value, block, "");
  enterFile(file, text);
  (void)patch_path;
}

void ObjectParser::parseField(const std::string& name, const YamlNode& key, const YamlNode& value, Block& block,
                              const std::string& patch_path) {
  const std::string here = patch_path.empty() ? "" : patch_path + "." + name;
  if (const auto patch = patches_.find(here); !here.empty() && patch != patches_.end())
    return parsePatched(patch->second, name, block, here);
  Field field;
  field.target = findTarget(name, key, block);
  field.place = place(key);
  for (const auto& statement : block.statements)
    if (const Field* other = std::get_if<Field>(&statement); other != nullptr && other->target.json_name == name)
      refuse(key, "\"" + name + "\" stands here twice");
  field.in_list = value.kind == YamlNode::Kind::Sequence;
  if (field.in_list) {
    if (!field.target.repeats) refuse(value, "\"" + name + "\" does not repeat: no list");
    if (value.items.empty()) refuse(value, "an empty list");
    for (const YamlNode& item : value.items) field.values.push_back(parseValue(item, field.target, here, true));
  } else {
    if (field.target.repeats && value.kind == YamlNode::Kind::Map)
      refuse(value, "\"" + name + "\" is a list: begin with \"- \"");
    field.values.push_back(parseValue(value, field.target, here, false));
  }
  block.statements.emplace_back(std::move(field));
}

Value ObjectParser::parseValue(const YamlNode& node, const Target& target, const std::string& patch_path,
                               bool in_list) {
  switch (node.kind) {
    case YamlNode::Kind::Scalar:
      if (node.text.starts_with("= ")) return parseExpression(node, target.json_name, &target);
      if (node.text.starts_with('=')) refuse(node, "an expression begins with \"= \": a blank is missing");
      return parseConstant(node, target);
    case YamlNode::Kind::Map:
      if (target.primitive)
        refuse(node,
               target.path + " is a " + std::string(r4().type(target.type)->name) + ": a text or an expression");
      if (r4().type(target.type)->kind == TypeKind::Abstract && target.json_name[0] != '_')
        refuse(node, target.path + ": contained resources are not written by mappings");
      return parseObject(node, target.type, target.path, patch_path, in_list);
    case YamlNode::Kind::Null: refuse(node, target.path + " has no value");
    case YamlNode::Kind::Sequence: break;
  }
  refuse(node, "a list inside a list");
}

Constant ObjectParser::parseConstant(const YamlNode& node, const Target& target) {
  const std::string type(r4().type(target.type)->name);
  if (!target.primitive) refuse(node, target.path + " is a " + type + ": elements below it, or an expression");
  Constant constant;
  if (auto wrong = appendPrimitive(constant.json, type, node.text))
    refuse(node, target.path + ": \"" + node.text + "\" " + *wrong);
  const auto codes = r4().requiredCodes(target.element->binding);
  if (type == "code" && !codes.empty() && std::find(codes.begin(), codes.end(), node.text) == codes.end())
    refuse(node, target.path + ": \"" + node.text + "\" is not in " + std::string(target.element->binding) +
                     hint(nearestWord(node.text, codes)));
  return constant;
}

namespace {

void coveredElements(const Block& block, std::set<const Element*>& out) {
  for (const auto& statement : block.statements) {
    if (const Field* field = std::get_if<Field>(&statement)) out.insert(field->target.element);
    if (const Switch* branches = std::get_if<Switch>(&statement)) {
      for (const Case& one : branches->cases) coveredElements(*one.object.body, out);
      if (branches->otherwise != nullptr) coveredElements(*branches->otherwise->body, out);
    }
  }
}

}  // namespace

void ObjectParser::checkRequired(const ObjectNode& object, const YamlNode& at) const {
  if (object.body->type == 0) return;
  std::set<const Element*> covered;
  coveredElements(*object.body, covered);
  for (const Element* element : r4().elements(object.body->type))
    if (element->min > 0 && !covered.contains(element))
      refuse(at,
             object.body->path + " needs \"" + std::string(element->name.text) + "\", and nothing here writes it");
}

}  // namespace mappings::engine
