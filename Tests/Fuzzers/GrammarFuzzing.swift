import Grammar
import JSON

/// Constraints: each compiles or is refused within its budget, and leads an answer into no dead end.
enum GrammarFuzzing {
    private static let vocabulary = TokenVocabulary(
        (UInt8.min...UInt8.max).map { [$0] }
            + ["ab", "\": ", "{\"", "\", \"", "true", "世", "12"].map { Array($0.utf8) }
            + [[]], endTokens: [263])

    static func followSchema(_ input: [UInt8]) {
        guard let schema = try? JSONValue(parsing: input) else { return }
        follow(.jsonSchema(schema, .closed))
        follow(.jsonSchema(schema, .open, .compact))
    }

    static func follow(_ source: GrammarSource) {
        guard let grammar = try? GrammarCompiler(vocabulary).compile(source) else { return }
        var matcher = GrammarMatcher(grammar)
        var generator = SplitMix([])
        for _ in 0..<12 where !matcher.isFinished {
            guard let mask = try? matcher.mask() else { return }
            let allowed = (0..<Int32(vocabulary.size)).filter(mask.contains)
            guard let token = allowed.randomElement(using: &generator) else { fatalError("a dead end") }
            guard let isTaken = try? matcher.accept(token) else { return }
            precondition(isTaken, "the mask allows the token \(token), the matcher does not")
        }
    }
}
