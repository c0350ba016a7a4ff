#include "fhir/model/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "fhir/model/canonical_index.h"
#include "made_package.h"

namespace fhir::model {
namespace {

using base::Why;
using testing::HasSubstr;

Package readGood(const std::string& tgz) {
  auto package = Package::read(tgz);
  EXPECT_TRUE(package) << package.error().text();
  return std::move(package).value();
}

void expectRefused(const std::string& tgz, Why why, std::string_view reason, const PackageLimits& limits = {}) {
  auto package = Package::read(tgz, limits);
  ASSERT_FALSE(package) << "nobody refused it: " << reason;
  EXPECT_EQ(package.error().why, why) << package.error().text();
  EXPECT_THAT(package.error().text(), HasSubstr(std::string(reason)));
}

long peakMemory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;  // KiB
}

TEST(Package, gives_its_files_and_what_its_manifest_says) {
  TarBytes tar;
  tar.entry("package/", "", '5');
  tar.manifest("cn.county.test", R"(,"canonical":"http://county.example/fhir","fhirVersions":["4.0.1"],
    "dependencies":{"hl7.fhir.r4.core":"4.0.1","hl7.terminology.r4":"5.x"})");
  tar.entry("./package/ValueSet-a.json", "{}");
  Package package = readGood(gzip(tar.end()));
  EXPECT_EQ(package.name(), "cn.county.test");
  EXPECT_EQ(package.version(), "1.2.0");
  EXPECT_EQ(package.canonical(), "http://county.example/fhir");
  EXPECT_THAT(package.fhirVersions(), testing::ElementsAre("4.0.1"));
  ASSERT_EQ(package.dependencies().size(), 2u);
  EXPECT_EQ(package.dependencies()[1].name, "hl7.terminology.r4");
  EXPECT_EQ(package.dependencies()[1].version, "5.x");
  ASSERT_TRUE(package.file("package/ValueSet-a.json"));
  EXPECT_EQ(package.file("package/ValueSet-a.json")->bytes, "{}");
  EXPECT_FALSE(package.file("package"));
}

TEST(Package, reads_long_names_of_pax_and_gnu) {
  std::string long_name = "package/" + std::string(120, 'a') + ".json", other = "package/" + std::string(110, 'b');
  std::string record = " path=" + long_name + "\n";
  record = std::to_string(record.size() + 3) + record;
  TarBytes tar;
  tar.manifest().entry("PaxHeader/x", record, 'x').entry("package/short", "pax");
  tar.entry("././@LongLink", other + '\0', 'L').entry("package/short", "gnu");
  tar.entry("pax_global_header", "52 comment=0123456789012345678901234567890123456789\n", 'g')
      .entry("package/c", "c");
  Package package = readGood(gzip(tar.end()));
  ASSERT_TRUE(package.file(long_name));
  EXPECT_EQ(package.file(long_name)->bytes, "pax");
  ASSERT_TRUE(package.file(other));
  EXPECT_EQ(package.file(other)->bytes, "gnu");
  EXPECT_TRUE(package.file("package/c"));
}

TEST(Package, refuses_paths_that_lead_elsewhere) {
  auto with = [](std::string_view path) { return gzip(TarBytes().manifest().entry(path, "x").end()); };
  expectRefused(with("../etc/passwd"), Why::Invalid, "leads out of the package");
  expectRefused(with("package/../../x"), Why::Invalid, "leads out of the package");
  expectRefused(with("package/.."), Why::Invalid, "leads out of the package");
  expectRefused(with("/etc/passwd"), Why::Invalid, "absolute");
  expectRefused(with("C:/x"), Why::Invalid, "drive");
  expectRefused(with("package\\..\\x"), Why::Invalid, "backslash");
  expectRefused(with("package//x"), Why::Invalid, "empty part");
  expectRefused(with("package/a\nb"), Why::Invalid, "control character");
  expectRefused(with("package/\xFF"), Why::Invalid, "UTF-8");
  expectRefused(with("a/b/c/d/e/f/g/h/i/j"), Why::TooCostly, "deep");
}

TEST(Package, refuses_links_and_devices) {
  auto with = [](char type) { return gzip(TarBytes().manifest().entry("package/x", "", type, "/etc/passwd").end()); };
  expectRefused(with('2'), Why::Invalid, "links");
  expectRefused(with('1'), Why::Invalid, "links");
  for (char type : {'3', '4', '6'}) expectRefused(with(type), Why::Invalid, "devices");
  expectRefused(with('V'), Why::Invalid, "a kind that packages do not have");
}

TEST(Package, refuses_the_same_name_twice) {
  expectRefused(gzip(TarBytes().manifest().entry("package/a", "1").entry("./package/a", "2").end()), Why::Invalid,
                "twice");
}

TEST(Package, refuses_a_file_that_says_it_has_ten_gigabytes) {
  TarBytes tar;
  tar.manifest().entry("package/zeros", "", '0', "", 8'589'934'591);  // what eleven octal digits can say
  expectRefused(gzip(tar.end()), Why::TooCostly, "larger than");
}

// Ten gigabytes of zeros, as gzip members of 16 MiB each: 10 MB to send.
TEST(Package, refuses_ten_gigabytes_of_zeros_within_little_memory) {
  std::string zeros(16u << 20, '\0'), member = gzip(zeros), bomb;
  TarBytes tar;
  tar.manifest();
  for (int i = 0; i < 5; ++i) tar.entry("package/zeros" + std::to_string(i), "", '0', "", 60ll << 20);
  bomb = gzip(tar.bytes);
  while (bomb.size() < 640 * member.size()) bomb += member;
  zeros = {};
  long before = peakMemory();
  EXPECT_FALSE(Package::read(bomb));
  // All zeros after the archive's end.
  std::string tail = gzip(TarBytes().manifest().end()) + bomb.substr(gzip(tar.bytes).size());
  expectRefused(tail, Why::TooCostly, "follow the archive's end");
  // Many files of zeros, each within its limit.
  TarBytes many;
  many.manifest();
  std::string files = gzip(many.bytes);
  for (int i = 0; i < 10; ++i) {
    TarBytes one;
    one.entry("package/zeros" + std::to_string(i), "", '0', "", 16ll << 20);
    files += gzip(one.bytes) + member;
  }
  PackageLimits limits;
  limits.total_bytes = 64u << 20;
  expectRefused(files, Why::TooCostly, "the files are larger than", limits);
  EXPECT_LT(peakMemory() - before, 600 * 1024) << "KiB";
}

TEST(Package, refuses_a_hundred_thousand_entries) {
  TarBytes tar;
  tar.manifest();
  tar.bytes.reserve(60u << 20);
  for (int i = 0; i < 100'000; ++i) tar.entry("package/" + std::to_string(i), "");
  expectRefused(gzip(tar.end(), 1), Why::TooCostly, "entries");
}

TEST(Package, refuses_what_is_cut_off_wherever_it_is_cut) {
  std::string good = gzip(TarBytes().manifest().entry("package/a.json", std::string(3000, 'a')).end());
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(Package::read(good.substr(0, size))) << size;
  // Whole gzip, but the tar ends inside a file or without its end.
  std::string tar = TarBytes().manifest().entry("package/a.json", std::string(3000, 'a')).bytes;
  expectRefused(gzip(tar.substr(0, tar.size() - 1024)), Why::Invalid, "cut off");
  expectRefused(gzip(tar), Why::Invalid, "cut off");
}

TEST(Package, refuses_wrong_checksums) {
  std::string good = gzip(TarBytes().manifest().end());
  std::string crc = good;
  crc[crc.size() - 6] ^= 1;
  expectRefused(crc, Why::Invalid, "broken");
  std::string length = good;
  length[length.size() - 1] ^= 1;
  expectRefused(length, Why::Invalid, "broken");
  std::string tar = TarBytes().manifest().end();
  tar[148] ^= 1;
  expectRefused(gzip(tar), Why::Invalid, "checksum");
}

TEST(Package, refuses_what_is_no_package) {
  expectRefused("", Why::Invalid, "cut off");
  expectRefused("PK\x03\x04 a zip file", Why::Invalid, "not gzip");
  expectRefused(gzip("not a tar file"), Why::Invalid, "cut off");
  expectRefused(gzip(TarBytes().entry("package/a.json", "{}").end()), Why::Invalid, "package.json");
  expectRefused(gzip(TarBytes().entry("package/package.json", "{").end()), Why::Invalid, "package/package.json:1");
  expectRefused(gzip(TarBytes().entry("package/package.json", "{}").end()), Why::Invalid, "name and a version");
  TarBytes pax;
  pax.manifest().entry("x", "99 path=short\n", 'x');
  expectRefused(gzip(pax.end()), Why::Invalid, "pax");
  PackageLimits small;
  small.compressed_bytes = 10;
  expectRefused(gzip(TarBytes().manifest().end()), Why::TooCostly, "larger than 10 bytes", small);
}

TEST(Package, survives_any_changed_byte) {
  std::string tar = TarBytes().manifest().entry("package/a.json", "{}").end();
  for (size_t i = 0; i < 1600; ++i) {
    for (char flip : {'\x01', '\x80'}) {
      std::string changed = tar;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      (void)Package::read(gzip(changed, 1));
    }
  }
}

// --- canonical resources ---

std::shared_ptr<const Package> made(std::string_view name, std::string_view more, const TarBytes& files) {
  TarBytes tar = files;
  tar.manifest(name, more);
  return std::make_shared<const Package>(readGood(gzip(tar.end())));
}

TEST(CanonicalIndex, finds_resources_by_url_and_version) {
  TarBytes files;
  files.entry("package/a.json",
              R"({"resourceType":"ValueSet","url":"http://x/vs","version":"1.9.0","compose":{"x":{"url":"no"}}})");
  files.entry("package/b.json",
              R"({"resourceType":"ValueSet","url":"http://x/vs","version":"1.10.2","status":"active"})");
  files.entry("package/c.json", R"({"resourceType":"CodeSystem","url":"http://x/vs"})");
  files.entry("package/example/d.json", R"({"resourceType":"ValueSet","url":"http://x/example"})");
  files.entry("package/p.json", R"({"resourceType":"Patient"})");
  CanonicalIndex index;
  base::Findings findings;
  index.add(made("a", "", files), findings);
  EXPECT_TRUE(findings.empty());
  ASSERT_TRUE(index.find("ValueSet", "http://x/vs"));
  EXPECT_EQ(index.find("ValueSet", "http://x/vs")->version, "1.10.2");
  EXPECT_EQ(index.find("ValueSet", "http://x/vs|1.9.0")->origin, "a#1.2.0/package/a.json");
  EXPECT_EQ(index.find("ValueSet", "http://x/vs|1.10")->version, "1.10.2");
  EXPECT_FALSE(index.find("ValueSet", "http://x/vs|1.1"));
  EXPECT_EQ(index.find("CodeSystem", "http://x/vs")->origin, "a#1.2.0/package/c.json");
  EXPECT_FALSE(index.find("ValueSet", "http://x/example"));
  EXPECT_EQ(index.all("ValueSet").size(), 2u);
}

TEST(CanonicalIndex, says_what_it_cannot_read_and_what_is_there_twice) {
  TarBytes files;
  files.entry("package/a.json", R"({"resourceType":"ValueSet","url":"http://x/vs","version":"1"})");
  files.entry("package/b.json", "{\"resourceType\":");
  CanonicalIndex index;
  base::Findings findings;
  index.add(made("a", "", files), findings);
  index.add(made("b", "", files), findings);
  ASSERT_EQ(findings.list().size(), 3u);
  EXPECT_EQ(findings.list()[0].source, "a#1.2.0/package/b.json");
  EXPECT_EQ(findings.list()[1].severity, base::Severity::Information);
  EXPECT_FALSE(index.add(R"({"resourceType":"ValueSet"})", "file.json"));
  EXPECT_FALSE(index.add("{}", "file.json"));
  ASSERT_TRUE(index.add(R"({"resourceType":"ValueSet","url":"http://x/other"})", "file.json"));
  EXPECT_EQ(index.find("ValueSet", "http://x/other")->origin, "file.json");
}

TEST(CanonicalIndex, says_which_dependencies_lack) {
  CanonicalIndex index;
  base::Findings findings;
  index.add(made("a", R"(,"dependencies":{"hl7.fhir.r4.core":"4.0.1","b":"1.2.x","c":"2.0.0","d":"latest"})", {}),
            findings);
  index.add(made("b", "", {}), findings);
  index.add(made("c", "", {}), findings);
  auto lacking = index.lackingDependencies();
  ASSERT_EQ(lacking.size(), 2u);
  EXPECT_EQ(lacking[0].name, "c");
  EXPECT_EQ(lacking[0].version, "2.0.0");
  EXPECT_EQ(lacking[1].name, "d");
}

}  // namespace
}  // namespace fhir::model
