/// Rows of a terminal for blocks of Markdown.
package struct MarkdownRenderer: Sendable {
    /// Columns of the terminal.
    package var width: Int
    private static let deepestQuotation = 6

    package init(width: Int) {
        self.width = max(8, width)
    }

    /// - Parameter isOpen: whether the last block is still being written.
    package func rows(_ blocks: [MarkdownBlock], isOpen: Bool = false) -> [StyledLine] {
        blocks.indices.flatMap { rows(blocks[$0], isOpen: isOpen && $0 == blocks.count - 1, depth: 0) }
    }

    private func rows(_ block: MarkdownBlock, isOpen: Bool, depth: Int) -> [StyledLine] {
        switch block {
        case .blank: return [StyledLine()]
        case .heading(let level, let text):
            let style = Style(colour: level < 3 ? .cyan : nil, bold: true, underlined: level == 1)
            let spans = InlineMarkdown.spans(text, isOpen: isOpen)
            return Wrapping(width: width).rows(spans.map { Span($0.text, style.adding($0.style)) })
        case .paragraph(let text): return Wrapping(width: width).rows(InlineMarkdown.spans(text, isOpen: isOpen))
        case .item(let depth, let marker, let text):
            let indentation = String(repeating: "  ", count: min(depth, width / 8))
            let others =
                indentation + String(repeating: " ", count: marker.isEmpty ? 2 : TextWidth.columns(of: marker) + 1)
            var first = StyledLine(indentation)
            first.append(marker.isEmpty ? "  " : "\(marker) ", Style(colour: .cyan))
            return Wrapping(width: width, first: first, others: StyledLine(others))
                .rows(InlineMarkdown.spans(text, isOpen: isOpen))
        case .quotation(let text): return quotation(text, isOpen: isOpen, depth: depth)
        case .rule: return [StyledLine(String(repeating: "─", count: width), .dim)]
        case .codeStart(let language):
            let label = language.isEmpty ? "" : " \(language) "
            let line = String(repeating: "─", count: max(0, min(width, 40) - 3 - TextWidth.columns(of: label)))
            return [StyledLine("───\(label)\(line)", .dim).truncated(to: width)]
        case .code(let spans): return Wrapping(width: width).cutRows(spans)
        case .codeEnd: return [StyledLine(String(repeating: "─", count: min(width, 40)), .dim)]
        case .table(let table): return TableLayout(table, width: width).rows
        case .formula(let tex): return formula(tex)
        }
    }

    private func quotation(_ text: String, isOpen: Bool, depth: Int) -> [StyledLine] {
        let bar = Span("▌ ", .dim)
        guard depth < Self.deepestQuotation, width > 12 else {
            return Wrapping(width: width, first: StyledLine([bar]), others: StyledLine([bar])).rows([Span(text)])
        }
        let inner = MarkdownRenderer(width: width - 2)
        let blocks = MarkdownStream.blocks(text)
        return blocks.indices.flatMap { index in
            inner.rows(blocks[index], isOpen: isOpen && index == blocks.count - 1, depth: depth + 1)
        }.map { StyledLine([bar] + $0.spans) }
    }

    /// Set in by four columns where there is room.
    private func formula(_ tex: String) -> [StyledLine] {
        let indentation = StyledLine(width > 24 ? "    " : "")
        var line = StyledLine()
        line.appendFormula(tex, .plain)
        return Wrapping(width: width, first: indentation, others: indentation).rows(line.spans)
    }
}
