#include "mappings/engine/map_draft.h"

#include <algorithm>
#include <set>

#include "fhir/base/text.h"
#include "mappings/engine/field_pattern.h"

namespace mappings::engine {
namespace {

using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::trim;
using source::SourceTree;
using source::UnwrapStep;

constexpr size_t kMostWrappings = 4;
constexpr size_t kEnvelope = 4;  // so few fields outside of a list are an envelope around its rows

std::string_view firstLine(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

std::string_view formatOf(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  while (!bytes.empty() && (bytes[0] == '\x0B' || fhir::base::isBlank(bytes[0]))) bytes.remove_prefix(1);
  if (bytes.starts_with("MSH") || bytes.starts_with("FHS") || bytes.starts_with("BHS")) return "hl7v2";
  if (bytes.starts_with('<')) return "xml";
  if (bytes.starts_with('{') || bytes.starts_with('[')) return "json";
  const std::string_view line = firstLine(bytes);
  const size_t equals = line.find('=');
  if (equals != std::string_view::npos && equals > 0 && line.substr(0, equals).find_first_of(", \t;|") > equals)
    return "form";
  return "delimited";
}

std::string_view extensionOf(std::string_view format) {
  return format == "hl7v2" ? "hl7" : format == "delimited" ? "csv" : format;
}

char delimiterOf(std::string_view line) {
  char best = ',';
  for (char candidate : {',', ';', '\t', '|'})
    if (std::count(line.begin(), line.end(), candidate) > std::count(line.begin(), line.end(), best))
      best = candidate;
  return best;
}

// "data.rows": the names from the root down, without positions.
std::string dotted(const SourceTree& tree, uint32_t record) {
  std::vector<std::string_view> path;
  pathNames(tree, record, path);
  std::string out;
  for (std::string_view name : path) out += (out.empty() ? "" : ".") + std::string(name);
  return out;
}

// The first leaf that holds a payload of its own.
std::optional<UnwrapStep> wrapped(const SourceTree& tree) {
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    const auto& record = tree.records()[i];
    const std::string_view text = trim(record.text);
    if (record.first_child != 0 || text.size() < 8) continue;
    if (text.front() == '<' && text.back() == '>' && text.find("</") != std::string_view::npos)
      return UnwrapStep{UnwrapStep::Kind::Xml, dotted(tree, i)};
    if (text.front() == '{' && text.back() == '}' && text.find("\":") != std::string_view::npos)
      return UnwrapStep{UnwrapStep::Kind::Json, dotted(tree, i)};
  }
  return std::nullopt;
}

bool isLeaf(const SourceTree& tree, uint32_t i) {
  return tree.records()[i].first_child == 0 && !tree.records()[i].text.empty();
}

bool isBelow(const SourceTree& tree, uint32_t record, std::string_view path) {
  const std::string own = dotted(tree, record);
  return own.size() > path.size() && own.starts_with(path) && own[path.size()] == '.';
}

// The outermost JSON array of objects; empty when there is none.
std::string listOf(const SourceTree& tree) {
  for (uint32_t i = 1; i < tree.records().size(); ++i)
    if (tree.records()[i].listed && tree.records()[i].first_child != 0) return dotted(tree, i);
  return {};
}

bool isEnvelope(const SourceTree& tree, const std::string& list) {
  size_t outside = 0;
  for (uint32_t i = 1; i < tree.records().size(); ++i)
    if (isLeaf(tree, i) && !isBelow(tree, i, list)) ++outside;
  return outside <= kEnvelope;
}

std::string step(const std::string& name) {
  static const std::set<std::string_view> kWords = {"div", "mod", "and",      "or",   "in",    "is",
                                                    "as",  "xor", "contains", "true", "false", "implies"};
  const bool plain = !name.empty() && name.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_") == std::string::npos;
  const bool digits = plain && name.find_first_not_of("0123456789") == std::string::npos;
  if (plain && (digits || name[0] < '0' || name[0] > '9') && !kWords.contains(name)) return name;
  return "`" + name + "`";
}

// As it is written in an expression below the root; nothing when it lies outside.
std::optional<std::string> expressionFor(const SourceTree& tree, uint32_t record, size_t root_depth,
                                         std::string_view root) {
  if (!root.empty() && !isBelow(tree, record, root)) return std::nullopt;
  std::vector<std::string_view> path;
  pathNames(tree, record, path);
  std::string out;
  for (size_t i = root_depth; i < path.size(); ++i) out += (out.empty() ? "" : ".") + step(std::string(path[i]));
  return out;
}

class Draft {
 public:
  Draft(std::string_view name, const MapDraft& found, const SourceTree& tree, const std::string& list)
      : name_(name), found_(found), tree_(tree), list_(list) {
    if (!found.root.empty())
      root_depth_ = static_cast<size_t>(std::count(found.root.begin(), found.root.end(), '.')) + 1;
    for (uint32_t i = 1; i < tree.records().size(); ++i) {
      if (!isLeaf(tree, i)) continue;
      if (auto inside = expressionFor(tree, i, root_depth_, found.root)) {
        if (std::find(inside_.begin(), inside_.end(), *inside) == inside_.end()) inside_.push_back(*inside);
      } else if (std::string path = dotted(tree, i);
                 std::find(outside_.begin(), outside_.end(), path) == outside_.end()) {
        outside_.push_back(std::move(path));
      }
    }
  }

