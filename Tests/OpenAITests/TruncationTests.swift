import Engine
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct TruncationTests {
    private func call(_ fields: JSONObject, length: Int) throws -> CompletionCall {
        try CompletionCall.responses(
            body: Array(JSONValue.object(fields).serialized().utf8), context: Fixture.context(maxModelLength: length),
            store: ResponseStore(capacity: 1, memory: 1 << 20))
    }

    private func prompt(_ fields: JSONObject, length: Int) throws -> String {
        Fixture.tokenizer.decode(try call(fields, length: length).requests[0].prompt, skippingSpecialTokens: false)
    }

    private let conversation: JSONValue = [
        ["role": "system", "content": "S"], ["role": "user", "content": "first question"],
        ["type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"],
        ["type": "function_call_output", "call_id": "c", "output": "first output"],
        ["role": "assistant", "content": "first answer"], ["role": "user", "content": "last"],
    ]

    @Test func `as few of the oldest messages go as it takes, with results whose calls went`() throws {
        var fields: JSONObject = ["input": conversation]
        let whole = try call(fields, length: 4096).promptTokens
        #expect(failure { try call(fields, length: whole) }?.code == "context_length_exceeded")
        fields["truncation"] = "auto"
        #expect(try call(fields, length: whole + 1).promptTokens == whole)
        let shorter = try prompt(fields, length: whole)
        #expect(!shorter.contains("first question"))
        #expect(shorter.contains("first output"))
        let rest = try call(fields, length: whole).promptTokens
        let shortest = try prompt(fields, length: rest)
        #expect(!shortest.contains("first output"))
        #expect(shortest.contains("first answer"))
        #expect(shortest.contains("last"))
    }

    @Test func `the last message never goes`() {
        let fields: JSONObject = [
            "input": [
                ["role": "user", "content": "a"],
                ["role": "user", "content": .string(String(repeating: "7 ", count: 99))],
            ],
            "truncation": "auto",
        ]
        #expect(failure { try call(fields, length: 40) }?.code == "context_length_exceeded")
    }
}
