// Gives records their R4 elements and types. Records stand in the order of the text, parents before children,
// so one pass over the array does it.

#include "fhir/base/json.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

using base::Name;
using base::Severity;
using definitions::Definitions;
using definitions::Type;
using definitions::TypeKind;
using definitions::TypeNumber;

constexpr size_t kMostFindings = 100;  // of one resource; more say nothing new
const Name kResourceType("resourceType");

// Which JSON token a primitive type is written with.
enum class Written : uint8_t { NotPrimitive, Boolean, Number, String };

struct TypeTable {
  TypeNumber resource = 0;
  std::vector<Written> written;
  std::vector<bool> is_resource;

  TypeTable() {
    const Definitions& r4 = definitions::r4();
    resource = r4.type("Resource")->number;
    written.resize(r4.types().size() + 1, Written::NotPrimitive);
    is_resource.resize(written.size());
    TypeNumber integer = r4.type("integer")->number, decimal = r4.type("decimal")->number;
    TypeNumber boolean = r4.type("boolean")->number;
    for (const Type& type : r4.types()) {
      is_resource[type.number] = type.kind == TypeKind::Resource;
      if (type.kind != TypeKind::Primitive) continue;
      bool number = r4.isSubtypeOf(type.number, integer) || type.number == decimal;
      written[type.number] = type.number == boolean ? Written::Boolean : number ? Written::Number : Written::String;
    }
  }
};

const TypeTable& typeTable() {
  static const TypeTable table;
  return table;
}

bool fits(Written written, JsonKind kind) {
  switch (written) {
    case Written::NotPrimitive: return kind == JsonKind::Object;
    case Written::Boolean: return kind == JsonKind::True || kind == JsonKind::False;
    case Written::Number: return kind == JsonKind::Number;
    case Written::String: return kind == JsonKind::String;
  }
  return false;
}

class Typing {
 public:
  Typing(Document::Tree& tree, base::Findings& findings)
      : tree_(tree), records_(tree.records), findings_(findings), elements_(r4_.allElements().data()) {}

  base::Done run() {
    const TypeNumber type = resourceTypeOf(0);
    if (records_[0].kind != JsonKind::Object || type == 0) return noResourceType();
    records_[0].type = type;
    tree_.type = type;
    for (uint32_t i = 1; i < records_.size(); ++i) attach(i);
    for (uint32_t object : with_shadows_) mergeShadows(object);
    for (uint32_t i : nulls_) dropNull(i);
    for (const Oddity& oddity : tree_.oddities) report(oddity);
    unlinkHidden(tree_);
    return {};
  }

 private:
  base::Error noResourceType() const {
    base::LineColumn at = base::lineColumn(tree_.text, records_[0].offset);
    return base::invalid("not a FHIR resource: resourceType is missing or names no R4 resource",
                         std::to_string(at.line) + ":" + std::to_string(at.column));
  }

  // The concrete resource type that the object's resourceType names; 0 when it does not.
  TypeNumber resourceTypeOf(uint32_t object) const {
    for (uint32_t i = records_[object].first; i != 0; i = records_[i].next) {
      const Record& child = records_[i];
      if (child.name_hash != kResourceType.hash || child.kind != JsonKind::String || child.has(Record::FromArray) ||
          tree_.key(child) != kResourceType.text)
        continue;
      const Type* type = r4_.type(tree_.value(child));
      return type != nullptr && type->kind == TypeKind::Resource ? type->number : TypeNumber{0};
    }
    return 0;
  }

  void attach(uint32_t index) {
    Record& record = records_[index];
    Record& parent = records_[record.parent];
    if (parent.type == 0) {
      if (record.kind == JsonKind::Null) nulls_.push_back(index);
      return;
    }
    Name key;
    key.text = tree_.key(record);
    key.hash = record.name_hash;
    if (key.hash == kResourceType.hash && key.text == kResourceType.text && types_.is_resource[parent.type]) {
      record.flags |= Record::Hidden;
      parent.flags |= Record::HasHidden;
      return;
    }
    const bool shadow = key.text.size() > 1 && key.text.front() == '_';
    if (shadow) key = Name(key.text.substr(1));
    definitions::Member member = r4_.member(parent.type, key);
    if (member.element == nullptr || (shadow && types_.written[member.type] == Written::NotPrimitive)) {
      if (!record.has(Record::NotFirst)) findUnknown(index, key.text);
      if (record.kind == JsonKind::Null) nulls_.push_back(index);
      return;
    }
    record.element = static_cast<uint32_t>(member.element - elements_) + 1;
    if (member.element->choice) record.flags |= Record::Choice;
    if (record.name_hash != member.element->name.hash) rename(index, member.element->name.hash);
    if (shadow) {
      attachShadow(record, member.type);
    } else {
      attachValue(index, *member.element, member.type);
    }
  }

