import Testing

@testable import TerminalChat

struct ChatCommandTests {
    private func error(_ text: String) -> String? {
        do throws(ChatCommandError) {
            _ = try ChatCommand(text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `Commands take their arguments`() throws {
        #expect(try ChatCommand("/think off") == .think(.off))
        #expect(try ChatCommand("/think budget 100") == .think(.budget(100)))
        #expect(try ChatCommand("/think budget none") == .think(.budget(nil)))
        #expect(try ChatCommand("/temperature 0.6") == .temperature(.set(0.6)))
        #expect(try ChatCommand("/temperature") == .temperature(.tell))
        #expect(try ChatCommand("/top_p default") == .topP(.reset))
        #expect(try ChatCommand("/system Be brief, please.") == .system(.set("Be brief, please.")))
        #expect(try ChatCommand("/save my talk.json") == .save("my talk.json"))
        #expect(try ChatCommand("/model") == .model(nil))
    }

    @Test func `What is out of range is refused with what is right`() {
        #expect(error("/temperature 3") == "/temperature takes a number from 0 to 2, or default.")
        #expect(error("/max_tokens 0") == "/max_tokens takes a whole number from 1, or default.")
        #expect(error("/think budget -1")?.hasPrefix("/think takes on, off") == true)
        #expect(error("/load") == "/load takes the name of a file.")
    }

    @Test(arguments: [
        ("/hepl", "/help"), ("/temprature 1", "/temperature"), ("/ret", "/retry"), ("/thinking", "/think"),
        ("/q", "/quit"),
    ])
    func `An unknown command names the nearest one`(_ text: String, _ nearest: String) {
        #expect(error(text)?.hasSuffix("Did you mean \(nearest)?") == true)
    }

    @Test func `Where none is near, help is named`() {
        #expect(error("/xyzzy") == "There is no /xyzzy. /help lists the commands.")
    }

    @Test func `Paths, fractions and texts of several lines are no commands`() {
        for text in ["/etc/hosts is what?", "1/2", "/help\nme", "/", "/1"] { #expect(!ChatCommand.isCommand(text)) }
        for text in ["/help", "/top_p 1", "/nonsense"] { #expect(ChatCommand.isCommand(text)) }
    }

    @Test func `Tab completes as far as it is certain and lists the rest`() {
        #expect(CommandCompletion("/h", models: [])?.text == "/help")
        let several = CommandCompletion("/s", models: [])
        #expect(several?.text == "/s")
        #expect(several?.choices == ["/system", "/seed", "/save", "/stats"])
        #expect(CommandCompletion("/think bu", models: [])?.text == "/think budget ")
        #expect(CommandCompletion("/model ap", models: ["apus-nano"])?.text == "/model apus-nano")
        #expect(CommandCompletion("hello", models: []) == nil)
    }
}
