import CKernels
import Testing

@Suite struct KernelsBlockFormatTests {
    private struct Fixture {
        let bytes: [UInt8]
        let values: [UInt32]
    }

    /// By format's name.
    private static let fixtures: [String: Fixture] = {
        var fixtures: [String: Fixture] = [:]
        for fields in HexadecimalFixture.lines("blocks.txt") {
            fixtures[String(fields[0])] = Fixture(
                bytes: HexadecimalFixture.bytes(fields[1]), values: HexadecimalFixture.words(fields[2]))
        }
        return fixtures
    }()

    @Test(arguments: runnableTables, NamedFormat.blocked)
    func `blocks decode as the gguf package decodes them, bit for bit`(isa: ck_isa, format: NamedFormat) throws {
        let fixture = try #require(Self.fixtures[format.name])
        let shape = format.format.block
        #expect(fixture.values.count == fixture.bytes.count / shape.bytes * shape.values)
        let bytes = KernelMemory<UInt8>(fixture.bytes, zero: 0), out = Floats(fixture.values.count)
        try kernels(isa).load(format.format, bytes.base, nil, out.base, out.count)
        #expect(out.values.map(\.bitPattern) == fixture.values)
        #expect(out.isFenceIntact)
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `part of a row decodes like the whole`(isa: ck_isa, format: ck_format) throws {
        var random = Random(5)
        let count = format.block.values * 3
        let bytes = KernelMemory<UInt8>(format.randomBlocks(3, &random), zero: 0), whole = Floats(count)
        try kernels(isa).load(format, bytes.base, nil, whole.base, count)
        for part in [0, 1, 31, 33, format.block.values, format.block.values + 7, count - 1] {
            let out = Floats(part)
            try kernels(isa).load(format, bytes.base, nil, out.base, part)
            #expect(out.bits == Array(whole.bits.prefix(part)) && out.isFenceIntact)
        }
    }

    @Test(arguments: runnableTables)
    func `activations are quantised to the nearest of 255 steps, in blocks of 32`(isa: ck_isa) throws {
        var random = Random(6)
        let count = 352
        for magnitude: Float in [1, 1e-20, 1e30] {
            let x = Floats(randomFloats(count, &random, in: -magnitude...magnitude))
            let row = KernelMemory<UInt8>(ck_quantized_bytes(count), zero: 0xff)
            try kernels(isa).quantize(x.base, count, 1, count, row.base, row.count)
            // Blocks of 48 bytes, then the same once more in 16 bits, in blocks of 68.
            let base = UnsafeRawPointer(row.base), wide = base + count / 32 * 48
            for index in 0..<count {
                let (block, place) = index.quotientAndRemainder(dividingBy: 32)
                let integer = base.load(fromByteOffset: block * 48 + place, as: Int8.self)
                let scale = base.load(fromByteOffset: block * 48 + 40, as: Float.self)
                #expect(abs(Double(integer) * Double(scale) - Double(x.base[index])) <= Double(scale) * 0.500001)
                #expect(wide.load(fromByteOffset: block * 68 + place * 2, as: Int16.self) == Int16(integer))
                #expect(wide.load(fromByteOffset: block * 68 + 64, as: Float.self) == scale)
            }
            #expect(row.isFenceIntact)
        }
    }

    @Test func `every table quantises to the same bytes`() throws {
        let blocks = try BlockCase(.q8_0, rows: 5, outputs: 1, blocks: 13)
        for index in 0..<32 { blocks.x.base[index] *= 1e-38 }
        for index in 32..<64 { blocks.x.base[index] = 0 }
        blocks.x.base[70] = 1e38
        blocks.x.base[100] = .infinity
        let bytes = try runnableTables.map { isa in
            try blocks.quantize(with: isa)
            return blocks.quantized.values
        }
        for other in bytes { #expect(other == bytes[0]) }
    }
}

/// A block format with its name, for test arguments.
struct NamedFormat: Sendable, CustomTestStringConvertible {
    let name: String
    let format: ck_format

    static let blocked: [NamedFormat] = zip(
        [
            "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl", "iq4_xs",
        ], ck_format.blocked
    ).map { NamedFormat(name: $0, format: $1) }

    var testDescription: String { name }
}
