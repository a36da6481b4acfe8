/// Characters and strings as Python counts them: by Unicode scalars, never by grapheme clusters or equivalence. The
/// rules of IFEval are stated in its terms.
extension Unicode.Scalar {
    /// `str.isspace`.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

    /// A regular expression's `\w`: letters, numbers of all kinds and the low line, no combining marks.
    var isPythonWord: Bool {
        if isASCII { return isPythonASCIIWord }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    /// A regular expression's `\d`.
    var isPythonDigit: Bool { properties.generalCategory == .decimalNumber }

    private var isPythonASCIIWord: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}

extension Collection<Unicode.Scalar> {
    /// `str.isupper`: capitals, and nothing that is small.
    var isPythonUpper: Bool {
        contains { $0.properties.isUppercase } && !contains { $0.properties.isLowercase || $0.isTitlecase }
    }

    /// `str.islower`: small letters, and nothing that is capital.
    var isPythonLower: Bool {
        contains { $0.properties.isLowercase } && !contains { $0.properties.isUppercase || $0.isTitlecase }
    }
}

extension Unicode.Scalar {
    fileprivate var isTitlecase: Bool { properties.generalCategory == .titlecaseLetter }
}

extension String {
    /// `str.strip` with the scalars that are to go; white space by default.
    func stripped(_ isStripped: (Unicode.Scalar) -> Bool = \.isPythonSpace) -> String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isStripped($0) }),
            let last = scalars.lastIndex(where: { !isStripped($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    var isBlank: Bool { unicodeScalars.allSatisfy(\.isPythonSpace) }

    /// `str.startswith`.
    func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// `str.endswith`.
    func ends(with suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// `str.removeprefix`.
    func dropping(prefix: String) -> String {
        begins(with: prefix) ? String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : self
    }

    /// `str.removesuffix`.
    func dropping(suffix: String) -> String {
        ends(with: suffix) ? String(decoding: utf8.dropLast(suffix.utf8.count), as: UTF8.self) : self
    }

    /// `str.split` at a separator that is not empty.
    func pieces(separatedBy separator: String) -> [String] {
        let text = Array(utf8), separator = Array(separator.utf8)
        var pieces: [String] = [], start = 0, position = 0
        while position + separator.count <= text.count {
            if text[position..<position + separator.count].elementsEqual(separator) {
                pieces.append(String(decoding: text[start..<position], as: UTF8.self))
                position += separator.count
                start = position
            } else {
                position += 1
            }
        }
        return pieces + [String(decoding: text[start...], as: UTF8.self)]
    }

    /// `in`.
    func holds(_ text: String) -> Bool { pieces(separatedBy: text).count > 1 }

    /// `str.split` at white space.
    var pythonWords: [Substring.UnicodeScalarView] { unicodeScalars.split(whereSeparator: \.isPythonSpace) }
}