  std::string yaml() const {
    const std::string key = keyField();
    std::string out = "# yours: what the message is, who sends it, and what comes from it.\n";
    out += "mapping: " + std::string(name_) + "\n";
    out += reader();
    out += "accept: = " + accept(key) + "\n";
    out += "zone: \"+08:00\"\norder:\n- = key('Patient', " + key + ")\n";
    out += "# Words that mean \"nothing\" in this system.\nabsent: [NULL, \"null\"]\n";
    out += "# What is not carried over, each with its reason: \"onecard map run\" names what is still unread.\n";
    out += "# ignore:\n";
    if (outside_.empty()) out += "#   field: reason\n";
    for (const std::string& path : outside_) out += "#   " + quoted(path) + ": reason\n";
    out += "\n# The fields of the message, as expressions:\n";
    for (const std::string& one : inside_) out += "#   = " + one + "\n";
    out += "output:\n- $as: patient\n";
    out += "  $write: ensure                     # newer, where this system is the one that knows the person best\n";
    out += "  # yours: the sender's own number of the person\n  $key: = key(" + key + ")\n";
    out += "  resourceType: Patient\n  identifier:\n  - system: = system('patient-id')\n    value: = " + key + "\n";
    return out;
  }

 private:
  static std::string quoted(const std::string& path) {
    return path.find_first_of("@:#'\" ") == std::string::npos ? path : "\"" + path + "\"";
  }

  std::string keyField() const {
    if (found_.read.format == "hl7v2")
      for (const std::string& one : inside_)
        if (one.starts_with("PID.3")) return "PID.3.1";
    return inside_.empty() ? "$this" : inside_.front();
  }

  // The type of an HL7 v2 message says what it is; elsewhere the presence of a field has to do.
  std::string accept(const std::string& key) const {
    if (found_.read.format != "hl7v2") return key + ".exists()";
    std::string type[2];
    for (uint32_t i = 1; i < tree_.records().size(); ++i) {
      const std::string path = dotted(tree_, i);
      if (path == "MSH.9.1" || (path == "MSH.9" && isLeaf(tree_, i))) type[0] = std::string(tree_.records()[i].text);
      if (path == "MSH.9.2") type[1] = std::string(tree_.records()[i].text);
    }
    return "MSH.9.1 = '" + type[0] + "'" + (type[1].empty() ? "" : " and MSH.9.2 = '" + type[1] + "'");
  }

