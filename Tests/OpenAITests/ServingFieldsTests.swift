import Engine
import JSON
import Testing

@testable import OpenAI

struct ServingFieldsTests {
    private let context = Fixture.context()

    private func calls(_ fields: JSONObject) throws -> [CompletionCall] {
        [
            try CompletionCall.chat(body: chatBody(fields), context: context),
            try CompletionCall.text(body: textBody(fields), context: context),
        ]
    }

    @Test func `priority goes to the engine`() throws {
        for call in try calls(["priority": -3]) { #expect(call.requests[0].priority == -3) }
        for call in try calls([:]) { #expect(call.requests[0].priority == 0) }
        #expect(failure { try calls(["priority": "high"]) }?.param == "priority")
    }

    @Test func `a request's own name is in its ids, and a header's wins`() throws {
        for call in try calls(["request_id": "mine-1"]) {
            #expect(call.id.hasSuffix("-mine-1") && call.requestName == "mine-1")
            #expect(call.requests[0].id == call.id)
        }
        let call = try CompletionCall.chat(
            body: chatBody(["request_id": "mine"]), context: context, requestID: "header")
        #expect(call.id == "chatcmpl-header")
        for name in ["", "a b", String(repeating: "x", count: 129)] {
            #expect(failure { try calls(["request_id": .string(name)]) }?.param == "request_id")
        }
    }

    @Test(arguments: [true, false]) func `timings come with responses that ask for them`(wanted: Bool) async throws {
        let source = ScriptedSource(Fixture.ids("ok</think>\n\nfine"))
        for call in try calls(wanted ? ["timings_per_token": true, "max_tokens": 4] : ["max_tokens": 4]) {
            let timings = try await call.response(from: source)["timings"]
            #expect((timings != nil) == wanted)
            guard wanted else { continue }
            #expect(timings?["predicted_n"] == 4)
            #expect(timings?["prompt_n"]?.intValue == call.promptTokens)
            for name in ["prompt_ms", "predicted_per_second", "prompt_per_token_ms"] {
                #expect(timings?[name]?.doubleValue != nil)
            }
        }
        for call in try calls(["timings_per_token": .bool(wanted), "stream": true, "max_tokens": 4]) {
            let chunks = try await call.chunks(from: source)
            #expect((chunks.last?["timings"] != nil) == wanted)
        }
    }

    @Test func `progress of the prompt is told to streams that ask for it`() async throws {
        var source = ScriptedSource(Fixture.ids("ok"))
        source.cachedTokens = 1
        source.progress = [2, 3]
        for call in try calls(["return_progress": true, "stream": true, "max_tokens": 1]) {
            #expect(call.requests[0].reportsProgress)
            let told = try await call.chunks(from: source).compactMap { $0["prompt_progress"] }
            #expect(told.map { $0["processed"] } == [2, 3])
            #expect(told.allSatisfy { $0["cache"] == 1 && $0["total"]?.intValue == call.promptTokens })
        }
        for call in try calls(["return_progress": true]) { #expect(!call.requests[0].reportsProgress) }
    }
}
