#include "gateway/host/http_head.h"

#include <algorithm>
#include <charconv>

namespace gateway::host {
namespace {

constexpr std::string_view kEndOfLine = "\r\n";
constexpr size_t kLongestMethod = 32;
constexpr int kMostEmptyLinesBefore = 2;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHexDigit(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// tchar of RFC 9110 5.6.2
bool isTokenChar(char c) {
  return isDigit(c) || isLetter(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool isToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar); }

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Visible ASCII and bytes above it: people type Chinese into curl, and | is how FHIR joins system and code.
// A fragment never travels; a percent sign must begin an octet, and never a NUL.
bool isTarget(std::string_view target) {
  for (size_t i = 0; i < target.size(); ++i) {
    const auto byte = static_cast<unsigned char>(target[i]);
    if (byte <= 0x20 || byte == 0x7F || byte == '#') return false;
    if (byte != '%') continue;
    if (i + 2 >= target.size() || !isHexDigit(target[i + 1]) || !isHexDigit(target[i + 2])) return false;
    if (target[i + 1] == '0' && target[i + 2] == '0') return false;
  }
  return true;
}

bool isFieldValue(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

// uri-host [ ":" port ]; the characters decide, names are not resolved here
bool isHost(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return isDigit(c) || isLetter(c) ||
           (c != '\0' && std::string_view("-._~:[]%!$&'()*+;=").find(c) != std::string_view::npos);
  });
}

HttpRefusal readTarget(std::string_view target, HttpHead& out) {
  if (target.substr(0, 7) == "http://" || target.substr(0, 8) == "https://") {  // absolute-form, 3.2.2
    const size_t path = target.find('/', target.find("//") + 2);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  } else if (target == "*" && out.request.method == "OPTIONS") {
    out.request.path = "*";
    return {};
  }
  if (target.empty() || target.front() != '/' || !isTarget(target)) {
    return {400, "The request target is not a path with an optional query."};
  }
  const size_t question = target.find('?');
  out.request.path = target.substr(0, question);
  if (question != std::string_view::npos) out.request.query = target.substr(question + 1);
  return {};
}

HttpRefusal readRequestLine(std::string_view line, HttpHead& out) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return {400, "The request line is not \"method target version\"."};
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  if (!isToken(method) || method.size() > kLongestMethod) return {400, "The method is not a token."};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool is_other_version = version.size() == 8 && version.substr(0, 5) == "HTTP/" && isDigit(version[5]) &&
                                  version[6] == '.' && isDigit(version[7]);
    return is_other_version ? HttpRefusal{505, "This listener speaks HTTP/1.1."}
                            : HttpRefusal{400, "The request line does not end in an HTTP version."};
  }
  if (method == "CONNECT" || method == "TRACE") return {501, "CONNECT and TRACE are not offered."};
  out.one_point_zero = version == "HTTP/1.0";
  out.is_head = method == "HEAD";
  out.request.method = out.is_head ? "GET" : method;
  return readTarget(line.substr(first + 1, last - first - 1), out);
}

HttpRefusal readField(std::string_view line, HttpHead& out) {
  if (line.front() == ' ' || line.front() == '\t') return {400, "A header line is folded."};
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !isToken(line.substr(0, colon))) return {400, "A header has no valid name."};
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!isFieldValue(value)) return {400, "A header holds a control character."};
  out.request.headers.emplace_back(lowerCase(line.substr(0, colon)), value);
  return {};
}

// Calls `found` for each member of a comma-separated list, in lower case.
template <typename Found>
void eachListMember(std::string_view list, Found found) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    found(lowerCase(trimmed(list.substr(0, end))));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

HttpRefusal readContentLength(std::string_view value, HttpHead& out) {
  if (value.empty() || !std::all_of(value.begin(), value.end(), isDigit))
    return {400, "Content-Length is not a number."};
  const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), out.content_length);
  if (trouble != std::errc{}) return {413, "The body is too large."};
  return {};
}

