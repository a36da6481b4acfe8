import FoundationEssentials
import JSON
import Testing
import Tokenization

@testable import OpenAI

/// How the checkpoints' own templates end their prompts, as the switch stands.
@Suite struct TemplateVintageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var template: String
        var unsaid: String
        var on: String
        var off: String

        var testDescription: String { template }
    }

    static let cases: [Case] = [
        Case(
            template: "deepseek-r1", unsaid: "<｜Assistant｜><think>\n", on: "<｜Assistant｜><think>\n",
            off: "<｜Assistant｜><think>\n\n</think>\n\n"),
        Case(
            template: "r1-distill", unsaid: "<｜Assistant｜><think>\n", on: "<｜Assistant｜><think>\n",
            off: "<｜Assistant｜><think>\n\n</think>\n\n"),
        Case(
            template: "deepseek-v3.1", unsaid: "<｜Assistant｜></think>", on: "<｜Assistant｜><think>",
            off: "<｜Assistant｜></think>"),
        Case(
            template: "qwen3", unsaid: "<|im_start|>assistant\n", on: "<|im_start|>assistant\n",
            off: "<|im_start|>assistant\n<think>\n\n</think>\n\n"),
        Case(
            template: "qwen2.5", unsaid: "<|im_start|>assistant\n", on: "<|im_start|>assistant\n",
            off: "<|im_start|>assistant\n"),
    ]

    @Test(arguments: cases) func `a template's prompts end as its vintage does`(_ test: Case) throws {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let file = URL(filePath: "/\(folder)/JinjaTests/Fixtures/templates/\(test.template).jinja")
        var context = Fixture.context(template: try String(contentsOf: file, encoding: .utf8))
        context.thinking.isEnforced = true
        for (isThinking, end) in [(nil, test.unsaid), (true, test.on), (false, test.off)] {
            var request = TemplateFields(messages: [ChatMessage(role: .user, content: "Hi")])
            request.isThinking = isThinking
            let rendered = try context.render(request, model: nil)
            #expect(rendered.text.hasSuffix(end), "\(rendered.text)")
            #expect(rendered.tokens == Fixture.tokenizer.encode(rendered.text))
            let state = Fixture.tags.start(after: rendered.tokens).state
            #expect(state == (end.contains("</think>") ? .content : end.contains("<think>") ? .reasoning : .undecided))
        }
    }
}
