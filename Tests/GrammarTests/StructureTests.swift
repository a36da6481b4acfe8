import FoundationEssentials
import JSON
import Testing
import Tokenization

@testable import Grammar

@Suite struct StructureTests {
    private let schema: GrammarSource = .jsonSchema(
        [
            "type": "object", "properties": ["a": ["$ref": "#/$defs/n"]], "required": ["a"],
            "$defs": ["n": ["type": "integer"]],
        ])

    private var call: GrammarStructure {
        .sequence([.text("<"), .source(schema), .text(">")])
    }

    @Test func `parts follow each other and repeat`() throws {
        let other = GrammarStructure.sequence([.text("["), .source(.choice(["x", "y"])), .text("]")])
        let either = GrammarStructure.choice([call, other])
        let source = GrammarSource.structure(
            .sequence([.text("calls"), either, .repetition(.sequence([.text(";"), either]), atLeast: 0, atMost: 1)]))
        for text in ["calls<{\"a\": 1}>", "calls[x];<{\"a\":-20}>", "calls[y];[x]"] {
            #expect(try Fixture.allows(source, text), "\(text)")
        }
        for text in ["calls", "calls<{}>", "calls[x];", "calls[z]", "calls[x];[x];[x]", "[x]", "calls<{\"a\": 1}> "] {
            #expect(try !Fixture.allows(source, text), "\(text)")
        }
    }

    @Test func `a prefix of all ways can be dropped`() throws {
        let either = GrammarStructure.choice([call, .text("<none>")])
        let source = GrammarSource.structure(.sequence([.text(""), either, .text("!")]).dropping(prefix: "<"))
        #expect(try Fixture.allows(source, "{\"a\": 1}>!"))
        #expect(try Fixture.allows(source, "none>!"))
        #expect(try !Fixture.allows(source, "<none>!"))
    }

    @Test func `a source's error is the structure's`() {
        let error = Fixture.error(.structure(.choice([call, .source(.jsonSchema(["type": "object", "not": [:]]))])))
        #expect(error?.kind == .unsupported)
        #expect(error?.description.contains("not") == true)
    }

    @Test func `equal structures alone have equal keys`() {
        let structures: [GrammarStructure] = [
            call, .sequence([call]), .choice([call]), .text("a b"), .sequence([.text("a"), .text("b")]),
            .repetition(call, atLeast: 0, atMost: nil), .repetition(call, atLeast: 0, atMost: 1),
            .source(.regex("a")), .choice([.text("a"), .text("b")]),
        ]
        #expect(Set(structures.map { GrammarSource.structure($0).key }).count == structures.count)
    }

    private static func tokenizer() throws -> Tokenizer {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let url = URL(filePath: "/\(folder)/OpenAITests/Fixtures/tokenizer.json")
        return try Tokenizer(tokenizerJSON: Array(try Data(contentsOf: url)), configuration: nil)
    }

    @Test func `added tokens are allowed where a structure has their text, and nowhere else`() throws {
        let tokenizer = try Self.tokenizer()
        let compiler = GrammarCompiler(TokenVocabulary(tokenizer, endTokens: [1]))
        let structure = GrammarStructure.sequence([
            .text("<｜tool▁calls▁begin｜>x"), .source(.jsonSchema(["type": "string"])),
            .text("<｜tool▁calls▁end｜>"),
        ])
        var matcher = GrammarMatcher(try compiler.compile(.structure(structure)))
        func allowed() throws -> [Int32] {
            let mask = try matcher.mask()
            return (0..<Int32(tokenizer.vocabularySize)).filter(mask.contains)
        }
        #expect(try allowed() == [8])
        #expect(try matcher.forcedBytes().isEmpty)
        #expect(try matcher.accept(8))
        for token in tokenizer.encode("x\"") { #expect(try matcher.accept(token)) }
        // Inside a string any character may come, but no control token.
        #expect(try allowed().allSatisfy { $0 > 16 })
        #expect(try allowed().contains(tokenizer.encode("<")[0]))
        #expect(try !matcher.accept(9))
        for token in tokenizer.encode("a\"") { #expect(try matcher.accept(token)) }
        #expect(try allowed() == [9])
        #expect(try matcher.accept(9))
        #expect(try allowed() == [1])
        #expect(try matcher.accept(1))
        #expect(matcher.isFinished)
    }

    @Test func `control texts that are no tokens are spelled`() throws {
        let source = GrammarSource.structure(.text("<｜tool▁sep｜>"))
        var matcher = GrammarMatcher(try Fixture.compile(source))
        #expect(try matcher.accept("<｜tool▁sep｜>".utf8))
        #expect(matcher.isComplete)
    }
}
