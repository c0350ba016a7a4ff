#pragma once
// Lexer: the tokens of FHIRPath (N1 2.0.0 section 11 and its grammar). Private to fhir/path.

#include <cstdint>
#include <string>
#include <string_view>

namespace fhir::path {

enum class TokenKind : uint8_t {
  End,
  Error,       // text: a sentence
  Identifier,  // text, unquoted; `delimited` when it was written in backticks
  String,      // text, unescaped
  Number,      // text: digits[.digits]
  Date,        // text without @
  DateTime,    // text without @
  Time,        // text without @T
  Symbol,      // text: one of . , ( ) [ ] { } + - * / | & < <= > >= = ~ != !~ % $
};

struct Token {
  TokenKind kind = TokenKind::End;
  bool delimited = false;
  bool after_space = false;
  uint32_t offset = 0;
  uint32_t end = 0;
  std::string text;
};

class Lexer {
 public:
  // The text must outlive the lexer.
  explicit Lexer(std::string_view text) : text_(text) {}

  // With `position`, digits end at a following point: the 5 of PID.5.1.
  Token next(bool position = false);

  // Back to the beginning of a token.
  void rewind(const Token& token) { at_ = token.offset; }

 private:
  bool skipBlanks(Token& error);
  void readIdentifier(Token& token);
  void readQuoted(Token& token, char quote);
  void readNumber(Token& token, bool position);
  void readDate(Token& token);
  void readTime(Token& token);
  size_t digits(size_t from, size_t at_most) const;
  size_t clock(size_t from) const;  // hh[:mm[:ss[.f+]]]; the end, or `from`
  static Token fail(Token token, std::string sentence);
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace fhir::path
