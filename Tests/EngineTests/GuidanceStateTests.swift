import Engine
import Grammar
import Testing

/// What a choice's tokens so far mean for its next one.
struct GuidanceStateTests {
    private func state(_ change: (inout Guidance) -> Void) -> GuidanceState {
        var guidance = Guidance()
        change(&guidance)
        return GuidanceState(guidance)
    }

    /// The tokens that are forced from here on, as text; the close tag is `|`.
    private func forced(_ state: GuidanceState) throws -> String {
        var state = state
        var text = ""
        while let token = try state.constraint(after: [])?.forced, text.count < 20 {
            text += token == TextModel.closeTag ? "|" : TextModel.text([token])
            try state.advance(by: token)
        }
        return text
    }

    private func allowed(_ state: GuidanceState, after generated: [Int32] = []) throws -> String {
        let constraint = try #require(try state.constraint(after: generated[...]))
        let tokens = (0..<Int32(36)).filter {
            constraint.mask?.contains($0) != false && !constraint.banned.contains($0)
        }
        return TextModel.text(tokens) + (tokens.contains(TextModel.end) ? "$" : "")
    }

    // MARK: Reasoning

    @Test(arguments: [0, 1, 5], [true, false])
    func `a spent budget forces the closing words and the tag`(budget: Int, spelled: Bool) throws {
        var state = state { $0.reasoning = TextModel.reasoning(.reasoning, spelled: spelled, budget: budget) }
        for _ in 0..<budget {
            #expect(try state.constraint(after: [])?.forced == nil)
            try state.advance(by: 0)
        }
        #expect(try forced(state) == (spelled ? ".</t>\n" : ".|\n"))
    }

    @Test(arguments: [true, false]) func `a tag of the model's own needs no closing`(spelled: Bool) throws {
        var state = state { $0.reasoning = TextModel.reasoning(.reasoning, spelled: spelled, budget: 6) }
        for token in TextModel.tokens("a") + (spelled ? TextModel.tokens("</t>") : [TextModel.closeTag]) {
            try state.advance(by: token)
        }
        for token in TextModel.tokens("abcdefghij") {
            try state.advance(by: token)
            #expect(try state.constraint(after: []) == TokenConstraint())
        }
    }

    @Test func `an unfinished character or tag gets three tokens to end`() throws {
        for (text, tokens) in [
            ("a character", [Int32(36), 37]), ("no character", [36, 36, 36, 36]),
            ("a tag", TextModel.tokens("</t")), ("no tag", TextModel.tokens("<<<<")),
        ] {
            var state = state { $0.reasoning = TextModel.reasoning(.reasoning, spelled: true, budget: 1) }
            for token in tokens {
                #expect(try state.constraint(after: [])?.forced == nil, "\(text)")
                try state.advance(by: token)
            }
            if text == "a tag" {
                try state.advance(by: TextModel.tokens(">")[0])
                #expect(try forced(state) == "")
            } else {
                #expect(try forced(state) == ".</t>\n", "\(text)")
            }
        }
    }

    @Test func `a forced opening comes first, and the budget counts from it`() throws {
        var state = state {
            $0.reasoning = TextModel.reasoning(.undecided, budget: 2)
            $0.reasoning?.opening = [TextModel.openTag] + TextModel.tokens("\n")
        }
        #expect(try state.constraint(after: [])?.forced == TextModel.openTag)
        try state.advance(by: TextModel.openTag)
        #expect(try forced(state) == "\n")
        try state.advance(by: TextModel.tokens("\n")[0])
        try state.advance(by: 0)
        #expect(try forced(state) == ".|\n")
    }

    @Test(arguments: [true, false])
    func `text before any tag is an answer, white space decides nothing`(spelled: Bool) throws {
        let open = spelled ? TextModel.tokens("<t>") : [TextModel.openTag]
        for (start, isReasoning) in [(" \n", true), ("a", false), (" a", false)] {
            var state = state { $0.reasoning = TextModel.reasoning(.undecided, spelled: spelled, budget: 0) }
            for token in TextModel.tokens(start) + open { try state.advance(by: token) }
            #expect(try forced(state).isEmpty == !isReasoning, "\(start)")
        }
    }

    @Test func `reasoning ends when it is told to, whatever the budget, and an answer does not`() throws {
        var state = state { $0.reasoning = TextModel.reasoning(.reasoning) }
        try state.advance(by: 0)
        state.endReasoning()
        #expect(try forced(state) == ".|\n")
        for token in TextModel.tokens(".") + [TextModel.closeTag] + TextModel.tokens("\na") {
            try state.advance(by: token)
        }
        state.endReasoning()
        #expect(try forced(state) == "")
    }

