import FoundationEssentials
import Grammar
import JSON
import Testing
import Tokenization

/// Prints what masks cost with a real vocabulary: APUS_TOKENIZER names the folder of its tokenizer.json.
@Suite struct MaskSpeedTests {
    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "name": ["type": "string"], "age": ["type": "integer", "minimum": 0, "maximum": 150],
            "email": ["type": "string", "format": "email"],
            "tags": ["type": "array", "items": ["type": "string", "maxLength": 20], "maxItems": 5],
            "notes": ["type": "string", "minLength": 5, "maxLength": 2000],
            "when": ["type": "string", "format": "date-time"], "score": ["type": "number", "minimum": 0, "maximum": 1],
            "kind": ["enum": ["alpha", "beta", "gamma"]], "code": ["type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"],
        ],
        "required": ["name", "age", "email", "tags", "notes", "when", "score", "kind", "code"],
    ]

    private static let answer = """
        {
          "name": "Ada Lovelace, née Byron",
          "age": 36,
          "email": "ada.lovelace@example.com",
          "tags": ["mathematician", "writer", "the first one"],
          "notes": "She wrote the first algorithm for a machine; she saw \\"poetical science\\" in it. 她是第一位程序员。",
          "when": "1842-10-13T12:30:00Z",
          "score": 0.97,
          "kind": "gamma",
          "code": "AL-1815"
        }
        """

    @Test(.enabled(if: ProcessInfo.processInfo.environment["APUS_TOKENIZER"] != nil))
    func `a mask of a real vocabulary`() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["APUS_TOKENIZER"])
        let file = try Data(contentsOf: URL(filePath: folder + "/tokenizer.json"))
        let tokenizer = try Tokenizer(tokenizerJSON: [UInt8](file), configuration: nil)
        let end = Int32(tokenizer.vocabularySize)
        let clock = ContinuousClock()
        var vocabulary: TokenVocabulary?
        print(
            "vocabulary of \(end) tokens: \(clock.measure { vocabulary = TokenVocabulary(tokenizer, endTokens: [end]) })"
        )
        let tokens = tokenizer.encode(Self.answer)
        var first = [Duration](repeating: .seconds(9), count: tokens.count)
        var again = first
        var compile = Duration.seconds(9)
        for _ in 0..<7 {
            let compiler = GrammarCompiler(try #require(vocabulary))
            let start = clock.now
            let grammar = try compiler.compile(.jsonSchema(Self.schema))
            compile = min(compile, clock.now - start)
            for isFirst in [true, false] {
                var matcher = GrammarMatcher(grammar)
                for (index, token) in tokens.enumerated() {
                    let start = clock.now
                    let mask = try matcher.mask()
                    let cost = clock.now - start
                    if isFirst {
                        first[index] = min(first[index], cost)
                    } else {
                        again[index] = min(again[index], cost)
                    }
                    #expect(mask.contains(token))
                    #expect(try matcher.accept(token))
                }
                #expect(matcher.isComplete)
            }
        }
        let sorted = first.sorted()
        print("schema: \(compile), masks of \(tokens.count) tokens, the least of seven runs each")
        print(
            "new: median \(sorted[sorted.count / 2]), mean \(first.reduce(.zero, +) / tokens.count), most \(sorted.last!)"
        )
        print("known: mean \(again.reduce(.zero, +) / tokens.count)")
    }
}
