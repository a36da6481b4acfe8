/// Reads one formula in LaTeX, or in the plain notation of calculators, that ``LatexText`` has normalised.
struct MathParser {
    private let text: [Character]
    private var position = 0
    private var depth = 0

    private static let deepest = 64
    /// Operations that may make the tree deeper, in all.
    private static let mostOperations = 200
    private var operations = 0

    /// Why a text is no formula.
    private struct Failure: Error {}

    /// nil where the text is no formula as a whole.
    static func parse(_ text: some StringProtocol) -> MathExpression? {
        var parser = MathParser(text: withoutSpaces(text))
        guard !parser.text.isEmpty, let expression = try? parser.sum(), parser.isAtEnd else { return nil }
        return expression
    }

    private init(text: [Character]) { self.text = text }

    /// Without spaces, but for one between a command and a letter, since it ends the command's name, and one between
    /// digits, since they are two numbers.
    private static func withoutSpaces(_ text: some StringProtocol) -> [Character] {
        var result: [Character] = []
        var isCommand = false
        var isSpaced = false
        for character in text {
            if character == " " {
                isSpaced = true
                continue
            }
            let isLetter = character.isASCII && character.isLetter
            if isSpaced, isCommand ? isLetter : character.isNumber && result.last?.isNumber == true {
                result.append(" ")
            }
            isCommand = character == "\\" || isCommand && isLetter && !isSpaced
            isSpaced = false
            result.append(character)
        }
        return result
    }

    private var isAtEnd: Bool { position >= text.count }
    private var next: Character? { isAtEnd ? nil : text[position] }

    private func follows(_ token: String) -> Bool {
        text[position...].starts(with: token)
    }

    private mutating func take(_ token: String) -> Bool {
        guard follows(token) else { return false }
        // A command's name ends where its letters do.
        if token.first == "\\", token.last?.isLetter == true, position + token.count < text.count,
            text[position + token.count].isASCII, text[position + token.count].isLetter
        {
            return false
        }
        position += token.count
        if token.first == "\\", next == " " { position += 1 }
        return true
    }

    private mutating func countOperation() throws {
        operations += 1
        guard operations <= Self.mostOperations else { throw Failure() }
    }

    private mutating func require(_ token: String) throws {
        guard take(token) else { throw Failure() }
    }

