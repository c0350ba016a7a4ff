#include "mappings/engine/id_card.h"

#include <algorithm>

#include "fhir/base/temporal.h"
#include "mappings/engine/plain_text.h"

namespace mappings::engine {
namespace {

bool allDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "9.90121E+17": digits with a point or an exponent.
bool isScientific(std::string_view text) {
  const size_t e = text.find('E');
  if (e == std::string_view::npos || e == 0) return false;
  std::string_view mantissa = text.substr(0, e);
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  return !exponent.empty() && exponent.size() <= 3 && allDigits(exponent) &&
         mantissa.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool isFake(std::string_view text) {
  if (text.size() < 15) return false;
  const std::string_view body = text.substr(0, text.size() - 1);
  const bool same = body.find_first_not_of(body[0]) == std::string_view::npos;
  return same || text.starts_with("123456789012345") || text.starts_with("000000");
}

std::string normalised(std::string_view text) {
  std::string out;
  for (char c : compareForm(text))
    if (c != '-' && c != '\'' && c != '`' && c != '"') out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  // A typographic apostrophe in front, as spreadsheets write it.
  for (std::string_view quote : {"\u2018", "\u2019"})
    if (out.starts_with(quote)) out.erase(0, quote.size());
  return out;
}

bool birthOf(std::string_view number, std::string& out) {
  out = std::string(number.substr(6, 4)) + "-" + std::string(number.substr(10, 2)) + "-" +
        std::string(number.substr(12, 2));
  return fhir::base::Temporal::parseDate(out).ok();
}

}  // namespace

char idCardCheckDigit(std::string_view digits) {
  static constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < 17; ++i) sum += (digits[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11];
}

IdCard readIdCard(std::string_view text) {
  IdCard card;
  std::string number = normalised(text);
  if (number.empty()) return card;
  card.number = number;
  card.kind = IdCard::Kind::Other;
  if (isScientific(number)) {
    card.kind = IdCard::Kind::Scientific;
    card.number.clear();
    return card;
  }
  if (isFake(number)) {
    card.kind = IdCard::Kind::Fake;
    return card;
  }
  if (number.size() == 15 && allDigits(number)) {
    number.insert(6, "19");
    number += idCardCheckDigit(number);
  }
  if (number.size() != 18 || !allDigits(std::string_view(number).substr(0, 17))) return card;
  if ((number[17] < '0' || number[17] > '9') && number[17] != 'X') return card;
  card.number = number;
  card.kind = IdCard::Kind::WrongCheck;
  std::string birth;
  if (idCardCheckDigit(number) != number[17] || !birthOf(number, birth)) return card;
  card.kind = IdCard::Kind::Valid;
  card.birth_date = birth;
  card.female = (number[16] - '0') % 2 == 0;
  return card;
}

}  // namespace mappings::engine
