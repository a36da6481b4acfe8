/// Reads rules in the notations that servers of structured output take.
///
/// GBNF, as llama.cpp and xgrammar have it: `name ::= …`, beginning at `root`; literals in double quotes, classes such
/// as `[^a-z\n]`, `.`, groups, `|`, `* + ? {m} {m,} {m,n}`, comments after `#`, escapes `\n \r \t \\ \" \' \[ \] \-
/// \xHH \uHHHH \UHHHHHHHH`.
///
/// Lark's, where rules are `name: …`, beginning at `start`: also `/regular expressions/`, `"literals"`, ranges
/// `"a".."z"`, optional parts in `[ ]`, `~m` and `~m..n`, comments after `//`. Directives (`%ignore`, `%import`),
/// priorities, templates and flags are errors.
struct NotationParser {
    private static let depthLimit = 100
    private static let countLimit = 1_000_000

    private let scalars: [Unicode.Scalar]
    private let isLark: Bool
    private var position = 0
    private var depth = 0
    private var rules = RuleSet()
    private var numbers: [String: Int] = [:]
    /// Where each rule was first named.
    private var uses: [String: Int] = [:]
    private var defined: Set<String> = []

    static func rules(_ text: String) throws(GrammarError) -> RuleSet {
        let scalars = Array(text.unicodeScalars)
        // Only one of the notations has "::=" outside of literals, and it needs it.
        var parser = NotationParser(scalars: scalars, isLark: !isGBNF(scalars))
        return try parser.parse()
    }

    private init(scalars: [Unicode.Scalar], isLark: Bool) {
        self.scalars = scalars
        self.isLark = isLark
    }

    private static func isGBNF(_ scalars: [Unicode.Scalar]) -> Bool {
        var parser = NotationParser(scalars: scalars, isLark: false)
        parser.skipSpace()
        _ = parser.takeName()
        parser.skipSpace()
        return parser.take("::=")
    }

    private mutating func parse() throws(GrammarError) -> RuleSet {
        skipSpace()
        guard next != nil else { throw .invalid("the grammar has no rules") }
        while next != nil { try parseRule() }
        for (name, place) in uses.sorted(by: { $0.value < $1.value }) where !defined.contains(name) {
            throw failure("the rule \(name.debugDescription) is used but not defined", at: place)
        }
        let first = isLark ? "start" : "root"
        guard let start = numbers[first] else { throw .invalid("the grammar has no rule \(first.debugDescription)") }
        rules.start = .rule(start)
        return rules
    }

    // MARK: Rules

    private mutating func parseRule() throws(GrammarError) {
        let place = position
        if isLark, next == "%" { throw unsupported("a directive") }
        if isLark, next == "?" || next == "!" { position += 1 }
        guard let name = takeName() else { throw failure("expected the name of a rule") }
        skipSpace()
        if isLark, next == "." || next == "{" { throw unsupported("a priority or template of a rule") }
        guard take(isLark ? ":" : "::=") else {
            throw failure("expected '\(isLark ? ":" : "::=")' after a rule's name")
        }
        guard defined.insert(name).inserted else {
            throw failure("the rule \(name.debugDescription) is defined twice", at: place)
        }
        skipSpace()
        let body = try parseChoice()
        rules.set(try number(of: name), body)
        if next == nil || beginsRule { return }
        throw failure("unexpected '\(next.map(String.init) ?? "")'")
    }

    /// Whether a definition stands at the position.
    private var beginsRule: Bool {
        var copy = self
        if isLark, next == "?" || next == "!" { copy.position += 1 }
        if isLark, next == "%" { return true }
        guard copy.takeName() != nil else { return false }
        copy.skipSpace()
        return copy.take(isLark ? ":" : "::=") || (isLark && copy.next == ".")
    }

    private mutating func number(of name: String) throws(GrammarError) -> Int {
        if let number = numbers[name] { return number }
        let number = try rules.add(name)
        numbers[name] = number
        return number
    }

