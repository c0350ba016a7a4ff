#include "fhir/model/json_text.h"

#include "fhir/model/json_writer.h"

namespace fhir::model {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool endsScalar(char c) { return c == ',' || c == '}' || c == ']' || isSpace(c); }

}  // namespace

size_t JsonText::skipSpace(size_t at) const {
  while (at < text_.size() && isSpace(text_[at])) ++at;
  return at;
}

size_t JsonText::skipString(size_t at) const {
  for (++at; text_[at] != '"'; ++at)
    if (text_[at] == '\\') ++at;
  return at + 1;
}

size_t JsonText::skipValue(size_t at) const {
  size_t depth = 0;
  do {
    char c = text_[at];
    if (c == '"') {
      at = skipString(at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (depth != 0) {
      ++at;
    } else {
      while (at < text_.size() && !endsScalar(text_[at])) ++at;
    }
  } while (depth != 0);
  return at;
}

size_t JsonText::copyValue(size_t at, std::string& out) {
  while (next_ < replacements_.size() && replacements_[next_].offset < at) ++next_;
  size_t depth = 0;
  size_t run = at;  // start of the bytes that are still to be copied
  do {
    char c = text_[at];
    if (c == '"') {
      if (next_ < replacements_.size() && replacements_[next_].offset == at) {
        out.append(text_, run, at - run);
        appendJsonString(out, replacements_[next_++].text);
        run = at = skipString(at);
      } else {
        at = skipString(at);
      }
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (isSpace(c)) {
      out.append(text_, run, at - run);
      run = at = skipSpace(at);
    } else if (depth != 0) {
      ++at;
    } else {
      while (at < text_.size() && !endsScalar(text_[at])) ++at;
    }
  } while (depth != 0);
  out.append(text_, run, at - run);
  return at;
}

}  // namespace fhir::model
