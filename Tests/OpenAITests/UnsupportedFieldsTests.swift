import JSON
import Testing

@testable import OpenAI

@Suite struct UnsupportedFieldsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var field: String
        var neutral: [JSONValue]
        var refused: [JSONValue]

        var testDescription: String { field }
    }

    static let cases: [Case] = [
        Case(field: "typical_p", neutral: [1, 1.0], refused: [0.9, "x"]),
        Case(field: "top_n_sigma", neutral: [-1, 0], refused: [1]),
        Case(field: "xtc_probability", neutral: [0], refused: [0.5]),
        Case(field: "dynatemp_range", neutral: [0], refused: [0.3]),
        Case(field: "dry_multiplier", neutral: [0], refused: [0.8]),
        Case(field: "mirostat", neutral: [0], refused: [1, 2]),
        Case(field: "adaptive_target", neutral: [-1], refused: [0.5]),
        Case(field: "repeat_penalty", neutral: [1], refused: [1.1]),
        Case(field: "samplers", neutral: [[]], refused: [["top_k"]]),
        Case(field: "n_probs", neutral: [0], refused: [5]),
        Case(field: "t_max_predict_ms", neutral: [-1, 0], refused: [100]),
        Case(field: "lora", neutral: [[]], refused: [[["id": 0, "scale": 1]]]),
        Case(field: "use_beam_search", neutral: [false], refused: [true]),
        Case(field: "length_penalty", neutral: [1], refused: [0.5]),
        Case(field: "logprob_token_ids", neutral: [[]], refused: [[1]]),
        Case(field: "prompt_embeds", neutral: [], refused: ["AAAA"]),
        Case(field: "stop_regex", neutral: ["", []], refused: ["a+"]),
        Case(field: "lora_path", neutral: [""], refused: ["a"]),
        Case(field: "custom_logit_processor", neutral: [""], refused: ["x"]),
        Case(field: "input_ids", neutral: [], refused: [[1, 2]]),
        Case(field: "return_hidden_states", neutral: [false], refused: [true]),
    ]

    @Test(arguments: cases) func `what is not supported is refused unless it changes nothing`(_ test: Case) throws {
        for value in test.neutral + [.null] {
            _ = try CompletionCall.chat(body: chatBody([test.field: value]), context: Fixture.context())
            _ = try CompletionCall.text(body: textBody([test.field: value]), context: Fixture.context())
        }
        for value in test.refused {
            for error in [
                failure { try CompletionCall.chat(body: chatBody([test.field: value]), context: Fixture.context()) },
                failure { try CompletionCall.text(body: textBody([test.field: value]), context: Fixture.context()) },
            ] {
                #expect(error?.status == 400, "\(value)")
                #expect(error?.param == test.field)
                #expect(error?.message.contains("is not supported") == true)
            }
        }
    }
}
