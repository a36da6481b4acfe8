import Engine
import Grammar
import Testing

struct SamplerTests {
    private func logits(_ count: Int, seed: UInt64, spread: Float = 8) -> [Float] {
        (0..<count).map { index in
            // A sum of uniforms: a bell with ties now and then.
            let sum = (0..<3).reduce(Float(0)) { $0 + Float(HashModel.mix(seed, UInt64(index * 3 + $1)) >> 48) }
            return (sum / 65_536 - 1.5) * spread
        }
    }

    private func task(
        _ seed: UInt64 = 0, position: Int = 0, banned: [Int32] = [], history: TokenHistory? = nil,
        _ change: (inout SamplingParameters) -> Void = { _ in }
    ) -> SampleTask {
        var parameters = SamplingParameters()
        parameters.seed = seed
        change(&parameters)
        return SampleTask(
            logitIndex: 0, position: position, choice: 0, parameters: parameters, history: history,
            bannedTokens: banned)
    }

    private func draw(_ logits: [Float], _ task: SampleTask) -> SampledToken? {
        var scratch = SamplerScratch()
        return Sampler.sample(logits.span, task, scratch: &scratch)
    }

    // MARK: Greedy

    @Test(arguments: [1, 5, 15, 16, 17, 64, 1000])
    func `greedy takes the largest logit, and of equal ones the first`(count: Int) {
        let row = logits(count, seed: 3)
        let expected = row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) }
        #expect(draw(row, task { $0.temperature = 0 })?.token == expected.map(Int32.init))
        #expect(draw(Array(repeating: 2, count: count), task { $0.temperature = 0 })?.token == 0)
    }

    @Test(arguments: [Float.nan, .infinity], [Float(0), 1])
    func `logits that are not finite give no token`(bad: Float, temperature: Float) {
        for position in [0, 7, 36] {
            var row = logits(37, seed: 1)
            row[position] = bad
            #expect(draw(row, task { $0.temperature = temperature }) == nil)
            #expect(
                draw(row, task { ($0.temperature, $0.topP) = (temperature, 0.5) }) == nil)
            #expect(Sampler.logprobs(row.span, of: 0, top: 1) == nil)
        }
        #expect(draw(Array(repeating: -.infinity, count: 20), task()) == nil)
    }

    // MARK: Masks and forced tokens

    @Test(arguments: [5, 32, 33, 64, 70, 1000])
    func `a mask keeps its tokens and no others, also those that it does not cover`(count: Int) {
        let row = logits(count, seed: 9)
        for size in [count, count - 3, max(1, count - 40)] {
            var mask = TokenMask(size: size)
            let members = (0..<size).filter { HashModel.mix(4, UInt64($0)) % 3 == 0 } + [size - 1]
            for token in members { mask.insert(Int32(token)) }
            var free = task { $0.temperature = 1 }
            free.mask = mask
            for position in 0..<40 {
                free.position = position
                guard let token = draw(row, free)?.token else { return #expect(Bool(false)) }
                #expect(mask.contains(token))
            }
            var greedy = task { $0.temperature = 0 }
            greedy.mask = mask
            greedy.bannedTokens = members.count > 1 ? [Int32(members[0])] : []
            let best = members.filter { !greedy.bannedTokens.contains(Int32($0)) }.max { row[$0] < row[$1] }
            #expect(draw(row, greedy)?.token == best.map(Int32.init))
        }
    }

    @Test func `a mask and a forced token leave log-probabilities as they are`() {
        let row = logits(50, seed: 2)
        var masked = task { ($0.temperature, $0.logprobs) = (1, 3) }
        var mask = TokenMask(size: 50)
        mask.insert(17)
        masked.mask = mask
        var forced = task { $0.logprobs = 3 }
        forced.forced = 17
        let expected = Sampler.logprobs(row.span, of: 17, top: 3)
        #expect(draw(row, masked) == SampledToken(token: 17, logprobs: expected))
        #expect(draw(row, forced) == SampledToken(token: 17, logprobs: expected))
        forced.parameters.logprobs = nil
        #expect(draw(row, forced) == SampledToken(token: 17, logprobs: nil))
    }

    // MARK: Against a definition in double precision

    @Test(arguments: 0..<60)
    func `draws agree with a sorted reference in double precision`(seed: Int) {
        var source = RequestSource(seed: UInt64(seed))
        let count = [10, 40, 500, 3000][source.next(4)]
        let row = logits(count, seed: UInt64(seed), spread: [0.5, 8, 40][source.next(3)])
        let reference = ReferenceSampler(row)
        for position in 0..<12 {
            let task = task(UInt64(seed), position: position) {
                $0.temperature = [0.1, 0.6, 1, 2.5][source.next(4)]
                if source.chance(60) { $0.topP = [0.05, 0.5, 0.95, 0.999][source.next(4)] }
                if source.chance(40) { $0.topK = 1 + source.next(count + 5) }
                if source.chance(40) { $0.minP = [0.001, 0.1, 0.9, 1][source.next(4)] }
            }
            guard let token = draw(row, task)?.token else { return #expect(Bool(false)) }
            #expect(reference.allows(token, task), "\(task.parameters)")
        }
    }

    // MARK: Against a plain sort

    /// Rows that make cuts fall in all kinds of places.
    enum Shape: CaseIterable {
        case flat, wide, peaky, tied, equal, masked, single

        func logit(_ token: Int, _ seed: UInt64) -> Float {
            let random = Float(HashModel.mix(seed, UInt64(token)) >> 40) * 0x1p-24
            switch self {
            case .flat: return random
            case .wide: return random * 64
            case .peaky: return token == 5 ? 30 : random * 4
            case .tied: return (random * 4).rounded()
            case .equal: return -3
            case .masked: return random < 0.2 ? random * 50 : token == 0 ? 0 : -.infinity
            case .single: return token == 5 ? 0 : -.infinity
            }
        }
    }

    @Test(arguments: Shape.allCases, [6, 33, 2500])
    func `a draw is what sorting the whole row gives`(shape: Shape, count: Int) {
        for seed in UInt64(0)..<3 {
            let row = (0..<count).map { shape.logit($0, seed) }
            let cuts: [(inout SamplingParameters) -> Void] = [
                { _ in }, { $0.topP = 0.95 }, { $0.topP = 0.3 }, { $0.topK = 1 }, { $0.topK = 40 },
                { ($0.topK, $0.topP) = (100, 0.9) }, { $0.minP = 0.05 }, { $0.minP = 1 },
                { ($0.minP, $0.topP, $0.topK) = (0.2, 0.99, 700) }, { $0.topP = 1e-9 }, { $0.topK = 1_000_000 },
            ]
            for (number, cut) in cuts.enumerated() {
                let task = task(seed, position: number) {
                    $0.temperature = [0.6, 1, 0.05][Int(seed % 3)]
                    cut(&$0)
                }
                #expect(draw(row, task)?.token == SortingSampler.draw(row, task), "\(task.parameters)")
            }
        }
    }

    @Test func `top-k keeps exactly k, the lower ids among equal logits`() {
        let row: [Float] = [1, 2, 2, 2, 0]
        var seen: Set<Int32> = []
        for position in 0..<200 {
            if let token = draw(row, task(position: position) { $0.topK = 2 })?.token { seen.insert(token) }
        }
        #expect(seen == [1, 2])
    }

    @Test func `draws follow the probabilities`() {
        let row: [Float] = [0, 1, 2, 3, -2, 0.5, 1.5, -1]
        let parameters: [(String, (inout SamplingParameters) -> Void)] = [
            ("plain", { _ in }), ("cold", { $0.temperature = 0.5 }), ("top-p", { $0.topP = 0.8 }),
            ("top-k", { $0.topK = 3 }), ("min-p", { $0.minP = 0.1 }),
        ]
        for (name, change) in parameters {
            let draws = 1_000
            var counts = [Double](repeating: 0, count: row.count)
            for position in 0..<draws {
                guard let token = draw(row, task(9, position: position, change))?.token else { continue }
                counts[Int(token)] += 1
            }
            let expected = ReferenceSampler(row).probabilities(task(9, change))
            var chiSquare = 0.0
            for (count, probability) in zip(counts, expected) where probability > 0 || count > 0 {
                let mean = probability * Double(draws)
                chiSquare += (count - mean) * (count - mean) / mean
            }
            // At most seven degrees of freedom: exceeded once in a thousand seeds.
            #expect(chiSquare < 24.3, "\(name)")
        }
    }

    @Test func `a temperature next to zero is greedy`() {
        let row = logits(100, seed: 5)
        let greedy = draw(row, task { $0.temperature = 0 })?.token
        for temperature in [Float.leastNonzeroMagnitude, 1e-30, 1e-6] {
            #expect(draw(row, task { $0.temperature = temperature })?.token == greedy)
            #expect(draw(row, task { ($0.temperature, $0.topP) = (temperature, 0.9) })?.token == greedy)
        }
    }

    @Test func `the draw depends on seed, choice and position, not on the scratch`() {
        let row = logits(2000, seed: 8)
        var scratch = SamplerScratch()
        for position in 0..<20 {
            let task = task(3, position: position) { $0.topP = 0.9 }
            let fresh = draw(row, task)
            _ = Sampler.sample(logits(50, seed: 1).span, task, scratch: &scratch)
            #expect(Sampler.sample(row.span, task, scratch: &scratch) == fresh)
        }
    }

    // MARK: Adjustments

    @Test func `penalties are vLLM's`() {
        let row: [Float] = [2, -2, 3, 1, 2.5]
        var history = TokenHistory(prompt: [0, 1, 1])
        for token: Int32 in [2, 2, 1] { history.appendGenerated(token) }
        let parameters: (inout SamplingParameters) -> Void = {
            ($0.repetitionPenalty, $0.presencePenalty, $0.frequencyPenalty) = (2, 0.25, 0.5)
        }
        // Repetition first (divides positive logits, multiplies negative ones), prompt tokens included; then the
        // generated ones lose 0.5 each time and 0.25 once.
        let expected: [Float] = [1, -4 - 0.5 - 0.25, 1.5 - 1 - 0.25, 1, 2.5]
        for position in 0..<100 {
            let penalised = draw(row, task(7, position: position, history: history, parameters))
            #expect(penalised?.token == draw(expected, task(7, position: position))?.token)
        }
    }

    @Test func `bias is added and banned tokens are never drawn`() {
        let row: [Float] = [5, 4, 3, 0]
        #expect(draw(row, task { ($0.temperature, $0.logitBias) = (0, [3: 6]) })?.token == 3)
        #expect(draw(row, task(banned: [0, 1]) { $0.temperature = 0 })?.token == 2)
        for position in 0..<100 {
            let token = draw(row, task(position: position, banned: [0, 99]))?.token
            #expect(token != nil && token != 0)
        }
    }

    @Test func `history counts prompt and generated tokens`() {
        var history = TokenHistory(prompt: [4, 4, 9])
        history.appendGenerated(9)
        history.appendGenerated(1)
        history.appendGenerated(1)
        #expect(history.tokens == [4, 9, 1])
        #expect(history.generatedCounts == [0, 1, 2])
    }

    // MARK: Log-probabilities

    @Test(arguments: [3, 100, 5000]) func `log-probabilities are the raw logits' log-softmax`(count: Int) {
        let row = logits(count, seed: 11, spread: 12)
        let exact = ReferenceSampler(row).logSoftmax
        let task = task {
            ($0.temperature, $0.logprobs, $0.logitBias) = (0, 3, [2: 100])
        }
        guard let sample = draw(row, task), let logprobs = sample.logprobs else { return #expect(Bool(false)) }
        #expect(sample.token == 2)
        #expect(abs(Double(logprobs.logprob) - exact[2]) < 2e-6)
        let order = row.indices.sorted { row[$0] > row[$1] || (row[$0] == row[$1] && $0 < $1) }
        #expect(logprobs.top.map(\.token) == order.prefix(3).map(Int32.init))
        for (place, token) in order.prefix(50).enumerated() {
            #expect(Sampler.logprobs(row.span, of: Int32(token), top: 0)?.rank == place + 1)
        }
        for (token, logprob) in logprobs.top { #expect(abs(Double(logprob) - exact[Int(token)]) < 2e-6) }
    }

    @Test func `no alternatives and more than there are tokens are both possible`() {
        let row: [Float] = [1, 1, 0]
        #expect(Sampler.logprobs(row.span, of: 1, top: 0)?.top.isEmpty == true)
        #expect(Sampler.logprobs(row.span, of: 1, top: 9)?.top.map(\.token) == [0, 1, 2])
    }
}
