/// Which numbers a schema allows, and the texts that write them: exactly those in the range, in plain decimals.
struct NumberRange {
    /// Digits that a part of a number may have where no bound says less, so that no output is all digits.
    private static let longest = 64

    struct Bound {
        var value: DecimalNumber
        var isExclusive: Bool
    }

    var lower: Bound?
    var upper: Bound?
    var factors: [DecimalNumber] = []
    var isInteger = false

    mutating func limit(lower bound: Bound) {
        if let old = lower, (old.value, old.isExclusive ? 1 : 0) >= (bound.value, bound.isExclusive ? 1 : 0) { return }
        lower = bound
    }

    mutating func limit(upper bound: Bound) {
        if let old = upper, (old.value, old.isExclusive ? 0 : 1) <= (bound.value, bound.isExclusive ? 0 : 1) { return }
        upper = bound
    }

    /// Nil if a factor has too many digits to tell.
    func contains(_ number: DecimalNumber) -> Bool? {
        if isInteger && !number.isInteger { return false }
        if let lower, number < lower.value || lower.isExclusive && number == lower.value { return false }
        if let upper, number > upper.value || upper.isExclusive && number == upper.value { return false }
        for factor in factors {
            guard let isMultiple = number.isMultiple(of: factor) else { return nil }
            if !isMultiple { return false }
        }
        return true
    }

    /// Whether no number is in both, as far as the bounds tell.
    func isDisjoint(from other: NumberRange) -> Bool {
        func ends(_ upper: Bound?, before lower: Bound?) -> Bool {
            guard let upper, let lower else { return false }
            return upper.value < lower.value || upper.value == lower.value && (upper.isExclusive || lower.isExclusive)
        }
        return ends(upper, before: other.lower) || ends(other.upper, before: lower)
    }

    /// The texts; throws where a factor has too many digits.
    func expression(_ rules: inout RuleSet) throws(GrammarError) -> Expression {
        if lower == nil && upper == nil && factors.isEmpty { return isInteger ? Self.anyInteger : Self.anyNumber }
        var multiples: [Expression] = []
        for factor in factors { multiples.append(try self.multiples(of: factor, &rules)) }
        func all(_ parts: [Expression]) -> Expression {
            let parts = parts + multiples
            guard let first = parts.first else { return .nothing }
            return parts.dropFirst().reduce(first) { .intersection($0, $1) }
        }
        var choices: [Expression] = []
        let zero = Bound(value: .zero, isExclusive: false)
        if upper.map({ !$0.value.isNegative }) ?? true {
            let from = lower.flatMap { $0.value.isNegative ? nil : $0 } ?? zero
            choices.append(all([atLeast(from)] + (upper.map { [atMost($0)] } ?? [])))
        }
        if lower.map({ $0.value.isNegative }) ?? true {
            func mirrored(_ bound: Bound) -> Bound {
                Bound(value: bound.value.magnitude, isExclusive: bound.isExclusive)
            }
            let from = upper.flatMap { $0.value.isNegative ? mirrored($0) : nil }
            let parts = [atLeast(from ?? Bound(value: .zero, isExclusive: true))]
            choices.append(
                .sequence([.literal("-"), all(parts + (lower.map { [atMost(mirrored($0))] } ?? []))]))
        }
        return .choice(choices)
    }

    // MARK: Digits

    private static let digit = Expression.bytes(ByteSet(0x30...0x39))
    private static let positiveDigit = Expression.bytes(ByteSet(0x31...0x39))
    private static let point = Expression.literal(".")

    private static func digits(_ least: Int, _ most: Int) -> Expression {
        .repetition(digit, atLeast: least, atMost: most)
    }

    private static func digit(_ range: ClosedRange<UInt8>) -> Expression {
        .bytes(ByteSet(0x30 + range.lowerBound...0x30 + range.upperBound))
    }

    private static func text(_ digits: some Sequence<UInt8>) -> Expression {
        .literal(digits.map { 0x30 + $0 })
    }

    private static let positiveInteger = Expression.sequence([positiveDigit, digits(0, longest - 1)])
    private static let anyInteger = Expression.choice([
        .literal("0"), .sequence([.optional(.literal("-")), positiveInteger]),
    ])
    private static let anyNumber = Expression.sequence([
        .optional(.literal("-")), .choice([.literal("0"), positiveInteger]),
        .optional(.sequence([point, digits(1, longest)])),
        .optional(
            .sequence([.bytes(ByteSet(members: "eE")), .optional(.bytes(ByteSet(members: "+-"))), digits(1, 2)])),
    ])

    private var anyFraction: Expression {
        isInteger ? .empty : .optional(.sequence([Self.point, Self.digits(1, Self.longest)]))
    }

    /// Magnitudes of at least the bound, which is not negative.
    private func atLeast(_ bound: Bound) -> Expression {
        let integer = bound.value.integer.isEmpty ? [0] : bound.value.integer
        let longest = max(Self.longest, integer.count + 1)
        var choices: [Expression] = [
            // More digits: larger.
            .sequence([Self.positiveDigit, Self.digits(integer.count, longest - 1), anyFraction])
        ]
        for place in integer.indices where integer[place] < 9 {
            let rest = integer.count - place - 1
            choices.append(
                .sequence([
                    Self.text(integer[..<place]), Self.digit(integer[place] + 1...9), Self.digits(rest, rest),
                    anyFraction,
                ]))
        }
        choices.append(.sequence([Self.text(integer), fraction(atLeast: bound)]))
        return .choice(choices)
    }

