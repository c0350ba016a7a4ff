#pragma once
// AccessTokens: bearer tokens (RFC 6750) from the configuration -> Rights. A small fixed table for trials and for
// one real restriction, a set of Patients; token issuers come with SMART. Immutable and thread-safe. Tokens are kept
// as SHA-256, so that a memory dump or a log of this object tells none.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/digest.h"
#include "fhir/base/result.h"
#include "gateway/host/http_server.h"
#include "gateway/record/search/rights.h"

namespace gateway::access::security {

struct AccessToken {
  std::string token;
  std::vector<std::string> patient_ids;  // whose compartments may be read; empty: nobody's
};

class AccessTokens {
 public:
  enum class WithoutToken {
    Refuse,          // 401
    SeesEverything,  // reads and writes everything: trials on loopback only
  };
  // `reason` is logged with what is done without a token: "authorization is off in conf/demo.yaml".
  AccessTokens(std::vector<AccessToken> tokens, WithoutToken without_token, std::string reason);

  // Why::Forbidden when the caller is nobody known: an unknown token, another scheme, or none where one is needed.
  fhir::base::Result<record::search::Rights> rightsOf(const host::HttpRequest& request) const;

 private:
  struct Entry {
    fhir::base::Sha256 digest;
    std::vector<std::string> patient_ids;
  };
  std::vector<Entry> entries_;
  WithoutToken without_token_;
  std::string reason_;
};

}  // namespace gateway::access::security
