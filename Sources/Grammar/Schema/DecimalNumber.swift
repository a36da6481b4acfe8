import JSON

/// A number in decimal digits, exactly as a schema writes it.
struct DecimalNumber: Equatable {
    var isNegative = false
    /// Without leading zeros; empty for zero.
    var integer: [UInt8]
    /// Without trailing zeros.
    var fraction: [UInt8]

    static let zero = DecimalNumber(integer: [], fraction: [])

    init(isNegative: Bool = false, integer: [UInt8], fraction: [UInt8]) {
        self.integer = Array(integer.drop { $0 == 0 })
        self.fraction = fraction
        while self.fraction.last == 0 { self.fraction.removeLast() }
        self.isNegative = isNegative && !(self.integer.isEmpty && self.fraction.isEmpty)
    }

    /// Nil for what is no number, and for one that has more digits than its double tells.
    init?(_ value: JSONValue) {
        switch value {
        case .integer(let integer):
            self.init(
                isNegative: integer < 0, integer: String(integer.magnitude).utf8.map { $0 - 0x30 }, fraction: [])
        case .number(let number):
            self.init(number)
        default:
            return nil
        }
    }

    private init?(_ number: Double) {
        var text = Substring("\(number.magnitude)")
        var exponent = 0
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = text[..<mark]
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var digits = parts[0].utf8.map { $0 - 0x30 }
        let fraction = parts.count > 1 ? parts[1].utf8.map { $0 - 0x30 } : []
        var point = digits.count + exponent
        digits += fraction
        while digits.last == 0, digits.count > point { digits.removeLast() }
        if digits.drop(while: { $0 == 0 }).count > 15, number.magnitude >= 0x1p53 { return nil }
        if point < 0 {
            digits.insert(contentsOf: repeatElement(0, count: -point), at: 0)
            point = 0
        }
        if digits.count < point { digits += repeatElement(0, count: point - digits.count) }
        self.init(isNegative: number < 0, integer: Array(digits[..<point]), fraction: Array(digits[point...]))
    }

    var isZero: Bool { integer.isEmpty && fraction.isEmpty }

    var isInteger: Bool { fraction.isEmpty }

    var magnitude: DecimalNumber { DecimalNumber(integer: integer, fraction: fraction) }

    /// The whole number made of all digits and so many zeros that the fraction has `places`, if it is below 2^31.
    func scaled(to places: Int) -> Int? {
        var value = 0
        for digit in integer + fraction + [UInt8](repeating: 0, count: max(0, places - fraction.count)) {
            value = 10 * value + Int(digit)
            if value > 1 << 31 { return nil }
        }
        return value
    }

    /// Whether this is a whole multiple of a number above zero; nil if that has too many digits to tell.
    func isMultiple(of factor: DecimalNumber) -> Bool? {
        let places = max(fraction.count, factor.fraction.count)
        guard let divisor = factor.scaled(to: places) else { return nil }
        var remainder = 0
        for digit in integer + fraction + [UInt8](repeating: 0, count: places - fraction.count) {
            remainder = (10 * remainder + Int(digit)) % divisor
        }
        return remainder == 0
    }
}

extension DecimalNumber: Comparable {
    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? isSmaller(right, left) : isSmaller(left, right)
    }

    private static func isSmaller(_ left: DecimalNumber, _ right: DecimalNumber) -> Bool {
        if left.integer.count != right.integer.count { return left.integer.count < right.integer.count }
        if left.integer != right.integer { return left.integer.lexicographicallyPrecedes(right.integer) }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }
}
