#include "mappings/source/json_reader.h"

#include <string>
#include <vector>

#include "fhir/base/json.h"
#include "mappings/source/places.h"

namespace mappings::source {

namespace {

using fhir::base::Done;

class Handler : public fhir::base::JsonHandler {
 public:
  Handler(SourceTree& tree, uint32_t parent, std::string_view text, Origin origin, const ReadLimits& limits)
      : text_(text), builder_(tree, parent, origin, limits) {
    levels_.push_back({Level::Kind::Whole, kItem, 0});
  }

  bool full() const { return full_; }

  bool null(size_t) override {
    element();
    return true;
  }
  bool boolean(bool value, size_t offset) override {
    const std::string_view text = value ? "true" : "false";
    return leaf(text, offset, text.size());
  }
  bool number(std::string_view text, size_t offset) override { return leaf(text, offset, text.size()); }
  bool string(std::string_view text, bool raw, size_t offset) override {
    if (text.empty()) return null(offset);
    return leaf(raw ? text : builder_.tree().keep(text), offset + 1, raw ? text.size() : rawLength(offset + 1));
  }
  bool key(std::string_view text, bool raw, size_t) override {
    levels_.back().name = raw ? text : builder_.tree().keep(text);
    levels_.back().name_hash = 0;
    return true;
  }

  bool startObject(size_t offset) override {
    openNode(offset);
    levels_.push_back({Level::Kind::Object, {}, 0});
    return true;
  }
  bool endObject(size_t offset) override {
    levels_.pop_back();
    closeNode(offset + 1);
    return true;
  }
  bool startArray(size_t offset) override {
    const Level& outer = levels_.back();
    if (outer.kind == Level::Kind::Array || outer.kind == Level::Kind::Cells) {
      openNode(offset);
      levels_.push_back({Level::Kind::Cells, {}, 0});
    } else {
      levels_.push_back({Level::Kind::Array, outer.name, outer.name_hash});
    }
    return true;
  }
  bool endArray(size_t offset) override {
    const bool cells = levels_.back().kind == Level::Kind::Cells;
    levels_.pop_back();
    if (cells) closeNode(offset + 1);
    return true;
  }

 private:
  struct Level {
    enum class Kind : uint8_t {
      Whole,  // the text itself
      Object,
      Array,  // its elements repeat the member's name
      Cells,  // an array within an array: its elements are numbered
    } kind;
    std::string_view name;  // of the next node
    uint32_t name_hash;
    uint32_t elements = 0;
  };

  // The record for the next value of the innermost level.
  SourceTree::Record element() {
    Level& level = levels_.back();
    SourceTree::Record record;
    record.name = level.name;
    if (level.kind == Level::Kind::Array) {
      record.listed = true;
      record.repeat = level.elements++;
      if (level.name_hash == 0) level.name_hash = fhir::base::hashName(level.name);
    } else if (level.kind == Level::Kind::Cells) {
      record.position = ++level.elements;
      record.name = builder_.tree().keep(std::to_string(record.position));
    }
    record.name_hash = level.name_hash;
    return record;
  }

  // The whole text's own object is the node that the text stands in.
  bool isWhole() const { return levels_.back().kind == Level::Kind::Whole; }

  void openNode(size_t offset) {
    if (isWhole()) return;
    SourceTree::Record record = element();
    record.offset = offset;
    builder_.open(record);
  }
  void closeNode(size_t end) {
    if (!isWhole()) builder_.close(end);
  }
  bool leaf(std::string_view text, size_t offset, size_t length) {
    bool added = false;
    if (isWhole()) {
      added = builder_.text(text);
    } else {
      SourceTree::Record record = element();
      record.text = text;
      record.offset = offset;
      record.length = length;
      added = builder_.leaf(record);
    }
    full_ = full_ || !added;
    return added;
  }
  // Of a string with escapes, from its first byte to its closing quote.
  size_t rawLength(size_t begin) const {
    size_t at = begin;
    while (at < text_.size() && text_[at] != '"') at += text_[at] == '\\' ? 2 : 1;
    return at - begin;
  }

  std::string_view text_;
  TreeBuilder builder_;
  std::vector<Level> levels_;
  bool full_ = false;
};

}  // namespace

Done readJsonInto(SourceTree& tree, uint32_t parent, std::string_view text, Origin origin, const ReadLimits& limits) {
  Handler handler(tree, parent, text, origin, limits);
  fhir::base::JsonLimits json;
  json.depth = limits.depth;
  json.values = limits.records;
  json.string_bytes = text.size();
  json.bytes = text.size();
  const Done done = fhir::base::readJson(text, handler, json);
  if (done.ok()) return done;
  fhir::base::Error error = handler.full() ? tooManyRecords() : done.error();
  error.where = placeInText(done.error().where, {});
  return error;
}

}  // namespace mappings::source
