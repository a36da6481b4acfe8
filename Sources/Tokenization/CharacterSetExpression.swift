/// A set of characters as PCRE2 writes it: a union of class items and of complements of class items.
struct CharacterSetExpression {
    /// Items for the inside of `[...]`.
    var items = ""
    /// Each the inside of a `[^...]`.
    var complements: [String] = []

    mutating func formUnion(_ other: CharacterSetExpression) {
        items += other.items
        complements += other.complements
    }

    /// The complement, or nil where that is no union any more.
    var inverted: CharacterSetExpression? {
        if complements.isEmpty { return CharacterSetExpression(complements: [items]) }
        if items.isEmpty && complements.count == 1 { return CharacterSetExpression(items: complements[0]) }
        return nil
    }

    /// The expression that matches one character of the set, or one outside.
    func pattern(negated: Bool) -> String {
        guard let last = complements.last else { return "[\(negated ? "^" : "")\(items)]" }
        if items.isEmpty && complements.count == 1 { return "[\(negated ? "" : "^")\(last)]" }
        if negated {
            let excluded = items.isEmpty ? "" : "(?![\(items)])"
            let required = complements.dropLast().map { "(?=[\($0)])" }.joined()
            return "(?:\(excluded)\(required)[\(last)])"
        }
        let alternatives = (items.isEmpty ? [] : ["[\(items)]"]) + complements.map { "[^\($0)]" }
        return "(?:\(alternatives.joined(separator: "|")))"
    }

    /// A scalar by its number, which means the same inside and outside of brackets.
    static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\x{\(String(scalar.value, radix: 16))}"
    }

    static func escape(_ range: ClosedRange<UInt32>) -> String {
        "\\x{\(String(range.lowerBound, radix: 16))}-\\x{\(String(range.upperBound, radix: 16))}"
    }
}
