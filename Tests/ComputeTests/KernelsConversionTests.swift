import CKernels
import Testing

@Suite struct KernelsConversionTests {
    private func load(_ isa: ck_isa, _ format: ck_format, _ source: some Collection<UInt16>) throws -> Floats {
        let bits = KernelMemory<UInt16>(source, zero: 0), out = Floats(source.count)
        try kernels(isa).load(format, bits.base, nil, out.base, source.count)
        return out
    }

    private func store(_ isa: ck_isa, _ format: ck_format, _ source: Floats) throws -> [UInt16] {
        let out = KernelMemory<UInt16>(source.count, zero: 0)
        try kernels(isa).store(format, source.base, out.base, source.count)
        #expect(out.isFenceIntact)
        return out.values
    }

    @Test(arguments: runnableTables)
    func `all f16 and bf16 patterns decode exactly`(isa: ck_isa) throws {
        let all = Array(UInt16.min...UInt16.max)
        let half = try load(isa, .f16, all), brain = try load(isa, .bf16, all)
        let wrongHalves = all.filter { bits in
            let value = canonicalBits(Float(Float16(bitPattern: bits)))
            return canonicalBits(half.base[Int(bits)]) != value || canonicalBits(ck_f32_from_f16(bits)) != value
        }
        let wrongBrains = all.filter { bits in
            let value = UInt32(bits) << 16
            return brain.base[Int(bits)].bitPattern != value || ck_f32_from_bf16(bits).bitPattern != value
        }
        #expect(wrongHalves == [] && wrongBrains == [])
    }

    @Test(arguments: runnableTables)
    func `all f8e4m3 patterns decode exactly, through load and through matmul`(isa: ck_isa) throws {
        let bytes = KernelMemory<UInt8>(UInt8.min...UInt8.max, zero: 0), out = Floats(256)
        let scales = Floats([1, 0.5])
        try kernels(isa).load(.f8e4m3, bytes.base, scales.base, out.base, 256)
        let matmuls = [1, 8].map { rows in
            let matmul = MatmulCase(.f8e4m3, rows: rows, outputs: 1, inputs: 1)
            matmul.scales.base[0] = 3
            for row in 0..<rows { matmul.x.base[row * matmul.xStride] = 1 }
            return matmul
        }
        for bits in UInt8.min...UInt8.max {
            let exponent = Int(bits >> 3 & 15), mantissa = Float(bits & 7)
            var value = exponent == 0 ? mantissa * 0x1p-9 : (1 + mantissa / 8)
            if exponent > 0 { value *= Float(sign: .plus, exponent: exponent - 7, significand: 1) }
            if bits & 0x7f == 0x7f { value = .nan }
            if bits & 0x80 != 0 { value = -value }
            #expect(canonicalBits(ck_f32_from_f8e4m3(bits)) == canonicalBits(value))
            #expect(canonicalBits(out.base[Int(bits)]) == canonicalBits(bits < 128 ? value : value * 0.5))
            for matmul in matmuls {
                matmul.setWeight(0, 0, 0, byte: bits)
                let y = try matmul.output(isa)
                #expect(y.bits.allSatisfy { $0 == canonicalBits(value * 3 + 0) })
            }
        }
    }

    @Test(arguments: runnableTables)
    func `every f16 and bf16 survives a round trip`(isa: ck_isa) throws {
        let all = Array(UInt16.min...UInt16.max)
        let halves = zip(all, try store(isa, .f16, try load(isa, .f16, all))).filter { bits, back in
            back != bits && !(Float16(bitPattern: bits).isNaN && Float16(bitPattern: back).isNaN)
        }
        let brains = zip(all, try store(isa, .bf16, try load(isa, .bf16, all))).filter { bits, back in
            back != (bits & 0x7fff > 0x7f80 ? bits | 0x40 : bits)
        }
        #expect(halves.isEmpty && brains.isEmpty)
    }

    @Test(arguments: runnableTables)
    func `f16 rounds to the nearest, ties to even, at every boundary`(isa: ck_isa) throws {
        // Around each f16 and each midpoint between neighbours.
        var values: [Float] = []
        for bits in UInt16.min...0x7c00 {
            let value = Float(Float16(bitPattern: bits))
            let above = bits < 0x7bff ? Float(Float16(bitPattern: bits + 1)) : 65536
            for center in [value, value.isFinite ? (value + above) / 2 : value] {
                values += [center.nextDown, center, center.nextUp, -center, -center.nextUp]
            }
        }
        let wrong = zip(values, try store(isa, .f16, Floats(values))).filter { value, bits in
            bits != Float16(value).bitPattern || bits != ck_f16_from_f32(value)
        }
        #expect(wrong.map(\.0) == [])
    }

    @Test(arguments: runnableTables)
    func `bf16 rounds to the nearest, ties to even, at every boundary`(isa: ck_isa) throws {
        var values: [Float] = []
        for bits in UInt32(0)..<0x7f80 {
            for low in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] as [UInt32] {
                values += [Float(bitPattern: bits << 16 | low), Float(bitPattern: bits << 16 | low | 1 << 31)]
            }
        }
        let wrong = zip(values, try store(isa, .bf16, Floats(values))).filter { value, bits in
            let pattern = value.bitPattern, low = pattern & 0xffff, high = pattern >> 16
            let up = low > 0x8000 || low == 0x8000 && high & 1 == 1
            return bits != UInt16(high + (up ? 1 : 0)) || bits != ck_bf16_from_f32(value)
        }
        #expect(wrong.map(\.0) == [])
    }

    @Test func `all tables store special values alike`() throws {
        let patterns: [UInt32] = [
            0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc1_2345, 0x7f80_0001, 0x7fbf_ffff, 0x7f7f_ffff, 0x477f_efff,
            0x477f_f000, 0x3300_0000, 0x3300_0001, 0x32ff_ffff, 0x0000_0001, 0x8000_0000,
        ]
        let source = Floats(patterns.map { Float(bitPattern: $0) })
        for format in [ck_format.f16, .bf16] {
            let reference = try store(.scalar, format, source)
            for isa in runnableTables { #expect(try store(isa, format, source) == reference) }
        }
    }

    @Test(arguments: runnableTables)
    func `rows of any length load and store without touching more`(isa: ck_isa) throws {
        for count in [0, 1, 7, 8, 9, 63, 130] {
            var random = Random(UInt64(count))
            let source = Floats(randomFloats(count, &random))
            let out = Floats(count)
            try kernels(isa).store(.f32, source.base, out.base, count)
            #expect(out.bits == source.bits)
            for format in [ck_format.f16, .bf16] {
                let back = try load(isa, format, try store(isa, format, source))
                #expect(back.isFenceIntact)
                #expect(zip(back.values, source.values).allSatisfy { abs($0 - $1) <= abs($1) / 256 })
            }
        }
    }
}
