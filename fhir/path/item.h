#pragma once
// Item and Collection: the values of FHIRPath. An Item is a node of a tree or a computed value;
// what it points to lives in the evaluation's Arena or in the tree, so it is cheap to copy.

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/base/arena.h"
#include "fhir/base/decimal.h"
#include "fhir/base/temporal.h"
#include "fhir/path/navigator.h"

namespace fhir::terminology {
class UcumUnit;
}

namespace fhir::path {

enum class ItemKind : uint8_t { Node, Boolean, Integer, Decimal, String, Date, DateTime, Time, Quantity, Type, Long };

struct Quantity {
  base::Decimal value;
  std::string_view unit;  // UCUM code, or a calendar word ("year") when `calendar`
  bool calendar = false;
  const terminology::UcumUnit* ucum = nullptr;  // of the unit, where it has been parsed before (literals)
};

// Quantity and its specializations, of FHIR.
bool isQuantityType(const TypeName& type);

class Item {
 public:
  static Item node(Node node, const Navigator* navigator) {
    Item item(ItemKind::Node);
    item.node_ = node;
    item.navigator_ = navigator;
    return item;
  }
  static Item boolean(bool value) {
    Item item(ItemKind::Boolean);
    item.boolean_ = value;
    return item;
  }
  static Item integer(int64_t value) {
    Item item(ItemKind::Integer);
    item.integer_ = value;
    return item;
  }
  // 64 bits (FHIRPath 3.0 4.1.4, trial use); integer() has its value.
  static Item longInteger(int64_t value) {
    Item item(ItemKind::Long);
    item.integer_ = value;
    return item;
  }
  static Item decimal(const base::Decimal* value) {
    Item item(ItemKind::Decimal);
    item.decimal_ = value;
    return item;
  }
  static Item string(std::string_view value) {
    Item item(ItemKind::String);
    item.text_ = {value.data(), value.size()};
    return item;
  }
  // Date, DateTime, Time.
  static Item temporal(ItemKind kind, const base::Temporal* value) {
    Item item(kind);
    item.temporal_ = value;
    return item;
  }
  static Item quantity(const Quantity* value) {
    Item item(ItemKind::Quantity);
    item.quantity_ = value;
    return item;
  }
  static Item type(const TypeName* value) {
    Item item(ItemKind::Type);
    item.type_ = value;
    return item;
  }

  ItemKind kind() const { return kind_; }
  bool isNode() const { return kind_ == ItemKind::Node; }

  // Each asserts that the kind fits.
  Node node() const { return node_; }
  const Navigator& navigator() const { return *navigator_; }
  bool boolean() const { return boolean_; }
  int64_t integer() const { return integer_; }
  const base::Decimal& decimal() const { return *decimal_; }
  std::string_view string() const { return {text_.begin, text_.size}; }
  const base::Temporal& temporal() const { return *temporal_; }
  const Quantity& quantity() const { return *quantity_; }
  const TypeName& type() const { return *type_; }

  // A node that holds a primitive becomes the computed value (strings stay views into the tree);
  // anything else stays itself. A FHIR Quantity node becomes Quantity.
  Item computed(base::Arena& arena) const;

  // The text of a primitive or computed value as toString() gives it; false for objects.
  bool text(base::Arena& arena, std::string_view& out) const;

 private:
  struct Text {
    const char* begin;
    size_t size;
  };
  const Navigator* navigator_ = nullptr;
  union {
    Node node_;
    bool boolean_;
    int64_t integer_;
    const base::Decimal* decimal_;
    Text text_;
    const base::Temporal* temporal_;
    const Quantity* quantity_;
    const TypeName* type_;
  };
  ItemKind kind_;

  explicit Item(ItemKind kind) : integer_(0), kind_(kind) {}
  friend class Collection;
};

class Items;

// An ordered list of items in an arena. Copying shares the items; push_back after a copy is allowed
// only on the newest copy.
class Collection {
 public:
  explicit Collection(base::Arena& arena) : arena_(&arena) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Item& operator[](size_t i) const { return items_[i]; }
  const Item* begin() const { return items_; }
  const Item* end() const { return items_ + size_; }
  void push_back(const Item& item);
  void append(std::span<const Item> items);
  base::Arena& arena() const { return *arena_; }

 private:
  friend class Items;
  Collection(base::Arena& arena, Item* items, size_t size, size_t capacity)
      : arena_(&arena), items_(items), size_(size), capacity_(capacity) {}

  base::Arena* arena_;
  Item* items_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace fhir::path
