#pragma once
// Each function adds its sub-commands to the application; when one runs it leaves its exit code behind.

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace gateway::cli {

void addServe(CLI::App& app, int& exit_code);           // serve
void addCheckConfig(CLI::App& app, int& exit_code);     // check-config
void addRecordCommands(CLI::App& app, int& exit_code);  // inbox, trace, dump, reindex, status
void addFhirpath(CLI::App& app, int& exit_code);        // fhirpath
// The words of the command line with the expression of `fhirpath` behind "--" where it begins with a minus.
std::vector<std::string> withExpressionApart(std::vector<std::string> words);
void addConvert(CLI::App& app, int& exit_code);      // convert
void addValidate(CLI::App& app, int& exit_code);     // validate
void addSnapshot(CLI::App& app, int& exit_code);     // snapshot
void addMapCommands(CLI::App& app, int& exit_code);  // map, code-map (map.cpp)
void addView(CLI::App& app, int& exit_code);         // view
void addPatch(CLI::App& app, int& exit_code);        // patch
void addTerminology(CLI::App& app, int& exit_code);  // terminology (terminology.cpp)
void addCodeSystem(CLI::App& app, int& exit_code);   // code-system import (code_system.cpp)

// Options that every command on a data directory has. The vector and strings must outlive the parse.
struct ConfigOptions {
  std::string config = "conf/demo.yaml";
  std::string data;  // empty: the setting `data`
  std::vector<std::string> overrides;
};
void addConfigOptions(CLI::App& command, ConfigOptions& options, bool config_required);

// All of standard input.
std::string readStandardInput();

}  // namespace gateway::cli
