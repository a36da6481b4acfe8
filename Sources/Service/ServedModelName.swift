/// A name that clients may use for the model, and whether it stands for the model thinking: `NAME`, `NAME=thinking` or
/// `NAME=no-thinking`.
package struct ServedModelName: Sendable, Equatable {
    package var name: String
    /// nil: requests decide, and the template.
    package var isThinking: Bool?

    package init(_ name: String, isThinking: Bool? = nil) {
        self.name = name
        self.isThinking = isThinking
    }

    /// nil where the name is empty or the mode is none.
    package init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return nil }
        switch parts.dropFirst().first {
        case nil: self.init(argument)
        case "thinking": self.init(String(name), isThinking: true)
        case "no-thinking": self.init(String(name), isThinking: false)
        default: return nil
        }
    }
}
