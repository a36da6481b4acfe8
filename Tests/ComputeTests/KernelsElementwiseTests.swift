import CKernels
import Testing

@Suite struct KernelsElementwiseTests {
    static let sizes = [0, 1, 7, 8, 31, 32, 33, 100, 1536]

    /// Runs `body` with every table and expects the same bits from all.
    private func sameBits(_ body: (ck_kernels) -> [Floats]) throws -> [Floats] {
        let reference = body(try kernels(.scalar))
        for isa in runnableTables {
            let results = body(try kernels(isa))
            #expect(results.map(\.bits) == reference.map(\.bits))
            #expect(results.allSatisfy { $0.isFenceIntact })
        }
        return reference
    }

    @Test func `exp is within 2 ulp of float64, subnormal results included`() throws {
        // A sample of all bit patterns: 2048 neighbours at a time, at 420 places.
        let count = 2048
        for start in stride(from: UInt32(0), to: UInt32.max - UInt32(count), by: count * 4993) {
            let x = Floats((0..<UInt32(count)).map { Float(bitPattern: start + $0) })
            let out = try sameBits { table in
                let out = Floats(count)
                table.exp(x.base, out.base, count)
                return [out]
            }[0]
            let wrong = (0..<count).filter { index in
                let value = x.base[index], result = out.base[index]
                let exact = exponential(Double(value)), nearest = Float(exact)
                if value.isNaN { return !result.isNaN }
                if nearest.isInfinite { return result != .infinity }
                return abs(Double(result) - exact) > 2 * Double(nearest.ulp)
            }
            #expect(wrong.map { x.base[$0] } == [])
        }
    }

    @Test func `exp, sigmoid and silu meet their limits`() throws {
        let x = Floats([-.infinity, -200, -104, -88, -0.0, 0, 1, 88, 88.8, 200, .infinity, .nan])
        let ones = Floats([Float](repeating: 1, count: x.count))
        let results = try sameBits { table in
            let out = (0..<3).map { _ in Floats(x.count) }
            table.exp(x.base, out[0].base, x.count)
            table.sigmoid(x.base, out[1].base, x.count)
            table.silu_mul(x.base, ones.base, out[2].base, x.count)
            return out
        }
        let exp = results[0].base, sigmoid = results[1].base, silu = results[2].base
        #expect(exp[0] == 0 && exp[1] == 0 && exp[4] == 1 && exp[5] == 1 && exp[9] == .infinity && exp[11].isNaN)
        #expect(sigmoid[0] == 0 && sigmoid[1] == 0 && sigmoid[5] == 0.5 && sigmoid[10] == 1 && sigmoid[11].isNaN)
        #expect(silu[1] == 0 && silu[5] == 0 && silu[9] == 200 && silu[10] == .infinity && silu[11].isNaN)
    }

    @Test(arguments: sizes)
    func `sigmoid, silu, add and scaled add agree with float64`(size: Int) throws {
        var random = Random(UInt64(size) + 1)
        let a = randomFloats(size, &random, in: -20...20), b = randomFloats(size, &random, in: -5...5)
        let left = Floats(a), right = Floats(b)
        let results = try sameBits { table in
            let out = (0..<3).map { _ in Floats(size) } + [Floats(b)]
            table.sigmoid(left.base, out[0].base, size)
            table.silu_mul(left.base, right.base, out[1].base, size)
            table.add(left.base, right.base, out[2].base, size)
            table.scaled_add(0.3, left.base, out[3].base, size)
            return out
        }
        for index in 0..<size {
            let x = Double(a[index]), y = Double(b[index])
            let sigmoid = 1 / (1 + exponential(-x))
            #expect(abs(Double(results[0].base[index]) - sigmoid) <= sigmoid * 4 * 0x1p-23)
            #expect(abs(Double(results[1].base[index]) - x * sigmoid * y) <= abs(x * sigmoid * y) * 5 * 0x1p-23)
            #expect(results[2].base[index] == a[index] + b[index])
            #expect(results[3].base[index] == b[index] + 0.3 * a[index])
        }
    }

