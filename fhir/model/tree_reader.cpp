// JSON tokens -> records. Arrays leave no record: their items are repeated members of the object around them.

#include <algorithm>
#include <array>
#include <memory_resource>
#include <optional>

#include "fhir/base/json_walk.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

using base::Error;

struct Key {
  uint32_t offset = 0;
  uint32_t size = 0;
  uint32_t hash = 0;
  uint8_t flags = 0;
};

// An object or array that has been opened. An array's items belong to the frame `owner`, an object.
struct Frame {
  uint32_t record = 0;
  uint32_t last = 0;  // the newest child
  uint32_t owner = 0;
  uint32_t items = 0;
  uint32_t first_pending = 0;  // of an object: its first entry in pending_
  Key key;                     // the pending key of an object, the own key of an array
  bool is_array = false;
  bool suspect = false;   // two keys may be equal
  uint64_t seen[4] = {};  // which key hashes have been, 8 bits of each
};

class RecordBuilder final : public base::JsonHandler {
 public:
  explicit RecordBuilder(Document::Tree& tree) : tree_(tree) {
    tree_.records.reserve(tree_.text.size() / 24 + 16);
    tree_.members.reserve(tree_.text.size() / 24 + 16);
    tree_.members.emplace_back();
    frames_.reserve(16);
    pending_.reserve(64);
  }

  bool null(size_t offset) override { return scalar(JsonKind::Null, offset, 4); }
  bool boolean(bool value, size_t offset) override {
    return scalar(value ? JsonKind::True : JsonKind::False, offset, value ? 4 : 5);
  }
  bool number(std::string_view text, size_t offset) override { return scalar(JsonKind::Number, offset, text.size()); }
  bool string(std::string_view text, bool raw, size_t offset) override {
    uint32_t index = add(JsonKind::String, offset, raw ? text.size() + 2 : 0);
    if (!raw) {
      tree_.side_texts.push_back(tree_.arena.keep(text));
      tree_.records[index].side_text = static_cast<uint32_t>(tree_.side_texts.size());
    }
    return true;
  }
  bool key(std::string_view text, bool raw, size_t offset) override {
    Frame& frame = frames_.back();
    Key key{static_cast<uint32_t>(offset + 1), static_cast<uint32_t>(text.size()), base::hashName(text), 0};
    if (!raw) {
      key.offset = static_cast<uint32_t>(tree_.side_texts.size());
      key.flags = Record::SideKey;
      tree_.side_texts.push_back(tree_.arena.keep(text));
    }
    uint64_t& word = frame.seen[key.hash >> 30];
    uint64_t bit = uint64_t{1} << ((key.hash >> 24) & 63);
    frame.suspect = frame.suspect || (word & bit) != 0;
    word |= bit;
    frame.key = key;
    ++frame.items;
    return true;
  }
  bool startObject(size_t offset) override {
    uint32_t index = add(JsonKind::Object, offset, 0);
    Frame& frame = frames_.emplace_back();
    frame.record = index;
    frame.first_pending = static_cast<uint32_t>(pending_.size());
    return true;
  }
  bool endObject(size_t offset) override {
    const Frame& frame = frames_.back();
    Record& record = tree_.records[frame.record];
    record.length = static_cast<uint32_t>(offset + 1 - record.offset);
    if (frame.items == 0) tree_.oddities.push_back({Oddity::What::EmptyObject, frame.record});
    if (frame.suspect && hasDuplicates(frame.record)) return false;
    listMembers(record, frame.first_pending);
    frames_.pop_back();
    return true;
  }
  bool startArray(size_t offset) override {
    if (frames_.empty()) {  // the whole text is an array: a root without a name holds the items
      const uint32_t root = add(JsonKind::Array, offset, 0);
      Frame& frame = frames_.emplace_back();
      frame.is_array = true;
      frame.record = root;
      return true;
    }
    const size_t depth = frames_.size();
    Frame& frame = frames_.emplace_back();
    const Frame& outer = frames_[depth - 1];
    frame.is_array = true;
    frame.owner = outer.is_array ? outer.owner : static_cast<uint32_t>(depth - 1);
    frame.record = outer.record;
    frame.key = outer.key;
    if (outer.is_array) {
      tree_.oddities.push_back({Oddity::What::NestedArray, outer.record, keyOffset(frame), keySize(frame)});
      frame.items = outer.items;
    }
    return true;
  }
  bool endArray(size_t offset) override {
    const Frame& frame = frames_.back();
    const uint32_t items = frame.items;
    if (items == 0)
      tree_.oddities.push_back({Oddity::What::EmptyArray, frame.record, keyOffset(frame), keySize(frame)});
    frames_.pop_back();
    if (frames_.empty()) {
      Record& root = tree_.records[0];
      root.length = static_cast<uint32_t>(offset + 1 - root.offset);
      listMembers(root, 0);
    } else if (frames_.back().is_array) {
      frames_.back().items = items;
    }
    return true;
  }

