import Compute
import Testing

@Suite struct SharedPrefixTests {
    /// Sequences of which all but the last begin with the same 640 tokens, in the same blocks of 16.
    private struct Scene {
        let processor: Processor
        let memory: PagedMemory
        let shape: AttentionPlan.Shape
        let layout = BatchLayout()
        let queries: Tensor

        /// Rows and keys of each sequence.
        static let sequences = [(1, 641), (3, 900), (1, 1100), (1, 700), (20, 1300), (1, 640)]
        private static let sharedTokens = 640

        init(format: ElementFormat, isLatent: Bool, threads: Int) throws {
            processor = try Processor(threads: threads)
            var random = Random(4)
            shape =
                isLatent
                ? AttentionPlan.Shape(keyValueHeads: 1, groupSize: 5, keySize: 40, valueSize: 32, scale: 0.2)
                : AttentionPlan.Shape(keyValueHeads: 2, groupSize: 3, keySize: 16, valueSize: 16, scale: 0.25)
            let cache = PagedMemory.Layout(
                layers: 1, heads: shape.keyValueHeads, keySize: shape.keySize,
                valueSize: isLatent ? 0 : shape.valueSize, format: format)
            memory = try PagedMemory(cache, blockCount: 400, blockSize: 16)
            var free: Int32 = 399
            func take(_ count: Int) -> [Int32] {
                free -= Int32(count)
                return (0..<Int32(count)).map { free + 1 + $0 }
            }
            let shared = take(Self.sharedTokens / 16)
            let filling = BatchLayout()
            var tables: [[Int32]] = []
            for (index, (rows, keys)) in Self.sequences.enumerated() {
                let isOther = index == Self.sequences.count - 1
                let own = take((keys - (isOther ? 0 : Self.sharedTokens) + 15) / 16)
                tables.append(isOther ? own : shared + own)
                let first = index == 0 || isOther ? 0 : Self.sharedTokens
                filling.append(
                    rowCount: keys - first, firstPosition: first, promptLength: 0, blockTable: tables[index],
                    blockSize: 16)
                layout.append(
                    rowCount: rows, firstPosition: keys - rows, promptLength: 0, blockTable: tables[index],
                    blockSize: 16)
            }
            processor.store(
                keys: random.tensor(rows: filling.rowCount, columns: shape.keyValueHeads * shape.keySize),
                values: isLatent
                    ? nil : random.tensor(rows: filling.rowCount, columns: shape.keyValueHeads * shape.valueSize),
                layout: filling, memory: memory, layer: 0)
            queries = random.tensor(
                rows: layout.rowCount, columns: shape.keyValueHeads * shape.groupSize * shape.keySize)
        }

        /// The rows' outputs with one plan for the runs of each element of `groups`.
        func attend(_ groups: [[Int]], sharesPrefixes: Bool) -> [[Float]] {
            let output = Tensor(
                rows: layout.rowCount, columns: shape.keyValueHeads * shape.groupSize * shape.valueSize)
            for group in groups {
                let plan = AttentionPlan(
                    shape, runs: group.map { layout.runs[$0] }, layout: layout, threads: processor.threadCount,
                    sharesPrefixes: sharesPrefixes)
                processor.attend(queries, plan: plan, memory: memory, layer: 0, into: output)
            }
            return (0..<output.rows).map { output.row($0) }
        }
    }

    @Test(arguments: [ElementFormat.f32, .bf16, .f16, .q8_0], [false, true])
    func `rows keep their bits whether their prefix is read for one sequence or for several`(
        format: ElementFormat, isLatent: Bool
    ) throws {
        let everyone = Array(Scene.sequences.indices)
        let scene = try Scene(format: format, isLatent: isLatent, threads: 1)
        let alone = scene.attend(everyone.map { [$0] }, sharesPrefixes: true)
        #expect(scene.attend([everyone], sharesPrefixes: true) == alone)
        #expect(scene.attend([everyone], sharesPrefixes: false) == alone)
        #expect(scene.attend([[4, 0], [5, 3, 2, 1]], sharesPrefixes: true) == alone)
        for threads in [2, 16] {
            let other = try Scene(format: format, isLatent: isLatent, threads: threads)
            #expect(other.attend([everyone], sharesPrefixes: true) == alone)
        }
    }
}
