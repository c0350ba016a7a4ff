#pragma once
// Test support: reading messages and following paths through the navigator, as FHIRPath does.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/text.h"
#include "mappings/source/source_reader.h"

namespace mappings::source {

struct Collector : fhir::path::NodeSink {
  std::vector<fhir::path::Node> nodes;
  void add(fhir::path::Node node) override { nodes.push_back(node); }
};

// "PID.3.1" by position, "PID.3.type" and "BRXX.XM" by name.
inline std::vector<fhir::path::Node> nodesOf(const SourceTree& tree, std::string_view path) {
  const fhir::path::Navigator& navigator = SourceTree::navigator();
  std::vector<fhir::path::Node> nodes = {tree.root()};
  for (const std::string_view step : fhir::base::split(path, '.')) {
    Collector found;
    const bool number = !step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos;
    for (const fhir::path::Node node : nodes) {
      if (number)
        navigator.numbered(node, static_cast<uint32_t>(std::stoul(std::string(step))), found);
      else
        navigator.named(node, fhir::base::Name(step), found);
    }
    nodes = found.nodes;
  }
  return nodes;
}

// The texts at a path, joined by '|'; a node without text is "-".
inline std::string at(const SourceTree& tree, std::string_view path) {
  std::string out;
  for (const fhir::path::Node node : nodesOf(tree, path)) {
    const fhir::path::Scalar scalar = SourceTree::navigator().scalar(node);
    if (!out.empty()) out += '|';
    out += scalar.kind == fhir::path::ScalarKind::None ? "-" : std::string(scalar.text());
  }
  return out;
}

// All leaves with their places: "PID.3=8812345" lines.
inline std::string leavesOf(const SourceTree& tree) {
  std::string out;
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    if (tree.records()[i].text.empty()) continue;
    out += tree.placeOf({&tree, i, 0}) + "=" + std::string(tree.records()[i].text) + "\n";
  }
  return out;
}

inline ReadMessage readOk(std::string_view bytes, const ReadOptions& options) {
  auto message = readMessage(bytes, options);
  EXPECT_TRUE(message.ok()) << (message.ok() ? "" : message.error().text());
  return message.ok() ? std::move(*message) : ReadMessage{};
}

inline std::string errorOf(std::string_view bytes, const ReadOptions& options) {
  const auto message = readMessage(bytes, options);
  return message.ok() ? "no error" : message.error().text();
}

inline ReadOptions format(std::string name) {
  ReadOptions options;
  options.format = std::move(name);
  return options;
}

}  // namespace mappings::source
