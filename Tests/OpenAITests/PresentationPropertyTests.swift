import Engine
import Testing
import Tokenization

@testable import OpenAI

/// What must hold for the presentations of any output.
@Suite struct PresentationPropertyTests {
    private static let alphabet = [5, 6] + Fixture.byteTokens("\n\nab S") + Fixture.byteTokens("é")

    private func output(
        _ tokens: [Int32], after prompt: String, _ presentation: ReasoningFormat.Presentation, stop: [String] = [],
        holds: Bool = false
    ) -> (sum: OutputDelta, reasoningTokens: Int) {
        let options = OutputOptions(
            reasoning: ReasoningFormat(tags: Fixture.tags, presentation: presentation), holdsReasoning: holds,
            stopStrings: StopStrings(stop), logprobs: .messageTokens)
        var assembler = OutputAssembler(
            prompt: Fixture.ids(prompt), tokenizer: Fixture.tokenizer, options: options)
        var sum = OutputDelta()
        for token in tokens where !assembler.isFinished {
            sum.append(assembler.append(token, logprobs: ScriptedSource.logprobs(of: token, top: 0)))
        }
        sum.append(assembler.finish(.length))
        return (sum, assembler.reasoningTokenCount)
    }

    @Test(arguments: ["<｜Assistant｜><think>\n", "<｜Assistant｜>", "<｜Assistant｜><think>\n\n</think>\n\n"])
    func `presentations of one output agree`(_ prompt: String) {
        var generator = Generator(state: 7)
        for _ in 0..<100 {
            let tokens = (0..<Int.random(in: 0...14, using: &generator)).map { _ in
                Self.alphabet.randomElement(using: &generator) ?? 5
            }
            for stop in [[], ["b\n", "S"]] {
                let separate = output(tokens, after: prompt, .separate, stop: stop)
                let inline = output(tokens, after: prompt, .inline, stop: stop)
                let both = output(tokens, after: prompt, .both, stop: stop)
                let hidden = output(tokens, after: prompt, .hidden, stop: stop)
                let held = output(tokens, after: prompt, .separate, stop: stop, holds: true)
                #expect(both.sum.reasoning == separate.sum.reasoning)
                #expect(both.sum.content == inline.sum.content)
                #expect(hidden.sum.content == separate.sum.content)
                #expect(hidden.sum.reasoning.isEmpty && inline.sum.reasoning.isEmpty)
                #expect(held.sum == separate.sum)
                #expect(inline.sum.content.hasSuffix(separate.sum.content))
                for other in [inline, both, hidden, held] {
                    #expect(other.sum.ending == separate.sum.ending)
                    #expect(other.sum.tokens == separate.sum.tokens)
                    #expect(other.reasoningTokens == separate.reasoningTokens)
                }
            }
            let inline = output(tokens, after: prompt, .inline).sum
            let shown = prompt.hasSuffix("<think>\n") ? "<think>\n" : ""
            #expect(inline.content == shown + whole(tokens))
            #expect(inline.contentLogprobs.map(\.token) == tokens)
        }
    }

    /// The text of all tokens, where a tag ends an unfinished character.
    private func whole(_ tokens: [Int32]) -> String {
        tokens.split(omittingEmptySubsequences: false) { $0 == 5 || $0 == 6 }
            .map { Fixture.tokenizer.decode(Array($0), skippingSpecialTokens: false) }
            .enumerated().map { index, text in index == 0 ? text : tag(index - 1, of: tokens) + text }.joined()
    }

    private func tag(_ index: Int, of tokens: [Int32]) -> String {
        tokens.filter { $0 == 5 || $0 == 6 }[index] == 5 ? "<think>" : "</think>"
    }

    /// Splitmix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }
}
