#include "fhir/base/decimal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace fhir::base {
namespace {

Decimal decimal(std::string_view text) {
  auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : Decimal();
}

std::string textOf(const Result<Decimal>& result) { return result.ok() ? result->text() : result.error().what; }

TEST(Decimal, keeps_the_written_digits) {
  for (const char* text : {"0", "0.0", "1", "-1", "1.10", "0.010", "100", "-0.00000000000000000000000001", "99999",
                           "12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"})
    EXPECT_EQ(decimal(text).text(), text);
}

TEST(Decimal, writes_exponents_in_plain_notation) {
  EXPECT_EQ(decimal("1e3").text(), "1000");
  EXPECT_EQ(decimal("1.5E+2").text(), "150");
  EXPECT_EQ(decimal("1.50e1").text(), "15.0");
  EXPECT_EQ(decimal("5e-3").text(), "0.005");
  EXPECT_EQ(decimal("0e5").text(), "0");
  EXPECT_EQ(decimal("-0").text(), "0");
  EXPECT_EQ(decimal("-0.00").text(), "0.00");
}

TEST(Decimal, refuses_what_is_no_number) {
  for (const char* text : {"", "-", ".", "1.", ".5", "+1", "1e", "1e+", "1.2.3", "0x1", "NaN", "1 ", " 1", "1,5",
                           "--1", "9.90121E+", "Infinity", "1e5.5", "１"}) {
    const auto parsed = Decimal::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().why, Why::Invalid) << text;
  }
}

TEST(Decimal, refuses_what_does_not_fit) {
  for (const char* text :
       {"123456789012345678901234567890123456789", "0.123456789012345678901234567890123456789", "1e6145", "1e-6145",
        "1e2147483648", "0.00000000001e-2147483639", "1e99999999999999999999999999"}) {
    const auto parsed = Decimal::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().why, Why::TooCostly) << text;
  }
  EXPECT_TRUE(Decimal::parse("1e6144").ok());
  EXPECT_TRUE(Decimal::parse("0000000000000000000000000000000000000000000000000001").ok());
}

TEST(Decimal, equals_by_value) {
  EXPECT_EQ(decimal("1.10"), decimal("1.1"));
  EXPECT_EQ(decimal("1e3"), decimal("1000.000"));
  EXPECT_EQ(decimal("0.00"), decimal("-0"));
  EXPECT_NE(decimal("1.1"), decimal("-1.1"));
  EXPECT_NE(decimal("1e6000"), decimal("1e-6000"));
}

TEST(Decimal, adds_and_subtracts_exactly) {
  EXPECT_EQ(textOf(decimal("0.1").add(decimal("0.2"))), "0.3");
  EXPECT_EQ(textOf(decimal("1.10").add(decimal("1"))), "2.10");
  EXPECT_EQ(textOf(decimal("1").subtract(decimal("1.00"))), "0.00");
  EXPECT_EQ(textOf(decimal("1").subtract(decimal("3"))), "-2");
  EXPECT_EQ(textOf(decimal("-1").subtract(decimal("-3"))), "2");
  EXPECT_EQ(textOf(decimal("12.80").add(*decimal("11.04").add(decimal("12.60")))), "36.44");
  EXPECT_EQ(textOf(decimal("1e10").add(decimal("1e-10"))), "10000000000.0000000001");
  EXPECT_EQ(textOf(decimal("0").add(decimal("-5.50"))), "-5.50");
  EXPECT_EQ(textOf(decimal("0.000").add(decimal("5"))), "5.000");
}

