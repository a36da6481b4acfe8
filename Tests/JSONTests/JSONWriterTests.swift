import JSON
import Testing

struct JSONWriterTests {
    @Test func `commas come by themselves`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.value(1)
        writer.value("x[")
        writer.null()
        writer.beginArray()
        writer.endArray()
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.key("b:")
        writer.value(true)
        writer.key("c")
        writer.value(["d": 0.5])
        writer.key("e")
        writer.raw("[1,2]".utf8)
        writer.endObject()
        #expect(writer.text == #"{"a":[1,"x[",null,[],{}],"b:":true,"c":{"d":0.5},"e":[1,2]}"#)
    }

    @Test func `quotation marks, backslashes and control characters are escaped, other text is not`() {
        var writer = JSONWriter()
        writer.value("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}🦊")
        #expect(writer.text == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}é\u{2028}🦊\"")
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan])
    func `a number that JSON cannot express is null`(value: Double) {
        #expect(JSONValue.number(value).serialized() == "null")
    }

    @Test func `numbers have the shortest digits that read back`() {
        let value: JSONValue = [
            0.1, 1.0, -0.0, 1e100, .number(.leastNonzeroMagnitude), 1.7976931348623157e308, 123456789.25,
        ]
        #expect(value.serialized() == "[0.1,1.0,-0.0,1e+100,5e-324,1.7976931348623157e+308,123456789.25]")
        #expect(JSONValue.integer(.min).serialized() == "-9223372036854775808")
    }

    @Test func `pretty text has two spaces a level and short empty containers`() {
        let value: JSONValue = ["a": [1, [:]], "b": [], "c": ["d": nil]]
        let expected = """
            {
              "a": [
                1,
                {}
              ],
              "b": [],
              "c": {
                "d": null
              }
            }
            """
        #expect(value.serialized(pretty: true) == expected)
    }

    @Test func `writing appends to what is there`() {
        var bytes = Array("data: ".utf8)
        JSONValue.object(["a": 1]).write(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"data: {"a":1}"#)
    }
}
