/// A phrase ends the response.
struct EndPhrase: Instruction {
    private var phrase: String

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        phrase = try arguments.text("end_phrase").stripped().lowercased()
    }

    func isFollowed(by response: String) -> Bool {
        response.stripped().stripped { $0 == "\"" }.lowercased().ends(with: phrase)
    }
}

/// Double quotation marks around the whole.
struct Quotation: Instruction {
    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        let text = response.stripped()
        return text.utf8.count > 1 && text.begins(with: "\"") && text.ends(with: "\"")
    }
}

/// No comma of ASCII.
struct NoComma: Instruction {
    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool { !response.utf8.contains(UInt8(ascii: ",")) }
}