HttpRefusal readTransferEncoding(std::string_view value, HttpHead& out) {
  if (out.one_point_zero) return {400, "HTTP/1.0 knows no Transfer-Encoding."};
  const std::string coding = lowerCase(value);
  if (coding == "chunked") {
    out.chunked = true;
    return {};
  }
  bool last_is_chunked = false;
  int chunked = 0;
  eachListMember(coding, [&](const std::string& member) {
    last_is_chunked = member == "chunked";
    chunked += last_is_chunked ? 1 : 0;
  });
  if (!last_is_chunked || chunked != 1) return {400, "Transfer-Encoding does not end in one \"chunked\"."};
  return {501, "\"chunked\" is the only transfer coding offered."};
}

// Fields that decide where the body ends, and who is meant; each may appear once.
HttpRefusal readFraming(HttpHead& out) {
  int hosts = 0, lengths = 0, encodings = 0;
  bool wants_close = false, wants_keep_alive = false;
  HttpRefusal refusal;
  for (const auto& [name, value] : out.request.headers) {
    if (name == "host") {
      if (!isHost(value)) return {400, "Host is not a host."};
      ++hosts;
    } else if (name == "content-length") {
      ++lengths;
      if ((refusal = readContentLength(value, out))) return refusal;
    } else if (name == "transfer-encoding") {
      ++encodings;
      if ((refusal = readTransferEncoding(value, out))) return refusal;
    } else if (name == "connection") {
      eachListMember(value, [&](const std::string& option) {
        wants_close = wants_close || option == "close";
        wants_keep_alive = wants_keep_alive || option == "keep-alive";
      });
    } else if (name == "expect") {
      if (lowerCase(value) != "100-continue") return {417, "\"100-continue\" is the only expectation met."};
      out.expects_continue = !out.one_point_zero;
    }
  }
  if (hosts > 1 || (hosts == 0 && !out.one_point_zero)) return {400, "There must be exactly one Host."};
  if (lengths > 1) return {400, "There is more than one Content-Length."};
  if (encodings > 1) return {400, "There is more than one Transfer-Encoding."};
  if (lengths != 0 && encodings != 0) return {400, "There is a Content-Length beside a Transfer-Encoding."};
  out.keep_alive = !wants_close && (!out.one_point_zero || wants_keep_alive);
  return {};
}

}  // namespace

size_t HttpHeadScanner::scan(std::string_view bytes, const HttpLimits& limits, HttpRefusal& refusal) {
  for (;;) {
    // A stranger's protocol (a TLS hello, an MLLP frame) is known by its first byte.
    if (lines_ == 0 && line_begin_ < bytes.size() && bytes[line_begin_] != '\r' && bytes[line_begin_] != '\n' &&
        !isTokenChar(bytes[line_begin_])) {
      refusal = {400, "This is not an HTTP request."};
      return 0;
    }
    const size_t line_feed = bytes.find('\n', position_);
    const size_t line_end = std::min(line_feed, bytes.size());
    if (lines_ == 0 && line_end - line_begin_ > limits.request_line) {
      refusal = {414, "The request line is too long."};
      return 0;
    }
    if (line_end > limits.head) {
      refusal = {431, "The head is too large."};
      return 0;
    }
    position_ = line_end;
    if (line_feed == std::string_view::npos) return 0;
    if (line_feed == line_begin_ || bytes[line_feed - 1] != '\r') {
      refusal = {400, "A line ends in a bare line feed."};
      return 0;
    }
    const bool is_empty = line_feed - line_begin_ == 1;
    position_ = line_begin_ = line_feed + 1;
    if (!is_empty) {
      if (++lines_ > static_cast<int>(limits.header_count) + 1) {
        refusal = {431, "There are too many headers."};
        return 0;
      }
    } else if (lines_ > 0) {
      return line_begin_;
    } else if (++empty_lines_before_ > kMostEmptyLinesBefore) {
      refusal = {400, "There are empty lines before the request line."};
      return 0;
    }
  }
}

HttpRefusal readHttpHead(std::string_view head, HttpHead& out) {
  while (head.substr(0, 2) == kEndOfLine) head.remove_prefix(2);
  bool is_first = true;
  HttpRefusal refusal;
  for (size_t end = head.find(kEndOfLine); end != 0 && end != std::string_view::npos; end = head.find(kEndOfLine)) {
    refusal = is_first ? readRequestLine(head.substr(0, end), out) : readField(head.substr(0, end), out);
    if (refusal) return refusal;
    is_first = false;
    head.remove_prefix(end + 2);
  }
  return readFraming(out);
}

}  // namespace gateway::host