    @Test(arguments: sizes)
    func `rms norm agrees with float64, row by row and in place`(size: Int) throws {
        var random = Random(UInt64(size) + 2)
        let rows = 3, stride = size + 5
        let values = randomFloats(rows * stride, &random, in: -3...3)
        let weight = Floats(randomFloats(size, &random))
        let results = try sameBits { table in
            let x = Floats(values), y = Floats(rows * stride), inPlace = Floats(values), single = Floats(size)
            table.rms_norm(x.base, stride, weight.base, 1e-6, rows, size, y.base, stride)
            table.rms_norm(inPlace.base, stride, weight.base, 1e-6, rows, size, inPlace.base, stride)
            table.rms_norm(x.base + 2 * stride, 0, weight.base, 1e-6, 1, size, single.base, 0)
            return [y, inPlace, single]
        }
        for row in 0..<rows {
            let x = (0..<size).map { Double(values[row * stride + $0]) }
            let mean = x.reduce(0) { $0 + $1 * $1 } / Double(max(size, 1)) + 1e-6
            for index in 0..<size {
                let exact = x[index] / mean.squareRoot() * Double(weight.base[index])
                let value = results[0].base[row * stride + index]
                #expect(abs(Double(value) - exact) <= abs(exact) * 1e-6)
                #expect(results[1].base[row * stride + index] == value)
                if row == 2 { #expect(results[2].base[index] == value) }
            }
        }
    }

    @Test(arguments: [ck_rope_layout.halves, .adjacent], [2, 6, 16, 64, 128])
    func `rope rotates each pair by its angle`(layout: ck_rope_layout, size: Int) throws {
        var random = Random(UInt64(size))
        let heads = 3, stride = size + 4
        let values = randomFloats(heads * stride, &random)
        let angles = (0..<size / 2).map { Double($0) * 0.37 + 0.1 }
        let cosines = Floats(angles.map { Float(cosineOf($0)) }), sines = Floats(angles.map { Float(sineOf($0)) })
        let results = try sameBits { table in
            let x = Floats(values), out = Floats(heads * stride), inPlace = Floats(values)
            table.rope(layout, x.base, stride, cosines.base, sines.base, heads, size, out.base, stride)
            table.rope(layout, inPlace.base, stride, cosines.base, sines.base, heads, size, inPlace.base, stride)
            return [out, inPlace]
        }
        for head in 0..<heads {
            for pair in 0..<size / 2 {
                let first = head * stride + (layout == .halves ? pair : 2 * pair)
                let second = head * stride + (layout == .halves ? pair + size / 2 : 2 * pair + 1)
                let a = Double(values[first]), b = Double(values[second])
                let cosine = cosineOf(angles[pair]), sine = sineOf(angles[pair])
                #expect(abs(Double(results[0].base[first]) - (a * cosine - b * sine)) <= 3e-7)
                #expect(abs(Double(results[0].base[second]) - (a * sine + b * cosine)) <= 3e-7)
                #expect(results[1].base[first] == results[0].base[first])
                #expect(results[1].base[second] == results[0].base[second])
            }
            for index in size..<stride { #expect(results[0].base[head * stride + index] == 0) }
        }
    }

    @Test(arguments: runnableTables)
    func `max, argmax and log-sum-exp of a row`(isa: ck_isa) throws {
        let table = try kernels(isa)
        for size in Self.sizes.dropFirst() + [4097] {
            var random = Random(UInt64(size) + 9)
            let values = randomFloats(size, &random, in: -30...30)
            let x = Floats(values)
            let largest = try #require(values.max())
            #expect(table.max(x.base, size) == largest)
            #expect(values.firstIndex(of: largest) == table.argmax(x.base, size))
            let sum = values.reduce(0.0) { $0 + exponential(Double($1) - Double(largest)) }
            let exact = Double(largest) + logarithm(sum)
            #expect(abs(table.log_sum_exp(x.base, size) - exact) <= 1e-6)
            #expect(table.log_sum_exp(x.base, size) == (try kernels(.scalar)).log_sum_exp(x.base, size))
        }
    }

    @Test(arguments: runnableTables)
    func `ties go to the lowest index and NaN never wins`(isa: ck_isa) throws {
        let table = try kernels(isa)
        func argmax(_ values: [Float]) -> Int { table.argmax(Floats(values).base, values.count) }
        #expect(argmax([]) == 0)
        #expect(argmax([1, 5, 5, 2]) == 1)
        #expect(argmax([Float](repeating: -1, count: 100) + [3] + [Float](repeating: 3, count: 50)) == 100)
        #expect(argmax([.nan, 1, .nan, 2, .nan]) == 3)
        #expect(argmax([.nan, .nan]) == 0)
        #expect(argmax([-.infinity, -.infinity]) == 0)
        #expect(argmax([-0.0, 0]) == 0)
        #expect(argmax([1, .infinity, 3]) == 1)
    }

    @Test(arguments: runnableTables)
    func `max and log-sum-exp propagate NaN and empty rows give minus infinity`(isa: ck_isa) throws {
        let table = try kernels(isa)
        for position in [0, 5, 31, 32, 70, 99] {
            let x = Floats([Float](repeating: 1, count: 100))
            x.base[position] = .nan
            #expect(table.max(x.base, 100).isNaN)
            #expect(table.log_sum_exp(x.base, 100).isNaN)
        }
        let empty = Floats([-.infinity, -.infinity])
        #expect(table.max(empty.base, 0) == -.infinity)
        #expect(table.log_sum_exp(empty.base, 0) == -.infinity)
        #expect(table.log_sum_exp(empty.base, 2) == -.infinity)
    }

    @Test(arguments: runnableTables)
    func `the limit loops report the work that they did`(isa: ck_isa) throws {
        let table = try kernels(isa)
        let buffer = KernelMemory<UInt64>(1000, zero: 1)
        var checksum: UInt64 = 0
        #expect(table.read_loop(buffer.base, 8000, &checksum) == 7936)
        #expect(checksum == 992)
        #expect(table.read_loop(buffer.base, 100, &checksum) == 0)
        var sum: Float = 0
        #expect(table.arithmetic_loop(100, &sum) >= 6400)
        #expect(sum.isFinite && sum > 0)
    }
}
