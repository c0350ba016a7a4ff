// XML and JSON into trees, splitting and unwrapping.

#include <gtest/gtest.h>

#include "mappings/source/encodings.h"
#include "tests/unit/mappings/source/walk.h"

namespace mappings::source {
namespace {

using fhir::base::Why;
using Step = UnwrapStep;

// A registration as a township's system pushes it: GBK in its declaration, UTF-8 in truth.
constexpr const char* kSoap =
    "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\n"
    "<CallService xmlns=\"http://tempuri.org/\"><jydm>BR001</jydm><inXml><![CDATA[<?xml version=\"1.0\" "
    "encoding=\"GBK\"?>\n"
    "<REQUEST><HEAD><JYDM>BR001</JYDM></HEAD>\n"
    "<BODY><BRXX><BRID>000123456</BRID><XM>李秀英 "
    "</XM><ZYDM></ZYDM><GMYW>青霉素</GMYW></BRXX></BODY></REQUEST>]]></inXml>"
    "</CallService></soap:Body></soap:Envelope>";

ReadOptions soapOptions() {
  ReadOptions options = format("xml");
  options.unwrap = {{Step::Kind::Xml, "Envelope.Body.CallService.inXml"}};
  return options;
}

TEST(XmlReader, drops_namespaces_and_keeps_exact_text) {
  const SourceTree tree =
      std::move(readOk("<a:R xmlns:a='urn:x'>\n <b c='1' a:d='2'> x </b>\n <b/><e></e><b>&lt;y&gt;&#x674E;</b></a:R>",
                       format("xml"))
                    .parts[0]
                    .tree);
  EXPECT_EQ(leavesOf(tree), "R.b[0]= x \nR.b[0].@c=1\nR.b[0].@d=2\nR.b[2]=<y>李\n");
  EXPECT_EQ(at(tree, "R.b"), " x |<y>李");
  EXPECT_EQ(at(tree, "R.b.@c"), "1");
  EXPECT_EQ(at(tree, "R.b.@d"), "2");
  EXPECT_EQ(at(tree, "R.e"), "");
  EXPECT_EQ(at(tree, "R"), "-");
}

TEST(XmlReader, joins_the_text_of_mixed_content) {
  const SourceTree tree = std::move(readOk("<p>one <b>two</b> three</p>", format("xml")).parts[0].tree);
  EXPECT_EQ(at(tree, "p"), "one  three");
  EXPECT_EQ(at(tree, "p.b"), "two");
}

TEST(XmlReader, believes_the_transport_before_the_declaration) {
  const std::string declared = "<?xml version='1.0' encoding='GBK'?><a>";
  EXPECT_EQ(at(readOk(declared + "李</a>", format("xml")).parts[0].tree, "a"), "李");
  EXPECT_EQ(at(readOk(declared + "\xC0\xEE</a>", format("xml")).parts[0].tree, "a"), "李");
  ReadOptions utf8 = format("xml");
  utf8.encoding = "UTF-8";
  EXPECT_EQ(at(readOk(declared + "李</a>", utf8).parts[0].tree, "a"), "李");
  EXPECT_EQ(at(readOk("<a>\xC0\xEE</a>", format("xml")).parts[0].tree, "a"), "李");
  EXPECT_EQ(errorOf("<?xml version='1.0' encoding='UTF-8'?><a>\xC0\xEE</a>", format("xml")), "byte 41: not UTF-8");
  EXPECT_EQ(errorOf("<?xml version='1.0' encoding='EBCDIC'?><a>x</a>", format("xml")), "unknown character encoding");
}

TEST(XmlReader, refuses_documents_with_types_and_says_where_others_are_wrong) {
  EXPECT_EQ(errorOf("<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>", format("xml")),
            "line 1 column 1: a document type declaration is not allowed");
  EXPECT_EQ(errorOf("\n\n<a><b></a>", format("xml")), "line 3 column 9: not XML: mismatched tag");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_EQ(readMessage(deep, format("xml")).error().why, Why::TooCostly);
}

TEST(JsonReader, makes_repeats_of_arrays_and_leaves_nulls_out) {
  const SourceTree tree = std::move(
      readOk(
          R"({"code":"200","n":1.50,"t":true,"x":null,"y":"null","z":"","o":{},"zd":[{"b":"I10"},null,{"b":"A\u674e"}]})",
          format("json"))
          .parts[0]
          .tree);
  EXPECT_EQ(leavesOf(tree), "code=200\nn=1.50\nt=true\ny=null\nzd[0].b=I10\nzd[2].b=A李\n");
  EXPECT_EQ(at(tree, "zd"), "-|-");
  EXPECT_EQ(at(tree, "x"), "");
}

TEST(JsonReader, numbers_the_cells_of_arrays_within_arrays) {
  const SourceTree tree = std::move(readOk(R"({"rows":[["a",1],["b",2]]})", format("json")).parts[0].tree);
  EXPECT_EQ(at(tree, "rows.1"), "a|b");
  EXPECT_EQ(leavesOf(tree), "rows[0].1=a\nrows[0].2=1\nrows[1].1=b\nrows[1].2=2\n");
}

TEST(JsonReader, says_where_it_is_wrong) {
  EXPECT_EQ(errorOf("{\"a\":\n[1,}", format("json")), "line 2 column 4: no valid JSON value here");
  EXPECT_EQ(readMessage(std::string(400'000, '['), format("json")).error().why, Why::TooCostly);
  EXPECT_EQ(at(readOk(R"({"v":0.00000000001e-2147483639})", format("json")).parts[0].tree, "v"),
            "0.00000000001e-2147483639");
  ReadOptions few = format("json");
  few.max_records = 3;
  EXPECT_EQ(readMessage("[1,2,3,4,5]", few).error().why, Why::TooCostly);
}

TEST(Split, gives_each_part_the_header_and_its_own_row) {
  const std::string bytes =
      R"({"code":"200","data":{"total":2,"rows":[{"id":"1","zd":[{"b":"x"}]},{"id":"2"}],"page":1}})";
  ReadOptions options = format("json");
  options.split = "data.rows";
  const ReadMessage message = readOk(bytes, options);
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(leavesOf(message.parts[0].tree),
            "code=200\ndata.total=2\ndata.rows[0].id=1\ndata.rows[0].zd[0].b=x\ndata.page=1\n");
  EXPECT_EQ(leavesOf(message.parts[1].tree), "code=200\ndata.total=2\ndata.rows[1].id=2\ndata.page=1\n");
  EXPECT_EQ(bytes.substr(message.parts[1].offset, message.parts[1].length), R"({"id":"2"})");
  EXPECT_EQ(errorOf(R"({"data":{"rows":[]}})", options), "there is nothing at data.rows");
}

TEST(Split, takes_a_whole_array_apart) {
  const ReadMessage message = readOk(R"([{"a":1},{"a":2}])", format("json"));
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(at(message.parts[0].tree, "a"), "1");
  EXPECT_EQ(at(message.parts[1].tree, "a"), "2");
  EXPECT_EQ(readOk(R"({"item":[{"a":1},{"a":2}]})", format("json")).parts.size(), 1u);
  EXPECT_EQ(errorOf("[]", format("json")), "an empty array");
}

TEST(Split, works_on_XML_and_holds_the_limit) {
  ReadOptions options = format("xml");
  options.split = "L.R";
  const ReadMessage message = readOk("<L><h>x</h><R><i>1</i></R><R><i>2</i></R><t>y</t></L>", options);
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(leavesOf(message.parts[1].tree), "L.h=x\nL.R[1].i=2\nL.t=y\n");
  options.max_records = 30;
  EXPECT_EQ(readMessage("<L><h>x</h><R><i>1</i></R><R><i>2</i></R><t>y</t></L>", options).error().why,
            Why::TooCostly);
}

TEST(Unwrap, XML_in_a_string_goes_on_with_the_same_path) {
  const ReadMessage message = readOk(kSoap, soapOptions());
  const SourceTree& tree = message.parts[0].tree;
  EXPECT_EQ(at(tree, "Envelope.Body.CallService.inXml.REQUEST.BODY.BRXX.XM"), "李秀英 ");
  EXPECT_EQ(at(tree, "Envelope.Body.CallService.inXml.REQUEST.BODY.BRXX.ZYDM"), "");
  EXPECT_EQ(at(tree, "Envelope.Body.CallService.jydm"), "BR001");
  EXPECT_EQ(at(tree, "Envelope.Body.CallService.inXml"), "-");
  const auto node = nodesOf(tree, "Envelope.Body.CallService.inXml.REQUEST.BODY.BRXX.GMYW").at(0);
  EXPECT_EQ(tree.placeOf(node), "Envelope.Body.CallService.inXml.REQUEST.BODY.BRXX.GMYW");
  const auto place = SourceTree::navigator().place(node);
  EXPECT_EQ(std::string_view(kSoap).substr(place.offset, place.length), "青霉素");
}

TEST(Unwrap, reads_the_same_from_a_GBK_envelope_and_from_escaped_text) {
  std::string gbk = encode(kSoap, "GBK").value();
  ReadOptions options = soapOptions();
  options.encoding = "GBK";
  const ReadMessage message = readOk(gbk, options);
  const SourceTree& tree = message.parts[0].tree;
  const auto node = nodesOf(tree, "Envelope.Body.CallService.inXml.REQUEST.BODY.BRXX.GMYW").at(0);
  const auto place = SourceTree::navigator().place(node);
  EXPECT_EQ(decode(gbk.substr(place.offset, place.length), "GBK")->text, "青霉素");

  ReadOptions inner = format("xml");
  inner.unwrap = {{Step::Kind::Xml, "a.b"}};
  const std::string escaped = "<a><b>&lt;X&gt;&lt;Y&gt;1&lt;/Y&gt;&lt;/X&gt;</b></a>";
  const SourceTree other = std::move(readOk(escaped, inner).parts[0].tree);
  EXPECT_EQ(at(other, "a.b.X.Y"), "1");
  EXPECT_EQ(SourceTree::navigator().place(nodesOf(other, "a.b.X.Y").at(0)).offset, 6u);
}

// A prescription: JSON in a JSON string in a form in GBK.
TEST(Unwrap, JSON_in_JSON_in_a_form) {
  const std::string json =
      R"({"jgdm":"129","cfxx":"{\"cfhm\":\"77\",\"brxm\":\"李秀英\",\"cfmx\":[{\"zh\":\"1\"},{\"zh\":\"2\"}]}"})";
  const std::string bytes = "appid=QS0012&timestamp=1&sign=6f3d&empty=&param=" + encode(json, "GBK").value();
  ReadOptions options = format("form");
  options.encoding = "GBK";
  options.unwrap = {{Step::Kind::Json, "param"}, {Step::Kind::Json, "param.cfxx"}};
  const ReadMessage message = readOk(bytes, options);
  EXPECT_EQ(message.encoding, "GB18030");
  EXPECT_EQ(leavesOf(message.parts[0].tree),
            "appid=QS0012\ntimestamp=1\nsign=6f3d\nparam.jgdm=129\nparam.cfxx.cfhm=77\nparam.cfxx.brxm=李秀英\n"
            "param.cfxx.cfmx[0].zh=1\nparam.cfxx.cfmx[1].zh=2\n");
  options.split = "param.cfxx.cfmx";
  const ReadMessage split = readOk(bytes, options);
  ASSERT_EQ(split.parts.size(), 2u);
  EXPECT_EQ(at(split.parts[1].tree, "param.cfxx.cfmx.zh"), "2");
  EXPECT_EQ(at(split.parts[1].tree, "param.cfxx.brxm"), "李秀英");
}

TEST(Unwrap, forms_decode_percent_signs_before_characters) {
  const SourceTree tree = std::move(readOk("a=%C0%EE+x%2B&b%5B%5D=1&c", format("form")).parts[0].tree);
  EXPECT_EQ(leavesOf(tree), "a=李 x+\nb[]=1\n");
  EXPECT_EQ(errorOf("a=1&b=%zz", format("form")), "byte 6: % without two hex digits");
  ReadOptions utf8 = format("form");
  utf8.encoding = "UTF-8";
  EXPECT_EQ(errorOf("a=1&b=%C0%EE", utf8), "byte 6: not UTF-8");
}

TEST(Unwrap, base64_gives_way_to_the_next_step) {
  const std::string inner = encode("<?xml version='1.0' encoding='GBK'?><R><x>李</x></R>", "GBK").value();
  ReadOptions options = format("json");
  options.unwrap = {{Step::Kind::Base64, "d"}, {Step::Kind::Xml, "d"}};
  EXPECT_EQ(at(readOk("{\"d\":\"" + fhir::base::base64Encode(inner) + "\"}", options).parts[0].tree, "d.R.x"), "李");
  EXPECT_EQ(errorOf("{\"d\":\"***\"}", options), "d byte 0: not base64");
}

TEST(Unwrap, says_which_payload_is_wrong) {
  const std::string broken = "<a><b><![CDATA[<X><Y>1</X>]]></b></a>";
  ReadOptions options = format("xml");
  options.unwrap = {{Step::Kind::Xml, "a.b"}};
  EXPECT_EQ(errorOf(broken, options), "a.b line 1 column 10: not XML: mismatched tag");
  EXPECT_EQ(errorOf("<a><b><![CDATA[<!DOCTYPE x><x/>]]></b></a>", options),
            "a.b line 1 column 1: a document type declaration is not allowed");
  EXPECT_EQ(at(readOk("<a><c>x</c></a>", options).parts[0].tree, "a.c"), "x");
}

TEST(Unwrap, a_broken_payload_in_one_row_concerns_that_row_only) {
  ReadOptions options = format("json");
  options.split = "rows";
  options.unwrap = {{Step::Kind::Json, "rows.d"}};
  const ReadMessage message =
      readOk(R"({"rows":[{"i":1,"d":"{\"x\":1}"},{"i":2,"d":"{"},{"i":3,"d":"{\"x\":3}"}]})", options);
  ASSERT_EQ(message.parts.size(), 3u);
  EXPECT_FALSE(message.parts[0].error.has_value());
  ASSERT_TRUE(message.parts[1].error.has_value());
  EXPECT_EQ(message.parts[1].error->where, "rows[1].d line 1 column 2");
  EXPECT_EQ(at(message.parts[2].tree, "rows.d.x"), "3");
}

TEST(ReadMessage, takes_NUL_bytes_that_fill_up_fields_for_blanks) {
  const std::string nul(3, '\0');
  EXPECT_EQ(at(readOk("<a><XM>李" + nul + "</XM></a>" + nul, format("xml")).parts[0].tree, "a.XM"), "李   ");
  EXPECT_EQ(at(readOk("{\"a\":\"x" + nul + "\"}" + nul, format("json")).parts[0].tree, "a"), "x   ");
  EXPECT_EQ(at(readOk("MSH|^~\\&|a\rPID|1" + nul + "|2\r" + nul, format("hl7v2")).parts[0].tree, "PID.2"), "2");
  EXPECT_EQ(readOk("a,b\n1,2" + nul + "\n" + nul, format("delimited")).parts.size(), 1u);
}

TEST(ReadMessage, refuses_unknown_formats_and_too_large_messages) {
  EXPECT_EQ(readMessage("x", format("dicom")).error().why, Why::Unsupported);
  ReadOptions small = format("json");
  small.max_bytes = 3;
  EXPECT_EQ(readMessage("[12]", small).error().why, Why::TooCostly);
}

}  // namespace
}  // namespace mappings::source
