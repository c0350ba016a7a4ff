#pragma once
// Navigator: all that FHIRPath asks of a tree. FHIR resources (fhir/model) and foreign messages
// (mappings/source) each fill in one static table; the evaluator knows nothing else about them.
//
// A Node is a 16-byte handle that only its own tree understands; it is good as long as the tree.
// All functions are thread-safe on an unchanging tree and never throw.

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/base/name.h"

namespace fhir::path {

struct Node {
  const void* tree = nullptr;
  uint32_t index = 0;
  uint32_t detail = 0;  // free for the tree

  bool operator==(const Node&) const = default;
};

// Where children are written to. The evaluator's own collection stands behind it.
class NodeSink {
 public:
  virtual void add(Node node) = 0;

 protected:
  ~NodeSink() = default;
};

// The value a leaf holds, as written; text lives as long as the tree.
enum class ScalarKind : uint8_t {
  None,     // no primitive value: an object, or a FHIR primitive that has only extensions
  Boolean,  // text is "true" or "false"
  Integer,  // FHIR integer, positiveInt, unsignedInt
  Decimal,
  String,  // and code, id, uri, markdown, base64Binary, ...; all leaves of untyped text trees
  Date,
  DateTime,  // and instant
  Time,
};

// Two words, so that it travels in registers.
class Scalar {
 public:
  Scalar() : Scalar(ScalarKind::None, {}) {}
  Scalar(ScalarKind k, std::string_view text) : begin_(text.data()), size_(text.size()), kind(k) {}
  std::string_view text() const { return {begin_, size_}; }

 private:
  const char* begin_;
  uint64_t size_ : 56;

 public:
  ScalarKind kind : 8;
};
static_assert(sizeof(Scalar) == 16);

// "FHIR" + "HumanName"; "System" + "String"; both empty in an untyped tree.
// `number` is the tree's own type number (fhir/definitions TypeNumber for FHIR), 0 when it has none.
struct TypeName {
  std::string_view space;
  std::string_view name;
  uint16_t number = 0;
};

// Where the node stands in the bytes that were read; length 0 when unknown.
struct Place {
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct Navigator {
  // Children called `name`, in document order. FHIR choice elements answer to their base name:
  // `value` finds valueQuantity. Never finds `_x` siblings: they are merged into `x`.
  void (*named)(Node, const base::Name& name, NodeSink& out);
  // All children in document order.
  void (*all)(Node, NodeSink& out);
  // The child at a position counted from 1: HL7 v2 `PID.5`, components `5.1`. Nothing in FHIR trees.
  void (*numbered)(Node, uint32_t position, NodeSink& out);
  TypeName (*type)(Node);
  Scalar (*scalar)(Node);
  // The member name by which the parent holds it ("value" for valueQuantity); empty for a root.
  std::string_view (*name)(Node);
  Node (*parent)(Node);  // tree == nullptr for a root
  Place (*place)(Node);
  // The same as `named` for name after name, `name.given`, where the tree does better than one after the other.
  void (*along)(Node, std::span<const base::Name> names, NodeSink& out) = nullptr;
};

}  // namespace fhir::path
