#include <algorithm>
#include <cstdio>

#include "fhir/base/temporal.h"
#include "gateway/intake/connectors/receipts.h"
#include "mappings/source/encodings.h"

namespace gateway::intake {

namespace {

// The fields of the first segment: fields[1] is MSH-2, fields[2] MSH-3, ...
struct Header {
  char separator = '|';
  std::vector<std::string> fields;
  std::string encoding;
};

Header readHeader(std::string_view message, std::string_view declared_encoding) {
  Header header;
  header.fields = {"MSH", "^~\\&"};
  // A trail byte of GB18030 is never CR or LF, so the segment may be cut before it is decoded.
  size_t end = message.find_first_of("\r\n");
  std::string_view raw = message.substr(0, end == std::string_view::npos ? message.size() : end);
  if (!raw.starts_with("MSH") || raw.size() < 8 || raw.size() > 64 * 1024) return header;
  auto decoded = mappings::source::decode(raw, declared_encoding);
  if (!decoded.ok()) decoded = mappings::source::decode(raw, "GB18030");
  if (!decoded.ok()) return header;
  header.encoding = decoded->encoding;
  header.separator = decoded->text[3];
  header.fields.clear();
  std::string_view text = decoded->text;
  for (;;) {
    size_t next = text.find(header.separator);
    header.fields.emplace_back(text.substr(0, next));
    if (next == std::string_view::npos) break;
    text.remove_prefix(next + 1);
  }
  return header;
}

std::string timestamp(int64_t microseconds, int zone_minutes) {
  auto t = fhir::base::Temporal::fromMicroseconds(microseconds, zone_minutes);
  int zone = zone_minutes < 0 ? -zone_minutes : zone_minutes;
  char text[40];
  std::snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02d%c%02d%02d", t.year, t.month, t.day, t.hour, t.minute,
                t.second, zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
  return text;
}

// Text that may stand in a field: separators and line ends become blanks.
std::string fieldText(std::string_view text, const Header& header) {
  std::string out;
  std::string_view special = header.fields[1];
  for (char c : text.substr(0, 200)) {
    bool bad = c == header.separator || c == '\r' || c == '\n' || special.find(c) != std::string_view::npos;
    out += bad ? ' ' : c;
  }
  while (!out.empty() && (out.back() & 0xC0) == 0x80 && text.size() > 200) out.pop_back();
  if (text.size() > 200 && !out.empty() && (out.back() & 0xC0) == 0xC0) out.pop_back();
  return out;
}

}  // namespace

std::string hl7v2Ack(std::string_view message, std::string_view declared_encoding, std::string_view code,
                     std::string_view text, const Receipt& receipt, int zone_minutes) {
  Header header = readHeader(message, declared_encoding);
  auto field = [&](size_t n) { return n - 1 < header.fields.size() ? header.fields[n - 1] : std::string(); };
  char s = header.separator;
  char component = header.fields[1].empty() ? '^' : header.fields[1][0];
  std::string type = field(9);
  size_t cut = type.find(component);
  std::string trigger = cut == std::string::npos ? std::string() : type.substr(cut + 1);
  trigger = trigger.substr(0, trigger.find(component));

  std::vector<std::string> msh = {"MSH", header.fields[1], field(5), field(6), field(3), field(4)};
  msh.push_back(receipt.received == 0 ? std::string() : timestamp(receipt.received, zone_minutes));
  msh.push_back("");
  msh.push_back(trigger.empty() ? "ACK" : std::string("ACK") + component + trigger);
  msh.push_back(receipt.id.substr(0, 20));
  msh.push_back(field(11).empty() ? "P" : field(11));
  msh.push_back(field(12).empty() ? "2.4" : field(12));
  if (!field(18).empty()) {
    msh.resize(17);
    msh.push_back(field(18));
  }
  std::string out;
  for (size_t i = 0; i < msh.size(); ++i) {
    if (i > 0) out += s;
    out += msh[i];
  }
  out += "\rMSA";
  out += s;
  out += code;
  out += s;
  out += field(10);
  if (!text.empty()) {
    out += s;
    out += fieldText(text, header);
  }
  out += '\r';
  // What is echoed must not end the frame in which the answer travels.
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '\x0B' || c == '\x1C'; }), out.end());
  auto encoded = mappings::source::encode(out, header.encoding.empty() ? "UTF-8" : header.encoding);
  return encoded.ok() ? *encoded : out;
}

}  // namespace gateway::intake
