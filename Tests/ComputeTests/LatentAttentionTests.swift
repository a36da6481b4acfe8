import Compute
import Testing

@Suite struct LatentAttentionTests {
    private static let shape = LatentShape(heads: 3, rank: 32, nope: 16, rope: 8, value: 24, scale: 0.2)

    /// Cached latents of one sequence and queries for its last rows.
    private struct Scene {
        let processor: Processor
        let expansion: Matrix
        let memory: PagedMemory
        let queries: Tensor
        let table: [Int32]
        let count: Int

        init(
            keys count: Int, rows: Int, threads: Int = 2, format: ElementFormat = .f32, cache: ElementFormat = .bf16
        ) throws {
            let shape = LatentAttentionTests.shape
            processor = try Processor(threads: threads)
            var random = Random(9)
            expansion = Matrix(
                random.tensor(rows: shape.heads * (shape.nope + shape.value), columns: shape.rank), format: format)
            let layer = PagedMemory.Layout(layers: 1, heads: 1, keySize: 40, valueSize: 0, format: cache)
            memory = try PagedMemory(layer, blockCount: 100, blockSize: 16)
            table = (0..<Int32((count + 15) / 16)).map { 99 - $0 }
            self.count = count
            let filling = BatchLayout()
            filling.append(rowCount: count, firstPosition: 0, promptLength: 0, blockTable: table, blockSize: 16)
            processor.store(
                keys: random.tensor(rows: count, columns: 40), values: nil, layout: filling, memory: memory, layer: 0)
            queries = random.tensor(rows: rows, columns: shape.heads * 24)
        }

        /// The rows' results, computed `chunk` rows at a time.
        func expanded(chunk: Int, by expansion: LatentExpansion? = nil) -> [[Float]] {
            let output = Tensor(rows: queries.rows, columns: LatentAttentionTests.shape.heads * 24)
            let first = count - queries.rows
            return stride(from: 0, to: queries.rows, by: chunk).flatMap { start -> [[Float]] in
                let rows = min(chunk, queries.rows - start)
                let part = Tensor(rows: rows, columns: queries.columns)
                processor.gather(Array(start..<start + rows), of: queries, into: part)
                output.reshape(rows: rows, columns: output.columns)
                let layout = BatchLayout()
                layout.append(
                    rowCount: rows, firstPosition: first + start, promptLength: count, blockTable: table,
                    blockSize: 16)
                processor.attendExpanded(
                    part, shape: LatentAttentionTests.shape, expansion: expansion ?? .whole(self.expansion),
                    runs: layout.runs, layout: layout, memory: memory, layer: 0, into: output)
                return (0..<rows).map { output.row($0) }
            }
        }

        /// What absorbed attention multiplies by, in one matrix or in the two that GGUF files have.
        func absorption(isSplit: Bool) -> LatentAbsorption {
            let shape = LatentAttentionTests.shape
            let keys = processor.keyAbsorption(of: expansion, shape: shape)
            guard isSplit else { return LatentAbsorption(keys: keys, expansion: expansion, shape: shape) }
            let values = processor.expansionParts(of: expansion, shape: shape).values
            return LatentAbsorption(keys: keys, values: values, shape: shape)
        }

        func absorbed(by absorption: LatentAbsorption) -> [[Float]] {
            let shape = LatentAttentionTests.shape
            let output = Tensor(rows: queries.rows, columns: shape.heads * shape.value)
            let layout = BatchLayout()
            layout.append(
                rowCount: queries.rows, firstPosition: count - queries.rows, promptLength: 0, blockTable: table,
                blockSize: 16)
            processor.attendAbsorbed(
                queries, shape: shape, absorption: absorption,
                plan: AttentionPlan(
                    shape.absorbed, runs: layout.runs, layout: layout, threads: processor.threadCount),
                runs: layout.runs, memory: memory, layer: 0,
                latentQueries: Tensor(rows: 0, columns: 0), latents: Tensor(rows: 0, columns: 0), into: output)
            return (0..<queries.rows).map { output.row($0) }
        }
    }

    @Test(arguments: [(1, 1), (40, 40), (700, 70), (1100, 600)], [ElementFormat.f32, .bf16, .q8_0])
    func `expanded and absorbed form agree`(size: (keys: Int, rows: Int), cache: ElementFormat) throws {
        let scene = try Scene(
            keys: size.keys, rows: size.rows, format: cache == .f32 ? .f32 : .bf16, cache: cache)
        for (a, b) in zip(scene.expanded(chunk: size.rows), scene.absorbed(by: scene.absorption(isSplit: false))) {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func `value rows of their own give the bits that they give inside the whole matrix`() throws {
        let scene = try Scene(keys: 70, rows: 3, format: .f32, cache: .f32)
        #expect(
            scene.absorbed(by: scene.absorption(isSplit: true)) == scene.absorbed(by: scene.absorption(isSplit: false)))
    }

    @Test(arguments: [ElementFormat.f32, .bf16, .q8_0])
    func `an expansion in two parts gives what it gives as one matrix`(format: ElementFormat) throws {
        let scene = try Scene(keys: 600, rows: 70, format: .bf16)
        let parts = scene.processor.expansionParts(of: scene.expansion, shape: Self.shape)
        func stored(_ part: Matrix) -> Matrix {
            // 16 inputs are no block of q8_0, so keys stay in f32.
            part.inputs % format.blockSize == 0 ? scene.processor.encoded(part, as: format) : part
        }
        let whole = scene.expanded(chunk: 70)
        let split = scene.expanded(chunk: 70, by: .parts(keys: stored(parts.keys), values: stored(parts.values)))
        let tolerance: Float = format == .q8_0 ? 0.02 : 1e-5
        for (a, b) in zip(whole.joined(), split.joined()) { #expect(abs(a - b) < tolerance) }
    }

    @Test func `packed value rows give what their decoded values give`() throws {
        let scene = try Scene(keys: 70, rows: 3, format: .f32, cache: .f32)
        let shape = Self.shape
        let keys = scene.processor.keyAbsorption(of: scene.expansion, shape: shape)
        let stored = scene.processor.encoded(
            scene.processor.expansionParts(of: scene.expansion, shape: shape).values, as: .q8_0)
        let packed = scene.processor.packed(stored)
        let results = [stored.decoded(), packed].map {
            scene.absorbed(by: LatentAbsorption(keys: keys, values: $0, shape: shape))
        }
        for (exact, quantized) in zip(results[0].joined(), results[1].joined()) {
            #expect(abs(exact - quantized) < 0.02)
        }
        #expect(results[0] != results[1], "packed rows meet quantised inputs")
    }

    @Test(arguments: [ElementFormat.f32, .bf16, .f16, .q8_0])
    func `OpenBLAS tiles keep a row's bits whatever rows it is expanded with`(cache: ElementFormat) throws {
        let whole = try Scene(keys: 1100, rows: 600, cache: cache).expanded(chunk: 600)
        for (chunk, threads) in [(9, 1), (64, 2), (511, 3), (600, 1), (600, 8)] {
            #expect(try Scene(keys: 1100, rows: 600, threads: threads, cache: cache).expanded(chunk: chunk) == whole)
        }
    }
}
