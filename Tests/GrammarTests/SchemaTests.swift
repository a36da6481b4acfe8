import JSON
import Testing

@testable import Grammar

@Suite struct SchemaTests {
    private func allows(_ schema: JSONValue, _ text: String, _ reading: SchemaReading = .closed) throws -> Bool {
        try Fixture.allows(.jsonSchema(schema, reading), text)
    }

    private static let person: JSONValue = [
        "type": "object", "title": "Person", "x-order": 1,
        "properties": ["name": ["type": "string"], "age": ["type": "integer"], "notes": ["type": "string"]],
        "required": ["name"],
    ]

    @Test(arguments: [
        (#"{"name":"a","age":1,"notes":"b"}"#, true), (#"{"name":"a"}"#, true), (#"{"name":"a","notes":"b"}"#, true),
        (#"{"age":1,"name":"a"}"#, false), (#"{"age":1}"#, false), (#"{"name":"a","other":1}"#, false),
        (#"{"name":"a",}"#, false), ("{}", false), (#"{"name":"a","name":"b"}"#, false), (#"{"name":1}"#, false),
    ])
    func `members come in the schema's order`(text: String, isAllowed: Bool) throws {
        #expect(try allows(Self.person, text) == isAllowed)
    }

    @Test func `white space is bounded and optional`() throws {
        for text in [
            #"{"name":"a","age":1}"#, #"{"name": "a", "age": 1}"#, "{\n  \"name\": \"a\",\n  \"age\": 1\n}",
            "{\n\t\"name\": \"a\",\n\t\"age\": 1\n}", #"{ "name": "a", "age": 1 }"#,
        ] {
            #expect(try allows(Self.person, text), "\(text)")
            let compact = GrammarSource.jsonSchema(Self.person, .closed, .compact)
            #expect(try Fixture.allows(compact, text) == !text.contains { $0.isWhitespace })
        }
        let wide = String(repeating: " ", count: 41)
        for text in [
            "{\n\n\"name\":\"a\"}", "{\n\(wide)\"name\":\"a\"}", "{  \"name\":\"a\"}", " {\"name\":\"a\"}",
            "{\"name\":\"a\"}\n",
            "{\"name\" :\"a\"}",
        ] {
            #expect(try !allows(Self.person, text), "\(text)")
        }
    }

    @Test func `the open reading allows what the schema does not mention`() throws {
        #expect(try allows(Self.person, #"{"name":"a","other":[1,{"x":null}]}"#, .open))
        #expect(try !allows(Self.person, #"{"name":"a","notes":1}"#, .open))
        #expect(try allows(["properties": ["a": true]], "12", .open))
        #expect(try !allows(["properties": ["a": true]], "12"))
        #expect(try allows(["prefixItems": [["const": 1]]], "[1,2]", .open))
        #expect(try !allows(["prefixItems": [["const": 1]]], "[1,2]"))
    }

    @Test func `other members have names of their own`() throws {
        let schema: JSONValue = [
            "type": "object", "properties": ["ab": ["type": "integer"], "a\"c": true],
            "additionalProperties": ["type": "string"],
        ]
        #expect(try allows(schema, #"{"ab":1,"a":"x","abc":"y","":"z","b\n":"é"}"#))
        #expect(try !allows(schema, #"{"x":"y","ab":"z"}"#))
        #expect(try !allows(schema, #"{"\u0061b":"z"}"#))
        #expect(try !allows(schema, #"{"a\"c":1,"a\"c":"z"}"#))
    }

    @Test func `recursive schemas nest`() throws {
        let schema: JSONValue = [
            "$ref": "#/$defs/node",
            "$defs": [
                "node": [
                    "type": "object",
                    "properties": [
                        "v": ["type": "integer"], "next": ["anyOf": [["$ref": "#/$defs/node"], ["type": "null"]]],
                    ],
                    "required": ["v", "next"],
                ]
            ],
        ]
        let text = (0..<200).reduce("null") { inner, value in #"{"v":\#(value),"next":\#(inner)}"# }
        #expect(try allows(schema, text))
        #expect(try !allows(schema, text + "}"))
        #expect(try !allows(schema, #"{"v":1,"next":{"v":2}}"#))
    }

    @Test func `parts of allOf hold together`() throws {
        let schema: JSONValue = [
            "allOf": [
                ["type": "object", "properties": ["a": ["type": "number", "minimum": 3]], "required": ["a"]],
                ["properties": ["a": ["type": "integer", "maximum": 5], "b": ["type": "string"]]],
            ]
        ]
        #expect(try allows(schema, #"{"a":4,"b":"x"}"#))
        for text in [#"{"a":2}"#, #"{"a":6}"#, #"{"a":4.5}"#, #"{"b":"x"}"#, #"{"a":4,"c":1}"#] {
            #expect(try !allows(schema, text), "\(text)")
        }
    }

    @Test func `branches of oneOf are told apart by a constant`() throws {
        let schema: JSONValue = [
            "oneOf": [
                [
                    "type": "object", "properties": ["kind": ["const": "cat"], "lives": ["type": "integer"]],
                    "required": ["kind"],
                ],
                [
                    "type": "object", "properties": ["kind": ["const": "dog"], "age": ["type": "integer"]],
                    "required": ["kind"],
                ],
                ["type": "null"],
            ],
            "discriminator": ["propertyName": "kind"],
        ]
        for reading in [SchemaReading.open, .closed] {
            #expect(try allows(schema, #"{"kind":"cat","lives":9}"#, reading))
            #expect(try allows(schema, #"{"kind":"dog","age":9}"#, reading))
            #expect(try allows(schema, "null", reading))
        }
        #expect(try !allows(schema, #"{"kind":"dog","lives":9}"#))
    }

    @Test func `numbers keep to their bounds exactly`() throws {
        var generator = SplitMix(state: 3)
        let texts = (0..<400).map { _ -> String in
            let sign = Bool.random(using: &generator) ? "-" : ""
            let whole = Int.random(in: 0...[3, 30, 3000].randomElement(using: &generator)!, using: &generator)
            let places = Int.random(in: 0...3, using: &generator)
            let fraction = (0..<places).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
            return "\(sign)\(whole)\(places > 0 ? "." : "")\(fraction)"
        }
        for _ in 0..<60 {
            func bound() -> JSONValue {
                let value = Int.random(in: -3000...3000, using: &generator)
                let scale = [1, 10, 100, 1000].randomElement(using: &generator)!
                return value % scale == 0 ? .integer(value / scale) : .number(Double(value) / Double(scale))
            }
            var schema: JSONObject = ["type": Bool.random(using: &generator) ? "number" : "integer"]
            for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
            where Int.random(in: 0..<3, using: &generator) == 0 {
                schema[keyword] = bound()
            }
            if schema.count == 1 { schema["minimum"] = bound() }
            if Bool.random(using: &generator) {
                schema["multipleOf"] = [1, 3, 7, 0.5, 0.1, 0.25, 2.5].randomElement(using: &generator)!
            }
            var automaton = try Fixture.automaton(.jsonSchema(.object(schema)))
            for text in texts {
                let number = try Self.decimal(text)
                var range = NumberRange()
                try SchemaNode(pointer: "", members: schema).addBounds(to: &range)
                range.isInteger = schema["type"] == "integer"
                var expected = range.contains(number) == true
                if range.isInteger && text.contains(".") || text.hasPrefix("-") && number.isZero { expected = false }
                automaton?.allow(CompiledGrammar.compileBudget)
                let isAllowed = try automaton?.matches(text.utf8) ?? false
                #expect(isAllowed == expected, "\(text) \(JSONValue.object(schema).serialized())")
            }
        }
    }

    private static func decimal(_ text: String) throws -> DecimalNumber {
        let parts = text.drop { $0 == "-" }.split(separator: ".")
        return DecimalNumber(
            isNegative: text.hasPrefix("-"), integer: parts[0].utf8.map { $0 - 0x30 },
            fraction: parts.count > 1 ? parts[1].utf8.map { $0 - 0x30 } : [])
    }

    @Test func `lengths count code points, escapes as one`() throws {
        let schema: JSONValue = ["type": "string", "minLength": 2, "maxLength": 3]
        for text in [#""ab""#, #""世界é""#, #""🙂\n""#, #""\u00e9\ud83d\ude42""#] {
            #expect(try allows(schema, text), "\(text)")
        }
        for text in [#""a""#, #""abcd""#, #""🙂""#, #""\ud83d\ude42""#, #""\ud83d\n""#, "\"a\nb\""] {
            #expect(try !allows(schema, text), "\(text)")
        }
    }

    @Test func `a schema as pydantic writes it`() throws {
        let schema: JSONValue = [
            "$defs": [
                "Kind": ["enum": ["a", "b"], "title": "Kind", "type": "string"],
                "Step": [
                    "properties": ["text": ["title": "Text", "type": "string"], "kind": ["$ref": "#/$defs/Kind"]],
                    "required": ["text", "kind"], "title": "Step", "type": "object",
                ],
            ],
            "properties": [
                "steps": ["items": ["$ref": "#/$defs/Step"], "title": "Steps", "type": "array"],
                "note": ["anyOf": [["type": "string"], ["type": "null"]], "default": .null, "title": "Note"],
                "extra": ["additionalProperties": ["type": "number"], "title": "Extra", "type": "object"],
                "point": [
                    "maxItems": 2, "minItems": 2, "prefixItems": [["type": "number"], ["type": "integer"]],
                    "type": "array",
                ],
                "when": ["format": "date-time", "title": "When", "type": "string"],
            ],
            "required": ["steps", "point"], "title": "Answer", "type": "object",
        ]
        let text = """
            {"steps": [{"text": "x", "kind": "b"}, {"text": "", "kind": "a"}], "note": null, "extra": {"k": 1.5e3}, \
            "point": [0.5, -3], "when": "2024-02-29T23:59:59.5+01:00"}
            """
        #expect(try allows(schema, text))
        #expect(try allows(schema, #"{"steps":[],"point":[1,2]}"#))
        for (old, new) in [
            ("\"b\"", "\"c\""), ("-3", "-3.5"), ("null", "1"), ("2024", "2023"), ("1.5e3", "\"1\""), ("\"\"", "3"),
        ] {
            #expect(try !allows(schema, text.replacing(old, with: new)), "\(new)")
        }
    }

    @Test func `distinct items of few values`() throws {
        let schema: JSONValue = [
            "type": "array", "uniqueItems": true, "minItems": 1, "items": ["enum": ["a", "b", 1]],
        ]
        #expect(try allows(schema, #"["b", 1, "a"]"#))
        #expect(try !allows(schema, #"["b", "b"]"#))
        #expect(try !allows(schema, "[]"))
    }

    @Test(
        arguments: [
            (["if": true], "'if' at # is not supported"),
            (["properties": ["a/b": ["not": ["type": "null"]]]], "'not' at #/properties/a~1b"),
            (["type": "array", "contains": true], "'contains' at #"), (["minimun": 3], "the keyword 'minimun' at #"),
            (["items": ["unevaluatedProperties": false]], "'unevaluatedProperties' at #/items"),
            (["type": "array", "uniqueItems": true], "'uniqueItems' at #"),
            (["format": "regex"], "'format' at # is not supported with the value \"regex\""),
            (["$ref": "https://example.com/a.json"], "'$ref' at # leads to \"https://example.com/a.json\""),
            (["$ref": "#/$defs/missing"], "which does not exist"),
            (["pattern": "a(?=b)"], "'pattern' at #: regular expression, character 4"),
            (
                ["oneOf": [["type": "string"], ["minLength": 3]]],
                "'oneOf' at #/oneOf is not supported where a value may satisfy two"
            ),
            (["anyOf": [["type": "null"], ["dependentRequired": [:]]]], "'dependentRequired' at #/anyOf/1"),
            (["type": "object", "minProperties": 5], "'minProperties' at #"),
            (["multipleOf": 0.123456789], "'multipleOf'"),
            (["minLength": -1], "'minLength' at # must be an integer of at least 0"),
            (["type": "text"], "'type' at # must be"),
            (["properties": ["é": 3]], "#/properties/%C3%A9 must be a schema"),
            (["maximum": 1.2345678901234567e30], "'maximum' at #"),
            (["$defs": ["a": ["$id": "x", "type": "null"]], "$ref": "#/$defs/a"], "'$id' at #/$defs/a"),
            (["type": "string", "pattern": "^a$", "minLength": 2], "nothing satisfies"),
            (["enum": []], "nothing satisfies"),
            (["properties": ["a": ["$ref": "#"]], "required": ["a"]], "nothing satisfies"),
            (["type": "array", "items": false, "minItems": 1], "nothing satisfies"),
        ] as [(JSONValue, String)])
    func `what cannot be held to is an error that names it`(schema: JSONValue, message: String) {
        let error = Fixture.error(.jsonSchema(schema))
        #expect(error?.description.contains(message) ?? false, "\(String(describing: error))")
    }
}
