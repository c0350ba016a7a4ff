#include "fhir/path/lexer.h"

#include "fhir/base/text.h"

namespace fhir::path {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hexValue(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hexadecimal digits of \uXXXX at `at`, or -1.
int codeUnit(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int unit = 0;
  for (size_t i = at; i < at + 4; ++i) {
    int digit = hexValue(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

// Appends what the escape at `at` (behind the backslash) means; returns the place behind it.
// A backslash before anything that is no escape is ignored (N1 4.1.2).
size_t appendEscape(std::string& out, std::string_view text, size_t at) {
  char c = text[at];
  switch (c) {
    case 'n': out += '\n'; return at + 1;
    case 'r': out += '\r'; return at + 1;
    case 't': out += '\t'; return at + 1;
    case 'f': out += '\f'; return at + 1;
    default: break;
  }
  int unit = c == 'u' ? codeUnit(text, at + 1) : -1;
  if (unit < 0) {
    out += c;
    return at + 1;
  }
  at += 5;
  bool high = unit >= 0xD800 && unit <= 0xDBFF;
  if (high && at + 1 < text.size() && text[at] == '\\' && text[at + 1] == 'u') {
    int low = codeUnit(text, at + 2);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      base::appendUtf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      return at + 6;
    }
  }
  bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
  base::appendUtf8(out, surrogate ? 0xFFFD : unit);
  return at;
}

}  // namespace

Token Lexer::fail(Token token, std::string sentence) {
  token.kind = TokenKind::Error;
  token.text = std::move(sentence);
  return token;
}

bool Lexer::skipBlanks(Token& error) {
  while (at_ < text_.size()) {
    if (isBlank(text_[at_])) {
      ++at_;
    } else if (peek() == '/' && peek(1) == '/') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (peek() == '/' && peek(1) == '*') {
      size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        error.offset = static_cast<uint32_t>(at_);
        error = fail(error, "the comment does not end");
        return false;
      }
      at_ = end + 2;
    } else {
      break;
    }
  }
  return true;
}

Token Lexer::next(bool position) {
  Token token;
  size_t before = at_;
  if (!skipBlanks(token)) return token;
  token.after_space = at_ != before;
  token.offset = static_cast<uint32_t>(at_);
  if (at_ >= text_.size()) {
    token.end = token.offset;
    return token;
  }
  char c = text_[at_];
  if (isLetter(c)) {
    readIdentifier(token);
  } else if (isDigit(c)) {
    readNumber(token, position);
  } else if (c == '\'' || c == '`' || (c == '"' && at_ > 0 && text_[at_ - 1] == '%')) {
    // %"vs-name": so FHIR R4 2.9.1.7 writes it.
    readQuoted(token, c);
  } else if (c == '@') {
    peek(1) == 'T' ? readTime(token) : readDate(token);
  } else {
    static constexpr std::string_view kPairs[] = {"<=", ">=", "!=", "!~"};
    static constexpr std::string_view kSingles = ".,()[]{}+-*/|&<>=~%$";
    token.kind = TokenKind::Symbol;
    for (std::string_view pair : kPairs) {
      if (text_.substr(at_, 2) == pair) token.text = pair;
    }
    if (token.text.empty() && kSingles.find(c) != std::string_view::npos) token.text = c;
    if (token.text.empty()) return fail(token, "unexpected character");
    at_ += token.text.size();
  }
  token.end = static_cast<uint32_t>(at_);
  return token;
}

void Lexer::readIdentifier(Token& token) {
  size_t end = at_;
  while (end < text_.size() && (isLetter(text_[end]) || isDigit(text_[end]))) ++end;
  token.kind = TokenKind::Identifier;
  token.text = text_.substr(at_, end - at_);
  at_ = end;
}

void Lexer::readQuoted(Token& token, char quote) {
  size_t at = at_ + 1;
  while (at < text_.size() && text_[at] != quote) {
    if (text_[at] != '\\') {
      token.text += text_[at++];
    } else if (at + 1 < text_.size()) {
      at = appendEscape(token.text, text_, at + 1);
    } else {
      ++at;
    }
  }
  if (at >= text_.size()) {
    token = fail(token, quote != '\'' ? "the delimited identifier does not end" : "the string does not end");
    return;
  }
  token.kind = quote != '\'' ? TokenKind::Identifier : TokenKind::String;
  token.delimited = quote != '\'';
  at_ = at + 1;
  if (token.delimited && token.text.empty()) token = fail(token, "the delimited identifier is empty");
}

size_t Lexer::digits(size_t from, size_t at_most) const {
  size_t end = from;
  while (end < text_.size() && end - from < at_most && isDigit(text_[end])) ++end;
  return end;
}

void Lexer::readNumber(Token& token, bool position) {
  size_t end = digits(at_, SIZE_MAX);
  if (!position && end + 1 < text_.size() && text_[end] == '.' && isDigit(text_[end + 1])) {
    end = digits(end + 1, SIZE_MAX);
  } else if (!position && end < text_.size() && text_[end] == 'L') {
    const char after = end + 1 < text_.size() ? text_[end + 1] : ' ';
    if (!isLetter(after) && !isDigit(after)) ++end;
  }
  token.kind = TokenKind::Number;
  token.text = text_.substr(at_, end - at_);
  at_ = end;
}

size_t Lexer::clock(size_t from) const {
  size_t end = digits(from, 2);
  if (end != from + 2) return from;
  for (int part = 0; part < 2; ++part) {
    if (end >= text_.size() || text_[end] != ':' || digits(end + 1, 2) != end + 3) return end;
    end += 3;
  }
  if (end < text_.size() && text_[end] == '.' && digits(end + 1, 1) == end + 2) end = digits(end + 1, SIZE_MAX);
  return end;
}

void Lexer::readTime(Token& token) {
  size_t from = at_ + 2;
  size_t end = clock(from);
  if (end == from) {
    token = fail(token, "a time literal is @Thh[:mm[:ss[.fff]]]");
    return;
  }
  token.kind = TokenKind::Time;
  token.text = text_.substr(from, end - from);
  at_ = end;
}

void Lexer::readDate(Token& token) {
  size_t from = at_ + 1;
  size_t end = digits(from, 4);
  if (end != from + 4) {
    token = fail(token, "a date literal is @YYYY[-MM[-DD]]");
    return;
  }
  for (int part = 0; part < 2; ++part) {
    if (end >= text_.size() || text_[end] != '-' || digits(end + 1, 2) != end + 3) break;
    end += 3;
  }
  token.kind = TokenKind::Date;
  if (end < text_.size() && text_[end] == 'T') {
    token.kind = TokenKind::DateTime;
    size_t time = end + 1;
    end = clock(time);
    bool has_clock = end != time;
    if (has_clock && end < text_.size()) {
      char sign = text_[end];
      if (sign == 'Z') {
        ++end;
      } else if ((sign == '+' || sign == '-') && digits(end + 1, 2) == end + 3 && end + 3 < text_.size() &&
                 text_[end + 3] == ':' && digits(end + 4, 2) == end + 6) {
        end += 6;
      }
    }
  }
  token.text = text_.substr(from, end - from);
  at_ = end;
}

}  // namespace fhir::path
