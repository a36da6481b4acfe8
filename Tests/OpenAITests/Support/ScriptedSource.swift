import Engine
import Synchronization

@testable import OpenAI

/// Answers requests with given tokens instead of a model's.
struct ScriptedSource: TokenSource {
    /// Tokens of a choice.
    var output: @Sendable (_ request: Int, _ choice: Int) -> [Int32]
    var cachedTokens = 0
    /// Prompt tokens that are told to be computed.
    var progress: [Int] = []
    /// Comes after all tokens, in place of the ends.
    var failure: EngineError?
    /// Refuses requests from this one on.
    var refusal: (from: Int, error: EngineError)?
    /// Never ends by itself.
    var hangs = false
    let log = ScriptLog()

    init(_ output: [Int32]) {
        self.output = { _, _ in output }
    }

    init(_ output: @escaping @Sendable (Int, Int) -> [Int32]) {
        self.output = output
    }

    func submit(_ request: GenerationRequest) throws(EngineError) -> ScriptedGeneration {
        let number = log.add(request)
        if let refusal, number >= refusal.from { throw refusal.error }
        var events: [GenerationEvent] = [.scheduled(cachedTokens: cachedTokens)]
        if request.reportsProgress { events += progress.map { .progress(promptTokens: $0) } }
        if let top = request.promptLogprobs {
            events.append(
                .promptLogprobs(
                    request.prompt.enumerated().map { $0 == 0 ? nil : Self.logprobs(of: $1, top: top) }))
        }
        let outputs = (0..<request.choices).map { Array(output(number, $0).prefix(request.maxTokens)) }
        for step in 0..<(outputs.map(\.count).max() ?? 0) {
            for (choice, tokens) in outputs.enumerated() where step < tokens.count {
                let token = tokens[step]
                let logprobs = request.sampling.logprobs.map { Self.logprobs(of: token, top: $0) }
                events.append(.token(choice: choice, id: token, logprobs: logprobs))
                guard failure == nil, !hangs, step == tokens.count - 1 else { continue }
                let isStop = request.stopTokens.contains(token)
                events.append(.finished(choice: choice, reason: isStop ? .stopToken(token) : .length))
            }
        }
        for (choice, tokens) in outputs.enumerated() where tokens.isEmpty {
            events.append(.finished(choice: choice, reason: .length))
        }
        return ScriptedGeneration(number: number, events: events, failure: failure, hangs: hangs, log: log)
    }

    /// Minus an eighth of the id's last three bits; alternatives are the ids before, each 1 less likely.
    static func logprobs(of token: Int32, top: Int) -> TokenLogprobs {
        let own = -Float(token & 7) / 8
        return TokenLogprobs(
            logprob: own, top: (0..<top).map { (token: max(0, token - Int32($0)), logprob: own - Float($0)) })
    }
}

/// What a scripted source was asked.
final class ScriptLog: Sendable {
    private struct State {
        var requests: [GenerationRequest] = []
        var cancelled: Set<Int> = []
        var cancelledChoices: [(Int, Int)] = []
        var reasoningEnds: [[Int]] = []
    }

    private let state = Mutex(State())

    var requests: [GenerationRequest] { state.withLock { $0.requests } }

    var cancelled: Set<Int> { state.withLock { $0.cancelled } }

    /// Requests and choices (-1: all) that were told to end their reasoning.
    var reasoningEnds: [[Int]] { state.withLock { $0.reasoningEnds } }

    var cancelledChoices: [[Int]] { state.withLock { $0.cancelledChoices.map { [$0.0, $0.1] } } }

    func add(_ request: GenerationRequest) -> Int {
        state.withLock {
            $0.requests.append(request)
            return $0.requests.count - 1
        }
    }

    func endReasoning(_ number: Int, choice: Int?) {
        state.withLock { $0.reasoningEnds.append([number, choice ?? -1]) }
    }

    func cancel(_ number: Int) { state.withLock { _ = $0.cancelled.insert(number) } }

    func cancel(_ number: Int, choice: Int) { state.withLock { $0.cancelledChoices.append((number, choice)) } }
}

final class ScriptedGeneration: TokenStream {
    typealias Element = GenerationEvent
    typealias Failure = EngineError

    let number: Int
    let events: [GenerationEvent]
    let failure: EngineError?
    let hangs: Bool
    let log: ScriptLog

    init(number: Int, events: [GenerationEvent], failure: EngineError?, hangs: Bool, log: ScriptLog) {
        self.number = number
        self.events = events
        self.failure = failure
        self.hangs = hangs
        self.log = log
    }

    func cancel() { log.cancel(number) }

    func cancel(choice: Int) { log.cancel(number, choice: choice) }

    func endReasoning(choice: Int?) { log.endReasoning(number, choice: choice) }

    func makeAsyncIterator() -> Iterator { Iterator(generation: self) }

    struct Iterator: AsyncIteratorProtocol {
        let generation: ScriptedGeneration
        var position = 0

        mutating func next(isolation actor: isolated (any Actor)?) async throws(EngineError) -> GenerationEvent? {
            if position < generation.events.count {
                position += 1
                return generation.events[position - 1]
            }
            if let failure = generation.failure { throw failure }
            if generation.hangs {
                while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            }
            return nil
        }
    }
}
