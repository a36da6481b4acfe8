import Testing

@testable import Grammar

@Suite struct NotationTests {
    static let arithmetic = """
        # An expression.
        root ::= expr
        expr ::= expr "+" term | term
        term ::= (
            factor ("*" factor)*   # products
        )
        factor ::= "(" expr ")" | [0-9]+ | [^-+*()0-9\\n]{1,3} | .
        """
    static let lark = """
        // A greeting.
        start: greeting ["," name+] -> whole
        greeting: "hello" | "good" " " DAY
        ?name: " " /[A-Z][a-z]{1,5}\\/?/
             | " " LETTER~2..3
        DAY: "day"
        LETTER: "x".."z"
        """

    @Test(arguments: [
        ("1", true), ("1+2*3", true), ("(1+a)*bcd", true), ("1+", false), ("()", false), ("1\n", false),
        ("((1))", true),
        ("*", true), ("abcd", false), ("12+34+56", true),
    ])
    func `GBNF`(text: String, isAllowed: Bool) throws {
        #expect(try Fixture.allows(.grammar(Self.arithmetic), text) == isAllowed)
    }

    @Test(arguments: [
        ("hello", true), ("hello, Bob", true), ("good day, Alice Bob/", true), ("hello,", false), ("good", false),
        ("hello, xyz", true), ("hello, xy z", false), ("hello, x", false),
    ])
    func `Lark`(text: String, isAllowed: Bool) throws {
        #expect(try Fixture.allows(.grammar(Self.lark), text) == isAllowed)
    }

    @Test func `escapes stand for characters`() throws {
        let grammar = #"root ::= "\n\t\"\\\x41\u00e9\U0001F642" [\]\-\\a-c]+"#
        #expect(try Fixture.allows(.grammar(grammar), "\n\t\"\\Aé🙂]-\\b"))
        #expect(try !Fixture.allows(.grammar(grammar), "\n\t\"\\Aé🙂d"))
    }

    @Test func `recursion nests without a limit`() throws {
        let text = String(repeating: "(", count: 500) + "x" + String(repeating: ")", count: 500)
        #expect(try Fixture.allows(.grammar(#"root ::= "(" root ")" | "x""#), text))
        #expect(try !Fixture.allows(.grammar(#"root ::= "(" root ")" | "x""#), text + ")"))
    }

    @Test(arguments: [
        ("", "no rules"), ("root ::= missing", "line 1: the rule \"missing\" is used but not defined"),
        ("other ::= \"a\"", "no rule \"root\""),
        ("root ::= \"a\"\nroot ::= \"b\"", "line 2: the rule \"root\" is defined twice"),
        ("root ::= \"a", "line 1: the literal does not end"), ("root ::= (\"a\"", "the group does not end"),
        ("root ::= [a", "the class does not end"), ("root ::= \"a\" )", "unexpected ')'"),
        ("root ::= x \"a\" | \"c\"\nx ::= root", "begins with itself"), ("root ::= root", "nothing satisfies"),
        ("root ::= TagDispatch(a)", "the call of \"TagDispatch\" is not supported"),
        ("root ::= \"a\" (=\"b\")", "a look-ahead is not supported"), ("root ::= \"\\q\"", "unknown escape"),
        ("root ::= \"a\"{3,2}", "in the wrong order"), ("start: \"a\"i", "ignores case"),
        ("start: \"a\"\n%ignore \" \"", "line 2: a directive is not supported"), ("start: /a/i", "a flag"),
        ("start.2: \"a\"", "a priority"), ("?", "expected the name of a rule"),
    ])
    func `what cannot be read is an error that says where`(grammar: String, message: String) {
        let error = Fixture.error(.grammar(grammar))
        #expect(error?.description.contains(message) ?? false, "\(String(describing: error))")
    }
}
