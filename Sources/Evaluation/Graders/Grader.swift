/// Judges answers, never reasoning. Pure but for graders that ask a judge or run code.
package protocol Grader: Sendable {
    /// Name and version of the rules: runs graded by other rules are not compared.
    var identity: String { get }

    /// Throws only where no verdict could be reached (an unreachable judge); a wrong or missing answer scores 0.
    func grade(_ content: String, to question: Question) async throws -> Verdict

    /// Whether two answers that were found vote for the same.
    func isSame(_ answer: String, _ other: String) -> Bool
}

extension Grader {
    package func isSame(_ answer: String, _ other: String) -> Bool { answer == other }
}
