import Compute

/// Reproducible values for tests.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    mutating func tensor(rows: Int, columns: Int) -> Tensor {
        let tensor = Tensor(rows: rows, columns: columns)
        for row in 0..<rows {
            tensor.withMutableRow(row) { values in
                for index in values.indices { values[index] = Float.random(in: -1...1, using: &self) }
            }
        }
        return tensor
    }
}
