#pragma once
// Package bytes as a test wants them, good and bad: tar entries one after the other, then gzip.

#include <zlib.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace fhir::model {

struct TarBytes {
  std::string bytes;

  // `claimed` is the size in the header when it is to differ from what follows.
  TarBytes& entry(std::string_view path, std::string_view content, char type = '0', std::string_view link = {},
                  long long claimed = -1) {
    char block[512] = {};
    path.copy(block, 100);
    std::memcpy(block + 100, "0000644", 8);
    std::memcpy(block + 108, "0000000", 8);
    std::memcpy(block + 116, "0000000", 8);
    std::snprintf(block + 124, 12, "%011llo",
                  claimed >= 0 ? static_cast<unsigned long long>(claimed) : content.size());
    std::memcpy(block + 136, "00000000000", 12);
    block[156] = type;
    link.copy(block + 157, 100);
    std::memcpy(block + 257,
                "ustar\0"
                "00",
                8);
    checksum(block);
    bytes.append(block, 512).append(content);
    bytes.append((512 - content.size() % 512) % 512, '\0');
    return *this;
  }
  static void checksum(char* block) {
    std::memset(block + 148, ' ', 8);
    unsigned sum = 0;
    for (int i = 0; i < 512; ++i) sum += static_cast<unsigned char>(block[i]);
    std::snprintf(block + 148, 8, "%06o", sum);
  }
  TarBytes& manifest(std::string_view name = "cn.county.test", std::string_view more = "") {
    return entry("package/package.json",
                 "{\"name\":\"" + std::string(name) + "\",\"version\":\"1.2.0\"" + std::string(more) + "}");
  }
  std::string end() const { return bytes + std::string(1024, '\0'); }
};

inline std::string gzip(std::string_view bytes, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace fhir::model
