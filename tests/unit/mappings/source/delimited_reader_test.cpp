#include "mappings/source/delimited_reader.h"

#include <gtest/gtest.h>

#include "mappings/source/encodings.h"
#include "tests/unit/mappings/source/walk.h"

namespace mappings::source {
namespace {

// Visits of a village clinic, saved from a spreadsheet.
constexpr const char* kVisits =
    "序号,姓名,性别,身份证号,随访日期,收缩压,舒张压,体重,服药,下次随访,备注\r\n"
    "1,王建国,男,9.90121E+17,2025/3/5,146,88,71kg,规律,2025-6-5,\r\n"
    "\r\n"
    "2,\"李秀英(女)\",女,'990121197608254024,3月6日,168,96,,间断,,\"头晕,建议转诊\"\r\n";

TEST(DelimitedReader, makes_one_part_of_each_row) {
  const std::string bytes = encode(kVisits, "GBK").value();
  const ReadMessage message = readOk(bytes, format("delimited"));
  EXPECT_EQ(message.encoding, "GB18030");
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(
      leavesOf(message.parts[0].tree),
      "序号=1\n姓名=王建国\n性别=男\n身份证号=9.90121E+17\n随访日期=2025/3/5\n收缩压=146\n舒张压=88\n体重=71kg\n"
      "服药=规律\n下次随访=2025-6-5\n");
  const SourceTree& second = message.parts[1].tree;
  EXPECT_EQ(at(second, "姓名"), "李秀英(女)");
  EXPECT_EQ(at(second, "身份证号"), "'990121197608254024");
  EXPECT_EQ(at(second, "备注"), "头晕,建议转诊");
  EXPECT_EQ(at(second, "体重"), "");
  EXPECT_EQ(at(second, "2"), "李秀英(女)");
  EXPECT_EQ(message.parts[1].number, 2u);
  const auto place = SourceTree::navigator().place(nodesOf(second, "备注").at(0));
  EXPECT_EQ(decode(bytes.substr(place.offset, place.length), "GBK")->text, "头晕,建议转诊");
  EXPECT_EQ(decode(bytes.substr(message.parts[1].offset, 2), "GBK")->text, "2,");
}

TEST(DelimitedReader, follows_RFC_4180) {
  const ReadMessage message =
      readOk("a,b,c\n\"x \"\"y\"\"\",\"1,2\",\"line 1\r\nline 2\"\n,,z\n", format("delimited"));
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(at(message.parts[0].tree, "a"), "x \"y\"");
  EXPECT_EQ(at(message.parts[0].tree, "b"), "1,2");
  EXPECT_EQ(at(message.parts[0].tree, "c"), "line 1\r\nline 2");
  EXPECT_EQ(leavesOf(message.parts[1].tree), "c=z\n");
}

TEST(DelimitedReader, a_row_with_the_wrong_number_of_columns_does_not_stop_the_others) {
  const ReadMessage message = readOk("a,b,c\n1,2,3\n1,2\n\"x\ny\",2,3\n1,2,3,4\n7,8,9\n", format("delimited"));
  ASSERT_EQ(message.parts.size(), 5u);
  EXPECT_FALSE(message.parts[0].error);
  ASSERT_TRUE(message.parts[1].error);
  EXPECT_EQ(message.parts[1].error->text(), "line 3: row 2 has 2 columns, the header has 3");
  EXPECT_FALSE(message.parts[2].error);
  ASSERT_TRUE(message.parts[3].error);
  EXPECT_EQ(message.parts[3].error->text(), "line 6: row 4 has 4 columns, the header has 3");
  EXPECT_EQ(at(message.parts[4].tree, "c"), "9");
  EXPECT_EQ(message.parts[4].number, 5u);
}

TEST(DelimitedReader, a_quote_without_an_end_spoils_its_own_row_only) {
  const ReadMessage message = readOk("a,b\n1,\"open\n2,x\n3,\"y\"\n", format("delimited"));
  ASSERT_EQ(message.parts.size(), 3u);
  EXPECT_EQ(at(message.parts[0].tree, "b"), "\"open");
  EXPECT_EQ(at(message.parts[1].tree, "b"), "x");
  const ReadMessage last = readOk("a,b\n2,x\n1,\"open\n3,z\n", format("delimited"));
  ASSERT_EQ(last.parts.size(), 3u);
  EXPECT_EQ(last.parts[1].error->text(), "line 3: row 2 has a quote without an end");
  EXPECT_EQ(at(last.parts[2].tree, "b"), "z");
}

TEST(DelimitedReader, takes_other_delimiters_and_given_columns) {
  ReadOptions options = format("delimited");
  options.delimiter = '\t';
  options.columns = {"id", "name"};
  const ReadMessage message = readOk("1\tx,y\n2\tz\n", options);
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(at(message.parts[0].tree, "name"), "x,y");
}

TEST(DelimitedReader, names_columns_without_a_name_by_their_number) {
  const ReadMessage message = readOk("\xEF\xBB\xBFid, ,id\n1,2,3\n", format("delimited"));
  EXPECT_EQ(leavesOf(message.parts[0].tree), "id[0]=1\n2=2\nid[1]=3\n");
  EXPECT_EQ(at(message.parts[0].tree, "id"), "1|3");
}

TEST(DelimitedReader, skips_rows_without_any_content) {
  EXPECT_EQ(readOk("a,b\n,,,\n  \n1,2\n\n,\n", format("delimited")).parts.size(), 1u);
}

TEST(DelimitedReader, refuses_files_without_rows_and_holds_its_limits) {
  EXPECT_EQ(errorOf("", format("delimited")), "line 1: no header line");
  EXPECT_EQ(errorOf("\n\n", format("delimited")), "line 1: no header line");
  EXPECT_EQ(errorOf("a,b\n", format("delimited")), "line 2: no row after the header");
  EXPECT_EQ(errorOf("a,\"b\n", format("delimited")), "line 1: the header has a quote without an end");
  std::string rows = "a\n";
  for (int i = 0; i < 1000; ++i) rows += "1\n";
  ReadOptions few = format("delimited");
  few.max_records = 100;
  EXPECT_EQ(errorOf(rows, few), "row 15: more fields in one message than the limit: send it in smaller pieces");
  ReadOptions few_rows = format("delimited");
  few_rows.max_rows = 10;
  EXPECT_EQ(errorOf(rows, few_rows), "line 12: more than 10 rows in one file");
  EXPECT_EQ(errorOf(std::string(5000, ',') + "x\n1\n", format("delimited")), "line 1: more than 1,000 columns");
}

// What is read in pieces is what is read at once, whatever the encoding and wherever the pieces are cut.
TEST(PartReader, gives_the_rows_a_few_at_a_time_as_they_are_in_the_whole) {
  std::string text = "编号,姓名\r\n";
  for (int i = 1; i <= 100; ++i) text += std::to_string(i) + ",\"李" + (i % 7 == 0 ? "\"\",四" : "") + "\"\r\n";
  text += "101,a,b\r\n102,王\r\n";
  const std::string bytes = encode(text, "GB18030").value();
  ReadOptions options = format("delimited");
  options.encoding = "GB18030";
  const ReadMessage whole = readOk(bytes, options);
  ASSERT_EQ(whole.parts.size(), 102u);
  for (const size_t most : {1u, 7u, 1000u}) {
    auto reader = PartReader::open(bytes, options);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(reader->total(), 102u);
    size_t seen = 0;
    for (std::vector<Part> slice = reader->next(most); !slice.empty(); slice = reader->next(most)) {
      EXPECT_LE(slice.size(), most);
      for (const Part& part : slice) {
        const Part& same = whole.parts[seen++];
        EXPECT_EQ(part.number, same.number);
        EXPECT_EQ(part.offset, same.offset);
        EXPECT_EQ(part.length, same.length);
        EXPECT_EQ(at(part.tree, "姓名"), at(same.tree, "姓名"));
        EXPECT_EQ(part.error.has_value(), same.error.has_value());
      }
    }
    EXPECT_EQ(seen, 102u);
  }
}

TEST(PartReader, reads_200000_rows_of_20_columns_in_the_memory_of_their_bytes) {
  std::string text = "c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13,c14,c15,c16,c17,c18,c19,c20\n";
  for (int i = 0; i < 200'000; ++i) text += "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n";
  auto reader = PartReader::open(text, format("delimited"));
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  EXPECT_EQ(reader->total(), 200'000u);
  size_t rows = 0;
  for (std::vector<Part> slice = reader->next(500); !slice.empty(); slice = reader->next(500)) {
    rows += slice.size();
    EXPECT_EQ(at(slice.back().tree, "c20"), "20");
  }
  EXPECT_EQ(rows, 200'000u);
}

TEST(PartReader, gives_the_parts_of_a_tree_one_by_one) {
  auto reader = PartReader::open(R"([{"a":1},{"a":2},{"a":3}])", format("json"));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->total(), 3u);
  EXPECT_EQ(reader->next(2).size(), 2u);
  const std::vector<Part> last = reader->next(2);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(at(last[0].tree, "a"), "3");
  EXPECT_TRUE(reader->next(2).empty());
}

}  // namespace
}  // namespace mappings::source
