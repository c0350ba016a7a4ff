#pragma once
// LineReader: the lines of standard input, in memory that does not grow with it. A line ends with LF; a CR before it
// and a byte order mark at the start are dropped. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::cli {

class LineReader {
 public:
  explicit LineReader(std::FILE* in, size_t max_line = 16u << 20);

  // False at the end. `line` is good until the next call; it is empty when the line was too long.
  bool next(std::string_view& line);
  uint64_t number() const { return number_; }  // of the line given last, from 1
  bool tooLong() const { return too_long_; }   // that line was longer than the limit and has been passed over
  bool failed() const { return failed_; }      // reading ended by an error

 private:
  bool fill();

  std::FILE* in_;
  size_t max_line_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;  // what has been read and not given
  uint64_t number_ = 0;
  bool at_end_ = false, too_long_ = false, failed_ = false;
};

}  // namespace gateway::cli
