#include "gateway/record/store/sqlite/plan_to_sql_numbers.h"

#include <algorithm>
#include <vector>

#include "gateway/record/search/index_rows.h"

// A row of a number t that was written with s digits after the point is (t - h, t + h) with h = half a unit of the
// last digit. Where the value v of the search lies strictly between the two, the row alone does not say whether t is
// below, at or above v. But for each s there is only one t whose row can reach around v: v rounded to s digits. So
// the rows that need care can be listed. Other rows around v are ranges (a Range, "<5"), which meet v.

namespace gateway::record::store {

using fhir::base::Decimal;
using fhir::terminology::UcumUnit;
using search::Prefix;
using search::SearchOperand;

namespace {

constexpr std::string_view kUcum = "http://unitsofmeasure.org";
constexpr int kFinerScales = 12;
constexpr int kCoarserScales = 24;
constexpr int kZeroScales = 9;  // a 0 of another unit: 0 g/L is 0 mg/dL to the nearest 100

sql::Value blob(std::string_view bytes) { return std::vector<uint8_t>(bytes.begin(), bytes.end()); }

// `value`, a multiple of 10^-scale, written with exactly `scale` digits after the point (negative: 54e1).
Decimal withScale(const Decimal& value, int scale) {
  auto shifted = Decimal::parse(value.rounded(scale).normalized().text() + "e" + std::to_string(scale));
  if (!shifted.ok()) return value;
  std::string digits = shifted->rounded(0).text();
  digits.resize(std::min(digits.find('.'), digits.size()));
  auto scaled = Decimal::parse(digits + "e" + std::to_string(-scale));
  return scaled.ok() ? *scaled : value;
}

class NumberSql {
 public:
  NumberSql(std::string_view alias, const Decimal& v, const NumberScale& scale)
      : low_(std::string(alias) + ".low"), high_(std::string(alias) + ".high"), v_(v), scale_(scale) {
    least_scale_ = v.normalized().scale();
    while (least_scale_ > -kCoarserScales && v.rounded(least_scale_ - 1) == v) --least_scale_;
    if (v.isZero()) least_scale_ = leastOfZero();
    for (int s = least_scale_; s <= std::max(least_scale_, 0) + kFinerScales; ++s) add(withScale(v, s), equal_);
    for (const Decimal& t : coarser(least_scale_)) add(t, t < v ? below_ : above_);
  }

  SqlText greater(bool or_equal) const {
    SqlText out;
    out << "(" << compared(low_, ">=", v_) << " OR (" << compared(high_, ">", v_) << " AND NOT "
        << isOneOf(below_, or_equal ? Rows() : equal_) << "))";
    return out;
  }

  SqlText less(bool or_equal) const {
    SqlText out;
    out << "(" << compared(low_, "<", v_) << " AND (" << compared(high_, "<=", v_) << " OR NOT "
        << isOneOf(above_, or_equal ? Rows() : equal_) << "))";
    return out;
  }

  // The number lies in [v - h, v + h), or the range does.
  SqlText about() const {
    Decimal from = v_.lowerBound();
    Decimal to = v_.upperBound();
    Rows rows;
    for (const Decimal& t : coarser(v_.scale())) {
      if (from <= t && t < to) add(t, rows);
    }
    SqlText out;
    out << "((" << compared(low_, ">=", from) << " AND " << compared(low_, "<", to) << " AND "
        << compared(high_, "<=", to) << ")";
    if (!rows.empty()) out << " OR " << isOneOf(rows, {});
    return out << ")";
  }

  SqlText startsAfter() const {
    SqlText out;
    out << "(" << compared(low_, ">=", v_) << " OR " << isOneOf(above_, {}) << ")";
    return out;
  }

  SqlText endsBefore() const {
    SqlText out;
    out << "(" << compared(low_, "<", v_) << " AND (" << compared(high_, "<=", v_) << " OR " << isOneOf(below_, {})
        << "))";
    return out;
  }

 private:
  struct Row {
    std::string low, high;
  };
  using Rows = std::vector<Row>;

  void add(const Decimal& t, Rows& rows) const {
    addRow(t.lowerBound(), t.upperBound(), rows);
    if (t.scale() >= 0) return;
    // 5e3 itself says less than its last digit (R4 3.1.1.4.6: 1e2 is 95 to 105); the 5 of another unit is 4500 to
    // 5500.
    auto half = Decimal::parse("5e" + std::to_string(-t.scale() - 1));
    auto low = half.ok() ? t.subtract(*half) : half;
    auto high = half.ok() ? t.add(*half) : half;
    if (low.ok() && high.ok()) addRow(*low, *high, rows);
  }

