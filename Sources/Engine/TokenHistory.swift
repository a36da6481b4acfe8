/// The distinct tokens of a sequence and how often each was generated: what penalties are computed from.
package struct TokenHistory: Sendable, Equatable {
    /// In order of first appearance.
    package private(set) var tokens: [Int32] = []
    /// Parallel to `tokens`; 0 for a token that only the prompt has.
    package private(set) var generatedCounts: [Int32] = []
    private var slots: [Int32: Int] = [:]

    package init(prompt: [Int32]) {
        for token in prompt { _ = slot(of: token) }
    }

    package mutating func appendGenerated(_ token: Int32) {
        generatedCounts[slot(of: token)] += 1
    }

    private mutating func slot(of token: Int32) -> Int {
        if let slot = slots[token] { return slot }
        slots[token] = tokens.count
        tokens.append(token)
        generatedCounts.append(0)
        return tokens.count - 1
    }
}
