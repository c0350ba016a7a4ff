#pragma once
// Every setting that a configuration file may hold; the annotated sample is conf/onecard.yaml (a test compares the
// two).

#include <vector>

#include "gateway/host/settings.h"

namespace gateway::app {

const std::vector<host::Setting>& settingsTable();

}  // namespace gateway::app
