// Mapping functions that walk the message and its texts.

#include <algorithm>

#include "mappings/engine/plain_text.h"
#include "mappings/engine/surroundings.h"

namespace mappings::engine {

using fhir::path::Collection;
using fhir::path::FunctionCall;
using fhir::path::Item;
using Read = MappingCall::Read;

// groups('OBR', 'ORC'): each OBR with all that follows it up to the next; an ORC directly before it comes along.
FunctionResult groupsFunction(FunctionCall& call) {
  MappingCall mapping(call);
  const std::string_view anchor = mapping.literal(0);
  PartView& part = mapping.around().part;
  std::vector<std::vector<uint32_t>> groups;
  std::vector<uint32_t> waiting;  // could belong to the group before or to the next
  const auto settle = [&] {
    if (!groups.empty()) groups.back().insert(groups.back().end(), waiting.begin(), waiting.end());
    waiting.clear();
  };
  for (uint32_t segment : part.topLevel()) {
    const std::string_view name = part.tree().records()[segment].name;
    bool leads = false;
    for (size_t i = 1; i < mapping.arguments(); ++i) leads = leads || mapping.literal(i) == name;
    if (name == anchor) {
      groups.emplace_back(std::move(waiting));
      waiting.clear();
      groups.back().push_back(segment);
    } else if (leads) {
      waiting.push_back(segment);
    } else {
      settle();
      if (!groups.empty()) groups.back().push_back(segment);
    }
  }
  settle();
  Collection out = mapping.nothing();
  for (auto& group : groups) out.push_back(part.group(std::move(group)));
  return out;
}

// %x.following('NTE'): the NTEs that stand directly behind x.
FunctionResult followingFunction(FunctionCall& call) {
  MappingCall mapping(call);
  const std::string_view name = mapping.literal(0);
  const auto& records = mapping.around().part.tree().records();
  Collection out = mapping.nothing();
  for (const Item& item : mapping.input()) {
    const uint32_t record = mapping.around().part.recordOf(item);
    if (record == 0) continue;
    for (uint32_t at = records[record].next; at != 0 && records[at].name == name; at = records[at].next)
      out.push_back(mapping.around().part.item(at));
  }
  return out;
}

// The last of a header field that is repeated with every item. Earlier ones that say the same count as carried;
// what differs stays unread, so that somebody sees it.
FunctionResult latestFunction(FunctionCall& call) {
  MappingCall mapping(call);
  PartView& part = mapping.around().part;
  const Collection& input = mapping.input();
  if (input.empty()) return mapping.nothing();
  const Item& last = input[input.size() - 1];
  const uint32_t record = part.recordOf(last);
  for (size_t i = 0; record != 0 && i + 1 < input.size(); ++i) {
    const uint32_t other = part.recordOf(input[i]);
    if (other != 0 && part.written(other) == part.written(record)) part.consumeAll(input[i]);
  }
  return mapping.one(last);
}

FunctionResult writtenFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Collection out = mapping.nothing();
  for (const Item& item : mapping.input())
    if (const std::string_view text = mapping.writtenOf(item); !text.empty()) out.push_back(Item::string(text));
  return out;
}

// Leaves of all that stands before the dot, with the separator between.
FunctionResult joinFunction(FunctionCall& call) {
  MappingCall mapping(call);
  const std::string_view separator = mapping.literal(0);
  PartView& part = mapping.around().part;
  std::string out;
  bool first = true;
  const auto append = [&](std::string_view text) {
    if (text.empty()) return;
    if (!first) out += separator;
    out += text;
    first = false;
  };
  for (const Item& item : mapping.input()) {
    const uint32_t record = part.recordOf(item);
    if (record == 0) {
      append(mapping.textOf(item, Read::Taken));
      continue;
    }
    std::vector<uint32_t> leaves;
    part.leaves(record, leaves);
    part.consumeAll(item);
    for (uint32_t leaf : leaves) append(part.tree().records()[leaf].text);
  }
  return mapping.text(out);
}

FunctionResult coalesceFunction(FunctionCall& call) {
  MappingCall mapping(call);
  for (size_t i = 0; i < mapping.arguments(); ++i) {
    const Collection& items = mapping.argument(i);
    const bool blank =
        items.size() == 1 && items[0].kind() == fhir::path::ItemKind::String && trimmed(items[0].string()).empty();
    if (!items.empty() && !blank) return items;
  }
  return mapping.nothing();
}

FunctionResult plainFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Collection out = mapping.nothing();
  for (const Item& item : mapping.input())
    if (const std::string text = plainText(mapping.textOf(item, Read::Taken)); !text.empty())
      out.push_back(Item::string(mapping.arena().keep(text)));
  return out;
}

FunctionResult wordsFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Collection out = mapping.nothing();
  for (const Item& item : mapping.input())
    for (std::string_view word : words(mapping.textOf(item, Read::Taken))) out.push_back(Item::string(word));
  return out;
}

// The text as the XHTML of a narrative: marked characters stand for themselves, a blank line begins a paragraph, a
// line end stays one.
FunctionResult narrativeFunction(FunctionCall& call) {
  MappingCall mapping(call);
  std::string paragraphs;
  for (const Item& item : mapping.input())
    if (const std::string one = narrativeParagraphs(mapping.textOf(item, Read::Taken)); !one.empty())
      paragraphs += one;
  if (paragraphs.empty()) return mapping.nothing();
  return mapping.text("<div xmlns=\"http://www.w3.org/1999/xhtml\">" + paragraphs + "</div>");
}

// The institution that a code in the message means, by the site's list: a referral's target, another laboratory.
FunctionResult resolveFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Surroundings& around = mapping.around();
  Collection out = mapping.nothing();
  for (const Item& item : mapping.input()) {
    const std::string alias = plainText(mapping.textOf(item, Read::Taken));
    if (alias.empty()) continue;
    std::optional<std::string> code;
    if (around.directory != nullptr) code = around.directory->anyInstitution(alias);
    if (code)
      out.push_back(Item::string(mapping.arena().keep(*code)));
    else
      mapping.warn("not-found", "names no institution of the site's list", mapping.one(item));
  }
  return out;
}

// lookup(fact) about the institution, lookup(institution, fact) about another.
FunctionResult lookupFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Surroundings& around = mapping.around();
  if (around.directory == nullptr) return mapping.nothing();
  const bool other = mapping.arguments() == 2;
  const std::string_view institution = other ? mapping.literal(0) : std::string_view(around.institution);
  return mapping.text(around.directory->lookup(institution, mapping.literal(other ? 1 : 0)));
}

}  // namespace mappings::engine
