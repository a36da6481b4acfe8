/// A set of Unicode scalar values, as ascending ranges that neither touch nor hold surrogates.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []

    static let all = ScalarSet([0...0x10FFFF])

    init() {}

    init(_ ranges: [ClosedRange<UInt32>]) {
        var parts: [ClosedRange<UInt32>] = []
        for range in ranges {
            if range.lowerBound < 0xD800 { parts.append(range.lowerBound...min(range.upperBound, 0xD7FF)) }
            if range.upperBound > 0xDFFF { parts.append(max(range.lowerBound, 0xE000)...range.upperBound) }
        }
        parts.sort { $0.lowerBound < $1.lowerBound }
        for part in parts {
            if let last = self.ranges.last, part.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, part.upperBound)
            } else {
                self.ranges.append(part)
            }
        }
    }

    init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init(scalars.map { $0.value...$0.value })
    }

    init(_ text: String) {
        self.init(text.unicodeScalars)
    }

    var isEmpty: Bool { ranges.isEmpty }

    var count: Int { ranges.reduce(0) { $0 + $1.count } }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar.value)
    }

    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    func union(_ other: ScalarSet) -> ScalarSet {
        ScalarSet(ranges + other.ranges)
    }

    func intersection(_ other: ScalarSet) -> ScalarSet {
        inverted.union(other.inverted).inverted
    }

    func subtracting(_ other: ScalarSet) -> ScalarSet {
        intersection(other.inverted)
    }

    /// The UTF-8 forms of the members, as sequences of sets of bytes.
    var encodings: [[ByteSet]] {
        var sequences: [[ByteSet]] = []
        var ascii = ByteSet()
        for range in ranges { Self.encode(range.lowerBound, range.upperBound, &ascii, &sequences) }
        return (ascii.isEmpty ? [] : [[ascii]]) + sequences
    }

    /// Cuts a range where the length or the leading bytes of the encodings change.
    private static func encode(
        _ low: UInt32, _ high: UInt32, _ ascii: inout ByteSet, _ sequences: inout [[ByteSet]]
    ) {
        for last: UInt32 in [0x7F, 0x7FF, 0xFFFF] where low <= last && high > last {
            encode(low, last, &ascii, &sequences)
            encode(last + 1, high, &ascii, &sequences)
            return
        }
        if high <= 0x7F {
            ascii.formUnion(ByteSet(UInt8(low)...UInt8(high)))
            return
        }
        let continuations = high <= 0x7FF ? 1 : high <= 0xFFFF ? 2 : 3
        for place in 1...continuations {
            let mask = UInt32(1) << (6 * UInt32(place)) - 1
            guard low & ~mask != high & ~mask else { continue }
            if low & mask != 0 {
                encode(low, low | mask, &ascii, &sequences)
                encode((low | mask) + 1, high, &ascii, &sequences)
                return
            }
            if high & mask != mask {
                encode(low, (high & ~mask) - 1, &ascii, &sequences)
                encode(high & ~mask, high, &ascii, &sequences)
                return
            }
        }
        let first = utf8(low)
        let last = utf8(high)
        sequences.append(zip(first, last).map { ByteSet($0...$1) })
    }

    private static func utf8(_ scalar: UInt32) -> [UInt8] {
        Unicode.Scalar(scalar).map { Array(String($0).utf8) } ?? []
    }
}
