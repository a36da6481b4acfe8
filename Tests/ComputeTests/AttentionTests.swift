import Compute
import Testing

@Suite struct AttentionTests {
    private static let shape = AttentionPlan.Shape(
        keyValueHeads: 2, groupSize: 3, keySize: 16, valueSize: 16, scale: 0.25)

    /// A cache with one sequence's keys and values, and the plain formula's answer for its last rows.
    private struct Scene {
        let memory: PagedMemory
        let layout = BatchLayout()
        let queries: Tensor
        let expected: [[Double]]

        init(_ processor: Processor, keys count: Int, rows: Int, format: ElementFormat = .f32) throws {
            let shape = AttentionTests.shape
            var random = Random(UInt64(count))
            let layer = PagedMemory.Layout(layers: 2, heads: 2, keySize: 16, valueSize: 16, format: format)
            memory = try PagedMemory(layer, blockCount: 128, blockSize: 16)
            let table = (0..<(count + 15) / 16).map { Int32(127 - $0) }
            let keys = random.tensor(rows: count, columns: 32)
            let values = random.tensor(rows: count, columns: 32)
            let filling = BatchLayout()
            filling.append(rowCount: count, firstPosition: 0, promptLength: 0, blockTable: table, blockSize: 16)
            processor.store(keys: keys, values: values, layout: filling, memory: memory, layer: 1)
            layout.append(
                rowCount: rows, firstPosition: count - rows, promptLength: 0, blockTable: table, blockSize: 16)
            let queries = random.tensor(rows: rows, columns: shape.keyValueHeads * shape.groupSize * 16)
            self.queries = queries
            expected = (0..<rows).map { row in
                (0..<6).flatMap { head -> [Double] in
                    let part = head / 3 * 16
                    let q = queries.row(row)[head * 16..<head * 16 + 16]
                    let visible = count - rows + row + 1
                    let weights = (0..<visible).map { key in
                        exponential(
                            0.25 * zip(q, keys.row(key)[part...]).reduce(0) { $0 + Double($1.0) * Double($1.1) })
                    }
                    let total = weights.reduce(0, +)
                    return (0..<16).map { index in
                        (0..<visible).reduce(0) {
                            $0 + weights[$1] / total * Double(values.row($1)[part + index])
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [(1, 1), (33, 33), (512, 5), (513, 2), (1100, 1), (1030, 20)])
    func `attention over pages is the plain formula's`(keys: Int, rows: Int) throws {
        let processor = try Processor(threads: 2)
        let scene = try Scene(processor, keys: keys, rows: rows)
        let plan = AttentionPlan(Self.shape, runs: scene.layout.runs, layout: scene.layout, threads: 2)
        let output = Tensor(rows: rows, columns: 96)
        processor.attend(scene.queries, plan: plan, memory: scene.memory, layer: 1, into: output)
        for row in 0..<rows {
            let worst = zip(output.row(row), scene.expected[row]).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
            #expect(worst < 1e-5, "row \(row)")
        }
    }

    @Test(arguments: [ElementFormat.f32, .bf16])
    func `splitting the keys over tasks changes no bit`(format: ElementFormat) throws {
        let processor = try Processor(threads: 2)
        let scene = try Scene(processor, keys: 1300, rows: 3, format: format)
        // Many threads ask for split ranges, few do not.
        let outputs = [0, 64].map { threads in
            let plan = AttentionPlan(
                Self.shape, runs: scene.layout.runs, layout: scene.layout, threads: threads)
            let output = Tensor(rows: 3, columns: 96)
            processor.attend(scene.queries, plan: plan, memory: scene.memory, layer: 1, into: output)
            return (0..<3).map { output.row($0) }
        }
        #expect(outputs[0] == outputs[1])
    }
}
