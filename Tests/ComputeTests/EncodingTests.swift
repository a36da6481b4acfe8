import Compute
import Testing

@Suite struct EncodingTests {
    private func bytes(_ matrix: Matrix) -> [UInt8] {
        matrix.withBytes { $0.withUnsafeBytes { Array($0) } }
    }

    @Test(arguments: ElementFormat.allCases.filter { $0 != .f8e4m3 })
    func `the number of threads does not show in the bytes`(format: ElementFormat) throws {
        var random = Random(1)
        let matrix = Matrix(random.tensor(rows: 301, columns: 512))
        let one = try Processor(threads: 1).encoded(matrix, as: format)
        let three = try Processor(threads: 3).encoded(matrix, as: format)
        #expect(one.format == format && one.outputs == 301 && one.inputs == 512)
        #expect(bytes(one).count == 301 * format.byteCount(of: 512))
        #expect(bytes(one) == bytes(three))
    }

    @Test(arguments: [ElementFormat.f16, .bf16]) func `weights of other formats are encoded as their f32 values`(
        format: ElementFormat
    ) throws {
        var random = Random(2)
        let processor = try Processor(threads: 2)
        let matrix = Matrix(random.tensor(rows: 9, columns: 256), format: format)
        #expect(
            bytes(processor.encoded(matrix, as: .q4_k)) == bytes(processor.encoded(matrix.decoded(), as: .q4_k)))
    }

    @Test func `rows of a matrix are its bytes`() throws {
        var random = Random(3)
        let matrix = try Processor(threads: 2).encoded(Matrix(random.tensor(rows: 9, columns: 64)), as: .q8_0)
        #expect(bytes(matrix.rows(2..<5)) == Array(bytes(matrix)[2 * 68..<5 * 68]))
    }

    @Test func `an expansion's parts are each head's key rows, transposed, and its value rows`() throws {
        var random = Random(4)
        let shape = LatentShape(heads: 3, rank: 16, nope: 4, rope: 2, value: 5, scale: 1)
        let whole = random.tensor(rows: 27, columns: 16)
        let processor = try Processor(threads: 2)
        let (keys, values) = processor.expansionParts(of: Matrix(whole), shape: shape)
        #expect(keys.outputs == 48 && keys.inputs == 4 && values.outputs == 15 && values.inputs == 16)
        let expectedKeys = (0..<3).flatMap { head in
            (0..<16).flatMap { column in (0..<4).map { whole.row(head * 9 + $0)[column] } }
        }
        let expectedValues = (0..<3).flatMap { head in (4..<9).flatMap { whole.row(head * 9 + $0) } }
        #expect(bytes(keys) == expectedKeys.withUnsafeBytes(Array.init))
        #expect(bytes(values) == expectedValues.withUnsafeBytes(Array.init))
    }
}
