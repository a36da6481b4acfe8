internal import JSON

/// The arguments of one instruction, as the data's `kwargs` give them.
struct InstructionArguments {
    struct Failure: Error, Equatable {
        /// What is wrong, and what would be right.
        var problem: String
    }

    /// How a count compares.
    enum Relation: String {
        case atLeast = "at least"
        case lessThan = "less than"
    }

    /// A number that something is compared with.
    struct Limit {
        var relation: Relation
        var count: Int

        func holds(_ value: Int) -> Bool {
            switch relation {
            case .atLeast: value >= count
            case .lessThan: value < count
            }
        }
    }

    /// The instruction's type, for errors.
    var instruction: String
    var values: JSONObject

    func text(_ name: String) throws(Failure) -> String {
        guard let text = values[name]?.stringValue, !text.isEmpty else { throw missing(name, "a text") }
        return text
    }

    func texts(_ name: String) throws(Failure) -> [String] {
        let texts = values[name]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard !texts.isEmpty, texts.count == values[name]?.arrayValue?.count else {
            throw missing(name, "a list of texts")
        }
        return texts
    }

    func count(_ name: String) throws(Failure) -> Int {
        guard let number = values[name]?.doubleValue, let count = Int(exactly: number), count >= 0 else {
            throw missing(name, "a whole number")
        }
        return count
    }

    func limit(_ relation: String, _ count: String) throws(Failure) -> Limit {
        guard let relation = values[relation]?.stringValue.flatMap(Relation.init) else {
            throw missing(relation, "\"at least\" or \"less than\"")
        }
        return Limit(relation: relation, count: try self.count(count))
    }

    func pattern(_ name: String, _ pattern: String) throws(Failure) -> Expression {
        do {
            return try Expression(pattern)
        } catch {
            throw Failure(problem: "\(instruction): argument \"\(name)\": \(error)")
        }
    }

    private func missing(_ name: String, _ kind: String) -> Failure {
        let found = values[name].map { "it is \($0.serialized())" } ?? "it is missing"
        return Failure(problem: "\(instruction): argument \"\(name)\": \(found); write \(kind)")
    }
}
