#include "gateway/app/commands.h"

#include <algorithm>
#include <charconv>

#include "gateway/host/settings.h"
#include "gateway/intake/pipeline/stages.h"

namespace gateway::app {

using fhir::base::Error;
using host::AdminOutput;
using intake::instantText;
using intake::PartOutcome;

namespace {

using Words = std::vector<std::string>;

int failed(const AdminOutput& out, const Error& error) {
  out(error.text() + "\n");
  return 1;
}

// The value after `--name`, empty when absent.
std::string option(const Words& words, std::string_view name) {
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == name) return words[i + 1];
  }
  return {};
}

bool flag(const Words& words, std::string_view name) {
  for (const auto& word : words) {
    if (word == name) return true;
  }
  return false;
}

uint64_t number(const std::string& text, uint64_t otherwise) {
  uint64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

const char* reasonLabel(const intake::PartState& part) {
  return part.outcome == PartOutcome::Done ? "\n  note: " : "\n  reason: ";
}

// One line a message: id, source, received, bytes known, state.
int listInbox(const CommandParts& parts, const Words& words, const AdminOutput& out) {
  std::string source = option(words, "--source");
  const bool refused_only = flag(words, "--refused");
  const bool parked_only = flag(words, "--parked");
  uint64_t most = number(option(words, "--limit"), UINT64_MAX);
  auto& ledger = parts.pipeline.ledger();
  if (parked_only || refused_only) {
    auto listed = refused_only ? ledger.refused(source) : ledger.parked(source);
    if (!listed.ok()) return failed(out, listed.error());
    uint64_t shown = 0;
    for (const auto& part : *listed) {
      if (shown++ >= most) break;
      if (!out(part.message + "  part " + std::to_string(part.part) + "  " + part.mapping + "  " + part.reason +
               "\n")) {
        return 1;
      }
    }
    out(std::to_string(listed->size()) + (refused_only ? " parts refused\n" : " parts parked\n"));
    return 0;
  }
  uint64_t shown = 0;
  std::optional<Error> trouble;
  auto done = parts.inbox.scan(0, false, [&](intake::Message&& message) {
    if (!source.empty() && message.source != source) return true;
    if (shown >= most) return false;
    ++shown;
    auto state = ledger.message(message.id);
    if (!state.ok()) {
      trouble = state.error();
      return false;
    }
    std::string text = "waiting";
    if (state->has_value() && (*state)->unfinished > 0)
      text = std::to_string((*state)->unfinished) + " parts waiting";
    if (state->has_value() && (*state)->unfinished == 0) {
      uint32_t parked = 0, refused = 0;
      auto list = ledger.parts(message.id);
      if (list.ok()) {
        for (const auto& part : *list) {
          parked += part.outcome == PartOutcome::Parked ? 1 : 0;
          refused += part.outcome == PartOutcome::Refused ? 1 : 0;
        }
      }
      text = std::to_string((*state)->parts) + ((*state)->parts == 1 ? " part" : " parts");
      if (parked > 0) text += ", " + std::to_string(parked) + " parked";
      if (refused > 0) text += ", " + std::to_string(refused) + " refused";
      if (parked + refused == 0) text += ", done";
    }
    return out(message.id + "  " + instantText(message.received, parts.zone_minutes) + "  " + message.source + "  " +
               text + "\n");
  });
  if (!done.ok()) return failed(out, done.error());
  if (trouble) return failed(out, *trouble);
  out(std::to_string(shown) + " messages\n");
  return 0;
}

int showMessage(const CommandParts& parts, const Words& words, const AdminOutput& out) {
  auto message = parts.inbox.read(words[2]);
  if (!message.ok()) return failed(out, message.error());
  if (flag(words, "--raw")) return out(message->bytes) ? 0 : 1;
  out("message " + message->id + "\nsource " + message->source + "\nreceived " +
      instantText(message->received, parts.zone_minutes) + "\nmedia type " + message->media_type + "\nbytes " +
      std::to_string(message->bytes.size()) + "\n");
  auto list = parts.pipeline.ledger().parts(message->id);
  if (!list.ok()) return failed(out, list.error());
  for (const auto& part : *list) {
    out("part " + std::to_string(part.part) + " " + std::string(toString(part.outcome)) + " by " + part.mapping +
        " " + part.mapping_version + ", attempts " + std::to_string(part.attempts) + ", unread fields " +
        std::to_string(part.unread) + (part.reason.empty() ? "" : reasonLabel(part) + part.reason) + "\n");
  }
  out("(--raw prints the bytes as they came)\n");
  return 0;
}

int replay(const CommandParts& parts, const Words& words, const AdminOutput& out) {
  auto& ledger = parts.pipeline.ledger();
  std::vector<std::pair<std::string, uint32_t>> chosen;
  if (flag(words, "--parked")) {
    auto parked = ledger.parked(option(words, "--source"));
    if (!parked.ok()) return failed(out, parked.error());
    for (const auto& part : *parked) chosen.emplace_back(part.message, part.part);
  } else if (words.size() > 2 && !words[2].starts_with("--")) {
    chosen.emplace_back(words[2], static_cast<uint32_t>(number(option(words, "--part"), 0)));
  } else {
    out("inbox replay ID [--part N], or inbox replay --parked [--source NAME]\n");
    return 2;
  }
  // What was mended since the start is used from here on, by new messages too.
  auto changed = parts.library.reload();
  if (!changed.ok()) {
    out("nothing is replayed: the mappings do not load, and the gateway goes on with those it has\n");
    return failed(out, changed.error());
  }
  for (const std::string& mapping : *changed)
    out("from now on " + mapping + " version " + parts.library.version(mapping) + "\n");
  auto policies = parts.pipeline.reloadPolicies();
  if (!policies.ok()) {
    out("nothing is replayed: a policy does not load, and the gateway goes on with the one it has\n");
    return failed(out, policies.error());
  }
  for (const auto& [id, part] : chosen) {
    auto done = parts.pipeline.replay(id, part);
    if (!done.ok()) return failed(out, done.error());
  }
  parts.pipeline.drain();
  uint64_t done = 0, parked = 0, refused = 0;
  for (const auto& [id, number_of_part] : chosen) {
    auto list = ledger.parts(id);
    if (!list.ok()) return failed(out, list.error());
    for (const auto& part : *list) {
      if (number_of_part != 0 && part.part != number_of_part) continue;
      if (part.outcome == PartOutcome::Done) {
        ++done;
        continue;
      }
      const bool is_parked = part.outcome == PartOutcome::Parked;
      ++(is_parked ? parked : refused);
      out(std::string(toString(part.outcome)) + (is_parked ? " again: " : ": ") + id + " part " +
          std::to_string(part.part) + ": " + part.reason + "\n");
    }
  }
  out(std::to_string(done) + " parts done, " + std::to_string(parked) + " parked" +
      (refused > 0 ? ", " + std::to_string(refused) + " refused\n" : "\n"));
  return parked + refused == 0 ? 0 : 1;
}

int dump(const CommandParts& parts, const AdminOutput& out) {
  bool listening = true;
  auto done = parts.store.dump([&](std::string_view line) {
    listening = out(std::string(line) + "\n");
    return listening;
  });
  if (!done.ok()) return failed(out, done.error());
  return listening ? 0 : 1;
}

int reindex(const CommandParts& parts, const Words& words, const AdminOutput& out) {
  bool check = flag(words, "--check");
  uint64_t last_shown = 0;
  auto result = parts.store.reindex(check, [&](uint64_t done, uint64_t total) {
    if (total == 0 || done < last_shown + total / 20) return;
    last_shown = done;
    out("  " + std::to_string(done) + " of " + std::to_string(total) + "\n");
  });
  if (!result.ok()) return failed(out, result.error());
  out(std::to_string(*result) + (check ? " differences\n" : " index rows mended\n"));
  return check && *result > 0 ? 1 : 0;
}

int status(const CommandParts& parts, const AdminOutput& out) {
  auto figures = parts.store.figures();
  auto parked = parts.pipeline.ledger().parkedCount();
  if (!parked.ok()) return failed(out, parked.error());
  out("resources " + std::to_string(figures.resources) + "\nversions " + std::to_string(figures.versions) +
      "\ncommits " + std::to_string(figures.commits) + "\nfile bytes " + std::to_string(figures.file_bytes) +
      "\nparts parked " + std::to_string(*parked) + "\nparts under way " +
      std::to_string(parts.pipeline.partsUnderWay()) + "\noldest unprocessed seconds " +
      std::to_string(parts.pipeline.oldestUnprocessedMicroseconds() / 1'000'000) + "\n");
  return 0;
}

// A word nobody reads is a mistake of whoever wrote it: `--parkd` must not list everything.
bool understood(const Words& words, size_t first, const std::vector<std::string_view>& flags,
                const std::vector<std::string_view>& options, size_t names, const AdminOutput& out) {
  const auto has = [](const auto& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  for (size_t i = first; i < words.size(); ++i) {
    if (has(flags, words[i])) continue;
    if (has(options, words[i])) {
      if (i + 1 < words.size()) {
        ++i;
        continue;
      }
      out(words[i] + " needs a value\n");
      return false;
    }
    if (!words[i].starts_with("--") && names > 0) {
      --names;
      continue;
    }
    std::vector<std::string> known(flags.begin(), flags.end());
    known.insert(known.end(), options.begin(), options.end());
    const std::string nearest = host::nearestKey(words[i], known);
    out("nothing is done with \"" + words[i] + "\"" + (nearest.empty() ? "" : "; the nearest is " + nearest) + "\n");
    return false;
  }
  return true;
}

bool understood(const Words& words, const AdminOutput& out) {
  if (words[0] == "inbox" && words.size() > 1) {
    if (words[1] == "list") return understood(words, 2, {"--parked", "--refused"}, {"--source", "--limit"}, 0, out);
    if (words[1] == "show") return understood(words, 2, {"--raw"}, {}, 1, out);
    if (words[1] == "replay") return understood(words, 2, {"--parked"}, {"--part", "--source"}, 1, out);
  }
  if (words[0] == "reindex") return understood(words, 1, {"--check"}, {}, 0, out);
  if (words[0] == "trace") return understood(words, 1, {}, {}, 1, out);
  if (words[0] == "dump" || words[0] == "status") return understood(words, 1, {}, {}, 0, out);
  return true;
}

}  // namespace

int runCommand(const CommandParts& parts, const Words& words, const AdminOutput& out) {
  if (words.empty()) return 2;
  if (!understood(words, out)) return 2;
  if (words[0] == "inbox" && words.size() > 1) {
    if (words[1] == "list") return listInbox(parts, words, out);
    if (words[1] == "show" && words.size() > 2) return showMessage(parts, words, out);
    if (words[1] == "replay") return replay(parts, words, out);
  }
  if (words[0] == "inbox" && words.size() == 2 && words[1] == "show") {
    out("inbox show ID: the id of a message, as inbox list prints it\n");
    return 2;
  }
  if (words[0] == "trace" && words.size() == 1) {
    out("trace ID: the id of a message, or Type/id of a resource\n");
    return 2;
  }
  if (words[0] == "trace" && words.size() > 1) return traceCommand(parts, words[1], out);
  if (words[0] == "dump") return dump(parts, out);
  if (words[0] == "reindex") return reindex(parts, words, out);
  if (words[0] == "status") return status(parts, out);
  out("no such command: " + words[0] + "\n");
  return 2;
}

}  // namespace gateway::app
