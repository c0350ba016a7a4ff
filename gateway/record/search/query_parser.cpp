#include "gateway/record/search/query_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

#include "fhir/base/text.h"
#include "gateway/record/search/clause_parser.h"
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
using fhir::definitions::TypeNumber;

namespace {

constexpr size_t kMaxSortKeys = 4;

Error tooCostly(std::string what, std::string where) {
  return Error{Why::TooCostly, std::move(what), std::move(where)};
}
Error unsupported(std::string what, std::string where) {
  return Error{Why::Unsupported, std::move(what), std::move(where)};
}

// Of the query component what RFC 3986 leaves readable; the bar is not.
std::string encoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::string_view(":,/$*").find(text[i]) != std::string_view::npos) {
      out += text[i];
    } else {
      out += fhir::base::percentEncode(text.substr(i, 1));
    }
  }
  return out;
}

class QueryParser {
 public:
  QueryParser(TypeNumber type, const Definitions& definitions, const ParseOptions& options)
      : definitions_(definitions), options_(options) {
    query_.type = type;
    query_.count = options.default_count;
  }

  Result<SearchQuery> parse(const QueryParameters& parameters) {
    if (parameters.size() > options_.max_parameters) {
      return tooCostly("a search may have " + std::to_string(options_.max_parameters) + " parameters", {});
    }
    for (const auto& [name, value] : parameters) {
      if (name == "_format" || name == "_pretty" || isEmpty(name, value)) continue;
      auto taken = take(name, value);
      if (taken.ok()) {
        std::string_view used = name == "_count" ? std::string_view(count_) : std::string_view(value);
        query_.canonical += (query_.canonical.empty() ? "" : "&") + encoded(name) + "=" + encoded(used);
      } else if (options_.lenient && mayBeIgnored(taken.error(), name)) {
        query_.ignored.push_back(name);
      } else {
        return std::move(taken).error();
      }
    }
    return std::move(query_);
  }

 private:
  using Take = Done (QueryParser::*)(std::string_view name, std::string_view value);
  struct Control {
    std::string_view name;
    Take take;
    bool once;
  };

  static const std::array<Control, 9>& controls() {
    static const std::array<Control, 9> kControls = {{{"_count", &QueryParser::takeCount, true},
                                                      {"_summary", &QueryParser::takeSummary, true},
                                                      {"_total", &QueryParser::takeTotal, true},
                                                      {"_elements", &QueryParser::takeElements, true},
                                                      {"_sort", &QueryParser::takeSort, true},
                                                      {"_include", &QueryParser::takeInclude, false},
                                                      {"_include:iterate", &QueryParser::takeInclude, false},
                                                      {"_revinclude", &QueryParser::takeInclude, false},
                                                      {"_revinclude:iterate", &QueryParser::takeInclude, false}}};
    return kControls;
  }

  // An empty parameter is no error (R4 3.1.1.3); one that nobody knows is told all the same.
  bool isEmpty(std::string_view name, std::string_view value) const {
    if (!value.empty()) return false;
    std::string_view code = name.substr(0, name.find_first_of(".:"));
    for (const auto& control : controls())
      if (control.name == name) return true;
    return code == "_has" || definitions_.searchParameter(query_.type, code) != nullptr;
  }

  // Leaving out a filter whose value is malformed would answer more than was asked for; a name that we do not know or
  // offer is what lenient handling is about.
  bool mayBeIgnored(const Error& error, std::string_view name) const {
    if (error.why == Why::Unsupported) return true;
    return error.why == Why::Invalid && unknown_.count(std::string(name)) != 0;
  }

  Done take(std::string_view name, std::string_view value) {
    for (const auto& control : controls()) {
      if (control.name != name) continue;
      if (control.once && !seen_.insert(std::string(name)).second) {
        return invalid("this parameter may be given once", std::string(name));
      }
      return (this->*control.take)(name, value);
    }
    return takeClause(name, value);
  }

