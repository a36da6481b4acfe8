import Engine
import Grammar
import JSON
import Testing
import Tokenization

@testable import OpenAI

/// What requests ask outputs to keep to, and what becomes of it.
@Suite struct GuidanceFieldsTests {
    private func guidance(_ fields: JSONObject, _ context: ModelContext = Fixture.context()) throws -> Guidance {
        let call = try CompletionCall.chat(body: chatBody(fields), context: context)
        return try #require(call.requests[0].guidance)
    }

    /// Whether an answer may be this text, and end there.
    private func allows(_ guidance: Guidance, _ text: String) throws -> Bool {
        var matcher = GrammarMatcher(try #require(guidance.answer).grammar)
        for token in Fixture.byteTokens(text) where try !matcher.accept(token) { return false }
        return matcher.isComplete
    }

    private static let schema: JSONValue = [
        "type": "object", "properties": ["a": ["type": "integer"]], "required": ["a"],
    ]

    @Test(
        arguments: [
            ["response_format": ["type": "json_object"]],
            [
                "response_format": [
                    "type": "json_schema", "json_schema": ["name": "x", "schema": schema, "strict": true],
                ]
            ],
            [
                "response_format": [
                    "type": "json_schema", "json_schema": ["name": "x", "schema": schema, "strict": false],
                ]
            ],
            ["response_format": ["type": "json_object", "schema": schema]],
            ["structured_outputs": ["json": schema]], ["structured_outputs": ["json": .string(schema.serialized())]],
            ["structured_outputs": ["json_object": true]],
            ["structured_outputs": ["regex": #"\{"a":[ ]?[0-9]\}"#]],
            ["structured_outputs": ["choice": ["{\"a\":1}", "{\"a\": 1}"]]],
            ["structured_outputs": ["grammar": #"root ::= "{\"a\":" " "? "1}""#]],
            ["guided_json": schema], ["guided_json": .string(schema.serialized())],
            ["guided_regex": #"\{"a":[ ]?[0-9]\}"#], ["guided_choice": ["{\"a\":1}", "{\"a\": 1}"]],
            ["guided_grammar": #"root ::= "{\"a\":" " "? "1}""#], ["guided_json_object": true],
            ["regex": #"\{"a":[ ]?[0-9]\}"#], ["ebnf": #"root ::= "{\"a\":" " "? "1}""#],
            ["grammar": #"root ::= "{\"a\":" " "? "1}""#], ["json_schema": schema],
        ] as [JSONObject])
    func `every spelling of a constraint is followed, in chat and in text`(fields: JSONObject) throws {
        let chat = try guidance(fields)
        let text = try CompletionCall.text(body: textBody(fields), context: Fixture.context()).requests[0].guidance
        for guidance in [chat, try #require(text)] {
            #expect(try allows(guidance, #"{"a":1}"#))
            #expect(try allows(guidance, #"{"a": 1}"#))
            #expect(try !allows(guidance, "hello"))
            #expect(try !allows(guidance, #"{"a":  1}"#))
        }
        #expect(chat.reasoning != nil && text?.reasoning == nil)
    }

    @Test(
        arguments: [
            ["response_format": ["type": "text"]], ["response_format": .null], ["grammar": ""], ["guided_regex": .null],
            ["structured_outputs": .null], [:],
        ] as [JSONObject])
    func `without a constraint the answer is free`(fields: JSONObject) throws {
        #expect(try guidance(fields).answer == nil)
    }

    @Test func `white space can be ruled out`() throws {
        for fields: JSONObject in [
            ["structured_outputs": ["json": Self.schema, "disable_any_whitespace": true]],
            ["structured_outputs": ["json": Self.schema, "whitespace_pattern": ""]],
            ["guided_json": Self.schema, "guided_whitespace_pattern": ""],
        ] {
            #expect(try allows(guidance(fields), #"{"a":1}"#))
            #expect(try !allows(guidance(fields), #"{"a": 1}"#))
        }
    }

    @Test(
        arguments: [
            (["response_format": ["type": "json_schema"]], "response_format.json_schema", "is required"),
            (
                ["response_format": ["type": "json_schema", "json_schema": ["schema": schema]]],
                "response_format.json_schema.name", "is required"
            ),
            (
                ["response_format": ["type": "json_schema", "json_schema": ["name": "a b", "schema": schema]]],
                "response_format.json_schema.name", "letters"
            ),
            (
                ["response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": "{"]]],
                "response_format.json_schema.schema", "not valid JSON"
            ),
            (["response_format": ["type": "xml"]], "response_format.type", "'xml'"),
            (["response_format": ["type": "structural_tag"]], "response_format.type", "'structural_tag'"),
            (["structured_outputs": ["structural_tag": "{}"]], "structured_outputs.structural_tag", "not supported"),
            (["structured_outputs": [:]], "structured_outputs", "exactly one"),
            (["structured_outputs": ["regex": "a", "choice": ["b"]]], "structured_outputs", "exactly one"),
            (["structured_outputs": ["choice": []]], "structured_outputs.choice", "at least one"),
            (
                ["structured_outputs": ["json": schema, "whitespace_pattern": "x*"]],
                "structured_outputs.whitespace_pattern", "bounded"
            ),
            (["guided_json": schema, "guided_regex": "a"], "guided_regex", "'guided_json', 'guided_regex'"),
            (["response_format": ["type": "json_object"], "regex": "a"], "regex", "several"),
            (["guided_regex": "(a"], "guided_regex", "cannot be followed"),
            (["guided_regex": "(?=a)b"], "guided_regex", "not supported"),
            (["ebnf": "root = "], "ebnf", "line 1"), (["grammar_lazy": true], "grammar_lazy", "not supported"),
            (
                ["guided_json": ["type": "object", "properties": ["b": ["not": [:]]]]], "guided_json.properties.b.not",
                "'not' at #/properties/b"
            ),
            (["guided_json": ["type": "string", "format": "quark"]], "guided_json.format", "quark"),
            (["guided_json": ["$ref": "http://x/y"]], "guided_json.$ref", "inside the schema"),
            (["guided_json": ["type": "integer", "minimum": 3, "maximum": 2]], "guided_json", "satisf"),
            (["allowed_token_ids": []], "allowed_token_ids", "at least one"),
            (["allowed_token_ids": [99999]], "allowed_token_ids[0]", "below"),
            (["bad_words": [""]], "bad_words[0]", "empty"), (["bad_words": [1]], "bad_words[0]", "a string"),
            (
                ["repetition_detection": ["max_pattern_size": 4, "min_count": 1]], "repetition_detection.min_count",
                "at least 2"
            ),
            (
                ["repetition_detection": ["max_pattern_size": 4, "min_pattern_size": 5, "min_count": 3]],
                "repetition_detection.min_pattern_size", "exceed"
            ),
            (["thinking_token_budget": -2], "thinking_token_budget", "at least -1"),
            (["thinking_budget": 3, "reasoning_budget_tokens": 4], "reasoning_budget_tokens", "contradicts"),
        ] as [(JSONObject, String, String)])
    func `what cannot be followed is a 400 that names the place`(
        fields: JSONObject, param: String, part: String
    ) {
        let error = failure { try CompletionCall.chat(body: chatBody(fields), context: Fixture.context()) }
        #expect(error?.status == 400)
        #expect(error?.param == param)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test func `bad words are banned at the start of a text and after a space`() throws {
        let sequences = try guidance(["bad_words": ["thinking", " the"]]).bannedSequences
        #expect(sequences.contains(Fixture.ids("thinking")))
        #expect(sequences.contains(Fixture.ids("the")))
        for sequence in sequences {
            let text = Fixture.tokenizer.decode(sequence, skippingSpecialTokens: false)
            #expect(["thinking", " thinking", "the", " the"].contains(text))
        }
    }

    @Test func `allowed tokens become a mask`() throws {
        let mask = try #require(try guidance(["allowed_token_ids": [3, 40, 1000]]).allowedTokens)
        #expect(mask.count == 3 && mask.contains(3) && mask.contains(40) && mask.contains(1000))
    }

    // MARK: Budgets

    @Test(
        arguments: [
            (["thinking_token_budget": 7], 7), (["thinking_budget": 0], 0), (["reasoning_budget_tokens": 9], 9),
            (["thinking_budget_tokens": 9], 9), (["custom_params": ["thinking_budget": 5]], 5),
            (["thinking": ["type": "enabled", "budget_tokens": 6]], 6), (["reasoning": ["max_tokens": 4]], 4),
            (["thinking_token_budget": -1], nil), ([:], nil), (["reasoning_effort": "minimal"], 20),
            (["reasoning_effort": "low"], 40), (["reasoning_effort": "medium"], 100),
            (["reasoning_effort": "high"], 160),
            (["reasoning_effort": "xhigh"], 190), (["reasoning_effort": "max"], nil), (["reasoning_effort": 0.25], 50),
            (["reasoning": ["effort": "low"]], 40), (["reasoning_effort": "low", "thinking_budget": 3], 3),
            (["thinking_budget": 3, "thinking_token_budget": 3], 3),
        ] as [(JSONObject, Int?)])
    func `every spelling of a budget is one`(fields: JSONObject, budget: Int?) throws {
        var fields = fields
        fields["max_tokens"] = 200
        #expect(try guidance(fields).reasoning?.budget == budget)
    }

    @Test func `the server's limit holds for all, and its message unless a request has one`() throws {
        var context = Fixture.context()
        context.guidance.maxReasoningTokens = 50
        context.guidance.budgetMessage = "Enough."
        #expect(try guidance([:], context).reasoning?.budget == 50)
        #expect(try guidance(["thinking_budget": 90], context).reasoning?.budget == 50)
        #expect(try guidance(["thinking_budget": 9], context).reasoning?.budget == 9)
        func closing(_ fields: JSONObject) throws -> String {
            Fixture.tokenizer.decode(
                try guidance(fields, context).reasoning?.closing ?? [], skippingSpecialTokens: false)
        }
        #expect(try closing([:]) == "Enough.\n</think>\n\n")
        #expect(try closing(["reasoning_budget_message": "Done.\n"]) == "Done.\n</think>\n\n")
        #expect(try closing(["reasoning_budget_message": ""]) == "\n</think>\n\n")
        #expect(try closing(["thinking_budget": 0]) == "\n</think>\n\n")
    }

    @Test func `the server's loop detector can be changed and switched off`() throws {
        var context = Fixture.context()
        context.guidance.repetition = RepetitionLimits(maxPatternSize: 64, minCount: 8)
        #expect(try guidance([:], context).repetition == context.guidance.repetition)
        let own: JSONObject = ["repetition_detection": ["max_pattern_size": 3, "min_pattern_size": 2, "min_count": 4]]
        #expect(
            try guidance(own, context).repetition
                == RepetitionLimits(maxPatternSize: 3, minPatternSize: 2, minCount: 4))
        #expect(try guidance(["repetition_detection": ["max_pattern_size": 0]], context).repetition == nil)
    }

    @Test(arguments: [true, false]) func `reasoning starts where the prompt ends`(isBare: Bool) throws {
        let context = Fixture.context(template: isBare ? Fixture.bareTemplate : nil)
        let reasoning = try #require(try guidance([:], context).reasoning)
        #expect(reasoning.start == (isBare ? .undecided : .reasoning))
        #expect(reasoning.close == .token(Fixture.tags.closeToken ?? 0))
    }
}
