#include "gateway/access/rest/subset.h"

#include <algorithm>

#include "fhir/base/json.h"
#include "fhir/model/json_writer.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest {

using fhir::definitions::Definitions;
using fhir::definitions::Element;
using fhir::definitions::TypeNumber;
using record::search::Summary;

namespace {

constexpr std::string_view kTag =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";

// Copies the tokens that are wanted; skips a member's whole value when its name is not.
class Filter : public fhir::base::JsonHandler {
 public:
  Filter(TypeNumber type, const Subset& subset, const Definitions& definitions)
      : type_(type), subset_(subset), definitions_(definitions) {}

  std::string take() { return std::move(out_); }

  bool null(size_t) override {
    return leaf([&] { out_ += "null"; });
  }
  bool boolean(bool value, size_t) override {
    return leaf([&] { out_ += value ? "true" : "false"; });
  }
  bool number(std::string_view text, size_t) override {
    return leaf([&] { out_ += text; });
  }
  bool string(std::string_view text, bool, size_t) override {
    return leaf([&] { fhir::model::appendJsonString(out_, text); });
  }
  bool key(std::string_view text, bool, size_t) override {
    if (skipping_ > 0) return true;
    Frame& frame = frames_.back();
    Next next = judge(frame, text);
    if (!next.keep) {
      skip_value_ = true;
      return true;
    }
    if (!frame.first) out_ += ',';
    frame.first = false;
    fhir::model::appendJsonString(out_, text);
    out_ += ':';
    next_ = next;
    return true;
  }
  bool startObject(size_t) override {
    if (enterSkipped()) return true;
    separate();
    out_ += '{';
    Frame frame{frames_.empty() ? type_ : next_.type, false, true, next_};
    frame.top = frames_.empty();
    frame.meta = next_.meta;
    next_ = {};
    frames_.push_back(frame);
    return true;
  }
  bool endObject(size_t) override {
    if (leaveSkipped()) return true;
    Frame frame = frames_.back();
    if (frame.meta && !tagged_) {
      out_ += frame.first ? "\"tag\":[" : ",\"tag\":[";
      out_ += kTag;
      out_ += ']';
      tagged_ = true;
    }
    if (frame.top && !tagged_) {
      out_ += frame.first ? "\"meta\":{\"tag\":[" : ",\"meta\":{\"tag\":[";
      out_ += kTag;
      out_ += "]}";
    }
    frames_.pop_back();
    out_ += '}';
    return true;
  }
  bool startArray(size_t) override {
    if (enterSkipped()) return true;
    separate();
    out_ += '[';
    frames_.push_back({next_.type, true, true, next_});
    return true;
  }
  bool endArray(size_t) override {
    if (leaveSkipped()) return true;
    if (frames_.back().member.tag) {
      if (!frames_.back().first) out_ += ',';
      out_ += kTag;
      tagged_ = true;
    }
    frames_.pop_back();
    out_ += ']';
    return true;
  }

 private:
  struct Next {
    TypeNumber type = 0;
    bool keep = true;
    bool meta = false;  // the value is the resource's meta
    bool tag = false;   // the value is meta.tag
  };
  struct Frame {
    TypeNumber type;
    bool array;
    bool first;
    Next member;
    bool top = false;
    bool meta = false;
  };

  bool enterSkipped() {
    if (skipping_ > 0 || skip_value_) {
      ++skipping_;
      skip_value_ = false;
      return true;
    }
    return false;
  }
  bool leaveSkipped() {
    if (skipping_ == 0) return false;
    --skipping_;
    return true;
  }
  template <typename Write>
  bool leaf(Write write) {
    if (skipping_ > 0) return true;
    if (skip_value_) {
      skip_value_ = false;
      return true;
    }
    separate();
    write();
    return true;
  }
  // Inside an array every value follows a comma and has the array's type; inside an object key() did it.
  void separate() {
    if (frames_.empty() || !frames_.back().array) return;
    if (!frames_.back().first) out_ += ',';
    frames_.back().first = false;
    next_ = frames_.back().member;
    next_.tag = false;
  }

  Next judge(const Frame& frame, std::string_view name) {
    Next next;
    if (name == "resourceType" || (frame.top && name == "id")) return next;
    std::string_view plain = name.starts_with('_') ? name.substr(1) : name;
    auto member = definitions_.member(frame.type, plain);
    next.type = name.starts_with('_') ? 0 : member.type;
    if (frame.top && plain == "meta") {
      next.meta = true;
      return next;
    }
    next.tag = frame.meta && plain == "tag";
    if (frame.top) {
      next.keep = keepTop(member.element, plain);
    } else if (subset_.summary == Summary::True && subset_.elements.empty() && !frame.meta && frame.type != 0 &&
               !name.starts_with('_')) {
      // An element nobody knows is not part of a summary. `id` of elements stays with them.
      next.keep = member.element != nullptr &&
                  (member.element->is_summary || member.element->min > 0 || plain == "id" || isData(frame.type));
    }
    return next;
  }

  bool keepTop(const Element* element, std::string_view name) const {
    bool mandatory = element != nullptr && element->min > 0;
    if (!subset_.elements.empty()) {
      if (mandatory) return true;
      std::string_view base = element != nullptr ? element->name.text : name;
      return std::any_of(subset_.elements.begin(), subset_.elements.end(),
                         [&](const std::string& wanted) { return wanted == base || wanted == name; });
    }
    switch (subset_.summary) {
      case Summary::True: return element != nullptr && (element->is_summary || mandatory);
      case Summary::Text: return name == "text" || mandatory;
      case Summary::Data: return name != "text";
      default: return true;
    }
  }
  // Data types are kept whole: R4 marks their elements, but half a Quantity or Period would mislead.
  bool isData(TypeNumber type) const {
    const auto* found = definitions_.type(type);
    return found == nullptr || found->kind == fhir::definitions::TypeKind::Complex ||
           found->kind == fhir::definitions::TypeKind::Primitive;
  }

  TypeNumber type_;
  const Subset& subset_;
  const Definitions& definitions_;
  std::string out_;
  std::vector<Frame> frames_;
  Next next_;
  size_t skipping_ = 0;      // depth inside a value that is left out
  bool skip_value_ = false;  // the next value is left out
  bool tagged_ = false;
};

}  // namespace

OrRefusal<Subset> subsetOf(const record::search::QueryParameters& parameters) {
  Subset subset;
  for (const auto& [name, value] : parameters) {
    if (name == "_elements") {
      size_t from = 0;
      while (from <= value.size()) {
        size_t comma = std::min(value.find(',', from), value.size());
        if (comma > from) subset.elements.push_back(value.substr(from, comma - from));
        from = comma + 1;
      }
    } else if (name == "_summary") {
      if (value == "true")
        subset.summary = Summary::True;
      else if (value == "text")
        subset.summary = Summary::Text;
      else if (value == "data")
        subset.summary = Summary::Data;
      else if (value == "false")
        subset.summary = Summary::False;
      else
        return refuse(fhir::base::invalid("_summary of a read is true, text, data or false", "http._summary"));
    }
  }
  return subset;
}

std::string subsetted(std::string_view json, TypeNumber type, const Subset& subset, const Definitions& definitions) {
  if (subset.everything()) return std::string(json);
  Filter filter(type, subset, definitions);
  fhir::base::JsonLimits limits;
  limits.bytes = json.size() + 1;
  limits.depth = 256;
  limits.members = UINT32_MAX;
  limits.string_bytes = json.size() + 1;
  auto done = fhir::base::readJson(json, filter, limits);
  return done.ok() ? filter.take() : std::string(json);
}

}  // namespace gateway::access::rest
