package import Engine
internal import JSON

/// The fields that hold the output to something: a grammar, lists of tokens and words, a loop detector, a budget.
struct GuidanceFields: Sendable {
    var constraint: OutputConstraint?
    /// Texts that the output must not have.
    var badWords: [String]
    /// The only tokens of the output; nil: all.
    var allowedTokens: [Int32]?
    /// nil: as the server is set; `.some(nil)`: none.
    var repetition: RepetitionLimits??
    var budget: ReasoningBudget

    static let mostBadWords = 1024
    static let longestPattern = 4096

    init(_ fields: FieldReader, vocabularySize: Int) throws(APIError) {
        constraint = try OutputConstraint.read(fields)
        badWords = try Self.badWords(fields)
        allowedTokens = try fields.tokens("allowed_token_ids", vocabularySize: vocabularySize)
        if allowedTokens?.isEmpty == true {
            throw fields.invalid("allowed_token_ids", "must have at least one token; leave it out to allow all.")
        }
        repetition = try Self.repetition(fields)
        budget = try ReasoningBudget(fields)
    }

    private static func badWords(_ fields: FieldReader) throws(APIError) -> [String] {
        let elements = try fields.array("bad_words") ?? []
        guard elements.count <= mostBadWords else {
            throw fields.invalid("bad_words", "must have at most \(mostBadWords) words, not \(elements.count).")
        }
        var words: [String] = []
        for (index, element) in elements.enumerated() {
            let place = "bad_words[\(index)]"
            guard let word = element.stringValue else { throw fields.mismatch(place, "a string", element) }
            guard !word.isEmpty else { throw fields.invalid(place, "must not be empty.") }
            words.append(word)
        }
        return words
    }

    private static func repetition(_ fields: FieldReader) throws(APIError) -> RepetitionLimits?? {
        guard let detection = try fields.reader("repetition_detection") else { return nil }
        return .some(try RepetitionLimits(detection))
    }
}

extension RepetitionLimits {
    /// The same from JSON text; nil also where that is wrong.
    package init?(json: String) {
        guard let fields = try? FieldReader(body: Array(json.utf8)), let limits = try? RepetitionLimits(fields) else {
            return nil
        }
        self = limits
    }

    /// vLLM's object; nil where `max_pattern_size` is 0, which switches detection off.
    init?(_ fields: FieldReader) throws(APIError) {
        let most = try fields.integer("max_pattern_size", in: 0...GuidanceFields.longestPattern) ?? 0
        let fewest = max(1, try fields.integer("min_pattern_size", in: 0...GuidanceFields.longestPattern) ?? 1)
        let count = try fields.integer("min_count", in: 0...Int(Int32.max)) ?? 0
        guard most > 0 else { return nil }
        guard fewest <= most else {
            throw fields.invalid("min_pattern_size", "(\(fewest)) must not exceed 'max_pattern_size' (\(most)).")
        }
        guard count >= 2 else { throw fields.invalid("min_count", "must be at least 2, not \(count).") }
        self.init(maxPatternSize: most, minPatternSize: fewest, minCount: count)
    }
}
