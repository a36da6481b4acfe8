import Engine
import JSON
import Synchronization
import Testing

@testable import OpenAI

/// What a client sees of a response.
struct Answer: Equatable {
    struct Choice: Equatable {
        var reasoning = ""
        var content = ""
        var finishReason: String?
        var stopReason: JSONValue?
        var tokens: [Int32]?
        /// Texts of the tokens in `logprobs`.
        var contentTokens: [String] = []
        var reasoningTokens: [String] = []
    }

    var choices: [Choice] = []
    var usage: JSONValue?
}

extension CompletionCall {
    /// The whole response as JSON.
    func response(
        from source: ScriptedSource, _ context: ModelContext = Fixture.context(),
        observer: (any CompletionObserver)? = nil
    ) async throws -> JSONValue {
        let run = try start(on: source, context: context, observer: observer)
        return try JSONValue(parsing: try await run.response())
    }

    /// The events' data as JSON, without `[DONE]`.
    func chunks(
        from source: ScriptedSource, _ context: ModelContext = Fixture.context(),
        observer: (any CompletionObserver)? = nil
    ) async throws -> [JSONValue] {
        let run = try start(on: source, context: context, observer: observer)
        var chunks: [JSONValue] = []
        for await chunk in run.chunks where chunk != .done { chunks.append(try JSONValue(parsing: chunk.data)) }
        return chunks
    }
}

extension Answer {
    /// Of a whole chat response.
    init(chat response: JSONValue) {
        for choice in response["choices"]?.arrayValue ?? [] {
            var result = Choice()
            result.reasoning = choice["message"]?["reasoning_content"]?.stringValue ?? ""
            result.content = choice["message"]?["content"]?.stringValue ?? ""
            result.finish(choice)
            choices.append(result)
        }
        usage = response["usage"]
    }

    /// The sum of a chat stream's chunks.
    init(chatStream chunks: [JSONValue]) {
        for chunk in chunks {
            for choice in chunk["choices"]?.arrayValue ?? [] {
                let index = choice["index"]?.intValue ?? 0
                while choices.count <= index { choices.append(Choice()) }
                choices[index].reasoning += choice["delta"]?["reasoning_content"]?.stringValue ?? ""
                choices[index].content += choice["delta"]?["content"]?.stringValue ?? ""
                choices[index].finish(choice)
            }
            if let usage = chunk["usage"], !usage.isNull { self.usage = usage }
        }
    }
}

extension Answer.Choice {
    mutating func finish(_ choice: JSONValue) {
        if let reason = choice["finish_reason"]?.stringValue { finishReason = reason }
        if let reason = choice["stop_reason"] { stopReason = reason }
        if let tokens = choice["token_ids"]?.arrayValue {
            self.tokens = (self.tokens ?? []) + tokens.compactMap { $0.intValue.map(Int32.init) }
        }
        func texts(_ key: String) -> [String] {
            (choice["logprobs"]?[key]?.arrayValue ?? []).compactMap { $0["token"]?.stringValue }
        }
        contentTokens += texts("content")
        reasoningTokens += texts("reasoning_content")
    }
}

/// Keeps what it is told.
final class RecordingObserver: CompletionObserver {
    private let state = Mutex<(reports: [CompletionReport], tokens: [Bool])>(([], []))

    var reports: [CompletionReport] { state.withLock { $0.reports } }

    /// For each token whether it was a choice's first.
    var tokens: [Bool] { state.withLock { $0.tokens } }

    func tokenArrived(after delay: Double, isFirst: Bool) { state.withLock { $0.tokens.append(isFirst) } }

    func ended(_ report: CompletionReport) { state.withLock { $0.reports.append(report) } }
}

/// The error that a call throws.
func failure(_ body: () throws -> Any) -> APIError? {
    do {
        _ = try body()
        Issue.record("no error was thrown")
        return nil
    } catch {
        return error as? APIError
    }
}
