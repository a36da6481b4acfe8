internal import RealModule

/// Exact tests of counts.
enum ExactTests {
    /// McNemar's two-sided p from the questions that only one of two runs got right.
    static func mcNemar(onlyFirst: Int, onlySecond: Int) -> Double {
        let count = onlyFirst + onlySecond
        let fewer = min(onlyFirst, onlySecond)
        guard count > 0 else { return 1 }
        // P(X <= fewer) of a binomial distribution with 1/2 each.
        return min(1, 2 * IncompleteBeta.value(0.5, complement: 0.5, Double(count - fewer), Double(fewer + 1)))
    }

    /// Fisher's two-sided p that two shares of successes are the same: the tables that are no likelier than this one.
    static func fisher(_ successes: Int, of count: Int, _ otherSuccesses: Int, of otherCount: Int) -> Double {
        let total = successes + otherSuccesses
        func logChoose(_ n: Int, _ k: Int) -> Double {
            Double.logGamma(Double(n + 1)) - Double.logGamma(Double(k + 1)) - Double.logGamma(Double(n - k + 1))
        }
        let all = logChoose(count + otherCount, total)
        func probability(_ first: Int) -> Double {
            Double.exp(logChoose(count, first) + logChoose(otherCount, total - first) - all)
        }
        let seen = probability(successes) * (1 + 1e-7)
        let possible = max(0, total - otherCount)...min(count, total)
        return min(1, possible.map(probability).filter { $0 <= seen }.reduce(0, +))
    }
}