  // The record answers to the name of its element: `value` for valueQuantity, `given` for _given.
  void rename(uint32_t index, uint32_t hash) {
    Record& record = records_[index];
    record.name_hash = hash;
    if (record.has(Record::NotFirst)) return;
    Member* member = &tree_.members[records_[record.parent].members];
    while (member->record != index) ++member;
    member->hash = hash;
  }

  void attachShadow(Record& record, TypeNumber type) {
    Record& parent = records_[record.parent];
    record.flags |= Record::Shadow;
    record.type = record.kind == JsonKind::Object ? type : TypeNumber{0};
    shadow_types_.push_back({static_cast<uint32_t>(&record - records_.data()), type});
    if (!parent.has(Record::HasShadows)) with_shadows_.push_back(record.parent);
    parent.flags |= Record::HasShadows;
  }

  void attachValue(uint32_t index, const definitions::Element& element, TypeNumber type) {
    Record& record = records_[index];
    if (type == types_.resource) {
      type = record.kind == JsonKind::Object ? resourceTypeOf(index) : TypeNumber{0};
      if (type == 0) {
        find(index, "resource-type", "this must be a resource, and its resourceType names no R4 resource");
        return;
      }
    }
    const bool repeats = element.max > 1;
    if (repeats != record.has(Record::FromArray) && !record.has(Record::NotFirst))
      findList(index, "json-array",
               repeats ? "this element repeats, so it must be a JSON array"
                       : "this element does not repeat, so it must not be a JSON array");
    if (record.kind == JsonKind::Null) {
      record.type = type;
      nulls_.push_back(index);
      return;
    }
    if (!fits(types_.written[type], record.kind)) {
      find(index, "json-type", "the JSON value has the wrong kind for the type of this element");
      return;
    }
    record.type = type;
  }

  // Moves what `_x` carries (id, extension) below `x`; an `_x` without `x` becomes an x without a value.
  void mergeShadows(uint32_t object) {
    uint32_t value = 0;  // the value that the next shadow of the same array belongs to
    bool in_run = false;
    for (uint32_t i = records_[object].first; i != 0; i = records_[i].next) {
      Record& shadow = records_[i];
      if (!shadow.has(Record::Shadow)) continue;
      const TypeNumber type = shadowType(i);
      if (!shadow.has(Record::NotFirst) || !in_run) {
        value = firstValue(object, shadow.element, type);
        in_run = true;
      }
      mergeShadow(i, value);
      value = value == 0 ? 0 : followingValue(value, type);
    }
  }

