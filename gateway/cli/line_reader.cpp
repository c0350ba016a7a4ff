#include "gateway/cli/line_reader.h"

#include <cstring>

namespace gateway::cli {

namespace {
constexpr size_t kChunk = 256 * 1024;
}

LineReader::LineReader(std::FILE* in, size_t max_line) : in_(in), max_line_(max_line), buffer_(kChunk) {}

bool LineReader::next(std::string_view& line) {
  too_long_ = false;
  size_t searched = begin_;
  while (true) {
    const void* found = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
    if (found || (at_end_ && (begin_ < end_ || too_long_))) {
      size_t stop = found ? static_cast<size_t>(static_cast<const char*>(found) - buffer_.data()) : end_;
      line = {buffer_.data() + begin_, stop - begin_};
      begin_ = found ? stop + 1 : stop;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (++number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      too_long_ |= line.size() > max_line_;
      if (too_long_) line = {};
      return true;
    }
    if (at_end_) return false;
    if (end_ - begin_ > max_line_) {  // keep nothing of it
      too_long_ = true;
      begin_ = end_;
    }
    searched = end_ - begin_;
    if (!fill() && !at_end_) return false;
  }
}

// Moves what is left to the front and reads more behind it.
bool LineReader::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  size_t count = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, in_);
  end_ += count;
  if (count > 0) return true;
  at_end_ = true;
  failed_ = std::ferror(in_) != 0;
  return false;
}

}  // namespace gateway::cli
