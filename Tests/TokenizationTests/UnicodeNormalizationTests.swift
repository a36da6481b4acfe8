import Testing

@testable import Tokenization

@Suite struct UnicodeNormalizationTests {
    private func normalized(_ text: String, _ form: UnicodeNormalization) -> String {
        var bytes = Array(text.utf8)
        form.apply(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("e\u{301}", UnicodeNormalization.nfc, "\u{E9}"),
        ("e\u{301}\u{316}", .nfc, "\u{E9}\u{316}"),
        ("e\u{316}\u{301}", .nfd, "e\u{316}\u{301}"),
        ("\u{E9}\u{316}", .nfd, "e\u{316}\u{301}"),
        ("\u{1112}\u{1161}\u{11AB}", .nfc, "\u{D55C}"),
        ("\u{D55C}", .nfd, "\u{1112}\u{1161}\u{11AB}"),
        ("\u{212B}", .nfc, "\u{C5}"),
        ("\u{FB01}\u{B2}", .nfkc, "fi2"),
        ("\u{FB01}", .nfc, "\u{FB01}"),
        ("\u{958}", .nfc, "\u{915}\u{93C}"),
        (
            "\u{FDFC}", .nfkd,
            "\u{631}\u{6CC}\u{627}\u{644}"
        ),
        ("e\u{1ABF}\u{301}", .nfc, "e\u{1ABF}\u{301}"),
        ("\u{105C9}", .nfd, "\u{105C9}"),
        ("中\u{3099}カ\u{3099}", .nfc, "中\u{3099}ガ"),
        ("plain", .nfkd, "plain"),
    ]) func `forms are the reference's`(text: String, form: UnicodeNormalization, expected: String) {
        #expect(normalized(text, form).isIdentical(to: expected))
    }

    @Test func `a long run of unordered marks is ordered`() {
        let count = 50_000
        let text = "a" + String(repeating: "\u{316}\u{334}", count: count)
        let expected = "a" + String(repeating: "\u{334}", count: count) + String(repeating: "\u{316}", count: count)
        #expect(normalized(text, .nfc).isIdentical(to: expected))
    }
}
