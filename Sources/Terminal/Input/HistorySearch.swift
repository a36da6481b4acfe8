/// A search back through the history for a text, without regard to case.
package struct HistorySearch: Sendable {
    /// What stood in the editor before it.
    let original: String
    package private(set) var query = ""
    /// The entry found; nil: none holds the query.
    package private(set) var match: String?
    private var index: Int?

    init(original: String) {
        self.original = original
    }

    mutating func extend(with text: String, in history: History) {
        query += text
        find(in: history, before: (index ?? history.entries.count - 1) + 1)
    }

    mutating func shorten(in history: History) {
        guard !query.isEmpty else { return }
        query.removeLast()
        find(in: history, before: history.entries.count)
    }

    /// The next older entry; the one found stays where there is none.
    mutating func next(in history: History) {
        guard let index, !query.isEmpty else { return }
        let before = match
        find(in: history, before: index)
        if match == nil {
            match = before
            self.index = index
        }
    }

    private mutating func find(in history: History, before end: Int) {
        let wanted = query.lowercased()
        index = history.entries[..<min(end, history.entries.count)].lastIndex { entry in
            wanted.isEmpty || entry.lowercased().contains(wanted)
        }
        match = index.map { history.entries[$0] }
    }
}
