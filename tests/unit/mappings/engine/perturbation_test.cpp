// The laboratory message, disturbed in many ways: each result is either mapped, or its fields are named as unread, or
// the part fails with a place. Nothing is lost without a word, and nothing crashes.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "fhir/base/text.h"
#include "mappings/engine/map_cases.h"
#include "mappings/engine/result_rules.h"
#include "mappings/source/encodings.h"

namespace mappings::engine {
namespace {

class Perturbation : public testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = std::string(ONECARD_SOURCE_DIR) + "/mappings";
    auto loaded = MapLibrary::load({folder, std::string(kCaseSiteKey), "http://onecard.example/", &directory_});
    ASSERT_TRUE(loaded.ok()) << loaded.error().text();
    library_ = std::make_unique<MapLibrary>(std::move(loaded).value());
    std::ifstream in(folder + "/hl7v2/oru_r01/cases/layout_c/in.hl7", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    auto decoded = source::decode(bytes, "GB18030");
    ASSERT_TRUE(decoded.ok());
    for (std::string_view segment : fhir::base::split(decoded->text, '\r'))
      if (!segment.empty()) segments_.emplace_back(segment);
    ASSERT_EQ(segments_.size(), 11u);
  }

  static std::string joined(const std::vector<std::string>& segments) {
    std::string out;
    for (const std::string& segment : segments) out += segment + "\r";
    return out;
  }

  // What is mapped plus what is named equals what was sent.
  void check(const std::string& message, const std::string& how) {
    const auto bytes = source::encode(message, "GB18030");
    ASSERT_TRUE(bytes.ok());
    auto read = source::readMessage(*bytes, *library_->readOptions("hl7v2/oru_r01"));
    if (!read.ok()) return;
    for (const source::Part& part : read->parts) {
      if (part.error) continue;
      auto mapped = library_->run("hl7v2/oru_r01", {"s", "A", "m", "2025-03-06T12:00:00+08:00", &part});
      if (!mapped.ok()) {
        EXPECT_FALSE(mapped.error().where.empty()) << how;
        ++failed_;
        continue;
      }
      ++mapped_;
      for (const std::string& broken : brokenRules(*mapped)) ADD_FAILURE() << how << ": " << broken;
      size_t results = 0;
      size_t unread = 0;
      for (const SourceField& field : mapped->fields) {
        if (field.path != "OBX-5") continue;
        ++results;
        if (field.use == SourceField::Use::Unread) ++unread;
      }
      size_t observations = 0;
      for (const MappedResource& resource : mapped->resources)
        if (resource.type == "Observation" && (resource.json.find("\"value") != std::string::npos ||
                                               resource.json.find("dataAbsentReason") != std::string::npos))
          ++observations;
      EXPECT_GE(observations + unread, results) << how;
    }
  }

  CaseDirectory directory_;
  std::unique_ptr<MapLibrary> library_;
  std::vector<std::string> segments_;
  size_t mapped_ = 0;
  size_t failed_ = 0;
};

TEST_F(Perturbation, loses_no_result_when_segments_are_missing_doubled_moved_or_strange) {
  for (size_t i = 1; i < segments_.size(); ++i) {
    auto without = segments_;
    without.erase(without.begin() + static_cast<ptrdiff_t>(i));
    check(joined(without), "without segment " + std::to_string(i));
    auto twice = segments_;
    twice.insert(twice.begin() + static_cast<ptrdiff_t>(i), segments_[i]);
    check(joined(twice), "segment twice " + std::to_string(i));
    auto strange = segments_;
    strange.insert(strange.begin() + static_cast<ptrdiff_t>(i), "ZZZ|1|strange^thing");
    check(joined(strange), "strange segment before " + std::to_string(i));
    for (size_t j = 1; j < segments_.size(); ++j) {
      auto moved = segments_;
      moved.erase(moved.begin() + static_cast<ptrdiff_t>(i));
      moved.insert(moved.begin() + static_cast<ptrdiff_t>(j), segments_[i]);
      check(joined(moved), "segment " + std::to_string(i) + " moved to " + std::to_string(j));
    }
  }
  EXPECT_GT(mapped_, 50u);
  EXPECT_GT(failed_, 5u);
}

TEST_F(Perturbation, loses_no_result_when_fields_are_emptied_or_filled_with_other_things) {
  for (size_t i = 1; i < segments_.size(); ++i) {
    const auto fields = fhir::base::split(segments_[i], '|');
    for (size_t f = 1; f < fields.size(); ++f) {
      for (const char* other : {"", "\"\"", "x", "a^b^c&d~e^f", "☃", "20250230", "-", "\\X4D\\\\.br\\"}) {
        std::string segment(fields[0]);
        for (size_t k = 1; k < fields.size(); ++k)
          segment += "|" + (k == f ? std::string(other) : std::string(fields[k]));
        auto changed = segments_;
        changed[i] = segment;
        check(joined(changed), segment.substr(0, 3) + "-" + std::to_string(f) + " is " + other);
      }
    }
  }
  EXPECT_GT(mapped_, 500u);
}

TEST_F(Perturbation, survives_a_message_cut_anywhere) {
  const std::string message = joined(segments_);
  for (size_t end = 0; end < message.size(); end += 3) check(message.substr(0, end), "cut at " + std::to_string(end));
}

}  // namespace
}  // namespace mappings::engine
