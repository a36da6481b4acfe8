import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct ThinkingSwitchTests {
    private func decode(_ fields: JSONObject) throws -> Bool? {
        try FieldReader(.object(fields)).thinkingSwitch()
    }

    @Test func `each client's words are understood`() throws {
        let words: [(JSONObject, Bool?)] = [
            ([:], nil), (["thinking": ["type": "enabled"]], true), (["thinking": ["type": "disabled"]], false),
            (["thinking": ["type": "adaptive"]], nil), (["thinking": true], true), (["thinking": false], false),
            (["enable_thinking": true], true), (["enable_thinking": false], false),
            (["reasoning_effort": "none"], false),
            (["reasoning_effort": "high"], nil), (["reasoning_effort": 0.5], nil), (["reasoning_effort": 0], false),
            (["reasoning": ["enabled": false]], false), (["reasoning": ["enabled": true, "effort": "low"]], true),
            (["reasoning": ["effort": "none"]], false), (["chat_template_kwargs": ["thinking": false]], false),
            (["chat_template_kwargs": ["enable_thinking": true]], true),
            (["chat_template_kwargs": ["thinking": "x"]], nil),
            (["thinking": nil, "reasoning": nil], nil),
            (["thinking": ["type": "disabled"], "reasoning_effort": "none"], false),
        ]
        for (fields, expected) in words { #expect(try decode(fields) == expected, "\(fields)") }
    }

    @Test func `wrong words are refused by their field`() {
        let words: [(JSONObject, String)] = [
            (["thinking": ["type": "on"]], "thinking.type"), (["thinking": [:]], "thinking.type"),
            (["thinking": "yes"], "thinking"), (["enable_thinking": 1], "enable_thinking"),
            (["reasoning_effort": "extreme"], "reasoning_effort"), (["reasoning_effort": 2], "reasoning_effort"),
            (["reasoning": "low"], "reasoning"), (["reasoning": ["effort": true]], "reasoning.effort"),
            (["reasoning": ["enabled": "x"]], "reasoning.enabled"),
            (["chat_template_kwargs": "x"], "chat_template_kwargs"),
        ]
        for (fields, param) in words { #expect(failure { try decode(fields) as Any }?.param == param, "\(fields)") }
    }

    @Test func `words that contradict each other are refused`() {
        let error = failure {
            try decode(["thinking": ["type": "enabled"], "reasoning_effort": "none"]) as Any
        }
        #expect(error?.param == "reasoning_effort")
        #expect(
            error?.message
                == "'reasoning_effort' contradicts 'thinking': 'thinking' switches thinking on and 'reasoning_effort' off. "
                + "Send one.")
    }
}
