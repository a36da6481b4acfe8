import Testing

@testable import OpenAI

@Suite struct ReasoningTagsTests {
    private func start(_ prompt: String) -> ReasoningStart { Fixture.tags.start(after: Fixture.ids(prompt)) }

    @Test func `the prompt's last turn decides where generation starts`() {
        let reasoning = ReasoningStart(state: .reasoning, followsTag: true)
        #expect(start("<｜User｜>Hi<｜Assistant｜><think>\n") == reasoning)
        #expect(start("<｜Assistant｜><think>") == reasoning)
        #expect(start("<｜Assistant｜><think>\nhm") == ReasoningStart(state: .reasoning, followsTag: false))
        #expect(start("<｜Assistant｜>") == .undecided)
        #expect(start("<｜Assistant｜>Sure, ") == .undecided)
        #expect(start("") == .undecided)
        #expect(start("<｜Assistant｜><think>\n</think>\n\n") == ReasoningStart(state: .content, followsTag: true))
        #expect(start("<｜Assistant｜>a</think>b") == ReasoningStart(state: .content, followsTag: false))
        #expect(start("<｜Assistant｜><think>never closed<｜end▁of▁sentence｜><｜User｜>Hi<｜Assistant｜>") == .undecided)
    }

    @Test func `spelled tags are found in the last turn's text`() {
        let spelled = Fixture.spelledTags
        #expect(spelled.openToken == nil && spelled.closeToken == nil)
        #expect(
            spelled.start(after: Fixture.byteTokens("<think>\n")) == ReasoningStart(state: .reasoning, followsTag: true)
        )
        #expect(spelled.start(after: Fixture.byteTokens("<think>a</think>")).state == .content)
        #expect(spelled.start(after: Fixture.byteTokens("<think>") + [4]) == .undecided)
    }

    @Test func `a prefilled tag is repeated only if nothing follows it`() {
        func prefilled(_ text: String) -> String? { Fixture.tags.prefilledTag(of: Fixture.ids(text)) }
        #expect(prefilled("<｜Assistant｜><think>\n") == "<think>\n")
        #expect(prefilled("<｜Assistant｜>") == nil)
        #expect(prefilled("<｜Assistant｜><think>\nhm") == nil)
        #expect(prefilled("<｜Assistant｜><think>\n</think>\n") == nil)
    }
}