    private mutating func parseChoice() throws(GrammarError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw .tooComplex("the grammar is nested deeper than \(Self.depthLimit) groups")
        }
        var choices = [try parseSequence()]
        while take("|") {
            skipSpace()
            choices.append(try parseSequence())
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func parseSequence() throws(GrammarError) -> Expression {
        var parts: [Expression] = []
        while let scalar = next, scalar != "|", scalar != ")", !(isLark && scalar == "]"), !beginsRule {
            if isLark, take("->") {
                skipSpace()
                guard takeName() != nil else { throw failure("expected a name after '->'") }
                skipSpace()
                break
            }
            let atom = try parseAtom()
            parts.append(try parseQuantifiers(of: atom))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func parseAtom() throws(GrammarError) -> Expression {
        let place = position
        guard let scalar = next else { throw failure("unexpected end") }
        switch scalar {
        case "\"": return try parseLiteral()
        case "(":
            position += 1
            return try parseGroup(until: ")", from: place)
        case "[" where isLark:
            position += 1
            return .optional(try parseGroup(until: "]", from: place))
        case "[":
            return .character(try parseClass(), .text)
        case "/" where isLark: return try parseRegex()
        case "." where !isLark:
            position += 1
            return .character(.all, .text)
        default:
            guard let name = takeName() else { throw failure("unexpected '\(scalar)'") }
            if next == "(" || isLark && next == "{" { throw unsupported("the call of \(name.debugDescription)") }
            if uses[name] == nil { uses[name] = place }
            return .rule(try number(of: name))
        }
    }

    private mutating func parseGroup(
        until end: Unicode.Scalar, from place: Int
    ) throws(GrammarError) -> Expression {
        skipSpace()
        if next == "=" { throw unsupported("a look-ahead") }
        let body = try parseChoice()
        guard next == end else { throw failure("the group does not end", at: place) }
        position += 1
        return body
    }

    // MARK: Quantifiers

    private mutating func parseQuantifiers(of atom: Expression) throws(GrammarError) -> Expression {
        var result = atom
        while true {
            skipSpace()
            if take("*") {
                result = .any(result)
            } else if take("+") {
                result = .repetition(result, atLeast: 1, atMost: nil)
            } else if next == "?", !(isLark && beginsRule) {
                position += 1
                result = .optional(result)
            } else if !isLark, take("{") {
                let (least, most) = try parseBounds(separator: ",")
                guard take("}") else { throw failure("expected '}'") }
                result = .repetition(result, atLeast: least, atMost: most)
            } else if isLark, take("~") {
                let (least, most) = try parseBounds(separator: "..")
                result = .repetition(result, atLeast: least, atMost: most)
            } else {
                return result
            }
        }
    }

    private mutating func parseBounds(separator: String) throws(GrammarError) -> (Int, Int?) {
        skipSpace()
        guard let least = try takeNumber() else { throw failure("expected the number of repetitions") }
        skipSpace()
        guard take(separator) else { return (least, least) }
        skipSpace()
        let most = try takeNumber()
        skipSpace()
        if let most, most < least { throw failure("the bounds of a repetition are in the wrong order") }
        return (least, most)
    }

    private mutating func takeNumber() throws(GrammarError) -> Int? {
        let digits = scalars[position...].prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { return nil }
        guard let number = Int(String(String.UnicodeScalarView(digits))), number <= Self.countLimit else {
            throw .tooComplex("the grammar repeats something more than \(Self.countLimit) times")
        }
        position += digits.count
        return number
    }

    // MARK: Terminals

    private mutating func parseLiteral() throws(GrammarError) -> Expression {
        let place = position
        let text = try parseQuoted()
        if isLark {
            if let letter = next, letter == "i" { throw unsupported("a literal that ignores case") }
            if take("..") {
                guard next == "\"" else { throw failure("expected a literal after '..'") }
                let end = try parseQuoted()
                guard text.count == 1, end.count == 1, text[0] <= end[0] else {
                    throw failure("a range needs two characters in order", at: place)
                }
                return .character(ScalarSet([text[0].value...end[0].value]), .text)
            }
        }
        return .literal(String(String.UnicodeScalarView(text)))
    }

    private mutating func parseQuoted() throws(GrammarError) -> [Unicode.Scalar] {
        let place = position
        position += 1
        var text: [Unicode.Scalar] = []
        while let scalar = next, scalar != "\"" {
            guard scalar != "\n" else { break }
            text.append(try parseCharacter())
        }
        guard take("\"") else { throw failure("the literal does not end", at: place) }
        return text
    }

    private mutating func parseClass() throws(GrammarError) -> ScalarSet {
        let place = position
        position += 1
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]" {
            let low = try parseCharacter()
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                ranges.append(low.value...low.value)
                continue
            }
            position += 1
            let high = try parseCharacter()
            guard low <= high else { throw failure("a range in a class has its ends in the wrong order") }
            ranges.append(low.value...high.value)
        }
        guard take("]") else { throw failure("the class does not end", at: place) }
        return isNegated ? ScalarSet(ranges).inverted : ScalarSet(ranges)
    }

