import Engine
import Testing

@testable import OpenAI

@Suite struct OutputAssemblerTests {
    /// Feeds tokens until the choice ends; the sum of the deltas, and the assembler afterwards.
    private func assemble(
        _ tokens: [Int32], prompt: String = "<｜Assistant｜><think>\n", options: OutputOptions,
        finish: FinishReason = .length
    ) -> (OutputDelta, OutputAssembler) {
        var assembler = OutputAssembler(
            prompt: Fixture.ids(prompt), tokenizer: Fixture.tokenizer, options: options)
        var sum = OutputDelta()
        for token in tokens where !assembler.isFinished {
            sum.append(assembler.append(token, logprobs: ScriptedSource.logprobs(of: token, top: 1)))
        }
        sum.append(assembler.finish(finish))
        return (sum, assembler)
    }

    private func options(stop: [String] = [], logprobs: OutputOptions.LogprobLayout? = nil) -> OutputOptions {
        OutputOptions(
            reasoning: .separate(Fixture.tags), stopStrings: StopStrings(stop), endTokens: [1], logprobs: logprobs)
    }

    private func texts(_ entries: [OutputDelta.TokenLogprob]) -> [String] {
        entries.map { Fixture.tokenizer.text(of: $0.token) }
    }

    @Test func `reasoning and answer are told apart and counted`() {
        let tokens = Fixture.ids("7 + 5 = 12.\n</think>\n\nThe answer is 12.") + [1]
        let (output, assembler) = assemble(tokens, options: options(), finish: .stopToken(1))
        #expect(output.reasoning == "7 + 5 = 12.")
        #expect(output.content == "The answer is 12.")
        #expect(output.ending == .init(reason: .stop, trigger: nil))
        #expect(output.tokens == tokens)
        #expect(assembler.tokenCount == tokens.count)
        #expect(assembler.reasoningTokenCount == tokens.firstIndex(of: 6))
    }

    @Test func `a model that opens the tag itself gives the same`() {
        for start in ["<think>\n", "\n<think>\n"] {
            let tokens = Fixture.ids(start + "hm\n</think>\n\nA")
            let (output, assembler) = assemble(tokens, prompt: "<｜Assistant｜>", options: options())
            #expect(output.reasoning == "hm")
            #expect(output.content == "A")
            #expect(output.ending == .init(reason: .length, trigger: nil))
            #expect(assembler.reasoningTokenCount == Fixture.ids("\nhm\n").count)
        }
    }

    @Test func `without tags all is answer`() {
        let (output, assembler) = assemble(Fixture.ids("\nJust so."), prompt: "<｜Assistant｜>", options: options())
        #expect(output.reasoning == "")
        #expect(output.content == "\nJust so.")
        #expect(assembler.reasoningTokenCount == 0)
    }

    @Test func `a chain of thought that is cut off is reasoning`() {
        let (output, assembler) = assemble(Fixture.ids("Let me see\n"), options: options())
        #expect(output.reasoning == "Let me see\n")
        #expect(output.content == "")
        #expect(assembler.reasoningTokenCount == assembler.tokenCount)
    }

    @Test func `the inline format keeps the tags and repeats the prompt's`() {
        var inline = options(stop: ["END"])
        inline.reasoning = .inline(Fixture.tags)
        let (output, _) = assemble(Fixture.ids("hm\n</think>\n\nA END B"), options: inline)
        #expect(output.reasoning == "")
        #expect(output.content == "<think>\nhm\n</think>\n\nA ")
        let (bare, _) = assemble(Fixture.ids("<think>\nhm</think>A"), prompt: "<｜Assistant｜>", options: inline)
        #expect(bare.content == "<think>\nhm</think>A")
    }

    @Test func `spelled tags are understood`() {
        var spelled = options(stop: ["B"], logprobs: .messageTokens)
        spelled.reasoning = .separate(Fixture.spelledTags)
        var assembler = OutputAssembler(
            prompt: Fixture.byteTokens("<think>\n"), tokenizer: Fixture.spelledTokenizer, options: spelled)
        var sum = OutputDelta()
        for token in Fixture.byteTokens("hm\n</think>\n\nAB") {
            sum.append(assembler.append(token, logprobs: ScriptedSource.logprobs(of: token, top: 0)))
        }
        #expect(sum.reasoning == "hm")
        #expect(sum.content == "A")
        #expect(sum.ending == .init(reason: .stop, trigger: .string("B")))
        #expect(texts(sum.reasoningLogprobs) == ["h", "m"])
        #expect(texts(sum.contentLogprobs) == ["A"])
    }

    @Test func `a character cut by tokens is held until it is whole`() {
        let text = "né 😀 数 👩‍👩‍👧"
        var assembler = OutputAssembler(
            prompt: Fixture.ids("<｜Assistant｜>"), tokenizer: Fixture.tokenizer, options: options())
        var sum = ""
        for token in Fixture.byteTokens(text) {
            let delta = assembler.append(token, logprobs: nil)
            #expect(!delta.content.unicodeScalars.contains("\u{FFFD}"))
            sum += delta.content
        }
        #expect(sum == text)
        let rest = assembler.finish(.length)
        #expect(rest.content == "")
    }

