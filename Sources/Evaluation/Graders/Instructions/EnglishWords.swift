/// Splits English text into words as NLTK's `word_tokenize` does: sentence by sentence, by the conventions of the Penn
/// Treebank.
enum EnglishWords {
    static func words(of text: String) -> [Substring.UnicodeScalarView] {
        SentenceSplitter.shared.sentences(of: text).flatMap(words(ofSentence:))
    }

    private static func words(ofSentence sentence: String) -> [Substring.UnicodeScalarView] {
        var text = separate(sentence, marks)
        text = separate(" \(text) ", quotesAndClitics)
        return Array(text.unicodeScalars.split(whereSeparator: \.isPythonSpace))
    }

    private static func separate(_ text: String, _ rules: [(Expression, String)]) -> String {
        rules.reduce(text) { text, rule in rule.0.replacing(in: text, with: rule.1) }
    }

    private static let marks: [(Expression, String)] = [
        // Opening quotation marks.
        ("([«“‘„]|`+)", " $1 "),
        ("\\A\"", "``"),
        ("(``)", " $1 "),
        ("([ (\\[{<])(?:\"|'{2})", "$1 `` "),
        ("(?i)(?<![\\p{L}\\p{N}_])(')(?!(?:re|ve|ll|m|t|s|d|n)\\b)(?=[\\p{L}\\p{N}_])", "$1 "),
        // The full stop at the end, and other marks.
        ("([^.])(\\.)([\\])}>\"'»”’ ]*+)\\s*\\Z", "$1 $2 $3 "),
        ("([:,])([^\\d])", " $1 $2"),
        ("([:,])\\Z", " $1 "),
        ("(\\.{2,})", " $1 "),
        ("([;@#$%&])", " $1 "),
        ("([\\x{2012}-\\x{2015}])", " $1 "),
        ("([^.])(\\.)([\\])}>\"']*)\\s*\\Z", "$1 $2$3 "),
        ("([?!])", " $1 "),
        ("([^'])' ", "$1 ' "),
        ("([*])", " $1 "),
        ("([\\]\\[(){}<>])", " $1 "),
        ("--", " -- "),
    ].map { (Expression(known: $0), $1) }

    private static let quotesAndClitics: [(Expression, String)] = [
        ("([»”’])", " $1 "),
        ("''", " '' "),
        ("\"", " '' "),
        ("\\s+", " "),
        ("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 "),
        ("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
        ("(?i)\\b(can)(not)\\b", " $1 $2 "),
        ("(?i)\\b(d)('ye)\\b", " $1 $2 "),
        ("(?i)\\b(gim|lem)(me)\\b", " $1 $2 "),
        ("(?i)\\b(gon)(na)\\b", " $1 $2 "),
        ("(?i)\\b(got)(ta)\\b", " $1 $2 "),
        ("(?i)\\b(more)('n)\\b", " $1 $2 "),
        ("(?i)\\b(wan)(na)(?=\\s)", " $1 $2 "),
        ("(?i) ('t)(is|was)\\b", " $1 $2 "),
    ].map { (Expression(known: $0), $1) }
}
