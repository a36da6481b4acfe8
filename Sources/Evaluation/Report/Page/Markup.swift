/// A piece of HTML. Text that is put into one is escaped: only another piece is not.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral text: String) { self.text = text }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    init(_ pieces: some Sequence<Markup>, separator: String = "") {
        text = pieces.map(\.text).joined(separator: separator)
    }

    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ piece: Markup?) { text += piece?.text ?? "" }
        mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { text += piece.text } }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        /// A coordinate, to hundredths.
        mutating func appendInterpolation(_ number: Double) {
            var digits = Figures.fixed(number, 2)
            while digits.hasSuffix("0") { digits.removeLast() }
            if digits.hasSuffix(".") { digits.removeLast() }
            text += digits
        }
        mutating func appendInterpolation(_ string: some StringProtocol) { text.appendEscapedMarkup(string) }
    }
}

extension String {
    /// Appends text so that it is text in any place of HTML and XML; characters that neither may hold become U+FFFD.
    fileprivate mutating func appendEscapedMarkup(_ string: some StringProtocol) {
        for scalar in string.unicodeScalars {
            switch scalar.value {
            case 0x26: self += "&amp;"
            case 0x3C: self += "&lt;"
            case 0x3E: self += "&gt;"
            case 0x22: self += "&quot;"
            case 0x27: self += "&#39;"
            case 0x09, 0x0A: unicodeScalars.append(scalar)
            case 0x00..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: unicodeScalars.append("\u{FFFD}")
            default: unicodeScalars.append(scalar)
            }
        }
    }
}
