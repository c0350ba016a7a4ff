#include "tests/demo_county/population.h"

#include <array>
#include <cstdio>

namespace demo_county {

namespace {

const std::array<const char*, 24> kFamily = {"王", "李", "张", "刘", "陈", "杨",   "赵",   "黄",
                                             "周", "吴", "徐", "孙", "胡", "朱",   "高",   "林",
                                             "何", "郭", "马", "罗", "䶮", "欧阳", "司马", "梁"};
const std::array<const char*, 24> kGiven = {"秀英", "建国", "桂兰", "志强", "玉梅", "海涛", "小红", "文斌",
                                            "丽华", "德福", "春燕", "永康", "𠮷祥", "淑珍", "国庆", "雪梅",
                                            "㛃",   "天佑", "凤霞", "大山", "美玲", "俊杰", "翠花", "长生"};

std::string digits(int64_t value, int width) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(value));
  return text;
}

}  // namespace

uint32_t Dice::roll(uint32_t sides) {
  state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<uint32_t>((state_ >> 33) % sides);
}

char idCardCheck(const std::string& digits17) {
  static const int kWeights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (int i = 0; i < 17; ++i) sum += (digits17[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11];
}

std::vector<Person> population(size_t count) {
  std::vector<Person> people;
  Dice dice(20250306);
  for (size_t i = 0; i < count; ++i) {
    Person person;
    person.name = std::string(kFamily[dice.roll(kFamily.size())]) + kGiven[dice.roll(kGiven.size())];
    person.year = 1935 + static_cast<int>(dice.roll(80));
    person.month = 1 + static_cast<int>(dice.roll(12));
    person.day = 1 + static_cast<int>(dice.roll(28));
    int serial = 100 + static_cast<int>(dice.roll(900));
    person.sex = serial % 2 == 1 ? '1' : '2';
    std::string first17 =
        "990121" + digits(person.year, 4) + digits(person.month, 2) + digits(person.day, 2) + digits(serial, 3);
    person.id_card = first17 + idCardCheck(first17);
    person.phone = "139" + digits(10'000'000 + dice.roll(89'999'999), 8);
    person.township_number = digits(123'456 + static_cast<int64_t>(i), 9);
    person.county_number = digits(8'812'345 + static_cast<int64_t>(i), 7);
    uint32_t where = dice.roll(10);
    person.township = where < 6 || i % 3 == 0;
    person.county = where >= 3 || i % 4 == 0;
    person.village = where % 3 == 0;
    people.push_back(person);
  }
  Person& first = people.front();
  first = Person{"李秀英",      '2',         1976,      8,    25,   "990121197608254024",
                 "13900000001", "000123456", "8812345", true, true, true};
  return people;
}

}  // namespace demo_county
