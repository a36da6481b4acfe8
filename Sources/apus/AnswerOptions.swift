internal import ArgumentParser

/// How one conversation is answered, as all commands that hold one spell it.
struct AnswerOptions: ParsableArguments {
    @Option(help: "System message.")
    var systemPrompt: String?

    @Option(help: "0 takes the most likely token each time; the model's own default unless given.")
    var temperature: Double?

    @Option(help: "Seed of the draw.")
    var seed: Int?

    func validate() throws {
        if let temperature { try require(temperature, in: 0...2, "--temperature") }
    }
}
