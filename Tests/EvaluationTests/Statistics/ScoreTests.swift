import Testing

@testable import Evaluation

struct ScoreTests {
    private func scored(_ samples: [[Double]], clusters: [String?]? = nil) -> Score? {
        Score(samples: samples, clusters: clusters ?? samples.map { _ in nil })
    }

    @Test func `pass@1 is the mean of the questions' means, whatever their numbers of samples`() throws {
        // (2/4 + 1/1 + 0/2) / 3, not 3/7.
        let score = try #require(scored([[1, 0, 1, 0], [1], [0, 0]]))
        #expect(score.passAt1 == 0.5)
    }

    @Test func `a question without samples is left out`() throws {
        #expect(try #require(scored([[1, 1], [], [0, 1]])).passAt1 == 0.75)
        #expect(scored([[], []]) == nil)
        #expect(scored([]) == nil)
    }

    @Test func `the rerun error holds the questions fixed`() throws {
        // p = 1/2, 3/4 of k = 4: sqrt(0.25/3 + 0.1875/3) / 2 = sqrt(0.145833) / 2.
        let score = try #require(scored([[1, 0, 1, 0], [1, 1, 1, 0]]))
        #expect((try #require(score.rerunError) - 0.190940653956493).magnitude < 1e-12)
        // Partial credit: variances of (0.2, 0.6) 0.08 and of (1, 1) 0, over 2: sqrt(0.04) / 2.
        let partial = try #require(scored([[0.2, 0.6], [1, 1]]))
        #expect((try #require(partial.rerunError) - 0.1).magnitude < 1e-12)
    }

    @Test func `a single sample counts with the others' variance in the rerun error`() throws {
        // Variance of (1, 0) is 0.5: sqrt(0.5/2 + 0.5/1) / 2.
        let score = try #require(scored([[1, 0], [1]]))
        #expect((try #require(score.rerunError) - 0.4330127018922193).magnitude < 1e-12)
        #expect(try #require(scored([[1], [0]])).rerunError == nil)
    }

    @Test func `the question error is that of the questions' means`() throws {
        // numpy: std([0.5, 0.75, 0.25, 1], ddof=1) / 2.
        let score = try #require(scored([[1, 0, 1, 0], [1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]))
        #expect((try #require(score.questionError) - 0.16137430609197573).magnitude < 1e-12)
        #expect(try #require(scored([[1, 0]])).questionError == nil)
    }

    @Test func `questions of one cluster do not count as independent`() throws {
        let samples: [[Double]] = [[1], [0], [1], [0]]
        // Deviations ±1/2 cancel within the clusters.
        let opposed = try #require(scored(samples, clusters: ["a", "a", "b", "b"]))
        #expect(opposed.questionError == 0)
        // They add up to ±1: sqrt(2 · 2/1) / 4.
        let alike = try #require(scored(samples, clusters: ["a", "b", "a", "b"]))
        #expect(alike.questionError == 0.5)
        // One cluster with three members and one question alone: sums 0.5 and -0.5: sqrt(0.5 · 2) / 4.
        let mixed = try #require(scored(samples, clusters: ["a", "a", "a", nil]))
        #expect(mixed.questionError == 0.25)
    }

    @Test func `intervals are Wilson's, t's or the bootstrap's`() throws {
        let single = try #require(scored((0..<30).map { [$0 < 9 ? 1 : 0] }))
        #expect(single.questionInterval(seed: 0) == Interval(successes: 9, of: 30))

        // Means 0.5 and 1: 0.75 ± 12.706 · 0.25, cut.
        let few = try #require(scored([[1, 0], [1, 1]]))
        #expect(few.questionInterval(seed: 0) == Interval(low: 0, high: 1, method: .t))

        let perfect = try #require(scored([[1, 1], [1, 1], [1, 1]]))
        #expect(perfect.questionInterval(seed: 0) == Interval(successes: 3, of: 3))

        let many = try #require(scored((0..<60).map { [$0 % 3 == 0 ? 1 : 0, $0 % 2 == 0 ? 1 : 0] }))
        let interval = try #require(many.questionInterval(seed: 0))
        #expect(interval.method == .bootstrap)
        #expect(interval == many.questionInterval(seed: 0))
        let error = try #require(many.questionError)
        let normal = Interval(many.passAt1, plusMinus: 1.96 * error, method: .normal)
        #expect((interval.low - normal.low).magnitude < 0.01 && (interval.high - normal.high).magnitude < 0.01)
    }

