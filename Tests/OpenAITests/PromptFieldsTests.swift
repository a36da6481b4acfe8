import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct PromptFieldsTests {
    private let reply = Fixture.ids("hm\n</think>\n\nHi") + [1]

    private func chat(_ fields: JSONObject, _ context: ModelContext = Fixture.context()) throws -> CompletionCall {
        try CompletionCall.chat(body: chatBody(fields), context: context)
    }

    private func text(_ fields: JSONObject, _ context: ModelContext = Fixture.context()) throws -> CompletionCall {
        try CompletionCall.text(body: textBody(fields), context: context)
    }

    @Test func `a chat response has the prompt's log-probabilities in vLLM's shape`() async throws {
        let source = ScriptedSource(reply)
        let response = try await chat(["prompt_logprobs": 2]).response(from: source)
        let prompt = source.log.requests[0].prompt
        let entries = try #require(response["prompt_logprobs"]?.arrayValue)
        #expect(source.log.requests[0].promptLogprobs == 2)
        #expect(entries.count == prompt.count)
        #expect(entries[0] == .null)
        let token = prompt[1]
        let own = entries[1][String(token)]
        #expect(own?["logprob"]?.doubleValue == Double(-Float(token & 7) / 8))
        #expect(own?["rank"] == 1)
        #expect(own?["decoded_token"]?.stringValue == Fixture.tokenizer.text(of: token))
        #expect(entries[1].objectValue?.keys == [String(token), String(token - 1)])
        #expect(entries[1][String(token - 1)]?["rank"] == 2)
        let chunks = try await chat(["prompt_logprobs": 2, "stream": true]).chunks(from: source)
        #expect(chunks[0]["prompt_logprobs"] == response["prompt_logprobs"])
        #expect(chunks.dropFirst().allSatisfy { $0["prompt_logprobs"] == nil })
    }

    @Test func `text completions have them for each prompt`() async throws {
        let fields: JSONObject = [
            "prompt": [[5, 6, 7], [8]], "prompt_logprobs": 3, "logprobs": 1, "echo": true, "max_tokens": 2,
        ]
        let source = ScriptedSource(Fixture.byteTokens("ab"))
        let choices = try await text(fields).response(from: source)["choices"]
        #expect(source.log.requests.map(\.promptLogprobs) == [3, 3])
        #expect(choices?[0]?["prompt_logprobs"]?.arrayValue?.map { $0.objectValue?.count } == [nil, 3, 3])
        #expect(choices?[1]?["prompt_logprobs"] == [nil])
        let top = choices?[0]?["logprobs"]?["top_logprobs"]?.arrayValue
        #expect(top?.map { $0.objectValue?.count } == [nil, 1, 1, 1, 1])
        var streaming = fields
        streaming["stream"] = true
        let chunks = try await text(streaming).chunks(from: source)
        let first = chunks.first { $0["choices"]?[0]?["index"] == 0 }
        #expect(first?["choices"]?[0]?["prompt_logprobs"] == choices?[0]?["prompt_logprobs"])
    }

    @Test func `a length of nothing completes nothing`() async throws {
        let response = try await text(["max_tokens": 0]).response(from: ScriptedSource([5]))
        #expect(response["choices"]?[0]?["text"] == "")
        #expect(response["choices"]?[0]?["finish_reason"] == "length")
        #expect(response["usage"]?["completion_tokens"] == 0)
    }

    @Test func `tokens may be named by their ids`() async throws {
        let fields: JSONObject = ["return_tokens_as_token_ids": true, "logprobs": true, "top_logprobs": 1]
        let source = ScriptedSource([6] + Fixture.byteTokens("A") + [1])
        let id = Fixture.byteTokens("A")[0]
        let entry = try await chat(fields).response(from: source)["choices"]?[0]?["logprobs"]?["content"]?[0]
        #expect(entry?["token"] == .string("token_id:\(id)"))
        #expect(entry?["top_logprobs"]?[0]?["token"] == .string("token_id:\(id)"))
        #expect(entry?["bytes"] == [65])
        let plain = ScriptedSource(Fixture.byteTokens("A"))
        let choice = try await text(["return_tokens_as_token_ids": true, "logprobs": 0]).response(from: plain)[
            "choices"]
        #expect(choice?[0]?["logprobs"]?["tokens"] == [.string("token_id:\(id)")])
        #expect(choice?[0]?["logprobs"]?["top_logprobs"]?[0]?.objectValue?.keys == ["token_id:\(id)"])
        #expect(choice?[0]?["text"] == "A")
    }

    @Test func `a prompt is truncated at the side that the request names`() throws {
        let tokens = JSONValue.array((5..<25).map { .integer($0) })
        func prompt(_ fields: JSONObject, length: Int = 4096) throws -> [Int32] {
            var fields = fields
            fields["prompt"] = tokens
            return try text(fields, Fixture.context(maxModelLength: length)).requests[0].prompt
        }
        #expect(try prompt(["truncate_prompt_tokens": 3]) == [22, 23, 24])
        #expect(try prompt(["truncate_prompt_tokens": 3, "truncation_side": "right"]) == [5, 6, 7])
        #expect(try prompt(["truncate_prompt_tokens": 30]).count == 20)
        #expect(try prompt(["truncate_prompt_tokens": -1, "max_tokens": 4], length: 10) == [19, 20, 21, 22, 23, 24])
        let whole = try chat([:]).requests[0].prompt
        #expect(try chat(["truncate_prompt_tokens": 4]).requests[0].prompt == whole.suffix(4))
        #expect(failure { try prompt(["max_tokens": 4], length: 10) }?.code == "context_length_exceeded")
    }

    @Test func `salts keep prefixes apart`() throws {
        let plain = try chat([:]).requests[0].cacheSalt
        let salts = try [
            chat(["cache_salt": "a"]), chat(["cache_salt": "b"]), chat(["extra_key": "a"]),
            chat(["cache_salt": "a", "extra_key": "a"]), text(["cache_salt": "ab"]),
        ].map { $0.requests[0].cacheSalt }
        #expect(plain == 0)
        #expect(Set(salts + [plain]).count == 6)
        #expect(try text(["cache_salt": "a"]).requests[0].cacheSalt == salts[0])
    }

    @Test func `the prompt's text is returned on demand`() async throws {
        let source = ScriptedSource(reply)
        let response = try await chat(["return_prompt_text": true]).response(from: source)
        #expect(response["prompt_text"] == "<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n")
        let choice = try await text(["return_prompt_text": true, "prompt": [3, 4]]).response(from: source)["choices"]
        #expect(choice?[0]?["prompt_text"] == "<｜User｜><｜Assistant｜>")
    }

    @Test func `usage may come with each chunk`() async throws {
        let tokens = Fixture.byteTokens("ab") + [6] + Fixture.byteTokens("cd") + [1]
        let fields: JSONObject = [
            "stream": true, "stream_options": ["include_usage": true, "continuous_usage_stats": true], "n": 2,
        ]
        let chunks = try await chat(fields).chunks(from: ScriptedSource(tokens))
        let counts = chunks.compactMap { $0["usage"]?["completion_tokens"]?.intValue }
        #expect(counts.count == chunks.count)
        #expect(counts == counts.sorted())
        #expect(counts.first == 0)
        #expect(counts.suffix(2) == [12, 12])
        #expect(Set(chunks.map { $0["usage"]?["prompt_tokens"] }).count == 1)
        let texts = try await text([
            "stream": true, "stream_options": ["include_usage": true, "continuous_usage_stats": true],
        ]).chunks(from: ScriptedSource(Fixture.byteTokens("ab")))
        #expect(texts.compactMap { $0["usage"]?["completion_tokens"] } == [1, 2, 2, 2])
        let quiet = try await chat(["stream": true, "stream_options": ["continuous_usage_stats": true]])
            .chunks(from: ScriptedSource(tokens))
        #expect(quiet.allSatisfy { $0["usage"] == nil })
    }
}
