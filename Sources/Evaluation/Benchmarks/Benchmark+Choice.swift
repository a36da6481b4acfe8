internal import JSON

extension Benchmark {
    package static let gpqa = Benchmark(
        name: "gpqa", title: "GPQA Diamond", grader: ChoiceGrader(),
        sampleCounts: SampleCounts(card: 64, quick: 1), expectedTokens: 8000,
        published: PublishedScore.models(r1: 71.5, zero: 75.8)
            + [PublishedScore(model: "DeepSeek-R1-Zero", passAt1: 73.3, source: "paper")]
            + PublishedScore.distills([33.8, 49.1, 59.1, 62.1, 49.0, 65.2])
            + PublishedScore.distills([35.8, 50.5, 61.5, 63.1, 46.7, 67.4], source: "open-r1"),
        fields: "Question, Correct Answer, Incorrect Answer 1 to 3 (or question, choices, answer)",
        questions: { rows, seed in
            try questions(rows) { row, id in
                var question = try gpqaChoice(row).shuffled(id: id, seed: seed, always: true, prompt: simpleEvalsPrompt)
                question.subject = try row.optionalText("High-level domain", "domain", "subject")
                question.level = try row.optionalText("Subdomain")
                return question
            }
        })

    package static let mmlu = Benchmark(
        name: "mmlu", title: "MMLU", grader: ChoiceGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
        published: PublishedScore.models(r1: 90.8, zero: 88.8),
        fields: "question, four options, answer; or question, choices, answer, subject",
        csvHasHeader: false,
        questions: { rows, seed in
            try questions(ColumnNames.named(rows)) { row, id in
                var question = try MultipleChoice(row).shuffled(id: id, seed: seed, prompt: simpleEvalsPrompt)
                question.subject = try subject(row)
                return question
            }
        })

    package static let mmluRedux = Benchmark(
        name: "mmlu-redux", title: "MMLU-Redux", grader: ChoiceGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
        published: PublishedScore.models(r1: 92.9, zero: 85.6),
        fields: "question, choices, answer, error_type, correct_answer; rows found faulty are left out or corrected",
        questions: { rows, seed in
            try questions(rows) { row, id in
                guard let choice = try reduxChoice(row) else { return nil }
                var question = choice.shuffled(id: id, seed: seed, prompt: zeroEvalPrompt)
                question.subject = try subject(row)
                return question
            }
        })

    package static let mmluPro = Benchmark(
        name: "mmlu-pro", title: "MMLU-Pro", grader: ChoiceGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 2000,
        published: PublishedScore.models(r1: 84.0, zero: 68.9),
        fields: "question, options (up to ten), answer or answer_index, category",
        questions: { rows, seed in
            try questions(rows) { row, id in
                let category = try row.optionalText("category", "subject")
                var question = try MultipleChoice(row).shuffled(id: id, seed: seed) {
                    mmluProPrompt($0, category: category)
                }
                question.subject = category
                return question
            }
        })

    package static let cEval = Benchmark(
        name: "ceval", title: "C-Eval", grader: ChoiceGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
        caveat: "The answers of the split that the card scores are not public; these questions are of another split.",
        published: PublishedScore.models(r1: 91.8, zero: 92.8),
        fields: "question, A, B, C, D, answer",
        questions: chineseChoice)

    package static let cmmlu = Benchmark(
        name: "cmmlu", title: "CMMLU", grader: ChoiceGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
        caveat: "The card has no score for it.",
        fields: "Question, A, B, C, D, Answer",
        questions: chineseChoice)

    /// The question of simple-evals' multiple-choice evaluations.
    static func simpleEvalsPrompt(_ choice: MultipleChoice) -> String {
        """
        Answer the following multiple choice question. The last line of your response should be of the following \
        format: 'Answer: $LETTER' (without quotes) where LETTER is one of \(choice.letterRange). Think step by step \
        before answering.

        \(choice.question)

        \(choice.listed { "\($0)) \($1)" })
        """
    }

    /// ZeroEval's question, which asks for JSON.
    private static func zeroEvalPrompt(_ choice: MultipleChoice) -> String {
        """
        ## Question:

        \(choice.question)

        ## Choices:

        \(choice.listed { "- (\($0)) \($1)" })

        ## Instruction

        Please answer this question by first reasoning and then selecting the correct choice.
        Present your reasoning and solution in the following json format.
        Please show your choice in the `answer` field with only the choice letter, e.g.,`"answer": "C"`.

        ```json
        {
            "reasoning": "___",
            "answer": "___"
        }
        ```
        """
    }

    /// MMLU-Pro's chain-of-thought question, without its examples.
    private static func mmluProPrompt(_ choice: MultipleChoice, category: String?) -> String {
        """
        The following are multiple choice questions (with answers)\(category.map { " about \($0)" } ?? ""). Think step \
        by step and then finish your answer with "the answer is (X)" where X is the correct letter choice.

        Question:
        \(choice.question)
        Options:
        \(choice.listed { "\($0). \($1)" })
        """
    }

    private static func chineseChoice(_ rows: [DataRow], _ seed: UInt64) throws -> [Question] {
        try questions(rows) { row, id in
            var question = try MultipleChoice(row).shuffled(id: id, seed: seed) { choice in
                """
                回答下面的单项选择题，请选出其中的正确答案。请先逐步思考，回答的最后一行写成“答案：X”的格式（不带引号），\
                其中 X 是 \(choice.letterRange.map(String.init).joined(separator: "、")) 之一。

                问题：\(choice.question)
                选项：
                \(choice.listed { "\($0). \($1)" })
                """
            }
            question.subject = try subject(row)
            return question
        }
    }

    /// The field `subject`, or the file's name without its split.
    private static func subject(_ row: DataRow) throws -> String? {
        if let subject = try row.optionalText("subject", "Subject", "category") { return subject }
        for split in ["_test", "_val", "_dev"] where row.fileStem.hasSuffix(split) {
            return String(row.fileStem.dropLast(split.count))
        }
        return nil
    }

    private static func gpqaChoice(_ row: DataRow) throws -> MultipleChoice {
        guard row.fields["Correct Answer"] != nil || row.fields["correct_answer"] != nil else {
            guard row.value(["choices", "options", "A"]) != nil else {
                throw row.missing(["Correct Answer", "choices"])
            }
            return try MultipleChoice(row)
        }
        let right = try row.text("Correct Answer", "correct_answer")
        let wrong = try (1...3).map { try row.text("Incorrect Answer \($0)", "incorrect_answer_\($0)") }
        return MultipleChoice(
            question: try row.text("Question", "question"), options: ([right] + wrong).map(spaceless), answer: 0)
    }

    private static func spaceless(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// A row whose annotators found it right, or whose right answer they name; nil for other faulty ones.
    private static func reduxChoice(_ row: DataRow) throws -> MultipleChoice? {
        var choice = try MultipleChoice(row)
        switch try row.optionalText("error_type") ?? "ok" {
        case "ok":
            return choice
        case "wrong_groundtruth":
            guard let corrected = row.fields["correct_answer"] else { return nil }
            let named = MultipleChoice.index(corrected, count: choice.options.count)
            guard let index = named ?? choice.options.firstIndex(of: corrected.plainText ?? "") else { return nil }
            choice.answer = index
            return choice
        default:
            return nil
        }
    }
}
