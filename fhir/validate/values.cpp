#include "fhir/validate/values.h"

#include <vector>

#include "fhir/model/tree.h"
#include "fhir/path/expression.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {

using model::Document;
using model::Record;

namespace {

// Documents are at most 64 deep, so these recursions are.

bool sameName(const Document::Tree& left, const Record& a, const Document::Tree& right, const Record& b) {
  return a.name_hash == b.name_hash && left.name(a) == right.name(b);
}

bool isValued(const Record& record) {
  return record.kind != model::JsonKind::Object && record.kind != model::JsonKind::Null;
}

// Which of the same-named siblings the record is.
size_t positionOf(const Document::Tree& tree, uint32_t index) {
  const Record& self = tree.records[index];
  size_t count = 0;
  for (uint32_t i = tree.records[self.parent].first; i != 0 && i != index; i = tree.records[i].next)
    count += sameName(tree, tree.records[i], tree, self);
  return count;
}

uint32_t childAt(const Document::Tree& tree, uint32_t parent, const Document::Tree& other, const Record& like,
                 size_t position) {
  for (uint32_t i = tree.records[parent].first; i != 0; i = tree.records[i].next)
    if (sameName(tree, tree.records[i], other, like) && position-- == 0) return i;
  return 0;
}

size_t countChildren(const Document::Tree& tree, uint32_t index) {
  size_t count = 0;
  for (uint32_t i = tree.records[index].first; i != 0; i = tree.records[i].next) ++count;
  return count;
}

bool sameValue(const Document::Tree& left, const Record& a, const Document::Tree& right, const Record& b) {
  if (isValued(a) != isValued(b)) return false;
  return !isValued(a) || left.value(a) == right.value(b);
}

bool equal(const Document::Tree& left, uint32_t a, const Document::Tree& right, uint32_t b) {
  if (!sameValue(left, left.records[a], right, right.records[b])) return false;
  if (countChildren(left, a) != countChildren(right, b)) return false;
  for (uint32_t i = right.records[b].first; i != 0; i = right.records[i].next) {
    const uint32_t found = childAt(left, a, right, right.records[i], positionOf(right, i));
    if (found == 0 || !equal(left, found, right, i)) return false;
  }
  return true;
}

bool fits(const Document::Tree& left, uint32_t a, const Document::Tree& right, uint32_t b) {
  const Record& pattern = right.records[b];
  if (isValued(pattern) && !sameValue(left, left.records[a], right, pattern)) return false;
  for (uint32_t i = pattern.first; i != 0; i = right.records[i].next) {
    bool found = false;
    for (uint32_t j = left.records[a].first; j != 0 && !found; j = left.records[j].next)
      found = sameName(left, left.records[j], right, right.records[i]) && fits(left, j, right, i);
    if (!found) return false;
  }
  return true;
}

}  // namespace

bool equalsFixed(path::Node actual, path::Node fixed) {
  return equal(model::treeOf(actual), actual.index, model::treeOf(fixed), fixed.index);
}

bool fitsPattern(path::Node actual, path::Node pattern) {
  return fits(model::treeOf(actual), actual.index, model::treeOf(pattern), pattern.index);
}

}  // namespace fhir::validate
