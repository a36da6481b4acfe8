/// What the Tab key makes of the beginning of a command.
package struct CommandCompletion: Hashable, Sendable {
    /// The text as far as it is certain.
    package var text: String
    /// The ways to go on, where there are several.
    package var choices: [String] = []

    /// nil where nothing completes the text.
    package init?(_ text: String, models: [String]) {
        guard text.hasPrefix("/"), !text.contains("\n") else { return nil }
        let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        let candidates: [String]
        switch (words[0], words.count) {
        case (_, 1): candidates = ChatCommand.all.map { $0.name + ($0.arguments.isEmpty ? "" : " ") }
        case ("/think", _): candidates = ["on", "off", "budget ", "show"].map { "/think \($0)" }
        case ("/model", _): candidates = models.map { "/model \($0)" }
        default: return nil
        }
        let matching = candidates.filter { $0.hasPrefix(text) }
        guard let first = matching.first else { return nil }
        var common = first[...]
        for candidate in matching.dropFirst() {
            while !candidate.hasPrefix(common) { common = common.dropLast() }
        }
        self.text = String(common)
        if matching.count > 1 { choices = matching.map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 } }
    }
}
