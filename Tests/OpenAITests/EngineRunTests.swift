import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct EngineRunTests {
    private func call(_ fields: JSONObject) throws -> CompletionCall {
        try CompletionCall.chat(body: chatBody(fields), context: Fixture.context(maxModelLength: 256))
    }

    private func engine(_ text: String, for call: CompletionCall) throws -> Engine {
        let runner = ScriptedRunner(Fixture.ids(text) + [1], promptLength: call.promptTokens)
        let engine = try Engine(runner: runner)
        engine.start()
        return engine
    }

    @Test func `an engine's events become a whole response and a stream`() async throws {
        let text = "Let me think.\n</think>\n\nIt is 12."
        let call = try call(["n": 2, "max_tokens": 100])
        let engine = try engine(text, for: call)
        defer { engine.shutdown() }
        let whole = try call.start(on: engine, context: Fixture.context())
        let answer = Answer(chat: try JSONValue(parsing: try await whole.response()))
        for choice in answer.choices {
            #expect(choice.reasoning == "Let me think.")
            #expect(choice.content == "It is 12.")
            #expect(choice.finishReason == "stop")
        }
        let streaming = try self.call(["n": 2, "max_tokens": 100, "stream": true])
        let run = try streaming.start(on: engine, context: Fixture.context())
        var chunks: [JSONValue] = []
        for await chunk in run.chunks where chunk != .done { chunks.append(try JSONValue(parsing: chunk.data)) }
        #expect(Answer(chatStream: chunks).choices.map(\.content) == ["It is 12.", "It is 12."])
    }

    @Test func `a stop string frees the engine`() async throws {
        let call = try call(["stop": "STOP"])
        let engine = try engine("x</think>abSTOP" + String(repeating: "y", count: 150), for: call)
        let run = try call.start(on: engine, context: Fixture.context())
        let answer = Answer(chat: try JSONValue(parsing: try await run.response()))
        #expect(answer.choices[0].content == "ab")
        #expect(answer.choices[0].stopReason == "STOP")
        await engine.drain()
        #expect(engine.statistics.runningSequences == 0)
        #expect(engine.statistics.usedBlocks == 0 || engine.limits.prefixCaching)
    }

    @Test func `an engine that shuts down refuses with 503`() throws {
        let call = try call([:])
        let engine = try engine("x", for: call)
        engine.shutdown()
        #expect(failure { try call.start(on: engine, context: Fixture.context()) }?.status == 503)
    }
}
