import JSON
import Testing

@testable import OpenAI

/// Other requests that speak to a running completion.
@Suite struct RunningCompletionsTests {
    private func control(_ context: ModelContext, _ body: JSONObject) throws -> JSONValue {
        try JSONValue(parsing: try context.running.control(body: Array(JSONValue.object(body).serialized().utf8)))
    }

    private func failure(_ context: ModelContext, _ body: JSONObject) -> APIError? {
        do {
            _ = try context.running.control(body: Array(JSONValue.object(body).serialized().utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a running completion can be told to end its reasoning, by either of its names`() throws {
        let context = Fixture.context()
        let source = ScriptedSource(Fixture.ids("hm"))
        let call = try CompletionCall.chat(body: chatBody(["n": 2]), context: context, requestID: "mine")
        let run = try call.start(on: source, context: context)
        for name in ["mine", "chatcmpl-mine"] {
            #expect(try control(context, ["id": .string(name), "action": "reasoning_end"]) == ["success": true])
        }
        #expect(source.log.reasoningEnds == [[0, -1], [0, -1]])
        withExtendedLifetime(run) {}
    }

    @Test func `a completion that has ended, or never was, is not found`() async throws {
        let context = Fixture.context()
        let call = try CompletionCall.chat(body: chatBody(), context: context, requestID: "mine")
        _ = try await call.response(from: ScriptedSource(Fixture.ids("hm</think>\n\n4") + [1]), context)
        for name in ["mine", "chatcmpl-mine", "other"] {
            let error = failure(context, ["id": .string(name), "action": "reasoning_end"])
            #expect(error?.status == 404 && error?.code == "completion_not_found" && error?.param == "id")
        }
    }

    @Test func `other actions and missing fields are refused`() {
        let context = Fixture.context()
        #expect(failure(context, ["id": "x", "action": "stop"])?.param == "action")
        #expect(failure(context, ["id": "x"])?.param == "action")
        #expect(failure(context, ["action": "reasoning_end"])?.param == "id")
    }
}
