/// Reads the regular expressions that ECMAScript and Python understand alike.
///
/// Characters, `.`, classes with ranges, `\d \w \s` (digits and letters of ASCII, white space of ECMAScript) and their
/// complements, `\t \n \r \f \v \0 \cX \xHH \uHHHH \u{H}`, alternatives, groups (named or not), `* + ? {m} {m,} {m,n}`
/// (a `?` behind them changes nothing that matters here), `^` and `$` at the ends. `.` is any character but
/// U+000A, U+000D, U+2028 and U+2029. Look-around, references to groups, word boundaries, flags and Unicode properties
/// are errors.
struct RegexParser {
    private static let depthLimit = 100
    private static let countLimit = 1_000_000

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    static func parse(_ pattern: String) throws(GrammarError) -> RegexNode {
        var parser = RegexParser(scalars: Array(pattern.unicodeScalars))
        let node = try parser.parseChoice()
        guard parser.position == parser.scalars.count else { throw parser.failure("unexpected ')'") }
        return node
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        var end = position
        for scalar in text.unicodeScalars {
            guard end < scalars.count, scalars[end] == scalar else { return false }
            end += 1
        }
        position = end
        return true
    }

    private func failure(_ message: String) -> GrammarError {
        .invalid("regular expression, character \(position + 1): \(message)")
    }

    private func unsupported(_ what: String) -> GrammarError {
        .unsupported("regular expression, character \(position + 1): \(what) is not supported")
    }

    // MARK: Structure

