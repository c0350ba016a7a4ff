#pragma once
// One line per event: time, level, event name, key=value (JSON lines by a setting). Names, ids, counts and durations;
// never element values or message content. Thread-safe; one write per line.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gateway::host {

// What may stand in a log field. There is no constructor from resources or source trees, on purpose.
class LogValue {
 public:
  LogValue(std::string_view text) : text_(text) {}
  LogValue(const std::string& text) : text_(text) {}
  LogValue(const char* text) : text_(text) {}
  LogValue(int64_t number) : text_(std::to_string(number)) {}
  LogValue(int number) : text_(std::to_string(number)) {}
  LogValue(uint64_t number) : text_(std::to_string(number)) {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

using LogField = std::pair<std::string_view, LogValue>;

class Log {
 public:
  enum class Format { Text, Json };
  // Writes to standard error.
  explicit Log(Format format = Format::Text);
  virtual ~Log();
  void info(std::string_view event, std::initializer_list<LogField> fields = {});
  void warn(std::string_view event, std::initializer_list<LogField> fields = {});
  void error(std::string_view event, std::initializer_list<LogField> fields = {});

 protected:
  virtual void write(std::string_view level, std::string_view event, std::initializer_list<LogField> fields);

 private:
  Format format_;
};

}  // namespace gateway::host
