/// The rows of an editor's text in a width, and where its cursor stands among them.
package struct EditorLayout: Hashable, Sendable {
    private static let tabWidth = 4

    package private(set) var rows: [StyledLine]
    package private(set) var cursorRow = 0
    package private(set) var cursorColumn = 0

    /// - Parameters:
    ///   - prompt: stands before the first row; the others are indented by its width.
    ///   - height: most rows; those around the cursor stay.
    package init(_ characters: [Character], cursor: Int, prompt: StyledLine, width: Int, height: Int) {
        let indentation = String(repeating: " ", count: prompt.width)
        rows = [prompt]
        var column = prompt.width
        func isFull(_ columns: Int) -> Bool { column + columns > width && column > prompt.width }
        for (index, character) in characters.enumerated() {
            let shown = character == "\t" ? String(repeating: " ", count: Self.tabWidth) : String(character)
            let columns = character == "\n" ? 0 : TextWidth.columns(of: shown)
            if isFull(columns) {
                rows.append(StyledLine(indentation))
                column = prompt.width
            }
            if index == cursor { (cursorRow, cursorColumn) = (rows.count - 1, min(column, width - 1)) }
            if character == "\n" {
                rows.append(StyledLine(indentation))
                column = prompt.width
            } else {
                rows[rows.count - 1].append(shown)
                column += columns
            }
        }
        if cursor >= characters.count {
            if isFull(1) {
                rows.append(StyledLine(indentation))
                column = prompt.width
            }
            (cursorRow, cursorColumn) = (rows.count - 1, column)
        }
        let first = max(0, min(cursorRow - height / 2, rows.count - height))
        rows = Array(rows[first..<min(rows.count, first + max(1, height))])
        cursorRow -= first
    }
}
