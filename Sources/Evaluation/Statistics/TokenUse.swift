/// How many tokens the samples of a benchmark took.
struct TokenUse: Sendable {
    enum Part: String, Sendable, CaseIterable {
        case prompt, reasoning, answer, total
    }

    /// One line of the table: all samples, or those of one outcome.
    struct Row: Sendable {
        let part: Part
        let outcome: Outcome?
        let distribution: Distribution
    }

    let rows: [Row]
    let generated: Int
    let prompted: Int
    let cached: Int
    /// Generated tokens over points; nil without a point.
    let perSolved: Double?
    /// Of all samples together, each from its request to its end.
    let seconds: Double

    init(_ samples: [Sample]) {
        rows = Part.allCases.flatMap { part in
            let outcomes: [Outcome?] = part == .prompt ? [nil] : [nil] + Outcome.allCases
            return outcomes.compactMap { outcome in
                Distribution(samples.filter { outcome == nil || $0.outcome == outcome }.map { $0.tokens(of: part) })
                    .map { Row(part: part, outcome: outcome, distribution: $0) }
            }
        }
        generated = samples.reduce(0) { $0 + $1.completionTokens }
        prompted = samples.reduce(0) { $0 + $1.promptTokens }
        cached = samples.reduce(0) { $0 + $1.cachedTokens }
        let points = samples.reduce(0) { $0 + $1.score }
        perSolved = points > 0 ? Double(generated) / points : nil
        seconds = samples.reduce(0) { $0 + $1.seconds }
    }

    /// Of one sequence, while others ran beside it.
    var tokensPerSecond: Double? { seconds > 0 ? Double(generated) / seconds : nil }
    var cacheHitRate: Double? { prompted > 0 ? Double(cached) / Double(prompted) : nil }
}

extension Sample {
    fileprivate func tokens(of part: TokenUse.Part) -> Int {
        switch part {
        case .prompt: promptTokens
        case .reasoning: reasoningTokens
        case .answer: max(0, completionTokens - reasoningTokens)
        case .total: completionTokens
        }
    }
}
