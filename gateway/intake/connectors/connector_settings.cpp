#include <algorithm>

#include "gateway/host/settings.h"
#include "gateway/intake/connectors/runner.h"

namespace gateway::intake {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using host::SettingKind;

namespace {

SettingKind kindOf(onecard_setting_kind kind) {
  switch (kind) {
    case ONECARD_TEXT: return SettingKind::Text;
    case ONECARD_INTEGER: return SettingKind::Integer;
    case ONECARD_DURATION: return SettingKind::Duration;
    case ONECARD_BYTES: return SettingKind::Bytes;
    case ONECARD_CHOICE: return SettingKind::Choice;
    case ONECARD_PATH: return SettingKind::Path;
  }
  return SettingKind::Text;
}

std::string passedOn(const onecard_setting& setting, const host::SettingValue& value,
                     const std::string& data_folder) {
  switch (setting.kind) {
    case ONECARD_INTEGER:
    case ONECARD_DURATION:
    case ONECARD_BYTES: return std::to_string(value.number);
    case ONECARD_PATH:
      return value.text.empty() || value.text[0] == '/' ? value.text : data_folder + "/" + value.text;
    default: return value.text;
  }
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> checkedSettings(const onecard_connector& connector,
                                                                         const std::vector<ConnectorSetting>& given,
                                                                         const std::string& data_folder) {
  std::vector<std::string> known;
  for (size_t i = 0; i < connector.setting_count; ++i) known.emplace_back(connector.settings[i].name);
  for (const auto& setting : given) {
    if (std::find(known.begin(), known.end(), setting.name) != known.end()) continue;
    std::string nearest = host::nearestKey(setting.name, known);
    return Error{Why::Invalid,
                 "connector " + std::string(connector.name) + " has no setting " + setting.name +
                     (nearest.empty() ? std::string() : "; did you mean " + nearest + "?"),
                 setting.where};
  }
  std::vector<std::pair<std::string, std::string>> checked;
  for (size_t i = 0; i < connector.setting_count; ++i) {
    const onecard_setting& setting = connector.settings[i];
    auto found = std::find_if(given.begin(), given.end(), [&](const auto& s) { return s.name == setting.name; });
    host::SettingValue written;
    if (found != given.end()) {
      written.text = found->value;
      written.where = found->where;
    } else if (setting.default_value != nullptr) {
      written.text = setting.default_value;
      written.where = "default";
    } else {
      return Error{Why::Invalid, "connector " + std::string(connector.name) + " needs the setting " + setting.name,
                   given.empty() ? std::string() : given.front().where};
    }
    host::Setting declared;
    declared.key = setting.name;
    declared.kind = kindOf(setting.kind);
    declared.choices = setting.choices == nullptr ? "" : setting.choices;
    declared.text = setting.text;
    if (setting.kind != ONECARD_PATH && setting.kind != ONECARD_TEXT) {
      ASSIGN_OR_RETURN(written, host::checkSetting(declared, std::move(written)));
    }
    checked.emplace_back(setting.name, passedOn(setting, written, data_folder));
  }
  return checked;
}

}  // namespace gateway::intake
