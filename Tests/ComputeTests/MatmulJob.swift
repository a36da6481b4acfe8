import CKernels
import Testing

/// A product that tests run in parts and on several tables.
protocol MatmulJob {
    var rows: Int { get }
    var outputs: Int { get }
    var inputs: Int { get }
    var cuts: [Int] { get }
    var bias: Floats? { get }
    var scratch: KernelMemory<UInt8> { get }

    /// Fills in the weights, and the inputs from row `first` on.
    func place(_ job: inout ck_matmul, first: Int)
}

extension MatmulJob {
    /// Multiplies rows [first, first + count) into y, which starts at row `first`.
    func run(
        _ isa: ck_isa, first: Int = 0, count: Int? = nil, range: Range<Int>? = nil, accumulate: Bool = false,
        into y: Floats
    ) throws {
        let cutPoints = KernelMemory<Int>(cuts, zero: 0)
        let range = range ?? 0..<outputs
        var job = ck_matmul(
            format: .f32, weights: UnsafeRawPointer(scratch.base), weight_stride: 0, scales: nil, scale_stride: 0,
            x: nil, x_stride: 0, quantized: nil, quantized_stride: 0, y: y.base, y_stride: outputs,
            bias: (bias?.base).map { UnsafePointer($0) }, accumulate: accumulate, m: count ?? rows,
            n_begin: range.lowerBound, n_end: range.upperBound, k: inputs,
            cuts: cuts.count == 2 ? nil : UnsafePointer(cutPoints.base), segment_count: cuts.count - 1,
            scratch: UnsafeMutableRawPointer(scratch.base))
        place(&job, first: first)
        try kernels(isa).matmul(&job)
        #expect(y.isFenceIntact && scratch.isFenceIntact)
    }

    func output(_ isa: ck_isa, first: Int = 0, count: Int? = nil) throws -> Floats {
        let y = Floats((count ?? rows) * outputs)
        try run(isa, first: first, count: count, into: y)
        return y
    }
}
