#include "mappings/source/hl7v2_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "fhir/base/text.h"
#include "mappings/source/encodings.h"
#include "mappings/source/hl7v2_escapes.h"
#include "mappings/source/hl7v2_names.h"
#include "mappings/source/places.h"
#include "mappings/source/tree_builder.h"

namespace mappings::source {

namespace {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::Why;

constexpr uint32_t kMaxFields = 1000;  // of a segment; repeats, components and subcomponents of one thing likewise

bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLineEnd(char c) { return c == '\r' || c == '\n'; }

// "1" to "1000" with their hashes.
const fhir::base::Name& numberName(uint32_t number) {
  static const auto kNumbers = [] {
    struct Numbers {
      std::array<std::string, kMaxFields + 1> texts;
      std::array<fhir::base::Name, kMaxFields + 1> names;
    };
    auto numbers = std::make_unique<Numbers>();
    for (uint32_t i = 0; i <= kMaxFields; ++i) {
      numbers->texts[i] = std::to_string(i);
      numbers->names[i] = fhir::base::Name(numbers->texts[i]);
    }
    return numbers;
  }();
  return kNumbers->names[number];
}

bool isHeader(std::string_view line) {
  const std::string_view name = line.substr(0, 3);
  return name == "MSH" || name == "FHS" || name == "BHS";
}

bool isBatchFrame(std::string_view line) {
  const std::string_view name = line.substr(0, 3);
  return name == "FHS" || name == "BHS" || name == "BTS" || name == "FTS";
}

bool canDelimit(char c) {
  return static_cast<uint8_t>(c) > 0x20 && static_cast<uint8_t>(c) < 0x7F && !isUpper(c) && !isDigit(c) &&
         !(c >= 'a' && c <= 'z');
}

// A segment's text, with its continuations.
struct Segment {
  size_t begin;
  size_t end;
};

// The segments of one message. MSH is the first.
struct Message {
  std::vector<Segment> segments;
};

bool looksLikeSegment(std::string_view line, char separator) {
  if (line.size() < 3 || !isUpper(line[0])) return false;
  if (!(isUpper(line[1]) || isDigit(line[1])) || !(isUpper(line[2]) || isDigit(line[2]))) return false;
  return line.size() == 3 || line[3] == separator;
}

// Cuts a text into messages and their segments.
class Cutter {
 public:
  Cutter(std::string_view text, uint32_t max_records) : text_(text), left_(max_records) {}

  Result<std::vector<Message>> cut() {
    size_t at = 0;
    while (at < text_.size() && (fhir::base::isBlank(text_[at]) || text_[at] == '\x0B')) ++at;  // also MLLP's start
    next_cr_ = find('\r', at);
    next_lf_ = find('\n', at);
    if (!isHeader(text_.substr(at))) return invalid("the message does not begin with MSH", atByte(at));
    for (uint64_t number = 1; at < text_.size(); ++number) {
      const size_t end = lineEnd(at);
      RETURN_IF_ERROR(line(at, end, number));
      at = end;
      if (at < text_.size() && text_[at] == '\r') ++at;
      if (at < text_.size() && text_[at] == '\n' && (at == end || text_[at - 1] == '\r')) ++at;
    }
    if (messages_.empty()) return invalid("a batch without a message");
    return std::move(messages_);
  }

 private:
  // CR and LF both end lines; the one that is not used is searched for once.
  size_t lineEnd(size_t at) {
    if (next_cr_ < at) next_cr_ = find('\r', at);
    if (next_lf_ < at) next_lf_ = find('\n', at);
    return std::min(next_cr_, next_lf_);
  }
  size_t find(char c, size_t from) const {
    const void* found = std::memchr(text_.data() + from, c, text_.size() - from);
    return found ? static_cast<size_t>(static_cast<const char*>(found) - text_.data()) : text_.size();
  }

