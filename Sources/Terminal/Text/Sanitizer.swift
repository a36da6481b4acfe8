/// Makes text from elsewhere harmless to a terminal, in pieces cut anywhere.
///
/// Control characters become their pictures (␛ for escape), so that no sequence reaches the terminal; C1 controls and
/// the controls that reorder text (embeddings, overrides, isolates) become U+FFFD. Line breaks of every kind become
/// line feeds; tabs stay. Marks beyond `markLimit` on one character are left out.
package struct Sanitizer: Sendable {
    private static let markLimit = 8

    private var endsWithReturn = false
    private var marks = 0

    package init() {}

    /// A whole text.
    package static func text(_ text: some StringProtocol) -> String {
        var sanitizer = Sanitizer()
        return sanitizer.append(text)
    }

    package mutating func append(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let followsReturn = endsWithReturn
            endsWithReturn = scalar == "\r"
            if scalar == "\n", followsReturn { continue }
            if scalar.isMark {
                marks += 1
                if marks > Self.markLimit { continue }
            } else {
                marks = 0
            }
            result.append(Self.harmless(scalar))
        }
        return String(result)
    }

    /// A scalar that may reach the terminal in this one's place; itself if it may.
    static func harmless(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09, 0x0A: scalar
        case 0x0D, 0x85, 0x2028, 0x2029: "\n"
        case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB: "\u{FFFD}"
        default: scalar
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        guard value >= 0x300 else { return false }
        return switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }
}
