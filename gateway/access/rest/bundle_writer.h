#pragma once
// Writes one Bundle resource, member by member, as compact JSON. Members that are empty are left out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::access::rest {

struct BundleEntry {
  std::string full_url;
  std::string_view resource;     // JSON
  std::string_view search_mode;  // match, include, outcome
  std::string_view method;       // entry.request, in history
  std::string url;
  std::string status;  // entry.response: "201 Created"
  std::string location;
  std::string etag;
  std::string last_modified;  // instant
  std::string outcome;        // JSON
};

class BundleWriter {
 public:
  explicit BundleWriter(std::string_view type);
  void total(uint64_t count);
  void link(std::string_view relation, std::string_view url);
  void entry(const BundleEntry& entry);
  std::string finish();

 private:
  std::string type_;
  std::optional<uint64_t> total_;
  std::string links_;
  std::string entries_;
};

// "200 OK"
std::string statusLine(int status);
// An instant in the site's zone: "2025-03-06T08:15:28.123+08:00".
std::string instant(int64_t microseconds, int zone_minutes);

}  // namespace gateway::access::rest
