#pragma once
// Navigator: all that FHIRPath asks of a tree. FHIR resources (fhir/model) and foreign messages
// (mappings/source) each fill in one static table; the evaluator knows nothing else about them.
//
// A Node is a 16-byte handle that only its own tree understands; it is good as long as the tree.
// All functions are thread-safe on an unchanging tree and never throw.

#include <cstdint>
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

struct Scalar {
  ScalarKind kind = ScalarKind::None;
  std::string_view text;
};

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
};

}  // namespace fhir::path
