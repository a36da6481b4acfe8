import CKernels
import Testing

@testable import Compute

@Suite struct BlockMatrixTests {
    static let formats: [ElementFormat] = ElementFormat.allCases.filter(\.isBlocked)

    private func matrix(
        _ format: ElementFormat, outputs: Int, inputs: Int, cuts: CutPoints? = nil, _ random: inout Random
    ) -> Matrix {
        let bytes = format.kernelFormat.randomBlocks(outputs * inputs / format.blockSize, &random)
        let memory = OwnedBytes(count: bytes.count)
        memory.base.copyMemory(from: bytes, byteCount: bytes.count)
        return Matrix(
            outputs: outputs, inputs: inputs, format: format, base: memory.base, owner: memory, cuts: cuts)
    }

    /// All weights, decoded, row after row.
    private func values(of matrix: Matrix) -> [Float] {
        let decoded = matrix.decoded()
        return withExtendedLifetime(decoded) {
            let base = decoded.base.assumingMemoryBound(to: Float.self)
            return Array(UnsafeBufferPointer(start: base, count: matrix.outputs * matrix.inputs))
        }
    }

    /// Expects `y` to be `x * decoded^T`, but for the input's quantisation.
    private func expectNear(
        _ y: Tensor, _ x: Tensor, _ matrix: Matrix, relative: Double = 0.01,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let product = Tensor(rows: x.rows, columns: matrix.outputs)
        let weights = values(of: matrix)
        try Processor(threads: 1).project(Projection(matrix.decoded(), of: x, into: product))
        for row in 0..<x.rows {
            for output in 0..<matrix.outputs {
                let magnitude = (0..<matrix.inputs).reduce(Float(0)) {
                    $0 + abs(weights[output * matrix.inputs + $1] * x.pointer(row: row)[$1])
                }
                let error = abs(y.pointer(row: row)[output] - product.pointer(row: row)[output])
                #expect(Double(error) <= relative * Double(magnitude), sourceLocation: location)
            }
        }
    }

    @Test func `names, blocks and bytes are GGML's`() {
        let expected: [(String, Int, Int)] = [
            ("q8_0", 32, 34), ("q4_0", 32, 18), ("q4_1", 32, 20), ("q5_0", 32, 22), ("q5_1", 32, 24),
            ("q2_k", 256, 84), ("q3_k", 256, 110), ("q4_k", 256, 144), ("q5_k", 256, 176), ("q6_k", 256, 210),
            ("iq4_nl", 32, 18), ("iq4_xs", 256, 136),
        ]
        for (name, values, bytes) in expected {
            let format = ElementFormat(rawValue: name)
            #expect(format?.blockSize == values && format?.bytesPerBlock == bytes)
        }
        #expect(Self.formats.count == expected.count)
        #expect(ElementFormat.q4_k.byteCount(of: 512) == 288 && ElementFormat.bf16.byteCount(of: 5) == 10)
    }

    @Test(arguments: BlockMatrixTests.formats)
    func `a fused list quantises its inputs once and computes every product`(format: ElementFormat) throws {
        let processor = try Processor(threads: 2)
        var random = Random(1)
        let first = random.tensor(rows: 9, columns: 600), second = random.tensor(rows: 9, columns: 256)
        let matrices = [40, 8, 19].map { matrix(format, outputs: $0, inputs: 256, &random) }
        let plain = Matrix(random.tensor(rows: 5, columns: 256), format: .f32)
        let outputs = (matrices + [plain]).map { Tensor(rows: 9, columns: $0.outputs) }
        processor.project([
            Projection(processor.packed(matrices[0]), of: second, into: outputs[0]),
            Projection(processor.packed(matrices[1]), of: first, column: 300, into: outputs[1]),
            Projection(processor.packed(matrices[2]), of: second, into: outputs[2], rows: 0..<9),
            Projection(plain, of: second, into: outputs[3]),
        ])
        try expectNear(outputs[0], second, matrices[0])
        try expectNear(outputs[2], second, matrices[2])
        try expectNear(outputs[3], second, plain, relative: 1e-5)
        let columns = Tensor(rows: 9, columns: 256)
        for row in 0..<9 {
            columns.pointer(row: row).update(from: first.pointer(row: row, column: 300), count: 256)
        }
        try expectNear(outputs[1], columns, matrices[1])
    }

