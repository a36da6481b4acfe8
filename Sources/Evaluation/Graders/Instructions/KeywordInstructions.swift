/// All of some expressions occur.
struct KeywordExistence: Instruction {
    private var keywords: [Expression]

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        keywords = []
        for keyword in try arguments.texts("keywords") {
            keywords.append(try arguments.pattern("keywords", "(?i)" + keyword))
        }
    }

    func isFollowed(by response: String) -> Bool { keywords.allSatisfy { $0.matches(response) } }
}

/// An expression occurs often or rarely, also within words.
struct KeywordFrequency: Instruction {
    private var keyword: Expression
    private var limit: InstructionArguments.Limit

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        keyword = try arguments.pattern("keyword", "(?i)" + arguments.text("keyword").stripped())
        limit = try arguments.limit("relation", "frequency")
    }

    func isFollowed(by response: String) -> Bool { limit.holds(keyword.ranges(in: response).count) }
}

/// None of some words occurs.
struct ForbiddenWords: Instruction {
    private var words: [Expression]

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        words = []
        for word in try arguments.texts("forbidden_words") {
            words.append(try arguments.pattern("forbidden_words", "(?i)\\b\(word)\\b"))
        }
    }

    func isFollowed(by response: String) -> Bool { !words.contains { $0.matches(response) } }
}

/// A letter occurs often or rarely.
///
/// The reference package draws a letter at random where the argument is none; here every character is counted as given.
struct LetterFrequency: Instruction {
    private var letter: Unicode.Scalar
    private var limit: InstructionArguments.Limit

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        let text = try arguments.text("letter").stripped().lowercased()
        guard let letter = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
            throw InstructionArguments.Failure(
                problem: "\(arguments.instruction): argument \"letter\": it is \"\(text)\"; write one letter")
        }
        self.letter = letter
        limit = try arguments.limit("let_relation", "let_frequency")
    }

    func isFollowed(by response: String) -> Bool {
        limit.holds(response.lowercased().unicodeScalars.count { $0 == letter })
    }
}
