#include "gateway/record/store/sqlite/plan_to_sql_values.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "gateway/record/search/composite_rows.h"
#include "gateway/record/search/index_rows.h"
#include "gateway/record/store/sqlite/plan_to_sql_numbers.h"

namespace gateway::record::store {

using fhir::definitions::SearchType;
using search::Modifier;
using search::Prefix;
using search::SearchClause;
using search::SearchOperand;

namespace {

constexpr int64_t kOpenStart = std::numeric_limits<int64_t>::min();
constexpr int64_t kOpenEnd = std::numeric_limits<int64_t>::max();

sql::Value blob(std::string_view bytes) { return std::vector<uint8_t>(bytes.begin(), bytes.end()); }

std::string column(std::string_view alias, std::string_view name) {
  return std::string(alias) + "." + std::string(name);
}

// The first text that does not begin with `prefix`; the last byte of UTF-8 is never 0xFF.
std::string afterPrefix(std::string prefix) {
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

// The span [a, b) of a search value, for the span [low, high) of a row. "From" and "until" (ge, le) take what reaches
// into the span of the search value too: an encounter over midnight is on both days.
struct Span {
  sql::Value a, b;
};

SqlText spanCondition(std::string_view alias, Prefix prefix, const Span& span, const Span& wide) {
  std::string low = column(alias, "low");
  std::string high = column(alias, "high");
  SqlText out;
  auto contained = [&] {
    out << "(" << low << ">=";
    out.value(span.a) << " AND " << low << "<";
    out.value(span.b) << " AND " << high << "<=";
    out.value(span.b) << ")";
  };
  auto compared = [&](const std::string& name, std::string_view sign, const sql::Value& with) {
    out << name << sign;
    out.value(with);
  };
  auto both = [&](const sql::Value& low_below, std::string_view sign, const sql::Value& high_with) {
    out << "(";
    compared(low, "<", low_below);
    out << " AND ";
    compared(high, sign, high_with);
    out << ")";
  };
  switch (prefix) {
    case Prefix::Eq: contained(); break;
    case Prefix::Ne: out << "NOT ", contained(); break;
    case Prefix::Gt: compared(high, ">", span.b); break;
    case Prefix::Lt: compared(low, "<", span.a); break;
    case Prefix::Ge: compared(high, ">", span.a); break;
    case Prefix::Le: compared(low, "<", span.b); break;
    case Prefix::Sa: compared(low, ">=", span.b); break;
    case Prefix::Eb: both(span.a, "<=", span.a); break;
    case Prefix::Ap: both(wide.b, ">", wide.a); break;
  }
  return out;
}

// "About": the span widened by its own length on both sides, so that the answer does not depend on today.
fhir::index::DateValue widened(const fhir::index::DateValue& date) {
  fhir::index::DateValue wide = date;
  int64_t length = 0;
  if (__builtin_sub_overflow(date.high, date.low, &length)) return {kOpenStart, kOpenEnd};
  if (__builtin_sub_overflow(date.low, length, &wide.low)) wide.low = kOpenStart;
  if (__builtin_add_overflow(date.high, length, &wide.high)) wide.high = kOpenEnd;
  return wide;
}

// Rows of a date or number that stand together: those whose `low` has a limit.
bool standTogether(Prefix prefix) {
  return prefix == Prefix::Eq || prefix == Prefix::Lt || prefix == Prefix::Le || prefix == Prefix::Eb ||
         prefix == Prefix::Sa;
}

// --- Row conditions ------------------------------------------------------------------------------------------------

SqlText parameterIs(std::string_view alias, const SearchClause& clause) {
  SqlText out;
  out << column(alias, "parameter") << "=";
  out.value(int64_t{clause.parameter->number});
  return out;
}

RowCondition hashed(const search::HashedOperand& operand, std::string_view alias) {
  RowCondition row{"idx_value", "", {}, true, operand.values.size() <= 1};
  if (operand.values.empty()) {  // a code alone, of a parameter that has no value anywhere
    row.where << "0";
    return row;
  }
  row.where << column(alias, "parameter") << "=";
  row.where.value(int64_t{operand.parameter})
      << " AND " << column(alias, "value") << " IN " << listOf(operand.values);
  return row;
}

// Operands of one parameter go into one condition.
void gather(std::vector<search::HashedOperand>& all, search::HashedOperand more) {
  auto same = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.parameter == more.parameter; });
  if (same == all.end()) {
    all.push_back(std::move(more));
  } else {
    same->values.insert(same->values.end(), more.values.begin(), more.values.end());
  }
}

// Values whose text, kept in hashed_text under `kind`, begins with `prefix`.
RowCondition byText(const SearchClause& clause, std::string_view alias, const std::string& prefix) {
  RowCondition row{"idx_value", "", parameterIs(alias, clause), true, false};
  bool uri = prefix.front() == 'u';
  row.where << " AND " << column(alias, "value") << " IN (SELECT hash FROM hashed_text INDEXED BY "
            << (uri ? "hashed_text_uri WHERE text>='u' AND text<'v'"
                    : "hashed_text_text WHERE text>='T' AND text<'U'")
            << " AND text>=";
  row.where.value(prefix) << " AND text<";
  row.where.value(afterPrefix(prefix)) << ")";
  return row;
}

SqlText textCondition(std::string_view alias, Modifier modifier, const std::string& folded, int64_t exact) {
  SqlText out;
  std::string text = column(alias, "text");
  if (modifier == Modifier::Exact) {
    out << text << "=";
    out.value(folded) << " AND " << column(alias, "exact") << "=";
    out.value(exact);
  } else if (modifier == Modifier::Contains) {
    out << "instr(" << text << ",";
    out.value(folded) << ")>0";
  } else if (folded.empty()) {
    out << "1";
  } else {
    out << text << ">=";
    out.value(folded) << " AND " << text << "<";
    out.value(afterPrefix(folded));
  }
  return out;
}

RowCondition ofString(const SearchClause& clause, const SearchOperand& operand, std::string_view alias) {
  RowCondition row{"idx_string", "idx_string_of", parameterIs(alias, clause), false, false};
  row.drives = true;
  // :contains looks at all texts of the parameter, which is still less than all resources.
  row.looks_through = clause.modifier == Modifier::Contains;
  row.where << " AND "
            << textCondition(alias, clause.modifier, fhir::index::folded(operand.text),
                             search::exactHash(operand.text));
  return row;
}

RowCondition ofNumber(const SearchClause& clause, const SearchOperand& operand, std::string_view alias) {
  // All numbers of the unit are looked through, which is still less than all resources.
  RowCondition row{"idx_number", "", parameterIs(alias, clause), true, false};
  row.looks_through = true;
  NumberScale scale = NumberScale::of(operand);
  row.where << " AND " << column(alias, "unit") << "=";
  row.where.value(scale.unit()) << " AND " << numberCondition(alias, operand, scale);
  return row;
}

// The moment that the rows of `gt`, `ge` and `ap` reach beyond: their `high` is limited, and not their `low`.
std::optional<int64_t> reachesBeyond(const SearchOperand& operand) {
  switch (operand.prefix) {
    case Prefix::Gt: return operand.date.high;
    case Prefix::Ge: return operand.date.low;
    case Prefix::Ap: return widened(operand.date).low;
    default: return std::nullopt;
  }
}

// Spans that reach beyond a moment: short ones begin at most kLong before it, long ones have an index by their ends.
std::vector<RowRange> rangesBeyond(int64_t moment, const SqlText& where, std::string_view alias) {
  constexpr int64_t kLong = 86'400'000'000;  // as idx_date_long says it
  int64_t begins = moment < kOpenStart + kLong ? kOpenStart : moment - kLong;
  RowRange short_ones{"", where};
  short_ones.where << " AND " << column(alias, "low") << ">";
  short_ones.where.value(begins);
  if (begins == kOpenStart) short_ones.where = where;
  RowRange long_ones{"idx_date_long", where};
  long_ones.where << " AND " << column(alias, "high") << " - " << column(alias, "low") << " > 86400000000";
  return {std::move(short_ones), std::move(long_ones)};
}

RowCondition ofDate(const SearchClause& clause, const SearchOperand& operand, std::string_view alias) {
  RowCondition row{"idx_date", "idx_date_of", parameterIs(alias, clause), standTogether(operand.prefix), false};
  row.where << " AND " << dateCondition(alias, operand);
  if (auto moment = reachesBeyond(operand)) {
    row.drives = true;
    row.ranges = rangesBeyond(*moment, row.where, alias);
  }
  return row;
}

RowCondition ofComposite(const Definitions& definitions, const SearchClause& clause, const SearchOperand& operand,
                         std::string_view alias) {
  auto key = search::compositeKey(definitions, *clause.parameter, operand);
  if (!key.ok()) return {"idx_value", "", SqlText{"0", {}}, false, false};  // the parser has refused it
  if (key->ranged == SIZE_MAX) return hashed({clause.parameter->number, {key->key}}, alias);
  const SearchOperand& part = operand.parts[key->ranged];
  if (key->ranged_type == SearchType::String) {
    RowCondition row{"idx_string", "idx_string_of", parameterIs(alias, clause), true, false};
    std::string text = search::compositeText(key->key, fhir::index::folded(part.text));
    row.where << " AND " << textCondition(alias, Modifier::None, text, 0);
    return row;
  }
  NumberScale scale = NumberScale::of(part);
  bool quantity = key->ranged_type == SearchType::Quantity;
  RowCondition row{"idx_number", "", parameterIs(alias, clause), true, false};
  row.looks_through = true;
  row.where << " AND " << column(alias, "unit") << "=";
  row.where.value(quantity ? search::compositeUnit(key->key, scale.unit()) : key->key) << " AND ";
  if (key->ranged_type == SearchType::Date) {
    auto wide = widened(part.date);
    auto bytes = [](int64_t moment) { return blob(search::compositeDate(moment)); };
    row.where << spanCondition(alias, part.prefix, {bytes(part.date.low), bytes(part.date.high)},
                               {bytes(wide.low), bytes(wide.high)});
  } else {
    row.where << numberCondition(alias, part, scale);
  }
  return row;
}

constexpr size_t kMostPlaces = 256;  // SQLite takes a limited number in one statement

// Any number of values in one place.
SqlText longListOf(const std::vector<int64_t>& values) {
  std::string json = "[";
  for (int64_t value : values) json += (json.size() > 1 ? "," : "") + std::to_string(value);
  SqlText out;
  out << "(SELECT value FROM json_each(";
  return out.value(json + "]") << "))";
}

}  // namespace

