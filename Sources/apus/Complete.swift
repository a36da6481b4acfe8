internal import ArgumentParser
internal import Checkpoints
internal import Glibc
internal import JSON
internal import Service
internal import Terminal

struct Complete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers one prompt in the terminal.",
        discussion: "The answer goes to standard output, the chain of thought before it to standard error."
    )

    @Argument(help: "The prompt; read from standard input if it is - or missing.")
    var prompt: String?

    @Option(help: "Hugging Face folder or GGUF file; without it the built-in model answers.")
    var model: String?

    @Option(help: "Most tokens to generate; what the context has left unless given, 16 with --raw.")
    var maxTokens: Int?

    @OptionGroup var answer: AnswerOptions

    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Continue the prompt as it is, without the chat template.")
    var raw = false

    func validate() throws {
        guard !raw || answer.systemPrompt == nil else {
            throw ValidationError(
                "--raw and --system-prompt exclude each other: without a template there is no system.")
        }
    }

    func run() async throws {
        var configuration = ServerConfiguration()
        configuration.model = model
        compute.apply(to: &configuration)
        configuration.maxSequences = 1
        let text = try promptText(prompt)
        let session = try PromptSession(configuration)

        var request = JSONObject()
        if raw {
            request["prompt"] = .string(text)
        } else {
            var messages: [JSONValue] = [["role": "user", "content": .string(text)]]
            if let system = answer.systemPrompt {
                messages.insert(["role": "system", "content": .string(system)], at: 0)
            }
            request["messages"] = .array(messages)
        }
        if let maxTokens { request["max_tokens"] = .integer(maxTokens) }
        if let temperature = answer.temperature { request["temperature"] = .number(temperature) }
        if let seed = answer.seed { request["seed"] = .integer(seed) }

        let dims = isatty(STDERR_FILENO) == 1
        var isReasoning = false
        try await session.answer(request) { piece in
            switch piece {
            case .reasoning(let text):
                isReasoning = true
                try? write(dims ? "\u{1B}[2m\(text)\u{1B}[0m" : text, to: STDERR_FILENO)
            case .content(let text):
                if isReasoning { try? write("\n\n", to: STDERR_FILENO) }
                isReasoning = false
                try write(text, to: STDOUT_FILENO)
            }
        }
        try write("\n", to: STDOUT_FILENO)
    }

    private func write(_ text: String, to file: Int32) throws {
        guard TerminalDevice.write(text, to: file) else {
            throw SettingError("Standard output", "cannot be written: \(String(cString: strerror(errno))).")
        }
    }
}
