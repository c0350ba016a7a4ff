#pragma once
// Plain HTTP requests by libcurl, as the township centre's system and an app make them.

#include <string>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace demo_county {

struct HttpAnswer {
  long status = 0;
  std::string body;
};

// One keep-alive connection; not thread-safe.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  fhir::base::Result<HttpAnswer> get(const std::string& url);
  fhir::base::Result<HttpAnswer> post(const std::string& url, const std::string& body,
                                      const std::vector<std::string>& headers);

 private:
  fhir::base::Result<HttpAnswer> perform(const std::string& url);
  void* curl_;
};

}  // namespace demo_county
