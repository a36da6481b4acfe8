import CKernels
import Testing

@Suite struct KernelsMatmulTests {
    /// Sizes that are and are not multiples of vectors, tiles, scale blocks and panels.
    static let inputSizes = [1, 7, 8, 70, 127, 128, 129, 192, 513, 1536]

    @Test(arguments: runnableTables, ck_format.all)
    func `every result is within rounding of the float64 sum`(isa: ck_isa, format: ck_format) throws {
        for inputs in Self.inputSizes {
            for (rows, outputs, segments) in [(1, 1, 1), (2, 5, 8), (3, 13, 1), (5, 9, 8), (2, 131, 8), (26, 31, 1)] {
                var matmul = MatmulCase(format, rows: rows, outputs: outputs, inputs: inputs, segments: segments)
                matmul.bias = segments == 8 ? Floats((0..<outputs).map { Float($0) / 7 }) : nil
                let y = try matmul.output(isa)
                let exact = matmul.exact()
                let wrong = (0..<rows * outputs).filter { index in
                    let bound = exact[index].magnitude * (4 + Double(inputs) / 8) * 0x1p-24
                    return !(abs(Double(y.base[index]) - exact[index].value) <= bound)
                }
                #expect(wrong == [])
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.all)
    func `a row's bits do not depend on the rows beside it`(isa: ck_isa, format: ck_format) throws {
        let most = 40
        for (inputs, outputs) in [(70, 61), (192, 13), (1536, 13), (8960, 3)] {
            for segments in [1, 8] {
                let matmul = MatmulCase(format, rows: most, outputs: outputs, inputs: inputs, segments: segments)
                let alone = try (0..<most).flatMap { try matmul.output(isa, first: $0, count: 1).bits }
                // The scalar loops are slow, and the same for every height.
                for rows in isa == .scalar ? [2, 40] : Array(2...most) {
                    #expect(try matmul.output(isa, count: rows).bits == Array(alone.prefix(rows * outputs)))
                }
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.all)
    func `hundreds of rows give the same bits as each row alone`(isa: ck_isa, format: ck_format) throws {
        for segments in [1, 8] {
            let matmul = MatmulCase(format, rows: 205, outputs: 101, inputs: 600, segments: segments)
            let all = try matmul.output(isa).bits
            for row in [0, 1, 65, 66, 67, 131, 203, 204] {
                let alone = try matmul.output(isa, first: row, count: 1).bits
                #expect(alone == Array(all[row * 101..<(row + 1) * 101]))
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.all)
    func `an output's bits do not depend on the range it is computed in`(isa: ck_isa, format: ck_format) throws {
        for rows in [1, 2, 3, 7, 26, 70] {
            let matmul = MatmulCase(format, rows: rows, outputs: 149, inputs: 300, segments: 8)
            let whole = try matmul.output(isa).bits
            for cuts in [[0, 1, 2, 149], [0, 37, 38, 100, 149], [0, 75, 75, 149], [0, 148, 149]] {
                let y = Floats(rows * 149)
                for (begin, end) in zip(cuts, cuts.dropFirst()) { try matmul.run(isa, range: begin..<end, into: y) }
                #expect(y.bits == whole)
            }
        }
    }

    @Test(arguments: runnableTables)
    func `outputs outside the range are left alone`(isa: ck_isa) throws {
        for rows in [1, 3, 30] {
            let matmul = MatmulCase(.bf16, rows: rows, outputs: 30, inputs: 40)
            let y = Floats([Float](repeating: 5, count: rows * 30))
            try matmul.run(isa, range: 11..<13, into: y)
            for row in 0..<rows {
                for output in 0..<30 where !(11..<13).contains(output) { #expect(y.base[row * 30 + output] == 5) }
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.all)
    func `eight segments are summed apart and combined in pairs`(isa: ck_isa, format: ck_format) throws {
        for rows in [1, 4, 30] {
            var matmul = MatmulCase(format, rows: rows, outputs: 6, inputs: 700)
            matmul.cuts = [0, 0, 128, 130, 255, 256, 300, 699, 700]
            let combined = try matmul.output(isa)
            let values = matmul.x.values
            let parts = try zip(matmul.cuts, matmul.cuts.dropFirst()).map { begin, end in
                // Cut at the same places, all but one segment multiplied by zeros.
                for index in values.indices {
                    matmul.x.base[index] = (begin..<end).contains(index % matmul.xStride) ? values[index] : 0
                }
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
            var matmul = MatmulCase(.f16, rows: rows, outputs: 17, inputs: 90)
            let plain = try matmul.output(isa)
            let bias = (0..<17).map { Float($0) * 0.3 - 2 }
            matmul.bias = Floats(bias)
            let y = Floats([Float](repeating: 0.7, count: rows * 17))
            try matmul.run(isa, accumulate: true, into: y)
            for index in 0..<rows * 17 { #expect(y.base[index] == 0.7 + (plain.base[index] + bias[index % 17])) }
        }
    }

    @Test(arguments: runnableTables, ck_format.all)
    func `no rows, no outputs and no inputs are allowed`(isa: ck_isa, format: ck_format) throws {
        try MatmulCase(format, rows: 0, outputs: 5, inputs: 16).run(isa, into: Floats(5))
        try MatmulCase(format, rows: 30, outputs: 5, inputs: 16).run(isa, range: 3..<3, into: Floats(150))
        for rows in [1, 30] {
            for segments in [1, 8] {
                var matmul = MatmulCase(format, rows: rows, outputs: 5, inputs: 0, segments: segments)
                #expect(try matmul.output(isa).values == [Float](repeating: 0, count: rows * 5))
                matmul.bias = Floats([1, 2, 3, 4, 5])
                #expect(try matmul.output(isa).values.prefix(5) == [1, 2, 3, 4, 5])
            }
        }
    }

    @Test(arguments: runnableTables, ck_format.all)
    func `a NaN weight reaches its output and no other`(isa: ck_isa, format: ck_format) throws {
        for rows in [1, 2, 3, 40] {
            for input in [0, 31, 64, 199] {
                let matmul = MatmulCase(format, rows: rows, outputs: 10, inputs: 200)
                matmul.setWeight(4, input, .nan, byte: input == 64 ? 0xff : 0x7f)
                let y = try matmul.output(isa)
                for index in 0..<rows * 10 { #expect(y.base[index].isNaN == (index % 10 == 4)) }
            }
        }
    }

    @Test(arguments: runnableTables)
    func `infinite and NaN activations reach their row and no other`(isa: ck_isa) throws {
        for rows in [2, 3, 5, 30] {
            let matmul = MatmulCase(.bf16, rows: rows, outputs: 9, inputs: 77)
            let clean = try matmul.output(isa)
            matmul.x.base[matmul.xStride + 76] = .nan
            matmul.x.base[3] = .infinity
            let y = try matmul.output(isa)
            for output in 0..<9 {
                #expect(y.base[output].isInfinite && y.base[9 + output].isNaN)
            }
            #expect(y.bits.dropFirst(18) == clean.bits.dropFirst(18))
        }
    }

    @Test func `every table computes the same up to rounding`() throws {
        for format in ck_format.all {
            let matmul = MatmulCase(format, rows: 27, outputs: 33, inputs: 1000, segments: 8)
            let scalar = try matmul.output(.scalar), exact = matmul.exact()
            for isa in runnableTables {
                let y = try matmul.output(isa)
                let wrong = (0..<27 * 33).filter { index in
                    let bound = exact[index].magnitude * 40 * 0x1p-24
                    return !(abs(Double(y.base[index]) - Double(scalar.base[index])) <= bound)
                }
                #expect(wrong == [])
            }
        }
    }
}
