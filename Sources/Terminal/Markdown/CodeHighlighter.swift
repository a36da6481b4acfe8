/// Light colours for code: comments, strings, numbers and the words that languages share. Line by line.
package struct CodeHighlighter: Hashable, Sendable {
    private enum Inside: Hashable, Sendable {
        case nothing
        case comment
        /// A string over several lines, by what closes it.
        case text(String)
    }

    private static let comment = Style(dim: true)
    private static let text = Style(colour: .green)
    private static let number = Style(colour: .yellow)
    private static let keyword = Style(colour: .magenta)

    private static let keywords = Set(
        """
        abstract and as async await auto begin bool boolean break case catch char class const continue def default defer \
        delete del do done double elif else elseif end enum esac except export extends extern false False fi final finally \
        float fn for foreach from func function global go goto guard if impl implements import in include init inline int \
        interface is lambda let long loop match mod module mut namespace new nil None nonlocal not null nullptr or package \
        pass private protected pub public raise return self Self short signed sizeof static string struct super switch \
        then this throw throws trait true True try type typedef typename typeof union unsigned until use using var void \
        volatile where while with yield select insert update table join group order by limit values create
        """.split(separator: " ").map(String.init))

    /// Languages whose comments begin with `#`.
    private static let hashLanguages: Set<String> = [
        "python", "py", "bash", "sh", "shell", "zsh", "console", "ruby", "rb", "perl", "r", "yaml", "yml", "toml",
        "make",
        "makefile", "dockerfile", "julia", "nix", "elixir", "conf", "ini",
    ]
    private static let dashLanguages: Set<String> = ["sql", "lua", "haskell", "hs", "ada", "vhdl"]
    private static let plainLanguages: Set<String> = [
        "", "text", "txt", "plain", "plaintext", "output", "markdown", "md",
    ]

    private let lineComment: String
    private let isPlain: Bool
    private var inside = Inside.nothing

    package init(language: String) {
        let name = language.lowercased()
        isPlain = Self.plainLanguages.contains(name)
        lineComment = Self.hashLanguages.contains(name) ? "#" : Self.dashLanguages.contains(name) ? "--" : "//"
    }

    /// The spans of the next line.
    package mutating func spans(_ line: String) -> [Span] {
        guard !isPlain else { return StyledLine(line).spans }
        let text = Array(line)
        var result = StyledLine()
        var index = 0
        func starts(_ sign: String) -> Bool { text[index...].prefix(sign.count).elementsEqual(sign) }
        func take(_ count: Int, _ style: Style) {
            let end = min(text.count, index + count)
            result.append(String(text[index..<end]), style)
            index = end
        }
        while index < text.count {
            switch inside {
            case .comment:
                if starts("*/") { inside = .nothing }
                take(inside == .nothing ? 2 : 1, Self.comment)
                continue
            case .text(let quote):
                if starts(quote) { inside = .nothing }
                take(inside == .nothing ? quote.count : 1, Self.text)
                continue
            case .nothing: break
            }
            let character = text[index]
            if starts(lineComment) {
                take(text.count, Self.comment)
            } else if lineComment == "//", starts("/*") {
                inside = .comment
                take(2, Self.comment)
            } else if starts("\"\"\"") || starts("'''") {
                inside = .text(String(repeating: character, count: 3))
                take(3, Self.text)
            } else if character == "\"" || character == "'" || character == "`" {
                take(Self.stringLength(text, from: index), Self.text)
            } else if character.isNumber {
                take(
                    Self.length(text, from: index) { $0.isNumber || $0.isLetter || $0 == "." || $0 == "_" }, Self.number
                )
            } else if character.isLetter || character == "_" {
                let length = Self.length(text, from: index) { $0.isLetter || $0.isNumber || $0 == "_" }
                let word = String(text[index..<(index + length)])
                let isKeyword = Self.keywords.contains(lineComment == "--" ? word.lowercased() : word)
                take(length, isKeyword ? Self.keyword : .plain)
            } else {
                take(1, .plain)
            }
        }
        return result.spans
    }

    private static func length(_ text: [Character], from start: Int, while accepts: (Character) -> Bool) -> Int {
        (text[start...].firstIndex { !accepts($0) } ?? text.count) - start
    }

    /// A string on one line; an apostrophe that nothing closes is a sign of its own.
    private static func stringLength(_ text: [Character], from start: Int) -> Int {
        var index = start + 1
        while index < text.count {
            if text[index] == "\\" {
                index += 2
                continue
            }
            if text[index] == text[start] { return index + 1 - start }
            index += 1
        }
        return text[start] == "'" ? 1 : text.count - start
    }
}
