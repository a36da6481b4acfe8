import Engine
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct TextCompletionTests {
    private func call(_ fields: JSONObject = [:]) throws -> CompletionCall {
        try CompletionCall.text(body: textBody(fields), context: Fixture.context(), requestID: "test")
    }

    @Test func `a whole response has OpenAI's fields`() async throws {
        let tokens = Fixture.ids("a</think>b") + [1]
        let response = try await call().response(from: ScriptedSource(tokens))
        #expect(response["id"] == "cmpl-test")
        #expect(response["object"] == "text_completion")
        #expect(response["model"] == "nano")
        #expect(
            response["choices"] == [
                ["index": 0, "text": "a</think>b", "logprobs": nil, "finish_reason": "stop", "stop_reason": nil]
            ])
        #expect(response["usage"]?["completion_tokens"] == .integer(tokens.count))
        #expect(response["usage"]?["completion_tokens_details"]?["reasoning_tokens"] == 0)
    }

    @Test func `several prompts with several choices keep OpenAI's order`() async throws {
        let fields: JSONObject = ["prompt": ["x", "yy"], "n": 2]
        let source: @Sendable (Int, Int) -> [Int32] = { Fixture.ids("\($0)-\($1)") + [1] }
        let response = try await call(fields).response(from: ScriptedSource(source))
        let choices = response["choices"]?.arrayValue ?? []
        #expect(choices.map { $0["index"] } == [0, 1, 2, 3])
        #expect(choices.map { $0["text"] } == ["0-0", "0-1", "1-0", "1-1"])
        let length = Fixture.ids("x").count + Fixture.ids("yy").count
        #expect(response["usage"]?["prompt_tokens"] == .integer(length))

        var streaming = fields
        streaming["stream"] = true
        var texts = [String](repeating: "", count: 4)
        var ends = 0
        for chunk in try await call(streaming).chunks(from: ScriptedSource(source)) {
            #expect(chunk["object"] == "text_completion")
            let choice = chunk["choices"]?[0]
            texts[choice?["index"]?.intValue ?? 0] += choice?["text"]?.stringValue ?? ""
            if choice?["finish_reason"] == "stop" { ends += 1 }
        }
        #expect(texts == ["0-0", "0-1", "1-0", "1-1"])
        #expect(ends == 4)
    }

    @Test(arguments: [nil, 1]) func `best_of returns the likeliest choices of each prompt`(logprobs: Int?) async throws
    {
        var fields: JSONObject = ["prompt": ["x", "y"], "n": 2, "best_of": 4, "max_tokens": 2]
        if let logprobs { fields["logprobs"] = .integer(logprobs) }
        // A scripted token is the less likely the higher its last three bits are.
        let tokens: [Int32] = [107, 104, 106, 105]
        let source = ScriptedSource { request, choice in [tokens[(choice + request) % 4], 104] }
        let response = try await call(fields).response(from: source)
        let choices = response["choices"]?.arrayValue ?? []
        let texts = [104, 105].map {
            JSONValue.string(Fixture.tokenizer.decode([$0, 104], skippingSpecialTokens: true))
        }
        #expect(choices.map { $0["text"] } == texts + texts)
        #expect(choices.map { $0["index"] } == [0, 1, 2, 3])
        #expect(choices.allSatisfy { ($0["logprobs"] == .null) == (logprobs == nil) })
        #expect(response["usage"]?["completion_tokens"] == 16)
    }

    @Test func `the echo has the prompt's text and log-probabilities`() async throws {
        let fields: JSONObject = ["prompt": "Hi é", "echo": true, "logprobs": 2, "max_tokens": 1]
        let source = ScriptedSource(Fixture.byteTokens("!"))
        let response = try await call(fields).response(from: source)
        let choice = response["choices"]?[0]
        #expect(choice?["text"] == "Hi é!")
        #expect(choice?["finish_reason"] == "length")
        let prompt = Fixture.ids("Hi é")
        #expect(source.log.requests[0].promptLogprobs == 2)
        let logprobs = choice?["logprobs"]
        let tokens = (prompt + Fixture.byteTokens("!")).map { Fixture.tokenizer.text(of: $0) }
        #expect(logprobs?["tokens"] == .array(tokens.map(JSONValue.string)))
        #expect(logprobs?["token_logprobs"]?[0] == .null)
        #expect(logprobs?["top_logprobs"]?[0] == .null)
        #expect(logprobs?["token_logprobs"]?.arrayValue?.count == prompt.count + 1)
        #expect(logprobs?["top_logprobs"]?[1]?.objectValue?.count == 2)
        // Both bytes of é stand at its place.
        let offsets: [JSONValue] = [0, 1, 2, 3, 3, 4]
        #expect(logprobs?["text_offset"] == .array(offsets))

        var streaming = fields
        streaming["stream"] = true
        let chunks = try await call(streaming).chunks(from: source)
        #expect(chunks.map { $0["choices"]?[0]?["text"] } == ["Hi é", "!", ""])
        let parts = chunks.flatMap { $0["choices"]?[0]?["logprobs"]?["text_offset"]?.arrayValue ?? [] }
        #expect(parts == offsets)
    }

    @Test func `a token that the tokenizer puts before an echoed text stands at its start`() throws {
        var options = ResponseOptions()
        options.logprobs = 0
        let responses = TextResponses(
            identity: ResponseIdentity(id: "a", created: 1, model: "nano", systemFingerprint: "f"),
            tokenizer: Fixture.tokenizer,
            prompts: [TextResponses.Prompt(tokens: [0] + Fixture.byteTokens("Hi"), text: "Hi")], echoes: true,
            options: options)
        let body = responses.response(
            [(ChoicePlace(index: 0, prompt: 0), OutputDelta())], promptLogprobs: [nil], usage: Usage())
        let choice = try JSONValue(parsing: body)["choices"]?[0]
        #expect(choice?["logprobs"]?["text_offset"] == [0, 0, 1])
    }

    @Test func `a length that nobody asked for shrinks to what the context has left`() throws {
        let tokens = JSONValue.array(Array(repeating: 5, count: 10))
        func length(_ fields: JSONObject, context: Int) throws -> Int {
            try CompletionCall.text(
                body: textBody(fields), context: Fixture.context(maxModelLength: context)
            ).requests[0].maxTokens
        }
        #expect(try length(["prompt": tokens], context: 100) == 16)
        #expect(try length(["prompt": tokens], context: 12) == 2)
        #expect(failure { try length(["prompt": tokens], context: 10) }?.code == "context_length_exceeded")
        #expect(failure { try length(["prompt": tokens, "max_tokens": 3], context: 12) }?.status == 400)
    }

    @Test func `more prompts than can ever be queued are refused for good`() throws {
        var context = Fixture.context()
        context.mostPrompts = 2
        _ = try CompletionCall.text(body: textBody(["prompt": ["a", "b"]]), context: context)
        let error = failure {
            try CompletionCall.text(body: textBody(["prompt": ["a", "b", "c"]]), context: context)
        }
        #expect(error?.status == 400 && error?.param == "prompt")
    }

    @Test func `stop tokens must leave one to generate`() throws {
        let all = JSONValue.array((0..<Fixture.tokenizer.vocabularySize).map { .integer($0) })
        _ = try call(["stop_token_ids": all])
        #expect(failure { try call(["stop_token_ids": all, "min_tokens": 1]) }?.param == "stop_token_ids")
    }

    @Test func `an echo alone needs no generation`() async throws {
        let source = ScriptedSource([])
        let response = try await call(["echo": true, "max_tokens": 0]).response(from: source)
        #expect(response["choices"]?[0]?["text"] == "Hi")
        #expect(response["choices"]?[0]?["logprobs"] == .null)
        #expect(source.log.requests[0].maxTokens == 0)
        #expect(source.log.requests[0].promptLogprobs == 0)
        #expect(response["usage"]?["completion_tokens"] == 0)
    }

    @Test func `log-probabilities have one element a token, the end included`() async throws {
        let tokens = Fixture.ids("ok") + [1]
        let response = try await call(["logprobs": 1]).response(from: ScriptedSource(tokens))
        let logprobs = response["choices"]?[0]?["logprobs"]
        #expect(logprobs?["tokens"]?.arrayValue?.last == "<｜end▁of▁sentence｜>")
        for key in ["tokens", "token_logprobs", "top_logprobs", "text_offset"] {
            #expect(logprobs?[key]?.arrayValue?.count == tokens.count)
        }
        let bare = try await call(["logprobs": 0]).response(from: ScriptedSource(tokens))
        #expect(bare["choices"]?[0]?["logprobs"]?["top_logprobs"]?[0]?.objectValue?.count == 1)
    }

    @Test func `token ids are prompts, and are echoed as text`() async throws {
        let tokens: [Int32] = [0, 3] + Fixture.ids("Hi")
        let prompt = JSONValue.array(tokens.map { .integer(Int($0)) })
        let source = ScriptedSource(Fixture.ids("!"))
        let response = try await call(["prompt": prompt, "echo": true, "return_token_ids": true]).response(from: source)
        #expect(source.log.requests[0].prompt == tokens)
        #expect(response["choices"]?[0]?["text"] == "<｜begin▁of▁sentence｜><｜User｜>Hi!")
        #expect(response["choices"]?[0]?["prompt_token_ids"] == prompt)
        #expect(response["choices"]?[0]?["token_ids"]?.arrayValue?.count == Fixture.ids("!").count)
    }

    @Test func `stop strings act on all of the text`() async throws {
        let response = try await call(["stop": ["END"], "n": 2]).response(
            from: ScriptedSource(Fixture.byteTokens("<think>abENDc")))
        #expect(response["choices"]?[1]?["text"] == "<think>ab")
        #expect(response["choices"]?[1]?["stop_reason"] == "END")
    }

    @Test func `text prompts may name control tokens`() throws {
        #expect(try call(["prompt": "<｜User｜>Hi<｜Assistant｜>"]).requests[0].prompt.first == 3)
    }

    @Test func `seeds are the same for each prompt if given`() throws {
        #expect(try call(["prompt": ["a", "b"], "seed": 5]).requests.map(\.sampling.seed) == [5, 5])
        let free = try call(["prompt": ["a", "b"]]).requests.map(\.sampling.seed)
        #expect(free[0] != free[1])
    }
}
