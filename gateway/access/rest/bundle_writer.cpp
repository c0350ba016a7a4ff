#include "gateway/access/rest/bundle_writer.h"

#include <cstdio>
#include <cstdlib>

#include "fhir/base/temporal.h"
#include "fhir/model/json_writer.h"

namespace gateway::access::rest {

namespace {

// An object that is written member by member.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    open(name);
    fhir::model::appendJsonString(out_, value);
  }
  void raw(std::string_view name, std::string_view json) {
    if (json.empty()) return;
    open(name);
    out_ += json;
  }
  void close() { out_ += '}'; }

 private:
  void open(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  std::string& out_;
  bool first_ = true;
};

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 422: return "Unprocessable Entity";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return {};
  }
}

}  // namespace

BundleWriter::BundleWriter(std::string_view type) : type_(type) {}

void BundleWriter::total(uint64_t count) { total_ = count; }

void BundleWriter::link(std::string_view relation, std::string_view url) {
  if (!links_.empty()) links_ += ',';
  ObjectText link(links_);
  link.text("relation", relation);
  link.text("url", url);
  link.close();
}

void BundleWriter::entry(const BundleEntry& entry) {
  if (!entries_.empty()) entries_ += ',';
  ObjectText out(entries_);
  out.text("fullUrl", entry.full_url);
  out.raw("resource", entry.resource);
  if (!entry.search_mode.empty()) {
    std::string search;
    ObjectText object(search);
    object.text("mode", entry.search_mode);
    object.close();
    out.raw("search", search);
  }
  if (!entry.method.empty()) {
    std::string request;
    ObjectText object(request);
    object.text("method", entry.method);
    object.text("url", entry.url);
    object.close();
    out.raw("request", request);
  }
  if (!entry.status.empty()) {
    std::string response;
    ObjectText object(response);
    object.text("status", entry.status);
    object.text("location", entry.location);
    object.text("etag", entry.etag);
    object.text("lastModified", entry.last_modified);
    object.raw("outcome", entry.outcome);
    object.close();
    out.raw("response", response);
  }
  out.close();
}

std::string BundleWriter::finish() {
  std::string out = R"({"resourceType":"Bundle","type":)";
  out.reserve(out.size() + links_.size() + entries_.size() + 128);
  fhir::model::appendJsonString(out, type_);
  if (total_) out += ",\"total\":" + std::to_string(*total_);
  if (!links_.empty()) out += ",\"link\":[" + links_ + "]";
  if (!entries_.empty()) {
    out += ",\"entry\":[";
    out += entries_;
    out += ']';
  }
  out += '}';
  return out;
}

std::string statusLine(int status) {
  std::string line = std::to_string(status);
  std::string_view phrase = reasonPhrase(status);
  if (!phrase.empty()) {
    line += ' ';
    line += phrase;
  }
  return line;
}

std::string instant(int64_t microseconds, int zone_minutes) {
  auto time = fhir::base::Temporal::fromMicroseconds(microseconds, zone_minutes);
  int away = std::abs(zone_minutes);
  char text[48];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02u:%02u:%02u.%03u%c%02d:%02d", time.year, time.month, time.day,
                time.hour, time.minute, time.second, time.nanosecond / 1'000'000, zone_minutes < 0 ? '-' : '+',
                away / 60, away % 60);
  return text;
}

}  // namespace gateway::access::rest
