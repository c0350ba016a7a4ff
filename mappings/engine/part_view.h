#pragma once
// PartView: one part as a mapping sees it. Walks the SourceTree, hides what the mapping calls absent, makes groups of
// segments, and keeps account of what every leaf was used for. One per run, not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/item.h"
#include "fhir/path/read_observer.h"
#include "mappings/engine/field_pattern.h"
#include "mappings/engine/map_runner.h"
#include "mappings/source/source_tree.h"

namespace mappings::engine {

// Words that mean "nothing" (quirk Q05). A leaf takes the words of the first rule whose pattern matches it,
// otherwise those of `everywhere`.
struct AbsentWords {
  struct Rule {
    FieldPattern field;
    std::vector<std::string> words;
  };
  std::vector<Rule> rules;
  std::vector<std::string> everywhere;
};

class PartView : public fhir::path::ReadObserver {
 public:
  PartView(const source::SourceTree& tree, const AbsentWords& absent);
  PartView(const PartView&) = delete;
  PartView& operator=(const PartView&) = delete;

  const source::SourceTree& tree() const { return tree_; }
  fhir::path::Item root() const { return item(0); }
  fhir::path::Item item(uint32_t record) const;
  // The record behind an item; 0 when it is no node of this part (or a group).
  uint32_t recordOf(const fhir::path::Item& item) const;
  static const fhir::path::Navigator& navigator();

  // Groups of top-level nodes (HL7 v2 segments), each as one item whose members are its segments.
  fhir::path::Item group(std::vector<uint32_t> segments);
  std::vector<uint32_t> topLevel() const;

  // The text of a leaf, or of an inner HL7 v2 node with its separators written again: "10^9/L".
  std::string written(uint32_t record) const;
  // The leaf whose text a node stands for: itself, or the first component of an HL7 v2 field; 0 when there is none.
  uint32_t textLeaf(uint32_t record) const;
  // The leaves below (or at) a record, hidden ones left out.
  void leaves(uint32_t record, std::vector<uint32_t>& out) const;

  // Account. Reads are collected while an expression runs; the runner then says what they were for.
  void read(const fhir::path::Item& leaf) override;  // compared or computed with, by FHIRPath itself
  void consume(const fhir::path::Item& item);        // its text was taken over by a mapping function
  void consumeAll(const fhir::path::Item& item);     // with everything below it
  struct Reads {
    std::vector<uint32_t> compared;
    std::vector<uint32_t> consumed;
    bool empty() const { return compared.empty() && consumed.empty(); }
  };
  Reads& reads() { return reads_; }
  void mark(uint32_t record, SourceField::Use use);  // Flows wins over ConditionOnly wins over Unread
  SourceField::Use use(uint32_t record) const { return uses_[record]; }
  bool hidden(uint32_t record) const { return hidden_[record] != 0; }
  // "OBX[4].5 (byte 412)"
  std::string placeOf(const fhir::path::Item& item) const;

 private:
  friend struct PartWalk;
  static constexpr uint32_t kGroup = 0x80000000u;  // Node::detail of a group

  void hideAbsent(const AbsentWords& absent);

  const source::SourceTree& tree_;
  std::vector<uint8_t> hidden_;
  std::vector<SourceField::Use> uses_;
  std::vector<std::vector<uint32_t>> groups_;
  Reads reads_;
};

}  // namespace mappings::engine
