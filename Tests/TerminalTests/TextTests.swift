import Testing

@testable import Terminal

struct TextTests {
    @Test(arguments: [
        ("a", 1), ("你好", 4), ("e\u{301}", 1), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2),
        ("🇨🇳", 2), ("❤️", 2), ("ａ", 2), ("\u{200B}", 0), ("…", 1), ("█", 1), ("क्षि", 2),
    ])
    func `A text is as wide as terminals show it`(_ text: String, _ width: Int) {
        #expect(TextWidth.columns(of: text) == width)
    }

    private static let hostile =
        "\u{1B}[2J\u{1B}]52;c;aGk=\u{7}a\u{9B}31mb\r\nc\rd\u{202E}txt\u{2066}\u{0}\u{8}\u{7F}\u{2028}\u{85}e\tf"

    @Test func `Nothing that steers a terminal passes the sanitiser`() {
        let text = Sanitizer.text(Self.hostile)
        #expect(text == "␛[2J␛]52;c;aGk=␇a\u{FFFD}31mb\nc\nd\u{FFFD}txt\u{FFFD}␀␈␡\n\ne\tf")
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || $0.value >= 0x20 })
    }

    @Test func `Sanitising does not depend on where the text is cut`() {
        let scalars = Array(Self.hostile.unicodeScalars)
        for cut in 0...scalars.count {
            var sanitizer = Sanitizer()
            var parts = String.UnicodeScalarView()
            for part in [scalars[..<cut], scalars[cut...]] {
                parts.append(contentsOf: sanitizer.append(String(String.UnicodeScalarView(part))).unicodeScalars)
            }
            #expect(Array(parts) == Array(Sanitizer.text(Self.hostile).unicodeScalars))
        }
    }

    @Test func `Marks do not pile up on one character`() {
        let text = Sanitizer.text("a" + String(repeating: "\u{301}", count: 1000) + "b")
        #expect(text.unicodeScalars.count == 10)
    }

    @Test func `A line's encoding has no escape codes but its own`() {
        var line = StyledLine("x\u{1B}[31m\u{7}", .bold)
        line.append("y\nz")
        #expect(line.encoded(isColoured: false) == "x [31m y z")
        #expect(line.encoded(isColoured: true) == "\u{1B}[0;1mx [31m \u{1B}[0my z")
    }

    @Test func `Words wrap at spaces, Chinese anywhere but before its punctuation`() {
        func rows(_ text: String, _ width: Int) -> [String] {
            Wrapping(width: width).rows([Span(text)]).map(\.text)
        }
        #expect(rows("one two three", 8) == ["one two", "three"])
        #expect(rows("abcdefghij", 4) == ["abcd", "efgh", "ij"])
        #expect(rows("你好世界，再见", 8) == ["你好世", "界，再见"])
        #expect(rows("a\n\nb", 8) == ["a", "", "b"])
        #expect(rows("", 8) == [""])
        #expect(rows("see 你好", 6) == ["see 你", "好"])
    }

    @Test func `No row is wider than the terminal and no letter is lost`() {
        let text = "The answer（答案）is 42；很长的一句话，没有空格。 Supercalifragilistic \u{1F600}\u{1F600} e\u{301}nd"
        for width in 4...40 {
            let rows = Wrapping(width: width, first: "- ", others: "  ").rows([Span(text)])
            #expect(rows.allSatisfy { $0.width <= width })
            let joined = rows.map { $0.text.dropFirst(2) }.joined()
            #expect(joined.filter { $0 != " " } == text.filter { $0 != " " })
        }
    }

    @Test func `Running text has the rows of the whole text`() {
        let text = "one two three four\n\nfive six seven\teight nine"
        var whole = RunningText(width: 12, style: .plain, margin: "| ")
        whole.append(text)
        var pieces = RunningText(width: 12, style: .plain, margin: "| ")
        for character in text { pieces.append(String(character)) }
        #expect(whole.rows == pieces.rows)
        #expect(whole.lastRows(2) == Array(whole.rows.suffix(2)))
    }
}