    @Test(arguments: BlockMatrixTests.formats)
    func `a row's bits depend neither on the rows beside it nor on threads, cut or not`(format: ElementFormat) throws {
        var random = Random(2)
        let inputs = format.blockSize * 11
        let x = random.tensor(rows: 40, columns: inputs)
        let processor = try Processor(threads: 1)
        for cuts in [nil, CutPoints(inputs: inputs, blockSize: format.blockSize)] {
            let weights = processor.packed(matrix(format, outputs: 30, inputs: inputs, cuts: cuts, &random))
            let whole = Tensor(rows: 40, columns: 30)
            try Processor(threads: 2).project(Projection(weights, of: x, into: whole))
            for rows in [0..<1, 4..<6, 5..<8, 12..<20, 17..<33, 3..<36, 3..<40] {
                let part = Tensor(rows: 40, columns: 30)
                processor.project(Projection(weights, of: x, into: part, rows: rows))
                for row in rows { #expect(part.row(row) == whole.row(row)) }
            }
        }
    }

    @Test func `gated units and experts take block formats, mixed with others`() throws {
        let processor = try Processor(threads: 2)
        var random = Random(3)
        func network() -> FeedForward {
            FeedForward(
                gate: processor.packed(matrix(.q4_0, outputs: 64, inputs: 96, &random)),
                up: Matrix(random.tensor(rows: 64, columns: 96), format: .bf16),
                down: processor.packed(matrix(.q8_0, outputs: 96, inputs: 64, &random)))
        }
        let experts = (0..<4).map { _ in network() }
        let router = ExpertRouter(
            expertCount: 4, activeCount: 2, groupCount: 1, activeGroupCount: 1, normalises: true, scale: 1,
            bias: [0, 0, 0, 0])
        let input = random.tensor(rows: 7, columns: 96)
        let routing = ExpertRouting()
        processor.route(random.tensor(rows: 7, columns: 4), by: router, into: routing)
        let output = Tensor(rows: 7, columns: 96)
        processor.mixExperts(input, routing: routing, experts: experts, shared: nil, into: output)
        for row in 0..<7 {
            var sum = [Float](repeating: 0, count: 96)
            for (expert, weight) in routing.choice(row: row) {
                let hidden = Tensor(rows: 1, columns: 64), y = Tensor(rows: 1, columns: 96)
                processor.projectGated(
                    gate: experts[expert].gate, up: experts[expert].up, of: Tensor(input.row(row)), into: hidden)
                processor.project(Projection(experts[expert].down, of: hidden, into: y))
                for (index, value) in y.row(0).enumerated() {
                    let product = weight * value
                    sum[index] += product
                }
            }
            #expect(output.row(row) == sum)
        }
    }

    @Test(arguments: BlockMatrixTests.formats)
    func `packing keeps every bit, on one thread and on several`(format: ElementFormat) throws {
        var random = Random(6)
        let weights = matrix(format, outputs: 70, inputs: 512, &random)
        let packed = try [1, 2].map { try Processor(threads: $0).packed(weights) }
        let bytes = packed.map { matrix in
            withExtendedLifetime(matrix) {
                [UInt8](UnsafeRawBufferPointer(start: matrix.base, count: matrix.byteCount))
            }
        }
        #expect(bytes[0] == bytes[1])
        #expect(packed[0].byteCount == 80 * format.byteCount(of: 512))
        // A permutation of the bytes, with zeros for the rows that fill the last strip, or of the bits, where a format
        // keeps an integer's high bits apart.
        let rows = [UInt8](UnsafeRawBufferPointer(start: weights.base, count: weights.byteCount))
        let zeros = [UInt8](repeating: 0, count: 10 * format.byteCount(of: 512))
        if [.q5_0, .q5_1, .q6_k].contains(format) {
            let bits = [bytes[0], rows].map { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
            #expect(bits[0] == bits[1])
        } else {
            #expect(bytes[0].sorted() == (rows + zeros).sorted())
        }
        withExtendedLifetime(weights) {}
    }

    @Test(arguments: BlockMatrixTests.formats)
    func `embedding rows are decoded`(format: ElementFormat) throws {
        var random = Random(4)
        let table = matrix(format, outputs: 6, inputs: 512, &random)
        let output = Tensor(rows: 0, columns: 0)
        try Processor(threads: 1).embed([4, 0, 4], table: table, into: output)
        let decoded = values(of: table)
        for (row, token) in [4, 0, 4].enumerated() {
            #expect(output.row(row) == Array(decoded[token * 512..<(token + 1) * 512]))
        }
    }

    @Test func `key absorption of a block format keeps its decoded values`() throws {
        var random = Random(5)
        let processor = try Processor(threads: 1)
        let shape = LatentShape(heads: 2, rank: 64, nope: 16, rope: 8, value: 16, scale: 1)
        let expansion = matrix(.q8_0, outputs: 64, inputs: 64, &random)
        let decoded = values(of: expansion)
        for (head, matrix) in processor.keyAbsorption(of: expansion, shape: shape).enumerated() {
            #expect(matrix.format == .f32)
            let absorbed = values(of: matrix)
            for row in 0..<16 {
                for column in 0..<64 {
                    #expect(absorbed[column * 16 + row] == decoded[(head * 32 + row) * 64 + column])
                }
            }
        }
    }
}
