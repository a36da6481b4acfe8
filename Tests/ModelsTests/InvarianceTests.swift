import Compute
import Models
import Testing

/// The first law: bytes depend on a sequence and its roles alone.
@Suite struct InvarianceTests {
    private static let length = 600

    private func tokens(_ count: Int, seed: UInt64) -> [Int32] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int32(2 + (state >> 33) % 510)
        }
    }

    private func reference(_ model: any LanguageModel, promptLength: Int) throws -> [[Float]] {
        try ModelRun(model, promptLength: promptLength).run(tokens(Self.length, seed: 1), chunk: Self.length)
    }

    @Test(arguments: Fixture.allCases, [600, 300])
    func `chunks of any size give the same bits`(fixture: Fixture, promptLength: Int) throws {
        let model = try fixture.model()
        let expected = try reference(model, promptLength: promptLength)
        for chunk in [1, 7, 16, 512] {
            let run = try ModelRun(model, promptLength: promptLength)
            #expect(run.run(tokens(Self.length, seed: 1), chunk: chunk) == expected, "chunks of \(chunk)")
        }
    }

    @Test(arguments: Fixture.allCases)
    func `the number of threads changes no bit`(fixture: Fixture) throws {
        let expected = try reference(try fixture.model(threads: 1), promptLength: 550)
        for threads in [2, 3] {
            #expect(try reference(try fixture.model(threads: threads), promptLength: 550) == expected)
        }
    }

    @Test(arguments: Fixture.allCases)
    func `the block size changes no bit`(fixture: Fixture) throws {
        let model = try fixture.model()
        let expected = try reference(model, promptLength: 550)
        for size in [1, 16, 48] {
            let run = try ModelRun(model, promptLength: 550, blockSize: size)
            #expect(run.run(tokens(Self.length, seed: 1), chunk: Self.length) == expected, "blocks of \(size)")
        }
    }

    @Test(arguments: Fixture.allCases)
    func `sequences that share a step do not change each other`(fixture: Fixture) throws {
        let model = try fixture.model()
        let shapes = [
            (length: 40, prompt: 40), (length: 90, prompt: 20), (length: 33, prompt: 32), (length: 530, prompt: 525),
        ]
        let expected = try shapes.enumerated().map { index, shape in
            try ModelRun(model, promptLength: shape.prompt)
                .run(tokens(shape.length, seed: UInt64(index)), chunk: shape.length)
        }

        let blockSize = 16
        let cache = try model.makeCache(blockCount: 64, blockSize: blockSize)
        var nextBlock: Int32 = 0
        let tables = shapes.map { shape in
            let count = Int32((shape.length + blockSize - 1) / blockSize)
            nextBlock += count
            return Array((nextBlock - count..<nextBlock).reversed())
        }
        var done = shapes.map { _ in 0 }
        var results: [[[Float]]] = shapes.map { _ in [] }
        var step = 0
        while done != shapes.map(\.length) {
            // Sequence i joins at step i and takes a number of rows that changes from step to step.
            let counts = shapes.indices.map { index in
                step < index ? 0 : min([3, 1, 17, 170][(index + step) % 4], shapes[index].length - done[index])
            }
            let live = shapes.indices.filter { counts[$0] > 0 }
            let rowCount = live.reduce(0) { $0 + counts[$1] }
            let batch = ForwardBatch(
                tokens: live.flatMap { index in
                    tokens(shapes[index].length, seed: UInt64(index))[done[index]..<done[index] + counts[index]]
                },
                sequences: live.map { index in
                    ForwardBatch.Sequence(
                        rowCount: counts[index], firstPosition: done[index], promptLength: shapes[index].prompt,
                        blockTable: tables[index])
                }, logitRows: Array(0..<rowCount))
            let logits = model.forward(batch, cache: cache)
            var row = 0
            for index in live {
                for _ in 0..<counts[index] {
                    results[index].append(logits.row(row))
                    row += 1
                }
                done[index] += counts[index]
            }
            step += 1
        }
        for index in shapes.indices { #expect(results[index] == expected[index], "sequence \(index)") }
    }

    @Test(arguments: [Fixture.qwen2, .deepseekV3], KeyValueType.allCases)
    func `chunks and threads change no bit, however the cache is stored`(
        fixture: Fixture, type: KeyValueType
    ) throws {
        let expected = try reference(try fixture.model(threads: 1, keyValueType: type), promptLength: 500)
        let run = try ModelRun(try fixture.model(threads: 3, keyValueType: type), promptLength: 500)
        #expect(run.run(tokens(Self.length, seed: 1), chunk: 170) == expected)
    }

    @Test(arguments: [Fixture.qwen2, .deepseekV3], KeyValueType.allCases)
    func `samples that share the blocks of their prompt have the bits that each has alone`(
        fixture: Fixture, type: KeyValueType
    ) throws {
        let model = try fixture.model(keyValueType: type)
        let (prompt, blockSize, samples, steps) = (tokens(560, seed: 3), 16, 3, 4)
        let answers = (0..<samples).map { tokens(steps, seed: UInt64(20 + $0)) }
        let expected = try answers.map { answer in
            let run = try ModelRun(model, promptLength: prompt.count)
            _ = run.run(prompt, chunk: prompt.count)
            return run.run(answer, chunk: 1)
        }

        let shared = (0..<Int32(prompt.count / blockSize)).map { $0 + Int32(samples) }
        let cache = try model.makeCache(blockCount: shared.count + samples, blockSize: blockSize)
        _ = model.forward(
            ForwardBatch(
                tokens: prompt,
                sequences: [
                    ForwardBatch.Sequence(
                        rowCount: prompt.count, firstPosition: 0, promptLength: prompt.count, blockTable: shared)
                ], logitRows: []), cache: cache)
        for step in 0..<steps {
            let batch = ForwardBatch(
                tokens: answers.map { $0[step] },
                sequences: (0..<samples).map { sample in
                    ForwardBatch.Sequence(
                        rowCount: 1, firstPosition: prompt.count + step, promptLength: prompt.count,
                        blockTable: shared + [Int32(sample)])
                }, logitRows: Array(0..<samples))
            let logits = model.forward(batch, cache: cache)
            for sample in 0..<samples { #expect(logits.row(sample) == expected[sample][step]) }
        }
    }

    @Test(arguments: Fixture.allCases)
    func `logits of some rows are those of all rows`(fixture: Fixture) throws {
        let model = try fixture.model()
        let expected = try reference(model, promptLength: 550)
        let run = try ModelRun(model, promptLength: 550)
        let batch = ForwardBatch(
            tokens: tokens(Self.length, seed: 1),
            sequences: [
                ForwardBatch.Sequence(
                    rowCount: Self.length, firstPosition: 0, promptLength: 550, blockTable: run.blockTable)
            ], logitRows: [0, 77, 599])
        let logits = model.forward(batch, cache: run.cache)
        #expect((0..<3).map { logits.row($0) } == [expected[0], expected[77], expected[599]])
    }

    @Test(arguments: Fixture.allCases)
    func `instruction sets agree within rounding`(fixture: Fixture) throws {
        let scalar = try reference(try fixture.model(instructionSet: .scalar), promptLength: 550)
        for isa in InstructionSet.allCases where isa != .scalar && isa.isSupported {
            let vector = try reference(try fixture.model(instructionSet: isa), promptLength: 550)
            #expect(largestDifference(scalar, vector) < fixture.tolerance)
        }
    }
}
