#include "gateway/access/rest/interactions/interactions.h"

namespace gateway::access::rest::interactions {

// capabilities (R4 3.1.0.9)
Answer capabilities(const Service& service, const Call&) {
  Answer answer;
  answer.resource = service.capability_statement;
  return answer;
}

}  // namespace gateway::access::rest::interactions
