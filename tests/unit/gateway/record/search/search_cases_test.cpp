// Runs tests/cases/search/*.json: resources, searches, and what each must find. See the README there.

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "fhir/model/json_writer.h"
#include "trial_record.h"

namespace gateway::record::search {
namespace {

using fhir::model::Document;
using fhir::path::Node;

class Children : public fhir::path::NodeSink {
 public:
  void add(Node node) override { nodes.push_back(node); }
  std::vector<Node> nodes;
};

std::vector<Node> children(Node node, std::string_view name) {
  Children found;
  Document::navigator().named(node, fhir::base::Name(name), found);
  return std::move(found.nodes);
}

std::string textOf(Node node, std::string_view name) {
  Node child = Document::child(node, name);
  return child.tree == nullptr ? std::string() : std::string(Document::text(child));
}

std::vector<std::string> textsOf(Node node, std::string_view name) {
  std::vector<std::string> texts;
  for (Node child : children(node, name)) texts.emplace_back(Document::text(child));
  return texts;
}

// "a b c" -> a, b, c.
std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<std::filesystem::path> caseFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(ONECARD_SOURCE_DIR "/tests/cases/search")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void checkError(const fhir::base::Error& error, Node expected) {
  EXPECT_EQ(fhir::base::toString(error.why), textOf(expected, "error"));
  EXPECT_THAT(error.text(), ::testing::HasSubstr(textOf(expected, "says")));
}

void checkPage(TrialRecord& record, const std::string& search, const Rights& rights, Node expected) {
  auto page = record.search(search, rights);
  if (!page.ok()) return checkError(page.error(), expected);
  EXPECT_EQ(textOf(expected, "error"), "") << "it was answered";
  std::string total = textOf(expected, "total");
  if (!total.empty()) {
    EXPECT_EQ(page->total.has_value() ? std::to_string(*page->total) : "none", total);
  }
  if (Document::child(expected, "finds").tree != nullptr || Document::child(expected, "in_order").tree != nullptr) {
    bool ordered = Document::child(expected, "in_order").tree != nullptr;
    auto wanted = words(textOf(expected, ordered ? "in_order" : "finds"));
    auto found = record.idsOf(search, rights);
    if (!ordered) std::sort(wanted.begin(), wanted.end());
    if (!ordered) std::sort(found.begin(), found.end());
    EXPECT_EQ(found, wanted);
    if (total.empty() && page->total) {
      EXPECT_EQ(*page->total, wanted.size());
    }
  }
  if (Document::child(expected, "includes").tree != nullptr) {
    std::vector<std::string> included;
    for (const auto& version : page->included) {
      included.push_back(std::string(fhir::definitions::r4().type(version.type)->name) + "/" + version.id);
    }
    std::sort(included.begin(), included.end());
    auto wanted = words(textOf(expected, "includes"));
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(included, wanted);
  }
}

class SearchCases : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(SearchCases, finds_exactly_what_the_file_says) {
  std::ifstream stream(GetParam());
  std::stringstream text;
  text << stream.rdbuf();
  auto file = Document::readPlain(text.str());
  ASSERT_TRUE(file.ok()) << file.error().text();
  TrialRecord record;
  for (Node resource : children(file->root(), "resources")) record.put({fhir::model::writeJson(resource)});
  for (const auto& reference : textsOf(file->root(), "deleted")) {
    size_t slash = reference.find('/');
    record.remove(reference.substr(0, slash), reference.substr(slash + 1));
  }
  int checked = 0;
  for (Node expected : children(file->root(), "cases")) {
    std::string search = textOf(expected, "search");
    SCOPED_TRACE(search);
    auto patients = textsOf(expected, "as_patients");
    checkPage(record, search, patients.empty() ? Rights::all("test") : Rights::ofPatients(patients), expected);
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

INSTANTIATE_TEST_SUITE_P(Files, SearchCases, ::testing::ValuesIn(caseFiles()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace gateway::record::search
