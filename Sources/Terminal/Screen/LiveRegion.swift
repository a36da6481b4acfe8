/// The rows at the end of a terminal's output that are drawn again and again, below those that are settled for good.
///
/// An update is one string: back to the region's beginning, over the old rows without erasing them first, so that
/// nothing flickers, inside a synchronised update for terminals that know it.
package struct LiveRegion: Sendable {
    /// Where the cursor shall stand among the live rows.
    package struct Cursor: Hashable, Sendable {
        package var row: Int
        package var column: Int

        package init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    private static let begin = "\u{1B}[?2026h\u{1B}[?25l"
    private static let end = "\u{1B}[?2026l"
    private static let showCursor = "\u{1B}[?25h"

    /// Columns of the terminal.
    package var width: Int
    private let isColoured: Bool
    private var drawn: [StyledLine] = []
    private var cursor: Cursor?
    /// The cursor's row, counted from the region's first one.
    private var cursorRow = 0

    package init(width: Int, isColoured: Bool) {
        self.width = width
        self.isColoured = isColoured
    }

    /// What to write so that `settled` stands above and `live` is the region now.
    ///
    /// - Parameters:
    ///   - live: rows that fit the terminal's width and are fewer than its height.
    ///   - cursor: nil hides it.
    package mutating func update(settled: [StyledLine] = [], live: [StyledLine], cursor: Cursor? = nil) -> String {
        if settled.isEmpty, live == drawn, cursor == self.cursor { return "" }
        var output = Self.begin + start
        for line in settled { output += row(line) + "\r\n" }
        output += rows(live, cursor, above: settled.count)
        return output + Self.end
    }

    /// What to write to clear the whole screen and show these rows on it, at most as many as it has.
    package mutating func redraw(settled: [StyledLine], live: [StyledLine], cursor: Cursor? = nil) -> String {
        var output = Self.begin + "\u{1B}[H\u{1B}[J"
        for line in settled { output += row(line) + "\r\n" }
        drawn = []
        output += rows(live, cursor, above: 0)
        return output + Self.end
    }

    /// What to write so that the region's rows stay and the cursor is below them.
    package mutating func leave() -> String {
        defer {
            drawn = []
            cursorRow = 0
            cursor = nil
        }
        let down = max(0, drawn.count - 1 - cursorRow)
        return (down > 0 ? "\u{1B}[\(down)B" : "") + (drawn.isEmpty ? "" : "\r\n") + Self.showCursor
    }

    /// To the first column of the region's first row.
    private var start: String { "\r" + (cursorRow > 0 ? "\u{1B}[\(cursorRow)A" : "") }

    private mutating func rows(_ live: [StyledLine], _ cursor: Cursor?, above: Int) -> String {
        var output = ""
        for (index, line) in live.enumerated() { output += (index > 0 ? "\r\n" : "") + row(line) }
        if live.isEmpty {
            output += "\u{1B}[J"
        } else if drawn.count > above + live.count {
            // From the next row's beginning: erasing behind a full row would take its last character.
            output += "\u{1B}[B\r\u{1B}[J\u{1B}[A"
        }
        drawn = live
        self.cursor = cursor
        cursorRow = max(0, live.count - 1)
        guard let cursor else { return output }
        let up = cursorRow - cursor.row
        output += "\r" + (up > 0 ? "\u{1B}[\(up)A" : "")
        output += cursor.column > 0 ? "\u{1B}[\(cursor.column)C" : ""
        cursorRow = cursor.row
        return output + Self.showCursor
    }

    /// A row over what stood there.
    private func row(_ line: StyledLine) -> String {
        line.encoded(isColoured: isColoured) + (line.width < width ? "\u{1B}[K" : "")
    }
}
