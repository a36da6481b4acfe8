import Compute
import Testing

@Suite struct RotaryTests {
    @Test func `YaRN ramps between the dimensions that R1 gives`() {
        let plain = RotaryFrequencies(dimension: 64, base: 10_000)
        let yarn = plain.scaledAsYarn(
            base: 10_000, factor: 40, betaFast: 32, betaSlow: 1, originalContext: 4096)
        for (j, (fast, scaled)) in zip(plain.frequencies, yarn.frequencies).enumerated() {
            let ramp = min(max((Double(j) - 10) / 13, 0), 1)
            #expect(abs(scaled - (fast / 40 * ramp + fast * (1 - ramp))) < 1e-12)
        }
    }

    @Test func `Llama 3 keeps short waves, slows long ones and blends between`() {
        let plain = RotaryFrequencies(dimension: 128, base: 500_000)
        let scaled = plain.scaledAsLlama3(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192)
        #expect(scaled.frequencies.first == plain.frequencies.first)
        #expect(scaled.frequencies.last == plain.frequencies.last.map { $0 / 8 })
        #expect(zip(scaled.frequencies, plain.frequencies).contains { $0 < $1 && $0 > $1 / 8 })
        #expect(zip(scaled.frequencies, scaled.frequencies.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test(arguments: [RotaryTable.Pairing.halves, .adjacent])
    func `vectors turn by position times frequency`(pairing: RotaryTable.Pairing) throws {
        let processor = try Processor(threads: 2)
        let table = RotaryTable(RotaryFrequencies(dimension: 4, base: 100), pairing: pairing, factor: 2)
        let layout = BatchLayout()
        layout.append(rowCount: 2, firstPosition: 0, promptLength: 9, blockTable: [0], blockSize: 16)
        layout.append(rowCount: 1, firstPosition: 7, promptLength: 9, blockTable: [1], blockSize: 16)
        table.prepare(for: layout, on: processor)
        let x = Tensor(rows: 3, columns: 5)
        for row in 0..<3 {
            x.withMutableRow(row) { values in for index in 0..<5 { values[index] = Float(index + 1) } }
        }
        processor.rotate(x, columns: 1..<5, heads: 1, stride: 5, by: table)
        #expect(x.row(0) == [1, 4, 6, 8, 10])
        let pairs = pairing == .halves ? [(1, 3), (2, 4)] : [(1, 2), (3, 4)]
        for (row, position) in [(1, 1.0), (2, 7.0)] {
            for ((a, b), frequency) in zip(pairs, [1, 0.1]) {
                let (cosine, sine) = (cosineOf(position * frequency), sineOf(position * frequency))
                let (first, second) = (Double(a + 1), Double(b + 1))
                #expect(abs(Double(x.row(row)[a]) - 2 * (first * cosine - second * sine)) < 1e-5)
                #expect(abs(Double(x.row(row)[b]) - 2 * (first * sine + second * cosine)) < 1e-5)
            }
        }
    }
}
