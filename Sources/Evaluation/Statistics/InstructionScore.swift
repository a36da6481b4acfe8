internal import JSON

/// How often a kind of instruction was followed, over all samples whose verdict tells.
struct InstructionScore: Sendable, Equatable {
    let name: String
    var count = 0
    var strict = 0
    var loose = 0

    /// By name; none where verdicts have no `instructions`, each an object with `id`, `strict` and `loose`.
    static func all(_ questions: [QuestionOutcome]) -> [InstructionScore] {
        var scores: [String: InstructionScore] = [:]
        for sample in questions.flatMap(\.samples) {
            for result in sample.verdict?.detail?["instructions"]?.arrayValue ?? [] {
                guard let name = result["id"]?.stringValue else { continue }
                var score = scores[name] ?? InstructionScore(name: name)
                score.count += 1
                if result["strict"]?.boolValue == true { score.strict += 1 }
                if result["loose"]?.boolValue == true { score.loose += 1 }
                scores[name] = score
            }
        }
        return scores.values.sorted { $0.name < $1.name }
    }
}
