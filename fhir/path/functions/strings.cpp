#include "fhir/path/strings.h"

#include "fhir/base/patterns.h"
#include "fhir/base/text.h"
#include "fhir/path/functions/functions.h"

namespace fhir::path::functions {
namespace {

using Text = std::optional<std::string_view>;

bool pushText(Call& call, std::string_view text, Items& out) {
  out.push(Item::string(call.evaluator.arena().keep(text)));
  return true;
}
bool pushBoolean(bool value, Items& out) {
  out.push(Item::boolean(value));
  return true;
}
bool pushInteger(size_t value, Items& out) {
  out.push(Item::integer(static_cast<int64_t>(value)));
  return true;
}

// The input and the first argument, both strings.
bool twoTexts(Call& call, Text& text, Text& argument) {
  return call.stringInput(text) && call.stringArgument(0, argument);
}

// The pattern that argument 0 is, with the flags of argument `flags_at` (i, m) when there is one. A literal
// without flags was compiled with the expression.
bool patternArgument(Call& call, size_t flags_at, std::optional<base::Pattern>& out) {
  if (const base::Pattern* ready = call.evaluator.program.pattern(call.instruction)) {
    out = *ready;
    return true;
  }
  Text expression, flags = "";
  if (!call.stringArgument(0, expression) || (call.count() > flags_at && !call.stringArgument(flags_at, flags))) {
    return false;
  }
  if (!expression) return true;
  if (flags && flags->find_first_not_of("im") != std::string_view::npos) return call.fail("the flags are i and m");
  std::string prefix = flags && !flags->empty() ? "(?" + std::string(*flags) + ")" : "";
  auto pattern = base::Pattern::compile(prefix + std::string(*expression));
  if (!pattern) return call.fail(pattern.error().what, pattern.error().why);
  out = std::move(*pattern);
  return true;
}

bool matching(Call& call, bool full, Items& out) {
  Text text;
  std::optional<base::Pattern> pattern;
  if (!call.stringInput(text) || !patternArgument(call, 1, pattern)) return false;
  if (!text || !pattern) return true;
  return pushBoolean(full ? pattern->fullMatch(*text) : pattern->partialMatch(*text), out);
}

}  // namespace

bool indexOf(Call& call, Items& out) {
  Text text, part;
  if (!twoTexts(call, text, part)) return false;
  if (!text || !part) return true;
  size_t at = text->find(*part);
  if (at == std::string_view::npos) {
    out.push(Item::integer(-1));
    return true;
  }
  return pushInteger(base::countCodePoints(text->substr(0, at)), out);
}

bool lastIndexOf(Call& call, Items& out) {
  Text text, part;
  if (!twoTexts(call, text, part)) return false;
  if (!text || !part) return true;
  size_t at = text->rfind(*part);
  if (at == std::string_view::npos) {
    out.push(Item::integer(-1));
    return true;
  }
  return pushInteger(base::countCodePoints(text->substr(0, at)), out);
}

bool substring(Call& call, Items& out) {
  Text text;
  std::optional<int64_t> start, length;
  if (!call.stringInput(text) || !call.integerArgument(0, start)) return false;
  if (call.count() > 1 && !call.integerArgument(1, length)) return false;
  if (!text || !start || *start < 0) return true;
  size_t from = byteOf(*text, static_cast<size_t>(*start));
  if (from >= text->size()) return true;
  std::string_view rest = text->substr(from);
  if (length) rest = rest.substr(0, byteOf(rest, static_cast<size_t>(std::max<int64_t>(*length, 0))));
  out.push(Item::string(rest));
  return true;
}

bool startsWith(Call& call, Items& out) {
  Text text, part;
  if (!twoTexts(call, text, part)) return false;
  return !text || !part || pushBoolean(text->starts_with(*part), out);
}

bool endsWith(Call& call, Items& out) {
  Text text, part;
  if (!twoTexts(call, text, part)) return false;
  return !text || !part || pushBoolean(text->ends_with(*part), out);
}

bool contains(Call& call, Items& out) {
  Text text, part;
  if (!twoTexts(call, text, part)) return false;
  return !text || !part || pushBoolean(text->find(*part) != std::string_view::npos, out);
}

bool upper(Call& call, Items& out) {
  Text text;
  if (!call.stringInput(text)) return false;
  return !text || pushText(call, base::upperCase(*text), out);
}

bool lower(Call& call, Items& out) {
  Text text;
  if (!call.stringInput(text)) return false;
  return !text || pushText(call, base::lowerCase(*text), out);
}

bool replace(Call& call, Items& out) {
  Text text, pattern, substitution;
  if (!twoTexts(call, text, pattern) || !call.stringArgument(1, substitution)) return false;
  if (!text || !pattern || !substitution) return true;
  std::string result;
  size_t at = 0;
  while (at <= text->size()) {
    // An empty pattern stands before every character and at the end.
    size_t found = pattern->empty() ? at : text->find(*pattern, at);
    if (found == std::string_view::npos) break;
    result += text->substr(at, found - at);
    result += *substitution;
    if (result.size() > base::Pattern::kMaxReplaced) return call.fail("the result is too long", base::Why::TooCostly);
    if (!pattern->empty()) {
      at = found + pattern->size();
    } else if (at < text->size()) {
      size_t length = base::codePointAt(*text, at).length;
      result += text->substr(at, length);
      at += length;
    } else {
      ++at;
    }
  }
  if (at < text->size()) result += text->substr(at);
  return pushText(call, result, out);
}

bool matches(Call& call, Items& out) { return matching(call, false, out); }
bool matchesFull(Call& call, Items& out) { return matching(call, true, out); }

bool replaceMatches(Call& call, Items& out) {
  Text text, expression, substitution;
  std::optional<base::Pattern> pattern;
  if (!twoTexts(call, text, expression) || !call.stringArgument(1, substitution)) return false;
  if (!text || !expression || !substitution) return true;
  if (expression->empty()) return pushText(call, *text, out);
  if (!patternArgument(call, 2, pattern)) return false;
  auto replaced = pattern->replaceAll(*text, *substitution);
  if (!replaced) return call.fail(replaced.error().what, replaced.error().why);
  return pushText(call, *replaced, out);
}

bool length(Call& call, Items& out) {
  Text text;
  if (!call.stringInput(text)) return false;
  return !text || pushInteger(base::countCodePoints(*text), out);
}

bool toChars(Call& call, Items& out) {
  Text text;
  if (!call.stringInput(text)) return false;
  if (!text) return true;
  if (!call.evaluator.spend(text->size(), call.offset())) return false;
  for (size_t at = 0; at < text->size();) {
    size_t length = base::codePointAt(*text, at).length;
    out.push(Item::string(text->substr(at, length)));
    at += length;
  }
  return true;
}

bool trim(Call& call, Items& out) {
  Text text;
  if (!call.stringInput(text)) return false;
  if (text) out.push(Item::string(base::trim(*text)));
  return true;
}

bool split(Call& call, Items& out) {
  Text text, separator;
  if (!twoTexts(call, text, separator)) return false;
  if (!text || !separator) return true;
  if (separator->empty()) return toChars(call, out);
  if (!call.evaluator.spend(text->size(), call.offset())) return false;
  for (size_t at = 0;;) {
    size_t found = text->find(*separator, at);
    out.push(Item::string(text->substr(at, found - at)));
    if (found == std::string_view::npos) return true;
    at = found + separator->size();
  }
}

bool join(Call& call, Items& out) {
  Text separator = "";
  if (call.count() > 0 && !call.stringArgument(0, separator)) return false;
  if (call.input.empty()) return true;
  if (!separator) separator = "";
  size_t size = 0;
  Items texts(call.evaluator.pool);
  for (const Item& item : call.input) {
    Text text;
    if (!call.string({&item, 1}, text)) return false;
    if (!text) continue;
    size += text->size() + separator->size();
    texts.push(Item::string(*text));
  }
  if (size > base::Pattern::kMaxReplaced) return call.fail("the result is too long", base::Why::TooCostly);
  if (!texts.empty()) size -= separator->size();
  char* const memory = static_cast<char*>(call.evaluator.arena().allocate(size, 1));
  char* end = memory;
  auto append = [&](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) append(*separator);
    append(texts[i].string());
  }
  out.push(Item::string({memory, size}));
  return true;
}

}  // namespace fhir::path::functions
