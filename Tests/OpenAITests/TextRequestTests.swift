import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct TextRequestTests {
    private func decode(_ fields: JSONObject = [:]) throws -> CompletionRequest {
        try CompletionRequest(try FieldReader(body: textBody(fields)), defaults: .openAI, vocabularySize: 1024)
    }

    private func refuse(_ fields: JSONObject, _ param: String) {
        let error = failure { try decode(fields) }
        #expect(error?.status == 400)
        #expect(error?.param == param, "\(error?.message ?? "")")
    }

    @Test func `a prompt has four forms`() throws {
        #expect(try decode(["prompt": "a"]).prompts == [.text("a")])
        #expect(try decode(["prompt": ["a", "b"]]).prompts == [.text("a"), .text("b")])
        #expect(try decode(["prompt": [1, 2]]).prompts == [.tokens([1, 2])])
        #expect(try decode(["prompt": [[1, 2], [3]]]).prompts == [.tokens([1, 2]), .tokens([3])])
        refuse(["prompt": nil], "prompt")
        refuse(["prompt": []], "prompt")
        refuse(["prompt": 3], "prompt")
        refuse(["prompt": [true]], "prompt[0]")
        refuse(["prompt": ["a", 3]], "prompt[1]")
        refuse(["prompt": [3, "a"]], "prompt[1]")
        refuse(["prompt": [[3], "a"]], "prompt[1]")
        refuse(["prompt": [3, 1024]], "prompt[1]")
        refuse(["prompt": [[3], [4, -1]]], "prompt[1][1]")
    }

    @Test func `fields have OpenAI's defaults and ranges`() throws {
        let request = try decode()
        #expect(request.maxTokens == nil)
        #expect(!request.echoes && !request.stream.streams && request.addsSpecialTokens)
        #expect(request.sampling.parameters.logprobs == nil)
        #expect(try decode(["logprobs": 0]).sampling.parameters.logprobs == 0)
        #expect(try decode(["echo": true, "max_tokens": 0]).maxTokens == 0)
        #expect(try decode(["n": 2, "best_of": 2]).sampling.choices == 2)
        #expect(try decode(["suffix": nil, "best_of": nil]).maxTokens == nil)
        #expect(try decode(["max_tokens": 0]).maxTokens == 0)
        refuse(["max_tokens": -1], "max_tokens")
        refuse(["logprobs": 21], "logprobs")
        refuse(["logprobs": true], "logprobs")
        refuse(["echo": 1], "echo")
        #expect(try decode(["n": 2, "best_of": 3]).sampling.choices == 3)
        #expect(try decode(["n": 2, "best_of": 3]).returnedChoices == 2)
        refuse(["best_of": 1, "n": 2], "best_of")
        refuse(["best_of": 2, "n": 1, "stream": true], "best_of")
    }

    @Test func `an empty prompt is refused`() {
        let error = failure { try CompletionCall.text(body: textBody(["prompt": ""]), context: Fixture.context()) }
        #expect(error?.status == 400)
        #expect(error?.param == "prompt")
    }
}