  Done line(size_t begin, size_t end, uint64_t number) {
    const std::string_view line = text_.substr(begin, end - begin);
    const bool only_frame = line.find_first_not_of(" \t\x0B\x1C") == std::string_view::npos;
    if (only_frame) return {};
    if (line.substr(0, 3) == "MSH") {
      if (line.size() < 4 || !canDelimit(line[3])) return invalid("MSH without a field separator", atLine(number));
      separator_ = line[3];
      messages_.emplace_back();
      in_message_ = true;
    } else if (isBatchFrame(line) && (line.size() == 3 || canDelimit(line[3]))) {
      in_message_ = false;
      return {};
    } else if (!in_message_) {
      return invalid("a segment outside of a message", atLine(number));
    } else if (!looksLikeSegment(line, separator_)) {
      messages_.back().segments.back().end = end;
      return {};
    }
    // Every segment will be a node: what cannot fit need not be collected.
    const uint32_t cost = 1 + (line.substr(0, 3) == "MSH" ? kPartCost : 0);
    if (left_ < cost) return tooManyRecords();
    left_ -= cost;
    messages_.back().segments.push_back({begin, end});
    return {};
  }

  std::string_view text_;
  uint32_t left_;
  size_t next_cr_ = 0;
  size_t next_lf_ = 0;
  char separator_ = '|';
  bool in_message_ = false;
  std::vector<Message> messages_;
};

// Reads the segments of one message into its tree.
class MessageReader {
 public:
  MessageReader(std::string_view text, std::string_view encoding, uint32_t max_records, SourceTree& tree)
      : text_(text), encoding_(encoding), max_records_(max_records), tree_(tree) {}

  Done read(const Message& message) {
    const Segment& header = message.segments.front();
    readDelimiters(text_.substr(header.begin, header.end - header.begin));
    tree_.reserve(std::min<size_t>(expectedNodes(header.begin, message.segments.back().end), max_records_) + 1);
    for (const Segment& segment : message.segments) RETURN_IF_ERROR(readSegment(segment));
    return {};
  }

 private:
  void readDelimiters(std::string_view header) {
    delimiters_ = {};
    delimiters_.field = header[3];
    const size_t end = std::min(header.find(header[3], 4), header.size());
    const std::string_view encoding = header.substr(4, end - 4);
    const auto at = [&](size_t i) { return i < encoding.size() && canDelimit(encoding[i]) ? encoding[i] : '\0'; };
    delimiters_.component = at(0);
    delimiters_.repetition = at(1);
    delimiters_.escape = at(2);
    delimiters_.subcomponent = at(3);
  }

  // Close to the number of nodes: what stands behind a delimiter and is not empty.
  size_t expectedNodes(size_t begin, size_t end) const {
    const auto delimits = [&](char c) {
      return c == delimiters_.field || c == delimiters_.component || c == delimiters_.repetition || c == '\r' ||
             c == '\n';
    };
    size_t count = 4;
    for (size_t at = begin; at + 1 < end; ++at) count += delimits(text_[at]) && !delimits(text_[at + 1]) ? 1 : 0;
    return count;
  }

  std::string_view view(size_t begin, size_t end) const { return text_.substr(begin, end - begin); }

  Done readSegment(const Segment& segment) {
    const std::string_view name = view(segment.begin, std::min(segment.begin + 3, segment.end));
    SourceTree::Record record;
    record.name = name;
    record.name_hash = fhir::base::hashName(name);
    record.repeat = repeatOf(name);
    record.offset = segment.begin;
    record.length = segment.end - segment.begin;
    RETURN_IF_ERROR(append(0, record));
    segment_ = last_;
    segment_begin_ = segment.begin;
    shapes_ = fieldShapes(name);
    value_shape_ = 0;
    is_observation_ = name == "OBX";

    size_t at = segment.begin + 3;
    uint32_t number = 0;
    if (name == "MSH") {
      RETURN_IF_ERROR(addLeaf(segment_, 1, 0, 0, at, at + 1, false));
      const size_t end = fieldEnd(at + 1, segment.end);
      if (end > at + 1) RETURN_IF_ERROR(addLeaf(segment_, 2, 0, 0, at + 1, end, false));
      at = end;
      number = 2;
    }
    while (at < segment.end) {  // text_[at] is a separator
      const size_t end = fieldEnd(at + 1, segment.end);
      ++number;
      if (end > at + 1) RETURN_IF_ERROR(readField(number, at + 1, end));
      at = end;
    }
    return {};
  }

