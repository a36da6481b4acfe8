import JSON
import Testing

struct JSONParserTests {
    @Test func `a document of every kind of value parses`() throws {
        let text =
            #" {"a": [1, -2, 0.5, -1e3, 1E+2, 2e-2], "b": {"c": null, "d": true, "e": false}, "f": "g", "": []} "#
        let expected: JSONValue = [
            "a": [1, -2, 0.5, -1000.0, 100.0, 0.02], "b": ["c": nil, "d": true, "e": false], "f": "g", "": [],
        ]
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("-0.0", .number(-0.0)), ("1.0", .number(1)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("123456789012345678901234567890", .number(1.2345678901234568e29)), ("5e-324", .number(.leastNonzeroMagnitude)),
        ("1e-400", .number(0)), ("0.1", .number(0.1)), ("1000000000000000000", .integer(1_000_000_000_000_000_000)),
    ])
    func `a number is an integer where it can be`(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test func `escapes and surrogate pairs in strings are resolved`() throws {
        let value = try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83e\uDD8a é🦊""#)
        #expect(value == "\"\\/\u{8}\u{c}\n\r\tAé🦊 é🦊")
    }

    @Test func `a byte order mark is skipped`() throws {
        #expect(try JSONValue(parsing: [0xef, 0xbb, 0xbf, 0x31]) == 1)
    }

    @Test(arguments: [
        "", " ", "{", "[", "\"", "nul", "nulll", "tru", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5",
        "1e", "1e+", "0x1", "1 2", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}",
        "{\"a\":1 \"b\":2}", "'a'", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"a\u{0}\"", "\"a\nb\"",
        "\"\t\"",
        "[1]]", "{}}", "1,", "// a\n1", "1e999", "-1e999", "\u{a0}1", "]", "\"\\", "\"\\u", "\"\\ud800\\",
    ])
    func `what is not JSON is an error`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        arguments: [
            [0x80], [0xc3], [0xc3, 0x28], [0xe2, 0x82], [0xf0, 0x9f, 0xa6], [0xc0, 0xaf], [0xed, 0xa0, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0xff], [0xf8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func `invalid UTF-8 is an error wherever it stands`(bytes: [UInt8]) {
        for string in [bytes, Array("ab".utf8) + bytes + Array("c".utf8), Array("\\n".utf8) + bytes] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + string + [0x22]) }
        }
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test func `nesting is limited`() throws {
        let limit = JSONValue.depthLimit
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = String(repeating: open, count: limit) + "1" + String(repeating: close, count: limit)
            #expect(try JSONValue(parsing: deep).serialized() == deep)
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: open + deep + close) }
            #expect(error?.message == "nested deeper than 512 arrays and objects")
        }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: Never.self) { try JSONValue(parsing: "[" + String(repeating: "[],", count: 1000) + "1]") }
    }

    @Test func `an error tells line, column and offset`() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"é🦊\": 1,\n  \"é\" 2\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 7)
        #expect(error?.offset == 24)
        #expect(error.map { "\($0)" } == "line 3, column 7: expected ':' after a key, found '2'")
    }

    @Test func `bytes parse from any collection`() throws {
        #expect(try JSONValue(parsing: Array("x[1]x".utf8)[1..<4]) == [1])
        #expect(try JSONValue(parsing: "[1]".utf8) == [1])
    }

    @Test func `every truncation of a document is an error`() {
        let text = #"{"a":[1,-2.5e3,"x\ud83e\udd8aé🦊\n",{"b":null}],"c":true,"d":{"e":{},"f":[]}}"#
        let bytes = Array(text.utf8)
        #expect(throws: Never.self) { try JSONValue(parsing: bytes) }
        for count in bytes.indices {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes.prefix(count)) }
        }
    }

    @Test func `any value reads back as it was written`() throws {
        var random = SplitMix(seed: 20)
        for _ in 0..<2000 {
            let value = JSONValue.random(&random, depth: 5)
            #expect(try JSONValue(parsing: value.serialized()) == value)
            #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
        }
    }

    @Test func `damaged documents parse or throw`() {
        var random = SplitMix(seed: 21)
        for _ in 0..<5000 {
            var bytes = Array(JSONValue.random(&random, depth: 3).serialized().utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let position = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: position)
                default: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: position)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(throws: Never.self) { try JSONValue(parsing: value.serialized()) }
        }
    }
}
