import Checkpoints
import Compute

/// Weights in the types of GGUF files.
enum Encoding {
    /// F32, F16 and Q8_0 encode the values; other types get blocks of arbitrary codes under scales that keep the
    /// decoded values small.
    static func bytes(of values: [Float], as type: ElementType) -> [UInt8] {
        switch type {
        case .f32: return values.withUnsafeBytes { Array($0) }
        case .f16: return values.map(Float16.init).withUnsafeBytes { Array($0) }
        case .q8_0: return q8_0(values)
        default: return blocks(type, count: values.count / type.blockLength)
        }
    }

    static func decoded(_ bytes: [UInt8], _ type: ElementType, count: Int) -> [Float] {
        guard let format = ElementFormat.allCases.first(where: { "\($0)" == "\(type)" }) else {
            preconditionFailure("no format for \(type)")
        }
        return bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return [] }
            return Tensor(decoding: base, format: format, count: count).row(0)
        }
    }

    private static func q8_0(_ values: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: values.count, by: 32) {
            let block = values[start..<start + 32]
            let scale = Float16((block.map(abs).max() ?? 0) / 127)
            bytes += half(scale)
            bytes += block.map { value in
                let code = scale == 0 ? 0 : (value / Float(scale)).rounded()
                return UInt8(bitPattern: Int8(max(-127, min(127, code))))
            }
        }
        return bytes
    }

    /// Places of a block's f16 scales, and what a scale is multiplied by at most.
    private static let scales: [ElementType: [(offset: Int, factor: Float)]] = [
        .q4_0: [(0, 8)], .q4_1: [(0, 16), (2, -2)], .q5_0: [(0, 16)], .q5_1: [(0, 32), (2, -2)],
        .q2_k: [(80, 45), (82, 30)], .q3_k: [(108, 128)], .q4_k: [(0, 945), (2, 126)], .q5_k: [(0, 1953), (2, 126)],
        .q6_k: [(208, 4096)], .iq4_nl: [(0, 127)], .iq4_xs: [(0, 4064)],
    ]

    private static func blocks(_ type: ElementType, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var state: UInt64 = 11
        for _ in 0..<count {
            var block = (0..<type.blockBytes).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 40)
            }
            for (offset, factor) in scales[type] ?? [] {
                block.replaceSubrange(offset..<offset + 2, with: half(Float16(0.1 / factor)))
            }
            bytes += block
        }
        return bytes
    }

    private static func half(_ value: Float16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value.bitPattern), UInt8(truncatingIfNeeded: value.bitPattern >> 8)]
    }
}
