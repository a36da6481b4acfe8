import Engine
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct SamplingFieldsTests {
    private func decode(_ fields: JSONObject, defaults: SamplingDefaults = .openAI) throws -> SamplingFields {
        try SamplingFields(
            try FieldReader(.object(fields)), defaults: defaults, vocabularySize: Fixture.tokenizer.vocabularySize)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var field: String
        var valid: [JSONValue]
        var invalid: [JSONValue]
        /// The field that errors name, where it is not `field` itself.
        var param: String?

        var testDescription: String { field }
    }

    static let cases: [Case] = [
        Case(field: "temperature", valid: [0, 0.7, 2, 1], invalid: [-0.1, 2.1, "1", true, [1]]),
        Case(field: "top_p", valid: [0, 0.0001, 1, 0.5], invalid: [1.1, -1, "x"]),
        Case(field: "top_k", valid: [-1, 0, 50, 3.0], invalid: [-2, 1.5, "5", false]),
        Case(field: "min_p", valid: [0, 0.5, 1], invalid: [-0.1, 1.1, "x"]),
        Case(field: "presence_penalty", valid: [-2, 0, 2], invalid: [-2.1, 2.1, "x"]),
        Case(field: "frequency_penalty", valid: [-2, 0, 2], invalid: [-2.1, 2.1, [:]]),
        Case(field: "repetition_penalty", valid: [0.01, 0.1, 1, 5, 100], invalid: [0, 1e-45, 101, -1, "x"]),
        Case(field: "seed", valid: [0, -7, .integer(.max), .integer(.min)], invalid: [1.5, "7", 1e30]),
        Case(field: "n", valid: [1, 128], invalid: [0, 129, 1.5, "1"]),
        Case(field: "min_tokens", valid: [0, 5], invalid: [-1, 0.5, "x"]),
        Case(field: "stop", valid: ["a", "", ["a", "b"], []], invalid: [1, [:], false]),
        Case(field: "stop", valid: [], invalid: [["a", 1]], param: "stop[1]"),
        Case(
            field: "stop", valid: [.string(String(repeating: "a", count: 16 << 10))],
            invalid: [["a", .string(String(repeating: "a", count: 16 << 10))]]),
        Case(field: "stop", valid: [], invalid: [["a", ""]], param: "stop[1]"),
        Case(
            field: "stop", valid: [.array(Array(repeating: "a", count: 16))],
            invalid: [
                .array(Array(repeating: "a", count: 17))
            ]),
        Case(field: "stop_token_ids", valid: [[], [3, 1023]], invalid: [3, "3"]),
        Case(
            field: "stop_token_ids", valid: [], invalid: [[3, -1], [3, 1024], [3, "x"], [3, 0.5]],
            param: "stop_token_ids[1]"),
        Case(field: "ignore_eos", valid: [true, false], invalid: [0, "true"]),
        Case(field: "include_stop_str_in_output", valid: [true], invalid: [1]),
        Case(field: "skip_special_tokens", valid: [false], invalid: ["no"]),
        Case(field: "return_token_ids", valid: [true], invalid: [1]),
        Case(
            field: "logit_bias", valid: [[:], ["5": -100, "6": 100.0]],
            invalid: [[5], "x", ["x": 1], ["1024": 1], ["-1": 1]]),
        Case(field: "logit_bias", valid: [], invalid: [["5": 101], ["5": "x"], ["5": nil]], param: "logit_bias.5"),
        Case(field: "use_beam_search", valid: [false], invalid: [true, 1]),
    ]

    @Test(arguments: cases) func `a field is decoded or refused by its name`(_ test: Case) throws {
        for value in test.valid { _ = try decode([test.field: value]) }
        _ = try decode([test.field: nil])
        for value in test.invalid {
            let error = failure { try decode([test.field: value]) }
            #expect(error?.status == 400, "\(value)")
            #expect(error?.param == test.param ?? test.field, "\(value)")
            #expect(error?.message.contains(test.param ?? test.field) == true)
        }
    }

    @Test func `a refusal names the bound that was passed`() {
        let low = failure { try decode(["min_tokens": -1]) }
        #expect(low?.message == "'min_tokens' must be at least 0, not -1.")
        let high = failure { try decode(["min_tokens": 2_147_483_648]) }
        #expect(high?.message == "'min_tokens' must be at most 2147483647, not 2147483648.")
        let huge = failure { try decode(["min_tokens": 1e30]) }
        #expect(huge?.message == "'min_tokens' must be at most 2147483647, not 1e+30.")
    }

    @Test func `absent and null fields take the defaults`() throws {
        var defaults = SamplingDefaults()
        defaults.temperature = 0.6
        defaults.topP = 0.95
        defaults.topK = 7
        defaults.minP = 0.1
        defaults.repetitionPenalty = 1.1
        for fields: JSONObject in [
            [:], ["temperature": nil, "top_p": nil, "top_k": nil, "min_p": nil, "repetition_penalty": nil],
        ] {
            let sampling = try decode(fields, defaults: defaults).parameters
            #expect(sampling.temperature == 0.6)
            #expect(sampling.topP == 0.95)
            #expect(sampling.topK == 7)
            #expect(sampling.minP == 0.1)
            #expect(sampling.repetitionPenalty == 1.1)
            #expect(sampling.presencePenalty == 0)
            #expect(sampling.logprobs == nil)
        }
    }

    @Test func `given fields win over the defaults`() throws {
        var defaults = SamplingDefaults()
        defaults.topK = 7
        let fields = try decode(
            [
                "temperature": 0, "top_k": -1, "logit_bias": ["5": -1.5], "seed": -2, "n": 3, "stop": "x",
                "stop_token_ids": [9], "unknown": ["x": 1],
            ], defaults: defaults)
        #expect(fields.parameters.temperature == 0)
        #expect(fields.parameters.topK == 0)
        #expect(fields.parameters.logitBias == [5: -1.5])
        #expect(fields.seed == -2)
        #expect(fields.choices == 3)
        #expect(fields.stopStrings == ["x"])
        #expect(fields.stopTokens == [9])
    }
}
