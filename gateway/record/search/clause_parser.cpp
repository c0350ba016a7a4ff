#include "gateway/record/search/clause_parser.h"

#include <array>
#include <utility>

#include "gateway/host/settings.h"
#include "gateway/record/search/composite_rows.h"
#include "gateway/record/search/derived_parameters.h"
#include "gateway/record/search/reference_rows.h"
#include "gateway/record/search/value_parser.h"

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

Error unsupported(std::string what) { return Error{Why::Unsupported, std::move(what), {}}; }
Error tooCostly(std::string what) { return Error{Why::TooCostly, std::move(what), {}}; }

struct Depth {
  int chain = 0;
  int has = 0;
};

class NameParser {
 public:
  explicit NameParser(const Definitions& definitions) : definitions_(definitions) {}

  // Recursion is bounded by the depth limits.
  Result<SearchClause> parse(TypeNumber type, std::string_view name, Depth depth) const {
    if (name.starts_with("_has:")) return parseHas(type, name.substr(5), depth);
    size_t dot = name.find('.');
    if (dot != std::string_view::npos) {
      return parseChain(type, name.substr(0, dot), name.substr(dot + 1), depth);
    }
    return parsePlain(type, name);
  }

 private:
  Result<const SearchParameter*> parameterOf(TypeNumber type, std::string_view code) const {
    const auto* parameter = definitions_.searchParameter(type, code);
    std::string type_name(definitions_.type(type)->name);
    if (parameter == nullptr) {
      return invalid(type_name + " has no search parameter '" + quoted(code) + "'." +
                     suggestion(code, parameterCodes(type, definitions_)));
    }
    if (!isOffered(*parameter)) return unsupported("the search parameter '" + quoted(code) + "' is not offered");
    return parameter;
  }

  Result<SearchClause> parseHas(TypeNumber type, std::string_view name, Depth depth) const {
    if (++depth.has > kMaxHasDepth) return tooCostly("_has may be nested " + std::to_string(kMaxHasDepth) + " deep");
    size_t first = name.find(':');
    size_t second = first == std::string_view::npos ? first : name.find(':', first + 1);
    if (second == std::string_view::npos) return invalid("_has is written as _has:Type:reference:parameter");
    std::string_view type_name = name.substr(0, first);
    ASSIGN_OR_RETURN(TypeNumber source, typeOf(type_name));
    std::string_view code = name.substr(first + 1, second - first - 1);
    ASSIGN_OR_RETURN(const SearchParameter* reference, parameterOf(source, code));
    if (reference->type != SearchType::Reference || !mayReferTo(*reference, definitions_.type(type)->name)) {
      return invalid("'" + quoted(code) + "' of " + quoted(type_name) + " does not refer to " +
                     std::string(definitions_.type(type)->name));
    }
    ASSIGN_OR_RETURN(SearchClause inner, parse(source, name.substr(second + 1), depth));
    SearchClause clause;
    clause.parameter = reference;
    clause.reverse_type = source;
    clause.chain = std::make_unique<SearchClause>(std::move(inner));
    return clause;
  }

  Result<SearchClause> parseChain(TypeNumber type, std::string_view head, std::string_view rest, Depth depth) const {
    if (++depth.chain > kMaxChainDepth) {
      return tooCostly("a chain may have " + std::to_string(kMaxChainDepth) + " links");
    }
    size_t colon = head.find(':');
    ASSIGN_OR_RETURN(const SearchParameter* parameter, parameterOf(type, head.substr(0, colon)));
    if (parameter->type != SearchType::Reference) {
      return invalid("'" + quoted(head) + "' is not a reference, so nothing can follow it after a dot");
    }
    TypeNumber target = 0;
    if (colon == std::string_view::npos) {
      ASSIGN_OR_RETURN(target, onlyTarget(*parameter, rest));
    } else {
      ASSIGN_OR_RETURN(target, targetOf(*parameter, head.substr(colon + 1)));
    }
    ASSIGN_OR_RETURN(SearchClause inner, parse(target, rest, depth));
    SearchClause clause;
    clause.parameter = parameter;
    clause.target = target;
    clause.chain = std::make_unique<SearchClause>(std::move(inner));
    return clause;
  }

