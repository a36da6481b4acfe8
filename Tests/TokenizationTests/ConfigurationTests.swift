import JSON
import Testing

@testable import Tokenization

@Suite struct ConfigurationTests {
    private func small(_ configuration: JSONValue, _ changes: KeyValuePairs<String, JSONValue> = [:]) throws
        -> Tokenizer
    {
        try Fixture.tokenizer(Fixture.small(changes), configuration: configuration)
    }

    @Test func `special tokens are strings or objects`() throws {
        let tokenizer = try small([
            "bos_token": "<s>", "eos_token": ["__type": "AddedToken", "content": "<t>"], "pad_token": nil,
        ])
        #expect(tokenizer.beginToken?.id == 97 && tokenizer.beginToken?.text == "<s>")
        #expect(tokenizer.endToken?.id == 98 && tokenizer.endToken?.text == "<t>")
        #expect(tokenizer.padToken == nil)
    }

    @Test func `a special token outside the vocabulary is an error`() {
        let error = #expect(throws: TokenizerError.self) { try small(["eos_token": "</s>"]) }
        #expect(
            error?.description
                == "tokenizer_config.json: eos_token: \"</s>\" is not in the vocabulary of tokenizer.json")
    }

    @Test(
        arguments: [
            (true, true, [97, 95, 98]), (true, false, [97, 95]), (false, true, [95, 98]), (nil, nil, [97, 97, 95]),
            (true, nil, [97, 95]), (false, false, [95]),
        ] as [(Bool?, Bool?, [Int32])])
    func `explicit flags take the post-processor's place`(begins: Bool?, ends: Bool?, expected: [Int32]) throws {
        var configuration: JSONObject = ["bos_token": "<s>", "eos_token": "<t>"]
        if let begins { configuration["add_bos_token"] = .bool(begins) }
        if let ends { configuration["add_eos_token"] = .bool(ends) }
        let template: JSONValue = [
            "type": "TemplateProcessing",
            "single": [["SpecialToken": ["id": "x", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]]],
            "special_tokens": ["x": ["id": "x", "ids": [97, 97], "tokens": ["<s>", "<s>"]]],
        ]
        let tokenizer = try small(.object(configuration), ["post_processor": template])
        #expect(tokenizer.encodeWithSpecialTokens("ab") == expected)
        #expect(tokenizer.encode("ab") == [95])
    }

    @Test func `chat templates are one string or a list with names`() throws {
        #expect(try small(["chat_template": "T"]).chatTemplate == "T")
        let several = try small([
            "chat_template": [["name": "default", "template": "D"], ["name": "tool_use", "template": "U"]]
        ])
        #expect(several.chatTemplate == "D")
        #expect(several.chatTemplates == ["default": "D", "tool_use": "U"])
        #expect(try small([:]).chatTemplate == nil)
    }

    @Test func `added_tokens_decoder counts where tokenizer json has no such token`() throws {
        let tokenizer = try small([
            "added_tokens_decoder": [
                "97": ["content": "<s>", "special": false], "99": ["content": "<u>", "special": true],
            ]
        ])
        #expect(tokenizer.isSpecial(97))
        #expect(tokenizer.isSpecial(99))
        #expect(tokenizer.encode("a<u>") == [64, 99])
    }

    @Test func `special names are plain text on request, other added tokens never`() throws {
        let tokenizer = try small([:])
        #expect(tokenizer.encode("<s><t>") == [97, 98])
        let plain = tokenizer.encode("<s><t>", allowingSpecialTokens: false)
        #expect(plain.compactMap { tokenizer.token(for: $0) } == ["<", "s", ">", "<t>"])
    }
}
