import Testing

@testable import Terminal

struct LineEditorTests {
    private func editor(_ text: String = "", history: [String] = []) -> LineEditor {
        var editor = LineEditor(history: History(history))
        editor.set(text)
        return editor
    }

    private func press(_ editor: inout LineEditor, _ keys: Key...) {
        for key in keys { _ = editor.handle(key) }
    }

    private func outcome(_ editor: inout LineEditor, _ key: Key) -> LineEditor.Outcome { editor.handle(key) }

    private func type(_ editor: inout LineEditor, _ text: String) {
        for scalar in text.unicodeScalars { _ = editor.handle(.text(scalar)) }
    }

    @Test func `Typing, moving and deleting go by whole characters`() {
        var editor = editor()
        type(&editor, "e\u{301}你👨‍👩‍👧")
        #expect(editor.characters.count == 3)
        press(&editor, .left, .left, .backspace)
        #expect(editor.text == "你👨‍👩‍👧")
        press(&editor, .delete)
        #expect(editor.text == "👨‍👩‍👧")
        #expect(editor.cursor == 0)
    }

    @Test func `Emacs' keys move by character, word and line`() {
        var editor = editor("one two\nthree four")
        press(&editor, .control("a"))
        #expect(editor.cursor == 8)
        press(&editor, .alt("f"))
        #expect(editor.cursor == 13)
        press(&editor, .wordLeft, .wordLeft)
        #expect(editor.cursor == 4)
        press(&editor, .control("e"))
        #expect(editor.cursor == 7)
        press(&editor, .control("f"), .control("b"), .control("b"))
        #expect(editor.cursor == 6)
    }

    @Test func `What is killed comes back, kills in a row together`() {
        var editor = editor("one two three")
        press(&editor, .control("w"), .control("w"))
        #expect(editor.text == "one ")
        press(&editor, .control("y"))
        #expect(editor.text == "one two three")
        press(&editor, .control("a"), .control("k"))
        #expect(editor.text == "")
        press(&editor, .control("y"), .control("y"))
        #expect(editor.text == "one two threeone two three")
        press(&editor, .control("u"))
        #expect(editor.text == "")
    }

    @Test func `Changes are undone one by one`() {
        var editor = editor()
        type(&editor, "ab")
        press(&editor, .control("u"), .control("_"))
        #expect(editor.text == "ab")
        press(&editor, .control("_"))
        #expect(editor.text == "a")
    }

    @Test func `Enter submits, Alt-Enter and a backslash before Enter break the line`() {
        var editor = editor("one")
        #expect(outcome(&editor, .lineBreak) == .edited)
        type(&editor, "two\\")
        #expect(outcome(&editor, .enter) == .edited)
        type(&editor, "three")
        #expect(outcome(&editor, .enter) == .submitted("one\ntwo\nthree"))
        #expect(editor.text == "")
        editor.enterBreaksLines = true
        type(&editor, "a")
        #expect(outcome(&editor, .enter) == .edited)
        #expect(outcome(&editor, .lineBreak) == .submitted("a\n"))
        editor.set("/help")
        #expect(outcome(&editor, .enter) == .submitted("/help"))
    }

    @Test func `A paste keeps its line breaks and brings no control characters`() {
        var editor = editor("[]")
        press(&editor, .left, .paste("a\r\nb\u{1B}]52;c;x\u{7}"))
        #expect(editor.text == "[a\nb␛]52;c;x␇]")
    }

    @Test func `Up and down go through lines and then through the history, and the draft comes back`() {
        var editor = editor("first\n二二二\nx", history: ["old", "older\nlines"])
        press(&editor, .up)
        #expect(editor.cursor == 6)
        press(&editor, .end, .up)
        #expect(editor.cursor == 5, "column 6 is behind the first line's end")
        press(&editor, .up)
        #expect(editor.text == "older\nlines")
        press(&editor, .up, .up)
        #expect(editor.text == "old")
        press(&editor, .down)
        press(&editor, .down, .down)
        #expect(editor.text == "first\n二二二\nx")
    }

    @Test func `Ctrl-R finds older entries as the query grows`() {
        var editor = editor("draft", history: ["alpha one", "beta", "Alpha two"])
        press(&editor, .control("r"))
        type(&editor, "alp")
        #expect(editor.text == "Alpha two")
        press(&editor, .control("r"))
        #expect(editor.text == "alpha one")
        press(&editor, .control("r"))
        #expect(editor.text == "alpha one")
        press(&editor, .control("g"))
        #expect(editor.text == "draft")
        press(&editor, .control("r"))
        type(&editor, "bet")
        #expect(outcome(&editor, .enter) == .edited, "it takes the entry and submits nothing yet")
        #expect(outcome(&editor, .enter) == .submitted("beta"))
    }

    @Test func `Ctrl-C drops the text, Ctrl-D ends where there is none`() {
        var editor = editor("text")
        #expect(outcome(&editor, .control("d")) == .ignored, "nothing stands behind the cursor")
        #expect(outcome(&editor, .control("c")) == .interrupted("text"))
        #expect(outcome(&editor, .control("c")) == .interrupted(""))
        #expect(outcome(&editor, .control("d")) == .ended)
    }

    @Test func `History leaves out empty texts and repetitions`() {
        var history = History(["a"], limit: 2)
        for text in ["a", "  \n", "b", "c"] { history.add(text) }
        #expect(history.entries == ["b", "c"])
    }

    @Test func `Entries of the history's file survive line feeds and backslashes`() {
        for entry in ["plain", "two\nlines", "C:\\new", "\\\\n\n\\", "你好"] {
            let line = HistoryFile.encoded(entry)
            #expect(!line.contains("\n"))
            #expect(HistoryFile.decoded(line[...]) == entry)
        }
    }

    @Test(arguments: 10...14) func `The layout keeps every row inside the width and the cursor on its character`(
        _ width: Int
    ) {
        let characters = Array("ab你好吗cd\nefghijklmnop\t!👨‍👩‍👧")
        for cursor in 0...characters.count {
            let layout = EditorLayout(characters, cursor: cursor, prompt: "> ", width: width, height: 100)
            #expect(layout.rows.allSatisfy { $0.width <= width })
            #expect(layout.rows.indices.contains(layout.cursorRow))
            #expect(layout.cursorColumn < width)
        }
        let end = EditorLayout(characters, cursor: characters.count, prompt: "> ", width: width, height: 2)
        #expect(end.rows.count == 2)
        #expect(end.cursorRow < 2)
    }
}