  // The type that a chain without `:Type` goes on with: the only one of the targets that has the next parameter.
  Result<TypeNumber> onlyTarget(const SearchParameter& parameter, std::string_view rest) const {
    bool open = parameter.targets.empty();
    for (std::string_view name : parameter.targets) open = open || name == "Resource" || name == "DomainResource";
    std::string example = std::string(parameter.code) + ":Type." + quoted(rest.substr(0, rest.find_first_of(".:")));
    if (open) return invalid("this reference may be to any type: name it, as in " + example);
    std::string_view next = rest.substr(0, rest.find_first_of(".:"));
    std::vector<TypeNumber> fitting;
    std::string names;
    for (std::string_view name : parameter.targets) {
      const auto* target = definitions_.type(name);
      if (target == nullptr) continue;
      if (next != "_has" && definitions_.searchParameter(target->number, next) == nullptr) continue;
      fitting.push_back(target->number);
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    if (fitting.size() == 1) return fitting[0];
    if (fitting.empty()) {
      return invalid("no type that '" + std::string(parameter.code) + "' refers to has a search parameter '" +
                     quoted(next) + "'");
    }
    return invalid("this reference may be to " + names + ": name the type, as in " + example);
  }

  Result<TypeNumber> typeOf(std::string_view name) const {
    const auto* type = definitions_.type(name);
    if (type == nullptr || !definitions_.isResource(type->number)) {
      std::vector<std::string> known;
      for (const auto& candidate : definitions_.types()) {
        if (definitions_.isResource(candidate.number)) known.emplace_back(candidate.name);
      }
      return invalid("'" + quoted(name) + "' is not a resource type." + suggestion(name, known));
    }
    return type->number;
  }

  Result<TypeNumber> targetOf(const SearchParameter& parameter, std::string_view name) const {
    ASSIGN_OR_RETURN(TypeNumber target, typeOf(name));
    if (!mayReferTo(parameter, name)) {
      return invalid("'" + std::string(parameter.code) + "' never refers to a " + quoted(name));
    }
    return target;
  }

  Done takeModifier(std::string_view word, SearchClause& clause) const {
    static constexpr std::array<std::pair<std::string_view, Modifier>, 11> kWords = {
        {{"missing", Modifier::Missing},
         {"exact", Modifier::Exact},
         {"contains", Modifier::Contains},
         {"text", Modifier::Text},
         {"not", Modifier::Not},
         {"identifier", Modifier::Identifier},
         {"of-type", Modifier::OfType},
         {"below", Modifier::Below},
         {"above", Modifier::Above},
         {"in", Modifier::In},
         {"not-in", Modifier::NotIn}}};
    SearchType type = clause.parameter->type;
    for (const auto& [name, modifier] : kWords) {
      if (name != word) continue;
      clause.modifier = modifier;
      bool id = clause.parameter->code == "_id" || clause.parameter->code == "_lastUpdated";
      if (id && modifier != Modifier::Missing && modifier != Modifier::Not)
        return invalid("this search parameter has no modifier ':" + std::string(word) + "'");
      return judge(modifier, type, word);
    }
    if (type == SearchType::Reference) {
      ASSIGN_OR_RETURN(clause.target, targetOf(*clause.parameter, word));
      return {};
    }
    std::vector<std::string> known;
    for (const auto& [name, modifier] : kWords) known.emplace_back(name);
    return invalid("there is no modifier ':" + quoted(word) + "'." + suggestion(word, known));
  }

  // R4 3.1.1.4.2: which modifiers a type has, and which of these we offer.
  static Done judge(Modifier modifier, SearchType type, std::string_view word) {
    bool defined = false;
    bool offered = false;
    switch (modifier) {
      case Modifier::Missing: defined = offered = true; break;
      case Modifier::Exact:
      case Modifier::Contains: defined = offered = type == SearchType::String; break;
      case Modifier::Not: defined = offered = type == SearchType::Token; break;
      case Modifier::Identifier: defined = offered = type == SearchType::Reference; break;
      case Modifier::Text: defined = offered = type == SearchType::Token || type == SearchType::Reference; break;
      case Modifier::Above:
      case Modifier::Below:
        defined = type == SearchType::Token || type == SearchType::Uri || type == SearchType::Reference;
        offered = type == SearchType::Uri;
        break;
      case Modifier::In:
      case Modifier::NotIn: defined = type == SearchType::Token; break;
      case Modifier::OfType: defined = offered = type == SearchType::Token; break;
      case Modifier::None: break;
    }
    if (!defined) return invalid("this kind of search parameter has no modifier ':" + std::string(word) + "'");
    if (!offered) return unsupported("the modifier ':" + std::string(word) + "' is not offered");
    return {};
  }

  Result<SearchClause> parsePlain(TypeNumber type, std::string_view name) const {
    size_t colon = name.find(':');
    SearchClause clause;
    ASSIGN_OR_RETURN(clause.parameter, parameterOf(type, name.substr(0, colon)));
    if (colon != std::string_view::npos) RETURN_IF_ERROR(takeModifier(name.substr(colon + 1), clause));
    return clause;
  }

  const Definitions& definitions_;
};

Done checkComposite(const SearchClause& clause, const Definitions& definitions) {
  if (clause.parameter->type != SearchType::Composite || clause.modifier == Modifier::Missing) return {};
  bool rows = !isDerived(*clause.parameter) || clause.parameter->code.starts_with("combo-");
  for (const auto& operand : clause.any_of) {
    if (rows) RETURN_IF_ERROR(compositeKey(definitions, *clause.parameter, operand));
  }
  return {};
}

Done parseValues(SearchClause& clause, std::string_view value, const Definitions& definitions,
                 const ParseOptions& options) {
  auto pieces = splitUnescaped(value, ',');
  if (pieces.size() > options.max_or_values) {
    return tooCostly("one parameter may have " + std::to_string(options.max_or_values) + " values");
  }
  if (clause.modifier == Modifier::Missing && pieces.size() > 1) return invalid(":missing is true or false");
  for (std::string_view piece : pieces) {
    if (piece.empty()) return invalid("a value is empty");
    ASSIGN_OR_RETURN(auto operand,
                     parseValue(piece, {clause.parameter, clause.modifier, clause.target}, definitions, options));
    clause.any_of.push_back(std::move(operand));
  }
  return checkComposite(clause, definitions);
}

Error at(std::string_view name, Error error) {
  error.where = quoted(name);
  return error;
}

}  // namespace

