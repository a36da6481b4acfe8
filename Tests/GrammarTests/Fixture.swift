import FoundationEssentials
import JSON

@testable import Grammar

/// What several tests share.
enum Fixture {
    static func url(_ name: String, file: String = #filePath) -> URL {
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        return URL(filePath: "/\(folder)/Fixtures/\(name).json")
    }

    static func load(_ name: String) throws -> [JSONValue] {
        try JSONValue(parsing: [UInt8](Data(contentsOf: url(name)))).arrayValue ?? []
    }

    /// The automaton of a constraint; nil where nothing satisfies it.
    static func automaton(_ source: GrammarSource) throws(GrammarError) -> Automaton? {
        do throws(GrammarError) {
            return try Automaton(source.rules(), budget: CompiledGrammar.compileBudget)
        } catch {
            if error.kind == .unsatisfiable { return nil }
            throw error
        }
    }

    static func allows(_ source: GrammarSource, _ text: String) throws -> Bool {
        var automaton = try automaton(source)
        automaton?.allow(CompiledGrammar.compileBudget)
        return try automaton?.matches(text.utf8) ?? false
    }

    /// The error of compiling a constraint.
    static func error(_ source: GrammarSource) -> GrammarError? {
        do throws(GrammarError) {
            _ = try Automaton(source.rules(), budget: CompiledGrammar.compileBudget)
            return nil
        } catch {
            return error
        }
    }

    /// Every byte, then pieces of these texts of up to eight bytes, whole characters or not; the last token ends.
    static let vocabulary: TokenVocabulary = {
        let texts = [
            "{\"name\": \"Ada\", \"tags\": [1, 2.5, -3e7, true, null]}", "\",\"", "\": {", "}, {", "\n    \"",
            "\\n\\\"\\u00e9",
            "the quick brown fox jumps", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "2024-02-29T12:00:00Z",
            "世界 naïve 🙂",
            "                                    ", "abcabcabc+123*(x)",
        ]
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        var seen = Set(tokens)
        for text in texts {
            let bytes = Array(text.utf8)
            for start in bytes.indices {
                for length in [2, 3, 5, 8, 36] where start + length <= bytes.count {
                    let piece = Array(bytes[start..<start + length])
                    if seen.insert(piece).inserted { tokens.append(piece) }
                }
            }
        }
        // A token that is only allowed where answers end, and one without text.
        return TokenVocabulary(tokens + [[], Array("<end>".utf8)], endTokens: [Int32(tokens.count) + 1])
    }()

    static let end = vocabulary.endTokens[0]

    static func compile(_ source: GrammarSource) throws -> CompiledGrammar {
        try GrammarCompiler(vocabulary).compile(source)
    }
}

/// A generator with a seed, so that a failure can be repeated (Steele and others, SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
