#include "gateway/host/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace gateway::host {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr off_t kLargestSecret = 64 * 1024;

bool isName(std::string_view name) {
  if (name.empty() || name.size() > 128 || name.front() == '.') return false;
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '_' || c == '-';
    if (!fits) return false;
  }
  return true;
}

std::string environmentName(std::string_view name) {
  std::string variable = "ONECARD_SECRET_";
  for (const char c : name) {
    if (c == '-' || c == '.') {
      variable += '_';
    } else {
      variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return variable;
}

Result<std::string> readSecretFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error{Why::NotFound, "no such secret in the environment or as a file", path};
  struct stat status {};
  std::string text;
  Error error{Why::Invalid, "", path};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    error.what = "a secret must be a plain file";
  } else if ((status.st_mode & S_IROTH) != 0) {
    error.what = "everybody may read this secret file; chmod 0600 it";
  } else if (status.st_size > kLargestSecret) {
    error.what = "a secret may have at most 64 KiB";
  } else {
    text.resize(static_cast<size_t>(status.st_size));
    if (::read(file, text.data(), text.size()) != status.st_size) error.what = "the secret file could not be read";
  }
  ::close(file);
  if (!error.what.empty()) return error;
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

}  // namespace

Result<std::string> Secrets::find(std::string_view name) const {
  if (!isName(name)) return fhir::base::invalid("a secret's name consists of letters, digits, '.', '_' and '-'");
  if (const char* value = std::getenv(environmentName(name).c_str())) return std::string(value);
  return readSecretFile(folder_ + "/" + std::string(name));
}

Result<std::string> withSecrets(std::string_view text, const Secrets& secrets, bool& replaced) {
  constexpr std::string_view kBegin = "${secret:";
  replaced = false;
  std::string out;
  while (!text.empty()) {
    if (text.substr(0, 3) == "$${") {
      out += "${";
      text.remove_prefix(3);
    } else if (text.substr(0, 2) != "${") {
      out += text.front();
      text.remove_prefix(1);
    } else {
      const size_t end = text.find('}');
      if (text.substr(0, kBegin.size()) != kBegin || end == std::string_view::npos) {
        return fhir::base::invalid("only ${secret:name} is replaced here; write $${ for a plain ${");
      }
      ASSIGN_OR_RETURN(const std::string value, secrets.find(text.substr(kBegin.size(), end - kBegin.size())));
      out += value;
      replaced = true;
      text.remove_prefix(end + 1);
    }
  }
  return out;
}

}  // namespace gateway::host
