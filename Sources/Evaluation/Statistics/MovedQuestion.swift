/// A question that two runs score differently.
struct MovedQuestion: Sendable {
    let id: String
    let first: Double
    let second: Double
    /// Whether the two sets of samples can be of one share of right answers: Fisher's test for samples of 0 and 1, else
    /// Welch's; nil where there are too few samples to tell.
    let p: Double?
    /// Over all questions of the benchmark.
    var adjustedP: Double?

    var difference: Double { first - second }

    /// Those that differ, the largest difference first.
    static func all(_ questions: [(id: String, first: [Double], second: [Double])]) -> [MovedQuestion] {
        var moved = questions.filter { !$0.first.isEmpty && !$0.second.isEmpty }.map {
            MovedQuestion(id: $0.id, first: $0.first.mean, second: $0.second.mean, p: p($0.first, $0.second))
        }
        let tested = moved.indices.filter { moved[$0].p != nil }
        for (index, p) in zip(tested, Holm.adjusted(tested.compactMap { moved[$0].p })) { moved[index].adjustedP = p }
        return moved.enumerated().filter { $0.element.difference != 0 }
            .sorted { ($1.element.difference.magnitude, $0.offset) < ($0.element.difference.magnitude, $1.offset) }
            .map(\.element)
    }

    private static func p(_ first: [Double], _ second: [Double]) -> Double? {
        if (first + second).allSatisfy({ $0 == 0 || $0 == 1 }) {
            return ExactTests.fisher(
                first.count { $0 == 1 }, of: first.count, second.count { $0 == 1 }, of: second.count)
        }
        guard let left = first.sampleVariance, let right = second.sampleVariance else { return nil }
        let errors = (left / Double(first.count), right / Double(second.count))
        let square = errors.0 + errors.1
        guard square > 0 else { return first.mean == second.mean ? 1 : 0 }
        let degreesOfFreedom =
            square * square
            / (errors.0 * errors.0 / Double(first.count - 1) + errors.1 * errors.1 / Double(second.count - 1))
        return StudentT(degreesOfFreedom: degreesOfFreedom).twoSidedP((first.mean - second.mean) / square.squareRoot())
    }
}
