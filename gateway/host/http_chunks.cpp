#include "gateway/host/http_chunks.h"

#include <algorithm>
#include <charconv>

namespace gateway::host {
namespace {

constexpr size_t kLongestSizeLine = 256;
constexpr size_t kMostDropped = 64 * 1024;
constexpr size_t kMostDigits = 16;

bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

// The next whole line without its CR LF; false when it has not arrived or is not allowed.
bool takeLine(std::string_view& bytes, size_t longest, std::string_view& line, HttpRefusal& refusal) {
  const size_t end = bytes.find('\n');
  if (std::min(end, bytes.size()) > longest) refusal = {400, "A line of the chunked body is too long."};
  if (end == std::string_view::npos || refusal) return false;
  line = bytes.substr(0, end);
  if (line.empty() || line.back() != '\r') {
    refusal = {400, "A line of the chunked body ends in a bare line feed."};
    return false;
  }
  line.remove_suffix(1);
  if (std::any_of(line.begin(), line.end(), isControl)) {
    refusal = {400, "A line of the chunked body holds a control character."};
    return false;
  }
  bytes.remove_prefix(end + 1);
  return true;
}

}  // namespace

bool HttpChunks::take(std::string_view& bytes, std::string& body, HttpRefusal& refusal) {
  for (;;) {
    switch (state_) {
      case State::Size:
        if (!takeSize(bytes, body.size(), refusal)) return false;
        break;
      case State::Content: {
        const size_t part = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
        body.append(bytes.substr(0, part));
        bytes.remove_prefix(part);
        left_ -= part;
        if (left_ > 0) return false;
        state_ = State::ContentEnd;
        break;
      }
      case State::ContentEnd:
        if (!bytes.empty() && bytes.substr(0, 2) != std::string_view("\r\n").substr(0, bytes.size())) {
          refusal = {400, "A chunk is longer than its size."};
        }
        if (bytes.size() < 2 || refusal) return false;
        bytes.remove_prefix(2);
        state_ = State::Size;
        break;
      case State::Trailer:
        if (!takeTrailer(bytes, refusal)) return false;
        break;
      case State::Ended: return true;
    }
  }
}

bool HttpChunks::takeSize(std::string_view& bytes, size_t so_far, HttpRefusal& refusal) {
  std::string_view line;
  if (!takeLine(bytes, kLongestSizeLine, line, refusal)) return false;
  const size_t digits = std::min(line.find(';'), line.size());
  const auto [end, trouble] = std::from_chars(line.data(), line.data() + digits, left_, 16);
  // from_chars takes a minus sign for some types and would stop before blanks: the digits must be all there is.
  if (digits == 0 || digits > kMostDigits || trouble != std::errc{} || end != line.data() + digits) {
    refusal = {400, "A chunk's size is not a hexadecimal number."};
    return false;
  }
  dropped_ += line.size() - digits;
  if (dropped_ > kMostDropped) refusal = {400, "The chunked body has too many extensions."};
  if (left_ > longest_body_ || so_far > longest_body_ - left_) refusal = {413, "The body is too large."};
  state_ = left_ == 0 ? State::Trailer : State::Content;
  return !refusal;
}

bool HttpChunks::takeTrailer(std::string_view& bytes, HttpRefusal& refusal) {
  std::string_view line;
  if (!takeLine(bytes, kMostDropped, line, refusal)) return false;
  if (line.empty()) {
    state_ = State::Ended;
    return true;
  }
  dropped_ += line.size();
  const size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos ||
      line.substr(0, colon).find_first_of(" \t") != std::string_view::npos || dropped_ > kMostDropped) {
    refusal = {400, "The chunked body has a bad trailer."};
    return false;
  }
  return true;
}

}  // namespace gateway::host
