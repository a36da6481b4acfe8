/// Ways to cut an input into the pieces in which a network may bring it.
enum Splits {
    /// Whole, byte by byte, and in pieces of lengths that follow from the input.
    static func all(_ input: [UInt8]) -> [[ArraySlice<UInt8>]] {
        var pieces: [ArraySlice<UInt8>] = []
        var generator = SplitMix(input)
        var start = 0
        while start < input.count {
            let end = min(input.count, start + Int.random(in: 1...24, using: &generator))
            pieces.append(input[start..<end])
            start = end
        }
        return [[input[...]], input.indices.map { input[$0...$0] }, pieces]
    }

    /// Traps unless `read` gives the same for every way.
    static func agree<Result: Equatable>(_ input: [UInt8], _ read: ([ArraySlice<UInt8>]) -> Result) {
        let results = all(input).map(read)
        for result in results.dropFirst() where result != results[0] {
            fatalError("cut differently:\n\(results[0])\n\(result)")
        }
    }
}

/// A generator with a seed (Steele and others, SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    /// Seeded by the input (FNV-1a), so that the same input always does the same.
    init(_ input: [UInt8]) {
        state = input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
