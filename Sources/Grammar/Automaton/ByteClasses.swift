/// A partition of the bytes into classes that the sets of an expression do not tell apart.
struct ByteClasses {
    private var numbers = [UInt8](repeating: 0, count: 256)
    private var count = 1
    private var seen: Set<ByteSet> = []
    private var characters: Set<Expression> = []

    mutating func split(_ expression: Expression) {
        switch expression {
        case .bytes(let set): split(set)
        case .character(let set, let encoding):
            if characters.insert(expression).inserted { split(encoding.expression(set)) }
        default: for child in expression.children { split(child) }
        }
    }

    private mutating func split(_ set: ByteSet) {
        guard count < 256, seen.insert(set).inserted else { return }
        var inside: [UInt8: UInt8] = [:]
        var outside: Set<UInt8> = []
        for byte in UInt8.min...UInt8.max where !set.contains(byte) { outside.insert(numbers[Int(byte)]) }
        for byte in UInt8.min...UInt8.max where set.contains(byte) && outside.contains(numbers[Int(byte)]) {
            let old = numbers[Int(byte)]
            if inside[old] == nil {
                inside[old] = UInt8(count)
                count += 1
            }
            numbers[Int(byte)] = inside[old] ?? old
        }
    }

    /// The class of each byte, and one byte of each class.
    func classes() -> (classes: [UInt8], representatives: [UInt8]) {
        var representatives = [UInt8](repeating: 0, count: count)
        for byte in UInt8.min...UInt8.max { representatives[Int(numbers[Int(byte)])] = byte }
        return (numbers, representatives)
    }
}