    private mutating func parseChoice() throws(GrammarError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw .tooComplex("a regular expression is nested deeper than \(Self.depthLimit) groups")
        }
        var choices = [try parseSequence()]
        while take("|") { choices.append(try parseSequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func parseSequence() throws(GrammarError) -> RegexNode {
        var parts: [RegexNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let atom = try parseAtom()
            parts.append(try parseQuantifier(of: atom))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func parseAtom() throws(GrammarError) -> RegexNode {
        guard let scalar = next else { throw failure("unexpected end") }
        switch scalar {
        case "^":
            position += 1
            return .start
        case "$":
            position += 1
            return .end
        case "(": return try parseGroup()
        case "[": return .set(try parseClass())
        case ".":
            position += 1
            return .set(Self.lineTerminators.inverted)
        case "*", "+", "?": throw failure("'\(scalar)' has nothing to repeat")
        case "\\":
            return .set(try parseEscape(inClass: false))
        default:
            if scalar == "{", peekBounds() != nil { throw failure("'{' has nothing to repeat") }
            position += 1
            return .set(ScalarSet([scalar]))
        }
    }

    private mutating func parseGroup() throws(GrammarError) -> RegexNode {
        let start = position
        position += 1
        if take("?") {
            if take("P<") || (!lookBehindFollows && take("<")) {
                while let scalar = next, scalar != ">" {
                    guard scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) else {
                        throw failure("a group's name has '\(scalar)'")
                    }
                    position += 1
                }
                guard take(">") else { throw failure("a group's name does not end") }
            } else if !take(":") {
                throw unsupported("a group that begins with '(?\(next.map(String.init) ?? "")'")
            }
        }
        let node = try parseChoice()
        guard take(")") else {
            position = start
            throw failure("the group does not end")
        }
        return node
    }

    private var lookBehindFollows: Bool {
        next == "<" && position + 1 < scalars.count && (scalars[position + 1] == "=" || scalars[position + 1] == "!")
    }

    // MARK: Quantifiers

    private mutating func parseQuantifier(of atom: RegexNode) throws(GrammarError) -> RegexNode {
        let bounds: (Int, Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if next == "{", let (least, most, end) = peekBounds() {
            position = end
            bounds = (least, most)
        } else {
            if next == "{", position + 1 < scalars.count, scalars[position + 1] == "," {
                throw unsupported("'{,' (a number in Python, text in ECMAScript)")
            }
            return atom
        }
        if next == "+" { throw unsupported("a possessive quantifier") }
        _ = take("?")
        if let scalar = next, scalar == "*" || scalar == "+" || scalar == "?" || peekBounds() != nil {
            throw failure("a quantifier follows a quantifier")
        }
        if atom == .start || atom == .end { throw failure("'^' and '$' cannot be repeated") }
        if let most = bounds.1, most < bounds.0 { throw failure("the bounds of a repetition are in the wrong order") }
        guard bounds.0 <= Self.countLimit, bounds.1 ?? 0 <= Self.countLimit else {
            throw .tooComplex("a regular expression repeats more than \(Self.countLimit) times")
        }
        return .repetition(atom, atLeast: bounds.0, atMost: bounds.1)
    }

    /// `{m}`, `{m,}` or `{m,n}` at the position, and where it ends.
    private func peekBounds() -> (Int, Int?, end: Int)? {
        var place = position
        func number() -> Int? {
            let digits = scalars[place...].prefix { ("0"..."9").contains($0) }
            place += digits.count
            return digits.isEmpty ? nil : Int(String(String.UnicodeScalarView(digits))) ?? .max
        }
        guard place < scalars.count, scalars[place] == "{" else { return nil }
        place += 1
        guard let least = number() else { return nil }
        var most: Int? = least
        if place < scalars.count, scalars[place] == "," {
            place += 1
            most = number()
        }
        guard place < scalars.count, scalars[place] == "}" else { return nil }
        return (least, most, place + 1)
    }

    // MARK: Sets

    private static let lineTerminators = ScalarSet("\n\r\u{2028}\u{2029}")
    private static let digits = ScalarSet([0x30...0x39])
    private static let wordCharacters = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    private static let whitespace = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])

    private mutating func parseClass() throws(GrammarError) -> ScalarSet {
        let start = position
        position += 1
        let isNegated = take("^")
        if next == "]" { throw unsupported("an empty class, or one that begins with ']' (write '\\]')") }
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]" {
            let low = try parseClassMember()
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                ranges += low.ranges
                continue
            }
            position += 1
            let high = try parseClassMember()
            guard low.count == 1, high.count == 1, let first = low.ranges.first, let last = high.ranges.first else {
                throw failure("a range in a class has a set of characters as its end")
            }
            guard first.lowerBound <= last.lowerBound else {
                throw failure("a range in a class has its ends in the wrong order")
            }
            ranges.append(first.lowerBound...last.lowerBound)
        }
        guard take("]") else {
            position = start
            throw failure("the class does not end")
        }
        return isNegated ? ScalarSet(ranges).inverted : ScalarSet(ranges)
    }

    private mutating func parseClassMember() throws(GrammarError) -> ScalarSet {
        guard let scalar = next else { throw failure("the class does not end") }
        if scalar == "\\" { return try parseEscape(inClass: true) }
        position += 1
        return ScalarSet([scalar])
    }

    private mutating func parseEscape(inClass: Bool) throws(GrammarError) -> ScalarSet {
        position += 1
        guard let letter = next else { throw failure("'\\' at the end") }
        position += 1
        switch letter {
        case "d": return Self.digits
        case "D": return Self.digits.inverted
        case "w": return Self.wordCharacters
        case "W": return Self.wordCharacters.inverted
        case "s": return Self.whitespace
        case "S": return Self.whitespace.inverted
        case "t": return ScalarSet("\t")
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "f": return ScalarSet("\u{C}")
        case "v": return ScalarSet("\u{B}")
        case "b" where inClass: return ScalarSet("\u{8}")
        case "0":
            if let digit = next, ("0"..."9").contains(digit) { throw unsupported("an octal escape") }
            return ScalarSet("\0")
        case "c":
            guard let letter = next, letter.properties.isAlphabetic, letter.isASCII else {
                throw failure("'\\c' needs a letter")
            }
            position += 1
            return ScalarSet([letter.value & 31...letter.value & 31])
        case "x": return try scalar(parseHexadecimal(digits: 2))
        case "u": return try parseUnicodeEscape()
        default:
            if letter.properties.isAlphabetic || ("0"..."9").contains(letter) {
                position -= 1
                throw unsupported("the escape '\\\(letter)'")
            }
            return ScalarSet([letter])
        }
    }

    private mutating func parseUnicodeEscape() throws(GrammarError) -> ScalarSet {
        if take("{") {
            let digits = scalars[position...].prefix { $0 != "}" }
            let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
            position += digits.count
            guard let value, take("}") else { throw failure("'\\u{' needs hexadecimal digits and '}'") }
            return try scalar(value)
        }
        let unit = try parseHexadecimal(digits: 4)
        guard (0xD800..<0xDC00).contains(unit), take("\\u") else { return try scalar(unit) }
        let low = try parseHexadecimal(digits: 4)
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
        return try scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func parseHexadecimal(digits count: Int) throws(GrammarError) -> UInt32 {
        let digits = scalars[position...].prefix(count)
        guard digits.count == count, digits.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
        else { throw failure("\(count) hexadecimal digits are missing") }
        position += count
        return value
    }

    private func scalar(_ value: UInt32) throws(GrammarError) -> ScalarSet {
        guard let scalar = Unicode.Scalar(value) else { throw failure("U+\(String(value, radix: 16)) is no character") }
        return ScalarSet([scalar])
    }
}
