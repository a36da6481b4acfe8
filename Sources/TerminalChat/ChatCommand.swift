/// What a line that begins with a slash asks for.
package enum ChatCommand: Hashable, Sendable {
    package enum Thinking: Hashable, Sendable {
        case on, off, show, tell
        /// nil: no limit.
        case budget(Int?)
    }

    /// A setting that is shown, taken back, or given a value.
    package enum Change<Value: Hashable & Sendable>: Hashable, Sendable {
        case tell, reset
        case set(Value)
    }

    case help
    case think(Thinking)
    case system(Change<String>)
    case temperature(Change<Double>)
    case topP(Change<Double>)
    case maxTokens(Change<Int>)
    case seed(Change<Int>)
    case save(String)
    case load(String)
    case retry
    case undo
    case clear
    case stats
    /// nil: list them.
    case model(String?)
    case multiline
    case quit

    /// What /help tells of one command.
    package struct Description: Sendable {
        package let name: String
        package let arguments: String
        package let help: String
    }

    package static let all = [
        Description(name: "/help", arguments: "", help: "this list, and the keys"),
        Description(name: "/think", arguments: "on|off|budget N|show", help: "reasoning; show prints the last one"),
        Description(name: "/system", arguments: "TEXT", help: "system message; R1's authors advise against one"),
        Description(name: "/temperature", arguments: "X", help: "0 to 2; R1's authors recommend 0.6"),
        Description(name: "/top_p", arguments: "X", help: "0 to 1; R1's authors recommend 0.95"),
        Description(name: "/max_tokens", arguments: "N", help: "longest answer, reasoning included"),
        Description(name: "/seed", arguments: "N", help: "the same seed draws the same answer"),
        Description(name: "/save", arguments: "FILE", help: "the conversation as JSON, or as Markdown in FILE.md"),
        Description(name: "/load", arguments: "FILE", help: "goes on with a saved conversation"),
        Description(name: "/retry", arguments: "", help: "asks for the last answer again"),
        Description(name: "/undo", arguments: "", help: "takes the last question and its answer back"),
        Description(name: "/clear", arguments: "", help: "begins a new conversation"),
        Description(name: "/stats", arguments: "", help: "tokens and speed of the conversation's answers"),
        Description(name: "/model", arguments: "NAME", help: "chooses a model of the server; lists them without NAME"),
        Description(name: "/multiline", arguments: "", help: "Enter breaks lines and Alt-Enter sends, or back"),
        Description(name: "/quit", arguments: "", help: "ends, as Ctrl-D does"),
    ]

    /// Whether a text is meant as a command: a slash and a word, so that a path or a fraction is none.
    package static func isCommand(_ text: String) -> Bool {
        guard text.hasPrefix("/"), !text.contains("\n") else { return false }
        let word = text.dropFirst().prefix { !$0.isWhitespace }
        return !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_") }
    }

    package init(_ text: String) throws(ChatCommandError) {
        let name = String(text.prefix { !$0.isWhitespace })
        let rest = String(text.dropFirst(name.count).drop(while: \.isWhitespace))
        switch name {
        case "/help": self = .help
        case "/think": self = .think(try Self.thinking(rest))
        case "/system": self = .system(rest.isEmpty ? .tell : Self.isReset(rest) ? .reset : .set(rest))
        case "/temperature": self = .temperature(try Self.number(name, rest, 0...2))
        case "/top_p": self = .topP(try Self.number(name, rest, 0...1))
        case "/max_tokens": self = .maxTokens(try Self.integer(name, rest, 1...Int(Int32.max)))
        case "/seed": self = .seed(try Self.integer(name, rest, Int.min...Int.max))
        case "/save": self = .save(try Self.file(name, rest))
        case "/load": self = .load(try Self.file(name, rest))
        case "/retry": self = .retry
        case "/undo": self = .undo
        case "/clear": self = .clear
        case "/stats": self = .stats
        case "/model": self = .model(rest.isEmpty ? nil : rest)
        case "/multiline": self = .multiline
        case "/quit", "/exit": self = .quit
        default: throw ChatCommandError(unknown: name)
        }
    }

    private static func isReset(_ text: String) -> Bool { ["default", "none", "off"].contains(text.lowercased()) }

    private static func thinking(_ text: String) throws(ChatCommandError) -> Thinking {
        let words = text.split(separator: " ")
        switch (words.first.map { String($0) } ?? "", words.count) {
        case ("", _): return .tell
        case ("on", 1): return .on
        case ("off", 1): return .off
        case ("show", 1): return .show
        case ("budget", 2):
            if isReset(String(words[1])) { return .budget(nil) }
            guard let number = Int(words[1]), number >= 0 else { break }
            return .budget(number)
        default: break
        }
        throw ChatCommandError("/think takes on, off, show, or budget with a number of tokens (or none).")
    }

    private static func number(
        _ name: String, _ text: String, _ range: ClosedRange<Double>
    ) throws(ChatCommandError) -> Change<Double> {
        if text.isEmpty { return .tell }
        if isReset(text) { return .reset }
        guard let number = Double(text), range.contains(number) else {
            throw ChatCommandError(
                "\(name) takes a number from \(Int(range.lowerBound)) to \(Int(range.upperBound)), or default.")
        }
        return .set(number)
    }

    private static func integer(
        _ name: String, _ text: String, _ range: ClosedRange<Int>
    ) throws(ChatCommandError) -> Change<Int> {
        if text.isEmpty { return .tell }
        if isReset(text) { return .reset }
        guard let number = Int(text), range.contains(number) else {
            let least = range.lowerBound == .min ? "" : " from \(range.lowerBound)"
            throw ChatCommandError("\(name) takes a whole number\(least), or default.")
        }
        return .set(number)
    }

    private static func file(_ name: String, _ text: String) throws(ChatCommandError) -> String {
        guard !text.isEmpty else { throw ChatCommandError("\(name) takes the name of a file.") }
        return text
    }
}
