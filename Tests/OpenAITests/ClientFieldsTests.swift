import JSON
import Testing

@testable import OpenAI

@Suite struct ClientFieldsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var field: String
        var valid: [JSONValue]
        var invalid: [JSONValue]
        /// The field that errors name, where it is not `field` itself.
        var param: String?

        var testDescription: String { param ?? field }
    }

    static let cases: [Case] = [
        Case(field: "user", valid: ["me"], invalid: [3]),
        Case(
            field: "safety_identifier", valid: [.string(String(repeating: "é", count: 64))],
            invalid: [.string(String(repeating: "a", count: 65)), 3]),
        Case(field: "prompt_cache_key", valid: ["k"], invalid: [1]),
        Case(field: "prompt_cache_retention", valid: ["24h", "in_memory"], invalid: ["1h", 24]),
        Case(field: "prompt_cache_options", valid: [[:]], invalid: ["x"]),
        Case(field: "service_tier", valid: ["auto", "default", "flex", "priority"], invalid: ["gold", 1]),
        Case(field: "store", valid: [true, false], invalid: ["yes"]),
        Case(field: "moderation", valid: [["model": "m"]], invalid: ["m"]),
        Case(field: "verbosity", valid: ["low", "medium", "high"], invalid: ["max", 1]),
        Case(
            field: "metadata",
            valid: [
                [:], metadata(keys: 16),
                [String(repeating: "k", count: 64): .string(String(repeating: "v", count: 512))],
            ],
            invalid: [metadata(keys: 17), [String(repeating: "k", count: 65): "v"], "x"]),
        Case(field: "metadata", valid: [], invalid: [["a": 3]], param: "metadata.a"),
        Case(
            field: "metadata", valid: [], invalid: [["a": .string(String(repeating: "v", count: 513))]],
            param: "metadata.a"),
        Case(
            field: "prediction",
            valid: [
                ["type": "content", "content": "x"],
                ["type": "content", "content": [["type": "text", "text": "x"]]],
            ], invalid: ["x"]),
        Case(
            field: "prediction", valid: [], invalid: [["content": "x"], ["type": "code", "content": "x"]],
            param: "prediction.type"),
        Case(
            field: "prediction", valid: [], invalid: [["type": "content"], ["type": "content", "content": 3]],
            param: "prediction.content"),
        Case(field: "web_search_options", valid: [[:], ["search_context_size": "low"]], invalid: [true]),
        Case(
            field: "web_search_options", valid: [], invalid: [["search_context_size": "all"]],
            param: "web_search_options.search_context_size"),
        Case(field: "modalities", valid: [["text"], []], invalid: ["text"]),
        Case(field: "modalities", valid: [], invalid: [["text", "audio"]], param: "modalities[1]"),
        Case(field: "audio", valid: [], invalid: [["voice": "alloy", "format": "wav"], "x"]),
        Case(field: "echo", valid: [true], invalid: ["x"]),
        Case(field: "include_reasoning", valid: [false], invalid: ["no"]),
        Case(field: "separate_reasoning", valid: [false], invalid: [0]),
        Case(field: "stream_reasoning", valid: [false], invalid: [0]),
        Case(
            field: "reasoning_format", valid: ["auto", "none", "deepseek", "deepseek-legacy"],
            invalid: ["deepseek_r1", true]),
        Case(field: "prompt_logprobs", valid: [0, 20], invalid: [-1, 21, true]),
        Case(field: "truncate_prompt_tokens", valid: [-1, 1, 100], invalid: [0, -2, "x"]),
        Case(field: "truncation_side", valid: ["left", "right"], invalid: ["middle"]),
        Case(field: "cache_salt", valid: ["tenant"], invalid: ["", 3]),
        Case(field: "return_tokens_as_token_ids", valid: [true], invalid: ["x"]),
        Case(field: "n_predict", valid: [-1, 5], invalid: [0, -2, "x"]),
        Case(field: "documents", valid: [[["text": "x"]]], invalid: ["x"]),
    ]

    private static func metadata(keys: Int) -> JSONValue {
        .object(JSONObject((0..<keys).map { ("key \($0)", "value") }))
    }

    @Test(arguments: cases) func `a field is accepted or refused by its name`(_ test: Case) throws {
        func decode(_ value: JSONValue) throws -> ChatCompletionRequest {
            try ChatCompletionRequest(
                try FieldReader(body: chatBody([test.field: value])), defaults: .openAI, vocabularySize: 1024)
        }
        for value in test.valid { _ = try decode(value) }
        _ = try decode(.null)
        for value in test.invalid {
            let error = failure { try decode(value) }
            #expect(error?.status == 400, "\(value)")
            #expect(error?.param == test.param ?? test.field, "\(value)")
        }
    }

    @Test func `a named service tier is told in the response`() async throws {
        let source = ScriptedSource(Fixture.ids("hm\n</think>\n\nHi") + [1])
        func call(_ fields: JSONObject) throws -> CompletionCall {
            try CompletionCall.chat(body: chatBody(fields), context: Fixture.context())
        }
        #expect(try await call([:]).response(from: source)["service_tier"] == nil)
        #expect(try await call(["service_tier": "flex"]).response(from: source)["service_tier"] == "default")
        let chunks = try await call(["service_tier": "auto", "stream": true]).chunks(from: source)
        #expect(chunks.allSatisfy { $0["service_tier"] == "default" })
    }
}