SqlText dateCondition(std::string_view alias, const SearchOperand& operand) {
  auto wide = widened(operand.date);
  return spanCondition(alias, operand.prefix, {operand.date.low, operand.date.high}, {wide.low, wide.high});
}

std::optional<fhir::index::DateValue> momentSpan(const SearchOperand& operand) {
  const auto& date = operand.date;
  switch (operand.prefix) {
    case Prefix::Eq: return date;
    case Prefix::Ap: return widened(date);
    case Prefix::Gt:
    case Prefix::Sa: return fhir::index::DateValue{date.high, kOpenEnd};
    case Prefix::Ge: return fhir::index::DateValue{date.low, kOpenEnd};
    case Prefix::Lt:
    case Prefix::Eb: return fhir::index::DateValue{kOpenStart, date.low};
    case Prefix::Le: return fhir::index::DateValue{kOpenStart, date.high};
    case Prefix::Ne: break;
  }
  return std::nullopt;
}

SqlText momentCondition(std::string_view alias, const SearchOperand& operand) {
  std::string moment = column(alias, "last_updated");
  auto span = momentSpan(operand);
  SqlText out;
  if (!span) out << "NOT ";
  if (!span) span = operand.date;
  out << "(" << moment << ">=";
  out.value(span->low) << " AND " << moment << "<";
  return out.value(span->high) << ")";
}

