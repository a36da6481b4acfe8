import JSON
import Testing

@testable import Grammar

@Suite struct MatcherTests {
    private static let schema: JSONValue = [
        "type": "object", "properties": ["name": ["type": "string"], "kind": ["const": "fox"]],
        "required": ["name", "kind"],
    ]

    @Test func `a copy goes its own way`() throws {
        var matcher = GrammarMatcher(try Fixture.compile(.choice(["abc", "abd"])))
        #expect(try matcher.accept(Array("ab".utf8)))
        var copy = matcher
        #expect(try copy.accept(Array("d".utf8)))
        #expect(copy.isComplete)
        #expect(!matcher.isComplete)
        #expect(try matcher.accept(Array("c".utf8)))
    }

    @Test func `a token that is not allowed changes nothing`() throws {
        var matcher = GrammarMatcher(try Fixture.compile(.choice(["abc"])))
        #expect(try !matcher.accept(Array("abd".utf8)))
        #expect(try !matcher.accept(Fixture.end))
        #expect(try !matcher.accept(-1))
        #expect(try !matcher.accept(Int32(Fixture.vocabulary.size)))
        #expect(try matcher.accept(Array("abc".utf8)))
    }

    @Test func `bytes without an alternative are known in advance`() throws {
        var matcher = GrammarMatcher(try Fixture.compile(.jsonSchema(Self.schema, .closed, .compact)))
        #expect(try matcher.forcedBytes() == Array("{\"name\":\"".utf8))
        #expect(try matcher.accept(matcher.forcedBytes()))
        #expect(try matcher.forcedBytes().isEmpty)
        #expect(try matcher.accept(Array("x\"".utf8)))
        #expect(try matcher.forcedBytes() == Array(",\"kind\":\"fox\"}".utf8))
        #expect(try matcher.accept(matcher.forcedBytes()))
        #expect(matcher.mustEnd)
    }

    @Test func `moving to a fresh automaton changes no mask`() throws {
        let source = GrammarSource.jsonObject()
        let large = try CompiledGrammar(source.rules(), Fixture.vocabulary)
        let small = try CompiledGrammar(source.rules(), Fixture.vocabulary, automatonLimit: 2000)
        var first = GrammarMatcher(large)
        var second = GrammarMatcher(small)
        for byte in #"{"a": [[{"b": "c", "d": [1.5, -2]}, {}], "\n世界", [true, null]], "e": {"f": {}}}"#.utf8 {
            #expect(try first.mask() == second.mask())
            #expect(try first.accept([byte]))
            #expect(try second.accept([byte]))
        }
        #expect(second.isComplete)
    }

    @Test func `matchers on many threads agree`() async throws {
        let grammar = try Fixture.compile(.jsonObject())
        let text = Array(#"{"name": ["the quick", {"brown": 2.5}], "世界": "\n"}"#.utf8)
        let counts = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var matcher = GrammarMatcher(grammar)
                    var counts: [Int] = []
                    for byte in text {
                        counts.append(try matcher.mask().count)
                        guard try matcher.accept([byte]) else { return [] }
                    }
                    return counts
                }
            }
            return try await group.reduce(into: Set<[Int]>()) { $0.insert($1) }
        }
        #expect(counts.count == 1)
        #expect(counts.first?.count == text.count)
    }

    @Test func `equal sources compile once, the latest are kept`() throws {
        let compiler = GrammarCompiler(Fixture.vocabulary, capacity: 2)
        let first = try compiler.compile(.choice(["é"]))
        #expect(try compiler.compile(.choice(["é"])) === first)
        #expect(try compiler.compile(.choice(["e\u{301}"])) !== first)
        #expect(try compiler.compile(.choice(["é"])) === first)
        _ = try compiler.compile(.regex("x"))
        #expect(try compiler.compile(.choice(["é"])) === first)
        _ = try compiler.compile(.regex("y"))
        _ = try compiler.compile(.regex("z"))
        #expect(try compiler.compile(.choice(["é"])) !== first)
    }
}