  std::optional<Error> takeError() { return std::move(error_); }

 private:
  // Keys with escapes stand elsewhere; their arrays are named by the object alone.
  static uint32_t keyOffset(const Frame& frame) { return frame.key.offset; }
  static uint32_t keySize(const Frame& frame) {
    return (frame.key.flags & Record::SideKey) != 0 ? 0 : frame.key.size;
  }

  bool scalar(JsonKind kind, size_t offset, size_t length) {
    add(kind, offset, length);
    return true;
  }

  uint32_t add(JsonKind kind, size_t offset, size_t length) {
    auto index = static_cast<uint32_t>(tree_.records.size());
    Record& record = tree_.records.emplace_back();
    record.kind = kind;
    record.offset = static_cast<uint32_t>(offset);
    record.length = static_cast<uint32_t>(length);
    if (frames_.empty()) return index;
    Frame& frame = frames_.back();
    record.parent = frame.record;
    record.key_offset = frame.key.offset;
    record.key_size = frame.key.size;
    record.name_hash = frame.key.hash;
    record.flags = frame.key.flags;
    const bool not_first = frame.is_array && frame.items > 0;
    if (!not_first) pending_.push_back({record.name_hash, index});
    if (frame.is_array) {
      record.flags |= static_cast<uint8_t>(Record::FromArray | (not_first ? Record::NotFirst : 0));
      ++frame.items;
    }
    Frame& owner = frame.is_array ? frames_[frame.owner] : frame;
    if (owner.last == 0) {
      tree_.records[owner.record].first = index;
    } else {
      tree_.records[owner.last].next = index;
    }
    owner.last = index;
    return index;
  }

  // The object is complete: the entries behind `first` in pending_ are its members.
  void listMembers(Record& object, uint32_t first) {
    if (first == pending_.size()) return;
    object.members = static_cast<uint32_t>(tree_.members.size());
    pending_.push_back({});
    tree_.members.insert(tree_.members.end(), pending_.begin() + first, pending_.end());
    pending_.resize(first);
  }

  // Sorting keeps this at n log n for hostile keys.
  bool hasDuplicates(uint32_t object) {
    keys_.clear();
    for (uint32_t i = tree_.records[object].first; i != 0; i = tree_.records[i].next)
      if (!tree_.records[i].has(Record::NotFirst)) keys_.push_back(i);
    auto less = [this](uint32_t a, uint32_t b) {
      const Record &x = tree_.records[a], &y = tree_.records[b];
      if (x.name_hash != y.name_hash) return x.name_hash < y.name_hash;
      int order = tree_.key(x).compare(tree_.key(y));
      return order != 0 ? order < 0 : a < b;
    };
    std::sort(keys_.begin(), keys_.end(), less);
    for (size_t i = 1; i < keys_.size(); ++i) {
      const Record &x = tree_.records[keys_[i - 1]], &y = tree_.records[keys_[i]];
      if (x.name_hash != y.name_hash || tree_.key(x) != tree_.key(y)) continue;
      base::LineColumn at = base::lineColumn(tree_.text, y.offset);
      error_ = base::invalid("a member of the JSON object stands there twice",
                             std::to_string(at.line) + ":" + std::to_string(at.column));
      return true;
    }
    return false;
  }

  Document::Tree& tree_;
  std::array<std::byte, 4096> memory_;  // of the two lists below, as long as it suffices
  std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size()};
  std::pmr::vector<Frame> frames_{&resource_};
  std::pmr::vector<Member> pending_{&resource_};  // of the open objects; those of inner ones stand behind
  std::vector<uint32_t> keys_;
  std::optional<Error> error_;
};

}  // namespace

base::Done readRecords(Document::Tree& tree, const ReadLimits& limits) {
  base::JsonLimits json_limits;
  json_limits.depth = limits.depth;
  json_limits.members = limits.members;
  json_limits.values = limits.values;
  json_limits.string_bytes = limits.string_bytes;
  json_limits.bytes = std::min<size_t>(limits.bytes, UINT32_MAX / 2);
  if (tree.text.size() > json_limits.bytes)
    return Error{base::Why::TooCostly, "the JSON text is larger than the limit `bytes`", ""};
  RecordBuilder builder(tree);
  base::Done done = base::readJsonInto(tree.text, builder, json_limits);
  if (done.ok()) return done;
  if (auto error = builder.takeError()) return std::move(*error);
  return done;
}

}  // namespace fhir::model
