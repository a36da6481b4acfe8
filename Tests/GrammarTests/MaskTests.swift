import JSON
import Testing

@testable import Grammar

@Suite struct MaskTests {
    static let cases: [(GrammarSource, String)] = [
        (.jsonObject(), "{\"name\": \"Ada 世界\", \"tags\": [1, 2.5, -3e7, true, null], \"x\\n\\u00e9\": {}}"),
        (.jsonObject(.compact), "{\"name\":\"naïve 🙂\"}"),
        (
            .jsonSchema([
                "type": "object",
                "properties": [
                    "name": ["type": "string", "maxLength": 3],
                    "a": ["type": "string", "minLength": 2, "maxLength": 40],
                    "b": ["type": "string", "pattern": "quick", "maxLength": 30],
                    "c": ["enum": ["aa", "aaa", 2.5, ["x"]]],
                    "d": ["type": "string", "format": "date-time"], "e": ["type": "integer", "multipleOf": 7],
                ],
                "required": ["name", "a", "b", "c", "d", "e"],
            ]),
            "{\n    \"name\": \"Ada\", \"a\": \"aaaa\\n世界aaaaaaaaaaaa\", \"b\": \"the quick brown\", \"c\": [\"x\"], "
                + "\"d\": \"2024-02-29T12:00:00Z\", \"e\": 126}"
        ),
        (.regex("[a-z ]{1,50}"), "the quick brown fox jumps"),
        (.regex("[a-z ]{0,34}[b-y]*"), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabb"),
        (.regex("(?:a{0,40}|b)(?:x|aa)?"), "aaaaaaaaaa"),
        (.regex("(?:.|\\n)*END"), "naïve 🙂\n世界 END"),
        (.regex("[^世]{3,}"), "naïve 🙂"),
        (.choice(["the quick", "the quick brown", "2024"]), "the quick brown"),
        (.grammar("root ::= item (\"+\" item)*\nitem ::= [a-z]{1,3} | [0-9]+ | \"(\" root \")\""), "abc+123+(x+(y))"),
    ]

    @Test(arguments: cases.indices)
    func `a mask holds exactly the tokens that may follow`(index: Int) throws {
        let (source, text) = Self.cases[index]
        let vocabulary = Fixture.vocabulary
        var matcher = GrammarMatcher(try Fixture.compile(source))
        for byte in Array(text.utf8) {
            let mask = try matcher.mask()
            for token in 0..<Int32(vocabulary.size) {
                var copy = matcher
                #expect(try copy.accept(token) == mask.contains(token), "\(text): \(token) before \(byte)")
            }
            #expect(try matcher.accept([byte]))
        }
        #expect(matcher.isComplete)
        #expect(try matcher.mask().contains(Fixture.end))
        #expect(try matcher.accept(Fixture.end))
        #expect(matcher.isFinished)
        #expect(try matcher.mask().count == 0)
        #expect(try !matcher.accept(Fixture.end))
    }

    @Test func `a mask has a bit for every output of the model`() throws {
        let vocabulary = TokenVocabulary([Array("a".utf8), Array("b".utf8)], size: 100, endTokens: [70])
        var matcher = GrammarMatcher(try GrammarCompiler(vocabulary).compile(.choice(["ab"])))
        #expect(try matcher.mask().words == [1, 0, 0, 0])
        #expect(try matcher.accept(0))
        #expect(try matcher.accept(1))
        #expect(try matcher.mask().words == [0, 0, 1 << 6, 0])
        #expect(matcher.mustEnd)
    }
}
