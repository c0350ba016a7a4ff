#include "fhir/model/xml_reader.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/json.h"
#include "fhir/base/text.h"
#include "fhir/base/xml_sax.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/div_writer.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/narrative.h"

namespace fhir::model {
namespace {

using base::XmlAttribute;
using base::XmlName;
using definitions::Type;
using definitions::TypeKind;
using definitions::TypeNumber;

constexpr std::string_view kFhir = "http://hl7.org/fhir";
constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
constexpr size_t kMostFindings = 100;

// One XML element. Indexes of 0 mean none: 0 is the root.
struct Element {
  std::string_view name;
  const definitions::Element* definition = nullptr;
  TypeNumber type = 0;       // of the value; for a wrapper of a resource, Resource
  bool is_resource = false;  // the element that names a resource: the root, or the child of a wrapper
  bool is_foreign = false;   // not FHIR's: left out with all below it
  bool has_value = false, has_id = false, has_url = false;
  std::string_view value, id, url;  // of xhtml, the whole div
  uint32_t first = 0, last = 0, next = 0;
};

struct Numbers {  // type numbers that the reader asks for
  TypeNumber resource, xhtml, boolean, integer, decimal;
  Numbers() {
    const auto& r4 = definitions::r4();
    resource = r4.type("Resource")->number;
    xhtml = r4.type("xhtml")->number;
    boolean = r4.type("boolean")->number;
    integer = r4.type("integer")->number;
    decimal = r4.type("decimal")->number;
  }
};

const Numbers& numbers() {
  static const Numbers numbers;
  return numbers;
}

bool isPrimitive(TypeNumber number) {
  const Type* type = definitions::r4().type(number);
  return type != nullptr && type->kind == TypeKind::Primitive;
}

std::string place(std::string_view text, size_t offset) {
  const base::LineColumn at = base::lineColumn(text, offset);
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

// Reads the XML into a tree of Elements.
class TreeBuilder final : public base::XmlHandler {
 public:
  TreeBuilder(std::string_view xml, base::Arena& arena, base::Findings& findings)
      : xml_(xml), arena_(arena), findings_(findings) {}

  bool startElement(const XmlName& name, std::span<const XmlAttribute> attributes, size_t offset) override {
    if (div_depth_ > 0) {
      ++div_depth_;
      div_.open(name.local, attributes);
      return true;
    }
    Element element;
    element.name = arena_.keep(name.local);
    if (!place(element, name, offset)) return false;
    if (element.type == numbers().xhtml && name.space == kXhtml) {
      div_depth_ = 1;
      div_start_ = offset;
      div_comment_ = false;
      div_ = {};
      div_.open(name.local, attributes);
    } else {
      readAttributes(element, attributes, offset);
    }
    push(element);
    return true;
  }

  bool endElement(const XmlName& name, size_t end_offset) override {
    if (div_depth_ > 0) div_.close(name.local);
    if (div_depth_ > 1) {
      --div_depth_;
      return true;
    }
    if (div_depth_ == 1) {
      div_depth_ = 0;
      Element& element = elements_[open_.back()];
      element.has_value = true;
      element.value = divText(xml_.substr(div_start_, end_offset - div_start_));
    }
    open_.pop_back();
    return true;
  }

  void comment(std::string_view, size_t offset) override {
    if (div_depth_ > 0) {
      div_comment_ = true;
    } else {
      drop(offset);
    }
  }
  void instruction(size_t offset) override {
    if (div_depth_ == 0) drop(offset);
  }

  bool text(std::string_view text, size_t offset) override {
    if (div_depth_ > 0) {
      div_.text(text);
    } else if (!base::trim(text).empty()) {
      find("text stands where FHIR XML has none; it is not kept", offset);
    }
    return true;
  }

  // One finding for all comments: FHIR gives them no meaning (R4 2.1.0.1) and JSON has none. Those in a div stay.
  void tellOfComments() {
    if (comments_ == 0) return;
    add(base::Severity::Information,
        comments_ == 1 ? "a comment is dropped" : std::to_string(comments_) + " comments are dropped", first_comment_,
        "informational", "");
  }

  std::vector<Element> takeElements() { return std::move(elements_); }
  std::optional<base::Error> takeError() { return std::move(error_); }

 private:
  // Finds what the element means below the one that is open. False to stop.
  bool place(Element& element, const XmlName& name, size_t offset) {
    if (open_.empty()) {
      const Type* type = resourceType(name);
      if (type == nullptr)
        return stop("not a FHIR resource: the root element names no R4 resource in the namespace of FHIR", offset);
      element.type = type->number;
      element.is_resource = true;
      return true;
    }
    const Element& parent = elements_[open_.back()];
    if (parent.type == numbers().resource) {
      const Type* type = resourceType(name);
      if (type != nullptr && parent.first == 0) {
        element.type = type->number;
        element.is_resource = true;
      } else {
        find("one R4 resource must stand here and nothing else", offset);
      }
      return true;
    }
    if (parent.type == 0) return true;
    const definitions::Member member = definitions::r4().member(parent.type, name.local);
    const std::string_view space = member.element != nullptr && member.type == numbers().xhtml ? kXhtml : kFhir;
    if (member.element != nullptr && name.space == space) {
      element.definition = member.element;
      element.type = member.type;
    } else if (name.space != space) {
      element.is_foreign = true;
      find("this element is not in the namespace of FHIR; it is not kept", offset);
    }
    return true;
  }

  const Type* resourceType(const XmlName& name) const {
    const Type* type = name.space == kFhir ? definitions::r4().type(name.local) : nullptr;
    return type != nullptr && type->kind == TypeKind::Resource ? type : nullptr;
  }

  void readAttributes(Element& element, std::span<const XmlAttribute> attributes, size_t offset) {
    for (const XmlAttribute& attribute : attributes) {
      if (attribute.name.space == kSchemaInstance) continue;
      const std::string_view name = attribute.name.space.empty() ? attribute.name.local : std::string_view();
      if (name == "value" && (element.type == 0 || isPrimitive(element.type))) {
        element.has_value = true;
        element.value = arena_.keep(attribute.value);
      } else if (name == "id" && !element.is_resource) {
        element.has_id = true;
        element.id = arena_.keep(attribute.value);
      } else if (name == "url" && !element.is_resource && !isPrimitive(element.type)) {
        element.has_url = true;
        element.url = arena_.keep(attribute.value);
      } else {
        find("this element has an attribute that FHIR does not define; it is not kept", offset);
      }
    }
  }

  void push(const Element& element) {
    const auto index = static_cast<uint32_t>(elements_.size());
    elements_.push_back(element);
    if (!open_.empty() && !element.is_foreign) {
      Element& parent = elements_[open_.back()];
      if (parent.first == 0)
        parent.first = index;
      else
        elements_[parent.last].next = index;
      parent.last = index;
    }
    open_.push_back(index);
  }

  // The bytes of the div as they stand there, when they are complete by themselves and safe.
  std::string_view divText(std::string_view raw) {
    const std::string_view start = raw.substr(0, raw.find('>'));
    const bool complete = start.starts_with("<div") && start.find("xmlns=") != std::string_view::npos;
    const std::string rewritten = complete ? std::string() : div_.take();
    const std::string_view div = complete ? raw : rewritten;
    const CheckedNarrative checked = checkNarrative(div);
    for (const NarrativeFault& fault : checked.faults)
      find(fault.what, complete ? div_start_ + fault.offset : div_start_, "invariant", "txt-1");
    if (div_comment_ && !(complete && checked.faults.empty())) drop(div_start_);
    return arena_.keep(checked.faults.empty() ? div : std::string_view(checked.safe));
  }

  bool stop(const char* what, size_t offset) {
    error_ = base::invalid(what, model::place(xml_, offset));
    return false;
  }

  void find(const char* what, size_t offset, const char* code = "structure", const char* rule = "") {
    if (++found_ > kMostFindings) return;
    add(base::Severity::Error, found_ == kMostFindings ? "there are more structural errors than are listed" : what,
        offset, code, rule);
  }

  void drop(size_t offset) {
    if (comments_++ == 0) first_comment_ = offset;
  }

  void add(base::Severity severity, std::string what, size_t offset, const char* code, const char* rule) {
    base::Finding finding;
    finding.severity = severity;
    finding.code = code;
    finding.what = std::move(what);
    finding.rule = rule;
    finding.source = model::place(xml_, offset);
    findings_.add(std::move(finding));
  }

  std::string_view xml_;
  base::Arena& arena_;
  base::Findings& findings_;
  std::vector<Element> elements_;
  std::vector<uint32_t> open_;
  size_t div_depth_ = 0;
  size_t div_start_ = 0;
  DivWriter div_;
  bool div_comment_ = false;
  size_t found_ = 0;
  size_t comments_ = 0, first_comment_ = 0;
  std::optional<base::Error> error_;
};

// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool isJsonNumber(std::string_view text) {
  size_t i = 0;
  auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const bool leading_zero = i < text.size() && text[i] == '0';
  const size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (i < text.size() && text[i] == '.' && (++i, digits() == 0)) return false;
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// Writes the tree as JSON. Recursion is bounded by XmlLimits::depth.
class JsonMaker {
 public:
  explicit JsonMaker(const std::vector<Element>& elements) : elements_(elements) {}

  std::string make(size_t expected) {
    out_.reserve(expected);
    writeObject(elements_[0]);
    return std::move(out_);
  }

 private:
  using Group = std::vector<uint32_t>;

  // Children by name, in the order in which the names first stand there.
  std::vector<Group> groupsOf(const Element& element) const {
    std::vector<Group> groups;
    std::unordered_map<std::string_view, size_t> place;
    for (uint32_t i = element.first; i != 0; i = elements_[i].next) {
      auto [found, is_new] = place.try_emplace(elements_[i].name, groups.size());
      if (is_new) groups.emplace_back();
      groups[found->second].push_back(i);
    }
    return groups;
  }

  void writeObject(const Element& element) {
    bool first = true;
    auto key = [&](std::string_view prefix, std::string_view name) {
      out_ += first ? "\"" : ",\"";
      first = false;
      out_ += prefix;
      out_ += name;  // an XML name needs no escapes
      out_ += "\":";
    };
    out_ += '{';
    if (element.is_resource) {
      key("", "resourceType");
      appendJsonString(out_, element.name);
    }
    if (element.has_id) key("", "id"), appendJsonString(out_, element.id);
    if (element.has_url) key("", "url"), appendJsonString(out_, element.url);
    if (element.has_value && !isPrimitive(element.type)) key("", "value"), appendJsonString(out_, element.value);
    for (const Group& group : groupsOf(element)) {
      const Element& one = elements_[group[0]];
      const bool repeats = one.definition != nullptr ? one.definition->max > 1 || group.size() > 1 : group.size() > 1;
      auto any = [&](auto&& test) {
        return std::any_of(group.begin(), group.end(), [&](uint32_t i) { return test(elements_[i]); });
      };
      if (!isPrimitive(one.type)) {
        key("", one.name);
        writeGroup(group, repeats, [&](const Element& e) { writeComplex(e); });
        continue;
      }
      if (any([](const Element& e) { return e.has_value; }) || !any(hasMore)) {
        key("", one.name);
        writeGroup(group, repeats, [&](const Element& e) { writeValue(e); });
      }
      if (any(hasMore)) {
        key("_", one.name);
        writeGroup(group, repeats, [&](const Element& e) { writeMore(e); });
      }
    }
    out_ += '}';
  }

  template <typename Write>
  void writeGroup(const Group& group, bool repeats, Write write) {
    if (repeats) out_ += '[';
    for (size_t i = 0; i < group.size(); ++i) {
      if (i > 0) out_ += ',';
      write(elements_[group[i]]);
    }
    if (repeats) out_ += ']';
  }

  void writeComplex(const Element& element) {
    const bool is_leaf = element.type == 0 && element.first == 0 && element.has_value && !element.has_id;
    if (is_leaf) {
      appendJsonString(out_, element.value);
    } else if (element.type == numbers().resource && element.first != 0) {
      writeObject(elements_[element.first]);
    } else {
      writeObject(element);
    }
  }

  static bool hasMore(const Element& element) { return element.has_id || element.first != 0; }

  void writeMore(const Element& element) {
    if (hasMore(element)) {
      writeObject(element);
    } else {
      out_ += "null";
    }
  }

  void writeValue(const Element& element) {
    const auto& r4 = definitions::r4();
    const std::string_view value = element.value;
    if (!element.has_value) {
      out_ += "null";
    } else if (element.type == numbers().boolean ? value == "true" || value == "false"
               : element.type == numbers().decimal || r4.isSubtypeOf(element.type, numbers().integer)
                   ? isJsonNumber(value)
                   : false) {
      out_ += value;
    } else {
      appendJsonString(out_, value);
    }
  }

  const std::vector<Element>& elements_;
  std::string out_;
};

}  // namespace

base::Result<std::string> xmlToJson(std::string_view xml, base::Findings& findings, const ReadLimits& limits) {
  base::XmlLimits xml_limits;
  xml_limits.depth = limits.depth * 2;  // a resource inside a resource takes two levels
  xml_limits.bytes = limits.bytes;
  xml_limits.elements = limits.values;
  xml_limits.text_bytes = limits.string_bytes;
  base::Arena arena;
  TreeBuilder builder(xml, arena, findings);
  base::Done done = base::readXml(xml, builder, xml_limits);
  if (!done.ok()) {
    if (auto error = builder.takeError()) return std::move(*error);
    return done.error();
  }
  builder.tellOfComments();
  const std::vector<Element> elements = builder.takeElements();
  return JsonMaker(elements).make(xml.size());
}

}  // namespace fhir::model
