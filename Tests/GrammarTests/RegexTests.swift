import JSON
import Testing

@testable import Grammar

@Suite struct RegexTests {
    @Test func `random expressions match as in Python`() throws {
        for entry in try Fixture.load("regex") {
            let pattern = entry[0]?.stringValue ?? ""
            let node = try RegexParser.parse(pattern)
            var whole = try? Automaton(RuleSet(node.fullMatch(.text)), budget: CompiledGrammar.compileBudget)
            var part = try? Automaton(RuleSet(node.search(.text)), budget: CompiledGrammar.compileBudget)
            for text in entry[1]?.arrayValue ?? [] {
                whole?.allow(CompiledGrammar.compileBudget)
                part?.allow(CompiledGrammar.compileBudget)
                let bytes = Array((text.stringValue ?? "").utf8)
                #expect(
                    try whole?.matches(bytes) ?? false == entry[2]?.arrayValue?.contains(text), "\(pattern) \(text)")
                #expect(try part?.matches(bytes) ?? false == entry[3]?.arrayValue?.contains(text), "\(pattern) \(text)")
            }
        }
    }

    @Test(arguments: [
        ("^a|b$", "a", true), ("^a|b$", "xb", true), ("^a|b$", "xa", false), ("(^a|b)c", "xbc", true),
        ("(^a|b)c", "xac", false), ("^$", "", true), ("^$", "a", false), ("a(|$)", "ab", true),
        ("^(?:a$|b)", "bx", true),
        ("^(?:a$|b)", "ax", false), ("^(?:^a)", "ab", true), ("\\u{1F642}+", "🙂🙂", true),
        ("^\\uD83D\\uDE42$", "🙂", true),
        ("^[\\s\\S]$", "\n", true), ("^.$", "\u{2028}", false), ("^\\cJ$", "\n", true), ("^a{,$", "a{,", true),
    ])
    func `anchors bind where they stand`(pattern: String, text: String, isFound: Bool) throws {
        if pattern == "^a{,$" {
            #expect(Fixture.error(.regex(pattern))?.kind == .unsupported)
            return
        }
        var automaton = try Automaton(
            RuleSet(RegexParser.parse(pattern).search(.text)), budget: CompiledGrammar.compileBudget)
        automaton.allow(CompiledGrammar.compileBudget)
        #expect(try automaton.matches(text.utf8) == isFound)
    }

    @Test(arguments: [
        ("a(b", "character 2: the group does not end"), ("a)", "unexpected ')'"), ("[a", "the class does not end"),
        ("*a", "'*' has nothing to repeat"), ("a**", "a quantifier follows a quantifier"), ("(?=a)", "'(?='"),
        ("(?<!a)", "'(?<'"), ("(?i)a", "'(?i'"), ("(a)\\1", "the escape '\\1'"), ("\\bword", "the escape '\\b'"),
        ("a++", "a possessive quantifier"), ("[b-a]", "in the wrong order"), ("\\p{L}", "the escape '\\p'"),
        ("a{3,2}", "in the wrong order"), ("a^b", "'^' and '$' are supported at the ends"), ("\\xZZ", "hexadecimal"),
        ("(^a)*", "inside a repetition"), ("[]a]", "an empty class"), ("\\", "'\\' at the end"),
        ("\\ud800", "no character"), ("a{2000000}", "repeats more than"),
    ])
    func `what is not in the dialect is an error that says where`(pattern: String, message: String) {
        #expect(
            Fixture.error(.regex(pattern))?.description.contains(message) ?? false,
            "\(String(describing: Fixture.error(.regex(pattern))))")
    }
}
