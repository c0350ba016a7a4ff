#include "mappings/source/xml_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "fhir/base/text.h"
#include "fhir/base/xml_sax.h"
#include "mappings/source/places.h"

namespace mappings::source {

namespace {

using fhir::base::Done;
using fhir::base::XmlAttribute;
using fhir::base::XmlName;

constexpr size_t kFewNames = 32;

// Counts namesakes among siblings.
class Namesakes {
 public:
  uint32_t next(std::string_view name, uint32_t hash) {
    for (Count& count : few_)
      if (count.hash == hash && count.name == name) return count.seen++;
    if (few_.size() < kFewNames) {
      few_.push_back({name, hash, 1});
      return 0;
    }
    return many_[name]++;
  }

 private:
  struct Count {
    std::string_view name;
    uint32_t hash;
    uint32_t seen;
  };
  std::vector<Count> few_;
  std::map<std::string_view, uint32_t> many_;
};

class Handler : public fhir::base::XmlHandler {
 public:
  Handler(SourceTree& tree, uint32_t parent, std::string_view text, Origin origin, const ReadLimits& limits)
      : text_(text), builder_(tree, parent, origin, limits) {
    levels_.emplace_back();
  }

  bool full() const { return full_; }

  bool startElement(const XmlName& name, std::span<const XmlAttribute> attributes, size_t offset) override {
    levels_.back().has_elements = true;
    SourceTree::Record record;
    // Names live in the text; expat's own copy does not.
    record.name = text_.substr(offset + 1 + (name.space.empty() ? 0 : name.space.size() + 1), name.local.size());
    record.name_hash = fhir::base::hashName(record.name);
    record.repeat = levels_.back().namesakes.next(record.name, record.name_hash);
    record.offset = offset;
    builder_.open(record);
    levels_.emplace_back();
    for (const XmlAttribute& attribute : attributes) {
      if (attribute.name.space == "xmlns" || (attribute.name.space.empty() && attribute.name.local == "xmlns"))
        continue;
      if (attribute.value.empty()) continue;
      SourceTree::Record leaf;
      leaf.name = builder_.tree().keep("@" + std::string(attribute.name.local));
      leaf.text = builder_.tree().keep(attribute.value);
      leaf.offset = offset;
      if (!fits(builder_.leaf(leaf))) return false;
    }
    return true;
  }

  bool endElement(const XmlName&, size_t end_offset) override {
    Level& level = levels_.back();
    const std::string_view text = level.joined ? std::string_view(*level.joined) : level.text;
    if (!text.empty() && (!level.has_elements || !fhir::base::trim(text).empty())) {
      if (!fits(builder_.text(level.joined ? builder_.tree().keep(text) : text))) return false;
      if (!level.has_elements) builder_.place(level.text_offset, level.raw ? text.size() : 0);
    }
    builder_.close(end_offset);
    levels_.pop_back();
    return true;
  }

  bool text(std::string_view text, size_t offset) override {
    Level& level = levels_.back();
    const std::string_view written = text_.substr(offset, text.size());
    if (level.joined) {
      level.joined->append(text);
    } else if (!level.text.empty()) {
      level.joined = std::string(level.text).append(text);
      level.raw = false;
    } else {
      level.raw = written == text;
      level.text_offset = offset;
      level.text = level.raw ? written : builder_.tree().keep(text);
    }
    return true;
  }

 private:
  struct Level {
    Namesakes namesakes;
    std::string_view text;              // the element's first run; owned by the tree
    std::optional<std::string> joined;  // all runs, when there are more
    size_t text_offset = 0;
    bool raw = false;
    bool has_elements = false;
  };

  bool fits(bool added) {
    full_ = full_ || !added;
    return added;
  }

  std::string_view text_;
  TreeBuilder builder_;
  std::vector<Level> levels_;
  bool full_ = false;
};

}  // namespace

Done readXmlInto(SourceTree& tree, uint32_t parent, std::string_view text, Origin origin, const ReadLimits& limits) {
  // A declaration must stand at the very beginning; senders put line ends before it.
  size_t skipped = 0;
  while (skipped < text.size() && fhir::base::isBlank(text[skipped])) ++skipped;
  const std::string_view body = text.substr(skipped);
  if (origin.exact) origin.offset += skipped;

  Handler handler(tree, parent, body, origin, limits);
  fhir::base::XmlLimits xml;
  xml.depth = limits.depth;
  xml.elements = limits.records;
  xml.bytes = body.size();
  xml.text_bytes = body.size();
  const Done done = fhir::base::readXml(body, handler, xml, fhir::base::XmlNamespaces::Ignored);
  if (done.ok()) return done;
  fhir::base::Error error = handler.full() ? tooManyRecords() : done.error();
  error.where = placeInText(done.error().where, text.substr(0, skipped));
  return error;
}

std::string declaredXmlEncoding(std::string_view bytes) {
  while (!bytes.empty() && fhir::base::isBlank(bytes.front())) bytes.remove_prefix(1);
  if (bytes.substr(0, 5) != "<?xml") return {};
  const std::string_view declaration = bytes.substr(0, std::min<size_t>(bytes.find("?>"), 200));
  size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  at += 8;
  while (at < declaration.size() && (fhir::base::isBlank(declaration[at]) || declaration[at] == '=')) ++at;
  if (at >= declaration.size() || (declaration[at] != '"' && declaration[at] != '\'')) return {};
  const size_t end = declaration.find(declaration[at], at + 1);
  if (end == std::string_view::npos) return {};
  return std::string(declaration.substr(at + 1, end - at - 1));
}

}  // namespace mappings::source
