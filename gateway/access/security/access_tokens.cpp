#include "gateway/access/security/access_tokens.h"

#include <utility>

namespace gateway::access::security {

using fhir::base::Error;
using fhir::base::Why;
using record::search::Rights;

namespace {

constexpr std::string_view kScheme = "bearer ";

bool hasBearerScheme(std::string_view header) {
  if (header.size() < kScheme.size()) return false;
  for (size_t i = 0; i < kScheme.size(); ++i) {
    char c = header[i] >= 'A' && header[i] <= 'Z' ? static_cast<char>(header[i] + 32) : header[i];
    if (c != kScheme[i]) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Digests are compared, so how long this takes tells nothing about the tokens.
bool equal(const fhir::base::Sha256& a, const fhir::base::Sha256& b) {
  uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace

AccessTokens::AccessTokens(std::vector<AccessToken> tokens, WithoutToken without_token, std::string reason)
    : without_token_(without_token), reason_(std::move(reason)) {
  for (auto& token : tokens) entries_.push_back({fhir::base::sha256(token.token), std::move(token.patient_ids)});
}

fhir::base::Result<Rights> AccessTokens::rightsOf(const host::HttpRequest& request) const {
  size_t given = 0;
  std::string_view header;
  for (const auto& [name, value] : request.headers) {
    if (name != "authorization") continue;
    header = value;
    ++given;
  }
  if (given == 0) {
    if (without_token_ == WithoutToken::SeesEverything) return Rights::all(reason_);
    return Error{Why::Forbidden, "a bearer token is needed", {}};
  }
  if (given > 1) return Error{Why::Forbidden, "one Authorization header is expected", {}};
  if (!hasBearerScheme(header)) return Error{Why::Forbidden, "Authorization takes a bearer token", {}};
  std::string_view token = trimmed(header.substr(kScheme.size()));
  if (token.empty()) return Error{Why::Forbidden, "a bearer token is needed", {}};
  fhir::base::Sha256 digest = fhir::base::sha256(token);
  const Entry* found = nullptr;
  for (const auto& entry : entries_)
    if (equal(entry.digest, digest)) found = &entry;
  if (found == nullptr) return Error{Why::Forbidden, "this token is not known here", {}};
  return Rights::ofPatients(found->patient_ids);
}

}  // namespace gateway::access::security