TEST(Decimal, rounds_sums_that_need_more_than_38_digits) {
  EXPECT_EQ(textOf(decimal("99999999999999999999999999999999999999").add(decimal("1"))),
            "100000000000000000000000000000000000000");
  EXPECT_EQ(textOf(decimal("99999999999999999999999999999999999999").add(decimal("0.4"))),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(decimal("1e100").add(decimal("1e-100")).value(), decimal("1e100"));
  EXPECT_EQ(decimal("1e100").subtract(decimal("1e-100")).value(), decimal("1e100"));
  EXPECT_EQ(decimal("1e-6000").add(decimal("1e6000")).value(), decimal("1e6000"));
  // A value just below a tie, by a part far beyond the digits that are kept, rounds down.
  const Decimal tie = decimal("12345678901234567890123456789012345678");
  const Decimal below = decimal("0.5").subtract(decimal("1e-30")).value();
  EXPECT_EQ(tie.add(below).value(), tie);
  EXPECT_EQ(tie.add(decimal("0.5")).value(), decimal("12345678901234567890123456789012345679"));
}

TEST(Decimal, multiplies_with_256_bits) {
  EXPECT_EQ(textOf(decimal("1.10").multiply(decimal("2"))), "2.20");
  EXPECT_EQ(textOf(decimal("-0.5").multiply(decimal("0.5"))), "-0.25");
  EXPECT_EQ(textOf(decimal("0").multiply(decimal("-3"))), "0");
  EXPECT_EQ(textOf(decimal("1234567890123456789").multiply(decimal("9876543210987654321"))),
            "12193263113702179522374638011112635269");
  // 38 nines squared is 99..98 00..01 with 76 digits; rounded to 38.
  EXPECT_EQ(decimal("99999999999999999999999999999999999999")
                .multiply(decimal("99999999999999999999999999999999999999"))
                .value(),
            decimal("99999999999999999999999999999999999998e38"));
  EXPECT_EQ(decimal("1e4000").multiply(decimal("1e4000")).error().why, Why::TooCostly);
}

TEST(Decimal, is_exact_on_both_sides_of_64_bits) {
  const std::string most = "18446744073709551615", more = "18446744073709551616";
  EXPECT_EQ(decimal(most).multiply(decimal(most))->text(), "340282366920938463426481119284349108230");
  EXPECT_EQ(decimal(more).multiply(decimal("2"))->text(), "36893488147419103232");
  EXPECT_EQ(decimal(most).add(decimal("18.446744073709551615"))->text(), "18446744073709551633.446744073709551615");
  EXPECT_EQ(decimal("18.446744073709551615").subtract(decimal(most))->text(),
            "-18446744073709551596.553255926290448385");
  EXPECT_EQ(decimal(most).add(decimal("1.8446744073709551615"))->text(), "18446744073709551616.844674407370955162");
  EXPECT_EQ(decimal("5").subtract(decimal("5.000"))->text(), "0.000");
  EXPECT_FALSE(decimal("-5").add(decimal("5.0"))->negative());
  EXPECT_LT(decimal("-18446744073709551616.5"), decimal("-18446744073709551616.4"));
  EXPECT_LT(decimal(most), decimal(more));
}

TEST(Decimal, divides_to_28_significant_digits) {
  EXPECT_EQ(textOf(decimal("1").divide(decimal("3"))), "0.3333333333333333333333333333");
  EXPECT_EQ(textOf(decimal("2").divide(decimal("3"))), "0.6666666666666666666666666667");
  EXPECT_EQ(textOf(decimal("200").divide(decimal("3"))), "66.66666666666666666666666667");
  EXPECT_EQ(textOf(decimal("-1").divide(decimal("7"))), "-0.1428571428571428571428571429");
  EXPECT_EQ(textOf(decimal("1").divide(decimal("0"))), "division by zero");
}

TEST(Decimal, divides_exactly_when_the_quotient_ends) {
  EXPECT_EQ(textOf(decimal("10").divide(decimal("4"))), "2.5");
  EXPECT_EQ(textOf(decimal("6").divide(decimal("2"))), "3");
  EXPECT_EQ(textOf(decimal("6.00").divide(decimal("2"))), "3.00");
  EXPECT_EQ(textOf(decimal("1e3").divide(decimal("1"))), "1000");
  EXPECT_EQ(textOf(decimal("1").divide(decimal("1024"))), "0.0009765625");
  EXPECT_EQ(textOf(decimal("12345678901234567890123456789012345678").divide(decimal("1"))),
            "12345678901234567890123456789012345678");
  EXPECT_EQ(decimal("1e6000").divide(decimal("1e5990")).value(), decimal("1e10"));
  EXPECT_EQ(textOf(decimal("0").divide(decimal("5"))), "0");
}

TEST(Decimal, integer_division_truncates_towards_zero) {
  EXPECT_EQ(textOf(decimal("7").integerDivide(decimal("2"))), "3");
  EXPECT_EQ(textOf(decimal("-7").integerDivide(decimal("2"))), "-3");
  EXPECT_EQ(textOf(decimal("5.5").integerDivide(decimal("0.7"))), "7");
  EXPECT_EQ(textOf(decimal("0.001").integerDivide(decimal("1e300"))), "0");
  EXPECT_EQ(decimal("1e300").integerDivide(decimal("0.001")).error().why, Why::TooCostly);
}

TEST(Decimal, remainder_has_the_sign_of_the_dividend) {
  EXPECT_EQ(textOf(decimal("5").modulo(decimal("2"))), "1");
  EXPECT_EQ(textOf(decimal("-5").modulo(decimal("2"))), "-1");
  EXPECT_EQ(textOf(decimal("5.5").modulo(decimal("0.7"))), "0.6");
  EXPECT_EQ(textOf(decimal("2.2").modulo(decimal("1"))), "0.2");
  EXPECT_EQ(textOf(decimal("10").modulo(decimal("2.5"))), "0.0");
  EXPECT_EQ(decimal("1e300").modulo(decimal("7")).value(), decimal("1"));  // 10^6 = 1 modulo 7, 6 divides 300
  EXPECT_EQ(decimal("0.5").modulo(decimal("1e300")).value(), decimal("0.5"));
}

TEST(Decimal, rounds_half_away_from_zero) {
  EXPECT_EQ(decimal("2.5").rounded(0).text(), "3");
  EXPECT_EQ(decimal("-2.5").rounded(0).text(), "-3");
  EXPECT_EQ(decimal("2.4999999999").rounded(0).text(), "2");
  EXPECT_EQ(decimal("3.14159").rounded(3).text(), "3.142");
  EXPECT_EQ(decimal("9.99").rounded(1).text(), "10.0");
  EXPECT_EQ(decimal("1550").rounded(-2).text(), "1600");
  EXPECT_EQ(decimal("49").rounded(-2).text(), "0");
  EXPECT_EQ(decimal("50").rounded(-2).text(), "100");
  EXPECT_EQ(decimal("0.5").rounded(0).text(), "1");
  EXPECT_EQ(decimal("1.5").rounded(3).text(), "1.5");
  EXPECT_EQ(decimal("99999999999999999999999999999999999999").rounded(-38).text(),
            "100000000000000000000000000000000000000");
}

TEST(Decimal, truncates_floors_and_ceils) {
  EXPECT_EQ(decimal("-1.9").truncated().text(), "-1");
  EXPECT_EQ(decimal("-0.9").truncated().text(), "0");
  EXPECT_EQ(decimal("-1.1").floor().text(), "-2");
  EXPECT_EQ(decimal("1.9").floor().text(), "1");
  EXPECT_EQ(decimal("1.1").ceiling().text(), "2");
  EXPECT_EQ(decimal("-1.1").ceiling().text(), "-1");
  EXPECT_EQ(decimal("2.00").floor().text(), "2");
  EXPECT_EQ(decimal("1e-50").ceiling().text(), "1");
  EXPECT_EQ(decimal("1e5").floor().text(), "100000");
}

TEST(Decimal, converts_to_and_from_integers_at_the_borders) {
  EXPECT_EQ(Decimal::fromInteger(INT64_MIN).text(), "-9223372036854775808");
  EXPECT_EQ(Decimal::fromInteger(INT64_MAX).text(), "9223372036854775807");
  EXPECT_EQ(decimal("-9223372036854775808.9").toInteger().value(), INT64_MIN);
  EXPECT_EQ(decimal("9223372036854775807").toInteger().value(), INT64_MAX);
  EXPECT_EQ(decimal("9223372036854775808").toInteger().error().why, Why::Invalid);
  EXPECT_EQ(decimal("1e18").toInteger().value(), 1'000'000'000'000'000'000);
  EXPECT_EQ(decimal("1e19").toInteger().error().why, Why::Invalid);
  EXPECT_EQ(decimal("1e6000").toInteger().error().why, Why::Invalid);
  EXPECT_EQ(decimal("0e6000").toInteger().value(), 0);
  EXPECT_EQ(decimal("1e-6000").toInteger().value(), 0);
}

TEST(Decimal, normalizes_to_one_form) {
  EXPECT_EQ(decimal("1.10").normalized().text(), "1.1");
  EXPECT_EQ(decimal("100").normalized().text(), "100");
  EXPECT_EQ(decimal("100").normalized().scale(), 0);
  EXPECT_EQ(decimal("1e2").normalized().scale(), 0);
  EXPECT_EQ(decimal("0.00").normalized().scale(), 0);
  EXPECT_EQ(decimal("10e49").normalized().scale(), decimal("1e50").normalized().scale());
}

TEST(Decimal, knows_its_digits_and_whether_it_is_whole) {
  EXPECT_EQ(decimal("0").digits(), 1);
  EXPECT_EQ(decimal("10").digits(), 2);
  EXPECT_EQ(decimal("99999999999999999999999999999999999999").digits(), 38);
  EXPECT_TRUE(decimal("2.00").isInteger());
  EXPECT_TRUE(decimal("1e5").isInteger());
  EXPECT_FALSE(decimal("2.01").isInteger());
  EXPECT_FALSE(decimal("1e-100").isInteger());
}

TEST(Decimal, bounds_are_half_a_unit_of_the_last_written_digit) {
  const auto bounds = [](std::string_view text) {
    return decimal(text).lowerBound().text() + " " + decimal(text).upperBound().text();
  };
  EXPECT_EQ(bounds("100"), "99.5 100.5");  // the three examples of R4 3.1.1.4.6
  EXPECT_EQ(bounds("100.00"), "99.995 100.005");
  EXPECT_EQ(bounds("1e2"), "95 105");
  EXPECT_EQ(bounds("1.10"), "1.095 1.105");
  EXPECT_EQ(bounds("-1.10"), "-1.105 -1.095");
  EXPECT_EQ(bounds("0"), "-0.5 0.5");
  EXPECT_EQ(bounds("0.0"), "-0.05 0.05");
  EXPECT_EQ(bounds("5.4"), "5.35 5.45");
  EXPECT_EQ(bounds("5.40e-3"), "0.005395 0.005405");
}

TEST(Decimal, order_keys_sort_like_the_values) {
  const std::vector<std::string> ascending = {"-1e6144",
                                              "-99999999999999999999999999999999999999",
                                              "-1000.5",
                                              "-1000",
                                              "-100",
                                              "-99.99",
                                              "-10",
                                              "-9",
                                              "-1.1",
                                              "-1",
                                              "-0.5",
                                              "-0.05",
                                              "-1e-6100",
                                              "0",
                                              "1e-6100",
                                              "0.00001",
                                              "0.05",
                                              "0.5",
                                              "0.50000000000000001",
                                              "1",
                                              "1.0000000000000000000000000000000000001",
                                              "1.1",
                                              "9",
                                              "9.99",
                                              "10",
                                              "99",
                                              "100",
                                              "101",
                                              "1e10",
                                              "1e37",
                                              "1e38",
                                              "99999999999999999999999999999999999999e1",
                                              "1e40",
                                              "1e6144"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t k = 0; k < ascending.size(); ++k) {
      const Decimal a = decimal(ascending[i]);
      const Decimal b = decimal(ascending[k]);
      EXPECT_EQ(a.orderKey() < b.orderKey(), i < k) << ascending[i] << " " << ascending[k];
      EXPECT_EQ(a < b, i < k) << ascending[i] << " " << ascending[k];
    }
  }
  EXPECT_EQ(decimal("1.10").orderKey(), decimal("1.1").orderKey());
  EXPECT_EQ(decimal("1e3").orderKey(), decimal("1000.0").orderKey());
  EXPECT_EQ(decimal("-0.0").orderKey(), decimal("0").orderKey());
  EXPECT_EQ(decimal("1.10").orderKey().size(), 20u);
}

