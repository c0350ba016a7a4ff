#include "tests/demo_county/messages.h"

#include <cstdio>

#include "mappings/source/encodings.h"

namespace demo_county {

namespace {

std::string two(int value) {
  char text[8];
  std::snprintf(text, sizeof text, "%02d", value);
  return text;
}

std::string dateOf(const Person& p) { return std::to_string(p.year) + two(p.month) + two(p.day); }

std::string encoded(const std::string& text, const char* encoding) {
  auto result = mappings::source::encode(text, encoding);
  return result.ok() ? std::move(result).value() : text;
}

// ---- layout A: the township centre's HIS pushes registrations by SOAP -------------------------------------------

std::string registration(const Person& p, size_t number, const std::string& institution) {
  static const char* kAllergies[] = {"青霉素", "无", "头孢类", "NULL", "磺胺", "不详"};
  Dice dice(number * 77 + 5);
  std::string day = two(1 + static_cast<int>(number % 28));
  std::string time = two(8 + static_cast<int>(number % 9)) + two(static_cast<int>(number * 7 % 60)) + "28";
  std::string readable = "2025-03-" + day + " " + time.substr(0, 2) + ":" + time.substr(2, 2) + ":28";
  // Vendors leave blanks behind names and write the check character in lower case.
  std::string id = p.id_card;
  if (number % 5 == 1 && id.back() == 'X') id.back() = 'x';
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<REQUEST><HEAD><JYDM>BR001</JYDM><JGDM>" + institution +
      "</JGDM><CZYGH>0312</CZYGH><JYSJ>202503" + day + time + "</JYSJ><JYLSH>" + std::to_string(10000000 + number) +
      "</JYLSH></HEAD>\n<BODY><BRXX><BRID>" + p.township_number + "</BRID><MZHM>202503" + day +
      std::to_string(100000 + number).substr(1) + "</MZHM><JZKH>A" + std::to_string(10000000 + number).substr(1) +
      "</JZKH><KLX>04</KLX>\n<XM>" + p.name + (number % 4 == 0 ? " " : "") + "</XM><XB>" + p.sex + "</XB><CSRQ>" +
      dateOf(p) + "</CSRQ><ZJLB>01</ZJLB><SFZH>" + id +
      "</SFZH>\n<MZ>01</MZ><HYZK>20</HYZK><GJ>CN</GJ><ZYDM></ZYDM>" + "<ABO>2</ABO><RH>1</RH><GMYW>" +
      kAllergies[dice.roll(6)] + "</GMYW>\n<XZZ_SQS>安和省</XZZ_SQS><XZZ_S>云溪市" +
      "</XZZ_S><XZZ_X>青石县</XZZ_X><XZZ_QTDZ>城关镇柳树村" + std::to_string(1 + number % 9) +
      "组</XZZ_QTDZ><XZQH>990121100203</XZQH>\n<LXDH>" + p.phone +
      "</LXDH><LXRM>王建国</LXRM><LXGX>配偶</LXGX><LXRDH>13900000002</LXRDH>\n<YBLX>城乡居民</YBLX><YBKH></YBKH>" +
      "<JKDAH>990121100203" + std::to_string(100000 + number).substr(1) + "</JKDAH><PKHBZ>" +
      (number % 6 == 0 ? "1" : "0") + "</PKHBZ><DJSJ>" + readable + "</DJSJ></BRXX></BODY></REQUEST>";
  return "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\n"
         "<CallService xmlns=\"http://tempuri.org/\"><jydm>BR001</jydm><inXml><![CDATA[" +
         xml + "]]></inXml></CallService></soap:Body></soap:Envelope>";
}

// ---- layout C: the county hospital's laboratory sends ORU^R01 over MLLP -----------------------------------------

struct Item {
  const char* code;
  const char* name;
  const char* unit;
  const char* range;
  int low, high;  // of the values drawn, in tenths
};

constexpr Item kItems[] = {
    {"WBC", "白细胞计数", "10^9/L", "3.5--9.5", 20, 140},
    {"HGB", "血红蛋白", "g/L", "115-150", 800, 1700},
    {"PLT", "血小板计数", "10*9/L", "125～350", 200, 4500},
    {"GLU", "葡萄糖", "mmol/L", "3.9-6.1", 30, 120},
    {"ALT", "丙氨酸氨基转移酶", "U/L", "≤40", 50, 900},
    {"CRE", "肌酐", "μmol/L", "41-81", 300, 1500},
    {"K", "钾", "mmol/L", "3.5-5.3", 28, 62},
    {"CRP", "C反应蛋白", "mg/L", "0-10", 1, 300},
};

std::string tenths(int value) { return std::to_string(value / 10) + "." + std::to_string(value % 10); }

std::string observation(size_t set_id, const Item& item, Dice& dice, const std::string& when) {
  int value = item.low + static_cast<int>(dice.roll(static_cast<uint32_t>(item.high - item.low)));
  std::string text = tenths(value);
  if (dice.roll(12) == 0) text = "<" + tenths(item.low);
  return "OBX|" + std::to_string(set_id) + "|NM|" + item.code + "^" + item.name + "^L||" + text + "|" + item.unit +
         "|" + item.range + "||||F|||" + when + "||2071\r";
}

// The laboratory message of the documentation, word for word.
std::string firstReport() {
  return "MSH|^~\\&|LIS|青石县人民医院|MHUB|QSX|20250306113005||ORU^R01|LIS250306000912|P|2.4|||AL|NE|CHN|GB18030\r"
         "PID|1||8812345^^^HIS^PI~990121197608254024^^^^NNCHN||李秀英||19760825|F|||青石县城关镇||13900000001\r"
         "PV1|1|O|0301^^^内科门诊||||||||||||||||MZ20250306000871\r"
         "ORC|RE|SQ2503060031|BG2503060455||CM\r"
         "OBR|1|SQ2503060031|BG2503060455|XCG^血常规(五分类)^L|||20250306090512|||||||20250306092200|静脉血^全血|"
         "1027^"
         "周明||||||20250306112830|||F||||||||2066^陈立&&审核\r"
         "OBX|1|NM|WBC^白细胞计数^L||11.32|10^9/L|3.5--9.5|↑|||F|||20250306112500||2071\r"
         "OBX|2|NM|HGB^血红蛋白^L||98|g/L|115-150|L|||F\r"
         "OBX|3|NM|PLT^血小板计数^L||<5|10*9/L|125～350|LL|||F\r"
         "OBX|4|ST|HBsAg^乙肝表面抗原^L||阴性(-)||阴性|N|||F\r"
         "OBX|5|NM|CRP^C反应蛋白^L||*|mg/L|0-10||||X\r"
         "NTE|1||鄂HR ★WBC ★HGB|\r";
}

std::string report(const Person& p, size_t number) {
  Dice dice(number * 31 + 7);
  std::string day = "202503" + two(1 + static_cast<int>(number % 28));
  int hour = 8 + static_cast<int>(number % 8);
  std::string minute = two(static_cast<int>(number * 13 % 60));
  std::string drawn = day + two(hour) + minute + "12", received = day + two(hour) + minute + "50";
  std::string issued = day + two(hour + 2) + minute + "30", sent = day + two(hour + 2) + minute + "59";
  std::string serial = std::to_string(1000000 + number).substr(1);
  std::string order = "SQ" + day.substr(2) + serial, filler = "BG" + day.substr(2) + serial;
  std::string text = "MSH|^~\\&|LIS|青石县人民医院|MHUB|QSX|" + sent + "||ORU^R01|LIS" + day.substr(2) + serial +
                     "|P|2.4|||AL|NE|CHN|GB18030\rPID|1||" + p.county_number + "^^^HIS^PI~" + p.id_card +
                     "^^^^NNCHN||" + p.name + "||" + dateOf(p) + "|" + (p.sex == '1' ? "M" : "F") +
                     "|||青石县城关镇||" + p.phone + "\rPV1|1|O|0301^^^内科门诊||||||||||||||||MZ" + day + serial +
                     "\rORC|RE|" + order + "|" + filler + "||CM\rOBR|1|" + order + "|" + filler +
                     "|SHQ^生化全套^L|||" + drawn + "|||||||" + received + "|静脉血^血清|1027^周明||||||" + issued +
                     "|||F||||||||2066^陈立&&审核\r";
  size_t items = 3 + dice.roll(6);
  for (size_t i = 0; i < items; ++i) text += observation(i + 1, kItems[i], dice, issued);
  if (number % 3 == 0) text += "NTE|1||鄂HR ★WBC|\r";
  return text;
}

// ---- layout G: the village clinic drops spreadsheets ------------------------------------------------------------

const char* kHeader = "序号,姓名,性别,身份证号,随访日期,收缩压,舒张压,体重,服药,下次随访,备注\r\n";

std::string followUp(const Person& p, size_t row, size_t file, bool scientific) {
  static const char* kTaking[] = {"规律", "间断", "不服药"};
  Dice dice(file * 1009 + row * 31);
  int month = 1 + static_cast<int>(file % 12), day = 1 + static_cast<int>((row * 3 + file) % 28);
  std::string name = p.name, id = (row % 2 == 0 ? "'" : "") + p.id_card;
  if (row % 5 == 3) name = "\"" + name + (p.sex == '2' ? "(女)" : "(男)") + "\"";
  if (scientific) id = "9.90121E+17";
  std::string date = "2025/" + std::to_string(month) + "/" + std::to_string(day);
  std::string next = "2025-" + std::to_string(1 + month % 12) + "-" + std::to_string(day);
  return std::to_string(row + 1) + "," + name + "," + (p.sex == '1' ? "男" : "女") + "," + id + "," + date + "," +
         std::to_string(110 + dice.roll(70)) + "," + std::to_string(60 + dice.roll(45)) + "," +
         std::to_string(45 + dice.roll(45)) + (row % 3 == 0 ? "kg" : "") + "," + kTaking[dice.roll(3)] + "," + next +
         "," + (row % 7 == 0 ? "\"头晕,建议转诊\"" : "") + "\r\n";
}

void addFiles(const std::vector<const Person*>& people, Feed& feed) {
  constexpr size_t kFiles = 40, kRows = 12;
  for (size_t file = 0; file < kFiles; ++file) {
    std::string text = kHeader;
    for (size_t row = 0; row < kRows; ++row) {
      const Person& p = *people[(file * 7 + row) % people.size()];
      // GBK has no room for the rarest characters, and Excel turns long numbers into 9.90121E+17.
      bool scientific = file % 10 == 4 && row == 5;
      feed.wrong += scientific ? 1 : 0;
      text += followUp(p, row, file, scientific);
    }
    if (file == 11) {
      text += "13,多一列,男,,2025/3/5,140,90,70,规律,2025-6-5,,多余\r\n";
      ++feed.wrong;
    }
    feed.files.emplace_back("followup_" + std::to_string(100 + file) + ".csv", encoded(text, "GB18030"));
  }
}

}  // namespace

Feed feedOf(const std::vector<Person>& people) {
  Feed feed;
  std::vector<const Person*> at_village;
  std::vector<const Person*> at_county;
  size_t number = 0;
  for (const Person& person : people) {
    if (person.township) feed.soap.push_back(registration(person, number, "12990121MB00000116"));
    if (person.county) at_county.push_back(&person);
    if (person.village) at_village.push_back(&person);
    ++number;
  }
  feed.soap.push_back(registration(people[1], number, "0000"));  // an institution nobody knows
  ++feed.wrong;
  feed.hl7.push_back(encoded(firstReport(), "GB18030"));
  for (size_t i = 0; i < 800; ++i)
    feed.hl7.push_back(encoded(report(*at_county[i % at_county.size()], i + 1), "GB18030"));
  std::string headless = report(people[2], 900);  // no PID
  size_t pid = headless.find("PID|");
  headless.erase(pid, headless.find('\r', pid) + 1 - pid);
  feed.hl7.push_back(encoded(headless, "GB18030"));
  ++feed.wrong;
  addFiles(at_village, feed);
  return feed;
}

}  // namespace demo_county
