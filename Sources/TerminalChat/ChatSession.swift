internal import Glibc
internal import JSON
internal import Terminal

/// A conversation with a server, and what commands do to it.
package struct ChatSession: Sendable {
    /// What a command leaves to be shown or done.
    package enum Effect: Hashable, Sendable {
        case told([String])
        case failed(String)
        /// A chain of thought to show.
        case thought(ChatMessage)
        /// The conversation waits for an answer.
        case ask
        /// A question was taken back.
        case takenBack(String)
        /// The conversation is another one.
        case replaced(String)
        case multiline
        case quit
    }

    package let server: ChatServer
    package var conversation = Conversation()
    /// Names served, as far as they are known.
    package var models: [String] = []
    /// Files that this session wrote or read, and may write again.
    private var ownFiles: Set<String> = []

    package init(server: ChatServer) {
        self.server = server
    }

    package mutating func perform(_ command: ChatCommand) async -> Effect {
        switch command {
        case .help: return .told(Self.help)
        case .think(let change): return think(change)
        case .system(let change):
            return apply(change, to: \.system, name: "System message", unset: "none")
        case .temperature(let change): return apply(change, to: \.temperature, name: "Temperature")
        case .topP(let change): return apply(change, to: \.topP, name: "top_p")
        case .maxTokens(let change): return apply(change, to: \.maxTokens, name: "Longest answer, in tokens")
        case .seed(let change): return apply(change, to: \.seed, name: "Seed")
        case .save(let file): return save(file)
        case .load(let file): return load(file)
        case .retry:
            return conversation.dropAnswer() ? .ask : .failed("Nothing has been asked yet.")
        case .undo:
            guard let question = conversation.dropExchange() else { return .failed("Nothing has been asked yet.") }
            return .takenBack(question)
        case .clear:
            conversation.messages = []
            return .replaced("A new conversation.")
        case .stats: return .told(statistics)
        case .model(let name): return await model(name)
        case .multiline: return .multiline
        case .quit: return .quit
        }
    }

    private static var help: [String] {
        let width = 2 + (ChatCommand.all.map { $0.name.count + 1 + $0.arguments.count }.max() ?? 0)
        let commands = ChatCommand.all.map { command in
            let usage = "\(command.name) \(command.arguments)"
            return usage + String(repeating: " ", count: max(1, width - usage.count)) + command.help
        }
        return commands + [
            "",
            "Ctrl-C stops an answer. Ctrl-N ends its thinking early, Ctrl-O folds and unfolds it.",
            "Alt-Enter, or a backslash before Enter, breaks a line; Ctrl-R searches what was asked before.",
        ]
    }

    // MARK: Settings

    private mutating func think(_ change: ChatCommand.Thinking) -> Effect {
        switch change {
        case .on: conversation.settings.thinks = true
        case .off: conversation.settings.thinks = false
        case .budget(let tokens):
            conversation.settings.thinkingBudget = tokens
            if tokens != nil, conversation.settings.thinks == false { conversation.settings.thinks = true }
        case .show:
            guard let message = conversation.lastThought else { return .failed("There is no thinking to show yet.") }
            return .thought(message)
        case .tell: break
        }
        let budget = conversation.settings.thinkingBudget.map { "at most \($0) tokens" } ?? "without a budget"
        return switch conversation.settings.thinks {
        case true?: .told(["Thinking is on, \(budget)."])
        case false?: .told(["Thinking is off."])
        case nil: .told(["Thinking is as the server has it, \(budget)."])
        }
    }

    private mutating func apply<Value: Hashable & Sendable>(
        _ change: ChatCommand.Change<Value>, to field: WritableKeyPath<ChatSettings, Value?>, name: String,
        unset: String = "the server's own"
    ) -> Effect {
        switch change {
        case .tell: break
        case .reset: conversation.settings[keyPath: field] = nil
        case .set(let value): conversation.settings[keyPath: field] = value
        }
        return .told(["\(name): " + (conversation.settings[keyPath: field].map { "\($0)" } ?? unset)])
    }

    private mutating func model(_ name: String?) async -> Effect {
        do {
            models = try await server.models()
        } catch {
            return .failed("\(error)")
        }
        guard let name else {
            let current = conversation.settings.model ?? models.first
            return .told(models.map { $0 == current ? "* \($0)" : "  \($0)" })
        }
        guard models.contains(name) else {
            return .failed("\(server.url) serves no \(name), but \(models.joined(separator: ", ")).")
        }
        conversation.settings.model = name
        return .told(["Model: \(name)"])
    }

    private var statistics: [String] {
        let figures = conversation.messages.compactMap(\.figures)
        guard let last = figures.last else { return ["No answer has come yet."] }
        func sum(_ field: KeyPath<AnswerFigures, Int?>) -> Int { figures.reduce(0) { $0 + ($1[keyPath: field] ?? 0) } }
        let rates = figures.compactMap(\.rate)
        let written = sum(\.completionTokens)
        let thought = sum(\.reasoningTokens)
        var lines = [
            "\(figures.count) answer\(figures.count == 1 ? "" : "s"): \(sum(\.promptTokens)) tokens read, "
                + "\(sum(\.cachedTokens)) of them cached; \(thought) thought, \(written - thought) written"
        ]
        if !rates.isEmpty {
            lines.append("\(AnswerFigures.decimal(rates.reduce(0, +) / Double(rates.count))) tokens/s on average")
        }
        lines.append(
            "Conversation: \((last.promptTokens ?? 0) + (last.completionTokens ?? 0)) tokens with the last answer")
        return lines
    }

    // MARK: Files

    private static func path(_ name: String) -> String {
        guard name.hasPrefix("~/"), let home = getenv("HOME") else { return name }
        return String(cString: home) + name.dropFirst()
    }

    private mutating func save(_ name: String) -> Effect {
        let path = Self.path(name)
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (ownFiles.contains(path) ? O_TRUNC : O_EXCL)
        let descriptor = open(path, flags, 0o666)
        guard descriptor >= 0 else {
            if errno == EEXIST { return .failed("\(name) exists already; choose another name.") }
            return .failed("\(name) cannot be written: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        let isMarkdown = name.lowercased().hasSuffix(".md") || name.lowercased().hasSuffix(".markdown")
        let text = isMarkdown ? conversation.markdown : conversation.saved.serialized(pretty: true) + "\n"
        guard TerminalDevice.write(text, to: descriptor) else {
            return .failed("\(name) cannot be written: \(String(cString: strerror(errno))).")
        }
        ownFiles.insert(path)
        let count = conversation.messages.count
        return .told(["Saved \(count) message\(count == 1 ? "" : "s") to \(name)."])
    }

    private mutating func load(_ name: String) -> Effect {
        let path = Self.path(name)
        guard let text = TextFile.read(path) else {
            return .failed("\(name) cannot be read: \(String(cString: strerror(errno))).")
        }
        do throws(ChatFileError) {
            var loaded = try Conversation(text)
            if let model = loaded.settings.model, !models.isEmpty, !models.contains(model) {
                // Another server's name for it.
                loaded.settings.model = conversation.settings.model
            }
            conversation = loaded
        } catch {
            return .failed("\(name) \(error)")
        }
        ownFiles.insert(path)
        let count = conversation.messages.count
        return .replaced("Loaded \(count) message\(count == 1 ? "" : "s") from \(name).")
    }
}
