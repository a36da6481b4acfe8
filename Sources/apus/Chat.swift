internal import ArgumentParser
internal import Glibc
internal import Service
internal import Terminal
internal import TerminalChat

struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talks with a model in the terminal.",
        discussion: """
            The model is loaded in this process, or belongs to the server that --url names. With -q, or where standard \
            input or output is no terminal, one prompt is answered and nothing but the answer is written.
            """
    )

    @Argument(help: "Hugging Face folder or GGUF file; without it the built-in model answers.")
    var model: String?

    @Option(help: "Server to talk to, such as http://127.0.0.1:8000.")
    var url: String?

    @Option(help: "Its key; APUS_API_KEY or OPENAI_API_KEY unless given.")
    var apiKey: String?

    @Option(help: "Model name to ask the server for; its first unless given.")
    var servedModelName: String?

    @Option(
        name: [.customShort("q"), .customLong("prompt")], defaultAsFlag: "-",
        help: ArgumentHelp(
            "Answer this prompt, or the one on standard input, with plain output.", valueName: "prompt"))
    var prompt: String?

    @Flag(help: "Write the chain of thought to standard error, with -q.")
    var showThinking = false

    @Flag(inversion: .prefixedNo, help: "Let the model think, or not; as the server has it unless given.")
    var think: Bool?

    @Option(help: "Most tokens to generate.")
    var maxTokens: Int?

    @OptionGroup var answer: AnswerOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var batching: BatchingOptions

    func validate() throws {
        if let maxTokens { try require(maxTokens, in: 1...Int(Int32.max), "--max-tokens") }
        guard url == nil || model == nil else {
            throw ValidationError(
                "MODEL and --url exclude each other: a server has its own models (--served-model-name).")
        }
    }

    func run() async throws {
        let device = TerminalDevice()
        let isQuiet = prompt != nil || isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0
        let text = isQuiet ? try promptText(prompt).trimmed : ""
        guard !isQuiet || !text.isEmpty else { throw ValidationError("The prompt is empty.") }
        if let url {
            return try await talk(
                ChatServer(url: url, key: clientKey(apiKey)), text, device, greeting: "apus chat at \(url)")
        }
        var server = ServerConfiguration()
        server.model = model
        compute.apply(to: &server)
        batching.apply(to: &server)
        let subject = model ?? "the built-in model"
        try await server.servingPrivately { url, key in
            try await talk(ChatServer(url: url, key: key), text, device, greeting: "apus chat with \(subject)")
        }
    }

    private func talk(_ server: ChatServer, _ text: String, _ device: TerminalDevice, greeting: String) async throws {
        var session = ChatSession(server: server)
        session.conversation.settings.model = servedModelName
        session.conversation.settings.system = answer.systemPrompt
        session.conversation.settings.thinks = think
        session.conversation.settings.maxTokens = maxTokens
        session.conversation.settings.temperature = answer.temperature
        session.conversation.settings.seed = answer.seed
        var plain = PlainChat(session: session, showsThinking: showThinking)
        if !text.isEmpty { return try await plain.answer(text) }
        guard device.isInteractive else { return await plain.converse(greeting: greeting) }
        var screen = ChatScreen(session: session, device: device, history: .standard(environment: environment))
        if await !screen.run(greeting: greeting) { await plain.converse(greeting: greeting) }
    }

    private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
