import CKernels
import Testing

@Suite struct KernelsAttentionTests {
    static let formats: [ck_format] = [.f32, .f16, .bf16, .q8_0]

    @Test(arguments: runnableTables, formats)
    func `attention is within rounding of float64`(isa: ck_isa, format: ck_format) throws {
        let cases = [
            AttentionCase(format, keySize: 128, valueSize: 128, heads: 6, positions: 1, tokens: 700),
            AttentionCase(format, keySize: 24, valueSize: 20, heads: 3, positions: 5, tokens: 45, blockTokens: 7),
            AttentionCase(format, keySize: 192, valueSize: 128, heads: 1, positions: 70, tokens: 100, blockTokens: 32),
            AttentionCase(format, keySize: 72, valueSize: 61, heads: 16, positions: 2, tokens: 90, isLatent: true),
            AttentionCase(format, keySize: 64, valueSize: 32, heads: 7, positions: 1, tokens: 300),
            AttentionCase(format, keySize: 3, valueSize: 1, heads: 1, positions: 1, tokens: 1),
        ]
        for attention in cases {
            let out = try attention.output(isa, cuts: [0, 512, 1024])
            let bound = attention.isInIntegers ? attention.integerBound() : 2e-6
            for position in 0..<attention.positions {
                for (head, exact) in attention.exact(position).enumerated() {
                    let row = (position * attention.heads + head) * attention.valueSize
                    let wrong = exact.indices.filter { !(abs(Double(out.base[row + $0]) - exact[$0]) <= bound) }
                    #expect(wrong == [])
                }
            }
        }
    }

    /// The relative error of the outputs of long rows, as root of the mean square.
    private func relativeError(_ attention: AttentionCase) throws -> Double {
        let out = try attention.output(.scalar, cuts: [0, 512, 1024])
        var (error, norm) = (0.0, 0.0)
        for position in 0..<attention.positions {
            for (head, exact) in attention.exact(position).enumerated() {
                let row = (position * attention.heads + head) * attention.valueSize
                for index in exact.indices {
                    let difference = Double(out.base[row + index]) - exact[index]
                    error += difference * difference
                    norm += exact[index] * exact[index]
                }
            }
        }
        return (error / norm).squareRoot()
    }

    @Test(arguments: [ck_format.f16, .bf16, .q8_0])
    func `integers err less than the cache's format`(format: ck_format) throws {
        let attention = AttentionCase(
            format, keySize: 128, valueSize: 128, heads: 4, positions: 1, tokens: 400)
        #expect(try relativeError(attention) < 4e-4)
        // A few channels far off the others, as Qwen2's keys have: storing them in bf16 costs 1e-2.
        let biased = AttentionCase(
            format, keySize: 128, valueSize: 128, heads: 4, positions: 1, tokens: 400, keyBias: 12)
        #expect(try relativeError(biased) < 3e-3)
    }

    @Test(arguments: runnableTables, [ck_format.f16, .bf16, .q8_0])
    func `attention in integers has the scalar table's bits`(isa: ck_isa, format: ck_format) throws {
        let cases = [
            AttentionCase(format, keySize: 128, valueSize: 128, heads: 6, positions: 9, tokens: 270),
            AttentionCase(format, keySize: 192, valueSize: 128, heads: 7, positions: 1, tokens: 200, keyBias: 30),
            AttentionCase(format, keySize: 130, valueSize: 33, heads: 1, positions: 5, tokens: 131, blockTokens: 7),
            AttentionCase(format, keySize: 1, valueSize: 1, heads: 3, positions: 2, tokens: 9),
            AttentionCase(format, keySize: 1024, valueSize: 1024, heads: 2, positions: 2, tokens: 140),
        ]
        for attention in cases {
            let tokens = attention.tokens
            for steps in [[0..<tokens], [tokens / 3..<tokens], [0..<128, 128..<max(tokens, 128)]] {
                let scalar = try attention.partial(.scalar, steps: steps)
                let partial = try attention.partial(isa, steps: steps)
                #expect(partial.max.bits == scalar.max.bits)
                #expect(partial.sum.bits == scalar.sum.bits)
                #expect(partial.accumulator.bits == scalar.accumulator.bits)
            }
        }
    }

