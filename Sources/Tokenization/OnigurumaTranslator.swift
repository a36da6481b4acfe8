/// Rewrites a regular expression from Oniguruma's syntax, which tokenizer files use, into PCRE2's.
///
/// Handled differences: `\s`, `\w`, `\b`, `\h`, `\v` and properties (other sets), `(?m)`, `{,n}`, `\uHHHH`, options
/// inside a branch, nested classes. What has no equivalent (`&&`, `\X`, `{n,m}+`, absent operators …) is an error.
/// Case-insensitive literals that fold to several characters (ß, ss) match as they are written only.
/// Source: Oniguruma 6.9's doc/RE, syntax ONIG_SYNTAX_ONIGURUMA.
struct OnigurumaTranslator {
    private struct Group {
        var ignoresCase: Bool
        var isExtended: Bool
        /// Groups opened by options inside the branch, to be closed with it.
        var implied = 0
    }

    private let source: String
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var output = ""
    private var groups = [Group(ignoresCase: false, isExtended: false)]

    init(_ source: String) {
        self.source = source
        scalars = Array(source.unicodeScalars)
    }

    private func error(_ message: String) -> PatternError {
        PatternError(source: source, message: message)
    }

    private var current: Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    private mutating func take() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = current else { throw error("it ends too early") }
        position += 1
        return scalar
    }

    private mutating func skip(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func takeUntil(_ end: Unicode.Scalar) throws(PatternError) -> String {
        var text = String.UnicodeScalarView()
        while true {
            let scalar = try take()
            if scalar == end { return String(text) }
            text.append(scalar)
        }
    }

    mutating func translate() throws(PatternError) -> String {
        while current != nil { try translateNext() }
        guard groups.count == 1 else { throw error("a parenthesis is not closed") }
        output += String(repeating: ")", count: groups[0].implied)
        return output
    }

    private mutating func translateNext() throws(PatternError) {
        let scalar = try take()
        switch scalar {
        case "\\":
            try translateEscape()
        case "[":
            let (set, negated) = try parseClass()
            output += set.pattern(negated: negated)
        case "(":
            try translateGroupStart()
        case ")":
            guard groups.count > 1 else { throw error("a parenthesis is not opened") }
            output += String(repeating: ")", count: groups.removeLast().implied + 1)
        case "{":
            try translateInterval()
        case "#" where groups[groups.count - 1].isExtended:
            while let next = current, next != "\n" { position += 1 }
        default:
            output.unicodeScalars.append(scalar)
        }
    }

    // MARK: Groups

    private mutating func translateGroupStart() throws(PatternError) {
        var group = groups[groups.count - 1]
        group.implied = 0
        guard skip("?") else {
            groups.append(group)
            output += "("
            return
        }
        if skip("#") {
            _ = try takeUntil(")")
            return
        }
        for start in [":", "=", "!", ">", "<=", "<!"] where skip(start) {
            groups.append(group)
            output += "(?\(start)"
            return
        }
        if skip("<") {
            groups.append(group)
            output += "(?<\(try takeUntil(">"))>"
            return
        }
        try translateOptions(group)
    }

    private mutating func translateOptions(_ outer: Group) throws(PatternError) {
        var group = outer
        var options = ""
        var enables = true
        while true {
            switch try take() {
            case "i":
                group.ignoresCase = enables
                options += "i"
            case "m": options += "s"
            case "x":
                group.isExtended = enables
                options += "x"
            case "-":
                enables = false
                options += "-"
            case ":":
                groups.append(group)
                output += "(?\(options):"
                return
            case ")":
                groups[groups.count - 1].ignoresCase = group.ignoresCase
                groups[groups.count - 1].isExtended = group.isExtended
                groups[groups.count - 1].implied += 1
                output += "(?\(options):"
                return
            default: throw error("the construct at \"(?\(options)\(scalars[position - 1])\" is not supported")
            }
        }
    }

    // MARK: Intervals

    private mutating func translateInterval() throws(PatternError) {
        let start = position
        guard let end = scalars[start...].firstIndex(of: "}") else {
            output += "\\{"
            return
        }
        let parts = scalars[start..<end].split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(String.UnicodeScalarView(part))
        }
        let isInterval =
            (1...2).contains(parts.count) && parts.contains { !$0.isEmpty }
            && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isInterval else {
            output += "\\{"
            return
        }
        position = end + 1
        if current == "+" { throw error("a \"+\" behind an interval is not supported") }
        if current == "?" && parts.count == 1 { throw error("a \"?\" behind {n} is not supported") }
        let least = parts[0].isEmpty ? "0" : parts[0]
        output += parts.count == 1 ? "{\(least)}" : "{\(least),\(parts[1])}"
    }

    // MARK: Escapes

    private mutating func translateEscape() throws(PatternError) {
        if let set = try parseSetEscape(insideClass: false) {
            output += set.pattern(negated: false)
            return
        }
        if let scalar = try parseScalarEscape(insideClass: false) {
            output += CharacterSetExpression.escape(scalar)
            return
        }
        let scalar = try take()
        switch scalar {
        case "b", "B":
            let word = "[\(UnicodeProperty.wordOutsideClass)]"
            let same = "(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word))"
            let other = "(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word))"
            output += "(?:\(scalar == "b" ? other : same))"
        case "A", "z", "Z", "G", "R", "N", "1"..."9":
            output += "\\\(scalar)"
        case "O":
            output += "(?s:.)"
        case "k" where skip("<"):
            output += "\\k<\(try takeUntil(">"))>"
        default:
            throw error("the escape \"\\\(scalar)\" is not supported")
        }
    }

    /// The set of an escape such as `\s` or `\p{L}`; nil and nothing consumed for every other escape.
    private mutating func parseSetEscape(insideClass: Bool) throws(PatternError) -> CharacterSetExpression? {
        let word = insideClass ? UnicodeProperty.word : UnicodeProperty.wordOutsideClass
        let letter = try take()
        switch letter {
        case "s": return CharacterSetExpression(items: UnicodeProperty.whitespace)
        case "S": return CharacterSetExpression(complements: [UnicodeProperty.whitespace])
        case "d": return CharacterSetExpression(items: UnicodeProperty.digit)
        case "D": return CharacterSetExpression(complements: [UnicodeProperty.digit])
        case "w": return CharacterSetExpression(items: word)
        case "W": return CharacterSetExpression(complements: [word])
        case "h": return CharacterSetExpression(items: UnicodeProperty.hexadecimal)
        case "H": return CharacterSetExpression(complements: [UnicodeProperty.hexadecimal])
        case "p", "P":
            guard skip("{") else { throw error("\"\\\(letter)\" needs a property name in braces") }
            let isInverted = skip("^") != (letter == "P")
            let name = try takeUntil("}")
            if !insideClass, name.lowercased() == "word" {
                return isInverted ? CharacterSetExpression(complements: [word]) : CharacterSetExpression(items: word)
            }
            return try property(name, isInverted: isInverted)
        default:
            position -= 1
            return nil
        }
    }

    private func bracket(_ name: String, isInverted: Bool) throws(PatternError) -> CharacterSetExpression {
        guard name == "punct" else { return try property(name, isInverted: isInverted) }
        let items = UnicodeProperty.bracketPunctuation
        return isInverted ? CharacterSetExpression(complements: [items]) : CharacterSetExpression(items: items)
    }

    private func property(_ name: String, isInverted: Bool) throws(PatternError) -> CharacterSetExpression {
        guard let set = UnicodeProperty.named(name), let result = isInverted ? set.inverted : set else {
            throw error("the property \"\(name)\" is not supported")
        }
        if groups[groups.count - 1].ignoresCase && UnicodeProperty.dependsOnCase(name) {
            throw error("the property \"\(name)\" is not supported where case is ignored")
        }
        return result
    }

    /// The scalar that an escape stands for; nil and nothing consumed for an escape that is no scalar.
    private mutating func parseScalarEscape(insideClass: Bool) throws(PatternError) -> Unicode.Scalar? {
        let letter = try take()
        switch letter {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "a": return "\u{7}"
        case "e": return "\u{1B}"
        case "b" where insideClass: return "\u{8}"
        case "x" where skip("{"): return try scalar(hexadecimal: try takeUntil("}"))
        case "x":
            let scalar = try scalar(hexadecimal: try takeHexadecimal(atMost: 2))
            guard scalar.isASCII else { throw error("bytes above \\x7F are not supported; write \\x{…}") }
            return scalar
        case "u": return try scalar(hexadecimal: try takeHexadecimal(atMost: 4))
        default:
            if letter.isASCII, !letter.properties.isAlphabetic, letter.properties.numericType == nil { return letter }
            if !letter.isASCII { return letter }
            position -= 1
            return nil
        }
    }

    private mutating func takeHexadecimal(atMost limit: Int) throws(PatternError) -> String {
        var digits = String.UnicodeScalarView()
        while digits.count < limit, let next = current, next.isASCII, next.properties.isHexDigit {
            digits.append(next)
            position += 1
        }
        return String(digits)
    }

    private func scalar(hexadecimal digits: String) throws(PatternError) -> Unicode.Scalar {
        guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw error("\"\(digits)\" is not the number of a character")
        }
        return scalar
    }

    // MARK: Classes

    private enum ClassItem {
        case scalar(Unicode.Scalar)
        case set(CharacterSetExpression)
    }

    /// The class whose opening bracket is consumed.
    private mutating func parseClass() throws(PatternError) -> (set: CharacterSetExpression, negated: Bool) {
        let negated = skip("^")
        var set = CharacterSetExpression()
        var isFirst = true
        while true {
            if !isFirst, skip("]") { break }
            isFirst = false
            if skip("&&") { throw error("the intersection \"&&\" is not supported") }
            switch try parseClassItem() {
            case .set(let member):
                set.formUnion(member)
            case .scalar(let lower):
                set.items += try parseRange(from: lower)
            }
        }
        return (set, negated)
    }

    /// The rest of a range `lower-upper`, or `lower` alone where no range follows.
    private mutating func parseRange(from lower: Unicode.Scalar) throws(PatternError) -> String {
        guard current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
            return CharacterSetExpression.escape(lower)
        }
        position += 1
        guard case .scalar(let upper) = try parseClassItem() else {
            throw error("a range must end in a character")
        }
        guard lower <= upper else { throw error("the range \(lower)-\(upper) is empty") }
        return CharacterSetExpression.escape(lower.value...upper.value)
    }

    private mutating func parseClassItem() throws(PatternError) -> ClassItem {
        let scalar = try take()
        if scalar == "[" {
            if skip(":") {
                let isInverted = skip("^")
                let name = try takeUntil(":")
                guard skip("]") else { throw error("\"[:\(name):\" is not closed") }
                return .set(try bracket(name, isInverted: isInverted))
            }
            let (inner, negated) = try parseClass()
            guard let set = negated ? inner.inverted : inner else {
                throw error("this combination of nested classes is not supported")
            }
            return .set(set)
        }
        guard scalar == "\\" else { return .scalar(scalar) }
        if let set = try parseSetEscape(insideClass: true) { return .set(set) }
        if let scalar = try parseScalarEscape(insideClass: true) { return .scalar(scalar) }
        throw error("the escape \"\\\(try take())\" is not supported in a class")
    }
}
