import Engine
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct FillInMiddleTests {
    private func context(_ marks: [String]) throws -> ModelContext {
        var context = Fixture.context()
        context.tokenizer = try Fixture.tokenizer(renaming: [
            "<｜tool▁calls▁begin｜>": marks[0], "<｜tool▁calls▁end｜>": marks[1], "<｜tool▁sep｜>": marks[2],
        ])
        return context
    }

    @Test(arguments: [
        ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"], ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
    ])
    func `a suffix makes a prompt with a gap`(marks: [String]) throws {
        let context = try context(marks)
        let ids = marks.compactMap { context.tokenizer.id(of: $0) }
        let fields: JSONObject = ["prompt": "def f(", "suffix": "\n    return </think>x"]
        let call = try CompletionCall.text(body: textBody(fields), context: context)
        let prompt = call.requests[0].prompt
        #expect(prompt.starts(with: Fixture.tokenizer.encodeWithSpecialTokens("") + [ids[0]]))
        #expect(prompt.filter { $0 < 17 && $0 != 0 } == ids)
        #expect(
            context.tokenizer.decode(prompt, skippingSpecialTokens: true)
                == marks[0] + "def f(" + marks[1] + "\n    return </think>x" + marks[2])
    }

    @Test func `the echo is the prompt alone`() async throws {
        let context = try context(["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"])
        let fields: JSONObject = ["prompt": "a", "suffix": "c", "echo": true, "max_tokens": 1]
        let call = try CompletionCall.text(body: textBody(fields), context: context)
        let response = try await call.response(from: ScriptedSource(Fixture.ids("b")), context)
        #expect(response["choices"]?[0]?["text"] == "ab")
        var refused = fields
        refused["logprobs"] = 1
        #expect(failure { try CompletionCall.text(body: textBody(refused), context: context) }?.param == "suffix")
        refused = ["prompt": [5, 6], "suffix": "c"]
        #expect(failure { try CompletionCall.text(body: textBody(refused), context: context) }?.param == "prompt")
    }

    @Test func `a vocabulary without the tokens says so`() {
        let error = failure { try CompletionCall.text(body: textBody(["suffix": "x"]), context: Fixture.context()) }
        #expect(error?.status == 400 && error?.param == "suffix")
        #expect(error?.message.contains("no tokens for filling gaps") == true)
        #expect((try? CompletionCall.text(body: textBody(["suffix": ""]), context: Fixture.context())) != nil)
    }
}