Result<SearchClause> parseClauseName(TypeNumber type, std::string_view name, const Definitions& definitions) {
  auto clause = NameParser(definitions).parse(type, name, {});
  if (!clause.ok()) return at(name, std::move(clause).error());
  return clause;
}

Done parseClauseValues(SearchClause& clause, std::string_view name, std::string_view value,
                       const Definitions& definitions, const ParseOptions& options) {
  SearchClause* last = &clause;
  while (last->chain) last = last->chain.get();
  auto done = parseValues(*last, value, definitions, options);
  if (!done.ok()) return at(name, std::move(done).error());
  return {};
}

std::vector<std::string> parameterCodes(TypeNumber type, const Definitions& definitions) {
  std::vector<std::string> codes;
  for (const auto* parameter : definitions.searchParameters(type)) codes.emplace_back(parameter->code);
  return codes;
}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& known) {
  std::string name = host::nearestKey(wrong, known);
  return name.empty() ? name : " Did you mean '" + name + "'?";
}

std::string quoted(std::string_view name) {
  constexpr size_t kLongest = 100;
  std::string text(name.substr(0, kLongest));
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return name.size() > kLongest ? text + "..." : text;
}

bool isOffered(const SearchParameter& parameter) {
  return parameter.type != SearchType::Special && !parameter.expression.empty();
}

}  // namespace gateway::record::search
