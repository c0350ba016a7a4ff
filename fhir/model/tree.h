#pragma once
// The memory behind Document: the JSON text and a flat array of records, one for each object, string, number,
// boolean and null, in the order of the text. Read by fhir/model and by the specialised programs of fhir/index;
// everybody else goes through the navigator.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"

namespace fhir::model {

// Index 0 is the root. `next` and `first` are 0 where there is none: the root is nobody's child.
struct Record {
  enum Flag : uint8_t {
    FromArray = 1,    // stands in a JSON array
    NotFirst = 2,     // and is not its first item
    Shadow = 4,       // an `_x` member that has not been merged into `x`
    SideKey = 8,      // the key had escapes: key_offset is a place in Tree::side_texts
    HasShadows = 16,  // an object with `_x` members
    HasHidden = 32,   // an object with children that are not to be seen (resourceType, null)
    Hidden = 64,      // such a child; unlinked when typing is done
    Choice = 128,     // of a choice element: members of other types may answer to its name too
  };

  uint32_t parent = 0;
  uint32_t next = 0;
  uint32_t first = 0;
  uint32_t name_hash = 0;   // of the name that it answers to
  uint32_t key_offset = 0;  // the JSON key, without quotes
  uint32_t key_size = 0;
  uint32_t element = 0;    // 1 + index in Definitions::allElements(); 0: unknown
  uint32_t offset = 0;     // the token or object in the text
  uint32_t length = 0;     // 0 for strings with escapes: Tree::place counts it
  uint32_t side_text = 0;  // 1 + place in Tree::side_texts of an unescaped string
  uint32_t members = 0;    // place in Tree::members of what it holds
  definitions::TypeNumber type = 0;
  JsonKind kind = JsonKind::Null;
  uint8_t flags = 0;

  bool has(Flag flag) const { return (flags & flag) != 0; }
};

// One member of an object: its name's hash and the record that is its value, or the first of them. The members of an
// object stand side by side, in the order of the text, so that a name is found without a walk over the records.
// Hidden records are still listed. `record` 0 ends the list.
struct Member {
  uint32_t hash = 0;
  uint32_t record = 0;
};

struct Oddity {  // seen while reading, becomes a finding when the text is a FHIR resource
  enum class What : uint8_t { EmptyArray, EmptyObject, NestedArray } what;
  uint32_t record;          // the object in which it stands, or which is empty
  uint32_t key_offset = 0;  // of an array: where its key stands in the text, without quotes
  uint32_t key_size = 0;    // 0: unknown
};

struct Document::Tree {
  std::string text;
  std::vector<Record> records;
  std::vector<Member> members;  // the first is the end of the empty list
  std::vector<std::string_view> side_texts;
  base::Arena arena{1024};
  std::vector<Oddity> oddities;
  definitions::TypeNumber type = 0;

  std::string_view key(const Record& record) const {
    if (record.has(Record::SideKey)) return side_texts[record.key_offset];
    return std::string_view(text).substr(record.key_offset, record.key_size);
  }
  // The name by which the parent holds it: of the element when it is known, else the JSON key.
  std::string_view name(const Record& record) const;
  std::string_view token(const Record& record) const {  // not of strings
    return std::string_view(text).substr(record.offset, record.length);
  }
  path::Place place(const Record& record) const;
  // Strings without quotes and escapes, numbers and booleans as written; empty for objects and null.
  std::string_view value(const Record& record) const {
    if (record.kind == JsonKind::String) {
      if (record.side_text != 0) return side_texts[record.side_text - 1];
      return std::string_view(text).substr(record.offset + 1, record.length - 2);
    }
    if (record.kind == JsonKind::Object || record.kind == JsonKind::Array || record.kind == JsonKind::Null) return {};
    return token(record);
  }
  path::Node node(uint32_t index) const { return {this, index, 0}; }

  // Whether the record answers to the name; their hashes are equal.
  bool answersTo(const Record& record, const base::Name& called) const {
    if (called.known && record.element != 0 && !record.has(Record::Shadow)) return true;
    return base::sameText(name(record), called.text);
  }
  // Calls `visit(index)` for each child called so, in the order of the text.
  template <typename Visit>
  void eachNamed(uint32_t object, const base::Name& called, Visit&& visit) const;
};

template <typename Visit>
void Document::Tree::eachNamed(uint32_t object, const base::Name& called, Visit&& visit) const {
  const Record* const all = records.data();
  for (const Member* member = &members[all[object].members]; member->record != 0; ++member) {
    if (member->hash != called.hash) continue;
    bool found = false;
    for (uint32_t i = member->record;;) {
      const Record& record = all[i];
      if (!record.has(Record::Hidden) && answersTo(record, called)) {
        visit(i);
        // A member stands once; but choices (valueString, valueCode) may have several, and so may arrays where
        // what an `_x` holds has found no `x`.
        found = !record.has(Record::Choice);
      }
      if (!record.has(Record::FromArray)) break;
      i = record.next;
      if (i == 0 || all[i].key_offset != record.key_offset) break;  // of another member
    }
    if (found && !all[object].has(Record::HasShadows)) return;
  }
}

inline const Document::Tree& treeOf(path::Node node) { return *static_cast<const Document::Tree*>(node.tree); }
inline const Record& recordOf(path::Node node) { return treeOf(node).records[node.index]; }

// Fills `records` from `text`. Nulls are records.
base::Done readRecords(Document::Tree& tree, const ReadLimits& limits);

// Gives the records of a FHIR resource their elements and types, merges `_x`, hides resourceType and nulls.
base::Done attachTypes(Document::Tree& tree, base::Findings& findings);

// Takes hidden children out of the lists of their parents.
void unlinkHidden(Document::Tree& tree);

}  // namespace fhir::model
