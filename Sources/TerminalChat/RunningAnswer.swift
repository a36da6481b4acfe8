/// An answer while it comes: its message so far, what the server is doing for it, and its figures.
package struct RunningAnswer: Sendable {
    package enum Phase: Hashable, Sendable {
        case waiting
        case reading(Int, of: Int)
        case thinking
        case answering
    }

    package private(set) var message = ChatMessage(.assistant, "")
    package private(set) var phase = Phase.waiting
    package private(set) var identifier: String?
    private let start: ContinuousClock.Instant
    private var firstToken: ContinuousClock.Instant?
    private var lastToken: ContinuousClock.Instant?
    private var thinkingStart: ContinuousClock.Instant?
    private var pieces = 0
    private var reasoningPieces = 0
    private var figures = AnswerFigures()

    package init(start: ContinuousClock.Instant) {
        self.start = start
    }

    package mutating func take(_ event: AnswerEvent, at time: ContinuousClock.Instant) {
        switch event {
        case .identifier(let name): identifier = name
        case .progress(let done, let total):
            if phase != .thinking, phase != .answering { phase = .reading(done, of: total) }
        case .reasoning(let text):
            piece(at: time)
            thinkingStart = thinkingStart ?? time
            phase = .thinking
            reasoningPieces += 1
            message.reasoning += text
        case .content(let text):
            piece(at: time)
            if let thinkingStart, figures.thinkingTime == nil {
                figures.thinkingTime = (time - thinkingStart) / .seconds(1)
            }
            phase = .answering
            // R1 begins its answers with empty lines.
            message.content += message.content.isEmpty ? String(text.drop(while: \.isWhitespace)) : text
        case .finish(let reason): message.finish = reason
        case .usage(let prompt, let cached, let completion, let reasoning):
            figures.promptTokens = prompt ?? figures.promptTokens
            figures.cachedTokens = cached ?? figures.cachedTokens
            figures.completionTokens = completion ?? figures.completionTokens
            figures.reasoningTokens = reasoning ?? figures.reasoningTokens
        case .rate(let rate): figures.rate = rate
        }
    }

    private mutating func piece(at time: ContinuousClock.Instant) {
        pieces += 1
        firstToken = firstToken ?? time
        lastToken = time
    }

    /// Seconds since it was asked for.
    package func waited(at time: ContinuousClock.Instant) -> Double { (time - start) / .seconds(1) }

    /// Seconds of thought so far.
    package func thinkingTime(at time: ContinuousClock.Instant) -> Double {
        figures.thinkingTime ?? thinkingStart.map { (time - $0) / .seconds(1) } ?? 0
    }

    /// By the server's count, or by the pieces, which are nearly tokens.
    package var reasoningTokens: Int { figures.reasoningTokens ?? reasoningPieces }

    /// Tokens a second so far; nil before there are enough.
    package var liveRate: Double? {
        guard let firstToken, let lastToken, lastToken - firstToken > .milliseconds(300) else { return nil }
        return rate(from: firstToken, to: lastToken)
    }

    private func rate(from first: ContinuousClock.Instant, to last: ContinuousClock.Instant) -> Double? {
        let tokens = (figures.completionTokens ?? pieces) - 1
        return tokens > 0 && last > first ? Double(tokens) / ((last - first) / .seconds(1)) : nil
    }

    /// The message when it has ended. `finish` says why where the server did not.
    package func ended(_ finish: String, at time: ContinuousClock.Instant) -> ChatMessage {
        var message = message
        message.finish = message.finish ?? finish
        var figures = figures
        if let firstToken {
            figures.firstToken = (firstToken - start) / .seconds(1)
            figures.completionTokens = figures.completionTokens ?? pieces
            figures.rate = figures.rate ?? lastToken.flatMap { rate(from: firstToken, to: $0) }
            if thinkingStart != nil { figures.thinkingTime = thinkingTime(at: time) }
        }
        message.figures = firstToken == nil ? nil : figures
        return message
    }
}
