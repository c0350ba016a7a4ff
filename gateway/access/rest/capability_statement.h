#pragma once
// The CapabilityStatement (R4 3.1.0.9): made from the interaction table, the definitions and the limits, so that it
// states what works and nothing else.

#include <string>

#include "gateway/access/rest/interactions/interactions.h"

namespace gateway::access::rest {

std::string capabilityStatement(const Service& service);

}  // namespace gateway::access::rest