    private mutating func sum() throws -> MathExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw Failure() }
        var parts = [try term()]
        while true {
            if take("+") {
                parts.append(try term())
            } else if take("-") {
                parts.append(.negated(try term()))
            } else {
                return parts.count == 1 ? parts[0] : .sum(parts)
            }
        }
    }

    private mutating func term() throws -> MathExpression {
        var result = try signed()
        while true {
            if take("\\cdot") || take("\\times") || take("*") || take("\\ast") {
                result = .multiplied(result, try signed())
            } else if take("/") || take("\\div") {
                try countOperation()
                result = .quotient(result, try signed())
            } else if beginsFactor {
                result = Self.beside(result, try power())
            } else {
                return result
            }
        }
    }

    /// `2\frac12` is a mixed number; all else beside each other is a product.
    private static func beside(_ a: MathExpression, _ b: MathExpression) -> MathExpression {
        if case .number(let whole) = a, whole.isInteger, case .quotient(.number(let top), .number(let bottom)) = b,
            top.isInteger, bottom.isInteger, top < bottom
        {
            return whole.numerator < 0 ? .sum([a, .negated(b)]) : .sum([a, b])
        }
        return .multiplied(a, b)
    }

    private mutating func signed() throws -> MathExpression {
        var isNegative = false
        while let sign = next, sign == "-" || sign == "+" {
            position += 1
            if sign == "-" { isNegative.toggle() }
        }
        let value = try power()
        return isNegative ? .negated(value) : value
    }

    /// Whether what follows can stand beside a factor without an operator.
    private var beginsFactor: Bool {
        guard let next else { return false }
        if next.isASCII, next.isLetter || next.isNumber { return true }
        if next == "(" || next == "{" || next == "[" { return true }
        guard next == "\\" else { return false }
        return ![
            "\\cdot", "\\times", "\\ast", "\\div", "\\pm", "\\mp", "\\cup", "\\in", "\\le", "\\ge", "\\ne", "\\}",
            "\\rfloor", "\\rceil", "\\to", "\\equiv", "\\pmod",
        ].contains { follows($0) && !follows($0 + "ft") }
    }

    private mutating func power() throws -> MathExpression {
        var result = try atom()
        while true {
            if take("!") {
                try countOperation()
                result = .function(.factorial, result)
            } else if take("^") {
                try countOperation()
                result = .power(result, try argument())
            } else {
                return result
            }
        }
    }

    /// A group in braces, or a single token: `\frac12`, `x^2`.
    private mutating func argument() throws -> MathExpression {
        try countOperation()
        if next == " " { position += 1 }
        if take("{") {
            let content = try sum()
            try require("}")
            return content
        }
        if let digit = next, digit.isASCII, digit.isNumber {
            position += 1
            return .number(try Self.number(String(digit)))
        }
        if take("-") { return .negated(try argument()) }
        return try atom()
    }

    private mutating func atom() throws -> MathExpression {
        guard let next else { throw Failure() }
        if next.isASCII, next.isNumber || next == "." { return .number(try number()) }
        switch next {
        case "(", "[", "{":
            position += 1
            let content = try sum()
            try require(next == "(" ? ")" : next == "[" ? "]" : "}")
            return content
        case "|":
            position += 1
            let content = try sum()
            try require("|")
            return .function(.abs, content)
        case "\\":
            return try command()
        default:
            guard next.isASCII, next.isLetter else { throw Failure() }
            return try word()
        }
    }

    private mutating func number() throws -> Rational {
        var digits = ""
        while let next, next.isASCII, next.isNumber || next == "." {
            digits.append(next)
            position += 1
        }
        if digits.contains("."), take("\\overline{") { return try repeating(digits) }
        let value = try Self.number(digits)
        guard next == "e" || next == "E", let exponent = exponent() else { return value }
        guard let power = Rational(10).power(exponent), let scaled = value * power else { throw Failure() }
        return scaled
    }

    /// What follows `0.1\overline{` as a fraction.
    private mutating func repeating(_ digits: String) throws -> Rational {
        var period = ""
        while let next, next.isASCII, next.isNumber {
            period.append(next)
            position += 1
        }
        try require("}")
        let places = digits.count - 1 - digits.prefix { $0 != "." }.count
        guard !period.isEmpty, let nines = Rational(10).power(period.count).flatMap({ $0 + Rational(-1) }),
            let shift = Rational(10).power(places), let whole = Rational(decimal: digits),
            let fraction = (try Self.number(period) / nines).flatMap({ $0 / shift }), let sum = whole + fraction
        else { throw Failure() }
        return sum
    }

    /// Passes over `e-5` behind a number, as computers write powers of ten.
    private mutating func exponent() -> Int? {
        var end = position + 1
        if end < text.count, text[end] == "-" || text[end] == "+" { end += 1 }
        let start = end
        while end < text.count, text[end].isASCII, text[end].isNumber { end += 1 }
        guard end > start, end - start <= 4, let value = Int(String(text[(position + 1)..<end])) else { return nil }
        position = end
        return value
    }

    private static func number(_ digits: String) throws -> Rational {
        guard let value = Rational(decimal: digits) else { throw Failure() }
        return value
    }

    private mutating func command() throws -> MathExpression {
        position += 1
        var name = ""
        while let next, next.isASCII, next.isLetter {
            name.append(next)
            position += 1
        }
        if next == " " { position += 1 }
        switch name {
        case "frac":
            return .quotient(try argument(), try argument())
        case "binom":
            return .binomial(try argument(), try argument())
        case "sqrt":
            guard take("[") else { return .root(degree: .number(Rational(2)), try argument()) }
            let degree = try sum()
            try require("]")
            return .root(degree: degree, try argument())
        case "overline":
            return try argument()
        case "lfloor":
            let content = try sum()
            try require("\\rfloor")
            return .function(.floor, content)
        case "lceil":
            let content = try sum()
            try require("\\rceil")
            return .function(.ceil, content)
        default:
            return try named(name)
        }
    }

    /// A word without a backslash: a known name, or the product of its letters.
    private mutating func word() throws -> MathExpression {
        for name in MathWords.plain where take(name) {
            if name == "sqrt" { return .root(degree: .number(Rational(2)), try argument()) }
            return try named(name)
        }
        guard let letter = next else { throw Failure() }
        position += 1
        switch letter {
        case "e" where next != "_": return .constant(.e)
        case "i" where next != "_": return .constant(.i)
        default: return .symbol(try subscripted(String(letter)))
        }
    }

    private mutating func named(_ name: String) throws -> MathExpression {
        if let constant = MathWords.constant(name) { return .constant(constant) }
        if MathWords.greek.contains(name) { return .symbol(try subscripted(name)) }
        if name == "log" || name == "lg" {
            let base = take("_") ? try argument() : .number(Rational(10))
            return try applied { .logarithm(base: base, $0) }
        }
        guard let function = MathWords.function(name) else { throw Failure() }
        return try applied { .function(function, $0) }
    }

    /// A function of what follows: `\sin^2 x`, `\sin(x)`, `\sin 2x`.
    private mutating func applied(_ function: (MathExpression) -> MathExpression) throws -> MathExpression {
        try countOperation()
        let exponent = take("^") ? try argument() : nil
        if next == " " { position += 1 }
        var operand = try power()
        if !(next == "(" || next == "[") {
            while let next, next.isASCII, next.isNumber || next.isLetter || follows("\\pi") || follows("\\theta"),
                MathWords.plain.allSatisfy({ $0 == "pi" || !follows($0) })
            {
                operand = .multiplied(operand, try power())
            }
        }
        let value = function(operand)
        return exponent.map { .power(value, $0) } ?? value
    }

    private mutating func subscripted(_ name: String) throws -> String {
        guard take("_") else { return name }
        if take("{") {
            var index = ""
            while let next, next != "}" {
                index.append(next)
                position += 1
            }
            try require("}")
            return "\(name)_\(index)"
        }
        guard let index = next else { throw Failure() }
        position += 1
        return "\(name)_\(index)"
    }
}
