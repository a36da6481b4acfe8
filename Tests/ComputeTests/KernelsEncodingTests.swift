import CKernels
import Testing

@Suite struct KernelsEncodingTests {
    /// Values, and by format's name the blocks that llama.cpp's quantiser makes of them.
    private static let fixture: (values: [Float], blocks: [String: [UInt8]]) = {
        let lines = HexadecimalFixture.lines("encoded.txt")
        guard let first = lines.first?.first else { return ([], [:]) }
        let blocks = lines.dropFirst().map { (String($0[0]), HexadecimalFixture.bytes($0[1])) }
        return (HexadecimalFixture.words(first).map(Float.init(bitPattern:)), Dictionary(uniqueKeysWithValues: blocks))
    }()

    private func encode(_ values: [Float], as format: ck_format) -> [UInt8] {
        let x = Floats(values)
        let out = KernelMemory<UInt8>(values.count / format.block.values * format.block.bytes, zero: 0xff)
        ck_encode(format, x.base, out.base, values.count)
        #expect(out.isFenceIntact)
        return out.values
    }

    private func decode(_ bytes: [UInt8], _ format: ck_format) throws -> [Float] {
        let blocks = KernelMemory<UInt8>(bytes, zero: 0)
        let out = Floats(bytes.count / format.block.bytes * format.block.values)
        try kernels(.scalar).load(format, blocks.base, nil, out.base, out.count)
        return out.values
    }

    @Test(arguments: NamedFormat.blocked) func `blocks are those of llama.cpp's quantiser, byte for byte`(
        format: NamedFormat
    ) throws {
        let wanted = try #require(Self.fixture.blocks[format.name])
        let found = encode(Self.fixture.values, as: format.format)
        let size = format.format.block.bytes
        try #require(found.count == wanted.count)
        for start in stride(from: 0, to: wanted.count, by: size) {
            #expect(found[start..<start + size] == wanted[start..<start + size], "block \(start / size)")
        }
    }

    /// Relative errors of evenly distributed values, somewhat above what the formats' steps allow.
    @Test(
        arguments: zip(ck_format.blocked, [0.005, 0.09, 0.07, 0.045, 0.035, 0.25, 0.13, 0.07, 0.035, 0.025, 0.1, 0.1]))
    func `decoded values are near those that were encoded`(format: ck_format, bound: Double) throws {
        var random = Random(2)
        for scale: Float in [1, 1e-3, 1e4] {
            let values = randomFloats(4096, &random, in: -scale...scale)
            let decoded = try decode(encode(values, as: format), format)
            let (error, size) = zip(values, decoded).reduce((0.0, 0.0)) { sums, pair in
                let difference = Double(pair.0) - Double(pair.1)
                return (sums.0 + difference * difference, sums.1 + Double(pair.0) * Double(pair.0))
            }
            #expect((error / size).squareRoot() < bound, "\((error / size).squareRoot())")
        }
    }

    @Test(arguments: ck_format.blocked) func `a block's bytes depend on its own values alone`(format: ck_format) {
        var random = Random(3)
        let length = format.block.values, size = format.block.bytes
        let values = randomFloats(7 * length, &random)
        let whole = encode(values, as: format)
        for index in 0..<7 {
            let block = encode(Array(values[index * length..<(index + 1) * length]), as: format)
            #expect(block == Array(whole[index * size..<(index + 1) * size]))
        }
    }

    @Test(arguments: ck_format.blocked, [Float.nan, .infinity, -.infinity])
    func `a block with a NaN or an infinity decodes to NaN, the others as ever`(format: ck_format, wild: Float) throws {
        var random = Random(4)
        let length = format.block.values
        var values = randomFloats(3 * length, &random)
        let tame = try decode(encode(values, as: format), format)
        values[length + 5] = wild
        let decoded = try decode(encode(values, as: format), format)
        #expect(decoded[length..<2 * length].allSatisfy { $0.isNaN })
        #expect(Array(decoded[..<length]) == Array(tame[..<length]))
        #expect(Array(decoded[(2 * length)...]) == Array(tame[(2 * length)...]))
    }

    @Test(arguments: ck_format.blocked) func `tiny and huge values, constants and zeros are encoded`(
        format: ck_format
    ) throws {
        var random = Random(5)
        let length = format.block.values
        let zeros = [Float](repeating: 0, count: length)
        #expect(try decode(encode(zeros, as: format), format).allSatisfy { $0 == 0 })
        for value: Float in [3, -3, 1e-30, -1e-30, .leastNonzeroMagnitude] {
            let decoded = try decode(encode([Float](repeating: value, count: length), as: format), format)
            #expect(decoded.allSatisfy { abs($0 - value) <= abs(value) * 0.04 + 1e-6 }, "\(value)")
        }
        for magnitude: Float in [0x1p-146, 0x1p-126, 1e30, 1e38] {
            let decoded = try decode(
                encode(randomFloats(length, &random, in: -magnitude...magnitude), as: format), format)
            #expect(decoded.allSatisfy { magnitude > 1 || abs($0) < 1e-6 }, "\(magnitude)")
        }
        // A weight beyond the range of f16 scales leaves its block undefined, not its neighbours.
        let pair = randomFloats(length, &random) + randomFloats(length, &random, in: -1e38...1e38)
        let alone = try decode(encode(Array(pair[..<length]), as: format), format)
        #expect(try Array(decode(encode(pair, as: format), format)[..<length]) == alone)
    }
}
