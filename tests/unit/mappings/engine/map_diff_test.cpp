// `onecard map diff`: what a change of a mapping changes in what comes out.

#include "mappings/engine/map_diff.h"

#include <gtest/gtest.h>

#include "tests/unit/mappings/engine/written_mapping.h"

namespace mappings::engine {
namespace {

constexpr char kHead[] =
    "mapping: hl7v2/test\nsource: hl7v2\nignore:\n  MSH.*: head\noutput:\n"
    "- $as: patient\n  $key: = key(PID.3.1)\n  resourceType: Patient\n";
constexpr char kMessage[] = "MSH|^~\\&|A|B|C|D|20250306113005||ORU^R01|1|P|2.4\rPID|||7||Li^Hua||20000101|F\r";

std::vector<MapDifference> between(const std::string& before, const std::string& after) {
  WrittenMapping one(kHead + before);
  WrittenMapping two(kHead + after);
  return differences(one.run(kMessage), two.run(kMessage));
}

std::string text(const std::vector<MapDifference>& list) {
  DiffReport report;
  report.add("m", list);
  return report.text();
}

TEST(MapDiff, the_same_output_of_another_text_is_equal) {
  EXPECT_EQ(
      text(between("  gender: = translate('sex', PID.8)\n", "  # a remark\n  gender: = PID.8.translate('sex')\n")),
      "1 parts compared, 1 equal\n");
}

TEST(MapDiff, names_changed_gained_and_lost_elements_with_their_values) {
  EXPECT_EQ(text(between("  name:\n  - family: = PID.5.1\n    given: = PID.5.2\n",
                         "  name:\n  - family: = PID.5.2\n  birthDate: = PID.7.date()\n")),
            "Patient.birthDate  gained 1\n    m: nothing -> \"2000-01-01\"\n"
            "Patient.name.family  changed 1\n    m: \"Li\" -> \"Hua\"\n"
            "Patient.name.given  lost 1\n    m: \"Hua\" -> nothing\n"
            "source PID-5.1  changed 1\n    m: flows -> unread\n"
            "source PID-7  changed 1\n    m: unread -> flows\n"
            "1 parts compared, 0 equal\n");
}

TEST(MapDiff, a_part_that_fails_now_is_named_with_its_error) {
  const auto list = between("  gender: = translate('sex', PID.8)\n", "  gender: = PID.8\n");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].element, "the part");
  EXPECT_EQ(list[0].before, "mapped");
  EXPECT_NE(list[0].after.find("the code is not in"), std::string::npos) << list[0].after;
}

TEST(MapDiff, another_key_is_another_resource_with_the_same_name) {
  WrittenMapping one(kHead);
  std::string other = kHead;
  other.replace(other.find("key(PID.3.1)"), 12, "key(PID.3.1, 'x')");
  WrittenMapping two(other);
  const auto list = differences(one.run(kMessage), two.run(kMessage));
  ASSERT_FALSE(list.empty());
  EXPECT_EQ(list[0].element, "Patient.id");
}

}  // namespace
}  // namespace mappings::engine
