import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct ChatCompletionTests {
    private let reply = Fixture.ids("hm\n</think>\n\nHi there") + [1]

    private func call(_ fields: JSONObject = [:], _ context: ModelContext = Fixture.context()) throws -> CompletionCall
    {
        try CompletionCall.chat(body: chatBody(fields), context: context, requestID: "test")
    }

    /// Payloads as text, with the time taken out.
    private func payloads(_ fields: JSONObject, _ source: ScriptedSource) async throws -> [String] {
        let call = try call(fields)
        var payloads: [String] = []
        for await chunk in try call.start(on: source, context: Fixture.context()).chunks {
            payloads.append(withoutTime(chunk.data))
        }
        return payloads
    }

    private func withoutTime(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.firstRange(of: "\"created\":")?.upperBound else { return text }
        let end = text[start...].firstIndex(of: ",") ?? text.endIndex
        return text.replacingCharacters(in: start..<end)
    }

    @Test func `a whole response has OpenAI's and DeepSeek's fields`() async throws {
        var source = ScriptedSource(reply)
        source.cachedTokens = 2
        let response = try await call(["model": "other"]).start(on: source, context: Fixture.context()).response()
        let prompt = source.log.requests[0].prompt.count
        let reasoning = reply.firstIndex(of: 6) ?? 0
        #expect(
            withoutTime(response)
                == #"{"id":"chatcmpl-test","object":"chat.completion","created":0,"model":"other","#
                + #""system_fingerprint":"fp_test","choices":[{"index":0,"message":{"role":"assistant","#
                + #""content":"Hi there","reasoning_content":"hm","refusal":null},"logprobs":null,"#
                + #""finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":\#(prompt),"#
                + #""completion_tokens":\#(reply.count),"total_tokens":\#(prompt + reply.count),"#
                + #""prompt_tokens_details":{"cached_tokens":2},"#
                + #""completion_tokens_details":{"reasoning_tokens":\#(reasoning)},"#
                + #""prompt_cache_hit_tokens":2,"prompt_cache_miss_tokens":\#(prompt - 2)}}"#)
    }

    @Test func `a stream has a role, deltas with both keys, an end and the usage`() async throws {
        let tokens = Fixture.byteTokens("hm\n") + [6] + Fixture.byteTokens("\n\nHi") + [1]
        let chunks = try await payloads(
            ["stream": true, "stream_options": ["include_usage": true]], ScriptedSource(tokens))
        let head =
            #"{"id":"chatcmpl-test","object":"chat.completion.chunk","created":0,"model":"nano","#
            + #""system_fingerprint":"fp_test","choices":["#
        func chunk(_ delta: String, _ finish: String = "null") -> String {
            head + #"{"index":0,"delta":{\#(delta)},"logprobs":null,"finish_reason":\#(finish)}],"usage":null}"#
        }
        #expect(
            Array(chunks.dropLast(2)) == [
                chunk(#""role":"assistant","content":"","reasoning_content":null"#),
                chunk(#""content":null,"reasoning_content":"h""#),
                chunk(#""content":null,"reasoning_content":"m""#),
                chunk(#""content":"H","reasoning_content":null"#),
                chunk(#""content":"i","reasoning_content":null"#),
                chunk(#""content":"","reasoning_content":null"#, #""stop","stop_reason":null"#),
            ])
        #expect(chunks.dropLast().last?.hasPrefix(head + #"],"usage":{"prompt_tokens":"#) == true)
        #expect(chunks.last == "[DONE]")
    }

    @Test func `without include_usage no chunk speaks of usage`() async throws {
        let chunks = try await call(["stream": true]).chunks(from: ScriptedSource(reply))
        #expect(chunks.allSatisfy { $0["usage"] == nil && $0["choices"]?.arrayValue?.count == 1 })
    }

    @Test(arguments: [
        "hm\n</think>\n\nHi 😀 there STOP more", "never ends", "</think>\n\nShort", "", "a\nb\n\n</think>\n\n\n",
        "数学\n</think>\n\nST STO\nSTOP",
    ])
    func `streamed and whole responses agree`(_ text: String) async throws {
        let fields: JSONObject = [
            "stop": ["STOP", "\n\n\n"], "n": 3, "logprobs": true, "top_logprobs": 2, "return_token_ids": true,
        ]
        let source = ScriptedSource { _, choice in
            let tokens = choice == 0 ? Fixture.ids(text) : Fixture.ids(String(text.dropLast(choice)))
            return tokens + [1]
        }
        let whole = Answer(chat: try await call(fields).response(from: source))
        var streaming = fields
        streaming["stream"] = true
        streaming["stream_options"] = ["include_usage": true]
        let streamed = Answer(chatStream: try await call(streaming).chunks(from: source))
        #expect(whole == streamed)
        #expect(whole.choices.count == 3)
    }

    @Test func `three vintages of templates give the same answer`() async throws {
        let filled = Answer(chat: try await call().response(from: ScriptedSource(reply)))
        let bare = Fixture.context(template: Fixture.bareTemplate)
        let opened = Answer(
            chat: try await call([:], bare).response(from: ScriptedSource(Fixture.ids("<think>\n") + reply), bare))
        #expect(filled.choices == opened.choices)
        #expect(filled.choices[0].reasoning == "hm")
        let plain = Answer(
            chat: try await call([:], bare).response(from: ScriptedSource(Fixture.ids("Hi there") + [1]), bare))
        #expect(plain.choices[0].reasoning == "")
        #expect(plain.choices[0].content == "Hi there")
        #expect(plain.usage?["completion_tokens_details"]?["reasoning_tokens"] == 0)
    }

    @Test func `no chain of thought is null`() async throws {
        let bare = Fixture.context(template: Fixture.bareTemplate)
        let response = try await call([:], bare).response(from: ScriptedSource(Fixture.ids("Hi")), bare)
        #expect(response["choices"]?[0]?["message"]?["reasoning_content"] == .null)
        let cut = try await call(["max_tokens": 2]).response(from: ScriptedSource(Fixture.ids("Let me think about it")))
        #expect(cut["choices"]?[0]?["message"]?["content"] == "")
        #expect(cut["choices"]?[0]?["finish_reason"] == "length")
    }

    @Test func `the inline format leaves the tags in the content`() async throws {
        let context = Fixture.context(reasoning: .inline(Fixture.tags))
        let answer = Answer(chat: try await call([:], context).response(from: ScriptedSource(reply), context))
        #expect(answer.choices[0].content == "<think>\nhm\n</think>\n\nHi there")
        #expect(answer.choices[0].reasoning == "")
    }

    @Test func `log-probabilities have OpenAI's shape, and DeepSeek's for reasoning`() async throws {
        let tokens = Fixture.byteTokens("h") + [6] + Fixture.byteTokens("é") + [1]
        let response = try await call(["logprobs": true, "top_logprobs": 2]).response(from: ScriptedSource(tokens))
        let logprobs = response["choices"]?[0]?["logprobs"]
        #expect(logprobs?["refusal"] == .null)
        let first = logprobs?["reasoning_content"]?[0]
        #expect(first?["token"] == "h")
        #expect(first?["bytes"] == [104])
        #expect(first?["logprob"]?.doubleValue == Double(-Float(tokens[0] & 7) / 8))
        #expect(first?["top_logprobs"]?.arrayValue?.count == 2)
        #expect(first?["top_logprobs"]?[0]?["token"] == "h")
        let content = logprobs?["content"]?.arrayValue ?? []
        #expect(content.map { $0["bytes"] } == [[0xC3], [0xA9]])
        #expect(content.map { $0["token"] } == ["\u{FFFD}", "\u{FFFD}"])
    }

    @Test func `return_token_ids gives every generated token`() async throws {
        let response = try await call(["return_token_ids": true]).response(from: ScriptedSource(reply))
        #expect(Answer(chat: response).choices[0].tokens == reply)
        #expect(response["prompt_token_ids"]?.arrayValue?.first == 0)
        let chunks = try await call(["return_token_ids": true, "stream": true]).chunks(from: ScriptedSource(reply))
        #expect(Answer(chatStream: chunks).choices[0].tokens == reply)
        #expect(chunks[0]["prompt_token_ids"] == response["prompt_token_ids"])
    }

    @Test func `a stop string ends its choice alone and the engine is told`() async throws {
        let source = ScriptedSource { _, choice in
            Fixture.byteTokens("x") + [6] + Fixture.byteTokens(choice == 1 ? "aSTOPbbb" : "abcdefgh") + [1]
        }
        let answer = Answer(chat: try await call(["n": 2, "stop": "STOP"]).response(from: source))
        #expect(answer.choices[0].content == "abcdefgh")
        #expect(answer.choices[0].stopReason == .null)
        #expect(answer.choices[1].content == "a")
        #expect(answer.choices[1].stopReason == "STOP")
        #expect(answer.choices[1].finishReason == "stop")
        #expect(source.log.cancelledChoices == [[0, 1]])
        #expect(answer.usage?["completion_tokens"] == .integer(11 + 7))
    }

    @Test func `sampling, lengths and stops reach the engine`() async throws {
        var defaults = SamplingDefaults()
        defaults.temperature = 0.6
        defaults.topP = 0.95
        var context = Fixture.context(defaults: defaults)
        context.seed = 77
        let request = try call([:], context).requests[0]
        #expect(request.id == "chatcmpl-test")
        #expect(request.sampling.temperature == 0.6)
        #expect(request.sampling.topP == 0.95)
        #expect(request.sampling.seed == 77)
        #expect(request.stopTokens == [1])
        #expect(request.maxTokens == 4096 - request.prompt.count)
        let other = try call(
            [
                "seed": -1, "n": 2, "max_tokens": 9, "min_tokens": 3, "stop_token_ids": [50], "ignore_eos": true,
                "temperature": 0, "logit_bias": ["7": 3], "logprobs": true,
            ], context
        ).requests[0]
        #expect(other.sampling.seed == .max)
        #expect(other.choices == 2)
        #expect(other.maxTokens == 9)
        #expect(other.minTokens == 3)
        #expect(other.stopTokens == [50])
        #expect(other.sampling.temperature == 0)
        #expect(other.sampling.logitBias == [7: 3])
        #expect(other.sampling.logprobs == 0)
    }

    @Test func `requests without a seed get different ones`() throws {
        #expect(try call().requests[0].sampling.seed != call().requests[0].sampling.seed)
    }

    @Test func `what the context cannot hold is refused with both numbers`() throws {
        let small = Fixture.context(maxModelLength: 20)
        let length = try call().requests[0].prompt.count
        let long = failure { try call(["messages": [["role": "user", "content": "1234567890123456789"]]], small) }
        #expect(long?.status == 400)
        #expect(long?.code == "context_length_exceeded")
        #expect(long?.param == "messages")
        #expect(long?.message.contains("20 tokens") == true)
        let wide = failure { try call(["max_tokens": 20], small) }
        #expect(
            wide?.message.contains("\(length + 20) tokens (\(length) in the messages, 20 in the completion)") == true)
        #expect(try call(["max_tokens": .integer(20 - length)], small).requests[0].maxTokens == 20 - length)
        let least = failure { try call(["max_tokens": 4, "min_tokens": 5]) }
        #expect(least?.param == "min_tokens")
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>) -> String {
        self[..<range.lowerBound] + "0" + self[range.upperBound...]
    }
}
