internal import ComplexModule

/// Whether two answers say the same.
///
/// Strict: fractions and decimals are compared exactly, formulas at random points; tuples and intervals need the same
/// brackets; sets and lists need the same elements in any order; a percentage is the number before its sign or a
/// hundredth of it. Lenient, beside that: four digits of a decimal, any brackets, another name on the left side, a base
/// that is missing. The strict verdict is the score.
struct MathEquality {
    let isLenient: Bool

    /// Longer lists are compared in their order.
    private static let mostUnordered = 64

    static let strict = MathEquality(isLenient: false)
    static let lenient = MathEquality(isLenient: true)

    func holds(_ gold: MathAnswer, _ answer: MathAnswer) -> Bool {
        switch (gold, answer) {
        case (.equation(let left, let right), .equation(let otherLeft, let otherRight)):
            return areEqual(left, right, otherLeft, otherRight)
        case (.equation(let left, let right), _) where left.isName:
            return holds(right, answer)
        case (_, .equation(let left, let right)) where left.isName || isLenient:
            return holds(gold, right)
        case (.expression(let a), .expression(let b)):
            return areEqual(a, b)
        case (.tuple(let a, let open, let close), .tuple(let b, let otherOpen, let otherClose)):
            return (isLenient || open == otherOpen && close == otherClose) && areEqual(a, b)
        case (.set(let a), .set(let b)), (.union(let a), .union(let b)):
            return areEqualInAnyOrder(a, b)
        case (.set(let a), _) where a.count == 1:
            return holds(a[0], answer)
        case (_, .set(let b)) where b.count == 1:
            return holds(gold, b[0])
        case (.set(let a), .tuple(let b, _, _)), (.tuple(let a, _, _), .set(let b)):
            return isLenient && areEqualInAnyOrder(a, b)
        case (.matrix(let a), .matrix(let b)):
            return a.count == b.count && zip(a, b).allSatisfy(areEqual)
        case (.matrix(let a), .tuple(let b, _, _)), (.tuple(let b, _, _), .matrix(let a)):
            return areEqual(a.flatMap { $0 }, b) && (a.count == 1 || a.allSatisfy { $0.count == 1 })
        case (.percent(let a), .percent(let b)):
            return areEqual(a, b)
        case (.percent(let percent), .expression(let number)), (.expression(let number), .percent(let percent)):
            return areEqual(percent, number) || areEqual(.quotient(percent, .number(Rational(100))), number)
        case (.based(let digits, let base), .based(let otherDigits, let otherBase)):
            return digits == otherDigits && base == otherBase
        case (.based(let digits, _), .expression(.number(let value))):
            return isLenient && value.isInteger && String(value.numerator) == digits
        case (.text(let a), .text(let b)):
            return a == b
        case (.text(let a), .expression(let b)), (.expression(let b), .text(let a)):
            return a == b.letters?.lowercased()
        default:
            return false
        }
    }

    private func areEqual(_ a: MathExpression, _ b: MathExpression) -> Bool {
        if a == b { return true }
        if let a = a.exactValue, let b = b.exactValue { return a == b || isLenient && isClose(a.double, b.double) }
        if MathExpression.agree(a, b) { return true }
        guard isLenient, a.symbols.isEmpty, b.symbols.isEmpty else { return false }
        let (x, y) = (a.value(at: [:]), b.value(at: [:]))
        return isClose(x.real, y.real) && isClose(x.imaginary, y.imaginary)
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool {
        (a - b).magnitude <= 1e-4 * max(a.magnitude, b.magnitude)
    }

    private func areEqual(_ a: [MathAnswer], _ b: [MathAnswer]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy(holds)
    }

    private func areEqualInAnyOrder(_ a: [MathAnswer], _ b: [MathAnswer]) -> Bool {
        guard a.count == b.count else { return false }
        if a.count > Self.mostUnordered { return areEqual(a, b) }
        var rest = b
        for element in a {
            guard let index = rest.firstIndex(where: { holds(element, $0) }) else { return false }
            rest.remove(at: index)
        }
        return true
    }

    /// Equations are the same when the differences of their sides are multiples of each other.
    private func areEqual(
        _ left: MathAnswer, _ right: MathAnswer, _ otherLeft: MathAnswer, _ otherRight: MathAnswer
    ) -> Bool {
        if holds(left, otherLeft), holds(right, otherRight) { return true }
        let isOtherName = isLenient && left.isName && otherLeft.isName
        guard case .expression(let a) = left, case .expression(let b) = right, case .expression(let c) = otherLeft,
            case .expression(let d) = otherRight
        else { return isOtherName && holds(right, otherRight) }
        let (difference, other) = (MathExpression.sum([a, .negated(b)]), MathExpression.sum([c, .negated(d)]))
        guard !difference.symbols.isEmpty, difference.symbols == other.symbols else {
            return isOtherName && holds(right, otherRight)
        }
        return MathExpression.areProportional(difference, other)
    }
}

extension MathAnswer {
    /// Whether it only names a value, as the left sides of `x = 3` and `f(x) = x^2` do.
    fileprivate var isName: Bool {
        switch self {
        case .expression(.symbol), .text: true
        case .expression(.product(let parts)):
            parts.count == 2 && parts.allSatisfy { if case .symbol = $0 { true } else { false } }
        case .tuple(let parts, _, _): parts.allSatisfy(\.isName)
        default: false
        }
    }
}
