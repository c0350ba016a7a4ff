#include "gateway/host/log.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>

namespace gateway::host {
namespace {

constexpr size_t kLongestValue = 1024;  // a field is a name, an id or a sentence, never a document

std::string timestamp() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  const time_t seconds = milliseconds / 1000;
  tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, static_cast<int>(milliseconds % 1000));
  return text;
}

// Quotes and escapes, so that no value can begin a second line or forge a second field.
void appendQuoted(std::string& line, std::string_view text) {
  line += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      line += escaped;
    } else {
      line += c;
    }
  }
  line += '"';
}

bool needsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    if (c == ' ' || c == '"' || c == '=' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return true;
  }
  return false;
}

void appendValue(std::string& line, std::string_view text) {
  text = text.substr(0, kLongestValue);
  if (needsQuotes(text)) {
    appendQuoted(line, text);
  } else {
    line += text;
  }
}

void appendMember(std::string& line, std::string_view name, std::string_view value) {
  line += ',';
  appendQuoted(line, name);
  line += ':';
  appendQuoted(line, value.substr(0, kLongestValue));
}

std::string textLine(std::string_view level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = timestamp();
  line.append(" ").append(level).append(" ").append(event);
  for (const LogField& field : fields) {
    line.append(" ").append(field.first).append("=");
    appendValue(line, field.second.text());
  }
  return line;
}

std::string jsonLine(std::string_view level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"" + timestamp() + "\"";
  appendMember(line, "level", level);
  appendMember(line, "event", event);
  for (const LogField& field : fields) appendMember(line, field.first, field.second.text());
  return line + "}";
}

}  // namespace

Log::Log(Format format) : format_(format) {}
Log::~Log() = default;

void Log::info(std::string_view event, std::initializer_list<LogField> fields) { write("info", event, fields); }
void Log::warn(std::string_view event, std::initializer_list<LogField> fields) { write("warn", event, fields); }
void Log::error(std::string_view event, std::initializer_list<LogField> fields) { write("error", event, fields); }

void Log::write(std::string_view level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = format_ == Format::Json ? jsonLine(level, event, fields) : textLine(level, event, fields);
  line += '\n';
  // One write per line keeps the lines of several threads apart without a lock.
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody can be told that the log is gone
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace gateway::host
