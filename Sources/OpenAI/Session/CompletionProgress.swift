internal import Engine
internal import Tokenization

/// The state of a running call: takes the engine's events and gives what goes to the client.
///
/// A value without tasks or clocks of its own, so that events can be fed to it by hand.
struct CompletionProgress: Sendable {
    private struct Choice {
        var place: ChoicePlace
        var assembler: OutputAssembler
        var hasOpened = false
        /// The sum of the deltas, unless they are streamed.
        var output = OutputDelta()
        var finishReason: String?
        var lastToken: ContinuousClock.Instant?
    }

    /// What an event leads to.
    struct Effects: Sendable {
        /// For the stream.
        var payloads: [StreamPayload] = []
        /// The choice of this event's request that a stop string has ended.
        var endedChoice: Int?
        var token: (delay: Duration, isFirst: Bool)?
    }

    private let call: CompletionCall
    private var dialect: any ResponseDialect
    private let start: ContinuousClock.Instant
    private var choices: [Choice] = []
    private var promptLogprobs: [[TokenLogprobs?]?]
    private var cachedTokens: [Int]
    private var computedTokens: [Int]
    private var unfinished: Int
    private var scheduled: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?
    private var lastToken: ContinuousClock.Instant?

    init(_ call: CompletionCall, tokenizer: Tokenizer, start: ContinuousClock.Instant) {
        self.call = call
        dialect = call.dialect
        self.start = start
        for (prompt, request) in call.requests.enumerated() {
            let assembler = OutputAssembler(prompt: request.prompt, tokenizer: tokenizer, options: call.options)
            for _ in 0..<request.choices {
                choices.append(
                    Choice(place: ChoicePlace(index: choices.count, prompt: prompt), assembler: assembler))
            }
        }
        promptLogprobs = call.requests.map { _ in nil }
        cachedTokens = call.requests.map { _ in 0 }
        computedTokens = cachedTokens
        unfinished = choices.count
    }

    var isComplete: Bool { unfinished == 0 }

    /// - Parameters:
    ///   - request: which of the call's requests the event belongs to.
    ///   - now: when it came.
    /// - Throws: 503 when the engine gave a choice up.
    mutating func receive(
        _ event: GenerationEvent, from request: Int, at now: ContinuousClock.Instant
    ) throws(APIError) -> Effects {
        var effects = Effects()
        switch event {
        case .scheduled(let cached):
            cachedTokens[request] = cached
            if scheduled == nil { scheduled = now }
        case .progress(let promptTokens):
            computedTokens[request] = promptTokens
            if let chunk = progressChunk(at: now) { effects.payloads.append(chunk) }
        case .promptLogprobs(let logprobs):
            promptLogprobs[request] = logprobs
        case .token(let choice, let token, let logprobs):
            let index = place(of: choice, in: request)
            guard choices[index].finishReason == nil else { break }
            effects.token = note(tokenOf: index, at: now)
            open(index, &effects)
            let delta = choices[index].assembler.append(token, logprobs: logprobs)
            take(delta, of: index, &effects)
            if delta.ending != nil { effects.endedChoice = choice }
        case .finished(let choice, let reason):
            let index = place(of: choice, in: request)
            guard choices[index].finishReason == nil else { break }
            if reason == .cancelled {
                throw .unavailable("The server is shutting down.", retryAfter: 5)
            }
            open(index, &effects)
            take(choices[index].assembler.finish(reason), of: index, &effects)
        }
        return effects
    }

    /// What a stream begins with, before any event.
    mutating func starting() -> [StreamPayload] {
        call.isStreaming ? dialect.starting() : []
    }

    /// What a stream ends with when all choices have ended.
    mutating func closing() -> [StreamPayload] {
        timed(dialect.closing(usage))
    }

    /// What a stream ends with when it fails.
    mutating func failure(_ error: APIError) -> [StreamPayload] {
        dialect.failure(error, usage: usage)
    }

    /// The whole response; not for streamed calls.
    var response: [UInt8] {
        timed(dialect.response(returnedChoices, promptLogprobs: promptLogprobs, usage: usage))
    }

