// The life of SearchValue's one member.

#include <memory>
#include <utility>

#include "fhir/index/extractor.h"

namespace fhir::index {

using definitions::SearchType;

// Calls action(&SearchValue::member) with the member that the type names.
template <typename Do>
void SearchValue::with(SearchValue& value, Do&& action) {
  switch (value.type) {
    case SearchType::Token: return action(&SearchValue::token);
    case SearchType::String: return action(&SearchValue::string);
    case SearchType::Reference: return action(&SearchValue::reference);
    case SearchType::Date: return action(&SearchValue::date);
    case SearchType::Number: return action(&SearchValue::number);
    case SearchType::Quantity: return action(&SearchValue::quantity);
    case SearchType::Uri: return action(&SearchValue::uri);
    case SearchType::Composite: return action(&SearchValue::parts);
    case SearchType::Special: return;
  }
}

SearchValue::SearchValue(definitions::ParameterNumber number, SearchType of_type) : parameter(number), type(of_type) {
  with(*this, [this](auto member) { std::construct_at(&(this->*member)); });
}

SearchValue::SearchValue(const SearchValue& other) : parameter(other.parameter), type(other.type) {
  with(*this, [&](auto member) { std::construct_at(&(this->*member), other.*member); });
}

SearchValue::SearchValue(SearchValue&& other) noexcept : parameter(other.parameter), type(other.type) {
  with(*this, [&](auto member) { std::construct_at(&(this->*member), std::move(other.*member)); });
}

SearchValue& SearchValue::operator=(const SearchValue& other) { return *this = SearchValue(other); }

SearchValue& SearchValue::operator=(SearchValue&& other) noexcept {
  if (this == &other) return *this;
  std::destroy_at(this);
  return *std::construct_at(this, std::move(other));
}

SearchValue::~SearchValue() {
  with(*this, [this](auto member) { std::destroy_at(&(this->*member)); });
}

}  // namespace fhir::index
