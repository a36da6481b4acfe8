/// What was submitted before, oldest first, and the place in it that is being looked at.
package struct History: Sendable {
    package private(set) var entries: [String]
    private let limit: Int
    /// nil while the text is the user's own draft.
    private var position: Int?
    private var draft = ""

    package init(_ entries: [String] = [], limit: Int = 1000) {
        self.entries = Array(entries.suffix(limit))
        self.limit = limit
    }

    /// Adds a text, unless it is empty or the latest entry already. Returns whether it was added.
    @discardableResult
    package mutating func add(_ text: String) -> Bool {
        restart()
        guard text.contains(where: { !$0.isWhitespace }), entries.last != text else { return false }
        entries.append(text)
        if entries.count > limit { entries.removeFirst() }
        return true
    }

    /// Goes back to the draft's place.
    mutating func restart() {
        position = nil
        draft = ""
    }

    /// The entry before the one shown; `text` is kept as the draft where that is shown now.
    mutating func older(than text: String) -> String? {
        let current = position ?? entries.count
        guard current > 0 else { return nil }
        if position == nil { draft = text }
        position = current - 1
        return entries[current - 1]
    }

    /// The entry behind the one shown, at last the draft.
    mutating func newer(than text: String) -> String? {
        guard let current = position else { return nil }
        guard current + 1 < entries.count else {
            position = nil
            return draft
        }
        position = current + 1
        return entries[current + 1]
    }
}
