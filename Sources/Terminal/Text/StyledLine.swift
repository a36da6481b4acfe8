/// One row of a terminal.
package struct StyledLine: Hashable, Sendable, ExpressibleByStringLiteral {
    package var spans: [Span]

    package init(_ spans: [Span] = []) {
        self.spans = spans
    }

    package init(_ text: String, _ style: Style = .plain) {
        spans = text.isEmpty ? [] : [Span(text, style)]
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// The text alone.
    package var text: String { spans.map(\.text).joined() }

    /// Its width in columns.
    package var width: Int { spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) } }

    package mutating func append(_ text: String, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        if let last = spans.indices.last, spans[last].style == style {
            spans[last].text += text
        } else {
            spans.append(Span(text, style))
        }
    }

    /// The line with a style under that of each span.
    package func styled(_ style: Style) -> StyledLine {
        StyledLine(spans.map { Span($0.text, style.adding($0.style)) })
    }

    /// What is written for it: with escape codes if `isColoured`, and none that its text brings.
    package func encoded(isColoured: Bool) -> String {
        var result = ""
        var isPlain = true
        for span in spans {
            if isColoured, span.style != .plain || !isPlain {
                result += span.style == .plain ? "\u{1B}[0m" : span.style.selection
                isPlain = span.style == .plain
            }
            result.unicodeScalars.append(
                contentsOf: span.text.unicodeScalars.lazy.map { scalar in
                    scalar.value < 0x20 ? " " : Sanitizer.harmless(scalar)
                })
        }
        if !isPlain { result += "\u{1B}[0m" }
        return result
    }

    /// At most `width` columns of the line, with an ellipsis where something is left out.
    package func truncated(to width: Int) -> StyledLine {
        guard self.width > width else { return self }
        var result = StyledLine()
        var left = max(0, width - 1)
        for span in spans {
            let part = span.text.prefix { character in
                left -= TextWidth.columns(of: character)
                return left >= 0
            }
            result.append(String(part), span.style)
            if left < 0 {
                result.append(width > 0 ? "…" : "", span.style)
                break
            }
        }
        return result
    }
}