  std::string reader() const {
    const auto& read = found_.read;
    std::string out = "source: " + read.format + "\n";
    if (!read.encoding.empty()) out += "encoding: " + read.encoding + "\n";
    if (read.delimiter == '\t') out += "delimiter: tab\n";
    if (read.delimiter != ',' && read.delimiter != '\t')
      out += "delimiter: \"" + std::string(1, read.delimiter) + "\"\n";
    if (!read.unwrap.empty()) out += "unwrap:\n";
    for (const UnwrapStep& one : read.unwrap)
      out += std::string("- ") + (one.kind == UnwrapStep::Kind::Xml ? "xml" : "json") + ": " + one.at + "\n";
    if (!read.split.empty()) out += "split: " + read.split + "\n";
    if (read.split.empty() && !list_.empty())
      out += "# split: " + list_ + "   # if each of these is a part of its own\n";
    if (!found_.root.empty()) out += "root: " + found_.root + "\n";
    return out;
  }

  std::string_view name_;
  const MapDraft& found_;
  const SourceTree& tree_;
  const std::string& list_;
  size_t root_depth_ = 0;
  std::vector<std::string> inside_;   // expressions
  std::vector<std::string> outside_;  // paths
};

// The first part that could be read.
const source::Part* firstWhole(const source::ReadMessage& message) {
  for (const source::Part& part : message.parts)
    if (!part.error) return &part;
  return nullptr;
}

// Where an unwrapped XML payload begins, or the document element; JSON rows are their own root.
std::string rootOf(const source::ReadOptions& read, const SourceTree& tree) {
  if (!read.split.empty()) return read.split;
  const bool xml_inside = !read.unwrap.empty() && read.unwrap.back().kind == UnwrapStep::Kind::Xml;
  if (!read.unwrap.empty() && !xml_inside) return read.unwrap.back().at;
  if (read.format != "xml" && !xml_inside) return {};
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    const std::string path = dotted(tree, i);
    if (tree.records()[i].first_child == 0) continue;
    if (!xml_inside || isBelow(tree, i, read.unwrap.back().at)) return path;
  }
  return {};
}

}  // namespace

Result<MapDraft> draftMapping(std::string_view name, std::string_view bytes, std::string_view encoding) {
  MapDraft draft;
  draft.read.format = std::string(formatOf(bytes));
  draft.read.encoding = std::string(encoding);
  draft.extension = std::string(extensionOf(draft.read.format));
  if (draft.read.format == "delimited") draft.read.delimiter = delimiterOf(firstLine(bytes));
  ASSIGN_OR_RETURN(source::ReadMessage message, source::readMessage(bytes, draft.read));
  const source::Part* part = firstWhole(message);
  if (part == nullptr) return message.parts.front().error.value_or(invalid("nothing in it could be read"));
  while (draft.read.unwrap.size() < kMostWrappings) {
    const auto step = wrapped(part->tree);
    if (!step) break;
    draft.read.unwrap.push_back(*step);
    auto again = source::readMessage(bytes, draft.read);
    if (!again.ok() || firstWhole(*again) == nullptr) {  // it only looked like one
      draft.read.unwrap.pop_back();
      break;
    }
    message = std::move(*again);
    part = firstWhole(message);
  }
  const std::string list = listOf(part->tree);
  if (!list.empty() && isEnvelope(part->tree, list)) {
    draft.read.split = list;
    ASSIGN_OR_RETURN(message, source::readMessage(bytes, draft.read));
    part = firstWhole(message);
    if (part == nullptr) return message.parts.front().error.value_or(invalid("nothing in it could be read"));
  }
  draft.root = rootOf(draft.read, part->tree);
  // What no message says of itself is written down: GB18030 text sniffed as such.
  if (draft.read.encoding.empty() && draft.read.format == "delimited" && message.encoding != "UTF-8")
    draft.read.encoding = message.encoding;
  draft.yaml = Draft(name, draft, part->tree, list).yaml();
  return draft;
}

}  // namespace mappings::engine
