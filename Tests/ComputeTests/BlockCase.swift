import CKernels
import Testing

extension ck_format {
    static let blocked: [ck_format] = [
        .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q2_k, .q3_k, .q4_k, .q5_k, .q6_k, .iq4_nl, .iq4_xs,
    ]

    var block: ck_block { ck_block_of(self) }

    /// Where a block's f16 scales are.
    var scalePlaces: [Int] {
        switch self {
        case .q4_1, .q5_1, .q4_k, .q5_k: [0, 2]
        case .q2_k: [80, 82]
        case .q3_k: [108]
        case .q6_k: [208]
        default: [0]
        }
    }

    /// Blocks of random bytes; their scales are small numbers, unless `wild`.
    func randomBlocks(_ count: Int, _ random: inout Random, wild: Bool = false) -> [UInt8] {
        var bytes = (0..<count * block.bytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        if wild { return bytes }
        for index in 0..<count {
            for place in scalePlaces {
                let scale = ck_f16_from_f32(Float.random(in: -0.01...0.01, using: &random))
                bytes[index * block.bytes + place] = UInt8(scale & 0xff)
                bytes[index * block.bytes + place + 1] = UInt8(scale >> 8)
            }
        }
        return bytes
    }
}

/// One matrix of a block format, activations and the jobs that multiply them.
struct BlockCase: MatmulJob {
    let format: ck_format
    let rows: Int
    let outputs: Int
    let inputs: Int
    var cuts: [Int]
    var bias: Floats?
    let x: Floats
    /// Row after row, and the same packed.
    let weights: KernelMemory<UInt8>
    let packed: KernelMemory<UInt8>
    let quantized: KernelMemory<UInt8>
    let rowBytes: Int
    let quantizedBytes: Int
    let scratch = makeKernelScratch()

    /// The inputs are `blocks` blocks of the format.
    init(
        _ format: ck_format, rows: Int, outputs: Int, blocks: Int, segments: Int = 1, wild: Bool = false,
        seed: UInt64 = 1
    ) throws {
        var random = Random(seed)
        self.format = format
        self.rows = rows
        self.outputs = outputs
        inputs = blocks * format.block.values
        cuts = (0...segments).map { $0 * blocks / segments * format.block.values }
        rowBytes = blocks * format.block.bytes
        quantizedBytes = ck_quantized_bytes(inputs)
        weights = KernelMemory(format.randomBlocks(outputs * blocks, &random, wild: wild), zero: 0)
        packed = KernelMemory(ck_packed_bytes(format, outputs, inputs), zero: 0)
        x = Floats(randomFloats(rows * inputs, &random))
        quantized = KernelMemory(max(rows * quantizedBytes, 1), zero: 0)
        pack()
        try quantize()
    }

    /// To be called after a change of the weights.
    func pack() {
        ck_pack(format, weights.base, outputs, inputs, 0, (outputs + 15) / 16, packed.base)
        #expect(packed.isFenceIntact)
    }

    /// To be called after a change of x.
    func quantize(with isa: ck_isa = .scalar) throws {
        try kernels(isa).quantize(x.base, inputs, rows, inputs, quantized.base, quantizedBytes)
        #expect(quantized.isFenceIntact)
    }

    func place(_ job: inout ck_matmul, first: Int) {
        job.format = format
        job.weights = UnsafeRawPointer(packed.base)
        job.quantized = UnsafeRawPointer(quantized.base + first * quantizedBytes)
        job.quantized_stride = quantizedBytes
    }

    /// The weights of one output, decoded.
    func decoded(_ output: Int) throws -> [Float] {
        let row = Floats(inputs)
        try kernels(.scalar).load(format, weights.base + output * rowBytes, nil, row.base, inputs)
        return row.values
    }
}