  uint32_t repeatOf(std::string_view name) {
    for (auto& [known, count] : seen_)
      if (known == name) return count++;
    if (seen_.size() < 256) seen_.emplace_back(name, 1);
    return 0;
  }

  size_t fieldEnd(size_t begin, size_t end) const { return next(delimiters_.field, begin, end); }
  size_t next(char delimiter, size_t begin, size_t end) const {
    const void* found = delimiter ? std::memchr(text_.data() + begin, delimiter, end - begin) : nullptr;
    return found ? static_cast<size_t>(static_cast<const char*>(found) - text_.data()) : end;
  }

  Done readField(uint32_t number, size_t begin, size_t end) {
    if (number > kMaxFields) return tooMany();
    if (is_observation_ && number == 2) value_shape_ = valueShape(view(begin, end));
    uint16_t shape = number < shapes_.size() ? shapes_[number] : uint16_t{0};
    if (is_observation_ && number == 5) shape = value_shape_;
    uint32_t repeat = 0;
    for (size_t at = begin; at <= end; ++repeat) {
      if (repeat > kMaxFields) return tooMany();
      const size_t stop = next(delimiters_.repetition, at, end);
      if (stop > at) RETURN_IF_ERROR(readParts(segment_, number, repeat, shape, at, stop, delimiters_.component));
      at = stop + 1;
    }
    return {};
  }

  // A field's repeat or a component, with what it consists of. `delimiter` is the one between its own parts.
  Done readParts(uint32_t parent, uint32_t number, uint32_t repeat, uint16_t shape, size_t begin, size_t end,
                 char delimiter) {
    const bool is_field = parent == segment_;
    const std::string_view text = view(begin, end);
    const char below = is_field ? delimiters_.subcomponent : '\0';
    const auto delimits = [&](char c) { return c != '\0' && (c == delimiter || c == below); };
    if (std::all_of(text.begin(), text.end(), delimits)) return {};
    if (std::none_of(text.begin(), text.end(), delimits))
      return addLeaf(parent, number, repeat, shape, begin, end, true);
    RETURN_IF_ERROR(addNode(parent, number, repeat, shape, begin, end));
    const uint32_t node = last_;
    uint32_t position = 1;
    for (size_t at = begin; at <= end; ++position) {
      if (position > kMaxFields) return tooMany();
      const size_t stop = next(delimiter, at, end);
      if (stop > at) {
        const uint16_t part_shape = componentShape(shape, position);
        alias_ = &componentAlias(shape, position);
        RETURN_IF_ERROR(is_field ? readParts(node, position, 0, part_shape, at, stop, below)
                                 : addLeaf(node, position, 0, part_shape, at, stop, true));
        alias_ = nullptr;
      }
      at = stop + 1;
    }
    return {};
  }

  Done addNode(uint32_t parent, uint32_t number, uint32_t repeat, uint16_t shape, size_t begin, size_t end) {
    SourceTree::Record record;
    const fhir::base::Name& name = numberName(number);
    record.name = name.text;
    record.name_hash = name.hash;
    if (alias_ != nullptr && !alias_->text.empty()) {
      record.alias = alias_->text;
      record.alias_hash = alias_->hash;
    }
    record.position = number;
    record.repeat = repeat;
    record.shape = shape;
    record.offset = begin;
    record.length = end - begin;
    return append(parent, record);
  }

