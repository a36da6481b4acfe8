internal import JSON

/// When an output counts as the expected one, by LiveCodeBench's rules.
enum OutputComparison {
    /// Line for line without outer white space; lines that differ may hold the same decimal numbers.
    static func isSame(_ output: String, _ expected: String) -> Bool {
        let output = lines(output), expected = lines(expected)
        return output.count == expected.count
            && zip(output, expected).allSatisfy { line, wanted in
                if line.utf8.elementsEqual(wanted.utf8) { return true }
                guard let numbers = decimals(line), let wantedNumbers = decimals(wanted) else { return false }
                return numbers == wantedNumbers
            }
    }

    /// As Python compares values: numbers of any kind by their value, truth values as 0 and 1.
    static func isSame(_ value: JSONValue, _ expected: JSONValue) -> Bool {
        switch (value, expected) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { member in right[member.key].map { isSame(member.value, $0) } ?? false }
        case (.integer(let left), .integer(let right)): return left == right
        case (.string, .string), (.null, .null): return value == expected
        default:
            guard let left = number(value), let right = number(expected) else { return false }
            return left == right
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        value.boolValue.map { $0 ? 1 : 0 } ?? value.doubleValue
    }

    private static func lines(_ text: String) -> [String] {
        text.stripped().pieces(separatedBy: "\n").map { $0.stripped() }
    }

    private static func decimals(_ line: String) -> [Decimal]? {
        var decimals: [Decimal] = []
        for word in line.pythonWords {
            guard let decimal = Decimal(word) else { return nil }
            decimals.append(decimal)
        }
        return decimals
    }

    /// A number as written in decimal, exactly: sign, digits without zeros around them, and a power of ten.
    private struct Decimal: Equatable {
        private static let form = Expression(
            known: #"(?-m)\A[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,9})?\z"#)
        private var isNegative = false
        private var digits: [UInt8] = []
        private var exponent = 0

        init?(_ word: Substring.UnicodeScalarView) {
            let text = String(word)
            guard Self.form.matches(text) else { return nil }
            let parts = text.lowercased().pieces(separatedBy: "e")
            let mantissa = parts[0].utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            let halves = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
            digits = Array(halves.joined().drop { $0 == UInt8(ascii: "0") })
            exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - (halves.count > 1 ? halves[1].count : 0)
            while digits.last == UInt8(ascii: "0") {
                digits.removeLast()
                exponent += 1
            }
            if digits.isEmpty { exponent = 0 }
            isNegative = text.begins(with: "-") && !digits.isEmpty
        }
    }
}
