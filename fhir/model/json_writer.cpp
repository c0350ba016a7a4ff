#include "fhir/model/json_writer.h"

#include "fhir/model/json_text.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// A FHIR primitive with extensions only has no token of its own.
bool hasToken(const Document::Tree& tree, const Record& record) {
  return record.kind != JsonKind::Null || &record == tree.records.data();
}

class PrettyWriter {
 public:
  explicit PrettyWriter(std::string_view text) : json_(text) {}

  size_t write(size_t at, size_t indent, std::string& out) {
    switch (json_.at(at)) {
      case '{': return writeObject(at, indent, out);
      case '[': return writeArray(at, indent, out);
      default: return json_.copyValue(at, out);
    }
  }

 private:
  size_t writeObject(size_t at, size_t indent, std::string& out) {
    bool empty = true;
    out += '{';
    size_t end = json_.eachMember(at, [&](std::string_view key, size_t value) {
      out += empty ? "\n" : ",\n";
      empty = false;
      out.append(indent + 2, ' ');
      out += key;
      out += ": ";
      return write(value, indent + 2, out);
    });
    if (!empty) {
      out += '\n';
      out.append(indent, ' ');
    }
    out += '}';
    return end;
  }

  size_t writeArray(size_t at, size_t indent, std::string& out) {
    out += '[';
    at = json_.skipSpace(at + 1);
    bool empty = true;
    while (json_.at(at) != ']') {
      out += empty ? "\n" : ",\n";
      empty = false;
      out.append(indent + 2, ' ');
      at = json_.skipSpace(write(at, indent + 2, out));
      if (json_.at(at) == ',') at = json_.skipSpace(at + 1);
    }
    if (!empty) {
      out += '\n';
      out.append(indent, ' ');
    }
    out += ']';
    return at + 1;
  }

  JsonText json_;
};

}  // namespace

std::string writeJson(path::Node node) {
  const Document::Tree& tree = treeOf(node);
  const Record& record = tree.records[node.index];
  std::string out;
  if (!hasToken(tree, record)) return "null";
  out.reserve(record.length);
  JsonText(tree.text).copyValue(record.offset, out);
  return out;
}

std::string writePrettyJson(path::Node node) {
  const Document::Tree& tree = treeOf(node);
  const Record& record = tree.records[node.index];
  std::string out;
  if (!hasToken(tree, record)) return "null";
  PrettyWriter(tree.text).write(record.offset, 0, out);
  return out;
}

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, run, i - run);
    run = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, run, text.size() - run);
  out += '"';
}

}  // namespace fhir::model
