import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct CompletionRunTests {
    private func call(_ fields: JSONObject = [:]) throws -> CompletionCall {
        try CompletionCall.chat(body: chatBody(fields), context: Fixture.context())
    }

    @Test func `ids are fresh and have their prefix`() throws {
        let first = try call().id
        #expect(first.hasPrefix("chatcmpl-") && first.utf8.count == 41)
        #expect(try call().id != first)
        #expect(try CompletionCall.text(body: textBody(), context: Fixture.context()).id.hasPrefix("cmpl-"))
    }

    @Test func `the end is reported once with usage and times`() async throws {
        let observer = RecordingObserver()
        let tokens = Fixture.ids("hm</think>A") + [1]
        var source = ScriptedSource(tokens)
        source.cachedTokens = 3
        _ = try await call(["stream": true, "n": 2]).chunks(from: source, observer: observer)
        #expect(observer.reports.count == 1)
        let report = try #require(observer.reports.first)
        #expect(report.outcome == .completed)
        #expect(report.isStreaming)
        #expect(report.route == .chat)
        #expect(report.finishReasons == ["stop", "stop"])
        #expect(report.usage.completionTokens == 2 * tokens.count)
        #expect(report.usage.cachedTokens == 3)
        #expect(report.usage.reasoningTokens == 2 * Fixture.ids("hm").count)
        #expect(report.choices == 2)
        let first = try #require(report.timeToFirstToken)
        #expect(first > 0 && first <= report.totalTime)
        #expect(report.queueTime != nil && report.prefillTime != nil && report.decodeTime != nil)
        #expect(observer.tokens.filter { $0 }.count == 2)
        #expect(observer.tokens.count == 2 * tokens.count)
    }

    @Test func `a refused request is an error before the stream begins`() throws {
        let observer = RecordingObserver()
        var source = ScriptedSource([])
        source.refusal = (0, .queueFull(waiting: 9, retryAfterSeconds: 4))
        let error = failure { try call().start(on: source, context: Fixture.context(), observer: observer) }
        #expect(error?.status == 429)
        #expect(error?.retryAfter == 4)
        #expect(observer.reports.map(\.outcome) == [error.map { .failed($0) }])
    }

    @Test func `a later prompt's refusal cancels the earlier ones`() throws {
        var source = ScriptedSource([])
        source.refusal = (1, .shuttingDown)
        let call = try CompletionCall.text(body: textBody(["prompt": ["a", "b"]]), context: Fixture.context())
        #expect(failure { try call.start(on: source, context: Fixture.context()) }?.status == 503)
        #expect(source.log.cancelled == [0])
    }

    @Test func `a failure in mid-stream is a last chunk with the envelope`() async throws {
        let observer = RecordingObserver()
        var source = ScriptedSource(Fixture.ids("hm"))
        source.failure = .runnerFailed("bus error")
        let chunks = try await call(["stream": true]).chunks(from: source, observer: observer)
        #expect(chunks.last?["error"]?["type"] == "server_error")
        #expect(chunks.last?["error"]?["message"]?.stringValue?.contains("bus error") == true)
        #expect(Answer(chatStream: chunks).choices[0].reasoning == "hm")
        #expect(observer.reports.count == 1)
    }

    @Test func `a failure of a whole response is thrown`() async throws {
        var source = ScriptedSource(Fixture.ids("hm"))
        source.failure = .runnerFailed("bus error")
        await #expect(throws: APIError.internal("The model could not be run: bus error")) {
            _ = try await call().response(from: source)
        }
        let merged = try CompletionCall.text(body: textBody(["prompt": ["a", "b"]]), context: Fixture.context())
        await #expect(throws: APIError.internal("The model could not be run: bus error")) {
            _ = try await merged.response(from: source)
        }
    }

    @Test func `a model that ends without a result is an error`() async throws {
        var source = ScriptedSource(Fixture.ids("hm"))
        source.hangs = true
        let run = try call().start(on: source, context: Fixture.context())
        let task = Task { try await run.response() }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: APIError.self) { _ = try await task.value }
        #expect(source.log.cancelled == [0])
    }

    @Test func `a consumer that stops ends the work`() async throws {
        let observer = RecordingObserver()
        var source = ScriptedSource(Fixture.ids("hm"))
        source.hangs = true
        func readOne() async throws {
            let run = try call(["stream": true]).start(on: source, context: Fixture.context(), observer: observer)
            for await _ in run.chunks { break }
        }
        try await readOne()
        #expect(source.log.cancelled == [0])
        #expect(observer.reports.map(\.outcome) == [.aborted])
        #expect(observer.reports.first?.usage.completionTokens == 1)
    }

    @Test(arguments: [1, 2]) func `a cancelled task ends the stream and the work`(_ prompts: Int) async throws {
        let observer = RecordingObserver()
        var source = ScriptedSource(Fixture.ids("hm"))
        source.hangs = true
        let call = try CompletionCall.text(
            body: textBody(["prompt": .array(Array(repeating: "a", count: prompts)), "stream": true]),
            context: Fixture.context())
        let task = Task {
            for await _ in try call.start(on: source, context: Fixture.context(), observer: observer).chunks {}
        }
        try await Task.sleep(for: .milliseconds(30))
        task.cancel()
        try await task.value
        #expect(source.log.cancelled == Set(0..<prompts))
        #expect(observer.reports.map(\.outcome) == [.aborted])
    }

    @Test func `a run that nobody consumes is cancelled`() throws {
        let source = ScriptedSource(Fixture.ids("hm"))
        _ = try call().start(on: source, context: Fixture.context())
        #expect(source.log.cancelled == [0])
    }

    @Test func `a choice that the engine gives up is an error`() async throws {
        var progress = CompletionProgress(try call(), tokenizer: Fixture.tokenizer, start: .now)
        #expect(throws: APIError.self) {
            _ = try progress.receive(.finished(choice: 0, reason: .cancelled), from: 0, at: .now)
        }
    }
}
