// Definitions of others that mean harm, given to the real program. The kernel holds it to 10 seconds of processor
// time and to 1 GiB of addresses; it has to refuse, with the reason, within both.

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "tests/support/gateway_process.h"
#include "tests/unit/fhir/model/made_package.h"

namespace {

using fhir::model::gzip;
using fhir::model::TarBytes;
using support::CommandResult;

class HostileDefinitions : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& bytes) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  CommandResult onecard(const std::vector<std::string>& words) {
    std::vector<std::string> command = {"/bin/sh", "-c", "ulimit -v 1048576; ulimit -t 10; exec \"$0\" \"$@\"",
                                        ONECARD_BINARY};
    command.insert(command.end(), words.begin(), words.end());
    const auto begin = std::chrono::steady_clock::now();
    CommandResult result = support::runCommand(command);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    RecordProperty("milliseconds", static_cast<int>(took.count() * 1000));
    return result;
  }
  // Validation of a patient with the definitions.
  CommandResult validate(const std::string& definitions, const std::string& resource = kPatient) {
    return onecard({"validate", "--package", definitions, file("resource.json", resource)});
  }
  void expectRefused(const std::string& package, const std::string& reason) {
    const CommandResult result = validate(file("package.tgz", package));
    EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
    EXPECT_NE(result.err.find(reason), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("package.tgz"), std::string::npos) << "which package: " << result.err;
  }
  static constexpr const char* kPatient =
      R"({"resourceType":"Patient","id":"p","meta":{"profile":["http://example.org/p"]},"name":[{"family":"x"}]})";

  support::TemporaryFolder folder_;
};

