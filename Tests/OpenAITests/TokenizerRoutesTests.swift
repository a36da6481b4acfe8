import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct TokenizerRoutesTests {
    private let routes = TokenizerRoutes(Fixture.context())

    private func tokenize(_ fields: JSONObject) throws -> JSONValue {
        try JSONValue(parsing: try routes.tokenize(body: Array(JSONValue.object(fields).serialized().utf8)))
    }

    private func detokenize(_ fields: JSONObject) throws -> JSONValue {
        try JSONValue(parsing: try routes.detokenize(body: Array(JSONValue.object(fields).serialized().utf8)))
    }

    private func json(_ tokens: [Int32]) -> JSONValue { .array(tokens.map { .integer(Int($0)) }) }

    @Test func `a prompt gives vLLM's shape`() throws {
        let result = try tokenize(["model": "nano", "prompt": "Hi 数"])
        let tokens = Fixture.ids("Hi 数")
        #expect(
            result == [
                "count": .integer(tokens.count), "max_model_len": 4096, "tokens": json(tokens), "token_strs": nil,
            ])
        let strings = try tokenize(["prompt": "Hi", "return_token_strs": true])
        #expect(strings["token_strs"]?.arrayValue?.count == strings["count"]?.intValue)
    }

    @Test func `messages are rendered`() throws {
        let messages: JSONValue = [["role": "user", "content": "Hi"]]
        #expect(
            try tokenize(["messages": messages])["tokens"]
                == json(Fixture.ids("<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n")))
        #expect(
            try tokenize(["messages": messages, "add_generation_prompt": false])["tokens"]
                == json(Fixture.ids("<｜begin▁of▁sentence｜><｜User｜>Hi")))
    }

    @Test func `tokens come back as text`() throws {
        let text = "<｜User｜>Hi 😀 数"
        #expect(try detokenize(["tokens": json(Fixture.ids(text))]) == ["prompt": .string(text)])
        #expect(try detokenize(["tokens": []]) == ["prompt": ""])
    }

    @Test func `wrong fields are named`() {
        #expect(failure { try tokenize([:]) }?.param == "prompt")
        #expect(failure { try tokenize(["prompt": 3]) }?.param == "prompt")
        #expect(failure { try tokenize(["prompt": "x", "messages": []]) }?.param == "prompt")
        #expect(failure { try tokenize(["prompt": "x", "model": "gpt"]) }?.code == "model_not_found")
        #expect(failure { try tokenize(["prompt": "x", "return_token_strs": 1]) }?.param == "return_token_strs")
        #expect(failure { try detokenize([:]) }?.param == "tokens")
        #expect(failure { try detokenize(["tokens": "x"]) }?.param == "tokens")
        #expect(failure { try detokenize(["tokens": [1, 5000]]) }?.param == "tokens[1]")
    }

    @Test func `models are listed and found by name`() throws {
        let list = try JSONValue(parsing: ModelList(Fixture.context()).response)
        #expect(list["object"] == "list")
        #expect(list["data"]?.arrayValue?.map { $0["id"] } == ["nano", "other"])
        let model = try JSONValue(parsing: try ModelList(Fixture.context()).response(for: "nano"))
        #expect(
            model == [
                "id": "nano", "object": "model", "created": 1_700_000_000, "owned_by": "apus", "root": "built in",
                "parent": nil, "max_model_len": 4096, "permission": [],
            ])
        #expect(failure { try ModelList(Fixture.context()).response(for: "x") }?.status == 404)
        #expect(String(decoding: VersionResponse.body(version: "1.2"), as: UTF8.self) == #"{"version":"1.2"}"#)
    }
}
