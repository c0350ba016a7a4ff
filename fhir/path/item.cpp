#include "fhir/path/item.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <vector>

#include "fhir/definitions/lookup.h"

namespace fhir::path {
namespace {

using base::Arena;

// The children of a Quantity that say what it is.
struct FirstNode final : NodeSink {
  Node node;
  bool found = false;
  void add(Node n) override {
    if (!found) node = n;
    found = true;
  }
};

Scalar childScalar(Node node, const Navigator& navigator, const base::Name& name) {
  FirstNode first;
  navigator.named(node, name, first);
  return first.found ? navigator.scalar(first.node) : Scalar{};
}

// FHIR R4 2.9.1.2 (Use of FHIR Quantity): these UCUM codes of durations are read as calendar units.
std::string_view calendarWord(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"a", "year"}, {"mo", "month"}, {"d", "day"}, {"h", "hour"}, {"min", "minute"}, {"s", "second"}};
  for (auto [ucum, word] : kWords) {
    if (ucum == code) return word;
  }
  return {};
}

bool quantityOf(Node node, const Navigator& navigator, Arena& arena, const Quantity*& out) {
  static const base::Name kValue = definitions::r4().name("value"), kCode = definitions::r4().name("code"),
                          kSystem = definitions::r4().name("system"),
                          kComparator = definitions::r4().name("comparator");
  Scalar value = childScalar(node, navigator, kValue);
  if (value.kind != ScalarKind::Decimal && value.kind != ScalarKind::Integer) return false;
  if (childScalar(node, navigator, kComparator).kind != ScalarKind::None) return false;
  auto number = base::Decimal::parse(value.text());
  if (!number) return false;
  std::string_view code = childScalar(node, navigator, kCode).text();
  // A quantity without a UCUM code has no System.Quantity.
  if (code.empty() || childScalar(node, navigator, kSystem).text() != "http://unitsofmeasure.org") return false;
  std::string_view word = calendarWord(code);
  auto* quantity = arena.make<Quantity>();
  quantity->value = *number;
  quantity->unit = word.empty() ? code : word;
  quantity->calendar = !word.empty();
  out = quantity;
  return true;
}

// The integers that need no Decimal to be read.
bool smallInteger(std::string_view text, int64_t& out) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || (text[0] == '0' && text.size() > 1)) return false;
  int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  out = negative ? -value : value;
  return true;
}

Item scalarItem(const Scalar& scalar, Arena& arena) {
  auto temporal = [&](ItemKind kind, base::Result<base::Temporal> parsed) {
    return parsed ? Item::temporal(kind, arena.make<base::Temporal>(*parsed)) : Item::string(scalar.text());
  };
  switch (scalar.kind) {
    case ScalarKind::Boolean: return Item::boolean(scalar.text() == "true");
    case ScalarKind::Integer:
      if (int64_t integer; smallInteger(scalar.text(), integer)) return Item::integer(integer);
      [[fallthrough]];
    case ScalarKind::Decimal: {
      auto number = base::Decimal::parse(scalar.text());
      if (!number) return Item::string(scalar.text());
      if (scalar.kind == ScalarKind::Integer) {
        auto integer = number->toInteger();
        if (integer && number->isInteger()) return Item::integer(*integer);
      }
      return Item::decimal(arena.make<base::Decimal>(*number));
    }
    case ScalarKind::Date: return temporal(ItemKind::Date, base::Temporal::parseDate(scalar.text()));
    case ScalarKind::DateTime: return temporal(ItemKind::DateTime, base::Temporal::parseDateTime(scalar.text()));
    case ScalarKind::Time: return temporal(ItemKind::Time, base::Temporal::parseTime(scalar.text()));
    case ScalarKind::String:
    case ScalarKind::None: break;
  }
  return Item::string(scalar.text());
}

}  // namespace

bool isQuantityType(const TypeName& type) {
  static constexpr std::string_view kNames[] = {"Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance"};
  if (type.number == 0)
    return !type.name.empty() && std::find(std::begin(kNames), std::end(kNames), type.name) != std::end(kNames);
  static const std::vector<bool> numbers = [] {
    std::vector<bool> out(definitions::r4().types().size() + 1);
    for (std::string_view name : kNames)
      if (const definitions::Type* known = definitions::r4().type(name)) out[known->number] = true;
    return out;
  }();
  return type.number < numbers.size() && numbers[type.number];
}

Item Item::computed(Arena& arena) const {
  if (kind_ != ItemKind::Node) return *this;
  Scalar scalar = navigator_->scalar(node_);
  if (scalar.kind == ScalarKind::String) return Item::string(scalar.text());
  if (scalar.kind != ScalarKind::None) return scalarItem(scalar, arena);
  const Quantity* quantity = nullptr;
  if (isQuantityType(navigator_->type(node_)) && quantityOf(node_, *navigator_, arena, quantity)) {
    return Item::quantity(quantity);
  }
  return *this;
}

bool Item::text(Arena& arena, std::string_view& out) const {
  if (kind_ == ItemKind::Node) {
    Scalar scalar = navigator_->scalar(node_);
    if (scalar.kind != ScalarKind::None) {
      out = scalar.text();
      return true;
    }
    Item value = computed(arena);
    return value.kind_ != ItemKind::Node && value.text(arena, out);
  }
  switch (kind_) {
    case ItemKind::Boolean: out = boolean_ ? "true" : "false"; return true;
    case ItemKind::Long:
    case ItemKind::Integer: out = arena.keep(std::to_string(integer_)); return true;
    case ItemKind::Decimal: out = arena.keep(decimal_->text()); return true;
    case ItemKind::String: out = string(); return true;
    case ItemKind::Date:
    case ItemKind::DateTime:
    case ItemKind::Time: out = arena.keep(temporal_->text()); return true;
    case ItemKind::Quantity: {
      std::string text = quantity_->value.text();
      if (quantity_->calendar) {
        bool one = quantity_->value == base::Decimal::fromInteger(1);
        text += " " + std::string(quantity_->unit) + (one ? "" : "s");
      } else {
        text += " '" + std::string(quantity_->unit) + "'";
      }
      out = arena.keep(text);
      return true;
    }
    case ItemKind::Type:
      out = arena.keep(type_->space.empty() ? std::string(type_->name)
                                            : std::string(type_->space) + "." + std::string(type_->name));
      return true;
    case ItemKind::Node: break;
  }
  return false;
}

void Collection::push_back(const Item& item) {
  if (size_ == capacity_) {
    size_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
    auto* items = static_cast<Item*>(arena_->allocate(capacity * sizeof(Item), alignof(Item)));
    if (size_ > 0) std::memcpy(static_cast<void*>(items), items_, size_ * sizeof(Item));
    items_ = items;
    capacity_ = capacity;
  }
  items_[size_++] = item;
}

void Collection::append(std::span<const Item> items) {
  if (items.empty()) return;
  if (size_ + items.size() > capacity_) {
    size_t capacity = std::max(size_ + items.size(), capacity_ * 2);
    auto* bigger = static_cast<Item*>(arena_->allocate(capacity * sizeof(Item), alignof(Item)));
    if (size_ > 0) std::memcpy(static_cast<void*>(bigger), items_, size_ * sizeof(Item));
    items_ = bigger;
    capacity_ = capacity;
  }
  std::memcpy(static_cast<void*>(items_ + size_), items.data(), items.size() * sizeof(Item));
  size_ += items.size();
}

}  // namespace fhir::path