    private func fraction(atLeast bound: Bound) -> Expression {
        let digits = bound.value.fraction
        if isInteger { return digits.isEmpty && !bound.isExclusive ? .empty : .nothing }
        if digits.isEmpty && !bound.isExclusive { return anyFraction }
        var choices: [Expression] = []
        for place in digits.indices where digits[place] < 9 {
            choices.append(
                .sequence([
                    Self.text(digits[..<place]), Self.digit(digits[place] + 1...9), Self.digits(0, Self.longest),
                ]))
        }
        let more = Expression.sequence([
            .repetition(.literal("0"), atLeast: 0, atMost: Self.longest), Self.positiveDigit,
            Self.digits(0, Self.longest),
        ])
        choices.append(.sequence([Self.text(digits), bound.isExclusive ? more : Self.digits(0, Self.longest)]))
        return .sequence([Self.point, .choice(choices)])
    }

    /// Magnitudes of at most the bound, which is not negative.
    private func atMost(_ bound: Bound) -> Expression {
        let integer = bound.value.integer.isEmpty ? [0] : bound.value.integer
        var choices: [Expression] = []
        if integer.count > 1 {
            choices.append(.sequence([.literal("0"), anyFraction]))
            choices.append(.sequence([Self.positiveDigit, Self.digits(0, integer.count - 2), anyFraction]))
        }
        for place in integer.indices {
            let smallest: UInt8 = place == 0 && integer.count > 1 ? 1 : 0
            guard integer[place] > smallest else { continue }
            let rest = integer.count - place - 1
            choices.append(
                .sequence([
                    Self.text(integer[..<place]), Self.digit(smallest...integer[place] - 1), Self.digits(rest, rest),
                    anyFraction,
                ]))
        }
        choices.append(.sequence([Self.text(integer), fraction(atMost: bound)]))
        return .choice(choices)
    }

    private func fraction(atMost bound: Bound) -> Expression {
        let digits = bound.value.fraction
        if isInteger { return digits.isEmpty && bound.isExclusive ? .nothing : .empty }
        var choices: [Expression] = []
        for place in digits.indices {
            if digits[place] > 0 {
                choices.append(
                    .sequence([
                        Self.text(digits[..<place]), Self.digit(0...digits[place] - 1), Self.digits(0, Self.longest),
                    ]))
            }
            if place > 0 { choices.append(Self.text(digits[..<place])) }
        }
        if !bound.isExclusive {
            let zeros = Expression.repetition(
                .literal("0"), atLeast: digits.isEmpty ? 1 : 0, atMost: Self.longest)
            choices.append(.sequence([Self.text(digits), zeros]))
        }
        let fraction = Expression.sequence([Self.point, .choice(choices)])
        return digits.isEmpty && bound.isExclusive ? .nothing : .choice([.empty, fraction])
    }

    // MARK: Multiples

    private static let largestFactor = 5000

    /// Magnitudes that are multiples of a factor: the remainder of the digits so far is the state.
    private func multiples(of factor: DecimalNumber, _ rules: inout RuleSet) throws(GrammarError) -> Expression {
        var places = factor.fraction.count
        guard var divisor = factor.scaled(to: places), places <= 12 else { throw Self.tooLong(factor) }
        if isInteger {
            for _ in 0..<places {
                if divisor % 2 == 0 { divisor /= 2 }
                if divisor % 5 == 0 { divisor /= 5 }
            }
            places = 0
        }
        guard divisor <= Self.largestFactor else { throw Self.tooLong(factor) }
        // By the number of fractional digits written, then by the remainder.
        var states: [[Int]] = []
        for _ in 0...places {
            var row: [Int] = []
            for _ in 0..<divisor { row.append(try rules.add()) }
            states.append(row)
        }
        let zeros = Expression.repetition(.literal("0"), atLeast: 0, atMost: Self.longest)
        func next(_ written: Int, _ remainder: Int, _ digits: ClosedRange<Int>) -> [Expression] {
            digits.map { digit in
                .sequence([
                    Self.digit(UInt8(digit)...UInt8(digit)),
                    .rule(states[written][(10 * remainder + digit) % divisor]),
                ])
            }
        }
        for written in 0...places {
            var scale = 1
            for _ in written..<places { scale = scale * 10 % divisor }
            for remainder in 0..<divisor {
                let isMultiple = remainder * scale % divisor == 0
                var choices: [Expression] = []
                if written == 0 { choices += next(0, remainder, 0...9) }
                if isMultiple { choices.append(written == places && places > 0 ? zeros : .empty) }
                if written < places {
                    let fraction = Expression.choice(next(written + 1, remainder, 0...9))
                    choices.append(written == 0 ? .sequence([Self.point, fraction]) : fraction)
                } else if places == 0 && !isInteger && isMultiple {
                    choices.append(.sequence([Self.point, .literal("0"), zeros]))
                }
                rules.set(states[written][remainder], .choice(choices))
            }
        }
        // A zero before the point is the only digit there.
        var zero: [Expression] = [.empty]
        if places > 0 {
            zero.append(.sequence([Self.point, .choice(next(1, 0, 0...9))]))
        } else if !isInteger {
            zero.append(.sequence([Self.point, .literal("0"), zeros]))
        }
        return .choice([.sequence([.literal("0"), .choice(zero)])] + next(0, 0, 1...9))
    }

    private static func tooLong(_ factor: DecimalNumber) -> GrammarError {
        .unsupported("the number has too many digits; up to \(largestFactor), or 0.\(largestFactor), is possible")
    }
}
