import Engine
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct RenderRoutesTests {
    private let routes = RenderRoutes(Fixture.context())
    private let prompt = "<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n"

    @Test func `a chat request is rendered as it would run`() throws {
        let body = chatBody(["temperature": 0.5, "max_tokens": 7, "n": 2])
        let rendered = try JSONValue(parsing: try routes.chat(body: body))
        #expect(rendered["prompt"] == .string(prompt))
        let call = try CompletionCall.chat(body: body, context: Fixture.context())
        #expect(
            rendered["token_ids"]?.arrayValue?.compactMap(\.intValue).map(Int32.init) == call.requests[0].prompt)
        #expect(rendered["sampling_params"]?["temperature"] == 0.5)
        #expect(rendered["sampling_params"]?["max_tokens"] == 7)
        #expect(rendered["sampling_params"]?["n"] == 2)
        #expect(failure { try routes.chat(body: chatBody(["temperature": 9])) }?.param == "temperature")
    }

    @Test func `a text request is rendered prompt by prompt`() throws {
        let rendered = try JSONValue(parsing: try routes.text(body: textBody(["prompt": ["a", "b"]])))
        #expect(rendered.arrayValue?.map { $0["prompt"] } == ["a", "b"])
    }

    @Test func `the template is applied, and its tokens are counted`() throws {
        #expect(try JSONValue(parsing: try routes.template(body: chatBody()))["prompt"] == .string(prompt))
        let count = try JSONValue(parsing: try routes.count(body: chatBody()))["input_tokens"]?.intValue
        #expect(count == Fixture.ids(prompt).count)
    }

    @Test func `prompts are rendered and counted in the mode of the served name, as they would run`() throws {
        var context = Fixture.context()
        context.thinking.modes = [context.names[0]: false]
        let prompt = try CompletionCall.chat(body: chatBody(), context: context).requests[0].prompt
        #expect(prompt != Fixture.ids(self.prompt))
        let routes = RenderRoutes(context)
        let rendered = try JSONValue(parsing: try routes.template(body: chatBody()))["prompt"]
        #expect(rendered == .string(Fixture.tokenizer.decode(prompt, skippingSpecialTokens: false)))
        let count = try JSONValue(parsing: try routes.count(body: chatBody()))["input_tokens"]
        #expect(count == .integer(prompt.count))
        let messages = try MessageTokens.count(
            body: Array(#"{"messages": [{"role": "user", "content": "Hi"}]}"#.utf8), context: context)
        #expect(try JSONValue(parsing: messages)["input_tokens"] == .integer(prompt.count))
    }

    @Test func `the tokenizer tells its template and its added tokens`() throws {
        let info = try JSONValue(parsing: TokenizerRoutes(Fixture.context()).info)
        #expect(info["chat_template"] == .string(Fixture.template))
        #expect(info["bos_token"] == "<｜begin▁of▁sentence｜>")
        #expect(info["added_tokens_decoder"]?["5"] == ["content": "<think>", "special": false])
        #expect(info["vocab_size"] == .integer(Fixture.tokenizer.vocabularySize))
    }
}
