/// Breaks text into rows of a width.
///
/// Rows break at spaces and beside wide characters (as Chinese and Japanese do), but not before closing punctuation or
/// behind opening one; a word longer than a row is cut. What is cut where depends on the text and the width alone.
package struct Wrapping: Sendable {
    /// What stands before the first row and before every other one.
    var firstPrefix = StyledLine()
    var otherPrefix = StyledLine()
    /// In columns, prefixes included.
    var width: Int

    package init(width: Int, first: StyledLine = StyledLine(), others: StyledLine = StyledLine()) {
        self.width = width
        firstPrefix = first
        otherPrefix = others
    }

    private static let closing = Set("、。，．：；！？）】》」』〉〕…—～·,.!?:;)]}%\u{2019}\u{201D}ー々")
    private static let opening = Set("（【《「『〈〔([{\u{2018}\u{201C}")

    private struct Cell {
        var character: Character
        var style: Style
        var width: Int
    }

    /// The rows of spans whose texts may hold line feeds; at least one.
    package func rows(_ spans: [Span]) -> [StyledLine] {
        var rows: [StyledLine] = []
        var line: [Cell] = []
        for span in spans {
            for character in span.text {
                if character == "\n" {
                    wrap(line, into: &rows)
                    line = []
                } else {
                    line.append(
                        Cell(character: character, style: span.style, width: TextWidth.columns(of: character)))
                }
            }
        }
        wrap(line, into: &rows)
        return rows
    }

    /// Rows cut at the width wherever that falls, with every space kept: for code.
    package func cutRows(_ spans: [Span]) -> [StyledLine] {
        var rows = [firstPrefix]
        var used = firstPrefix.width
        for span in spans {
            for character in span.text {
                let width = TextWidth.columns(of: character)
                if used + width > self.width, used > otherPrefix.width {
                    rows.append(otherPrefix)
                    used = otherPrefix.width
                }
                rows[rows.count - 1].append(String(character), span.style)
                used += width
            }
        }
        return rows
    }

    private func wrap(_ cells: [Cell], into rows: inout [StyledLine]) {
        var start = 0
        repeat {
            let prefix = rows.isEmpty ? firstPrefix : otherPrefix
            let space = max(2, width - prefix.width)
            let (end, next) = nextBreak(cells, from: start, space: space)
            var row = prefix
            for cell in cells[start..<end] { row.append(String(cell.character), cell.style) }
            rows.append(row)
            start = next
        } while start < cells.count
    }

    /// Where a row that begins at `start` ends, and where the next one begins.
    private func nextBreak(_ cells: [Cell], from start: Int, space: Int) -> (end: Int, next: Int) {
        var used = 0
        var best: (end: Int, next: Int)?
        var index = start
        while index < cells.count {
            let cell = cells[index]
            if cell.character == " " {
                var next = index
                while next < cells.count, cells[next].character == " " { next += 1 }
                if index > start { best = (index, next) }
                if used + (next - index) > space { return best ?? (index, next) }
                if next == cells.count { return (index, next) }
                used += next - index
                index = next
                continue
            }
            if index > start, breaksBetween(cells[index - 1], cell) { best = (index, index) }
            if used + cell.width > space {
                return best ?? (max(index, start + 1), max(index, start + 1))
            }
            used += cell.width
            index += 1
        }
        return (cells.count, cells.count)
    }

    private func breaksBetween(_ before: Cell, _ after: Cell) -> Bool {
        guard before.width == 2 || after.width == 2, before.character != " " else { return false }
        return !Self.closing.contains(after.character) && !Self.opening.contains(before.character)
    }
}