    private mutating func parseCharacter() throws(GrammarError) -> Unicode.Scalar {
        guard let scalar = next else { throw failure("unexpected end") }
        position += 1
        guard scalar == "\\" else { return scalar }
        guard let letter = next else { throw failure("'\\' at the end") }
        position += 1
        switch letter {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "b": return "\u{8}"
        case "0": return "\0"
        case "x": return try parseHexadecimal(digits: 2)
        case "u": return try parseHexadecimal(digits: 4)
        case "U": return try parseHexadecimal(digits: 8)
        default:
            guard letter.isASCII, !letter.properties.isAlphabetic, !("0"..."9").contains(letter) else {
                throw failure("unknown escape '\\\(letter)'")
            }
            return letter
        }
    }

    private mutating func parseHexadecimal(digits count: Int) throws(GrammarError) -> Unicode.Scalar {
        let digits = scalars[position...].prefix(count)
        guard digits.count == count, digits.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw failure("an escape needs \(count) hexadecimal digits of a character") }
        position += count
        return scalar
    }

    private mutating func parseRegex() throws(GrammarError) -> Expression {
        let place = position
        position += 1
        var pattern = String.UnicodeScalarView()
        while let scalar = next, scalar != "/" {
            position += 1
            if scalar == "\\", let escaped = next {
                position += 1
                if escaped != "/" { pattern.append(scalar) }
                pattern.append(escaped)
            } else {
                pattern.append(scalar)
            }
        }
        guard take("/") else { throw failure("the regular expression does not end", at: place) }
        if let flag = next, flag.properties.isLowercase { throw unsupported("a flag of a regular expression") }
        return try RegexParser.parse(String(pattern)).fullMatch(.text)
    }

    // MARK: Characters

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

    private mutating func takeName() -> String? {
        let name = scalars[position...].prefix { scalar in
            scalar == "_" || (scalar == "-" && !isLark)
                || scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        }
        position += name.count
        return name.isEmpty ? nil : String(String.UnicodeScalarView(name))
    }

    private mutating func skipSpace() {
        while let scalar = next {
            if scalar == "#" && !isLark || isLark && scalars[position...].starts(with: ["/", "/"]) {
                while let scalar = next, scalar != "\n" { position += 1 }
            } else if scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t" {
                position += 1
            } else {
                return
            }
        }
    }

    private func failure(_ message: String, at place: Int? = nil) -> GrammarError {
        .invalid("grammar, line \(line(of: place ?? position)): \(message)")
    }

    private func unsupported(_ what: String) -> GrammarError {
        .unsupported("grammar, line \(line(of: position)): \(what) is not supported")
    }

    private func line(of place: Int) -> Int {
        scalars[..<place].count { $0 == "\n" } + 1
    }
}
