#pragma once
// Document: one FHIR resource (or any JSON) read once, with its R4 types attached, immutable afterwards.
// Keeps the bytes: numbers stay as written (1.10), and each node knows where it stands.
// `_x` siblings are merged into `x`; a choice element answers to its base name; comments are not JSON.
// Movable; reading functions are thread-safe.
//
// Limits and errors (Why::Invalid with where = "line:column", Why::TooCostly naming the limit):
// invalid UTF-8, depth, members, duplicate members, size. Survives any input.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/path/navigator.h"

namespace fhir::model {

struct ReadLimits {
  uint32_t depth = 64;
  uint32_t members = 20'000;       // of one object
  uint32_t values = 1'000'000;     // in the whole text
  size_t string_bytes = 4u << 20;  // of one string
  size_t bytes = 16u << 20;        // of the whole text
};

enum class JsonKind : uint8_t { Null, False, True, Number, String, Object, Array };

class Document {
 public:
  // A FHIR resource in JSON. Unknown members and wrong JSON kinds are Findings (code "structure"), and stay
  // in the tree untyped, so nothing is lost. A missing or unknown resourceType is Why::Invalid.
  static base::Result<Document> readResource(std::string json, base::Findings& findings,
                                             const ReadLimits& limits = {});
  // A FHIR resource in XML (R4 2.1.0.1), turned into JSON: json() is that JSON, and places stand in it. A document
  // type declaration, a wrong namespace and an unknown root are Why::Invalid with the place in the XML.
  static base::Result<Document> readXml(std::string_view xml, base::Findings& findings,
                                        const ReadLimits& limits = {});
  // Any JSON as a plain untyped tree; arrays are flattened into repeated members as FHIRPath sees them.
  static base::Result<Document> readPlain(std::string json, const ReadLimits& limits = {});

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  path::Node root() const;
  static const path::Navigator& navigator();

  const std::string& json() const;        // as read
  std::string_view resourceType() const;  // empty for plain JSON
  definitions::TypeNumber type() const;
  std::string_view id() const;         // Resource.id, may be empty
  std::string_view versionId() const;  // meta.versionId, may be empty

  // The first child of `node` called `name`; tree == nullptr when absent.
  static path::Node child(path::Node node, std::string_view name);
  // The text of a primitive, unescaped; empty when it has none.
  static std::string_view text(path::Node node);

  struct Tree;

 private:
  explicit Document(std::unique_ptr<Tree> tree);
  std::unique_ptr<Tree> tree_;
};

// FHIRPath place of a node with indexes: "Patient.name[0].given[1]". Choice elements by base name.
std::string placeOf(path::Node node);

}  // namespace fhir::model
