internal import JSON

extension Benchmark {
    /// Anyone's questions, JSON Lines or CSV: every row names the grader of its answer.
    ///
    /// `question` is asked with the instruction that its grader needs, `prompt` as it stands. `answer` is a string, a
    /// number or, for `exact`, `contains` and `f1`, a list of which one suffices; `choice` has `options` and as `answer`
    /// a letter or an index. `grader` is one of ``CustomGrader/Kind``, `math` where it is left out.
    package static func custom(judge: (any Judge)?) -> Benchmark {
        Benchmark(
            name: "custom", title: "Custom", grader: CustomGrader(judge: judge),
            sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 2000,
            caveat: "The card has no score for it.",
            fields: "question (or prompt, asked as it stands), answer, grader ("
                + CustomGrader.Kind.allCases.map(\.rawValue).joined(separator: ", ") + "), options, subject, level, id",
            questions: { rows, seed in
                try questions(rows) { row, id in
                    let name = try row.optionalText("grader") ?? CustomGrader.Kind.math.rawValue
                    guard let kind = CustomGrader.Kind(rawValue: name) else {
                        throw row.error(
                            "grader",
                            "\"\(name)\" is unknown; write "
                                + CustomGrader.Kind.allCases.map(\.rawValue).joined(separator: ", "))
                    }
                    var question = try customQuestion(row, kind, id: id, seed: seed)
                    if let verbatim = try row.optionalText("prompt") { question.prompt = verbatim }
                    question.gold = ["grader": .string(name), "answer": question.gold]
                    question.subject = try row.optionalText("subject")
                    question.level = try row.optionalText("level")
                    return question
                }
            })
    }

    private static func customQuestion(
        _ row: DataRow, _ kind: CustomGrader.Kind, id: String, seed: UInt64
    ) throws -> Question {
        if kind == .choice {
            let choice = try MultipleChoice(row)
            // A prompt that stands as it is shows the options itself, in the order of the data.
            if row.fields["prompt"] == nil { return choice.shuffled(id: id, seed: seed, prompt: simpleEvalsPrompt) }
            var question = Question(
                id: id, prompt: choice.question, gold: .string(MultipleChoice.letters[choice.answer]))
            question.optionOrder = Array(choice.options.indices)
            return question
        }
        let text = try row.text("question", "prompt", "problem")
        guard let (_, answer) = row.value(["answer"]) else { throw row.missing(["answer"]) }
        switch kind {
        case .math:
            return Question(id: id, prompt: "\(text)\n\(boxedInstruction)", gold: .string(try row.text("answer")))
        case .judge:
            return Question(
                id: id, prompt: text, gold: ["question": .string(text), "answer": .string(try row.text("answer"))])
        case .regex:
            let pattern = try row.text("answer")
            guard (try? Regex(pattern)) != nil else {
                throw row.error("answer", "\"\(pattern)\" is no regular expression; the grader regex needs one")
            }
            return Question(id: id, prompt: text, gold: .string(pattern))
        case .yesNo:
            guard let answer = YesNoGrader.gold(answer) else {
                throw row.error("answer", "write yes or no (or 是 or 否, true or false)")
            }
            return Question(id: id, prompt: text, gold: .string(answer))
        case .exact, .contains, .f1, .choice:
            let answers = (answer.arrayValue ?? [answer]).map { $0.plainText.map(JSONValue.string) }
            guard !answers.isEmpty, !answers.contains(nil) else {
                throw row.error("answer", "write a string, a number, or a list of them")
            }
            return Question(id: id, prompt: text, gold: .array(answers.compactMap { $0 }))
        }
    }
}
