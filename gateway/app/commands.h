#pragma once
// The commands that work on a data directory, through a running gateway's admin socket or on a stopped one alike:
// inbox list|show|replay, trace, dump, reindex, status. Plain text out; the number is the exit code of the process.

#include <string>
#include <vector>

#include "gateway/host/admin_socket.h"
#include "gateway/intake/inbox/inbox.h"
#include "gateway/intake/pipeline/pipeline.h"
#include "gateway/record/store/resource_store.h"
#include "mappings/engine/map_runner.h"

namespace gateway::app {

struct CommandParts {
  record::store::ResourceStore& store;
  intake::Inbox& inbox;
  intake::Pipeline& pipeline;
  mappings::engine::MapLibrary& library;
  int zone_minutes = 480;
};

// 0: done; 1: it could not be done (the text says why); 2: the words are no command.
int runCommand(const CommandParts& parts, const std::vector<std::string>& words, const host::AdminOutput& out);

// `onecard trace ID`: of a message id, its parts, mapping versions and resources; of Type/id, its versions and
// messages.
int traceCommand(const CommandParts& parts, const std::string& id, const host::AdminOutput& out);

}  // namespace gateway::app
