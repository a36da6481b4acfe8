/// Two different responses with six asterisks between them.
struct TwoResponses: Instruction {
    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        let pieces = response.pieces(separatedBy: "******").map { $0.stripped() }
        let responses = pieces.filter { !$0.isEmpty }
        let hasGap = pieces.dropFirst().dropLast().contains("")
        return !hasGap && responses.count == 2 && !responses[0].utf8.elementsEqual(responses[1].utf8)
    }
}

/// The request stands before the answer.
struct RepeatedPrompt: Instruction {
    private var prompt: String

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        prompt = try arguments.text("prompt_to_repeat").stripped().lowercased()
    }

    func isFollowed(by response: String) -> Bool { response.stripped().lowercased().begins(with: prompt) }
}