    @Test func `a character that stays incomplete becomes a replacement character`() {
        let tokens = Array(Fixture.byteTokens("A😀").dropLast())
        let (output, _) = assemble(tokens, prompt: "<｜Assistant｜>", options: options())
        #expect(output.content == "A\u{FFFD}")
        let (closed, _) = assemble(tokens + [6] + Fixture.byteTokens("B"), options: options())
        #expect(closed.reasoning == "A\u{FFFD}")
        #expect(closed.content == "B")
    }

    @Test func `stop strings act on the answer alone`() {
        let tokens = Fixture.byteTokens("Question: x\n") + [6] + Fixture.byteTokens("\n\nA. Question: y")
        let (output, assembler) = assemble(tokens, options: options(stop: ["Question:"]))
        #expect(output.reasoning == "Question: x")
        #expect(output.content == "A. ")
        #expect(output.ending == .init(reason: .stop, trigger: .string("Question:")))
        #expect(assembler.tokenCount == tokens.count - 2)
        #expect(output.tokens == Array(tokens.dropLast(2)))
    }

    @Test func `a stop string never leaks and may be wanted`() {
        var assembler = OutputAssembler(
            prompt: Fixture.ids("<｜Assistant｜>"), tokenizer: Fixture.tokenizer,
            options: options(stop: ["</a>", "\n\n"]))
        var shown: [String] = []
        for token in Fixture.byteTokens("x</b>\n</a>y") { shown.append(assembler.append(token, logprobs: nil).content) }
        #expect(shown == ["x", "", "", "</b", ">", "", "\n", "", "", "", ""])
        var including = options(stop: ["</a>"])
        including.includesStopString = true
        #expect(assemble(Fixture.ids("x</a>y"), prompt: "", options: including).0.content == "x</a>")
    }

    @Test func `the beginning of a stop string comes out at the end`() {
        let (output, _) = assemble(Fixture.ids("wait </"), prompt: "<｜Assistant｜>", options: options(stop: ["</a>"]))
        #expect(output.content == "wait </")
        #expect(output.ending?.reason == .length)
    }

    @Test func `stop strings rest within min_tokens`() {
        var patient = options(stop: ["a"])
        patient.minTokens = 3
        let (output, assembler) = assemble(Fixture.byteTokens("aaaaa"), prompt: "", options: patient)
        #expect(output.content == "aaa")
        #expect(assembler.tokenCount == 4)
    }

    @Test func `a wanted stop token ends without its text`() {
        var stopping = options()
        let stop = Fixture.byteTokens("!")[0]
        stopping.stopTokens = [stop]
        let tokens = Fixture.byteTokens("Hi!")
        let (output, assembler) = assemble(tokens, prompt: "", options: stopping, finish: .stopToken(stop))
        #expect(output.content == "Hi")
        #expect(output.ending == .init(reason: .stop, trigger: .token(stop)))
        #expect(assembler.tokenCount == 3)
        stopping.includesStopString = true
        #expect(assemble(tokens, prompt: "", options: stopping, finish: .stopToken(stop)).0.content == "Hi!")
    }

    @Test func `an ignored end of text has no text`() {
        var ignoring = options()
        ignoring.endTokens = []
        #expect(assemble([1] + Fixture.byteTokens("A"), prompt: "", options: ignoring).0.content == "A")
        ignoring.skipsSpecialTokens = false
        #expect(assemble([1], prompt: "", options: ignoring).0.content == "<｜end▁of▁sentence｜>")
    }

    @Test func `message tokens with log-probabilities add up to the texts`() {
        let tokens = Fixture.ids("7 + 5\n= 12\n</think>\n\nIt is 12.") + [1]
        let (output, _) = assemble(tokens, options: options(logprobs: .messageTokens), finish: .stopToken(1))
        #expect(texts(output.reasoningLogprobs).joined() == "7 + 5\n= 12")
        #expect(texts(output.contentLogprobs).joined() == "It is 12.")
    }

    @Test func `tokens of a cut character all have their log-probabilities`() {
        let (output, _) = assemble(Fixture.byteTokens("a😀b"), prompt: "", options: options(logprobs: .messageTokens))
        #expect(output.contentLogprobs.map(\.token) == Fixture.byteTokens("a😀b"))
    }

    @Test func `tokens of a stop string have none`() {
        let (output, _) = assemble(
            Fixture.byteTokens("abSTOPc"), prompt: "", options: options(stop: ["STOP"], logprobs: .messageTokens))
        #expect(texts(output.contentLogprobs) == ["a", "b"])
    }

    @Test func `text completions list every token`() {
        var plain = OutputOptions()
        plain.endTokens = [1]
        plain.logprobs = .everyToken
        let tokens = Fixture.ids("hm</think>A") + [1]
        let (output, _) = assemble(tokens, options: plain, finish: .stopToken(1))
        #expect(output.content == "hm</think>A")
        #expect(output.contentLogprobs.map(\.token) == tokens)
    }

    @Test func `deltas are the same sum however the text is tokenised`() {
        let text = "Let me think: 数 😀\n\nok\n</think>\n\nThe answer: 12 STOP"
        let whole = assemble(Fixture.ids(text), options: options(stop: ["STOP", "x"])).0
        let parts = text.split(separator: "</think>").map(String.init)
        let bytes = Fixture.byteTokens(parts[0]) + [6] + Fixture.byteTokens(parts[1])
        let cut = assemble(bytes, options: options(stop: ["STOP", "x"])).0
        #expect(whole.reasoning == cut.reasoning)
        #expect(whole.content == cut.content)
        #expect(whole.ending == cut.ending)
    }
}
