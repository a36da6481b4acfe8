/// Loops over logits, sixteen lanes at a time. The order of every addition is fixed by the count alone.
enum VectorMath {
    typealias Lanes = SIMD16<Float>
    static let laneCount = 16
    /// Values whose weights are added up in single precision before the sum goes on in double precision.
    static let blockLength = 1024

    /// The largest value; not a number when one of them is not.
    static func maximum(_ values: Span<Float>) -> Float {
        var best = Lanes(repeating: -.infinity)
        var invalid = SIMDMask<SIMD16<Int32>>(repeating: false)
        let vectorEnd = values.count / laneCount * laneCount
        for start in stride(from: 0, to: vectorEnd, by: laneCount) {
            let lanes = load(values, start)
            best.replace(with: lanes, where: lanes .> best)
            invalid = invalid .| (lanes .!= lanes)
        }
        var result = any(invalid) ? Float.nan : -.infinity
        for lane in 0..<laneCount where best[lane] > result { result = best[lane] }
        for index in vectorEnd..<values.count where !result.isNaN && !(values[index] <= result) {
            result = values[index]
        }
        return result
    }

    /// The lowest index of the largest value; nil unless that value is finite.
    static func argmax(_ values: Span<Float>) -> Int? {
        let maximum = maximum(values)
        guard maximum.isFinite else { return nil }
        let vectorEnd = values.count / laneCount * laneCount
        var start = 0
        while start < vectorEnd, !any(load(values, start) .== maximum) { start += laneCount }
        while start < values.count, values[start] != maximum { start += 1 }
        return start
    }

    /// Sum of exp(value - maximum) over all values.
    static func sumOfExponentials(_ values: Span<Float>, maximum: Float) -> Double {
        var total = 0.0
        for block in stride(from: 0, to: values.count, by: blockLength) {
            let end = min(block + blockLength, values.count)
            let vectorEnd = block + (end - block) / laneCount * laneCount
            var sum = Lanes.zero
            for start in stride(from: block, to: vectorEnd, by: laneCount) {
                sum += exponential(load(values, start) - maximum)
            }
            total += reduce(sum)
            for index in vectorEnd..<end { total += Double(exponential(Lanes(repeating: values[index] - maximum))[0]) }
        }
        return total
    }

    /// Writes exp((value - maximum) * scale) for each value.
    static func exponentials(
        _ values: Span<Float>, maximum: Float, scale: Float, into weights: inout MutableSpan<Float>
    ) {
        precondition(weights.count >= values.count, "a weight for each value")
        let vectorEnd = values.count / laneCount * laneCount
        for start in stride(from: 0, to: vectorEnd, by: laneCount) {
            store(exponential((load(values, start) - maximum) * scale), &weights, start)
        }
        for index in vectorEnd..<values.count {
            weights[index] = exponential(Lanes(repeating: (values[index] - maximum) * scale))[0]
        }
    }

    /// e^x for finite or infinite x <= 0, within 2 units in the last place; 0 below -86.
    ///
    /// Cephes' expf: x = n ln 2 + r, a polynomial for e^r, and n added to the exponent's bits.
    @inline(__always)
    static func exponential(_ x: Lanes) -> Lanes {
        let shifter = Lanes(repeating: 0x1.8p23)
        let shifted = x * 1.442_695_04 + shifter
        let n = shifted - shifter
        let r = x - n * 0.693_359_375 - n * -2.121_944_40e-4
        var p = r * 1.987_569_150_0e-4 + 1.398_199_950_7e-3
        p = p * r + 8.333_451_907_3e-3
        p = p * r + 4.166_579_589_4e-2
        p = p * r + 1.666_666_545_9e-1
        p = p * r + 5.000_000_120_1e-1
        p = p * (r * r) + r + 1
        let result = lanes(bits(p) &+ (bits(shifted) &<< 23))
        return result.replacing(with: 0, where: x .< -86)
    }

    @inline(__always)
    private static func bits(_ lanes: Lanes) -> SIMD16<Int32> { unsafeBitCast(lanes, to: SIMD16<Int32>.self) }

    @inline(__always)
    private static func lanes(_ bits: SIMD16<Int32>) -> Lanes { unsafeBitCast(bits, to: Lanes.self) }

    @inline(__always)
    private static func load(_ values: Span<Float>, _ index: Int) -> Lanes {
        values.bytes.unsafeLoadUnaligned(fromByteOffset: index * MemoryLayout<Float>.stride, as: Lanes.self)
    }

    @inline(__always)
    private static func store(_ lanes: Lanes, _ values: inout MutableSpan<Float>, _ index: Int) {
        var bytes = values.mutableBytes
        bytes.storeBytes(of: lanes, toByteOffset: index * MemoryLayout<Float>.stride, as: Lanes.self)
    }

    /// Sum of all weights, block by block.
    static func sum(_ weights: Span<Float>) -> Double {
        var total = 0.0
        for start in stride(from: 0, to: weights.count, by: blockLength) {
            total += sum(weights, from: start, to: min(start + blockLength, weights.count))
        }
        return total
    }

    /// Sum of one block of weights.
    static func sum(_ weights: Span<Float>, from start: Int, to end: Int) -> Double {
        let vectorEnd = start + (end - start) / laneCount * laneCount
        var sum = Lanes.zero
        for index in stride(from: start, to: vectorEnd, by: laneCount) { sum += load(weights, index) }
        var total = reduce(sum)
        for index in vectorEnd..<end { total += Double(weights[index]) }
        return total
    }

    /// Calls `body` with each index whose value is at least `threshold`, ascending.
    @inline(__always)
    static func forEachIndex(of values: Span<Float>, atLeast threshold: Float, _ body: (Int) -> Void) {
        let vectorEnd = values.count / laneCount * laneCount
        for start in stride(from: 0, to: vectorEnd, by: laneCount) {
            guard any(load(values, start) .>= threshold) else { continue }
            for index in start..<start + laneCount where values[index] >= threshold { body(index) }
        }
        for index in vectorEnd..<values.count where values[index] >= threshold { body(index) }
    }

    private static func reduce(_ lanes: Lanes) -> Double {
        var sum = 0.0
        for lane in 0..<laneCount { sum += Double(lanes[lane]) }
        return sum
    }
}
