/// A formula: the tree of its operations.
indirect enum MathExpression: Sendable, Hashable {
    enum Constant: Sendable, Hashable {
        case pi, e, i, infinity
    }

    enum Function: String, Sendable, Hashable {
        case sin, cos, tan, cot, sec, csc
        case arcsin, arccos, arctan
        case sinh, cosh, tanh
        case ln, exp, abs, floor, ceil, factorial
    }

    case number(Rational)
    case constant(Constant)
    /// A variable, with its subscript.
    case symbol(String)
    case sum([MathExpression])
    case product([MathExpression])
    case quotient(MathExpression, MathExpression)
    case power(MathExpression, MathExpression)
    case root(degree: MathExpression, MathExpression)
    case logarithm(base: MathExpression, MathExpression)
    case function(Function, MathExpression)
    case binomial(MathExpression, MathExpression)

    static func negated(_ expression: MathExpression) -> MathExpression {
        if case .number(let value) = expression { return .number(-value) }
        return .product([.number(Rational(-1)), expression])
    }

    /// The product, in one list with the factors of the first.
    static func multiplied(_ a: MathExpression, _ b: MathExpression) -> MathExpression {
        if case .product(let factors) = a { return .product(factors + [b]) }
        return .product([a, b])
    }

    var children: [MathExpression] {
        switch self {
        case .number, .constant, .symbol: []
        case .sum(let parts), .product(let parts): parts
        case .quotient(let a, let b), .power(let a, let b), .root(let a, let b), .logarithm(let a, let b),
            .binomial(let a, let b):
            [a, b]
        case .function(_, let argument): [argument]
        }
    }

    /// The letters of a word that was read as a product of variables; nil for other formulas.
    var letters: String? {
        switch self {
        case .symbol(let name): return name
        case .constant(.e): return "e"
        case .constant(.i): return "i"
        case .product(let factors):
            let letters = factors.map(\.letters)
            return letters.contains(nil) ? nil : letters.compactMap { $0 }.joined()
        default: return nil
        }
    }

    /// The variables in it.
    var symbols: Set<String> {
        if case .symbol(let name) = self { return [name] }
        return children.reduce(into: []) { $0.formUnion($1.symbols) }
    }
}