SqlText listOf(const std::vector<int64_t>& values) {
  if (values.size() > kMostPlaces) return longListOf(values);
  size_t places = 1;
  while (places < values.size()) places *= 2;
  SqlText out;
  out << "(";
  for (size_t i = 0; i < places; ++i) {
    if (i > 0) out << ",";
    out.value(values[std::min(i, values.size() - 1)]);
  }
  return out << ")";
}

std::vector<RowCondition> rowConditions(const Definitions& definitions, const search::TokenSystems& systems,
                                        const SearchClause& clause, std::string_view alias) {
  std::vector<RowCondition> rows;
  std::vector<search::HashedOperand> asked;
  for (const auto& operand : clause.any_of) {
    if (clause.modifier == Modifier::Text) {
      rows.push_back(byText(clause, alias, search::textPrefix(fhir::index::folded(operand.text))));
      continue;
    }
    if (clause.modifier == Modifier::Below) {
      rows.push_back(byText(clause, alias, search::uriPrefix(operand.text)));
      continue;
    }
    if (clause.modifier == Modifier::Above) {
      gather(asked, {clause.parameter->number, search::uriAndAbove(operand.text)});
      continue;
    }
    switch (clause.parameter->type) {
      case SearchType::Token:
      case SearchType::Reference:
      case SearchType::Uri: gather(asked, search::hashedOperand(clause, operand, systems)); break;
      case SearchType::String: rows.push_back(ofString(clause, operand, alias)); break;
      case SearchType::Date: rows.push_back(ofDate(clause, operand, alias)); break;
      case SearchType::Number:
      case SearchType::Quantity: rows.push_back(ofNumber(clause, operand, alias)); break;
      case SearchType::Composite: rows.push_back(ofComposite(definitions, clause, operand, alias)); break;
      case SearchType::Special: break;
    }
  }
  for (const auto& operand : asked) rows.push_back(hashed(operand, alias));
  return rows;
}

}  // namespace gateway::record::store
