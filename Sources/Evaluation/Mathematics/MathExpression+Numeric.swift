internal import ComplexModule
internal import RealModule

extension MathExpression {
    typealias Point = [String: Complex<Double>]

    /// The value at a point, on the principal branches; not finite where there is none.
    func value(at point: Point) -> Complex<Double> {
        switch self {
        case .number(let value):
            return Complex(value.double)
        case .constant(let constant):
            switch constant {
            case .pi: return Complex(.pi)
            case .e: return Complex(.exp(1))
            case .i: return .i
            case .infinity: return .infinity
            }
        case .symbol(let name):
            return point[name] ?? .infinity
        case .sum(let parts):
            return parts.reduce(.zero) { $0 + $1.value(at: point) }
        case .product(let parts):
            return parts.reduce(.one) { $0 * $1.value(at: point) }
        case .quotient(let a, let b):
            return a.value(at: point) / b.value(at: point)
        case .power(let base, let exponent):
            return Self.power(base.value(at: point), exponent.value(at: point))
        case .root(let degree, let radicand):
            return Self.root(radicand.value(at: point), degree.value(at: point))
        case .logarithm(let base, let argument):
            return Complex.log(argument.value(at: point)) / Complex.log(base.value(at: point))
        case .binomial(let n, let k):
            guard let value = exactValue else {
                return Self.binomial(n.value(at: point), k.exactValue?.smallInteger)
            }
            return Complex(value.double)
        case .function(let function, let argument):
            return Self.apply(function, argument.value(at: point))
        }
    }

    private static func power(_ base: Complex<Double>, _ exponent: Complex<Double>) -> Complex<Double> {
        if exponent.imaginary == 0, let integer = Int(exactly: exponent.real), integer.magnitude < 1 << 20 {
            return Complex.pow(base, integer)
        }
        return Complex.pow(base, exponent)
    }

    /// Odd roots of negative numbers are negative, as schools have it.
    private static func root(_ radicand: Complex<Double>, _ degree: Complex<Double>) -> Complex<Double> {
        if degree.imaginary == 0, let integer = Int(exactly: degree.real), integer % 2 == 1, integer > 0,
            radicand.imaginary == 0
        {
            return Complex(Double.root(radicand.real, integer))
        }
        return Complex.pow(radicand, Complex.one / degree)
    }

    private static func binomial(_ n: Complex<Double>, _ k: Int?) -> Complex<Double> {
        guard let k, (0...100).contains(k) else { return .infinity }
        return (0..<k).reduce(.one) { $0 * (n - Complex(Double($1))) / Complex(Double($1 + 1)) }
    }

    private static func apply(_ function: Function, _ x: Complex<Double>) -> Complex<Double> {
        switch function {
        case .sin: .sin(x)
        case .cos: .cos(x)
        case .tan: .tan(x)
        case .cot: .one / .tan(x)
        case .sec: .one / .cos(x)
        case .csc: .one / .sin(x)
        case .arcsin: .asin(x)
        case .arccos: .acos(x)
        case .arctan: .atan(x)
        case .sinh: .sinh(x)
        case .cosh: .cosh(x)
        case .tanh: .tanh(x)
        case .ln: .log(x)
        case .exp: .exp(x)
        case .abs: Complex(x.length)
        case .floor: x.imaginary == 0 ? Complex(x.real.rounded(.down)) : .infinity
        case .ceil: x.imaginary == 0 ? Complex(x.real.rounded(.up)) : .infinity
        case .factorial: x.imaginary == 0 ? Complex(Double.gamma(x.real + 1)) : .infinity
        }
    }

    /// Whether two formulas have the same value at points drawn at random, the same ones every time.
    ///
    /// Variables are drawn from the right half of the complex plane, so that what holds for positive numbers holds:
    /// √(x²) = x, but not |x| = x.
    static func agree(_ a: MathExpression, _ b: MathExpression) -> Bool {
        let difference = Ratio(a, b)
        return difference.isConstant { ($0 - $1).length <= tolerance * max($0.length, $1.length, tiny) }
    }

    /// Whether one formula is a constant multiple of the other, neither of them zero.
    static func areProportional(_ a: MathExpression, _ b: MathExpression) -> Bool {
        var factor: Complex<Double>?
        return Ratio(a, b).isConstant { a, b in
            guard a.length > tiny, b.length > tiny else { return false }
            guard let known = factor else {
                factor = a / b
                return true
            }
            return (a - known * b).length <= 1e3 * tolerance * a.length
        }
    }

    private static let tolerance = 1e-9
    private static let tiny = 1e-12

    /// Pairs of values at common points.
    private struct Ratio {
        private let pairs: [(Complex<Double>, Complex<Double>)]

        init(_ a: MathExpression, _ b: MathExpression) {
            let symbols = a.symbols.union(b.symbols).sorted()
            var generator = SplitMix64(seed: 0x2545_F491_4F6C_DD1D)
            pairs = (0..<(symbols.isEmpty ? 1 : 8)).map { _ in
                var point = Point()
                for symbol in symbols {
                    point[symbol] = Complex(
                        0.3 + 2 * generator.uniform(), 1.5 * (generator.uniform() - 0.5))
                }
                return (a.value(at: point), b.value(at: point))
            }
        }

        /// Whether the test holds wherever both are finite, and that is at half the points or more.
        func isConstant(_ test: (Complex<Double>, Complex<Double>) -> Bool) -> Bool {
            let finite = pairs.filter { $0.0.isFinite && $0.1.isFinite }
            return 2 * finite.count >= pairs.count && finite.allSatisfy { test($0.0, $0.1) }
        }
    }
}
