import CKernels
import Testing

@Suite struct KernelsBlockMatmulTests {
    /// Blocks of a row: one, some that are no multiple of the eight lanes, several panels' worth of vectors.
    private static func blockCounts(_ format: ck_format) -> [Int] {
        format.block.values == 32 ? [1, 7, 8, 9, 35, 64] : [1, 2, 6]
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `every result is within the activations' rounding of the float64 sum`(isa: ck_isa, format: ck_format) throws {
        for blocks in format.block.values == 32 ? [1, 9, 35] : [1, 3] {
            for (rows, outputs, segments) in [(1, 5, 1), (3, 4, 8), (5, 17, 8)] {
                var matmul = try BlockCase(format, rows: rows, outputs: outputs, blocks: blocks, segments: segments)
                matmul.bias = segments == 8 ? Floats((0..<outputs).map { Float($0) / 7 }) : nil
                let y = try matmul.output(isa)
                for output in 0..<outputs {
                    let w = try matmul.decoded(output)
                    for row in 0..<rows {
                        let x = Array(matmul.x.values[row * matmul.inputs..<(row + 1) * matmul.inputs])
                        let (value, bound) = Self.exact(x, w)
                        let bias = matmul.bias.map { Double($0.base[output]) } ?? 0
                        #expect(abs(Double(y.base[row * outputs + output]) - value - bias) <= bound + abs(bias) * 1e-7)
                    }
                }
            }
        }
    }

    /// The float64 sum, and how far half a step of every quantised activation and the f32 sums may take a result.
    private static func exact(_ x: [Float], _ w: [Float]) -> (value: Double, bound: Double) {
        var value = 0.0
        var bound = 0.0
        for block in stride(from: 0, to: x.count, by: 32) {
            let most = x[block..<block + 32].reduce(0) { max($0, abs($1)) }
            for index in block..<block + 32 {
                value += Double(x[index]) * Double(w[index])
                bound += Double(most) / 127 * 0.50001 * abs(Double(w[index]))
                bound += Double(most) * abs(Double(w[index])) * (8 + Double(x.count) / 256) * 0x1p-23
            }
        }
        return (value, bound)
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `every weight meets the input of its place`(isa: ck_isa, format: ck_format) throws {
        // One input of each row is not zero.
        let inputs = format.block.values, outputs = 18
        let matmul = try BlockCase(format, rows: inputs, outputs: outputs, blocks: 1)
        for index in 0..<matmul.x.count { matmul.x.base[index] = index % (inputs + 1) == 0 ? 127 : 0 }
        try matmul.quantize()
        for rows in [1, inputs] {
            for first in stride(from: 0, to: inputs, by: rows) {
                let y = try matmul.output(isa, first: first, count: rows)
                for output in 0..<outputs {
                    let w = try matmul.decoded(output)
                    let most = w.reduce(0) { max($0, abs($1)) }
                    for row in 0..<rows {
                        #expect(abs(y.base[row * outputs + output] / 127 - w[first + row]) <= most * 1e-5)
                    }
                }
            }
        }
    }

    @Test(arguments: ck_format.blocked)
    func `every table gives the same bits, whatever the weights' bytes`(format: ck_format) throws {
        for (blocks, segments) in zip(Self.blockCounts(format), [1, 8, 8, 1, 8, 8]) {
            for (rows, wild) in [(1, false), (3, true), (4, false), (5, true), (13, false)] {
                let matmul = try BlockCase(
                    format, rows: rows, outputs: 19, blocks: blocks, segments: segments, wild: wild)
                let scalar = try matmul.output(.scalar).bits
                for isa in runnableTables { #expect(try matmul.output(isa).bits == scalar) }
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `a row's bits do not depend on the rows beside it`(isa: ck_isa, format: ck_format) throws {
        let most = isa == .scalar ? 6 : 20
        for segments in [1, 8] {
            let blocks = format.block.values == 32 ? 45 : 3
            let matmul = try BlockCase(format, rows: most, outputs: 21, blocks: blocks, segments: segments)
            let alone = try (0..<most).flatMap { try matmul.output(isa, first: $0, count: 1).bits }
            for rows in 2...most {
                #expect(try matmul.output(isa, count: rows).bits == Array(alone.prefix(rows * 21)))
            }
        }
    }

    @Test(arguments: [ck_format.q8_0, .q5_1, .q6_k])
    func `hundreds of rows and thousands of blocks give the same bits as each row alone`(format: ck_format) throws {
        for (rows, blocks) in [(270, 1), (6, format.block.values == 32 ? 530 : 67)] {
            let matmul = try BlockCase(format, rows: rows, outputs: 17, blocks: blocks)
            for isa in runnableTables where isa != .scalar {
                let all = try matmul.output(isa).bits
                for row in [0, 1, rows / 2, rows - 1] {
                    let alone = try matmul.output(isa, first: row, count: 1).bits
                    #expect(alone == Array(all[row * 17..<(row + 1) * 17]))
                }
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `an output's bits do not depend on the range, and outputs outside it are left alone`(
        isa: ck_isa, format: ck_format
    ) throws {
        for rows in [1, 2, 9] {
            // Ten strips: not as many in each of four streams.
            let outputs = 150
            let matmul = try BlockCase(format, rows: rows, outputs: outputs, blocks: 3)
            let whole = try matmul.output(isa).bits
            #expect(try whole == matmul.output(.scalar).bits)
            for cuts in [[0, 1, 2, outputs], [0, 17, 17, 90, outputs]] {
                let y = Floats(rows * outputs)
                for (begin, end) in zip(cuts, cuts.dropFirst()) { try matmul.run(isa, range: begin..<end, into: y) }
                #expect(y.bits == whole)
            }
            let y = Floats([Float](repeating: 5, count: rows * outputs))
            try matmul.run(isa, range: 11..<13, into: y)
            for row in 0..<rows {
                for output in 0..<outputs where !(11..<13).contains(output) {
                    #expect(y.base[row * outputs + output] == 5)
                }
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `eight segments are summed apart and combined in pairs`(isa: ck_isa, format: ck_format) throws {
        for rows in [1, 7] {
            var matmul = try BlockCase(format, rows: rows, outputs: 6, blocks: 20)
            matmul.cuts = [0, 0, 1, 3, 11, 11, 12, 19, 20].map { $0 * format.block.values }
            let combined = try matmul.output(isa)
            let values = matmul.x.values
            let parts = try zip(matmul.cuts, matmul.cuts.dropFirst()).map { begin, end in
                // Cut at the same places, all but one segment multiplied by zeros.
                for index in values.indices {
                    matmul.x.base[index] = (begin..<end).contains(index % matmul.inputs) ? values[index] : 0
                }
                try matmul.quantize()
                return try matmul.output(isa).values
            }
            for index in 0..<rows * 6 {
                let p = parts.map { $0[index] }
                #expect(
                    combined.base[index] == ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7])))
            }
        }
    }

    @Test(arguments: runnableTables)
    func `bias and accumulation are added after the sum`(isa: ck_isa) throws {
        for rows in [1, 3, 30] {
            var matmul = try BlockCase(.q4_k, rows: rows, outputs: 19, blocks: 2)
            let plain = try matmul.output(isa)
            let bias = (0..<19).map { Float($0) * 0.3 - 2 }
            matmul.bias = Floats(bias)
            let y = Floats([Float](repeating: 0.7, count: rows * 19))
            try matmul.run(isa, accumulate: true, into: y)
            for index in 0..<rows * 19 { #expect(y.base[index] == 0.7 + (plain.base[index] + bias[index % 19])) }
        }
    }

    @Test(arguments: runnableTables, ck_format.blocked)
    func `no rows, no outputs and no inputs are allowed`(isa: ck_isa, format: ck_format) throws {
        try BlockCase(format, rows: 0, outputs: 5, blocks: 1).run(isa, into: Floats(5))
        try BlockCase(format, rows: 30, outputs: 5, blocks: 1).run(isa, range: 3..<3, into: Floats(150))
        for rows in [1, 30] {
            for segments in [1, 8] {
                let matmul = try BlockCase(format, rows: rows, outputs: 5, blocks: 0, segments: segments)
                #expect(try matmul.output(isa).values == [Float](repeating: 0, count: rows * 5))
            }
        }
    }

    @Test(arguments: runnableTables)
    func `infinite and NaN activations reach their row and no other`(isa: ck_isa) throws {
        for rows in [3, 9] {
            let matmul = try BlockCase(.q6_k, rows: rows, outputs: 9, blocks: 2)
            let clean = try matmul.output(isa)
            matmul.x.base[matmul.inputs + 76] = .nan
            matmul.x.base[3] = .infinity
            try matmul.quantize()
            let y = try matmul.output(isa)
            for index in 0..<18 { #expect(y.base[index].isNaN) }
            #expect(y.bits.dropFirst(18) == clean.bits.dropFirst(18))
        }
    }

    @Test(arguments: runnableTables)
    func `the largest integers do not overflow`(isa: ck_isa) throws {
        // All activations alike and every weight at an end of its range.
        for format in ck_format.blocked {
            for byte: UInt8 in [0x00, 0x7f, 0x80, 0xff] {
                for rows in [1, 6] {
                    let matmul = try BlockCase(format, rows: rows, outputs: 3, blocks: 2)
                    for index in 0..<matmul.weights.count {
                        let place = index % format.block.bytes
                        let isScale = format.scalePlaces.contains { place == $0 || place == $0 + 1 }
                        matmul.weights.base[index] = isScale ? (place % 2 == 0 ? 0 : 0x3c) : byte
                    }
                    matmul.pack()
                    for index in 0..<matmul.x.count { matmul.x.base[index] = index % 64 < 32 ? 127 : -127 }
                    try matmul.quantize()
                    let y = try matmul.output(isa), expected = try matmul.output(.scalar)
                    #expect(y.bits == expected.bits)
                    let w = try matmul.decoded(0)
                    let exact = (0..<w.count).reduce(0.0) { $0 + Double(w[$1]) * ($1 % 64 < 32 ? 127 : -127) }
                    let magnitude = w.reduce(0) { $0 + abs(Double($1)) * 127 }
                    #expect(abs(Double(y.base[0]) - exact) <= magnitude * 1e-6)
                }
            }
        }
    }
}
