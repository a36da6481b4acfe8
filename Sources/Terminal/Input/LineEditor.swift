/// The text that is being typed, its cursor, and what keys do to it: Emacs' keys, several lines, history.
///
/// Positions are clusters of scalars, so that an accent or a joined emoji is one step.
package struct LineEditor: Sendable {
    /// What a key asks of the one who runs the editor.
    package enum Outcome: Hashable, Sendable {
        /// Show the text as it is now.
        case edited
        case submitted(String)
        /// Ctrl-C; the text that was dropped.
        case interrupted(String)
        /// Ctrl-D on an empty line.
        case ended
        case complete
        case redraw
        case toggleThinking
        case suspend
        /// The key does nothing here.
        case ignored
    }

    package private(set) var characters: [Character] = []
    package private(set) var cursor = 0
    package var history: History
    /// Whether Enter breaks the line and Alt-Enter submits, in place of the other way around.
    package var enterBreaksLines = false
    package private(set) var search: HistorySearch?

    private var killed: [Character] = []
    private var lastWasKill = false
    private var undone: [(characters: [Character], cursor: Int)] = []
    /// The column that up and down keep.
    private var goalColumn: Int?
    private static let undoLimit = 200

    package init(history: History = History()) {
        self.history = history
    }

    package var text: String { String(characters) }

    /// Replaces the text, with the cursor at its end.
    package mutating func set(_ text: String) {
        characters = Array(text)
        cursor = characters.count
        goalColumn = nil
    }

    package mutating func handle(_ key: Key) -> Outcome {
        if search != nil, let outcome = handleSearch(key) { return outcome }
        let wasKill = lastWasKill
        lastWasKill = false
        if key != .up, key != .down { goalColumn = nil }
        switch key {
        case .text(let scalar): insert(String(scalar))
        case .paste(let text): insert(text)
        case .enter, .lineBreak, .control("j"):
            return enter(isPlain: key == .enter)
        case .control("c"):
            defer { clear() }
            return .interrupted(text)
        case .control("d") where characters.isEmpty: return .ended
        case .tab: return .complete
        case .control("l"): return .redraw
        case .control("o"): return .toggleThinking
        case .control("z"): return .suspend
        case .control("r"):
            search = HistorySearch(original: text)
        case .control("_"), .control("/"): return undo()
        case .delete, .control("d"): return remove(cursor..<min(cursor + 1, characters.count))
        case .backspace, .control("h"): return remove(max(0, cursor - 1)..<cursor)
        case .control("k"), .control("u"), .control("w"), .altBackspace, .alt("d"):
            return kill(key, appending: wasKill)
        case .control("y"):
            guard !killed.isEmpty else { return .ignored }
            insert(String(killed))
        case .control("t"): return transpose()
        case .up, .control("p"): return vertical(-1)
        case .down, .control("n"): return vertical(1)
        case .pageUp, .alt("<"): return recall { $0.older(than: $1) }
        case .pageDown, .alt(">"): return recall { $0.newer(than: $1) }
        default: return move(key)
        }
        return .edited
    }

    // MARK: Movement

    private mutating func move(_ key: Key) -> Outcome {
        let target: Int
        switch key {
        case .left, .control("b"): target = max(0, cursor - 1)
        case .right, .control("f"): target = min(characters.count, cursor + 1)
        case .wordLeft, .alt("b"): target = wordStart(before: cursor)
        case .wordRight, .alt("f"): target = wordEnd(after: cursor)
        case .home, .control("a"): target = lineStart(at: cursor)
        case .end, .control("e"): target = lineEnd(at: cursor)
        default: return .ignored
        }
        cursor = target
        return .edited
    }

    private func lineStart(at position: Int) -> Int {
        characters[..<position].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    }

    private func lineEnd(at position: Int) -> Int {
        characters[position...].firstIndex(of: "\n") ?? characters.count
    }

    private func wordStart(before position: Int) -> Int {
        var index = position
        while index > 0, !characters[index - 1].isWordPart { index -= 1 }
        while index > 0, characters[index - 1].isWordPart { index -= 1 }
        return index
    }

    private func wordEnd(after position: Int) -> Int {
        var index = position
        while index < characters.count, !characters[index].isWordPart { index += 1 }
        while index < characters.count, characters[index].isWordPart { index += 1 }
        return index
    }

    /// Up and down go through the lines, and beyond the first and the last one through the history.
    private mutating func vertical(_ step: Int) -> Outcome {
        let start = lineStart(at: cursor)
        let end = lineEnd(at: cursor)
        let column = goalColumn ?? TextWidth.columns(of: String(characters[start..<cursor]))
        if step < 0 ? start == 0 : end == characters.count {
            return step < 0 ? recall { $0.older(than: $1) } : recall { $0.newer(than: $1) }
        }
        var index = step < 0 ? lineStart(at: start - 1) : end + 1
        var used = 0
        while index < characters.count, characters[index] != "\n" {
            used += TextWidth.columns(of: characters[index])
            if used > column { break }
            index += 1
        }
        cursor = index
        goalColumn = column
        return .edited
    }

    private mutating func recall(_ step: (inout History, String) -> String?) -> Outcome {
        guard let text = step(&history, text) else { return .ignored }
        remember()
        set(text)
        return .edited
    }

    // MARK: Changes

    private mutating func insert(_ text: String) {
        remember()
        let head = String(characters[..<cursor]) + Sanitizer.text(text)
        let tail = String(characters[cursor...])
        // What is typed may join the characters around it.
        characters = Array(head + tail)
        cursor = min(head.count, characters.count)
    }

    private mutating func remove(_ range: Range<Int>) -> Outcome {
        guard !range.isEmpty else { return .ignored }
        remember()
        characters = Array(String(characters[..<range.lowerBound] + characters[range.upperBound...]))
        cursor = range.lowerBound
        return .edited
    }

    private mutating func kill(_ key: Key, appending: Bool) -> Outcome {
        let range: Range<Int>
        switch key {
        case .control("k"):
            let end = lineEnd(at: cursor)
            range = cursor..<(end == cursor ? min(end + 1, characters.count) : end)
        case .control("u"): range = lineStart(at: cursor)..<cursor
        case .alt("d"): range = cursor..<wordEnd(after: cursor)
        case .control("w"):
            var start = cursor
            while start > 0, characters[start - 1].isWhitespace { start -= 1 }
            while start > 0, !characters[start - 1].isWhitespace { start -= 1 }
            range = start..<cursor
        default: range = wordStart(before: cursor)..<cursor
        }
        guard !range.isEmpty else { return .ignored }
        let cut = Array(characters[range])
        let isForward = range.lowerBound == cursor
        killed = appending ? (isForward ? killed + cut : cut + killed) : cut
        lastWasKill = true
        return remove(range)
    }

    private mutating func transpose() -> Outcome {
        guard characters.count > 1, cursor > 0 else { return .ignored }
        remember()
        let index = min(cursor, characters.count - 1)
        characters.swapAt(index - 1, index)
        cursor = index + 1
        return .edited
    }

    private mutating func undo() -> Outcome {
        guard let last = undone.popLast() else { return .ignored }
        (characters, cursor) = last
        return .edited
    }

    private mutating func remember() {
        undone.append((characters, cursor))
        if undone.count > Self.undoLimit { undone.removeFirst() }
    }

    private mutating func clear() {
        set("")
        undone = []
        history.restart()
    }

    /// A backslash before Enter becomes a line break.
    private mutating func enter(isPlain: Bool) -> Outcome {
        if isPlain, cursor == characters.count, characters.last == "\\" {
            characters.removeLast()
            cursor -= 1
            insert("\n")
            return .edited
        }
        // Commands are one line, whatever Enter does.
        let isCommand = characters.first == "/" && !characters.contains("\n")
        if isPlain == enterBreaksLines, !(isPlain && isCommand) {
            insert("\n")
            return .edited
        }
        let text = text
        clear()
        return .submitted(text)
    }

    // MARK: Search

    /// nil where the key ends the search and means what it always means.
    private mutating func handleSearch(_ key: Key) -> Outcome? {
        guard var search else { return nil }
        switch key {
        case .text(let scalar): search.extend(with: String(scalar), in: history)
        case .paste(let text): search.extend(with: text, in: history)
        case .backspace, .control("h"): search.shorten(in: history)
        case .control("r"): search.next(in: history)
        case .control("g"), .control("c"), .escape:
            set(search.original)
            self.search = nil
            return .edited
        default:
            self.search = nil
            return key == .enter ? .edited : nil
        }
        self.search = search
        if let match = search.match { set(match) }
        return .edited
    }
}

extension Character {
    fileprivate var isWordPart: Bool { isLetter || isNumber || self == "_" }
}
