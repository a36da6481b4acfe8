import Testing

@testable import Terminal

struct MarkdownTests {
    static let document = """
        # Title with `code`

        A paragraph with **bold**, *slanted*, ~~struck~~ and [a link](https://example.org).
        Second line, \\(x^2 + \\frac{1}{2}\\).

        - one
          still one
        - two
          1. inner
        - [x] done

        > quoted **text**
        > - with a list

        ```python
        def f(x):  # comment
        \treturn "text" + 1

        ```

        | name | value |
        |:-----|------:|
        | π    | 3.14  |
        | 中文 | `a|b` |

        \\[
        \\boxed{85}
        \\]

        ---
        End.
        """

    private func text(_ markdown: String, width: Int = 60) -> [String] {
        MarkdownRenderer(width: width).rows(MarkdownStream.blocks(markdown)).map(\.text)
    }

    @Test func `Every kind of block is shown`() {
        #expect(
            text(Self.document) == [
                "Title with code", "", "A paragraph with bold, slanted, struck and a link",
                "(https://example.org).", "Second line, x² + 1/2.", "", "• one", "  still one", "• two", "  1. inner",
                "☑ done", "", "▌ quoted text", "▌ • with a list", "",
                "─── python ─────────────────────────────", "def f(x):  # comment", "    return \"text\" + 1", "",
                "────────────────────────────────────────", "", "name │ value", "─────┼──────", "π    │  3.14",
                "中文 │   a|b", "", "    ⟦85⟧", "", String(repeating: "─", count: 60), "End.",
            ])
    }

    @Test func `Blocks do not depend on how the text is cut`() {
        let whole = MarkdownStream.blocks(Self.document)
        let characters = Array(Self.document)
        for cut in 0...characters.count {
            var stream = MarkdownStream()
            stream.append(String(characters[..<cut]))
            var blocks = stream.takeSettled()
            _ = stream.rest
            stream.append(String(characters[cut...]))
            blocks += stream.takeSettled()
            stream.finish()
            blocks += stream.takeSettled()
            #expect(blocks == whole, "cut at \(cut)")
        }
    }

    @Test func `What is settled and the rest are together the text so far`() {
        var stream = MarkdownStream()
        var settled: [MarkdownBlock] = []
        var seen = ""
        for character in Self.document {
            seen.append(character)
            stream.append(String(character))
            settled += stream.takeSettled()
            #expect(settled + stream.rest == MarkdownStream.blocks(seen), "behind \(seen.suffix(20))")
        }
    }

    @Test(arguments: [10, 16, 24, 40, 80])
    func `No row is wider than the terminal`(_ width: Int) {
        let rows = MarkdownRenderer(width: width).rows(MarkdownStream.blocks(Self.document))
        #expect(rows.allSatisfy { $0.width <= width })
    }

    @Test func `A table that does not fit is narrowed, and listed where even that is too wide`() {
        let table = "| a | b |\n|---|---|\n| some long text here | 1 |\n"
        #expect(
            text(table, width: 16) == ["a            │ b", "─────────────┼──", "some long    │ 1", "text here    │ "])
        let wide = "| a | b | c | d |\n|---|---|---|---|\n| one | two | three | four |\n"
        #expect(text(wide, width: 12) == ["a: one", "b: two", "c: three", "d: four"])
    }

    @Test func `Marks that close nothing stay, and are taken as closed while the text is being written`() {
        #expect(text("2 * 3 * 4 and **bold") == ["2 * 3 * 4 and **bold"])
        #expect(text("snake_case_name and a_b") == ["snake_case_name and a_b"])
        #expect(text("costs $5 and $6") == ["costs $5 and $6"])
        #expect(InlineMarkdown.spans("**bold", isOpen: true) == [Span("bold", .bold)])
        #expect(text("\\*not slanted\\*") == ["*not slanted*"])
    }

    @Test func `Nested emphasis adds up`() {
        let spans = InlineMarkdown.spans("**bold *both* bold**", isOpen: false)
        #expect(spans.map(\.text) == ["bold ", "both", " bold"])
        #expect(spans[1].style.isBold && spans[1].style.isItalic)
        #expect(!spans[2].style.isItalic)
    }

    @Test(arguments: [
        ("\\frac{a+b}{2}", "(a + b)/2"), ("\\sqrt{2}", "√2"), ("\\sqrt[3]{x+1}", "∛(x + 1)"), ("x^{10}", "x¹⁰"),
        ("a_{ij}", "aᵢⱼ"), ("x^{\\alpha}", "x^α"), ("e^{x+y}", "eˣ⁺ʸ"), ("\\boxed{\\frac{1}{2}}", "⟦1/2⟧"),
        ("27 \\times 58", "27 × 58"), ("a \\leq b \\Rightarrow c", "a ≤ b ⇒ c"), ("\\text{if } x", "if x"),
        ("90^\\circ", "90°"), ("\\mathbb{R}^n", "ℝⁿ"), ("\\sum_{i=1}^{n} i", "∑ᵢ₌₁ⁿ i"), ("\\sin x", "sin x"),
        ("\\left( 1 \\right)", "( 1 )"), ("\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}", "a = b\nc = d"),
        ("\\unknown{x}", "\\unknownx"), ("\\frac{1}", "1/"), ("{", ""), ("}}", ""), ("\\", "\\"), ("f'(x)", "f′(x)"),
        ("\\{1, 2\\}", "{1, 2}"),
    ])
    func `Formulas become Unicode`(_ tex: String, _ plain: String) {
        #expect(MathText.plain(tex) == plain)
    }

    @Test func `Hostile nesting and text without an end take time in proportion to their length`() {
        for piece in ["[", "*a ", "**", "`", "$x", "\\(", "\\frac{", "> ", "|a|\n|-|\n", "\\boxed{", "_a _", "- \n  "] {
            let text = String(repeating: piece, count: 20_000 / piece.count)
            var stream = MarkdownStream()
            stream.append(text)
            let rest = stream.rest
            let rows = MarkdownRenderer(width: 40).rows(stream.takeSettled() + rest, isOpen: true)
            #expect(rows.allSatisfy { $0.width <= 40 })
        }
    }

    @Test func `Code keeps its spaces and its colours go on over lines`() {
        var highlighter = CodeHighlighter(language: "c")
        #expect(highlighter.spans("int x = 1; /* open").map(\.text).joined() == "int x = 1; /* open")
        #expect(highlighter.spans("still").first?.style.isDim == true)
        #expect(highlighter.spans("closed */ return").last == Span("return", Style(colour: .magenta)))
        #expect(Wrapping(width: 8).cutRows([Span("  abcdefghij")]).map(\.text) == ["  abcdef", "ghij"])
    }
}
