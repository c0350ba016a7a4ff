#include "gateway/record/search/value_parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/base/temporal.h"
#include "fhir/model/reference.h"
#include "gateway/record/search/derived_parameters.h"
#include "gateway/record/search/reference_rows.h"

namespace gateway::record::search {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::Why;
using fhir::definitions::Definitions;
using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;

namespace {

constexpr long kMaxSlashes = 64;

Error unsupported(std::string what) { return Error{Why::Unsupported, std::move(what), {}}; }

// "ge2024" -> Ge and "2024". A value without a prefix starts with a digit or a sign.
Result<std::string_view> takePrefix(std::string_view text, Prefix& prefix) {
  static constexpr std::array<std::pair<std::string_view, Prefix>, 9> kPrefixes = {{{"eq", Prefix::Eq},
                                                                                    {"ne", Prefix::Ne},
                                                                                    {"gt", Prefix::Gt},
                                                                                    {"lt", Prefix::Lt},
                                                                                    {"ge", Prefix::Ge},
                                                                                    {"le", Prefix::Le},
                                                                                    {"sa", Prefix::Sa},
                                                                                    {"eb", Prefix::Eb},
                                                                                    {"ap", Prefix::Ap}}};
  prefix = Prefix::Eq;
  if (text.empty() || (text[0] >= '0' && text[0] <= '9') || text[0] == '-') return text;
  for (const auto& [name, value] : kPrefixes) {
    if (!text.starts_with(name)) continue;
    prefix = value;
    return text.substr(2);
  }
  return invalid("a value may begin with one of the prefixes eq, ne, gt, lt, ge, le, sa, eb, ap and nothing else");
}

Done parseString(std::string_view text, const ValueRules& rules, SearchOperand& operand) {
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  if (rules.modifier != Modifier::Exact && fhir::index::folded(operand.text).empty()) {
    return invalid("the text to look for has no letters or digits");
  }
  return {};
}

// `code`, `system|code`, `|code`, `system|`.
Done parseToken(std::string_view text, SearchOperand& operand) {
  auto parts = splitUnescaped(text, '|');
  if (parts.size() > 2) return invalid("a token has one bar at most; write \\| for a bar in the code");
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  if (parts.size() == 2) {
    ASSIGN_OR_RETURN(operand.system, unescaped(parts[0]));
  }
  ASSIGN_OR_RETURN(operand.code, unescaped(parts.back()));
  if (operand.code.empty() && (!operand.system || operand.system->empty())) return invalid("the token is empty");
  return {};
}

// `type system|type code|value` (R4 3.1.1.4.10).
Done parseOfType(std::string_view text, SearchOperand& operand) {
  auto parts = splitUnescaped(text, '|');
  if (parts.size() != 3) return invalid(":of-type takes type system|type code|value");
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  ASSIGN_OR_RETURN(operand.unit_system, unescaped(parts[0]));
  ASSIGN_OR_RETURN(operand.system, unescaped(parts[1]));
  ASSIGN_OR_RETURN(operand.code, unescaped(parts[2]));
  if (operand.system->empty() || operand.code.empty()) return invalid(":of-type needs the type's code and the value");
  return {};
}

Done parseUri(std::string_view text, const ValueRules& rules, SearchOperand& operand) {
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  bool hierarchy = rules.modifier == Modifier::Above || rules.modifier == Modifier::Below;
  if (hierarchy && operand.text.starts_with("urn:"))
    return invalid("URNs have no hierarchy: :above and :below are for URLs");
  if (rules.modifier == Modifier::Above && std::count(operand.text.begin(), operand.text.end(), '/') > kMaxSlashes)
    return Error{Why::TooCostly, "the URL has too many parts", {}};
  return {};
}

// The one type that an id without a type can mean; empty: several.
std::string_view onlyTarget(const ValueRules& rules, const Definitions& definitions) {
  if (rules.target != 0) return definitions.type(rules.target)->name;
  const auto& targets = rules.parameter->targets;
  if (targets.size() == 1 && targets[0] != "Resource") return targets[0];
  return {};
}

Done parseReference(std::string_view text, const ValueRules& rules, const Definitions& definitions,
                    const ParseOptions& options, SearchOperand& operand) {
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  std::string_view rest = operand.text;
  const std::string& own = options.own_base;
  if (!own.empty() && rest.size() > own.size() && rest.starts_with(own) && rest[own.size()] == '/') {
    rest.remove_prefix(own.size() + 1);
  }
  std::string_view expected = onlyTarget(rules, definitions);
  if (fhir::model::isValidId(rest)) {
    operand.reference_id = rest;
    operand.reference_type = expected;
    return {};
  }
  auto reference = fhir::model::parseReference(rest);
  if (reference && !reference->version.empty()) return unsupported("references to one version are not searched");
  if (reference && !reference->type.empty() && reference->base.empty()) {
    if (!expected.empty() && reference->type != expected) {
      return invalid("the reference must be to a " + std::string(expected));
    }
    if (!mayReferTo(*rules.parameter, reference->type)) {
      return invalid("this parameter never refers to a " + std::string(reference->type));
    }
    operand.reference_type = reference->type;
    operand.reference_id = reference->id;
    return {};
  }
  bool is_url = rest.find(':') != std::string_view::npos && rest.find(' ') == std::string_view::npos;
  if (!is_url) return invalid("a reference is written as id, Type/id or an absolute URL");
  if (rest.find('|') != std::string_view::npos) return unsupported("canonicals with a |version are not searched");
  operand.reference_url = rest;
  return {};
}

// "2024-01-31T10:00:00 08:00" came from an unescaped + before the zone; nothing else can have been meant.
std::string withPlus(std::string_view text) {
  std::string repaired(text);
  size_t space = repaired.rfind(' ');
  if (space != std::string::npos && space > 10 && repaired.size() == space + 6 && repaired[space + 3] == ':') {
    repaired[space] = '+';
  }
  return repaired;
}

Done parseDate(std::string_view text, const ParseOptions& options, SearchOperand& operand) {
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  ASSIGN_OR_RETURN(std::string_view value, takePrefix(operand.text, operand.prefix));
  auto parsed = fhir::base::Temporal::parseDateTime(withPlus(value));
  bool partial = parsed.ok() && (parsed->precision == fhir::base::Precision::Hour || value.back() == 'T');
  if (!parsed.ok() || partial) {
    return invalid("a date is written as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.f]] with Z or +hh:mm");
  }
  auto span = parsed->span(options.zone_minutes);
  operand.date = {span.low, span.high};
  return {};
}

Done parseNumber(std::string_view value, SearchOperand& operand) {
  ASSIGN_OR_RETURN(std::string_view number, takePrefix(value, operand.prefix));
  auto parsed = fhir::base::Decimal::parse(number);
  if (!parsed.ok()) return invalid("a number is written as 5.4, -2 or 1e3");
  operand.decimal = *parsed;
  operand.number = {parsed->lowerBound().orderKey(), parsed->upperBound().orderKey()};
  return {};
}

// `5.4`, `5.4||mg`, `5.4|http://unitsofmeasure.org|mg`.
Done parseQuantity(std::string_view text, SearchOperand& operand) {
  auto parts = splitUnescaped(text, '|');
  if (parts.size() != 1 && parts.size() != 3)
    return invalid("a quantity is written as number, or number|system|unit");
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  ASSIGN_OR_RETURN(std::string number, unescaped(parts[0]));
  if (parts.size() == 3) {
    ASSIGN_OR_RETURN(operand.unit_system, unescaped(parts[1]));
    ASSIGN_OR_RETURN(operand.code, unescaped(parts[2]));
    if (operand.code.empty()) {
      return operand.unit_system.empty() ? invalid("the unit is empty; leave the bars out")
                                         : unsupported("a quantity with a unit system and no unit is not searched");
    }
  }
  return parseNumber(number, operand);
}

Done parseComposite(std::string_view text, const ValueRules& rules, const Definitions& definitions,
                    const ParseOptions& options, SearchOperand& operand) {
  auto components = componentsOf(definitions, *rules.parameter);
  auto parts = splitUnescaped(text, '$');
  if (parts.size() != components.size()) {
    return invalid("this composite has " + std::to_string(components.size()) + " parts, separated by $");
  }
  ASSIGN_OR_RETURN(operand.text, unescaped(text));
  for (size_t i = 0; i < parts.size(); ++i) {
    if (components[i] == nullptr) return unsupported("this composite parameter is not offered");
    if (parts[i].empty()) return invalid("a part of the composite is empty");
    ASSIGN_OR_RETURN(auto part, parseValue(parts[i], {components[i], Modifier::None, 0}, definitions, options));
    operand.parts.push_back(std::move(part));
  }
  return {};
}

Done parseByType(std::string_view text, const ValueRules& rules, const Definitions& definitions,
                 const ParseOptions& options, SearchOperand& operand) {
  if (rules.modifier == Modifier::Missing) {
    if (text != "true" && text != "false") return invalid(":missing is true or false");
    operand.text = text;
    operand.missing = text == "true";
    return {};
  }
  if (rules.modifier == Modifier::Identifier) return parseToken(text, operand);
  if (rules.modifier == Modifier::OfType) return parseOfType(text, operand);
  if (rules.modifier == Modifier::Text) return parseString(text, rules, operand);
  switch (rules.parameter->type) {
    case SearchType::String: return parseString(text, rules, operand);
    case SearchType::Token: return parseToken(text, operand);
    case SearchType::Reference: return parseReference(text, rules, definitions, options, operand);
    case SearchType::Date: return parseDate(text, options, operand);
    case SearchType::Number: {
      ASSIGN_OR_RETURN(operand.text, unescaped(text));
      return parseNumber(operand.text, operand);
    }
    case SearchType::Quantity: return parseQuantity(text, operand);
    case SearchType::Composite: return parseComposite(text, rules, definitions, options, operand);
    case SearchType::Uri: return parseUri(text, rules, operand);
    case SearchType::Special: return unsupported("special search parameters are not offered");
  }
  return unsupported("this kind of search parameter is not offered");
}

}  // namespace

std::vector<std::string_view> splitUnescaped(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == separator) {
      pieces.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  pieces.push_back(text.substr(start));
  return pieces;
}

Result<std::string> unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      if (i == text.size() || std::string_view(",$|\\").find(text[i]) == std::string_view::npos) {
        return invalid("a backslash stands only before a comma, a dollar sign, a bar or a backslash");
      }
    }
    plain += text[i];
  }
  return plain;
}

Result<SearchOperand> parseValue(std::string_view text, const ValueRules& rules, const Definitions& definitions,
                                 const ParseOptions& options) {
  SearchOperand operand;
  RETURN_IF_ERROR(parseByType(text, rules, definitions, options, operand));
  return operand;
}

}  // namespace gateway::record::search
