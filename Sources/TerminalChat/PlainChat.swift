internal import Glibc
internal import Terminal

/// The chat without a terminal's powers: text in, text out.
package struct PlainChat {
    private var session: ChatSession
    /// Whether chains of thought are written to standard error.
    private let showsThinking: Bool
    /// Where output is shown to someone, what a model writes is made harmless; into a pipe it goes as it is.
    private let isTerminal: Bool

    package init(session: ChatSession, showsThinking: Bool) {
        self.session = session
        self.showsThinking = showsThinking
        isTerminal = isatty(STDOUT_FILENO) == 1
    }

    /// Answers one prompt. Throws `ChatFailure`; what had come is written.
    package mutating func answer(_ prompt: String) async throws {
        session.conversation.messages.append(ChatMessage(.user, prompt))
        var answer = RunningAnswer(start: .now)
        var sanitizer = Sanitizer()
        var thoughtSanitizer = Sanitizer()
        let errorIsTerminal = isatty(STDERR_FILENO) == 1
        var isGone = false
        defer {
            session.conversation.messages.append(answer.ended("lost", at: .now))
            if !answer.message.content.isEmpty, !answer.message.content.hasSuffix("\n") {
                TerminalDevice.write("\n", to: STDOUT_FILENO)
            }
        }
        try await session.server.answer(session.conversation.request) { event in
            let before = answer.message
            answer.take(event, at: .now)
            if showsThinking, case .reasoning(let text) = event {
                TerminalDevice.write(errorIsTerminal ? thoughtSanitizer.append(text) : text, to: STDERR_FILENO)
            }
            let new = String(answer.message.content.unicodeScalars.dropFirst(before.content.unicodeScalars.count))
            guard !new.isEmpty, !isGone else { return }
            if showsThinking, before.content.isEmpty, !before.reasoning.isEmpty {
                TerminalDevice.write("\n\n", to: STDERR_FILENO)
            }
            isGone = !TerminalDevice.write(isTerminal ? sanitizer.append(new) : new, to: STDOUT_FILENO)
        }
    }

    /// Questions and commands line by line, for terminals that cannot move the cursor. Ends with the input.
    package mutating func converse(greeting: String) async {
        say("\(greeting)\n/help lists the commands, Ctrl-D ends.")
        while true {
            TerminalDevice.write("\n> ", to: STDOUT_FILENO)
            guard var text = readLine() else { return say("") }
            while text.hasSuffix("\\"), let next = readLine() { text = "\(text.dropLast())\n\(next)" }
            guard !text.trimmed.isEmpty else { continue }
            do {
                guard ChatCommand.isCommand(text) else {
                    try await answer(text)
                    continue
                }
                guard try await perform(try ChatCommand(text.trimmed)) else { return }
            } catch {
                say("\(error)")
            }
        }
    }

    private func say(_ text: String) { TerminalDevice.write(Sanitizer.text(text) + "\n", to: STDOUT_FILENO) }

    /// Returns false where the chat ends.
    private mutating func perform(_ command: ChatCommand) async throws -> Bool {
        switch await session.perform(command) {
        case .told(let lines): say(lines.joined(separator: "\n"))
        case .failed(let text), .replaced(let text): say(text)
        case .thought(let message): say(message.reasoning.trimmed)
        case .ask:
            guard let question = session.conversation.dropExchange() else { break }
            try await answer(question)
        case .takenBack: say("The last exchange is taken back.")
        case .multiline: say("A backslash before Enter breaks a line.")
        case .quit: return false
        }
        return true
    }
}
