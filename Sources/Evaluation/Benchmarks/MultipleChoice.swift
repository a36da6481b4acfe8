internal import JSON

/// A question with options in the order of the data.
struct MultipleChoice {
    var question: String
    var options: [String]
    /// Index of the right one.
    var answer: Int

    static let letters = Array("ABCDEFGHIJ").map(String.init)

    /// Reads a row with its options in a list or in columns `A`, `B`, …, and its answer as a letter or as an index.
    init(_ row: DataRow) throws {
        question = try row.text("question", "Question", "problem", "prompt")
        let (field, options) = try Self.options(row)
        guard (2...Self.letters.count).contains(options.count) else {
            throw row.error(field, "it has \(options.count) options; between 2 and 10 are possible")
        }
        self.options = options
        answer = try Self.answer(row, count: options.count)
    }

    init(question: String, options: [String], answer: Int) {
        self.question = question
        self.options = options
        self.answer = answer
    }

    /// A question with its options in an order that the seed and the question's id decide, and the letter of the right
    /// one as gold.
    ///
    /// Options that speak of others by their place ("all of the above", "A and C") keep the order of the data unless
    /// `always`.
    func shuffled(id: String, seed: UInt64, always: Bool = false, prompt: (MultipleChoice) -> String) -> Question {
        var order = Array(options.indices)
        if always || !options.contains(where: Self.refersToOthers) {
            var generator = SplitMix64(seed: seed, id: id)
            order.shuffle(using: &generator)
        }
        let shown = MultipleChoice(
            question: question, options: order.map { options[$0] }, answer: order.firstIndex(of: answer) ?? 0)
        var result = Question(id: id, prompt: prompt(shown), gold: .string(Self.letters[shown.answer]))
        result.optionOrder = order
        return result
    }

    /// Each option behind its letter, on a line of its own.
    func listed(_ line: (_ letter: String, _ option: String) -> String) -> String {
        zip(Self.letters, options).map(line).joined(separator: "\n")
    }

    /// `ABCD`
    var letterRange: String { Self.letters.prefix(options.count).joined() }

    private static func options(_ row: DataRow) throws -> (field: String, options: [String]) {
        if let (name, value) = row.value(["choices", "options", "Choices", "Options"]) {
            guard let elements = (value["text"] ?? value).arrayValue else {
                throw row.error(name, "it is \(value.kind); write a list of strings")
            }
            return (
                name,
                try elements.map { element in
                    guard let text = element.plainText else {
                        throw row.error(name, "an option is \(element.kind); write strings")
                    }
                    return text
                }
            )
        }
        guard row.fields["A"] != nil else { throw row.missing(["choices", "options", "A"]) }
        return ("A", try letters.prefix { row.fields[$0] != nil }.compactMap { try row.optionalText($0) })
    }

    private static func answer(_ row: DataRow, count: Int) throws -> Int {
        guard let (name, value) = row.value(["answer", "Answer", "answer_index", "label", "target"]) else {
            throw row.missing(["answer", "answer_index", "label"])
        }
        guard let answer = index(value, count: count) else {
            throw row.error(
                name,
                "\(value.serialized()) is none of the \(count) options; write a letter from A to "
                    + "\(letters[count - 1]) or an index from 0 to \(count - 1)")
        }
        return answer
    }

    /// The option that a letter or an index, also in a string, names.
    static func index(_ value: JSONValue, count: Int) -> Int? {
        guard let text = value.plainText?.filter({ !$0.isWhitespace }) else { return nil }
        guard let index = letters.firstIndex(of: text.uppercased()) ?? Int(text) else { return nil }
        return (0..<count).contains(index) ? index : nil
    }

    private static func refersToOthers(_ option: String) -> Bool {
        if ["above", "以上", "上述", "均", "都"].contains(where: option.lowercased().contains) { return true }
        let words = option.split { !($0.isLetter || $0.isNumber) }
        let places = words.filter { $0.count == 1 && letters.contains(String($0)) }
        return places.count >= 2
            || places.count == 1 && words.contains { ["only", "both", "neither"].contains($0.lowercased()) }
    }
}
