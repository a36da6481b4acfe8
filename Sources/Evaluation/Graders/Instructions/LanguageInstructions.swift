/// The response is in a language. One without anything to tell its language by is.
struct ResponseLanguage: Instruction {
    private var language: String

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        language = try arguments.text("language")
    }

    func isFollowed(by response: String) -> Bool {
        (LanguageDetector.shared.language(of: response) ?? language) == language
    }
}

/// All letters are capitals, and the language is English.
struct EnglishCapitals: Instruction {
    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        response.unicodeScalars.isPythonUpper && (LanguageDetector.shared.language(of: response) ?? "en") == "en"
    }
}

/// No letter is a capital, and the language is English.
struct EnglishLowercase: Instruction {
    init(_: InstructionArguments) {}

    func isFollowed(by response: String) -> Bool {
        response.unicodeScalars.isPythonLower && (LanguageDetector.shared.language(of: response) ?? "en") == "en"
    }
}

/// Words in capitals occur often or rarely, as ``EnglishWords`` finds them.
struct CapitalWordFrequency: Instruction {
    private var limit: InstructionArguments.Limit

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        limit = try arguments.limit("capital_relation", "capital_frequency")
    }

    func isFollowed(by response: String) -> Bool {
        limit.holds(EnglishWords.words(of: response).count(where: \.isPythonUpper))
    }
}