// Laws that must hold whatever the operands: any slip in a carry breaks one of them.
TEST(Decimal, arithmetic_laws_hold_for_random_operands) {
  std::mt19937_64 random(20250306);
  const auto operand = [&](int most_digits) {
    std::string text = random() % 2 ? "-" : "";
    const int count = 1 + static_cast<int>(random() % static_cast<uint64_t>(most_digits));
    for (int i = 0; i < count; ++i) {
      const uint64_t kind = random() % 4;  // runs of 0 and 9 reach the carries
      text += static_cast<char>(kind == 0 ? '0' : kind == 1 ? '9' : '0' + random() % 10);
    }
    return decimal(text + "e" + std::to_string(static_cast<int>(random() % 41) - 20));
  };
  for (int i = 0; i < 20'000; ++i) {
    const Decimal a = operand(38);
    const Decimal b = operand(38);
    EXPECT_EQ(*a.add(b), *b.add(a));
    EXPECT_EQ(*a.multiply(b), *b.multiply(a));
    EXPECT_EQ(*a.subtract(b), b.subtract(a)->negated());
    EXPECT_EQ(a < b, a.orderKey() < b.orderKey());
    EXPECT_EQ(a.normalized(), a);
    if (a.digits() - std::min(a.scale(), 0) <= 38) {
      EXPECT_EQ(decimal(a.text()), a);
    }

    const Decimal c = operand(18);
    const Decimal d = operand(18);
    const Decimal e = operand(3);
    const Decimal product = *c.multiply(d);
    if (!d.isZero()) {
      EXPECT_EQ(*product.divide(d), c) << c.text() << " " << d.text();
      EXPECT_EQ(product.modulo(d)->isZero(), c.isInteger()) << c.text() << " " << d.text();
      const Decimal rest = *c.modulo(d);
      EXPECT_LT(rest.absolute(), d.absolute());
      const auto quotient = c.integerDivide(d);
      if (quotient.ok() && quotient->digits() <= 20) {
        EXPECT_EQ(*quotient->multiply(d)->add(rest), c) << c.text() << " " << d.text();
      }
    }
    if (c.scale() - d.scale() < 10 && d.scale() - c.scale() < 10) {
      EXPECT_EQ(*c.add(d)->multiply(e), *c.multiply(e)->add(*d.multiply(e)));
    }
    if (!c.isZero()) {
      EXPECT_LT(c.lowerBound(), c);
      EXPECT_LT(c, c.upperBound());
    }
  }
}

}  // namespace
}  // namespace fhir::base
