/// How the characters of a constraint appear in the output.
enum CharacterEncoding: Hashable, Sendable {
    /// As UTF-8.
    case text
    /// Inside a JSON string, each in one form: escaped only where JSON demands it, by a letter where there is one.
    ///
    /// Texts are equal exactly when their values are, so patterns, lengths and exclusions can be told on the text.
    case canonicalJSON
    /// Inside a JSON string, in any form that JSON has; for sets that hold all characters.
    case json

    /// The members that stand for themselves.
    func plain(_ set: ScalarSet) -> ScalarSet {
        self == .text ? set : set.subtracting(Self.escaped)
    }

    /// One character of the set.
    func expression(_ set: ScalarSet) -> Expression {
        var choices = plain(set).encodings.map { Expression.sequence($0.map(Expression.bytes)) }
        switch self {
        case .text:
            break
        case .canonicalJSON:
            for (letter, scalar) in Self.letters where set.contains(scalar) { choices.append(.literal("\\" + letter)) }
            for value in UInt8(0)..<0x20 where set.contains(Unicode.Scalar(value)) {
                guard !Self.letters.contains(where: { $0.1 == Unicode.Scalar(value) }) else { continue }
                let digits = "\\u00" + (value < 16 ? "0" : "") + String(value, radix: 16)
                choices.append(.literal(digits))
            }
        case .json:
            choices.append(Self.anyEscape)
        }
        return .choice(choices)
    }

    private static let escaped = ScalarSet([0...0x1F, 0x22...0x22, 0x5C...0x5C])

    private static let letters: [(String, Unicode.Scalar)] = [
        ("\"", "\""), ("\\", "\\"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"), ("r", "\r"), ("t", "\t"),
    ]

    /// Escapes of one character: surrogates only in pairs.
    private static let anyEscape: Expression = {
        func set(_ text: String) -> Expression { .bytes(ByteSet(members: text)) }
        let hex = set("0123456789abcdefABCDEF")
        let lowSurrogate: [Expression] = [.literal("\\u"), set("dD"), set("cdefCDEF"), hex, hex]
        let unit: Expression = .choice([
            .sequence([set("0123456789abcefABCEF"), hex, hex, hex]),
            .sequence([set("dD"), set("01234567"), hex, hex]),
            .sequence([set("dD"), set("89abAB"), hex, hex] + lowSurrogate),
        ])
        return .sequence([.literal("\\"), .choice([set("\"\\/bfnrt"), .sequence([.literal("u"), unit])])])
    }()
}

extension ByteSet {
    /// The bytes of a text.
    init(members text: String) {
        self.init()
        for byte in text.utf8 { insert(byte) }
    }
}
