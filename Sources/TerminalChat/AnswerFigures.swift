/// What an answer cost and how fast it came.
package struct AnswerFigures: Hashable, Sendable {
    package var promptTokens: Int?
    package var cachedTokens: Int?
    package var reasoningTokens: Int?
    package var completionTokens: Int?
    /// Seconds until the first token.
    package var firstToken: Double?
    /// Seconds between the first token of thought and the first one of the answer.
    package var thinkingTime: Double?
    /// Tokens a second behind the first one.
    package var rate: Double?

    package init() {}

    /// One line, such as `41 tokens/s · first after 0.3 s · 24 read, 16 of them cached · 120 thought · 34 written`.
    package var text: String {
        var parts: [String] = []
        if let rate { parts.append("\(Self.decimal(rate)) tokens/s") }
        if let firstToken { parts.append("first after \(Self.decimal(firstToken)) s") }
        if let promptTokens {
            parts.append("\(promptTokens) read" + (cachedTokens.map { $0 > 0 ? ", \($0) of them cached" : "" } ?? ""))
        }
        if let reasoningTokens, reasoningTokens > 0 { parts.append("\(reasoningTokens) thought") }
        if let completionTokens { parts.append("\(completionTokens - (reasoningTokens ?? 0)) written") }
        return parts.joined(separator: " · ")
    }

    /// One decimal below 100.
    static func decimal(_ value: Double) -> String {
        guard value < 100 else { return String(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
