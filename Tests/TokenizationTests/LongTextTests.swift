import JSON
import Testing

@testable import Tokenization

/// 100 kB of what makes careless tokenizers quadratic. Quadratic work would take minutes here.
@Suite struct LongTextTests {
    static let texts: [(name: String, text: String)] = [
        ("one letter", String(repeating: "a", count: 100_000)),
        ("spaces", String(repeating: " ", count: 100_000)),
        ("spaces before a word", String(repeating: " ", count: 100_000) + "x"),
        ("line ends", String(repeating: "\n", count: 100_000)),
        ("spaces and line ends", String(repeating: " \n", count: 50_000)),
        ("emoji", String(repeating: "😀", count: 25_000)),
        ("digits", String(repeating: "7", count: 100_000)),
        ("CJK", String(repeating: "中文", count: 17_000)),
        ("marks", "a" + String(repeating: "\u{301}\u{316}", count: 25_000)),
        ("controls", String(repeating: "\u{1}", count: 100_000)),
        ("an added token", String(repeating: "<think>", count: 15_000)),
        ("a special token", String(repeating: "<｜begin▁of▁sentence｜>", count: 4_000)),
        ("beginnings of a special token", String(repeating: "<｜begin▁of▁", count: 6_000)),
    ]

    @Test(arguments: Fixture.families) func `long texts of one kind are encoded and decoded`(family: String) throws {
        let tokenizer = try Fixture.family(family)
        for (name, text) in Self.texts {
            let ids = tokenizer.encode(text)
            let decoded = tokenizer.decode(ids, skippingSpecialTokens: false)
            // Normalisation, where there is one, keeps canonical equivalence, which `==` is.
            #expect(decoded == text, "\(name)")
        }
    }

    @Test func `a run of whitespace is looked through once for many tokens that strip it`() throws {
        let added: JSONValue = [
            ["id": 97, "content": " ", "rstrip": true, "normalized": false],
            ["id": 98, "content": "<l>", "lstrip": true],
        ]
        let tokenizer = try Fixture.tokenizer(Fixture.small(["added_tokens": added]))
        #expect(tokenizer.encode(String(repeating: " ", count: 100_000)).count == 100_000)
        let text = String(repeating: " ", count: 50_000) + "<l>"
        #expect(tokenizer.encode(text).last == 98)
    }
}