  TypeNumber shadowType(uint32_t index) {
    // shadow_types_ is in the order of the records
    size_t low = 0, high = shadow_types_.size();
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (shadow_types_[middle].record < index)
        low = middle + 1;
      else
        high = middle;
    }
    return shadow_types_[low].type;
  }

  bool isValueOf(const Record& record, uint32_t element, TypeNumber type) const {
    if (record.element != element || record.has(Record::Shadow)) return false;
    return record.type == type || record.type == 0;
  }

  uint32_t firstValue(uint32_t object, uint32_t element, TypeNumber type) const {
    for (uint32_t i = records_[object].first; i != 0; i = records_[i].next)
      if (isValueOf(records_[i], element, type)) return i;
    return 0;
  }

  uint32_t followingValue(uint32_t value, TypeNumber type) const {
    uint32_t next = records_[value].next;
    return next != 0 && records_[next].has(Record::NotFirst) &&
                   isValueOf(records_[next], records_[value].element, type)
               ? next
               : 0;
  }

  void mergeShadow(uint32_t index, uint32_t value) {
    Record& shadow = records_[index];
    if (shadow.kind != JsonKind::Object) {
      if (shadow.kind != JsonKind::Null || !shadow.has(Record::FromArray))
        find(index, "json-type", "the member with an underscore must be a JSON object");
      hide(shadow);
      return;
    }
    if (value == 0) {
      shadow.flags &= static_cast<uint8_t>(~Record::Shadow);
      return;
    }
    Record& target = records_[value];
    if (target.type == 0 || target.kind == JsonKind::Object) return;  // reported already; both stay as they are
    target.first = shadow.first;
    target.members = shadow.members;
    for (uint32_t i = shadow.first; i != 0; i = records_[i].next) records_[i].parent = value;
    shadow.first = 0;
    shadow.members = 0;
    hide(shadow);
  }

  // A null is right only as the place holder of a value that has extensions.
  void dropNull(uint32_t index) {
    Record& record = records_[index];
    if (record.first != 0) return;
    const bool place_holder = record.has(Record::FromArray) && record.type != 0 &&
                              types_.written[record.type] != Written::NotPrimitive &&
                              records_[record.parent].has(Record::HasShadows);
    if (!place_holder || !record.has(Record::FromArray)) find(index, "json-null", "null is not a value in FHIR");
    hide(record);
  }

  void hide(Record& record) {
    record.flags |= Record::Hidden;
    records_[record.parent].flags |= Record::HasHidden;
  }

  void report(const Oddity& oddity) {
    switch (oddity.what) {
      case Oddity::What::EmptyArray: findArray(oddity, "json-empty", "an array may not be empty"); break;
      case Oddity::What::EmptyObject: find(oddity.record, "json-empty", "the object is empty"); break;
      case Oddity::What::NestedArray:
        findArray(oddity, "json-array", "an array may not stand inside an array");
        break;
    }
  }

  // A member that its type does not have: perhaps a choice of a type that is not allowed.
  void findUnknown(uint32_t index, std::string_view key) {
    for (const definitions::Element* element : r4_.elements(records_[records_[index].parent].type)) {
      const std::string_view name = element->name.text;
      if (!element->choice || key.size() <= name.size() || !key.starts_with(name)) continue;
      if (key[name.size()] < 'A' || key[name.size()] > 'Z') continue;
      return findList(index, "choice-type", "this element does not come in this type");
    }
    findList(index, "unknown-element", "this member is not defined for its type");
  }

  void find(uint32_t index, const char* rule, const char* what) { findAt(placeOf(tree_.node(index)), rule, what); }

  // About the whole list that the member begins.
  void findList(uint32_t index, const char* rule, const char* what) {
    std::string place = placeOf(tree_.node(index));
    // Without a list there is no index: a member that nobody knows may be called "a]".
    const Record& record = records_[index];
    const bool indexed = record.has(Record::FromArray) || record.element != 0;
    if (indexed && place.ends_with(']')) place.resize(place.rfind('['));
    findAt(std::move(place), rule, what);
  }

  void findArray(const Oddity& oddity, const char* rule, const char* what) {
    std::string place = placeOf(tree_.node(oddity.record));
    if (oddity.key_size > 0) place += "." + tree_.text.substr(oddity.key_offset, oddity.key_size);
    findAt(std::move(place), rule, what);
  }

  void findAt(std::string place, const char* rule, const char* what) {
    if (++found_ > kMostFindings) return;
    base::Finding finding;
    finding.severity = Severity::Error;
    finding.code = "structure";
    finding.rule = rule;
    finding.what = found_ == kMostFindings ? "there are more structural errors than are listed" : what;
    finding.expression = std::move(place);
    findings_.add(std::move(finding));
  }

  struct ShadowType {
    uint32_t record;
    TypeNumber type;
  };

  const Definitions& r4_ = definitions::r4();
  const TypeTable& types_ = typeTable();
  Document::Tree& tree_;
  std::vector<Record>& records_;
  base::Findings& findings_;
  const definitions::Element* elements_;
  std::vector<uint32_t> with_shadows_;
  std::vector<ShadowType> shadow_types_;
  std::vector<uint32_t> nulls_;
  size_t found_ = 0;
};

}  // namespace

base::Done attachTypes(Document::Tree& tree, base::Findings& findings) { return Typing(tree, findings).run(); }

void unlinkHidden(Document::Tree& tree) {
  auto& records = tree.records;
  for (Record& object : records) {
    if (!object.has(Record::HasHidden)) continue;
    uint32_t* link = &object.first;
    while (*link != 0) {
      Record& child = records[*link];
      if (child.has(Record::Hidden)) {
        *link = child.next;
      } else {
        link = &child.next;
      }
    }
  }
}

}  // namespace fhir::model
