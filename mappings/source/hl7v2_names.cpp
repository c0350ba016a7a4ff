#include "mappings/source/hl7v2_names.h"

#include <cassert>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/base/text.h"

namespace mappings::source {

namespace {

struct TypeRow {
  std::string_view type;
  std::string_view components;  // in order; name:TYPE where subcomponents have names
};

// The data type's components. CE and CWE share their first six, so one row serves both; senders of all versions mix
// them.
constexpr TypeRow kTypes[] = {
    {"CE", "identifier text system alt_identifier alt_text alt_system version alt_version original_text"},
    {"CX", "id check_digit check_scheme authority:HD type facility:HD effective expiration"},
    {"EI", "id namespace universal_id universal_id_type"},
    {"HD", "namespace universal_id universal_id_type"},
    {"FN", "surname own_prefix own_surname partner_prefix partner_surname"},
    {"XPN", "family:FN given second suffix prefix degree type representation"},
    {"XAD", "street:SAD other city state zip country type other_designation county census_tract representation"},
    {"SAD", "line name number"},
    {"XTN", "number use equipment email country_code area_code local_number extension text"},
    {"XCN",
     "id family:FN given second suffix prefix degree source_table authority:HD name_type check_digit check_scheme "
     "identifier_type facility:HD"},
    {"CNN", "id family given second suffix prefix degree source_table authority"},
    {"XON",
     "name name_type id check_digit check_scheme authority:HD identifier_type facility:HD representation "
     "organization_id"},
    {"PL", "point_of_care room bed facility:HD status type building floor description"},
    {"MSG", "code event structure"},
    {"PT", "processing mode"},
    {"VID", "version internationalization:CE international_version:CE"},
    {"CQ", "quantity unit:CE"},
    {"SN", "comparator number separator second_number"},
    {"SPS", "source:CE additives text site:CE site_modifier:CE collection_method:CE role:CE"},
    {"NDL", "id:CNN family given second start end point_of_care"},
    {"TQ", "quantity:CQ interval duration start end priority condition text"},
    {"ED", "source_application:HD type subtype encoding content"},
    {"RP", "pointer application:HD type subtype"},
    {"EIP", "placer:EI filler:EI"},
    {"DLN", "number issuer expiration"},
    {"PRL", "observation:CE sub_id value"},
    {"DR", "start end"},
    {"FC", "class effective"},
};

struct FieldRow {
  std::string_view segment;
  std::string_view fields;  // number:TYPE ...
};

// OBR-32 (and 33 to 35) is NDL, whose first component is a person with subcomponents; laboratory systems here write
// number^name instead, so its second and third component carry the person's names.
constexpr FieldRow kFields[] = {
    {"MSH", "3:HD 4:HD 5:HD 6:HD 9:MSG 11:PT 12:VID 19:CE 21:EI"},
    {"EVN", "5:XCN 7:HD"},
    {"MSA", "6:CE"},
    {"ERR", "3:CE 5:CE"},
    {"PID",
     "2:CX 3:CX 4:CX 5:XPN 6:XPN 9:XPN 10:CE 11:XAD 13:XTN 14:XTN 15:CE 16:CE 17:CE 18:CX 20:DLN 21:CX 22:CE 26:CE "
     "27:CE 28:CE 34:HD 35:CE 36:CE"},
    {"PD1", "3:XON 4:XCN"},
    {"MRG", "1:CX 2:CX 3:CX 4:CX 5:CX 6:CX 7:XPN"},
    {"NK1", "2:XPN 3:CE 4:XAD 5:XTN 6:XTN 7:CE 13:XON 30:XPN 31:XTN 32:XAD 33:CX"},
    {"PV1", "3:PL 5:CX 6:PL 7:XCN 8:XCN 9:XCN 11:PL 17:XCN 19:CX 20:FC 37:CE 42:PL 43:PL 50:CX 52:XCN"},
    {"PV2", "1:PL 2:CE 3:CE 23:XON"},
    {"AL1", "2:CE 3:CE 4:CE"},
    {"DG1", "3:CE 8:CE 9:CE 16:XCN 20:EI"},
    {"PR1", "3:CE 8:XCN 11:XCN 12:XCN 15:CE"},
    {"GT1", "2:CX 3:XPN 5:XAD 6:XTN 11:CE"},
    {"IN1", "2:CE 3:CX 4:XON 5:XAD 6:XPN 9:XON 16:XPN 17:CE 19:XAD 49:CX"},
    {"ORC", "2:EI 3:EI 4:EI 7:TQ 8:EIP 10:XCN 11:XCN 12:XCN 13:PL 14:XTN 16:CE 17:CE 18:CE 19:XCN 21:XON"},
    {"OBR",
     "2:EI 3:EI 4:CE 10:XCN 12:CE 15:SPS 16:XCN 17:XTN 26:PRL 27:TQ 28:XCN 29:EIP 31:CE 32:NDL 33:NDL 34:NDL 35:NDL "
     "44:CE 46:CE 47:CE"},
    {"OBX", "3:CE 6:CE 15:CE 16:XCN 17:CE 18:EI 23:XON 24:XAD 25:XCN"},
    {"SPM", "2:EIP 4:CE 5:CE 6:CE 7:CE 8:CE 12:CQ 17:DR"},
    {"TXA", "5:XCN 9:XCN 10:XCN 11:XCN 12:EI 13:EI 22:XCN"},
    {"RXO", "1:CE 4:CE 5:CE"},
    {"RXE", "1:TQ 2:CE 5:CE 6:CE 11:CE 13:XCN 14:XCN"},
    {"RXR", "1:CE 2:CE 3:CE 4:CE"},
    {"RXA", "5:CE 7:CE 10:XCN"},
    {"FT1", "7:CE 16:PL 18:CE 19:CE 20:XCN 21:XCN 25:CE"},
    {"SCH", "1:EI 2:EI 6:CE 7:CE 12:XCN 16:XCN 20:XCN"},
    {"AIS", "3:CE"},
    {"AIL", "3:PL 4:CE"},
    {"AIP", "3:XCN 4:CE"},
    {"QPD", "1:CE"},
};

// What OBX-5 is, by OBX-2. Plain types have no components.
constexpr std::pair<std::string_view, std::string_view> kValueTypes[] = {
    {"CE", "CE"},   {"CWE", "CE"},  {"CNE", "CE"},  {"CF", "CE"},   {"CX", "CX"}, {"EI", "EI"},
    {"XPN", "XPN"}, {"XAD", "XAD"}, {"XTN", "XTN"}, {"XCN", "XCN"}, {"SN", "SN"}, {"ED", "ED"},
    {"RP", "RP"},   {"CQ", "CQ"},   {"XON", "XON"}, {"DR", "DR"},
};

struct Component {
  fhir::base::Name alias;
  uint16_t shape = 0;
};

class Dictionary {
 public:
  Dictionary() {
    shapes_.emplace_back();  // 0: nothing known
    uint16_t next = 1;
    for (const TypeRow& row : kTypes) numbers_[row.type] = next++;
    for (const TypeRow& row : kTypes) {
      std::vector<Component> components;
      for (const std::string_view item : fhir::base::split(row.components, ' ')) {
        const size_t colon = item.find(':');
        Component component;
        component.alias = fhir::base::Name(item.substr(0, colon));
        if (colon != std::string_view::npos) component.shape = number(item.substr(colon + 1));
        components.push_back(component);
      }
      shapes_.push_back(std::move(components));
    }
    for (const FieldRow& row : kFields) {
      std::vector<uint16_t>& shapes = segments_[row.segment];
      for (const std::string_view item : fhir::base::split(row.fields, ' ')) {
        const size_t colon = item.find(':');
        const size_t field = std::stoul(std::string(item.substr(0, colon)));
        if (field >= shapes.size()) shapes.resize(field + 1, 0);
        shapes[field] = number(item.substr(colon + 1));
      }
    }
    for (const auto& [value_type, type] : kValueTypes) value_types_[value_type] = number(type);
  }

