#include "gateway/record/store/sqlite/plan_to_sql_values.h"

#include <algorithm>
#include <limits>

#include "fhir/base/digest.h"
#include "gateway/record/search/composite_rows.h"
#include "gateway/record/search/index_rows.h"

namespace gateway::record::store {

using fhir::base::Decimal;
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

// Wherever a span [a, b) of search values meets a span [low, high) of a row.
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
  auto either = [&](const std::string& name, std::string_view sign, const sql::Value& with) {
    out << "(";
    compared(name, sign, with);
    out << " OR ";
    contained();
    out << ")";
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
    case Prefix::Ge: either(high, ">", span.b); break;
    case Prefix::Le: either(low, "<", span.a); break;
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

// --- Numbers -------------------------------------------------------------------------------------------------------
// A row of a number t that was written with s digits after the point is (t - h, t + h) with h = half a unit of the
// last digit. Where the value v of the search lies strictly between the two, the row alone does not say whether t is
// below, equal or above. But for each s there is only one t whose row can reach around v: v rounded to s digits. So
// the rows that need care can be listed. Other rows around v are ranges (a Range, "<5"), which meet v.

struct Bounds {
  std::vector<std::string> keys;  // low, high, low, high, ...
  void add(const Decimal& number) {
    keys.push_back(number.lowerBound().orderKey());
    keys.push_back(number.upperBound().orderKey());
  }
};

constexpr int kFinerScales = 12;
constexpr int kCoarserScales = 24;

// `value` with exactly `scale` digits after the point (negative: 54e1); `value` is a multiple of that unit.
Decimal withScale(const Decimal& value, int scale) {
  std::string digits = value.rounded(scale).normalized().text();
  auto shifted = Decimal::parse(digits + "e" + std::to_string(scale));
  if (!shifted.ok()) return value;
  std::string text = shifted->rounded(0).text();  // an integer: value * 10^scale
  size_t point = text.find('.');
  if (point != std::string::npos) text.resize(point);
  auto scaled = Decimal::parse(text + "e" + std::to_string(-scale));
  return scaled.ok() ? *scaled : value;
}

struct Around {
  Bounds below, equal, above;  // rows whose number is below, at, above v though they reach around it
};

Around around(const Decimal& v) {
  Around rows;
  int least = v.normalized().scale();
  while (least > -kCoarserScales && v.rounded(least - 1) == v) --least;
  if (v.isZero()) least = 0;
  for (int s = least; s <= std::max(least, 0) + kFinerScales; ++s) rows.equal.add(withScale(v, s));
  for (int s = least - 1; s >= least - kCoarserScales; --s) {
    Decimal t = withScale(v, s);
    if (t.isZero() && s < 0) break;
    (t < v ? rows.below : rows.above).add(t);
    if (t.isZero()) break;
  }
  return rows;
}

// (low, high) IN (VALUES (?,?), ...); FALSE for none.
SqlText isOneOf(std::string_view alias, const std::vector<const Bounds*>& lists) {
  SqlText out;
  for (const Bounds* bounds : lists) {
    for (size_t i = 0; i + 1 < bounds->keys.size(); i += 2) {
      if (out.text.empty()) {
        out << "(" << column(alias, "low") << "," << column(alias, "high") << ") IN (VALUES (";
      } else {
        out << "),(";
      }
      out.value(blob(bounds->keys[i])) << ",";
      out.value(blob(bounds->keys[i + 1]));
    }
  }
  if (out.text.empty()) return out << "0";
  return out << "))";
}

SqlText straddles(std::string_view alias, const std::string& key) {
  SqlText out;
  out << column(alias, "low") << "<";
  out.value(blob(key)) << " AND " << column(alias, "high") << ">";
  out.value(blob(key));
  return out;
}

SqlText greater(std::string_view alias, const Decimal& v, bool or_equal) {
  Around rows = around(v);
  std::string key = v.orderKey();
  SqlText out;
  out << "(" << column(alias, "low") << ">=";
  out.value(blob(key)) << " OR (" << straddles(alias, key) << " AND NOT "
                       << isOneOf(alias, or_equal ? std::vector<const Bounds*>{&rows.below}
                                                  : std::vector<const Bounds*>{&rows.below, &rows.equal})
                       << "))";
  return out;
}

SqlText less(std::string_view alias, const Decimal& v, bool or_equal) {
  Around rows = around(v);
  std::string key = v.orderKey();
  SqlText out;
  out << "(" << column(alias, "low") << "<";
  out.value(blob(key)) << " AND (" << column(alias, "high") << "<=";
  out.value(blob(key)) << " OR NOT "
                       << isOneOf(alias, or_equal ? std::vector<const Bounds*>{&rows.above}
                                                  : std::vector<const Bounds*>{&rows.above, &rows.equal})
                       << "))";
  return out;
}

// The number lies in [v - h, v + h), or the range does.
SqlText about(std::string_view alias, const Decimal& v) {
  Decimal low = v.lowerBound();
  Decimal high = v.upperBound();
  Bounds coarse;
  for (int s = v.scale() - 1; s >= v.scale() - kCoarserScales; --s) {
    Decimal t = withScale(v, s);
    if (t.isZero() && s < 0) break;
    if (low <= t && t < high) coarse.add(t);
    if (t.isZero()) break;
  }
  SqlText out;
  out << "((" << column(alias, "low") << ">=";
  out.value(blob(low.orderKey())) << " AND " << column(alias, "low") << "<";
  out.value(blob(high.orderKey())) << " AND " << column(alias, "high") << "<=";
  out.value(blob(high.orderKey())) << ")";
  if (!coarse.keys.empty()) out << " OR " << isOneOf(alias, {&coarse});
  return out << ")";
}

// Ten per cent to both sides (R4 3.1.1.4.5).
SqlText approximate(std::string_view alias, const Decimal& v) {
  auto tenth = v.absolute().multiply(*Decimal::parse("0.1"));
  auto low = tenth.ok() ? v.subtract(*tenth) : tenth;
  auto high = tenth.ok() ? v.add(*tenth) : tenth;
  if (!low.ok() || !high.ok()) return about(alias, v);
  SqlText out;
  out << "(" << greater(alias, *low, true) << " AND " << less(alias, *high, true) << ")";
  return out;
}

SqlText startsAfter(std::string_view alias, const Decimal& v) {
  Around rows = around(v);
  SqlText out;
  out << "(" << column(alias, "low") << ">=";
  out.value(blob(v.orderKey())) << " OR " << isOneOf(alias, {&rows.above}) << ")";
  return out;
}

SqlText endsBefore(std::string_view alias, const Decimal& v) {
  Around rows = around(v);
  SqlText out;
  out << "(" << column(alias, "low") << "<";
  out.value(blob(v.orderKey())) << " AND (" << column(alias, "high") << "<=";
  out.value(blob(v.orderKey())) << " OR " << isOneOf(alias, {&rows.below}) << "))";
  return out;
}

// Rows of a date or number that stand together: those whose `low` has an upper limit.
bool standTogether(Prefix prefix) {
  return prefix == Prefix::Eq || prefix == Prefix::Lt || prefix == Prefix::Le || prefix == Prefix::Eb;
}

// --- Row conditions ------------------------------------------------------------------------------------------------

SqlText parameterIs(std::string_view alias, const SearchClause& clause) {
  SqlText out;
  out << column(alias, "parameter") << "=";
  out.value(int64_t{clause.parameter->number});
  return out;
}

RowCondition hashed(const SearchClause& clause, std::string_view alias, std::vector<int64_t> hashes) {
  RowCondition row{"idx_value", "", parameterIs(alias, clause), true, hashes.size() == 1};
  row.where << " AND " << column(alias, "value") << " IN " << listOf(hashes);
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
  row.drives = true;  // :contains looks at all texts of the parameter, which is still less than all resources
  row.where << " AND "
            << textCondition(alias, clause.modifier, fhir::index::folded(operand.text),
                             search::exactHash(operand.text));
  return row;
}

RowCondition ofNumber(const SearchClause& clause, const SearchOperand& operand, std::string_view alias) {
  RowCondition row{"idx_number", "idx_number_of", parameterIs(alias, clause), standTogether(operand.prefix), false};
  row.where << " AND " << column(alias, "unit") << "=";
  row.where.value(operand.code.empty() ? int64_t{0} : search::unitHash(operand.unit_system, operand.code)) << " AND ";
  row.where << numberCondition(alias, operand);
  return row;
}

RowCondition ofDate(const SearchClause& clause, const SearchOperand& operand, std::string_view alias) {
  RowCondition row{"idx_date", "idx_date_of", parameterIs(alias, clause), standTogether(operand.prefix), false};
  row.where << " AND " << dateCondition(alias, operand);
  return row;
}

RowCondition ofComposite(const Definitions& definitions, const SearchClause& clause, const SearchOperand& operand,
                         std::string_view alias) {
  auto key = search::compositeKey(definitions, *clause.parameter, operand);
  if (!key.ok()) return {"idx_value", "", SqlText{"0", {}}, false, false};  // the parser has refused it
  if (key->ranged == SIZE_MAX) return hashed(clause, alias, {key->key});
  const SearchOperand& part = operand.parts[key->ranged];
  if (key->ranged_type == SearchType::String) {
    RowCondition row{"idx_string", "idx_string_of", parameterIs(alias, clause), true, false};
    std::string text = search::compositeText(key->key, fhir::index::folded(part.text));
    row.where << " AND " << textCondition(alias, Modifier::None, text, 0);
    return row;
  }
  int64_t unit = key->key;
  if (key->ranged_type == SearchType::Quantity) {
    int64_t plain = part.code.empty() ? int64_t{0} : search::unitHash(part.unit_system, part.code);
    unit = search::compositeUnit(key->key, plain);
  }
  RowCondition row{"idx_number", "idx_number_of", parameterIs(alias, clause), standTogether(part.prefix), false};
  row.where << " AND " << column(alias, "unit") << "=";
  row.where.value(unit) << " AND ";
  if (key->ranged_type == SearchType::Date) {
    auto wide = widened(part.date);
    auto bytes = [](int64_t moment) { return blob(search::compositeDate(moment)); };
    row.where << spanCondition(alias, part.prefix, {bytes(part.date.low), bytes(part.date.high)},
                               {bytes(wide.low), bytes(wide.high)});
  } else {
    row.where << numberCondition(alias, part);
  }
  return row;
}

}  // namespace

SqlText dateCondition(std::string_view alias, const SearchOperand& operand) {
  auto wide = widened(operand.date);
  return spanCondition(alias, operand.prefix, {operand.date.low, operand.date.high}, {wide.low, wide.high});
}

SqlText numberCondition(std::string_view alias, const SearchOperand& operand) {
  const Decimal& v = operand.decimal;
  SqlText out;
  switch (operand.prefix) {
    case Prefix::Eq: return about(alias, v);
    case Prefix::Ne: return out << "NOT " << about(alias, v);
    case Prefix::Gt: return greater(alias, v, false);
    case Prefix::Ge: return greater(alias, v, true);
    case Prefix::Lt: return less(alias, v, false);
    case Prefix::Le: return less(alias, v, true);
    case Prefix::Sa: return startsAfter(alias, v);
    case Prefix::Eb: return endsBefore(alias, v);
    case Prefix::Ap: return approximate(alias, v);
  }
  return out << "0";
}

SqlText momentCondition(std::string_view alias, const SearchOperand& operand) {
  std::string moment = column(alias, "last_updated");
  int64_t low = operand.date.low;
  int64_t high = operand.date.high;
  Prefix prefix = operand.prefix;
  if (prefix == Prefix::Ap) {
    low = widened(operand.date).low;
    high = widened(operand.date).high;
    prefix = Prefix::Eq;
  }
  SqlText out;
  switch (prefix) {
    case Prefix::Gt:
    case Prefix::Sa: return (out << moment << ">=").value(high);
    case Prefix::Ge: return (out << moment << ">=").value(low);
    case Prefix::Lt:
    case Prefix::Eb: return (out << moment << "<").value(low);
    case Prefix::Le: return (out << moment << "<").value(high);
    default: break;
  }
  if (prefix == Prefix::Ne) out << "NOT ";
  out << "(" << moment << ">=";
  out.value(low) << " AND " << moment << "<";
  return out.value(high) << ")";
}

SqlText listOf(const std::vector<int64_t>& values) {
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

std::vector<RowCondition> rowConditions(const Definitions& definitions, const SearchClause& clause,
                                        std::string_view alias) {
  std::vector<RowCondition> rows;
  std::vector<int64_t> hashes;
  for (const auto& operand : clause.any_of) {
    switch (clause.parameter->type) {
      case SearchType::Token:
      case SearchType::Reference:
      case SearchType::Uri: hashes.push_back(search::operandHash(clause, operand)); break;
      case SearchType::String: rows.push_back(ofString(clause, operand, alias)); break;
      case SearchType::Date: rows.push_back(ofDate(clause, operand, alias)); break;
      case SearchType::Number:
      case SearchType::Quantity: rows.push_back(ofNumber(clause, operand, alias)); break;
      case SearchType::Composite: rows.push_back(ofComposite(definitions, clause, operand, alias)); break;
      case SearchType::Special: break;
    }
  }
  if (!hashes.empty()) rows.push_back(hashed(clause, alias, std::move(hashes)));
  return rows;
}

}  // namespace gateway::record::store
