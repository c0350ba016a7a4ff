#pragma once
// SourceTree: one foreign message, whatever its format, as a tree that FHIRPath walks. Structure-free and
// type-free: every leaf is text, versions of a standard never change a path, every node keeps its byte
// offset in the message as it came in. Immutable once read; reading is thread-safe.
//
//   HL7 v2      PID, PID.3 (repeats), PID.3.1 by position (Navigator::numbered) and by name: PID.3.type
//   XML         elements by local name (namespaces dropped), attributes as `@x`, text as the leaf's value
//   JSON        members; arrays are repeats; numbers as written; null is absent
//   delimited   one row: columns by header name, and by number
// What is empty is absent: an empty field, cell, JSON string or object, an XML element without text, attributes and
// children. An explicit HL7 v2 null (`""`) is a leaf whose text is `""`.
// HL7 v2 lets a field grow components later, so a field without them answers as its own first component (PID.3.1,
// PID.3.id), a component without subcomponents likewise; and a field with components has the text of its first one.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/navigator.h"

namespace mappings::source {

class SourceTree {
 public:
  struct Record {            // one node; children follow in document order
    std::string_view name;   // "PID", "3", "XM", "@code"
    std::string_view alias;  // HL7 v2 field or component name ("type", "family"); may be empty
    std::string_view text;   // decoded leaf text in UTF-8; empty for inner nodes
    uint32_t name_hash = 0;  // base::hashName
    uint32_t alias_hash = 0;
    uint32_t parent = 0;       // index; the root is 0 and its own parent
    uint32_t first_child = 0;  // 0 = none
    uint32_t next = 0;         // next sibling, 0 = none
    uint32_t position = 0;     // 1-based position for numbered access; 0 = none
    uint32_t repeat = 0;       // 0-based repetition of the same name under the parent, as in the whole message
    uint16_t shape = 0;        // HL7 v2 field or component: the data type that names its parts, see hl7v2_names.h
    bool listed = false;       // JSON: an element of an array, also when it is the only one
    uint64_t offset = 0;       // in the raw message
    uint64_t length = 0;
  };

  SourceTree();
  SourceTree(SourceTree&&) noexcept = default;
  SourceTree& operator=(SourceTree&&) noexcept = default;

  fhir::path::Node root() const { return {this, 0, 0}; }
  static const fhir::path::Navigator& navigator();

  const std::vector<Record>& records() const { return records_; }
  const Record& record(fhir::path::Node node) const { return records_[node.index]; }

  // The place of a node for people: "OBX[4].5", "BRXX.SFZH", "rows[0].hzxm". `[n]` counts from 1 for HL7 v2
  // segments and repeats as HL7 people do, from 0 elsewhere.
  std::string placeOf(fhir::path::Node node) const;

  // For readers: texts are copied into the tree and stay where they are.
  std::string_view keep(std::string_view text);
  // Makes the tree an owner of a text into which its records point; several trees may share one.
  void share(std::shared_ptr<const std::string> text) { texts_.push_back(std::move(text)); }
  void shareTextsOf(const SourceTree& other);
  void reserve(size_t records);
  // Fills in parent and links, and the hashes where they are 0. Children keep the order in which they are appended.
  uint32_t append(uint32_t parent, Record record);  // returns the index
  Record& at(uint32_t index) { return records_[index]; }
  void setText(uint32_t index, std::string_view kept) { records_[index].text = kept; }
  enum class Style { Hl7v2, Xml, Json, Delimited };
  void setStyle(Style style) { style_ = style; }
  Style style() const { return style_; }

 private:
  std::vector<Record> records_;
  std::vector<uint32_t> last_child_;  // of each record, 0 = none
  std::vector<std::shared_ptr<const std::string>> texts_;
  std::shared_ptr<std::string> open_text_;  // takes what is kept until it is full; one of texts_
  Style style_ = Style::Json;
};

}  // namespace mappings::source
