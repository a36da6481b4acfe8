/// So many sentences, as ``SentenceSplitter`` finds them.
struct SentenceCount: Instruction {
    private var limit: InstructionArguments.Limit

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        limit = try arguments.limit("relation", "num_sentences")
    }

    func isFollowed(by response: String) -> Bool {
        limit.holds(SentenceSplitter.shared.sentences(of: response).count)
    }
}

/// So many words, a word being letters, numbers and low lines in a row.
struct WordCount: Instruction {
    private var limit: InstructionArguments.Limit

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        limit = try arguments.limit("relation", "num_words")
    }

    func isFollowed(by response: String) -> Bool {
        limit.holds(response.unicodeScalars.split { !$0.isPythonWord }.count)
    }
}

/// Exactly so many paragraphs with `***` between them, none of them blank.
struct ParagraphCount: Instruction {
    private static let divider = Expression(known: #"\s?\*\*\*\s?"#)
    private var count: Int

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        count = try arguments.count("num_paragraphs")
    }

    func isFollowed(by response: String) -> Bool {
        let isBlank = Self.divider.split(response).map(\.isBlank)
        let isGap = isBlank.dropFirst().dropLast().contains(true)
        return !isGap && isBlank.count { !$0 } == count
    }
}

/// Exactly so many paragraphs with blank lines between them, of which one begins with a word.
struct ParagraphFirstWord: Instruction {
    private static let ends: Set<Unicode.Scalar> = [".", ",", "?", "!", "'", "\""]
    private var count: Int
    /// From 1.
    private var ordinal: Int
    private var word: String

    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure) {
        count = try arguments.count("num_paragraphs")
        ordinal = try arguments.count("nth_paragraph")
        word = try arguments.text("first_word").lowercased()
        guard (1...max(count, 1)).contains(ordinal) else {
            throw InstructionArguments.Failure(
                problem: "\(arguments.instruction): argument \"nth_paragraph\": it is \(ordinal); "
                    + "write a number from 1 to num_paragraphs, \(count)")
        }
    }

    func isFollowed(by response: String) -> Bool {
        let paragraphs = response.pieces(separatedBy: "\n\n")
        // As in the reference, blank paragraphs do not count, yet the ordinal does count them.
        guard paragraphs.count(where: { !$0.isBlank }) == count, ordinal <= count,
            let first = paragraphs[ordinal - 1].pythonWords.first
        else { return false }
        let unquoted = first.drop { $0 == "'" }.drop { $0 == "\"" }
        return String(unquoted.prefix { !Self.ends.contains($0) }).lowercased() == word
    }
}