  Done takeClause(std::string_view name, std::string_view value) {
    static constexpr std::array<std::string_view, 7> kNotOffered = {
        "_list", "_type", "_contained", "_containedType", "_score", "_include:recurse", "_revinclude:recurse"};
    if (std::find(kNotOffered.begin(), kNotOffered.end(), name) != kNotOffered.end()) {
      return unsupported("this parameter is not offered", std::string(name));
    }
    std::string_view code = name.substr(0, name.find_first_of(".:"));
    if (code != "_has" && definitions_.searchParameter(query_.type, code) == nullptr) {
      unknown_.insert(std::string(name));
      auto known = parameterCodes(query_.type, definitions_);
      for (const auto& control : controls()) known.emplace_back(control.name);
      return invalid(std::string(definitions_.type(query_.type)->name) + " has no search parameter '" + quoted(code) +
                         "'." + suggestion(code, known),
                     quoted(name));
    }
    auto clause = parseClauseName(query_.type, name, definitions_);
    if (!clause.ok()) {
      unknown_.insert(std::string(name));
      return std::move(clause).error();
    }
    RETURN_IF_ERROR(parseClauseValues(*clause, name, value, definitions_, options_));
    query_.all_of.push_back(std::move(*clause));
    return {};
  }

  Done takeCount(std::string_view name, std::string_view value) {
    uint32_t count = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error == std::errc::result_out_of_range) count = UINT32_MAX;
    if (end != value.data() + value.size() || error == std::errc::invalid_argument) {
      return invalid("_count is a number, 0 or more", std::string(name));
    }
    query_.count = count = std::min(count, options_.max_count);
    count_ = std::to_string(count);
    if (count == 0) query_.summary = Summary::Count;
    return {};
  }

  Done takeSummary(std::string_view name, std::string_view value) {
    Summary summary;
    if (value == "true") {
      summary = Summary::True;
    } else if (value == "text") {
      summary = Summary::Text;
    } else if (value == "data") {
      summary = Summary::Data;
    } else if (value == "count") {
      summary = Summary::Count;
    } else if (value == "false") {
      summary = Summary::False;
    } else {
      return invalid("_summary is one of true, text, data, count, false", std::string(name));
    }
    if (query_.count != 0) query_.summary = summary;  // _count=0 asks for the number alone
    return {};
  }

  Done takeTotal(std::string_view name, std::string_view value) {
    if (value == "none") {
      query_.total = Total::None;
    } else if (value == "estimate") {
      query_.total = Total::Estimate;
    } else if (value == "accurate") {
      query_.total = Total::Accurate;
    } else {
      return invalid("_total is one of none, estimate, accurate", std::string(name));
    }
    return {};
  }

  Done takeElements(std::string_view name, std::string_view value) {
    std::vector<std::string> known;
    for (const auto* element : definitions_.elements(query_.type)) known.emplace_back(element->name.text);
    for (std::string_view element : fhir::base::split(value, ',')) {
      bool good = definitions_.element(query_.type, fhir::base::Name(element)) != nullptr ||
                  definitions_.member(query_.type, element).element != nullptr;
      if (!good) {
        return invalid(std::string(definitions_.type(query_.type)->name) + " has no element '" + quoted(element) +
                           "'." + suggestion(element, known),
                       std::string(name));
      }
      query_.elements.emplace_back(element);
    }
    return {};
  }

  Done takeSort(std::string_view name, std::string_view value) {
    auto keys = fhir::base::split(value, ',');
    if (keys.size() > kMaxSortKeys) {
      return tooCostly("_sort may have " + std::to_string(kMaxSortKeys) + " keys", std::string(name));
    }
    for (std::string_view key : keys) {
      SortKey sort;
      sort.descending = key.starts_with('-');
      if (sort.descending) key.remove_prefix(1);
      sort.parameter = definitions_.searchParameter(query_.type, key);
      if (sort.parameter == nullptr) {
        return invalid(std::string(definitions_.type(query_.type)->name) + " has no search parameter '" +
                           quoted(key) + "' to sort by." + suggestion(key, parameterCodes(query_.type, definitions_)),
                       std::string(name));
      }
      if (!sortable(*sort.parameter)) {
        return unsupported(
            "sorting is offered by _lastUpdated, _id and by date and string parameters, not by '" + quoted(key) + "'",
            std::string(name));
      }
      query_.sort.push_back(sort);
    }
    return {};
  }

  static bool sortable(const SearchParameter& parameter) {
    if (parameter.code == "_id" || parameter.code == "_lastUpdated") return true;
    if (!isOffered(parameter) || isDerived(parameter)) return false;
    return parameter.type == SearchType::Date || parameter.type == SearchType::String;
  }

  Done takeInclude(std::string_view name, std::string_view value) {
    Include include;
    include.reverse = name.starts_with("_revinclude");
    include.iterate = name.ends_with(":iterate");
    auto parts = fhir::base::split(value, ':');
    std::string where(name);
    if (parts.size() == 1 && parts[0] == "*") {
      if (include.reverse) return unsupported("_revinclude=* is not offered: name Type:parameter", where);
      include.wildcard = true;
      include.source = include.iterate ? TypeNumber{0} : query_.type;
      query_.includes.push_back(include);
      return {};
    }
    if (parts.size() < 2 || parts.size() > 3)
      return invalid("an include is written as Type:parameter[:Target]", where);
    RETURN_IF_ERROR(takeIncludeTypes(parts, where, include));
    query_.includes.push_back(include);
    return {};
  }

  Done takeIncludeTypes(const std::vector<std::string_view>& parts, const std::string& where, Include& include) {
    const auto* source = definitions_.type(parts[0]);
    if (source == nullptr || !definitions_.isResource(source->number)) {
      return invalid("'" + quoted(parts[0]) + "' is not a resource type", where);
    }
    include.source = source->number;
    if (!include.reverse && !include.iterate && include.source != query_.type) {
      return invalid("this search finds " + std::string(definitions_.type(query_.type)->name) +
                         "; what other types refer to is included with _include:iterate",
                     where);
    }
    if (parts.size() == 3) {
      const auto* target = definitions_.type(parts[2]);
      if (target == nullptr || !definitions_.isResource(target->number)) {
        return invalid("'" + quoted(parts[2]) + "' is not a resource type", where);
      }
      include.target = target->number;
    }
    if (parts[1] == "*") {
      if (include.reverse) return unsupported("_revinclude with * is not offered: name the parameter", where);
      include.wildcard = true;
      return {};
    }
    return takeIncludeParameter(parts, where, include);
  }

  Done takeIncludeParameter(const std::vector<std::string_view>& parts, const std::string& where, Include& include) {
    include.parameter = definitions_.searchParameter(include.source, parts[1]);
    if (include.parameter == nullptr) {
      return invalid(quoted(parts[0]) + " has no search parameter '" + quoted(parts[1]) + "'." +
                         suggestion(parts[1], parameterCodes(include.source, definitions_)),
                     where);
    }
    if (include.parameter->type != SearchType::Reference) {
      return invalid("'" + quoted(parts[1]) + "' is not a reference", where);
    }
    if (include.target != 0 && !mayReferTo(*include.parameter, parts[2])) {
      return invalid("'" + quoted(parts[1]) + "' never refers to a " + quoted(parts[2]), where);
    }
    std::string_view found = definitions_.type(query_.type)->name;
    bool points_here =
        mayReferTo(*include.parameter, found) && (include.target == 0 || include.target == query_.type);
    if (include.reverse && !include.iterate && !points_here) {
      return invalid("'" + quoted(parts[1]) + "' of " + quoted(parts[0]) + " does not refer to " + std::string(found),
                     where);
    }
    return {};
  }

  const Definitions& definitions_;
  const ParseOptions& options_;
  SearchQuery query_;
  std::string count_;  // as used
  std::set<std::string> seen_;
  std::set<std::string> unknown_;  // names that are no parameters here
};

}  // namespace

Result<QueryParameters> decodeForm(std::string_view text) {
  QueryParameters parameters;
  if (text.empty()) return parameters;
  for (std::string_view pair : fhir::base::split(text, '&')) {
    if (pair.empty()) continue;
    size_t equals = pair.find('=');
    std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    ASSIGN_OR_RETURN(std::string name, fhir::base::percentDecode(pair.substr(0, equals), fhir::base::Plus::Space));
    ASSIGN_OR_RETURN(std::string decoded, fhir::base::percentDecode(value, fhir::base::Plus::Space));
    for (const std::string* part : {&name, &decoded}) {
      if (!fhir::base::isUtf8(*part)) return invalid("the query is not UTF-8");
      if (part->find('\0') != std::string::npos) return invalid("the query holds a NUL character");
    }
    if (name.empty()) return invalid("a parameter of the query has no name");
    parameters.emplace_back(std::move(name), std::move(decoded));
  }
  return parameters;
}

Result<SearchQuery> parseQuery(TypeNumber type, const QueryParameters& parameters, const Definitions& definitions,
                               const ParseOptions& options) {
  return QueryParser(type, definitions, options).parse(parameters);
}

}  // namespace gateway::record::search
