import JSON
import Testing

@testable import Tokenization

@Suite struct LoadingTests {
    @Test(
        arguments: [
            ("normalizer", ["type": "Precompiled"], "normalizer", "\"Precompiled\" is not supported"),
            (
                "normalizer", ["type": "Sequence", "normalizers": [["type": "NFC"], ["type": "Nmt"]]],
                "normalizer.normalizers[1]", "\"Nmt\" is not supported"
            ),
            (
                "normalizer", ["type": "Replace", "pattern": ["Regex": "("], "content": ""], "normalizer.pattern",
                "cannot"
            ),
            ("normalizer", ["type": "Strip", "strip_left": true], "normalizer", "\"strip_right\" is missing"),
            ("pre_tokenizer", ["type": "UnicodeScripts"], "pre_tokenizer", "\"UnicodeScripts\" is not supported"),
            (
                "pre_tokenizer", ["type": "Split", "pattern": ["String": " "], "behavior": "Dropped"],
                "pre_tokenizer.behavior", "\"Dropped\" is not a behavior"
            ),
            (
                "pre_tokenizer", ["type": "Split", "pattern": "x", "behavior": "Removed"], "pre_tokenizer.pattern",
                "neither"
            ),
            (
                "pre_tokenizer", ["type": "Metaspace", "replacement": "__"], "pre_tokenizer.replacement",
                "one character"
            ),
            ("decoder", ["type": "WordPiece"], "decoder", "\"WordPiece\" is not supported"),
            ("post_processor", ["type": "BertProcessing"], "post_processor", "\"BertProcessing\" is not supported"),
            ("model", ["type": "Unigram", "vocab": []], "model", "\"Unigram\" is not supported; supported: BPE"),
            ("model", ["type": "BPE", "vocab": [:]], "model", "\"merges\" is missing"),
            ("model", ["type": "BPE", "vocab": ["a": -1], "merges": []], "model.vocab", "the id of \"a\""),
            (
                "model", ["type": "BPE", "vocab": ["a": 0, "b": 0], "merges": []], "model.vocab",
                "belongs to another token"
            ),
            ("model", ["type": "BPE", "vocab": ["a": 0], "merges": ["a b"]], "model.merges[0]", "\"b\" is not in the"),
            ("model", ["type": "BPE", "vocab": ["a": 0], "merges": ["a a a"]], "model.merges[0]", "neither a string"),
            ("model", ["type": "BPE", "vocab": [:], "merges": [], "dropout": 0.1], "model.dropout", "random"),
            (
                "model", ["type": "BPE", "vocab": [:], "merges": [], "unk_token": "?"], "model.unk_token",
                "\"?\" is not in"
            ),
            ("added_tokens", [["id": 3, "content": "ab"]], "added_tokens", "has the id 3, but 95 in the vocabulary"),
            ("added_tokens", [["id": -3, "content": "x"]], "added_tokens[0]", "the id -3"),
            ("added_tokens", [["id": 1]], "added_tokens[0]", "\"content\" is missing"),
            ("version", "2.0", "version", "\"2.0\" is not known"),
        ] as [(String, JSONValue, String, String)])
    func `what is not supported is an error that names its place`(
        key: String, value: JSONValue, field: String, message: String
    ) {
        let error = #expect(throws: TokenizerError.self) { try Fixture.tokenizer(Fixture.small([key: value])) }
        #expect(error?.file == "tokenizer.json")
        #expect(error?.field == field)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test func `a file that is not JSON is an error with its position`() {
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer(tokenizerJSON: Array("{\"model\":".utf8), configuration: nil)
        }
        #expect(error?.description.hasPrefix("tokenizer.json: is not valid JSON: line 1") == true)
    }

    @Test func `tokens are found by id and by text, added ones too`() throws {
        let tokenizer = try Fixture.tokenizer(Fixture.small())
        #expect(tokenizer.vocabularySize == 99)
        #expect(tokenizer.token(for: 94) == "Ġ")
        #expect(tokenizer.bytes(of: 94) == [0x20])
        #expect(tokenizer.id(of: "abc") == 96)
        #expect(tokenizer.id(of: "<s>") == 97)
        #expect(tokenizer.token(for: 97) == "<s>")
        #expect(tokenizer.isSpecial(97) && !tokenizer.isSpecial(98) && !tokenizer.isSpecial(0))
        for unknown: Int32 in [-1, 99, .max] {
            #expect(tokenizer.token(for: unknown) == nil)
            #expect(tokenizer.bytes(of: unknown).isEmpty)
        }
        #expect(tokenizer.id(of: "nothing") == nil)
        #expect(tokenizer.decode([95, 1000, -5, 97, 98], skippingSpecialTokens: true) == "ab<t>")
    }

    @Test func `texts that are canonically equivalent stay different tokens`() throws {
        let model: JSONValue = ["type": "BPE", "vocab": ["\u{e9}": 0, "e\u{301}": 1, "e": 2], "merges": []]
        let tokenizer = try Fixture.tokenizer(Fixture.small(["model": model]))
        #expect(tokenizer.id(of: "\u{e9}") == 0)
        #expect(tokenizer.id(of: "e\u{301}") == 1)
    }
}
