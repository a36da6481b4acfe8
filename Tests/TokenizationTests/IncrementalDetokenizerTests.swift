import JSON
import Testing

@testable import Tokenization

@Suite struct IncrementalDetokenizerTests {
    /// Every byte as its own token, 0...255.
    private static func bytes() throws -> Tokenizer {
        var vocabulary = JSONObject()
        for (byte, scalar) in ByteAlphabet.scalars.enumerated() { vocabulary[String(scalar)] = .integer(byte) }
        let model: JSONValue = ["type": "BPE", "vocab": .object(vocabulary), "merges": []]
        let added: JSONValue = [["id": 256, "content": "<s>", "special": true], ["id": 257, "content": "｜"]]
        return try Fixture.tokenizer(Fixture.small(["model": model, "added_tokens": added]))
    }

    @Test func `a split UTF-8 sequence is held`() throws {
        var detokenizer = IncrementalDetokenizer(try Self.bytes(), skippingSpecialTokens: true)
        #expect(detokenizer.append(0x61) == "a")
        for byte: Int32 in [0xF0, 0x9F, 0x98] { #expect(detokenizer.append(byte) == "") }
        #expect(detokenizer.append(0x80) == "😀")
        #expect(detokenizer.finish() == "")
    }

    @Test func `a sequence is resolved as soon as it cannot be completed`() throws {
        var detokenizer = IncrementalDetokenizer(try Self.bytes(), skippingSpecialTokens: true)
        #expect(detokenizer.append(0xE4) == "")
        #expect(detokenizer.append(0x61) == "\u{FFFD}a")
        #expect(detokenizer.append(0xFF) == "\u{FFFD}")
        #expect(detokenizer.append(0xED) == "")
        #expect(detokenizer.append(0xA0) == "\u{FFFD}\u{FFFD}")
        #expect(detokenizer.append(0xC3) == "")
        #expect(detokenizer.finish() == "\u{FFFD}")
        #expect(detokenizer.finish() == "")
    }

    @Test func `a skipped token between the parts of a sequence does not break it, another does`() throws {
        var skipping = IncrementalDetokenizer(try Self.bytes(), skippingSpecialTokens: true)
        #expect(skipping.append(0xC3) == "")
        #expect(skipping.append(256) == "")
        #expect(skipping.append(0xA9) == "é")
        var keeping = IncrementalDetokenizer(try Self.bytes(), skippingSpecialTokens: false)
        #expect(keeping.append(0xC3) == "")
        #expect(keeping.append(256) == "\u{FFFD}<s>")
        #expect(keeping.append(257) == "｜")
    }

    @Test func `random bytes give what decoding them at once gives`() throws {
        let tokenizer = try Self.bytes()
        var generator = SeededGenerator(state: 3)
        let likely: [Int32] = [
            0x41, 0x80, 0xBF, 0x9F, 0xA0, 0xC2, 0xE0, 0xE4, 0xED, 0xF0, 0xF4, 0x90, 0x8F, 0xF5, 0xC0,
        ]
        for _ in 0..<2000 {
            let ids = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? likely.randomElement(using: &generator) ?? 0 : Int32.random(in: 0...257, using: &generator)
            }
            for skips in [false, true] {
                let whole = tokenizer.decode(ids, skippingSpecialTokens: skips)
                let fed = IncrementalDetokenizer.text(tokenizer, ids, skippingSpecialTokens: skips)
                #expect(fed.isIdentical(to: whole), "\(ids)")
            }
        }
    }

    @Test(arguments: Fixture.families) func `random ids give what decoding them at once gives`(family: String) throws {
        let tokenizer = try Fixture.family(family)
        let known = (0..<Int32(tokenizer.vocabularySize)).filter { tokenizer.token(for: $0) != nil }
        var generator = SeededGenerator(state: 4)
        for _ in 0..<500 {
            let ids = (0..<Int.random(in: 1...30, using: &generator)).compactMap { _ in
                known.randomElement(using: &generator)
            }
            for skips in [false, true] {
                let whole = tokenizer.decode(ids, skippingSpecialTokens: skips)
                let fed = IncrementalDetokenizer.text(tokenizer, ids, skippingSpecialTokens: skips)
                #expect(fed.isIdentical(to: whole), "\(ids)")
            }
        }
    }

    @Test func `a long run of byte tokens is held and decoded`() throws {
        let model: JSONValue = ["type": "BPE", "vocab": ["<0xC3>": 0, "<0xA9>": 1, "x": 2], "merges": []]
        let decoder: JSONValue = ["type": "Sequence", "decoders": [["type": "ByteFallback"], ["type": "Fuse"]]]
        let tokenizer = try Fixture.tokenizer(
            Fixture.small(["model": model, "decoder": decoder, "added_tokens": [], "pre_tokenizer": nil]))
        let ids = [Int32](repeating: 0, count: 100_000).enumerated().map { Int32($0.offset % 2) } + [2]
        let text = IncrementalDetokenizer.text(tokenizer, ids, skippingSpecialTokens: true)
        #expect(text == String(repeating: "é", count: 50_000) + "x")
    }
}
