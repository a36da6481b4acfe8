import Testing

@testable import Tokenization

@Suite struct PatternTests {
    private func matches(_ expression: String, _ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        var found: [String] = []
        try Pattern(oniguruma: expression).forEachMatch(in: bytes, 0..<bytes.count, PatternWorkspace()) { match in
            found.append(String(decoding: bytes[match], as: UTF8.self))
        }
        return found
    }

    /// Expected values are Oniguruma's, Unicode 16.
    @Test(
        arguments: [
            (#"\s"#, "\u{180E}\u{A0}\u{85}\u{B}\u{2028}\u{200B}", ["\u{A0}", "\u{85}", "\u{B}", "\u{2028}"]),
            (#"\S"#, "a \u{180E}", ["a", "\u{180E}"]),
            (#"\h+"#, "xF0 g\u{A0}", ["F0"]),
            (#"\v"#, "\u{B}\n", ["\u{B}"]),
            (#"\w"#, "²é_-\u{301}1Ⅷ", ["²", "é", "_", "\u{301}", "1", "Ⅷ"]),
            (#"[\w]"#, "²a", ["a"]),
            (#"\d"#, "1٣½", ["1", "٣"]),
            (#"\p{L}"#, "\u{2EBF0}\u{1C89}\u{10D50}1", ["\u{2EBF0}", "\u{1C89}", "\u{10D50}"]),
            (#"[^\p{L}]"#, "a\u{2EBF0}1", ["1"]),
            (#"\P{L}+"#, "ab12c\u{31350}", ["12"]),
            (#"\p{^Lu}"#, "Ab", ["b"]),
            (#"[\W\d]"#, "a1-b", ["1", "-"]),
            (#"[^\W\d]+"#, "a1-b", ["a", "b"]),
            (#"[^\W\P{Lu}]"#, "aB-", ["B"]),
            (#"\p{Han}+"#, "中\u{3001}文", ["中", "文"]),
            (#"(?i:k)"#, "kK\u{212A}", ["k", "K", "\u{212A}"]),
            (#"'(?i:s)"#, "'S'\u{17F}", ["'S", "'\u{17F}"]),
            (#"a(?i)b|C"#, "aBacC", ["aB", "ac"]),
            (#"(?m:a.b)|c.d"#, "a\nbc\nd", ["a\nb"]),
            (#"^."#, "a\nb\n", ["a", "b"]),
            (#"a{,2}b"#, "aaab", ["aab"]),
            (#"[a[^b-z]]"#, "abY", ["a", "Y"]),
            (#"\u4e00|\x{4e8c}|\x41"#, "一二A", ["一", "二", "A"]),
            (#"a*"#, "aab", ["aa", ""]),
            (#"\s+(?!\S)|\s+"#, "a   b ", ["  ", " ", " "]),
        ] as [(String, String, [String])])
    func `expressions match as in Oniguruma`(expression: String, text: String, expected: [String]) throws {
        let found = try matches(expression, text)
        #expect(found.count == expected.count && zip(found, expected).allSatisfy { $0.isIdentical(to: $1) }, "\(found)")
    }

    @Test(arguments: [
        "(", "a)", "[a", "a**?+{", #"\p{Nonsense}"#, #"\p{L"#, #"\pL"#, #"\X"#, #"\Qa\E"#, "[a&&b]", "[b-a]", "(?~a)",
        "(?P<n>a)", "a{1,2}+", "a{2}?", #"\xE3\x81"#, #"\x{110000}"#, #"(?i)\p{Lu}"#, #"[a-\d]"#, "(?<=a+)b", "(?s)a",
        "\\",
        #"[[:nonsense:]]"#, #"\0"#,
    ])
    func `what cannot be honoured is an error with the pattern in it`(expression: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(oniguruma: expression) }
        #expect(error?.description.contains(expression.debugDescription) == true)
    }

    @Test func `a literal has no special characters`() throws {
        let pattern = try Pattern(literal: #".*[a]\d$"#)
        let bytes = Array(#"x.*[a]\d$y"#.utf8)
        #expect(pattern.replacingMatches(in: bytes, with: [], PatternWorkspace()) == Array("xy".utf8))
    }

    @Test func `a piece is a subject of its own`() throws {
        let bytes = Array("a b".utf8)
        var found: [Range<Int>] = []
        try Pattern(oniguruma: #"\s(?!\S)|(?<!a)\s|$"#).forEachMatch(in: bytes, 1..<2, PatternWorkspace()) {
            found.append($0)
        }
        #expect(found == [1..<2])
    }

    @Test func `matches that need more than JIT's stack are still found`() throws {
        let text = String(repeating: "ab", count: 400_000)
        #expect(try matches("(?:(a)|(b))+?$", text).map(\.utf8.count) == [800_000])
    }
}