  std::span<const uint16_t> segment(std::string_view name) const {
    const auto found = segments_.find(name);
    if (found == segments_.end()) return {};
    return found->second;
  }
  uint16_t value(std::string_view type) const {
    const auto found = value_types_.find(type);
    return found == value_types_.end() ? uint16_t{0} : found->second;
  }

  const Component& component(uint16_t shape, uint32_t position) const {
    static const Component kNone;
    if (shape >= shapes_.size() || position == 0 || position > shapes_[shape].size()) return kNone;
    return shapes_[shape][position - 1];
  }

 private:
  uint16_t number(std::string_view type) const {
    const auto found = numbers_.find(type);
    assert(found != numbers_.end());
    return found == numbers_.end() ? uint16_t{0} : found->second;
  }

  std::unordered_map<std::string_view, uint16_t> numbers_;
  std::vector<std::vector<Component>> shapes_;
  std::unordered_map<std::string_view, std::vector<uint16_t>> segments_;
  std::unordered_map<std::string_view, uint16_t> value_types_;
};

const Dictionary& dictionary() {
  static const Dictionary kDictionary;
  return kDictionary;
}

}  // namespace

std::span<const uint16_t> fieldShapes(std::string_view segment) { return dictionary().segment(segment); }

uint16_t valueShape(std::string_view value_type) { return dictionary().value(value_type); }

const fhir::base::Name& componentAlias(uint16_t shape, uint32_t component) {
  return dictionary().component(shape, component).alias;
}

uint16_t componentShape(uint16_t shape, uint32_t component) { return dictionary().component(shape, component).shape; }

}  // namespace mappings::source
