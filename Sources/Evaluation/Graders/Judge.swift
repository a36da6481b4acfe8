/// A model that compares an answer with the right one where words decide.
package protocol Judge: Sendable {
    /// What the model answers to one user message, without its reasoning. Throws where it gives no answer.
    func ask(_ prompt: String) async throws -> String
}
