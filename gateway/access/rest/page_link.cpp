#include "gateway/access/rest/page_link.h"

#include <algorithm>
#include <vector>

#include "fhir/base/digest.h"

namespace gateway::access::rest {

namespace {

// Token = base64url(tag, text XOR keystream(tag)), tag = HMAC(key, scope, text): the synthetic-IV construction, so
// equal points give equal tokens and no random numbers are needed. The tag is cut to 128 bits.
constexpr size_t kTag = 16;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64Url(std::string_view bytes) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (unsigned char byte : bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[(bits >> (count - 6)) & 63];
  }
  if (count > 0) out += kAlphabet[(bits << (6 - count)) & 63];
  return out;
}

fhir::base::Result<std::string> fromBase64Url(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return fhir::base::invalid("this page link is damaged", "http._page");
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 255);
    }
  }
  return out;
}

void appendNumber(std::string& out, uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 255);
}

uint64_t takeNumber(std::string_view& text) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8 && i < text.size(); ++i) number = (number << 8) | static_cast<unsigned char>(text[i]);
  text.remove_prefix(std::min<size_t>(8, text.size()));
  return number;
}

constexpr char kSequence = 's';
constexpr char kMoment = 'm';

std::string_view bytesOf(const fhir::base::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string tagOf(std::string_view key, std::string_view scope, std::string_view text) {
  std::string message = "page";
  appendNumber(message, scope.size());
  message += scope;
  message += text;
  return std::string(bytesOf(fhir::base::hmacSha256(key, message)).substr(0, kTag));
}

std::string crossed(std::string_view key, std::string_view tag, std::string_view text) {
  std::string out(text);
  for (size_t block = 0; block * 32 < text.size(); ++block) {
    std::string message = "stream";
    message += tag;
    appendNumber(message, block);
    auto stream = fhir::base::hmacSha256(key, message);
    for (size_t i = 0; i < 32 && block * 32 + i < text.size(); ++i)
      out[block * 32 + i] = static_cast<char>(out[block * 32 + i] ^ stream[i]);
  }
  return out;
}

bool equalInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

std::string pageScope(std::string_view path_and_query, const record::search::Rights& rights) {
  std::string scope(path_and_query);
  if (rights.unrestricted()) return scope;
  std::vector<std::string> patients = rights.patients();
  std::sort(patients.begin(), patients.end());
  for (const auto& patient : patients) {
    scope += '\x1f';
    scope += patient;
  }
  return scope;
}

std::string pageToken(std::string_view signing_key, std::string_view scope, const PagePoint& point) {
  std::string text;
  if (const auto* sequence = std::get_if<uint64_t>(&point.as_of)) {
    text = kSequence;
    appendNumber(text, *sequence);
  } else {
    const auto& moment = std::get<record::store::Moment>(point.as_of);
    text = kMoment;
    appendNumber(text, static_cast<uint64_t>(moment.last_updated));
    appendNumber(text, moment.place);
  }
  text += point.after_key;
  std::string tag = tagOf(signing_key, scope, text);
  return base64Url(tag + crossed(signing_key, tag, text));
}

fhir::base::Result<PagePoint> readPageToken(std::string_view signing_key, std::string_view scope,
                                            std::string_view token) {
  constexpr size_t kMost = 4096;
  if (token.size() > kMost) return fhir::base::invalid("this page link is damaged", "http._page");
  ASSIGN_OR_RETURN(std::string bytes, fromBase64Url(token));
  if (bytes.size() < kTag + 8) return fhir::base::invalid("this page link is damaged", "http._page");
  std::string_view tag = std::string_view(bytes).substr(0, kTag);
  std::string text = crossed(signing_key, tag, std::string_view(bytes).substr(kTag));
  if (!equalInConstantTime(tag, tagOf(signing_key, scope, text)))
    return fhir::base::invalid("this page link is damaged, or belongs to another query or caller", "http._page");
  // The tag says that the rest is as pageToken() wrote it.
  PagePoint point;
  std::string_view rest = std::string_view(text).substr(1);
  uint64_t number = takeNumber(rest);
  if (text[0] == kSequence) {
    point.as_of = number;
  } else {
    point.as_of = record::store::Moment{static_cast<int64_t>(number), static_cast<uint32_t>(takeNumber(rest))};
  }
  point.after_key = rest;
  return point;
}

}  // namespace gateway::access::rest
