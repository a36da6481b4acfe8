extension String {
    /// Equality of the UTF-8 code units, without canonical equivalence.
    package func hasSameCodeUnits(as other: String) -> Bool {
        let left = utf8Span.span
        let right = other.utf8Span.span
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// Feeds the UTF-8 code units to a hasher, eight at a time.
    package func hashCodeUnits(into hasher: inout Hasher) {
        let units = utf8Span.span
        var word: UInt64 = 0
        for index in units.indices {
            word = word << 8 | UInt64(units[index])
            if index & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(units.count)
    }
}
