#include "fhir/validate/element_reader.h"

#include <charconv>

#include "fhir/base/text.h"

namespace fhir::validate {

using base::invalid;
using definitions::TypeNumber;
using model::Document;
using path::Node;

namespace {

class Sink final : public path::NodeSink {
 public:
  void add(Node node) override { nodes.push_back(node); }
  std::vector<Node> nodes;
};

bool number(std::string_view text, uint32_t& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// "http://hl7.org/fhir/StructureDefinition/Patient" and "Patient" are the type; System types those of R4's
// primitives.
TypeNumber typeOf(std::string_view code) {
  if (const size_t slash = code.rfind('/'); slash != std::string_view::npos) code = code.substr(slash + 1);
  if (code == "System.String") code = "string";
  const auto* type = definitions::r4().type(code);
  return type == nullptr ? TypeNumber{0} : type->number;
}

// `path` with extension(), resolve() and ofType(): all that R4 allows in a discriminator (5.1.0.13).
base::Result<std::vector<PathStep>> discriminatorPath(std::string_view path) {
  std::vector<PathStep> out;
  if (path == "$this" || path.empty()) return out;
  if (path.starts_with("$this.")) path.remove_prefix(6);
  while (!path.empty()) {
    size_t end = 0;
    int depth = 0;
    for (; end < path.size() && (path[end] != '.' || depth > 0); ++end) {
      if (path[end] == '(') ++depth;
      if (path[end] == ')') --depth;
    }
    std::string_view step = path.substr(0, end);
    path.remove_prefix(std::min(path.size(), end + 1));
    const size_t bracket = step.find('(');
    PathStep made;
    if (bracket == std::string_view::npos) {
      made.text = step.ends_with("[x]") ? step.substr(0, step.size() - 3) : step;
    } else {
      std::string_view argument = step.substr(bracket + 1);
      if (!argument.ends_with(')')) return invalid("a discriminator's path cannot be read");
      argument.remove_suffix(1);
      if (argument.size() >= 2 && argument.front() == '\'') argument = argument.substr(1, argument.size() - 2);
      made.text = argument;
      const std::string_view function = step.substr(0, bracket);
      if (function == "extension") {
        made.kind = PathStep::Kind::Extension;
      } else if (function == "resolve") {
        made.kind = PathStep::Kind::Resolve;
      } else if (function == "ofType") {
        made.kind = PathStep::Kind::OfType;
      } else {
        return invalid("a discriminator's path uses a function that is not allowed there");
      }
    }
    out.push_back(std::move(made));
  }
  return out;
}

}  // namespace

std::string_view textOf(Node node, std::string_view name) {
  const Node child = Document::child(node, name);
  return child.tree == nullptr ? std::string_view() : Document::text(child);
}

std::vector<Node> childrenOf(Node node, std::string_view name) {
  Sink sink;
  Document::navigator().named(node, base::Name(name), sink);
  return std::move(sink.nodes);
}

base::Done ElementReader::read(Node element, ElementRule& rule) const {
  RETURN_IF_ERROR(readCardinality(element, rule));
  RETURN_IF_ERROR(readTypes(element, rule));
  RETURN_IF_ERROR(readSlicing(element, rule));
  RETURN_IF_ERROR(readInvariants(element, rule));
  readBinding(element, rule);
  readValues(element, rule);
  if (const std::string_view must = textOf(element, "mustSupport"); !must.empty()) rule.must_support = must == "true";
  if (&rule == &profile_.root)
    if (const std::string_view modifier = textOf(element, "isModifier"); !modifier.empty())
      profile_.is_modifier = modifier == "true";
  return {};
}

base::Done ElementReader::readCardinality(Node element, ElementRule& rule) const {
  if (&rule == &profile_.root) return {};  // of an extension: how often it may stand somewhere
  const std::string_view min = textOf(element, "min"), max = textOf(element, "max");
  uint32_t value = 0;
  if (!min.empty()) {
    if (!number(min, value)) return invalid("min is no number at " + rule.id);
    const bool published = rule.slice.empty() && rule.element != nullptr && value <= rule.element->min;
    rule.min = published ? 0 : value;
  }
  if (!max.empty() && max != "*") {
    if (!number(max, value)) return invalid("max is no number at " + rule.id);
    const uint32_t r4 = rule.element == nullptr || rule.element->max == 65535 ? UINT32_MAX : rule.element->max;
    rule.max = rule.slice.empty() && value >= r4 ? UINT32_MAX : value;
  }
  if (rule.min > rule.max) return invalid("min is greater than max at " + rule.id);
  return {};
}

base::Done ElementReader::readTypes(Node element, ElementRule& rule) const {
  const std::vector<Node> types = childrenOf(element, "type");
  if (types.empty() || &rule == &profile_.root) return {};
  std::vector<TypeRule> out;
  for (Node type : types) {
    const std::string_view code = textOf(type, "code");
    TypeRule made;
    made.type = typeOf(code);
    if (made.type == 0) return invalid("a type that R4 does not have at " + rule.id);
    // A backbone element's own type is its path, an inherited one's definition says id as string.
    if ((code == "BackboneElement" || code == "Element") && rule.element != nullptr &&
        rule.element->types.size() == 1)
      made.type = rule.element->types[0];
    if (code.starts_with("http://hl7.org/fhirpath/") && rule.element != nullptr && rule.element->types.size() == 1)
      made.type = rule.element->types[0];
    for (Node profile : childrenOf(type, "profile")) made.profiles.emplace_back(Document::text(profile));
    for (Node target : childrenOf(type, "targetProfile")) made.target_profiles.emplace_back(Document::text(target));
    // The published definition of a primitive repeats a type for each profile.
    if (!out.empty() && out.back().type == made.type) {
      out.back().profiles.insert(out.back().profiles.end(), made.profiles.begin(), made.profiles.end());
      out.back().target_profiles.insert(out.back().target_profiles.end(), made.target_profiles.begin(),
                                        made.target_profiles.end());
    } else {
      out.push_back(std::move(made));
    }
  }
  rule.types = std::move(out);
  return {};
}

base::Done ElementReader::readSlicing(Node element, ElementRule& rule) const {
  const Node node = Document::child(element, "slicing");
  if (node.tree == nullptr) return {};
  Slicing slicing;
  const std::string_view rules = textOf(node, "rules");
  slicing.rules = rules == "closed"      ? Slicing::Rules::Closed
                  : rules == "openAtEnd" ? Slicing::Rules::OpenAtEnd
                                         : Slicing::Rules::Open;
  slicing.ordered = textOf(node, "ordered") == "true";
  for (Node one : childrenOf(node, "discriminator")) {
    Discriminator made;
    const std::string_view type = textOf(one, "type");
    if (type == "value") {
      made.kind = Discriminator::Kind::Value;
    } else if (type == "pattern") {
      made.kind = Discriminator::Kind::Pattern;
    } else if (type == "exists") {
      made.kind = Discriminator::Kind::Exists;
    } else if (type == "type") {
      made.kind = Discriminator::Kind::Type;
    } else if (type == "profile") {
      made.kind = Discriminator::Kind::Profile;
    } else {
      return invalid("an unknown kind of discriminator at " + rule.id);
    }
    ASSIGN_OR_RETURN(made.path, discriminatorPath(textOf(one, "path")));
    slicing.discriminators.push_back(std::move(made));
  }
  if (slicing.discriminators.empty() && rule.slicing) slicing.discriminators = rule.slicing->discriminators;
  rule.slicing = std::move(slicing);
  return {};
}

base::Done ElementReader::readInvariants(Node element, ElementRule& rule) const {
  for (Node node : childrenOf(element, "constraint")) {
    const std::string_view key = textOf(node, "key"), expression = textOf(node, "expression");
    if (expression.empty() || ruleBook().isPublished(key, expression)) continue;
    bool known = false;
    for (const auto& have : rule.invariants) known |= have->key == key;
    if (known) continue;
    auto compiled = path::Expression::compile(expression);
    if (!compiled.ok())
      return invalid("the invariant " + std::string(key) + " cannot be read: " + compiled.error().text());
    rule.invariants.push_back(std::shared_ptr<const Invariant>(
        new Invariant{std::string(key), std::string(textOf(node, "human")),
                      textOf(node, "severity") == "warning" ? base::Severity::Warning : base::Severity::Error,
                      std::move(compiled).value()}));
  }
  return {};
}

void ElementReader::readBinding(Node element, ElementRule& rule) const {
  const Node node = Document::child(element, "binding");
  if (node.tree == nullptr) return;
  const std::string_view strength = textOf(node, "strength"), value_set = textOf(node, "valueSet");
  const bool required = strength == "required";
  if (value_set.empty() || (!required && strength != "extensible")) return;
  // In a slice it may be what tells the slices apart, so it is kept there.
  if (rule.element != nullptr && rule.id.find(':') == std::string::npos) {
    const auto* first = definitions::r4().allElements().data();
    const ElementBook& r4 = ruleBook().element(static_cast<uint32_t>(rule.element - first));
    const std::string_view same = required ? r4.required.url : r4.extensible.url;
    if (same == value_set.substr(0, value_set.find('|'))) return;
  }
  rule.binding = ProfileBinding{required, std::string(value_set)};
}

void ElementReader::readValues(Node element, ElementRule& rule) const {
  auto take = [&](std::string_view name, ExpectedValue& value) {
    const Node node = Document::child(element, name);
    if (node.tree != nullptr) value = {definition_, node};
  };
  take("fixed", rule.fixed);
  take("pattern", rule.pattern);
  take("minValue", rule.min_value);
  take("maxValue", rule.max_value);
  uint32_t length = 0;
  if (number(textOf(element, "maxLength"), length)) rule.max_length = length;
}

}  // namespace fhir::validate
