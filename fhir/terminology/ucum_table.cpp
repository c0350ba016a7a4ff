#include "fhir/terminology/ucum_table.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "fhir/terminology/ucum_parser.h"

// The tables' bytes, between two symbols each.
#define ONECARD_UCUM_TABLE(symbol, file)         \
  asm(".pushsection .rodata\n"                   \
      ".global onecard_ucum_" #symbol            \
      "\n"                                       \
      "onecard_ucum_" #symbol                    \
      ":\n"                                      \
      ".incbin \"" FHIR_UCUM_TABLES "/" file     \
      "\"\n"                                     \
      ".global onecard_ucum_" #symbol            \
      "_end\n"                                   \
      "onecard_ucum_" #symbol                    \
      "_end:\n"                                  \
      ".byte 0\n"                                \
      ".popsection\n");                          \
  extern "C" const char onecard_ucum_##symbol[]; \
  extern "C" const char onecard_ucum_##symbol##_end[];

ONECARD_UCUM_TABLE(units, "units.tsv")
ONECARD_UCUM_TABLE(aliases, "aliases.tsv")

namespace fhir::terminology {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

SpecialFunction functionOf(std::string_view name) {
  static constexpr std::pair<std::string_view, SpecialFunction> kFunctions[] = {
      {"", SpecialFunction::None},           {"Cel", SpecialFunction::Celsius},
      {"degF", SpecialFunction::Fahrenheit}, {"degRe", SpecialFunction::Reaumur},
      {"pH", SpecialFunction::Ph},           {"ln", SpecialFunction::Ln},
      {"lg", SpecialFunction::Lg},           {"lgTimes2", SpecialFunction::TwiceLg},
      {"ld", SpecialFunction::Ld},           {"sqrt", SpecialFunction::Root}};
  for (auto [known, function] : kFunctions) {
    if (known == name) return function;
  }
  return SpecialFunction::Unknown;
}

// Works out the factors of one atom after those it is defined by.
class Resolver {
 public:
  explicit Resolver(UcumTable& table) : table_(table), state_(table.atoms.size(), State::Open) {}

  bool resolve(uint16_t index) {
    if (state_[index] != State::Open) return state_[index] == State::Done;
    state_[index] = State::Busy;  // a cycle is refused
    UcumAtom& atom = table_.atoms[index];
    bool own_dimension =
        atom.base || atom.function == SpecialFunction::Unknown || (atom.arbitrary && atom.definition == "1");
    if (own_dimension) {
      atom.numerator = atom.denominator = base::Decimal::fromInteger(1);
      atom.dimension = {{index, 1}};
    } else {
      UcumProduct product = parseUcumProduct(atom.definition, table_, [this](uint16_t i) { return resolve(i); });
      if (!product.ok) return false;
      auto numerator = atom.numerator.multiply(product.numerator);
      if (!numerator) return false;
      atom.numerator = *numerator;
      atom.denominator = product.denominator;
      atom.dimension = product.dimension;
    }
    state_[index] = State::Done;
    return true;
  }

 private:
  enum class State : uint8_t { Open, Busy, Done };
  UcumTable& table_;
  std::vector<State> state_;
};

UcumTable readTable() {
  UcumTable table;
  table.atoms.emplace_back();
  std::string_view text = between(onecard_ucum_units, onecard_ucum_units_end);
  bool header = true;
  for (std::string_view line : base::split(text, '\n')) {
    auto cells = base::split(line, '\t');
    if (std::exchange(header, false) || cells.size() < 6) continue;
    // The digits of [pi] beyond what a Decimal holds are left out.
    std::string_view written = cells[3].substr(0, base::Decimal::kMaxDigits + 1);
    auto value = base::Decimal::parse(written);
    if (!value) continue;
    if (cells[0] == "prefix") {
      table.prefixes.push_back({cells[1], *value});
      continue;
    }
    UcumAtom atom;
    atom.code = cells[1];
    atom.metric = cells[2].find('M') != std::string_view::npos;
    atom.arbitrary = cells[2].find('A') != std::string_view::npos;
    atom.base = cells[0] == "base";
    atom.function = functionOf(cells[5]);
    atom.definition = cells[4];
    atom.numerator = *value;
    table.atoms.push_back(std::move(atom));
  }
  for (uint16_t i = 1; i < table.atoms.size(); ++i) table.by_code.push_back(i);
  std::sort(table.by_code.begin(), table.by_code.end(),
            [&](uint16_t a, uint16_t b) { return table.atoms[a].code < table.atoms[b].code; });
  Resolver resolver(table);
  for (uint16_t i = 1; i < table.atoms.size(); ++i) resolver.resolve(i);
  return table;
}

}  // namespace

uint16_t UcumTable::find(std::string_view code) const {
  auto found =
      std::lower_bound(by_code.begin(), by_code.end(), code,
                       [this](uint16_t index, std::string_view wanted) { return atoms[index].code < wanted; });
  return found != by_code.end() && atoms[*found].code == code ? *found : 0;
}

const UcumTable& ucumTable() {
  static const UcumTable table = readTable();
  return table;
}

std::string_view ucumAliases() { return between(onecard_ucum_aliases, onecard_ucum_aliases_end); }

}  // namespace fhir::terminology
