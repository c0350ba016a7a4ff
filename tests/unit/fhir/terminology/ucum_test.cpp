#include "fhir/terminology/ucum.h"

#include <gtest/gtest.h>

#include <set>

#include "fhir/base/text.h"
#include "fhir/terminology/ucum_table.h"

namespace fhir::terminology {
namespace {

base::Decimal decimal(std::string_view text) { return base::Decimal::parse(text).value(); }

std::string converted(std::string_view value, std::string_view from, std::string_view to) {
  auto a = UcumUnit::parse(from), b = UcumUnit::parse(to);
  if (!a) return "error " + a.error().text();
  if (!b) return "error " + b.error().text();
  auto result = convert(decimal(value), *a, *b);
  return result ? result->normalized().text() : "incomparable";
}

std::string canonical(std::string_view value, std::string_view code) {
  auto unit = UcumUnit::parse(code);
  if (!unit) return "error " + unit.error().text();
  auto result = unit->toCanonical(decimal(value));
  return result ? result->normalized().text() + " " + unit->canonicalUnit() : "none";
}

TEST(Ucum, every_unit_of_the_table_can_be_used) {
  const UcumTable& table = ucumTable();
  ASSERT_GT(table.atoms.size(), 300u);
  for (size_t i = 1; i < table.atoms.size(); ++i) {
    auto unit = UcumUnit::parse(table.atoms[i].code);
    ASSERT_TRUE(unit) << table.atoms[i].code << " " << unit.error().text();
    EXPECT_TRUE(unit->toCanonical(decimal("1"))) << table.atoms[i].code;
    if (!table.atoms[i].metric) continue;
    EXPECT_TRUE(UcumUnit::parse("k" + std::string(table.atoms[i].code))) << table.atoms[i].code;
  }
}

TEST(Ucum, converts_exactly) {
  EXPECT_EQ(converted("1", "[lb_av]", "g"), "453.59237");
  EXPECT_EQ(converted("1", "[in_i]", "cm"), "2.54");
  EXPECT_EQ(converted("95", "mg/dL", "g/L"), "0.95");
  EXPECT_EQ(converted("1", "d", "min"), "1440");
  EXPECT_EQ(converted("1", "[gal_us]", "[tsp_us]"), "768");
  EXPECT_EQ(converted("120", "mm[Hg]", "kPa"), "15.99864");
  EXPECT_EQ(converted("6.1", "10*9/L", "10*3/uL"), "6.1");
  EXPECT_EQ(converted("1", "kat", "U"), "60000000");
  EXPECT_EQ(converted("180", "deg", "[pi].rad"), "1");
  EXPECT_EQ(converted("1", "m[H2O]", "Pa"), "9806.65");
  EXPECT_EQ(converted("5", "mmol/L", "umol/mL"), "5");
}

TEST(Ucum, rounds_to_28_digits_where_the_quotient_does_not_end) {
  EXPECT_EQ(converted("1", "g", "[lb_av]"), "0.002204622621848775807229738013");
  EXPECT_EQ(converted("1", "a", "wk"), "52.17857142857142857142857143");
}

TEST(Ucum, special_units_go_through_their_function) {
  EXPECT_EQ(converted("37", "Cel", "K"), "310.15");
  EXPECT_EQ(converted("37", "Cel", "[degF]"), "98.6");
  EXPECT_EQ(converted("98.6", "[degF]", "Cel"), "37");
  EXPECT_EQ(converted("80", "[degRe]", "Cel"), "100");
  EXPECT_EQ(converted("3", "B", "10*3"), "1");
  EXPECT_EQ(converted("20", "dB", "1"), "100");
  EXPECT_EQ(converted("7", "[pH]", "mol/L"), "0.0000001");
  EXPECT_EQ(converted("2", "B[SPL]", "Pa"), "0.0002");
}

TEST(Ucum, arbitrary_units_compare_with_themselves_only) {
  EXPECT_EQ(converted("2", "[IU]/mL", "k[IU]/L"), "2");
  EXPECT_EQ(converted("2", "[IU]", "1"), "incomparable");
  EXPECT_EQ(converted("2", "[IU]", "U"), "incomparable");
  EXPECT_EQ(converted("2", "[CFU]/mL", "/mL"), "incomparable");
}

TEST(Ucum, unlike_dimensions_do_not_compare) {
  EXPECT_EQ(converted("1", "cm", "cm2"), "incomparable");
  EXPECT_EQ(converted("1", "g", "s"), "incomparable");
  EXPECT_EQ(converted("1", "Cel/h", "K/h"), "incomparable");
}

TEST(Ucum, canonical_forms) {
  EXPECT_EQ(canonical("7.5", "g/dL"), "75000 g.m-3");
  EXPECT_EQ(canonical("1", "N"), "1000 g.m.s-2");
  EXPECT_EQ(canonical("50", "%"), "0.5 1");
  EXPECT_EQ(canonical("38.5", "Cel"), "311.65 K");
  EXPECT_EQ(canonical("3", "m[IU]/L"), "3 [iU].m-3");
  EXPECT_EQ(canonical("2", "mg{creatinine}/(24.h)"), "0.00000002314814814814814814814814815 g.s-1");
}

TEST(Ucum, compares_without_rounding) {
  auto order = [](std::string_view a, std::string_view unit_a, std::string_view b, std::string_view unit_b) {
    return *compare(decimal(a), *UcumUnit::parse(unit_a), decimal(b), *UcumUnit::parse(unit_b));
  };
  EXPECT_EQ(order("1", "[ft_us]", "0.3048006096012192024384048768", "m"), std::strong_ordering::greater);
  EXPECT_EQ(order("3", "[ft_i]", "1", "[yd_i]"), std::strong_ordering::equal);
  EXPECT_EQ(order("7", "d", "1", "wk"), std::strong_ordering::equal);
  EXPECT_EQ(order("1", "[degF]", "0", "Cel"), std::strong_ordering::less);
}

TEST(Ucum, what_is_no_unit_is_refused_with_its_place) {
  auto trouble = [](std::string_view code) {
    auto unit = UcumUnit::parse(code);
    return unit ? std::string() : unit.error().text();
  };
  EXPECT_EQ(trouble(""), "1:1: the unit is empty");
  EXPECT_EQ(trouble("mg/xyz"), "1:4: there is no unit xyz");
  EXPECT_EQ(trouble("mg/"), "1:4: the unit ends too early");
  EXPECT_EQ(trouble("(mg"), "1:4: expected ')'");
  EXPECT_EQ(trouble("mg)"), "1:3: ')' without '('");
  EXPECT_EQ(trouble("m{g"), "1:2: the annotation does not end");
  EXPECT_EQ(trouble("[degF"), "1:1: there is no unit [degF");
  EXPECT_EQ(trouble("k[in_i]"), "1:1: there is no unit k[in_i]");  // not metric
  EXPECT_EQ(trouble("Mg/DL"), "1:4: there is no unit DL");
  EXPECT_NE(trouble(std::string(1000, '(')), "");
  EXPECT_NE(trouble(std::string(150, '(') + "m" + std::string(49, ')')), "");
  EXPECT_NE(trouble("m999"), "");
  EXPECT_NE(trouble("\xC2\xB5g"), "");
}

TEST(Ucum, writes_products) {
  EXPECT_EQ(ucumCode(UcumUnit::parse("kg.m/s2")->parts()), "kg.m/s2");
  EXPECT_EQ(ucumCode(UcumUnit::parse("/s")->parts()), "/s");
  EXPECT_EQ(ucumCode(UcumUnit::parse("m/m")->parts()), "1");
  EXPECT_EQ(ucumCode(UcumUnit::parse("mg/(24.h)")->parts()), "mg/h");
}

TEST(UcumText, what_laboratories_send) {
  auto code = [](std::string_view text) { return ucumFromText(text).value_or("unknown"); };
  for (std::string_view text : {"10^9/L", "10*9/L", "×10^9/L", "X10E9/L", "x10^9/l", "10E9/L", "10⁹/L", "×10⁹/L",
                                "*10^9/L", "１０^９/Ｌ", " 10 ^ 9 / L "}) {
    EXPECT_EQ(code(text).substr(0, 4), code(text).substr(0, 3) == "10^" ? "10^9" : "10*9") << text;
    EXPECT_TRUE(UcumUnit::parse(code(text))->comparableWith(*UcumUnit::parse("/L"))) << text;
  }
  EXPECT_EQ(code("×10¹²/L"), "10*12/L");
  EXPECT_EQ(code("mmol/l"), "mmol/l");
  EXPECT_EQ(code("umol/L"), "umol/L");
  EXPECT_EQ(code("μmol/L"), "umol/L");
  EXPECT_EQ(code("µmol/L"), "umol/L");
  EXPECT_EQ(code("U/L"), "U/L");
  EXPECT_EQ(code("IU/L"), "[IU]/L");
  EXPECT_EQ(code("万u"), "10*4.[IU]");
  EXPECT_EQ(code("ug"), "ug");
  EXPECT_EQ(code("MG/DL"), "mg/dL");
  EXPECT_EQ(code("MG/L"), "mg/L");
  EXPECT_EQ(code("℃"), "Cel");
  EXPECT_EQ(code("mmHg"), "mm[Hg]");
  EXPECT_EQ(code("kg/m²"), "kg/m2");
  EXPECT_EQ(code("次/分"), "/min");
  EXPECT_EQ(code("％"), "%");
  EXPECT_EQ(code("片"), "unknown");
  EXPECT_EQ(code(""), "unknown");
}

TEST(UcumText, every_alias_leads_to_a_valid_code) {
  bool header = true;
  std::set<std::string_view> texts;
  for (std::string_view line : base::split(ucumAliases(), '\n')) {
    if (std::exchange(header, false) || line.empty()) continue;
    auto cells = base::split(line, '\t');
    ASSERT_EQ(cells.size(), 2u) << line;
    EXPECT_TRUE(UcumUnit::parse(cells[1])) << line;
    EXPECT_TRUE(texts.insert(cells[0]).second) << line;
  }
  EXPECT_GT(texts.size(), 200u);
}

}  // namespace
}  // namespace fhir::terminology