  Done addLeaf(uint32_t parent, uint32_t number, uint32_t repeat, uint16_t shape, size_t begin, size_t end,
               bool escaped) {
    std::string_view text = view(begin, end);
    if (escaped && delimiters_.escape && text.find(delimiters_.escape) != std::string_view::npos) {
      text = tree_.keep(unescapeHl7v2(text, delimiters_, encoding_));
      if (text.empty()) return {};
    }
    RETURN_IF_ERROR(addNode(parent, number, repeat, shape, begin, end));
    tree_.setText(last_, text);
    return {};
  }

  Done append(uint32_t parent, const SourceTree::Record& record) {
    if (tree_.records().size() > max_records_) return tooManyRecords();
    last_ = tree_.append(parent, record);
    return {};
  }

  Error tooMany() const {
    return {Why::TooCostly, "more than 1,000 fields, repeats or components", atByte(segment_begin_)};
  }

  std::string_view text_;
  std::string_view encoding_;
  uint32_t max_records_;
  SourceTree& tree_;
  Hl7v2Delimiters delimiters_;
  std::vector<std::pair<std::string_view, uint32_t>> seen_;  // segment names, how often
  std::span<const uint16_t> shapes_;                         // of the segment
  uint16_t value_shape_ = 0;                                 // of OBX-5
  bool is_observation_ = false;
  uint32_t segment_ = 0;
  size_t segment_begin_ = 0;
  const fhir::base::Name* alias_ = nullptr;  // of the component being read
  uint32_t last_ = 0;                        // record appended last
};

}  // namespace

Result<std::vector<Part>> readHl7v2(const std::shared_ptr<const std::string>& text, std::string_view encoding,
                                    const ReadOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<Message> messages, Cutter(*text, options.max_records).cut());
  std::vector<Part> parts;
  parts.reserve(messages.size());
  uint32_t left = options.max_records;
  for (const Message& message : messages) {
    Part part;
    part.number = static_cast<uint32_t>(parts.size() + 1);
    part.tree.setStyle(SourceTree::Style::Hl7v2);
    part.tree.share(text);
    RETURN_IF_ERROR(MessageReader(*text, encoding, left, part.tree).read(message));
    left -= std::min<uint32_t>(left, static_cast<uint32_t>(part.tree.records().size()) + kPartCost);
    part.offset = message.segments.front().begin;
    part.length = message.segments.back().end - part.offset;
    parts.push_back(std::move(part));
  }
  return parts;
}

std::string declaredHl7v2Encoding(std::string_view bytes, bool unknown_too) {
  size_t begin = 0;
  while (bytes.substr(begin, 3) != "MSH") {
    begin = bytes.find("MSH", begin + 1);
    if (begin == std::string_view::npos) return {};
    if (begin > 0 && !isLineEnd(bytes[begin - 1]) && bytes[begin - 1] != '\x0B') ++begin;
  }
  size_t end = begin;
  while (end < bytes.size() && !isLineEnd(bytes[end])) ++end;
  std::string_view header = bytes.substr(begin, end - begin);
  if (header.size() < 4) return {};
  fhir::base::Result<Decoded> decoded = decode(header, fhir::base::isUtf8(header) ? "UTF-8" : "GB18030");
  if (!decoded.ok()) return {};
  header = decoded->text;

  const char separator = header[3];
  size_t at = 3;
  for (int field = 2; field <= 18; ++field) {
    at = header.find(separator, at + (field == 2 ? 0 : 1));
    if (at == std::string_view::npos) return {};
  }
  std::string_view declared = header.substr(at + 1, header.find(separator, at + 1) - at - 1);
  declared = fhir::base::trim(declared.substr(0, declared.find_first_of("~^")));
  std::string name = canonicalEncoding(declared);
  const bool ascii = std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  if (name == "ASCII" && !ascii) return {};
  // What nobody can read must not be guessed at; of plain ASCII every encoding says the same.
  if (name.empty() && !ascii && unknown_too) return std::string(declared);
  return name;
}

}  // namespace mappings::source
