internal import Compute

/// Attention alone, over caches filled with noise: its share of the multiply-add peak, which is its limit where the
/// cache does not come from memory slower than it is used.
package struct AttentionBenchmark {
    /// Rows of one step: `sequences` with `rows` last positions each, `context` keys in all, `common` of them shared.
    private struct Batch {
        var name: String
        var sequences: Int
        var rows: Int
        var context: Int
        var common = 0
    }

    private static let batches = [
        Batch(name: "decode_short", sequences: 1, rows: 1, context: 512),
        Batch(name: "decode_8k", sequences: 1, rows: 1, context: 8192),
        Batch(name: "decode_16", sequences: 16, rows: 1, context: 2048),
        Batch(name: "decode_16_shared", sequences: 16, rows: 1, context: 2048, common: 1920),
        Batch(name: "prefill_512", sequences: 1, rows: 512, context: 512),
        Batch(name: "prefill_8k", sequences: 1, rows: 512, context: 8192),
    ]
    private static let blockSize = 32
    private static let repetitions = 5

    private let processor: Processor
    private let peak: Double
    private var report = BenchmarkReport()

    private init(threads: Int) throws {
        processor = try Processor(threads: threads)
        peak = try MachineLimits.measure(threads: threads).f32GOPPerSecond * 1e9
    }

    /// The shapes of R1-Distill-Qwen-1.5B (12 heads of 128, 2 for keys and values) and of a small DeepSeek-V3 (16 heads
    /// on latents of 512 + 64). Throws when the memory cannot be had.
    package static func run(threads: Int) throws -> BenchmarkReport {
        var benchmark = try AttentionBenchmark(threads: threads)
        benchmark.report.heading("Attention Benchmark Result")
        benchmark.report.line("Threads:", threads)
        benchmark.report.line("Multiply-add peak, measured (GOP/s):", benchmark.peak / 1e9, decimals: 0)
        for format in [ElementFormat.bf16, .q8_0] {
            benchmark.report.heading("12 heads of 128, 2 for keys, cache \(format.rawValue)", fill: "-")
            for batch in batches { try benchmark.measureGrouped(batch, format) }
        }
        benchmark.report.heading("16 heads on latents of 576, cache bf16", fill: "-")
        for batch in batches { try benchmark.measureLatent(batch) }
        benchmark.report.figure("threads", threads)
        benchmark.report.figure("arithmetic_gop_per_second", benchmark.peak / 1e9)
        return benchmark.report
    }

    private mutating func measureGrouped(_ batch: Batch, _ format: ElementFormat) throws {
        let shape = AttentionPlan.Shape(keyValueHeads: 2, groupSize: 6, keySize: 128, valueSize: 128, scale: 0.088)
        let memory = try fill(
            PagedMemory.Layout(layers: 1, heads: 2, keySize: 128, valueSize: 128, format: format), batch)
        let layout = layout(of: batch)
        let plan = AttentionPlan(shape, runs: layout.runs, layout: layout, threads: processor.threadCount)
        let queries = noise(rows: layout.rowCount, columns: 12 * 128)
        let output = Tensor(rows: layout.rowCount, columns: 12 * 128)
        let seconds = fastest {
            processor.attend(queries, plan: plan, memory: memory, layer: 0, into: output)
        }
        add(batch, format.rawValue, operations: pairs(batch) * 12 * 2 * (128 + 128), seconds)
    }

    /// Prompts in expanded form, whose operations include the expansion of every key once; the rest in absorbed form.
    private mutating func measureLatent(_ batch: Batch) throws {
        let shape = LatentShape(heads: 16, rank: 512, nope: 128, rope: 64, value: 128, scale: 0.072)
        let memory = try fill(
            PagedMemory.Layout(layers: 1, heads: 1, keySize: 576, valueSize: 0, format: .bf16), batch)
        let layout = layout(of: batch)
        let runs = layout.runs
        if batch.rows > 1 {
            let expansion = LatentExpansion.whole(Matrix(noise(rows: 16 * 256, columns: 512), format: .bf16))
            let queries = noise(rows: layout.rowCount, columns: 16 * 192)
            let output = Tensor(rows: layout.rowCount, columns: 16 * 128)
            let seconds = fastest {
                processor.attendExpanded(
                    queries, shape: shape, expansion: expansion, runs: runs, layout: layout, memory: memory,
                    layer: 0, into: output)
            }
            let expanding = Double(batch.context) * 16 * 2 * 512 * 256
            add(batch, "latent", operations: pairs(batch) * 16 * 2 * (192 + 128) + expanding, seconds)
        } else {
            let plan = AttentionPlan(shape.absorbed, runs: runs, layout: layout, threads: processor.threadCount)
            let queries = noise(rows: layout.rowCount, columns: 16 * 576)
            let output = Tensor(rows: layout.rowCount, columns: 16 * 512)
            let seconds = fastest {
                processor.attend(queries, plan: plan, memory: memory, layer: 0, into: output)
            }
            add(batch, "latent", operations: pairs(batch) * 16 * 2 * (576 + 512), seconds)
        }
    }

    private mutating func add(_ batch: Batch, _ kind: String, operations: Double, _ seconds: Double) {
        let fraction = operations / seconds / peak
        report.line("\(batch.name) (µs):", seconds * 1e6, decimals: 0)
        report.line("  of the multiply-add peak (%):", fraction * 100, decimals: 1)
        report.figure("\(kind)_\(batch.name)_seconds", seconds)
        report.figure("\(kind)_\(batch.name)_fraction_of_peak", fraction)
    }

    /// Pairs of a query position and a key that it sees.
    private func pairs(_ batch: Batch) -> Double {
        let first = batch.context - batch.rows + 1
        return Double(batch.sequences * batch.rows * (first + batch.context)) / 2
    }

    private func layout(of batch: Batch) -> BatchLayout {
        let layout = BatchLayout()
        for sequence in 0..<batch.sequences {
            layout.append(
                rowCount: batch.rows, firstPosition: batch.context - batch.rows,
                promptLength: batch.rows > 1 ? batch.context : 0, blockTable: table(of: sequence, batch),
                blockSize: Self.blockSize)
        }
        return layout
    }

    private func table(of sequence: Int, _ batch: Batch) -> [Int32] {
        let (blocks, common) = (batch.context / Self.blockSize, batch.common / Self.blockSize)
        return (0..<blocks).map { Int32($0 < common ? $0 : $0 + sequence * (blocks - common)) }
    }

    private func fill(_ cache: PagedMemory.Layout, _ batch: Batch) throws -> PagedMemory {
        let memory = try PagedMemory(
            cache, blockCount: batch.sequences * batch.context / Self.blockSize, blockSize: Self.blockSize)
        let keys = noise(rows: batch.context, columns: cache.heads * cache.keySize)
        let values =
            cache.valueSize == 0 ? nil : noise(rows: batch.context, columns: cache.heads * cache.valueSize)
        for sequence in 0..<batch.sequences {
            let layout = BatchLayout()
            layout.append(
                rowCount: batch.context, firstPosition: 0, promptLength: 0, blockTable: table(of: sequence, batch),
                blockSize: Self.blockSize)
            processor.store(keys: keys, values: values, layout: layout, memory: memory, layer: 0)
        }
        return memory
    }

    private func noise(rows: Int, columns: Int) -> Tensor {
        let tensor = Tensor(rows: rows, columns: columns)
        var state: UInt32 = 1
        for row in 0..<rows {
            tensor.withMutableRow(row) { values in
                for index in 0..<columns {
                    state = state &* 1_664_525 &+ 1_013_904_223
                    values[index] = Float(state >> 8) / 8_388_608 - 1
                }
            }
        }
        return tensor
    }

    private func fastest(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        return (0..<Self.repetitions).map { _ in clock.measure(body) / .seconds(1) }.min() ?? 0
    }
}