  void addRow(const Decimal& from, const Decimal& to, Rows& rows) const {
    auto low = scale_.key(from);
    auto high = scale_.key(to);
    if (low && high) rows.push_back({std::move(*low), std::move(*high)});
  }

  // v rounded to fewer digits than `scale`, as written with them, until nothing is left of it.
  std::vector<Decimal> coarser(int scale) const {
    std::vector<Decimal> found;
    for (int s = scale - 1; s >= scale - kCoarserScales; --s) {
      Decimal t = withScale(v_, s);
      if (t.isZero() && s < leastOfZero()) break;
      found.push_back(t);
    }
    return found;
  }

  int leastOfZero() const { return scale_.converts() ? -kZeroScales : 0; }

  SqlText compared(const std::string& column, std::string_view sign, const Decimal& with) const {
    SqlText out;
    auto key = scale_.key(with);
    if (!key) return out << "0";
    out << column << sign;
    return out.value(blob(*key));
  }

  SqlText isOneOf(const Rows& some, const Rows& others) const {
    SqlText out;
    for (const Rows* rows : {&some, &others}) {
      for (const Row& row : *rows) {
        if (out.text.empty()) {
          out << "(" << low_ << "," << high_ << ") IN (VALUES (";
        } else {
          out << "),(";
        }
        out.value(blob(row.low)) << ",";
        out.value(blob(row.high));
      }
    }
    if (out.text.empty()) return out << "0";
    return out << "))";
  }

  std::string low_, high_;
  Decimal v_;
  const NumberScale& scale_;
  int least_scale_ = 0;         // the fewest digits that v can be written with
  Rows below_, equal_, above_;  // rows around v whose number is below, at, above it
};

// Ten per cent to both sides (R4 3.1.1.4.5).
SqlText approximate(std::string_view alias, const Decimal& v, const NumberScale& scale) {
  auto tenth = v.absolute().multiply(*Decimal::parse("0.1"));
  auto low = tenth.ok() ? v.subtract(*tenth) : tenth;
  auto high = tenth.ok() ? v.add(*tenth) : tenth;
  if (!low.ok() || !high.ok()) return NumberSql(alias, v, scale).about();
  SqlText out;
  out << "(" << NumberSql(alias, *low, scale).greater(true) << " AND " << NumberSql(alias, *high, scale).less(true)
      << ")";
  return out;
}

}  // namespace

NumberScale NumberScale::of(const SearchOperand& operand) {
  NumberScale scale;
  if (operand.code.empty()) return scale;
  scale.unit_ = search::unitHash(operand.unit_system, operand.code);
  if (operand.unit_system != kUcum) return scale;
  auto unit = UcumUnit::parse(operand.code);
  if (!unit.ok()) return scale;
  auto one = unit->toCanonical(Decimal::fromInteger(1));
  auto two = unit->toCanonical(Decimal::fromInteger(2));
  // A pH falls when the concentration rises; such units are compared as they are written.
  if (!one || !two || *two <= *one || !unit->toCanonical(operand.decimal)) return scale;
  scale.unit_ = search::canonicalUnitHash(unit->canonicalUnit());
  scale.canonical_ = std::move(*unit);
  return scale;
}

std::optional<std::string> NumberScale::key(const Decimal& number) const {
  if (!canonical_) return number.orderKey();
  auto canonical = canonical_->toCanonical(number);
  if (!canonical) return std::nullopt;
  return canonical->orderKey();
}

SqlText numberCondition(std::string_view alias, const SearchOperand& operand, const NumberScale& scale) {
  NumberSql number(alias, operand.decimal, scale);
  SqlText out;
  switch (operand.prefix) {
    case Prefix::Eq: return number.about();
    case Prefix::Ne: return out << "NOT " << number.about();
    case Prefix::Gt: return number.greater(false);
    case Prefix::Ge: return number.greater(true);
    case Prefix::Lt: return number.less(false);
    case Prefix::Le: return number.less(true);
    case Prefix::Sa: return number.startsAfter();
    case Prefix::Eb: return number.endsBefore();
    case Prefix::Ap: return approximate(alias, operand.decimal, scale);
  }
  return out << "0";
}

}  // namespace gateway::record::store
