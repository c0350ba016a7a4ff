#include "fhir/index/simple_path.h"

namespace fhir::index {
namespace {

using definitions::TypeNumber;

bool isNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Parser {
 public:
  Parser(std::string_view text, TypeNumber base) : text_(text), base_(base) {}

  std::optional<std::vector<SimplePath>> parse() {
    std::vector<SimplePath> out;
    do {
      auto path = operand();
      if (!path) return std::nullopt;
      out.push_back(std::move(*path));
    } while (take("|"));
    skipSpace();
    if (at_ != text_.size()) return std::nullopt;
    return out;
  }

 private:
  // ( path as Type ) . more, or a bare path, with an optional `as Type` behind it.
  std::optional<SimplePath> operand() {
    SimplePath path;
    if (take("(")) {
      auto inner = operand();
      if (!inner || !take(")")) return std::nullopt;
      path = std::move(*inner);
    } else if (!firstStep(path)) {
      return std::nullopt;
    }
    while (take("."))
      if (!step(path)) return std::nullopt;
    if (takeWord("as") && !cast(path)) return std::nullopt;
    return path;
  }

  bool firstStep(SimplePath& path) {
    const size_t start = at_;
    const std::string_view name = word();
    const definitions::Type* type = definitions::r4().type(name);
    if (type != nullptr && definitions::r4().isSubtypeOf(base_, type->number)) return true;
    at_ = start;
    return step(path);
  }

  bool step(SimplePath& path) {
    const std::string_view name = word();
    if (name.empty()) return false;
    if (!take("(")) {
      path.push_back({std::string(name), 0, {}});
      return true;
    }
    if (name == "extension") return extensionStep(path) && take(")");
    if (path.empty()) return false;
    if (name == "as" || name == "ofType") return cast(path) && take(")");
    if (name == "where") return filter(path.back()) && take(")");
    return false;
  }

  bool cast(SimplePath& path) {
    const definitions::Type* type = definitions::r4().type(word());
    if (type == nullptr || path.empty() || path.back().as != 0) return false;
    path.back().as = type->number;
    return true;
  }

  bool filter(PathStep& step) {
    if (step.filter.kind != PathFilter::Kind::None) return false;
    if (take("resolve()")) {
      const definitions::Type* type = takeWord("is") ? definitions::r4().type(word()) : nullptr;
      if (type == nullptr) return false;
      step.filter = {PathFilter::Kind::ResolvesTo, type->number, {}, {}};
      return true;
    }
    const std::string_view member = word();
    auto text = take("=") ? quoted() : std::nullopt;
    if (member.empty() || !text) return false;
    step.filter = {PathFilter::Kind::TextEquals, 0, std::string(member), std::string(*text)};
    return true;
  }

  bool extensionStep(SimplePath& path) {
    auto url = quoted();
    if (!url) return false;
    path.push_back({"extension", 0, {PathFilter::Kind::TextEquals, 0, "url", std::string(*url)}});
    return true;
  }

  std::optional<std::string_view> quoted() {
    skipSpace();
    if (at_ >= text_.size() || text_[at_] != '\'') return std::nullopt;
    const size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view out = text_.substr(at_ + 1, end - at_ - 1);
    if (out.find('\\') != std::string_view::npos) return std::nullopt;
    at_ = end + 1;
    return out;
  }

  std::string_view word() {
    skipSpace();
    const size_t start = at_;
    while (at_ < text_.size() && isNameChar(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool take(std::string_view what) {
    skipSpace();
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  bool takeWord(std::string_view what) {
    const size_t start = at_;
    if (word() == what) return true;
    at_ = start;
    return false;
  }

  void skipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  std::string_view text_;
  TypeNumber base_;
  size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<SimplePath>> parseSimplePaths(std::string_view expression, TypeNumber base) {
  return Parser(expression, base).parse();
}

}  // namespace fhir::index