    @Test(arguments: runnableTables)
    func `integers stand for what is not finite, too small or too large`(isa: ck_isa) throws {
        let attention = AttentionCase(.bf16, keySize: 16, valueSize: 16, heads: 2, positions: 2, tokens: 40)
        let before = try attention.output(isa, cuts: [0, 40])
        // Only the second position sees the last key.
        attention.setValue(39, 3, .infinity)
        let after = try attention.output(isa, cuts: [0, 40])
        #expect(Array(after.bits.prefix(32)) == Array(before.bits.prefix(32)))
        #expect(after.values.suffix(32).allSatisfy { $0.isNaN })
        for index in 0..<16 {
            attention.setValue(39, index, 1e-35)
            attention.setKey(39, index, index == 5 ? 1e-38 : 0)
            attention.queries.base[37 + index] = 0
        }
        let small = try attention.output(isa, cuts: [0, 40])
        let exact = attention.exact(1)
        for index in 0..<16 { #expect(abs(Double(small.base[32 + index]) - exact[0][index]) < 1e-3) }
        attention.setKey(39, 5, .nan)
        #expect(try attention.output(isa, cuts: [0, 40]).values.suffix(32).allSatisfy { $0.isNaN })
    }

    @Test(arguments: runnableTables, formats)
    func `a row's bits do not depend on the rows beside it`(isa: ck_isa, format: ck_format) throws {
        for (heads, positions) in [(6, 1), (7, 2), (1, 13), (5, 9), (2, 90)] {
            let attention = AttentionCase(
                format, keySize: 40, valueSize: 36, heads: heads, positions: positions, tokens: 150, blockTokens: 24)
            let all = try attention.output(isa, cuts: [0, 64, 150])
            let row = heads * 36
            for position in 0..<positions {
                let alone = try attention.output(isa, cuts: [0, 64, 150], group: position..<position + 1)
                #expect(alone.bits == Array(all.bits[position * row..<(position + 1) * row]))
                let oneHead = try attention.output(isa, cuts: [0, 64, 150], group: position..<position + 1, heads: 1)
                #expect(oneHead.bits == Array(alone.bits.prefix(36)))
            }
            if positions > 4 {
                let some = try attention.output(isa, cuts: [0, 64, 150], group: 2..<positions - 1)
                #expect(some.bits == Array(all.bits[2 * row..<(positions - 1) * row]))
            }
        }
    }

    @Test(arguments: runnableTables, [ck_format.f32, .bf16])
    func `keys past a row's limit contribute nothing, whatever they hold`(isa: ck_isa, format: ck_format) throws {
        var attention = AttentionCase(format, keySize: 16, valueSize: 16, heads: 2, positions: 4, tokens: 90)
        attention.limits = [3, 50, 33, 0]
        let before = try attention.output(isa, cuts: [0, 64, 90])
        for token in 33..<50 {
            attention.setValue(token, 1, .nan)
            attention.setKey(token, 0, .infinity)
        }
        for token in 50..<90 {
            for index in 0..<16 {
                attention.setValue(token, index, .nan)
                attention.setKey(token, index, .nan)
            }
        }
        let after = try attention.output(isa, cuts: [0, 64, 90])
        for row in [0, 1, 4, 5, 6, 7] {
            #expect(Array(before.bits[row * 16..<row * 16 + 16]) == Array(after.bits[row * 16..<row * 16 + 16]))
        }
        #expect(after.base[2 * 16 + 1].isNaN && after.base[3 * 16 + 1].isNaN)
    }

    @Test(arguments: runnableTables, formats)
    func `sequences that share blocks are read together and keep their bits`(isa: ck_isa, format: ck_format) throws {
        for shared in [0, 5, 8, 11] {
            var attention = AttentionCase(
                format, keySize: 32, valueSize: 32, heads: 3, positions: 7, tokens: 300, sharedBlocks: shared)
            attention.limits = [300, 299, 300, 130, 128, 90, 256]
            attention.others = [1, 3, 4]
            let all = try attention.output(isa, cuts: [0, 300])
            for position in 0..<7 {
                let alone = try attention.output(isa, cuts: [0, 300], group: position..<position + 1)
                #expect(alone.bits == Array(all.bits[position * 96..<(position + 1) * 96]))
            }
            attention.others = []
            let same = try attention.output(isa, cuts: [0, 300])
            #expect(Array(same.bits[96..<192]) != Array(all.bits[96..<192]))
        }
    }

    @Test(arguments: runnableTables, formats)
    func `a call that resumes ends like one call over all keys`(isa: ck_isa, format: ck_format) throws {
        let attention = AttentionCase(format, keySize: 40, valueSize: 36, heads: 2, positions: 4, tokens: 500)
        let whole = try attention.partial(isa, keys: 0..<500)
        let parts = try attention.partial(isa, steps: [0..<128, 128..<384, 384..<512])
        #expect(parts.max.bits == whole.max.bits)
        #expect(parts.sum.bits == whole.sum.bits)
        #expect(parts.accumulator.bits == whole.accumulator.bits)
    }

    @Test(arguments: runnableTables)
    func `cached 8-bit values are within half a step, and not finite ones become NaN`(isa: ck_isa) throws {
        var random = Random(5)
        var values = randomFloats(77, &random, in: -3...3)
        var stored = [UInt8](repeating: 0, count: 3 * 34)
        var scalar = stored
        var decoded = [Float](repeating: 0, count: 77)
        for poison in [nil, Float.infinity, .nan] {
            if let poison { values[40] = poison }
            try kernels(isa).store(.q8_0, values, &stored, 77)
            try kernels(.scalar).store(.q8_0, values, &scalar, 77)
            #expect(stored == scalar)
            try kernels(isa).load(.q8_0, stored, nil, &decoded, 77)
            for index in 0..<77 {
                if poison != nil, (32..<64).contains(index) {
                    #expect(decoded[index].isNaN)
                } else {
                    let block = values[index / 32 * 32..<min(index / 32 * 32 + 32, 77)]
                    let most = block.reduce(0) { max($0, abs($1)) }
                    #expect(abs(decoded[index] - values[index]) <= most / 127 * 0.501)
                }
            }
        }
    }

    @Test(arguments: runnableTables)
    func `block table entries past all limits are not read`(isa: ck_isa) throws {
        var attention = AttentionCase(
            .bf16, keySize: 8, valueSize: 8, heads: 1, positions: 2, tokens: 64, blockTokens: 16)
        attention.limits = [5, 31]
        let before = try attention.output(isa, cuts: [0, 64])
        attention.table.base[2] = Int32.max
        attention.table.base[3] = Int32.min
        #expect(try attention.output(isa, cuts: [0, 64]).bits == before.bits)
    }

    @Test(arguments: runnableTables)
    func `a row without keys has an empty partial and a zero output`(isa: ck_isa) throws {
        var attention = AttentionCase(.f32, keySize: 8, valueSize: 8, heads: 1, positions: 2, tokens: 40)
        attention.limits = [0, -1]
        let partial = try attention.partial(isa, keys: 0..<40)
        #expect(partial.max.values == [-.infinity, -.infinity])
        #expect(partial.sum.values == [0, 0])
        #expect(partial.accumulator.values.allSatisfy { $0 == 0 })
        #expect(try attention.output(isa, cuts: [0, 40]).values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: runnableTables)
    func `a partial beyond a row's limit changes none of its bits`(isa: ck_isa) throws {
        var attention = AttentionCase(.f16, keySize: 32, valueSize: 32, heads: 3, positions: 2, tokens: 200)
        attention.limits = [64, 200]
        let short = try attention.output(isa, cuts: [0, 64], group: 0..<1)
        let long = try attention.output(isa, cuts: [0, 64, 128, 200])
        #expect(short.bits == Array(long.bits.prefix(3 * 32)))
    }

    @Test(arguments: runnableTables)
    func `a row's bits do not depend on how far the keys reach past its limit`(isa: ck_isa) throws {
        var attention = AttentionCase(.bf16, keySize: 32, valueSize: 32, heads: 2, positions: 1, tokens: 200)
        attention.limits = [77]
        let exact = try attention.output(isa, cuts: [0, 77])
        for end in [78, 96, 128, 200] { #expect(try attention.output(isa, cuts: [0, end]).bits == exact.bits) }
    }

    @Test(arguments: runnableTables)
    func `the block size does not change a bit`(isa: ck_isa) throws {
        let reference = try AttentionCase(
            .bf16, keySize: 48, valueSize: 48, heads: 2, positions: 3, tokens: 130, blockTokens: 130
        ).output(isa, cuts: [0, 130])
        for size in [1, 5, 16, 32, 33, 64] {
            let attention = AttentionCase(
                .bf16, keySize: 48, valueSize: 48, heads: 2, positions: 3, tokens: 130, blockTokens: size)
            #expect(try attention.output(isa, cuts: [0, 130]).bits == reference.bits)
        }
    }

    @Test(arguments: runnableTables)
    func `large scores neither overflow nor vanish`(isa: ck_isa) throws {
        let attention = AttentionCase(.f32, keySize: 8, valueSize: 8, heads: 1, positions: 1, tokens: 100)
        for index in 0..<8 {
            attention.queries.base[index] = 1000
            attention.setKey(40, index, 100)
            attention.setKey(41, index, -100)
        }
        let out = try attention.output(isa, cuts: [0, 64, 100])
        let exact = attention.exact(0)[0]
        for index in 0..<8 { #expect(abs(Double(out.base[index]) - exact[index]) <= 1e-6) }
    }

    @Test(arguments: runnableTables)
    func `a NaN query makes its row NaN and no other`(isa: ck_isa) throws {
        let attention = AttentionCase(.bf16, keySize: 16, valueSize: 16, heads: 3, positions: 1, tokens: 50)
        let before = try attention.output(isa, cuts: [0, 50])
        attention.queries.base[16] = .nan
        let after = try attention.output(isa, cuts: [0, 50])
        for row in 0..<3 {
            let bits = after.bits[row * 16..<row * 16 + 16]
            if row == 1 {
                #expect(bits.allSatisfy { $0 == 0x7fc0_0000 })
            } else {
                #expect(bits == before.bits[row * 16..<row * 16 + 16])
            }
        }
    }

    @Test func `every table computes the same up to rounding`() throws {
        let attention = AttentionCase(
            .bf16, keySize: 576, valueSize: 512, heads: 68, positions: 1, tokens: 70, isLatent: true)
        let scalar = try attention.output(.scalar, cuts: [0, 70]).values
        for isa in runnableTables {
            let out = try attention.output(isa, cuts: [0, 70]).values
            #expect(zip(out, scalar).allSatisfy { abs($0 - $1) <= 2e-6 })
        }
    }
}
