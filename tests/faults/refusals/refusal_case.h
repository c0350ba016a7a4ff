#pragma once
// One case of tests/cases/intake/refusals: what is sent to which door of a gateway, and what must come of it. The
// format is described in the README there.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace refusals {

// Bytes that are made while they are sent: a run of `text`, `times` times.
struct Piece {
  std::string text;
  uint64_t times = 1;
};
using Pieces = std::vector<Piece>;

uint64_t sizeOf(const Pieces& pieces);
// Hands the bytes over in blocks; stops when `take` returns false.
bool forEachBlock(const Pieces& pieces, const std::function<bool(std::string_view)>& take);

// Many connections that behave alike, held while the other cases run.
struct Crowd {
  int connections = 0;
  Pieces first;        // sent at once by each
  std::string then;    // sent again and again
  int every_ms = 500;  // between two of them
  int for_ms = 0;      // how long it lasts
  bool reads = true;   // false: answers are left lying in the socket
};

struct Expected {
  std::optional<int> status;                 // of the HTTP answer
  std::optional<std::string> reply;          // the whole answer (without framing and head)
  std::vector<std::string> reply_contains;   // parts of it
  std::optional<bool> closed;                // the connection, afterwards
  std::optional<int> within_ms;              // from the last byte sent to the answer
  std::string file;                          // "done" or "refused": where a dropped file is found
  std::vector<std::string> reason_contains;  // of the .reason beside a refused file
  bool kept_known = false;                   // whether the case says something about the inbox
  int kept = 0;                              // messages kept
  std::optional<int> done;                   // parts done
  std::vector<std::string> parked;           // for each parked part in order, a text of its reason
  std::vector<std::string> noted;            // for each part that went in with a note, a text of it
};

struct Case {
  std::string path;
  std::string name;
  std::string to;      // "mllp", "fhir", "sources", "file"
  std::string source;  // whose inbox is looked at
  Pieces bytes;
  std::string file_name;     // for `drop`
  std::string requests_of;   // a file of raw HTTP requests, see tests/cases/http
  std::string path_instead;  // path that takes the place of /echo in them
  bool half_close = false;   // after the last byte
  std::optional<Crowd> crowd;
  Expected expected;
};

fhir::base::Result<Case> readCase(const std::string& path);
// All case files of the folder, by name.
std::vector<std::string> caseFiles(const std::string& folder);

// A raw request of tests/cases/http with its expected status.
struct RawRequest {
  int status = 0;
  std::string sentence;
  std::string bytes;
};
std::vector<RawRequest> readRawRequests(const std::string& path, const std::string& path_instead);

}  // namespace refusals
