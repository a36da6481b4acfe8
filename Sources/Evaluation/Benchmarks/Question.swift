package import JSON

/// One question of a benchmark, ready to be asked.
package struct Question: Sendable, Equatable {
    /// Unique within its benchmark.
    package var id: String
    /// The one user message, with the benchmark's instruction.
    package var prompt: String
    /// What a right answer is, in the shape that the benchmark's grader reads.
    package var gold: JSONValue
    /// What the report groups by.
    package var subject: String?
    package var level: String?
    /// Questions that share a passage share a cluster: their scores are not independent.
    package var cluster: String?
    /// For each option as shown, its index in the data; nil where there are no options.
    package var optionOrder: [Int]?

    package init(id: String, prompt: String, gold: JSONValue) {
        self.id = id
        self.prompt = prompt
        self.gold = gold
    }
}