    /// All choices, or of each prompt's the likeliest per token that are wanted, best first.
    private var returnedChoices: [(ChoicePlace, OutputDelta)] {
        let all = choices.map { ($0.place, $0.output) }
        guard let count = call.returnedChoices else { return all }
        var returned: [(ChoicePlace, OutputDelta)] = []
        for prompt in call.requests.indices {
            let best = all.filter { $0.0.prompt == prompt }
                .sorted { ($0.1.meanLogprob, $1.0.index) > ($1.1.meanLogprob, $0.0.index) }
            for (place, output) in best.prefix(count) {
                var place = place
                place.index = returned.count
                returned.append((place, output))
            }
        }
        return returned
    }

    private func timed(_ payloads: [StreamPayload]) -> [StreamPayload] {
        guard call.serving.wantsTimings else { return payloads }
        return payloads.map { payload in
            payload.event == nil && payload != .done ? StreamPayload(timed(payload.data)) : payload
        }
    }

    private func timed(_ payload: [UInt8]) -> [UInt8] {
        guard call.serving.wantsTimings else { return payload }
        return payload.adding("timings") { timings.write(to: &$0) }
    }

    private var timings: Timings {
        var timings = Timings()
        timings.cachedTokens = cachedTokens.reduce(0, +)
        timings.promptTokens = call.promptTokens - timings.cachedTokens
        timings.predictedTokens = usage.completionTokens
        if let scheduled, let firstToken { timings.promptTime = (firstToken - scheduled).milliseconds }
        if let firstToken, let lastToken { timings.predictedTime = (lastToken - firstToken).milliseconds }
        return timings
    }

    var usage: Usage {
        var usage = Usage()
        usage.promptTokens = call.promptTokens
        usage.cachedTokens = cachedTokens.reduce(0, +)
        for choice in choices {
            usage.completionTokens += choice.assembler.tokenCount
            usage.reasoningTokens += choice.assembler.reasoningTokenCount
        }
        return usage
    }

    func report(_ outcome: CompletionReport.Outcome, at now: ContinuousClock.Instant) -> CompletionReport {
        var report = CompletionReport(
            id: call.id, model: call.model, route: call.route, isStreaming: call.isStreaming, outcome: outcome,
            totalTime: (now - start).seconds)
        report.usage = usage
        report.finishReasons = choices.map(\.finishReason)
        report.choices = call.requests.first?.choices ?? 1
        report.maxTokens = call.requests.map(\.maxTokens).max() ?? 0
        report.queueTime = scheduled.map { ($0 - start).seconds }
        if let scheduled, let firstToken { report.prefillTime = (firstToken - scheduled).seconds }
        report.timeToFirstToken = firstToken.map { ($0 - start).seconds }
        if let firstToken, let lastToken { report.decodeTime = (lastToken - firstToken).seconds }
        return report
    }

    private func progressChunk(at now: ContinuousClock.Instant) -> StreamPayload? {
        let cached = cachedTokens.reduce(0, +)
        let processed = zip(computedTokens, cachedTokens).reduce(0) { $0 + max($1.0, $1.1) }
        return dialect.progressChunk(
            PromptProgress(
                total: call.promptTokens, cachedTokens: cached, processed: processed,
                time: (now - (scheduled ?? start)).milliseconds))
    }

    private func place(of choice: Int, in request: Int) -> Int {
        request * (call.requests.first?.choices ?? 1) + choice
    }

    private mutating func note(tokenOf index: Int, at now: ContinuousClock.Instant) -> (Duration, Bool) {
        let before = choices[index].lastToken
        choices[index].lastToken = now
        if firstToken == nil { firstToken = now }
        lastToken = now
        return (now - (before ?? start), before == nil)
    }

    private mutating func open(_ index: Int, _ effects: inout Effects) {
        guard call.isStreaming, !choices[index].hasOpened else { return }
        choices[index].hasOpened = true
        if call.continuesUsage { choices[index].place.usage = usage }
        let logprobs = promptLogprobs[choices[index].place.prompt]
        effects.payloads += dialect.opening(&choices[index].place, promptLogprobs: logprobs, usage: usage)
    }

    private mutating func take(_ delta: OutputDelta, of index: Int, _ effects: inout Effects) {
        if call.isStreaming {
            if call.continuesUsage, !delta.isEmpty { choices[index].place.usage = usage }
            effects.payloads += timed(dialect.payloads(of: delta, &choices[index].place))
        } else {
            choices[index].output.append(delta)
            dialect.collect(delta)
        }
        if let ending = delta.ending {
            choices[index].finishReason = ending.reason.rawValue
            unfinished -= 1
        }
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    var milliseconds: Double { seconds * 1000 }
}
