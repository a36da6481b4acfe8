import Testing

@testable import Evaluation

/// Expected values are scipy's (1.17).
struct DistributionTests {
    static func agree(_ value: Double, _ expected: Double) -> Bool {
        (value - expected).magnitude <= 1e-10 * max(1e-3, expected.magnitude)
    }

    @Test(arguments: [
        (-6.0, 9.865876450376946e-10), (-1.959963984540054, 0.025), (-0.5, 0.3085375387259869),
        (0.1, 0.539827837277029), (1, 0.8413447460685429), (3.5, 0.9997673709209645),
    ])
    func `the normal distribution accumulates`(value: Double, expected: Double) {
        #expect(Self.agree(Normal.cumulative(value), expected))
        #expect(Self.agree(Normal.twoSidedP(value), 2 * min(expected, 1 - expected)))
    }

    @Test(arguments: [
        (1e-10, -6.361340902404056), (0.001, -3.090232306167813), (0.025, -1.9599639845400545),
        (0.2, -0.8416212335729142), (0.5, 0), (0.8, 0.8416212335729143), (0.975, 1.959963984540054),
        (0.999999, 4.753424308817087),
    ])
    func `the normal distribution has quantiles`(probability: Double, expected: Double) {
        #expect(Self.agree(Normal.quantile(probability), expected))
    }

    @Test(arguments: [
        (1.0, 1.0, 0.75), (1, -30, 0.010606402405535426), (2, 0.001, 0.500353553302205), (3, 2.5, 0.9561466764959672),
        (10, -1.2, 0.12889815036215282), (29, 2, 0.9725281814085164), (99, -4, 6.112576378555657e-05),
        (499, 1.96, 0.9747240485579498), (14041, 2.3, 0.9892685926073425), (2.5, 7, 0.9947138152362043),
    ])
    func `Student's distribution accumulates`(degreesOfFreedom: Double, value: Double, expected: Double) {
        #expect(Self.agree(StudentT(degreesOfFreedom: degreesOfFreedom).cumulative(value), expected))
    }

    @Test(arguments: [
        (1.0, 0.975, 12.706204736174694), (2, 0.975, 4.302652729749462), (4, 0.995, 4.604094871349992),
        (29, 0.975, 2.045229642132703), (29, 0.6, 0.25568363457125604), (197, 0.975, 1.9720790337785026),
        (10000, 0.025, -1.9602012398906263), (3.7, 0.9999, 14.780396445535468),
    ])
    func `Student's distribution has quantiles`(degreesOfFreedom: Double, probability: Double, expected: Double) {
        #expect(Self.agree(StudentT(degreesOfFreedom: degreesOfFreedom).quantile(probability), expected))
    }

    @Test(arguments: [
        (0.3, 2.0, 3.0, 0.34829999999999994), (0.5, 10, 0.5, 0.00023344743474862207),
        (0.99, 50, 0.5, 0.3173043978741973), (0.001, 0.5, 0.5, 0.020135041633377492),
        (0.5, 100, 120, 0.9117960627949818), (0, 2, 3, 0), (1, 2, 3, 1),
    ])
    func `the incomplete beta function`(x: Double, a: Double, b: Double, expected: Double) {
        #expect(Self.agree(IncompleteBeta.value(x, complement: 1 - x, a, b), expected))
    }

    @Test(arguments: [(3, 10, 0.09228515625), (0, 5, 0.0625), (7, 7, 1), (40, 61, 0.046044066929342785), (0, 0, 1)])
    func `McNemar's test is binomial`(first: Int, second: Int, expected: Double) {
        #expect(Self.agree(ExactTests.mcNemar(onlyFirst: first, onlySecond: second), expected))
        #expect(Self.agree(ExactTests.mcNemar(onlyFirst: second, onlySecond: first), expected))
    }

    @Test(arguments: [
        (8, 16, 2, 16, 0.05380213119246828), (60, 64, 40, 64, 2.615530590964166e-05),
        (0, 4, 4, 4, 0.028571428571428567), (3, 10, 5, 20, 1), (0, 1, 1, 1, 1),
    ])
    func `Fisher's test`(first: Int, count: Int, second: Int, otherCount: Int, expected: Double) {
        #expect(Self.agree(ExactTests.fisher(first, of: count, second, of: otherCount), expected))
    }

    @Test(arguments: [
        (9.0, 30, 0.16664748268243798, 0.47875787458714947), (30, 30, 0.8864866068260312, 1),
        (0, 1, 0, 0.7934506856227626),
    ])
    func `Wilson's interval`(successes: Double, count: Int, low: Double, high: Double) {
        let interval = Interval(successes: successes, of: count)
        #expect(Self.agree(interval.low, low) && Self.agree(interval.high, high))
    }

    @Test func `token counts are described as numpy does`() throws {
        let distribution = try #require(Distribution([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]))
        #expect(distribution.count == 11 && distribution.maximum == 9 && distribution.mean == 4)
        #expect(distribution.median == 4 && distribution.p90 == 6)
        #expect(Self.agree(distribution.p99, 8.7))
        #expect(Distribution([]) == nil)
        #expect(Distribution([7])?.p99 == 7)
    }

    @Test func `Holm multiplies the smallest p by the number of tests, the next by one less`() {
        // 4 × 0.01; 3 × 0.02 = 0.06; 2 × 0.03 = 0.06; 0.5.
        let adjusted = Holm.adjusted([0.02, 0.5, 0.01, 0.03])
        for (value, expected) in zip(adjusted, [0.06, 0.5, 0.04, 0.06]) { #expect(Self.agree(value, expected)) }
        #expect(Holm.adjusted([0.9, 0.8]) == [1, 1])
        #expect(Holm.adjusted([]).isEmpty)
    }

    @Test func `signs are flipped exactly for few differences`() {
        // Sums of ±1 ±2: 3, 1, -1, -3; |3| or more in 2 of 4.
        #expect(SignFlipTest.p([1, 2], seed: 0) == 0.5)
        #expect(SignFlipTest.p([1, 2, 0, 0], seed: 0) == 0.5)
        #expect(SignFlipTest.p([-1], seed: 0) == 1)
        #expect(SignFlipTest.p([0, 0], seed: 0) == 1)
        #expect(SignFlipTest.p(Array(repeating: 0.1, count: 10), seed: 0) == 2.0 / 1024)
        // scipy's permutation_test with all permutations.
        #expect(SignFlipTest.p([0.9 - 0.7, 0.75 - 0.5, 0.25 - 0.5, 0.6 - 0.3], seed: 0) == 0.5)
    }

    @Test func `signs of many differences are drawn, the same for the same seed`() {
        let clear = Array(repeating: 1.0, count: 30)
        #expect(SignFlipTest.p(clear, seed: 1) == 1.0 / 10_001)
        let mixed = (0..<30).map { $0 < 18 ? 1.0 : -1 }
        let p = SignFlipTest.p(mixed, seed: 1)
        #expect(p == SignFlipTest.p(mixed, seed: 1))
        // The sum is 6: P(|2X - 30| >= 6) of a binomial X with 30 trials is 0.3616.
        #expect((p - 0.3616).magnitude < 0.02)
    }
}
