import Compute
import Testing

@Suite struct LinearTests {
    private func product(_ x: Tensor, _ w: Tensor) -> [[Double]] {
        (0..<x.rows).map { row in
            let input = x.row(row)
            return (0..<w.rows).map { output in
                zip(input, w.row(output)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
        }
    }

    private func expectNear(_ tensor: Tensor, _ expected: [[Double]], within bound: Double = 1e-4) {
        for (row, values) in expected.enumerated() {
            let worst = zip(tensor.row(row), values).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
            #expect(worst < bound, "row \(row)")
        }
    }

    @Test(arguments: [1, 3, 16, 17, 300])
    func `a fused list computes every product`(rows: Int) throws {
        let processor = try Processor(threads: 2)
        var random = Random(1)
        let x = random.tensor(rows: rows, columns: 72)
        let shapes = [200, 33, 8]
        let weights = shapes.map { random.tensor(rows: $0, columns: 72) }
        let outputs = shapes.map { Tensor(rows: rows, columns: $0) }
        processor.project(
            zip(weights, outputs).map { Projection(Matrix($0, format: .f32), of: x, into: $1) })
        for (weight, output) in zip(weights, outputs) { expectNear(output, product(x, weight)) }
    }

    @Test func `biases are added, residuals accumulate, columns and outputs are placed`() throws {
        let processor = try Processor(threads: 2)
        var random = Random(2)
        let x = random.tensor(rows: 20, columns: 50)
        let w = random.tensor(rows: 64, columns: 40)
        let bias = random.tensor(rows: 1, columns: 64)
        let output = random.tensor(rows: 20, columns: 30)
        let before = (0..<20).map { output.row($0) }
        processor.project(
            Projection(
                Matrix(w, format: .f32), outputs: 16..<32, of: x, column: 10, into: output, column: 5, bias: bias,
                accumulates: true, rows: 3..<17))
        for row in 0..<20 {
            let expected = (0..<30).map { column -> Double in
                guard (3..<17).contains(row), (5..<21).contains(column) else { return Double(before[row][column]) }
                let n = 16 + column - 5
                let sum = zip(x.row(row)[10...], w.row(n)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                return Double(before[row][column]) + sum + Double(bias.row(0)[n])
            }
            let worst = zip(output.row(row), expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
            #expect(worst < 1e-4, "row \(row)")
        }
    }

    @Test(arguments: [1, 40])
    func `the gated unit is silu of one product times the other`(rows: Int) throws {
        let processor = try Processor(threads: 2)
        var random = Random(3)
        let x = random.tensor(rows: rows, columns: 48)
        let gate = random.tensor(rows: 130, columns: 48)
        let up = random.tensor(rows: 130, columns: 48)
        let output = Tensor(rows: rows, columns: 130)
        processor.projectGated(
            gate: Matrix(gate, format: .f32), up: Matrix(up, format: .f32), of: x, into: output)
        let expected = zip(product(x, gate), product(x, up)).map { gates, ups in
            zip(gates, ups).map { $0 / (1 + exponential(-$0)) * $1 }
        }
        expectNear(output, expected)
    }

    @Test(arguments: [ElementFormat.f32, .bf16, .f16])
    func `a row's bits do not depend on the rows beside it, cut or not`(format: ElementFormat) throws {
        var random = Random(4)
        let x = random.tensor(rows: 300, columns: 320)
        let w = random.tensor(rows: 100, columns: 320)
        for cuts in [nil, CutPoints(inputs: 320, blockSize: 32)] {
            let matrix = Matrix(w, format: format, cuts: cuts)
            let whole = Tensor(rows: 300, columns: 100)
            try Processor(threads: 2).project(Projection(matrix, of: x, into: whole))
            let processor = try Processor(threads: 1)
            for rows in [0..<1, 5..<8, 17..<33, 250..<300] {
                let part = Tensor(rows: 300, columns: 100)
                processor.project(Projection(matrix, of: x, into: part, rows: rows))
                for row in rows { #expect(part.row(row) == whole.row(row)) }
            }
        }
    }
}
