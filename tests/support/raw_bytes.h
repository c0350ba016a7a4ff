#pragma once
// Bytes as the files of tests/cases/http write them: \r \n \t \0, \xHH, any other character after a backslash itself,
// and {text*N} for N times the text. The files are ours: what is malformed is a mistake in the test.

#include <string>
#include <string_view>

namespace tests::support {

inline int hexValue(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

inline std::string unescaped(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') {
      const size_t end = text.find('}', i);
      const size_t star = text.rfind('*', end);
      const std::string piece = unescaped(text.substr(i + 1, star - i - 1));
      const int times = std::stoi(std::string(text.substr(star + 1, end - star - 1)));
      for (int n = 0; n < times; ++n) bytes += piece;
      i = end;
    } else if (text[i] != '\\') {
      bytes += text[i];
    } else {
      const char kind = text[++i];
      if (kind == 'x') {
        bytes += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
        i += 2;
      } else {
        bytes += kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == '0' ? '\0' : kind;
      }
    }
  }
  return bytes;
}

}  // namespace tests::support
