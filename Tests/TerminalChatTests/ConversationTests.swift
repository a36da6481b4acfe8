import JSON
import Testing

@testable import TerminalChat

struct ConversationTests {
    private var conversation: Conversation {
        var result = Conversation()
        result.settings.system = "Be brief."
        result.settings.temperature = 0.5
        result.settings.thinks = false
        var answer = ChatMessage(.assistant, "Hello **you**")
        answer.reasoning = "A greeting.\n\nAnswer it."
        answer.finish = "stopped"
        result.messages = [ChatMessage(.user, "你好"), answer]
        return result
    }

    @Test func `A saved conversation is loaded as it was`() throws {
        let loaded = try Conversation(conversation.saved.serialized(pretty: true))
        #expect(loaded == conversation)
    }

    @Test func `A request carries settings and messages, without chains of thought and empty answers`() {
        var asked = conversation
        asked.messages += [ChatMessage(.user, "more"), ChatMessage(.assistant, ""), ChatMessage(.user, "again")]
        let request = asked.request
        #expect(request["temperature"] == 0.5)
        #expect(request["thinking"] == ["type": "disabled"])
        let roles = request["messages"]?.arrayValue?.compactMap { $0["role"]?.stringValue }
        #expect(roles == ["system", "user", "assistant", "user", "user"])
        #expect(request["messages"]?[2]?["reasoning_content"] == nil)
    }

    @Test func `Files of others are read, and what is wrong with one is told`() throws {
        #expect(try Conversation(#"[{"role": "user", "content": "x"}]"#).messages == [ChatMessage(.user, "x")])
        for (text, problem) in [
            ("{", "is no JSON"), ("{}", "has no messages"), (#"[{"role": "user"}]"#, "has no text in messages[0]"),
            (#"[{"role": "tool", "content": "x"}]"#, "has the role \"tool\" in messages[0]"),
        ] {
            #expect { try Conversation(text) } throws: { "\($0)".hasPrefix(problem) }
        }
    }

    @Test func `Markdown shows thoughts as quotations and marks what was stopped`() {
        #expect(
            conversation.markdown == """
                ## System

                Be brief.

                ## User

                你好

                ## Assistant

                > A greeting.
                >
                > Answer it.

                Hello **you**

                *(stopped)*

                """)
    }

    @Test func `Answers and exchanges are taken back`() {
        var changed = conversation
        let isAsked = changed.dropAnswer()
        #expect(isAsked)
        #expect(changed.messages.count == 1)
        let question = changed.dropExchange()
        #expect(question == "你好")
        let nothing = changed.dropExchange()
        #expect(nothing == nil)
    }

    @Test func `Figures count by the server, and by pieces where it was cut off`() {
        let start = ContinuousClock.now
        var answer = RunningAnswer(start: start)
        answer.take(.reasoning("a"), at: start + .seconds(1))
        answer.take(.reasoning("b"), at: start + .seconds(2))
        answer.take(.content("\n\nc"), at: start + .seconds(3))
        let cut = answer.ended("lost", at: start + .seconds(3))
        #expect(cut.content == "c")
        #expect(cut.finish == "lost")
        #expect(cut.figures?.text == "1.0 tokens/s · first after 1.0 s · 3 written")
        answer.take(.usage(prompt: 10, cached: 4, completion: 5, reasoning: 3), at: start + .seconds(3))
        answer.take(.finish("stop"), at: start + .seconds(3))
        let whole = answer.ended("lost", at: start + .seconds(3))
        #expect(whole.finish == "stop")
        #expect(
            whole.figures?.text
                == "2.0 tokens/s · first after 1.0 s · 10 read, 4 of them cached · 3 thought · 2 written")
        #expect(whole.figures?.thinkingTime == 2)
    }
}
