import Engine
import Grammar

/// Texts for the hash model's forty tokens, so that grammars and tags mean something to it.
enum TextModel {
    static let openTag: Int32 = 38
    static let closeTag: Int32 = 39
    /// Of a grammar's answer; requests stop at it or not.
    static let end: Int32 = 7

    private static let characters = Array("abcdef\u{1}\u{1}\u{1} \n0123456789-+.,:{}[]\"<t>/ghi".utf8)

    static func bytes(of token: Int32) -> [UInt8] {
        switch token {
        case openTag, closeTag, 7, 8: []
        case 36: Array("é".utf8.prefix(1))
        case 37: Array("é".utf8.suffix(1))
        default: Int(token) < characters.count ? [characters[Int(token)]] : []
        }
    }

    /// The tokens of a text, one for each byte.
    static func tokens(_ text: String) -> [Int32] {
        text.utf8.map { byte in (0..<Int32(40)).first { bytes(of: $0) == [byte] } ?? 0 }
    }

    static func text(_ tokens: some Sequence<Int32>) -> String {
        String(decoding: tokens.flatMap { bytes(of: $0) }, as: UTF8.self)
    }

    private static let compiler = GrammarCompiler(
        TokenVocabulary((0..<Int32(40)).map { bytes(of: $0) }, endTokens: [end]))

    static func answer(_ source: GrammarSource, trigger: AnswerGuide.Trigger? = nil) -> AnswerGuide {
        do {
            return AnswerGuide(grammar: try compiler.compile(source), trigger: trigger)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Tags as tokens, or spelled `<t>` and `</t>`.
    static func reasoning(
        _ start: ReasoningGuide.Section, spelled: Bool = false, budget: Int? = nil
    ) -> ReasoningGuide {
        var guide = ReasoningGuide(
            start: start, open: spelled ? .text(Array("<t>".utf8)) : .token(openTag),
            close: spelled ? .text(Array("</t>".utf8)) : .token(closeTag),
            closing: tokens(".") + (spelled ? tokens("</t>") : [closeTag]) + tokens("\n"), bytes: { bytes(of: $0) })
        guide.budget = budget
        guide.separators = Set(tokens("\n"))
        return guide
    }
}
