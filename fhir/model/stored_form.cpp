// The form in which versions are stored, and how versionId and lastUpdated come back into it.

#include <cassert>
#include <string>

#include "fhir/base/json.h"
#include "fhir/model/json_text.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

constexpr std::string_view kMeta = "\"meta\":{";

std::vector<Replacement> referenceReplacements(const Document::Tree& tree, const StoredFormOptions& options) {
  static const uint32_t reference_element = [] {
    const auto& r4 = definitions::r4();
    const definitions::Element* element = r4.element(r4.type("Reference")->number, base::Name("reference"));
    return static_cast<uint32_t>(element - r4.allElements().data()) + 1;
  }();
  std::vector<Replacement> out;
  if (!options.rewrite_reference) return out;
  for (const Record& record : tree.records) {
    if (record.element != reference_element || record.kind != JsonKind::String) continue;
    std::string_view reference = tree.value(record);
    if (reference.empty() || reference.front() == '#') continue;
    if (auto text = options.rewrite_reference(reference)) out.push_back({record.offset, std::move(*text)});
  }
  return out;
}

// The name that a key token stands for: a sender may have written "resource\u0054ype".
class KeyName final : public base::JsonHandler {
 public:
  explicit KeyName(std::string_view token) : name_(token.substr(1, token.size() - 2)) {
    if (token.find('\\') != std::string_view::npos) (void)base::readJson(token, *this);
  }
  bool is(std::string_view name) const { return name_ == name; }

 private:
  bool string(std::string_view text, bool, size_t) override {
    decoded_ = text;
    name_ = decoded_;
    return true;
  }
  bool null(size_t) override { return false; }
  bool boolean(bool, size_t) override { return false; }
  bool number(std::string_view, size_t) override { return false; }
  bool key(std::string_view, bool, size_t) override { return false; }
  bool startObject(size_t) override { return false; }
  bool endObject(size_t) override { return false; }
  bool startArray(size_t) override { return false; }
  bool endArray(size_t) override { return false; }

  std::string decoded_;
  std::string_view name_;
};

bool isVersionMember(std::string_view key) {
  const KeyName name(key);
  return name.is("versionId") || name.is("lastUpdated") || name.is("_versionId") || name.is("_lastUpdated");
}

bool isHeadMember(std::string_view key) {
  const KeyName name(key);
  return name.is("resourceType") || name.is("id") || name.is("meta");
}

}  // namespace

std::string storedForm(const Document& document, const StoredFormOptions& options) {
  const path::Node root = document.root();
  const Document::Tree& tree = treeOf(root);
  const std::vector<Replacement> replacements = referenceReplacements(tree, options);
  JsonText json(tree.text, replacements);

  std::string out;
  out.reserve(tree.text.size() + 128);
  out += "{\"resourceType\":\"";
  out += document.resourceType();
  out += "\",\"id\":";
  appendJsonString(out, options.id);
  out += ',';
  out += kMeta;
  const path::Node meta = Document::child(root, "meta");
  if (meta.tree != nullptr && recordOf(meta).kind == JsonKind::Object) {
    // References in meta stand in extensions only; `head` must not use up the replacements of the rest.
    JsonText head(tree.text, replacements);
    bool first = true;
    head.eachMember(recordOf(meta).offset, [&](std::string_view key, size_t value) {
      if (isVersionMember(key)) return head.skipValue(value);
      if (!first) out += ',';
      first = false;
      out += key;
      out += ':';
      return head.copyValue(value, out);
    });
  }
  out += '}';
  json.eachMember(tree.records[0].offset, [&](std::string_view key, size_t value) {
    if (isHeadMember(key)) return json.skipValue(value);
    out += ',';
    out += key;
    out += ':';
    return json.copyValue(value, out);
  });
  out += '}';
  return out;
}

std::string withVersion(std::string_view stored, std::string_view version_id, std::string_view last_updated) {
  const size_t at = stored.find(kMeta);  // ids hold no quotes, so the first place is the right one
  assert(at != std::string_view::npos);
  const size_t inside = at + kMeta.size();
  std::string out;
  out.reserve(stored.size() + version_id.size() + last_updated.size() + 40);
  out.append(stored, 0, inside);
  out += "\"versionId\":";
  appendJsonString(out, version_id);
  out += ",\"lastUpdated\":";
  appendJsonString(out, last_updated);
  if (stored[inside] != '}') out += ',';
  out.append(stored, inside);
  return out;
}

}  // namespace fhir::model
