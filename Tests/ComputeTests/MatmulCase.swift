import CKernels
import Testing

/// One matrix with random values and the jobs that multiply by it.
struct MatmulCase: MatmulJob {
    let format: ck_format
    let rows: Int
    let outputs: Int
    let inputs: Int
    var cuts: [Int]
    var bias: Floats?
    let x: Floats
    let xStride: Int
    let weights: KernelMemory<UInt8>
    let weightStride: Int
    let scales: Floats
    let scratch = makeKernelScratch()

    /// Rows of x and of weights are padded, so that strides matter.
    init(_ format: ck_format, rows: Int, outputs: Int, inputs: Int, segments: Int = 1, seed: UInt64 = 1) {
        var random = Random(seed)
        self.format = format
        self.rows = rows
        self.outputs = outputs
        self.inputs = inputs
        cuts = (0...segments).map { $0 * inputs / segments }
        xStride = inputs + 3
        x = Floats(randomFloats(max(rows * xStride, 1), &random))
        weightStride = (inputs + 1) * format.width
        weights = KernelMemory(max(outputs * weightStride, 1), zero: 0xff)  // the padding is NaN
        let blocks = ((outputs + 127) / 128) * ((inputs + 127) / 128)
        scales = Floats(randomFloats(max(blocks, 1), &random, in: 0.001...0.01))
        for output in 0..<outputs {
            for input in 0..<inputs {
                let value = Float.random(in: -1...1, using: &random)
                let byte = UInt8.random(in: 0...255, using: &random)
                setWeight(output, input, value, byte: byte & 0x7f == 0x7f ? 0 : byte)
            }
        }
    }

    func setWeight(_ output: Int, _ input: Int, _ value: Float, byte: UInt8 = 0x7f) {
        let place = UnsafeMutableRawPointer(weights.base) + output * weightStride + input * format.width
        switch format {
        case .f32: place.storeBytes(of: value, as: Float.self)
        case .f16: place.storeBytes(of: ck_f16_from_f32(value), as: UInt16.self)
        case .bf16: place.storeBytes(of: ck_bf16_from_f32(value), as: UInt16.self)
        default: place.storeBytes(of: byte, as: UInt8.self)
        }
    }

    func weight(_ output: Int, _ input: Int) -> Double {
        let place = UnsafeRawPointer(weights.base) + output * weightStride + input * format.width
        switch format {
        case .f32: return Double(place.loadUnaligned(as: Float.self))
        case .f16: return Double(ck_f32_from_f16(place.loadUnaligned(as: UInt16.self)))
        case .bf16: return Double(ck_f32_from_bf16(place.loadUnaligned(as: UInt16.self)))
        default:
            let scale = scales.base[output / 128 * ((inputs + 127) / 128) + input / 128]
            return Double(ck_f32_from_f8e4m3(place.load(as: UInt8.self))) * Double(scale)
        }
    }

    func place(_ job: inout ck_matmul, first: Int) {
        job.format = format
        job.weights = UnsafeRawPointer(weights.base)
        job.weight_stride = weightStride
        job.scales = format == .f8e4m3 ? UnsafePointer(scales.base) : nil
        job.scale_stride = (inputs + 127) / 128
        job.x = UnsafePointer(x.base + first * xStride)
        job.x_stride = xStride
    }

    /// The exact results [row][output] and the sums of the terms' magnitudes.
    func exact() -> [(value: Double, magnitude: Double)] {
        var results: [(value: Double, magnitude: Double)] = []
        let w = (0..<outputs).map { output in (0..<inputs).map { weight(output, $0) } }
        for row in 0..<rows {
            for output in 0..<outputs {
                var value = bias.map { Double($0.base[output]) } ?? 0
                var magnitude = abs(value)
                for input in 0..<inputs {
                    let term = Double(x.base[row * xStride + input]) * w[output][input]
                    value += term
                    magnitude += abs(term)
                }
                results.append((value, magnitude))
            }
        }
        return results
    }
}