std::string profile(const std::string& type, const std::string& base, const std::string& elements) {
  return R"({"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"draft",)"
         R"("kind":"resource","abstract":false,"type":")" +
         type + R"(","baseDefinition":")" + base +
         R"(","derivation":"constraint","differential":{"element":[{"id":")" + type + R"(","path":")" + type + "\"" +
         elements + "]}}";
}

std::string ofR4(const std::string& type) { return "http://hl7.org/fhir/StructureDefinition/" + type; }

TEST_F(HostileDefinitions, a_path_that_leads_out_of_the_package) {
  expectRefused(gzip(TarBytes().manifest().entry("package/../../etc/cron.d/x", "x").end()), "path");
  expectRefused(gzip(TarBytes().manifest().entry("/etc/passwd", "x").end()), "path");
}

TEST_F(HostileDefinitions, a_symbolic_link) {
  expectRefused(gzip(TarBytes().manifest().entry("package/a.json", "", '2', "/etc/passwd").end()), "link");
}

TEST_F(HostileDefinitions, ten_gigabytes_of_zeros) {
  TarBytes tar;
  tar.manifest().entry("package/zeros", "", '0', "", 8'589'934'591);
  expectRefused(gzip(tar.end()), "larger than");
  // Ten gigabytes that really come: 640 gzip members of 16 MiB in 10 MB, in a file that says 60 MiB.
  TarBytes head;
  head.manifest().entry("package/zeros", "", '0', "", 60ll << 20);
  const std::string member = gzip(std::string(16u << 20, '\0'));
  std::string bomb = gzip(head.bytes);
  for (int i = 0; i < 640; ++i) bomb += member;
  expectRefused(bomb, "archive's end");
}

TEST_F(HostileDefinitions, a_hundred_thousand_entries) {
  TarBytes tar;
  tar.manifest();
  for (int i = 0; i < 100'000; ++i) tar.entry("package/" + std::to_string(i), "");
  expectRefused(gzip(tar.end(), 1), "entries");
}

TEST_F(HostileDefinitions, a_package_that_is_cut_off) {
  const std::string whole = gzip(TarBytes().manifest().entry("package/a.json", std::string(3000, 'a')).end());
  expectRefused(whole.substr(0, whole.size() / 2), "cut off");
}

TEST_F(HostileDefinitions, value_sets_in_a_circle) {
  std::string entries;
  for (const auto& [own, other] : {std::pair<std::string, std::string>{"a", "b"}, {"b", "a"}})
    entries += R"({"resource":{"resourceType":"ValueSet","url":"http://example.org/)" + own +
               R"(","status":"draft","compose":{"include":[{"valueSet":["http://example.org/)" + other +
               R"("]}]}}},)";
  const std::string definitions =
      file("sets.json", R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + R"({"resource":)" +
                            profile("Patient", ofR4("Patient"),
                                    R"(},{"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":)"
                                    R"({"strength":"required","valueSet":"http://example.org/a"}})") +
                            "}]}");
  const CommandResult expanded =
      onecard({"terminology", "expand", "url=http://example.org/a", "--load", definitions});
  // A Bundle is not for the terminology; the two sets alone are.
  EXPECT_EQ(expanded.exit_code, 1) << expanded.out;
  const CommandResult checked = validate(
      definitions, R"({"resourceType":"Patient","meta":{"profile":["http://example.org/p"]},"maritalStatus":)"
                   R"({"coding":[{"system":"http://example.org/s","code":"x"}]}})");
  EXPECT_EQ(checked.exit_code, 0) << "a set that cannot be worked out says nothing: " << checked.out << checked.err;
  for (const char* own : {"a", "b"})
    file(std::string("set_") + own + ".json",
         std::string(R"({"resourceType":"ValueSet","url":"http://example.org/)") + own +
             R"(","status":"draft","compose":{"include":[{"valueSet":["http://example.org/)" +
             (*own == 'a' ? "b" : "a") + R"("]}]}})");
  const CommandResult circle = onecard({"terminology", "expand", "url=http://example.org/a", "--load",
                                        folder_.path() + "/set_a.json", "--load", folder_.path() + "/set_b.json"});
  EXPECT_EQ(circle.exit_code, 1);
  EXPECT_NE(circle.err.find("circle: http://example.org/a -> http://example.org/b -> http://example.org/a"),
            std::string::npos)
      << circle.err;
}

TEST_F(HostileDefinitions, profiles_that_refer_to_themselves) {
  const CommandResult base = validate(file("base.json", profile("Patient", "http://example.org/p", "}")), kPatient);
  EXPECT_NE(base.err.find("its own base"), std::string::npos) << base.err;
  // The profile's contained resources, their contained resources, ... must conform to it.
  const std::string own =
      file("own.json",
           profile("Patient", ofR4("Patient"),
                   R"(},{"id":"Patient.contained","path":"Patient.contained","type":[{"code":"Patient","profile":)"
                   R"(["http://example.org/p"]}]},{"id":"Patient.link.other","path":"Patient.link.other","type":)"
                   R"([{"code":"Reference","targetProfile":["http://example.org/p"]}]})"));
  const CommandResult itself = validate(
      own,
      R"({"resourceType":"Patient","id":"p","meta":{"profile":["http://example.org/p"]},"contained":[)"
      R"({"resourceType":"Patient","id":"c","link":[{"other":{"reference":"#c"},"type":"seealso"},)"
      R"({"other":{"reference":"#"},"type":"seealso"}]}],"link":[{"other":{"reference":"#c"},"type":"seealso"}]})");
  EXPECT_EQ(itself.exit_code, 0) << itself.out << itself.err;
}

TEST_F(HostileDefinitions, invariants_that_never_end) {
  for (const char* expression :
       {"1.repeat($this + 1).empty()", "'x'.repeat($this & $this).empty()",
        "descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants()"
        ".select(%resource.descendants().select(%resource.descendants().select(%resource.descendants()"
        ".select(%resource.descendants())))))))"
        ".count() > 0",
        "(1|2|3|4|5|6|7|8|9|10).aggregate($total & $total & $total & $total & $total & 'xxxxxxxxxxxxxxxxxxxx', 'x')"
        ".matches('(x+x+)+y').not()"}) {
    const CommandResult result = validate(
        file("endless.json", profile("Patient", ofR4("Patient"),
                                     std::string(R"(,"constraint":[{"key":"x-1","severity":"error","human":"x",)"
                                                 R"("expression":")") +
                                         expression + "\"}]}")));
    EXPECT_EQ(result.exit_code, 0) << expression << "\n" << result.out << result.err;
    EXPECT_NE(result.out.find("warning invariant-stopped x-1 could not be evaluated"), std::string::npos)
        << expression << "\n"
        << result.out << result.err;
  }
}

}  // namespace
