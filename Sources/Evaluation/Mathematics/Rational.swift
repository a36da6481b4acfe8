internal import BigInt

/// An exact fraction in lowest terms.
struct Rational: Sendable, Hashable {
    let numerator: BigInt
    /// At least 1.
    let denominator: BigInt

    /// Numbers with more bits than this are not worked out.
    static let largestBitWidth = 1 << 13

    /// Roots of numbers with more bits than this are not looked for.
    static let largestRadicandBitWidth = 1 << 10

    init(_ integer: BigInt) {
        numerator = integer
        denominator = 1
    }

    init(_ integer: Int) {
        self.init(BigInt(integer))
    }

    /// nil for a denominator of zero.
    init?(_ numerator: BigInt, _ denominator: BigInt) {
        guard denominator != 0 else { return nil }
        let divisor = numerator.greatestCommonDivisor(with: denominator) * (denominator < 0 ? -1 : 1)
        self.numerator = numerator / divisor
        self.denominator = denominator / divisor
    }

    /// Reads `12`, `0.5` or `.5`; nil for anything else.
    init?(decimal text: some StringProtocol) {
        let parts = String(text).split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count <= 2, let whole = parts.first, !(whole.isEmpty && fraction.isEmpty) else { return nil }
        let digits = whole + fraction
        guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let value = BigInt(digits)
        else { return nil }
        self.init(value, BigInt(10).power(fraction.utf8.count))
    }

    var isInteger: Bool { denominator == 1 }

    var double: Double { Double(numerator) / Double(denominator) }

    /// The value as an integer that fits; nil for a fraction and for a large one.
    var smallInteger: Int? { isInteger ? Int(exactly: numerator) : nil }

    private var isLarge: Bool { max(numerator.bitWidth, denominator.bitWidth) > Self.largestBitWidth }

    /// nil where the terms are too large to work with, as for products and quotients.
    static func + (a: Rational, b: Rational) -> Rational? {
        a.isLarge || b.isLarge
            ? nil
            : Rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
    }

    static func * (a: Rational, b: Rational) -> Rational? {
        a.isLarge || b.isLarge ? nil : Rational(a.numerator * b.numerator, a.denominator * b.denominator)
    }

    static func / (a: Rational, b: Rational) -> Rational? {
        a.isLarge || b.isLarge ? nil : Rational(a.numerator * b.denominator, a.denominator * b.numerator)
    }

    static prefix func - (a: Rational) -> Rational {
        Rational(-a.numerator, a.denominator) ?? a
    }

    static func < (a: Rational, b: Rational) -> Bool {
        a.numerator * b.denominator < b.numerator * a.denominator
    }

    var magnitude: Rational { numerator < 0 ? -self : self }

    /// The largest integer that is not above.
    var floor: Rational {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return Rational(remainder < 0 ? quotient - 1 : quotient)
    }

    /// An integral power; nil for 0 to a negative one, and where the result is too large to work out.
    func power(_ exponent: Int) -> Rational? {
        let bits = max(numerator.bitWidth, denominator.bitWidth)
        guard exponent.magnitude <= UInt(Self.largestBitWidth / max(bits, 1)) else { return nil }
        let (top, bottom) = (numerator.power(abs(exponent)), denominator.power(abs(exponent)))
        return exponent >= 0 ? Rational(top, bottom) : Rational(bottom, top)
    }

    /// The exact n-th root, if it is rational; of a negative number only for odd n.
    func root(_ degree: Int) -> Rational? {
        guard degree >= 1, degree <= 64, numerator >= 0 || degree % 2 == 1,
            max(numerator.bitWidth, denominator.bitWidth) <= Self.largestRadicandBitWidth
        else { return nil }
        guard let top = Self.root(numerator.magnitude, degree), let bottom = Self.root(denominator.magnitude, degree)
        else { return nil }
        return Rational(numerator < 0 ? -BigInt(top) : BigInt(top), BigInt(bottom))
    }

    private static func root(_ value: BigUInt, _ degree: Int) -> BigUInt? {
        var low = BigUInt(0)
        var high = BigUInt(1) << (value.bitWidth / degree + 1)
        while low < high {
            let middle = (low + high + 1) >> 1
            if middle.power(degree) <= value { low = middle } else { high = middle - 1 }
        }
        return low.power(degree) == value ? low : nil
    }
}
