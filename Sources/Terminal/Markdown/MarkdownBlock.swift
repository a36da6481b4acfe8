/// A piece of a Markdown text that is shown by itself.
package enum MarkdownBlock: Hashable, Sendable {
    case blank
    case heading(level: Int, text: String)
    /// Line feeds in it stay.
    case paragraph(String)
    /// One item of a list, or another paragraph of it where `marker` is empty.
    case item(depth: Int, marker: String, text: String)
    case quotation(String)
    case rule
    /// The line that opens a block of code.
    case codeStart(language: String)
    /// One line of it, coloured.
    case code([Span])
    case codeEnd
    case table(MarkdownTable)
    /// A formula on lines of its own, in TeX.
    case formula(String)
}