    @Test func `the variance is split between questions and samples`() throws {
        // Within: mean of 1/3, 1/4 = 7/24; of the means 1/2, 3/4: 1/32; noise 7/96 above it: all of it is sampling.
        let noisy = try #require(scored([[1, 0, 1, 0], [1, 1, 1, 0]]).flatMap { VarianceSplit($0) })
        #expect((noisy.within - 7.0 / 24).magnitude < 1e-12 && noisy.between == 0 && noisy.samplingShare == 1)
        #expect(noisy.advice == .moreSamples)
        let settled = try #require(scored([[1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]]).flatMap { VarianceSplit($0) })
        // Within: (1/4)/3; means 3/4, 0, 1: variance 0.270833; noise 1/48.
        #expect((settled.between - (0.2708333333333333 - 1.0 / 48)).magnitude < 1e-12)
        #expect(settled.advice == .moreQuestions)
        #expect(scored([[1, 0]]).flatMap { VarianceSplit($0) } == nil)
        #expect(scored([[1], [0]]).flatMap { VarianceSplit($0) } == nil)
    }

    @Test func `the difference that can be found`() {
        // (1.95996 + 0.84162) · sqrt(2) · 0.01.
        #expect((VarianceSplit.detectableDifference(error: 0.01) - 0.03962034).magnitude < 1e-7)
    }

    @Test func `pass@k has no bias`() {
        // c = 3 of n = 10: 1 - C(7, k)/C(10, k).
        let sorted = [0.0, 0, 0, 0, 0, 0, 0, 1, 1, 1]
        for (k, expected) in [(1, 0.3), (2, 1 - 21.0 / 45), (5, 1 - 21.0 / 252), (8, 1.0), (10, 1.0)] {
            #expect((BestOf.expected(k, sorted: sorted) - expected).magnitude < 1e-12)
        }
        // Of partial credit it is the expected best: of pairs of (0, 0.5, 1), (0.5 + 1 + 1) / 3.
        #expect((BestOf.expected(2, sorted: [0, 0.5, 1]) - 2.5 / 3).magnitude < 1e-12)
    }

    @Test func `pass@k is not told for more samples than every question has`() {
        let curve = BestOf.curve([[1, 0, 0, 0, 0], [0, 0, 1], []])
        #expect(curve.map(\.size) == [1, 2, 3])
        // (1/5 + 1/3)/2; (1 - C(4,2)/C(5,2) + 1 - C(2,2)/C(3,2))/2; (3/5 + 1)/2.
        for (point, expected) in zip(curve, [4.0 / 15, (0.4 + 2.0 / 3) / 2, 0.8]) {
            #expect((point.value - expected).magnitude < 1e-12)
        }
        #expect(BestOf.curve([]).isEmpty)
    }

    @Test func `intervals of 95 % hold the truth in 93 to 97 of 100 simulations`() throws {
        var generator = SplitMix64(seed: 7)
        var held = 0
        for _ in 0..<500 {
            let samples = (0..<30).map { _ in
                let share = generator.uniform()
                return (0..<4).map { _ in generator.uniform() < share ? 1.0 : 0 }
            }
            let interval = try #require(scored(samples)?.questionInterval(seed: 0))
            if interval.low <= 0.5 && interval.high >= 0.5 { held += 1 }
        }
        #expect(465...485 ~= held)
    }
}
