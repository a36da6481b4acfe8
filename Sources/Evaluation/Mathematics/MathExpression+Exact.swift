internal import BigInt

extension MathExpression {
    /// The value where it is rational and operations on fractions alone lead to it; nil otherwise.
    var exactValue: Rational? {
        switch self {
        case .number(let value):
            return value
        case .constant, .symbol, .logarithm:
            return nil
        case .sum(let parts):
            return parts.reduce(Rational(0)) { sum, part in sum.flatMap { a in part.exactValue.flatMap { a + $0 } } }
        case .product(let parts):
            return parts.reduce(Rational(1)) { product, part in
                product.flatMap { a in part.exactValue.flatMap { a * $0 } }
            }
        case .quotient(let a, let b):
            guard let a = a.exactValue, let b = b.exactValue else { return nil }
            return a / b
        case .power(let base, let exponent):
            guard let base = base.exactValue, let exponent = exponent.exactValue,
                let numerator = Int(exactly: exponent.numerator), let degree = Int(exactly: exponent.denominator)
            else { return nil }
            return base.root(degree)?.power(numerator)
        case .root(let degree, let radicand):
            guard let degree = degree.exactValue?.smallInteger, let radicand = radicand.exactValue else { return nil }
            return radicand.root(degree)
        case .binomial(let n, let k):
            guard let n = n.exactValue?.smallInteger, let k = k.exactValue?.smallInteger, (0...500).contains(n)
            else { return nil }
            guard (0...n).contains(k) else { return Rational(0) }
            return (0..<k).reduce(Rational(1)) { product, index in
                product.flatMap { a in Rational(BigInt(n - index), BigInt(index + 1)).flatMap { a * $0 } }
            }
        case .function(let function, let argument):
            guard let value = argument.exactValue else { return nil }
            switch function {
            case .abs: return value.magnitude
            case .floor: return value.floor
            case .ceil: return -(-value).floor
            case .factorial:
                guard let n = value.smallInteger, (0...500).contains(n) else { return nil }
                return Rational((0..<n).reduce(BigInt(1)) { $0 * BigInt($1 + 1) })
            default: return nil
            }
        }
    }
}
