#include "fhir/base/patterns.h"

#include <re2/re2.h>

#include "fhir/base/text.h"

namespace fhir::base {

struct Pattern::Program {
  Program(const re2::StringPiece& expression, const RE2::Options& options) : re(expression, options) {}
  RE2 re;
};

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const re2::StringPiece& text) { return {text.data(), text.size()}; }

// (?<name> -> (?P<name>, which is how this RE2 writes it.
std::string withNamedGroups(std::string_view expression) {
  std::string out;
  out.reserve(expression.size() + 8);
  for (size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '\\' && i + 1 < expression.size()) {
      out += expression[i++];
      out += expression[i];
      continue;
    }
    const std::string_view rest = expression.substr(i);
    if (rest.size() > 3 && rest.substr(0, 3) == "(?<" && rest[3] != '=' && rest[3] != '!') {
      out += "(?P<";
      i += 2;
      continue;
    }
    out += expression[i];
  }
  return out;
}

// A replacement, taken apart: text, then a group, then text, ...
struct Piece {
  std::string text;
  int group = -1;  // after the text; -1 none
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

int groupNumber(const RE2& re, std::string_view name) {
  if (name.empty()) return -1;
  int number = 0;
  for (const char c : name) {
    if (!isDigit(c) || number > 1000) {
      number = -1;
      break;
    }
    number = number * 10 + (c - '0');
  }
  if (number < 0) {
    const auto& named = re.NamedCapturingGroups();
    const auto found = named.find(std::string(name));
    return found == named.end() ? -1 : found->second;
  }
  return number <= re.NumberOfCapturingGroups() ? number : -1;
}

Result<std::vector<Piece>> takeApart(const RE2& re, std::string_view replacement) {
  std::vector<Piece> pieces(1);
  for (size_t i = 0; i < replacement.size(); ++i) {
    const char next = i + 1 < replacement.size() ? replacement[i + 1] : '\0';
    if (replacement[i] != '$' || (next != '$' && next != '{' && !isDigit(next))) {
      pieces.back().text += replacement[i];
      continue;
    }
    ++i;
    if (next == '$') {
      pieces.back().text += '$';
      continue;
    }
    std::string_view name = replacement.substr(i, 1);
    if (next == '{') {
      const size_t end = replacement.find('}', i);
      if (end == std::string_view::npos) return invalid("${ without } in a replacement");
      name = replacement.substr(i + 1, end - i - 1);
      i = end;
    }
    pieces.back().group = groupNumber(re, name);
    if (pieces.back().group < 0) return invalid("a replacement names a group that the expression does not have");
    pieces.emplace_back();
  }
  return pieces;
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view expression) {
  if (expression.size() > kMaxLength) return Error{Why::TooCostly, "a regular expression longer than 8 KiB", {}};
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(kMaxMemory);
  const std::string text = withNamedGroups(expression);
  auto program = std::make_shared<const Program>(piece(text), options);
  if (program->re.ok()) return Pattern(std::move(program));
  if (program->re.error_code() == RE2::ErrorPatternTooLarge)
    return Error{Why::TooCostly, "a regular expression too large when compiled", {}};
  return invalid("not a regular expression: " + program->re.error());
}

bool Pattern::fullMatch(std::string_view text) const {
  return program_->re.Match(piece(text), 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

bool Pattern::partialMatch(std::string_view text) const {
  return program_->re.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::vector<std::string_view>> Pattern::groups(std::string_view text) const {
  std::vector<re2::StringPiece> found(static_cast<size_t>(program_->re.NumberOfCapturingGroups()) + 1);
  if (!program_->re.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size())))
    return std::nullopt;
  std::vector<std::string_view> out;
  for (const auto& group : found) out.push_back(group.data() ? view(group) : std::string_view{});
  return out;
}

Result<std::string> Pattern::replaceAll(std::string_view text, std::string_view replacement) const {
  const RE2& re = program_->re;
  ASSIGN_OR_RETURN(const std::vector<Piece> pieces, takeApart(re, replacement));
  std::vector<re2::StringPiece> found(static_cast<size_t>(re.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t at = 0;                   // everything before it is done
  size_t from = 0;                 // where the next match may begin
  const char* last_end = nullptr;  // an empty match right after a match does not count
  while (from <= text.size() &&
         re.Match(piece(text), from, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size()))) {
    const auto begin = static_cast<size_t>(found[0].data() - text.data());
    const bool counts = !found[0].empty() || found[0].data() != last_end || last_end == nullptr;
    if (counts) {
      out.append(text.substr(at, begin - at));
      for (const Piece& p : pieces) {
        out += p.text;
        if (p.group >= 0 && found[static_cast<size_t>(p.group)].data())
          out.append(view(found[static_cast<size_t>(p.group)]));
      }
      at = begin + found[0].size();
      last_end = text.data() + at;
    }
    if (out.size() > kMaxReplaced) return Error{Why::TooCostly, "a replacement that grows beyond 16 MiB", {}};
    from = begin + found[0].size();
    if (found[0].empty()) from += from < text.size() ? codePointAt(text, from).length : 1;
  }
  out.append(text.substr(std::min(at, text.size())));
  return out;
}

}  // namespace fhir::base
