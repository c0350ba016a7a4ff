#include "fhir/model/tar_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace fhir::model {

using base::Why;

namespace {

constexpr size_t kBlock = 512;
constexpr uint64_t kMostHeaderBytes = 64 * 1024;  // of a long name or a pax header
constexpr uint64_t kMostTrailingBytes = 1u << 20;

// A field up to its first NUL.
std::string_view field(const char* block, size_t offset, size_t size) {
  std::string_view text(block + offset, size);
  return text.substr(0, std::min(text.find('\0'), size));
}

// Octal digits between blanks, or base 256 when the first bit is set; nothing when it is neither or too large.
std::optional<uint64_t> octal(const char* block, size_t offset, size_t size) {
  auto first = static_cast<unsigned char>(block[offset]);
  uint64_t value = 0;
  if (first & 0x80) {
    if (first != 0x80) return std::nullopt;  // negative, or beyond 88 bits
    for (size_t i = 1; i < size; ++i) {
      if (value >> 56) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(block[offset + i]);
    }
    return value;
  }
  std::string_view text = field(block, offset, size);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  for (char c : text) {
    if (c < '0' || c > '7' || value >> 60) return std::nullopt;
    value = value << 3 | static_cast<uint64_t>(c - '0');
  }
  return value;
}

bool checksumFits(const char* block) {
  auto written = octal(block, 148, 8);
  uint64_t sum = 0;
  int64_t signed_sum = 0;  // some old writers
  for (size_t i = 0; i < kBlock; ++i) {
    char c = i >= 148 && i < 156 ? ' ' : block[i];
    sum += static_cast<unsigned char>(c);
    signed_sum += static_cast<signed char>(c);
  }
  return written && (*written == sum || static_cast<int64_t>(*written) == signed_sum);
}

std::optional<uint64_t> decimal(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

struct TarReader::Header {
  char block[kBlock];
  uint64_t size = 0;
  char type() const { return block[156]; }
  std::string path() const {
    std::string_view name = field(block, 0, 100);
    bool ustar = std::memcmp(block + 257, "ustar\0", 6) == 0;  // GNU's own magic has no prefix
    std::string_view prefix = ustar ? field(block, 345, 155) : std::string_view();
    return prefix.empty() ? std::string(name) : std::string(prefix) + "/" + std::string(name);
  }
};

base::Error TarReader::error(Why why, std::string what) const {
  return {why, std::move(what), "entry " + std::to_string(number_)};
}

base::Result<bool> TarReader::readHeader(Header& header) {
  ASSIGN_OR_RETURN(size_t got, gzip_.read(header.block, kBlock));
  ++number_;
  if (got < kBlock) return error(Why::Invalid, "the archive is cut off");
  bool empty = std::all_of(header.block, header.block + kBlock, [](char c) { return c == 0; });
  if (empty) return false;
  if (number_ > limits_.entries) {
    return error(Why::TooCostly, "more than " + std::to_string(limits_.entries) + " entries");
  }
  if (!checksumFits(header.block)) return error(Why::Invalid, "the header's checksum is wrong");
  auto size = octal(header.block, 124, 12);
  if (!size) return error(Why::Invalid, "the size is not a number");
  header.size = *size;
  return true;
}

base::Result<bool> TarReader::next(TarEntry& entry) {
  while (true) {
    Header header;
    ASSIGN_OR_RETURN(bool more, readHeader(header));
    if (!more) return readEnd();
    switch (header.type()) {
      case 'x': RETURN_IF_ERROR(readPax(header.size)); continue;
      case 'g': {
        // What holds for all entries (a comment, mostly) says nothing that is wanted here.
        if (header.size > kMostHeaderBytes) return error(Why::TooCostly, "a header is too large");
        RETURN_IF_ERROR(readBytes(header.size));
        continue;
      }
      case 'L': {
        if (header.size > kMostHeaderBytes) return error(Why::TooCostly, "a name is too long");
        ASSIGN_OR_RETURN(std::string name, readBytes(header.size));
        long_path_ = name.substr(0, name.find('\0'));
        continue;
      }
      case '0':
      case '\0':
      case '5': break;
      case '1':
      case '2':
      case 'K': return error(Why::Invalid, "links are not allowed in a package");
      case '3':
      case '4':
      case '6': return error(Why::Invalid, "devices and pipes are not allowed in a package");
      default: return error(Why::Invalid, "an entry is of a kind that packages do not have");
    }
    entry.path = long_path_.empty() ? header.path() : std::exchange(long_path_, {});
    entry.is_folder = header.type() == '5' || (!entry.path.empty() && entry.path.back() == '/');
    entry.size = entry.is_folder ? 0 : header.size;
    if (!pax_size_.empty()) {
      auto size = decimal(std::exchange(pax_size_, {}));
      if (!size) return error(Why::Invalid, "the size is not a number");
      entry.size = *size;
    }
    if (entry.size > limits_.file_bytes) {
      return error(Why::TooCostly, "a file is larger than " + std::to_string(limits_.file_bytes) + " bytes");
    }
    return true;
  }
}

base::Result<std::string> TarReader::content(const TarEntry& entry) { return readBytes(entry.size); }

// Grows with what is really there: a size that lies costs nothing.
base::Result<std::string> TarReader::readBytes(uint64_t size) {
  std::string bytes;
  constexpr uint64_t kStep = 256 * 1024;
  while (bytes.size() < size) {
    size_t had = bytes.size();
    auto step = static_cast<size_t>(std::min<uint64_t>(std::max<uint64_t>(kStep, had), size - had));
    bytes.resize(had + step);
    ASSIGN_OR_RETURN(size_t got, gzip_.read(bytes.data() + had, step));
    if (got < step) return error(Why::Invalid, "the archive is cut off");
  }
  uint64_t padding = (kBlock - size % kBlock) % kBlock;
  ASSIGN_OR_RETURN(uint64_t skipped, gzip_.skip(padding));
  if (skipped < padding) return error(Why::Invalid, "the archive is cut off");
  return bytes;
}

// Records "LENGTH KEY=VALUE\n" (POSIX.1-2001 pax): path and size count here.
base::Done TarReader::readPax(uint64_t size) {
  if (size > kMostHeaderBytes) return error(Why::TooCostly, "a header is too large");
  ASSIGN_OR_RETURN(std::string bytes, readBytes(size));
  std::string_view rest = bytes;
  while (!rest.empty()) {
    size_t space = rest.find(' ');
    auto length = space == std::string_view::npos ? std::nullopt : decimal(rest.substr(0, space));
    if (!length || *length > rest.size() || *length < space + 3 || rest[*length - 1] != '\n') {
      return error(Why::Invalid, "a pax header cannot be read");
    }
    std::string_view record = rest.substr(space + 1, *length - space - 2);
    size_t equals = record.find('=');
    if (equals == std::string_view::npos) return error(Why::Invalid, "a pax header cannot be read");
    if (record.substr(0, equals) == "path") long_path_ = record.substr(equals + 1);
    if (record.substr(0, equals) == "size") pax_size_ = record.substr(equals + 1);
    if (record.substr(0, equals) == "linkpath") return error(Why::Invalid, "links are not allowed in a package");
    rest.remove_prefix(*length);
  }
  return {};
}

// After the first empty block: the rest is read for its checksum, and must be short.
base::Result<bool> TarReader::readEnd() {
  ASSIGN_OR_RETURN(uint64_t rest, gzip_.skip(kMostTrailingBytes + 1));
  if (rest > kMostTrailingBytes) return error(Why::TooCostly, "too many bytes follow the archive's end");
  return false;
}

}  // namespace fhir::model
