import JSON
import Testing

@testable import Grammar

/// Sources made to take long: each must compile or fail within its budget, and so must each mask.
@Suite struct HostileTests {
    private static func nested(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(["type": "string"]) { inner, _ in
            ["type": "object", "properties": ["a": inner], "required": ["a"]]
        }
    }

    private static func combined(_ count: Int) -> JSONValue {
        let parts = (0..<count).map { part -> JSONValue in
            [
                "anyOf": .array(
                    (0..<4).map { ["properties": .object(JSONObject([("p\(part)\($0)", JSONValue.bool(true))]))] })
            ]
        }
        return ["allOf": .array(parts)]
    }

    static let sources: [GrammarSource] = [
        .regex("((a{0,100}){0,100}){0,100}"), .regex("(a|b)*a(a|b){20}"), .regex("(?:.|\\n)*a.{200}"),
        .regex("((a*)*)*b"),
        .regex(".{0,1000000}"), .regex(String(repeating: ".?", count: 300) + String(repeating: ".", count: 300)),
        .regex(String(repeating: "(", count: 5000)), .regex(String(repeating: "(a|b|ab)", count: 1000)),
        .regex(String(repeating: "(^|$)", count: 100)),
        .choice((0..<3000).map { "\(String(repeating: "x", count: $0 % 50))\($0)" }),
        .choice((1..<1000).map { String(repeating: "x", count: $0) }),
        .regex("[" + (0..<20000).map { String(UnicodeScalar(0x4E00 + 2 * $0 % 0x5000)!) }.joined() + "]+"),
        .grammar("a0 ::= \"x\"?\n" + (1..<5000).map { "a\($0) ::= a\($0 - 1)\n" }.joined() + "root ::= a4999"),
        .jsonSchema(["oneOf": .array((0..<400).map { ["type": "string", "pattern": .string("^\($0)x*$")] })]),
        .jsonSchema(["const": .array((0..<4000).map(JSONValue.integer)), "uniqueItems": true]),
        .jsonSchema(nested(150)), .jsonSchema(combined(4)), .jsonSchema(combined(12)), .jsonSchema(["$ref": "#"]),
        .jsonSchema(["anyOf": [["$ref": "#"], ["type": "null"]]]),
        .jsonSchema([
            "type": "object", "maxProperties": 20,
            "properties": .object(JSONObject((0..<100).map { ("p\($0)", JSONValue.bool(true)) })),
        ]),
        .jsonSchema(["type": "string", "allOf": [["pattern": "a.{20}b"], ["pattern": "c.{20}d"]], "maxLength": 200]),
        .jsonSchema(["type": "string", "pattern": "^(ab)+$", "minLength": 1001, "maxLength": 1001]),
        .jsonSchema(["type": "integer", "allOf": [["multipleOf": 499], ["multipleOf": 493]], "minimum": 1]),
        .jsonSchema([
            "patternProperties": [
                "^a.*b$": ["type": "integer"], "^x": ["type": "string"], "y$": true, "z{3,40}": false,
            ]
        ]),
        .grammar("root ::= \"a\" root root | \"\""),
        .grammar("root ::= \"a\" root x | \"a\" root y | \"\"\nx ::= \"b\"\ny ::= \"b\" | \"c\""),
        .grammar("root ::= (\"a\" | \"aa\" | \"aaa\") root (\"b\" | \"bb\")* | \"c\""),
        .grammar("root ::= " + String(repeating: "(", count: 5000)),
    ]

    @Test(arguments: sources.indices)
    func `compiling and following end, with an error at worst`(index: Int) throws {
        let grammar: CompiledGrammar
        do {
            grammar = try GrammarCompiler(Fixture.vocabulary).compile(Self.sources[index])
        } catch {
            #expect(!error.description.isEmpty)
            return
        }
        var matcher = GrammarMatcher(grammar)
        var generator = SplitMix(state: UInt64(index))
        for _ in 0..<10 {
            let mask: TokenMask
            do throws(GrammarError) {
                mask = try matcher.mask()
            } catch {
                #expect(error.kind == .tooComplex)
                return
            }
            let tokens = (0..<Int32(Fixture.vocabulary.size)).filter(mask.contains)
            let token = try #require(tokens.randomElement(using: &generator), "a dead end")
            #expect(try matcher.accept(token))
            if matcher.isFinished { return }
        }
    }

    @Test func `a long source is refused before it is read`() {
        let text = String(repeating: "a", count: GrammarCompiler.sourceLimit + 1)
        #expect(throws: GrammarError.self) { try GrammarCompiler(Fixture.vocabulary).compile(.regex(text)) }
    }
}