    // MARK: Grammar

    @Test func `a grammar waits for the answer, which cannot be skipped`() throws {
        var state = state {
            $0.reasoning = TextModel.reasoning(.reasoning)
            $0.answer = TextModel.answer(.regex("ab?"))
        }
        #expect(try state.constraint(after: []) == TokenConstraint(banned: [TextModel.end]))
        try state.advance(by: TextModel.closeTag)
        #expect(try allowed(state) == "a\n")
        try state.advance(by: TextModel.tokens("\n")[0])
        #expect(try allowed(state) == "a")
        try state.advance(by: 0)
        #expect(try allowed(state) == "b$")
        try state.advance(by: 1)
        #expect(state.isComplete)
    }

    @Test func `what is forced behind the tag is none of the grammar's`() throws {
        var state = state {
            $0.reasoning = TextModel.reasoning(.reasoning, budget: 0)
            $0.answer = TextModel.answer(.regex("a"))
        }
        for token in TextModel.tokens(".") + [TextModel.closeTag] + TextModel.tokens("\n") {
            #expect(try state.constraint(after: [])?.forced == token)
            try state.advance(by: token)
        }
        #expect(try allowed(state) == "a")
    }

    @Test func `before any tag a grammar allows the open tag too`() throws {
        var state = state {
            $0.reasoning = TextModel.reasoning(.undecided)
            $0.answer = TextModel.answer(.regex("ab"))
        }
        let mask = try #require(try state.constraint(after: [])?.mask)
        #expect(mask.contains(TextModel.openTag) && mask.contains(0) && mask.count == 2)
        try state.advance(by: 0)
        #expect(try allowed(state) == "b")
    }

    @Test func `a triggered grammar holds after each trigger until its end`() throws {
        for trigger in [AnswerGuide.Trigger.text(Array("ca".utf8)), .token(0)] {
            var state = state { $0.answer = TextModel.answer(.regex("[0-9]{2}"), trigger: trigger) }
            for _ in 0..<2 {
                for token in TextModel.tokens("bcca") {
                    #expect(try state.constraint(after: []) == TokenConstraint())
                    try state.advance(by: token)
                }
                #expect(try allowed(state) == "0123456789")
                for token in TextModel.tokens("42") { try state.advance(by: token) }
                #expect(!state.isComplete)
            }
        }
    }

    // MARK: Together

    @Test func `constraints hold together, and the tokens that end yield`() throws {
        let both = state {
            $0.answer = TextModel.answer(.regex("[a-d]*"))
            $0.bannedSequences = [[1], [4, 2], [5, 3]]
            var allowed = TokenMask(size: 40)
            for token in [0, 1, 2, 3, 9] { allowed.insert(Int32(token)) }
            $0.allowedTokens = allowed
        }
        #expect(try allowed(both, after: [4]) == "ad")
        #expect(try allowed(both, after: [5]) == "ac")
        let ending = state { $0.answer = TextModel.answer(.regex("a*")) }
        #expect(try ending.constraint(after: [], stops: [7, 0])?.banned == [])
        #expect(try ending.constraint(after: [], stops: [7])?.banned == [7])
    }

    @Test func `what leaves no token is an error, not a free draw`() {
        let state = state {
            $0.answer = TextModel.answer(.choice(["b"]))
            $0.bannedSequences = [[1]]
        }
        #expect {
            try state.constraint(after: [3])
        } throws: { error in
            guard case .constraintFailed(let reason) = error as? EngineError else { return false }
            return reason.contains("bad_words") && reason.contains("after 1 tokens")
        }
    }

    @Test(arguments: [
        ("aaa", 1, 1, 3, true), ("aaa", 2, 1, 2, true), ("baab", 1, 1, 2, false), ("abab", 4, 1, 2, true),
        ("abab", 1, 1, 2, false), ("ababa", 2, 2, 2, true), ("aaaa", 2, 2, 2, true), ("aaa", 3, 2, 2, false),
        ("abcabcabc", 3, 3, 3, true), ("abcabcabc", 3, 3, 4, false), ("xabcabc", 5, 3, 2, true), ("", 1, 1, 2, false),
    ])
    func `a loop is a number of equal groups at the end`(
        text: String, most: Int, fewest: Int, count: Int, isMet: Bool
    ) {
        let limits = RepetitionLimits(maxPatternSize: most, minPatternSize: fewest, minCount: count)
        let tokens = [9, 9, 9] + text.utf8.map(Int32.init)
        #expect(limits.isMet(by: tokens[3...]) == isMet)
    }
}
