internal import JSON

extension Benchmark {
    static let boxedInstruction = "Please reason step by step, and put your final answer within \\boxed{}."
    static let chineseBoxedInstruction = "请通过逐步推理来解答问题，并把最终答案放置于\\boxed{}中。"

    package static let aime = Benchmark(
        name: "aime", title: "AIME 2024", grader: MathGrader(isInteger: true),
        sampleCounts: SampleCounts(card: 64, quick: 4), expectedTokens: 13_000,
        published: PublishedScore.models(r1: 79.8, zero: 77.9)
            + [PublishedScore(model: "DeepSeek-R1-Zero", passAt1: 71.0, consensusAt64: 86.7, source: "paper")]
            + PublishedScore.distills(
                [28.9, 55.5, 69.7, 72.6, 50.4, 70.0], consensus: [52.7, 83.3, 80.0, 83.3, 80.0, 86.7])
            + PublishedScore.distills([30.7, 50.8, 65.9, 69.7, 43.9, 63.0], source: "open-r1"),
        fields: "problem, answer (an integer)",
        questions: { rows, _ in
            try mathematics(rows) { row in
                let answer = try row.text("answer", "Answer", "golden")
                guard let digits = Int(answer), digits >= 0 else {
                    throw row.error("answer", "\(answer) is no integer from 0 up; AIME's answers are")
                }
                return String(digits)
            }
        })

    package static let math = Benchmark(
        name: "math", title: "MATH-500", grader: MathGrader(),
        sampleCounts: SampleCounts(card: 16, quick: 1), expectedTokens: 5000,
        published: PublishedScore.models(r1: 97.3, zero: 95.9)
            + PublishedScore.distills([83.9, 92.8, 93.9, 94.3, 89.1, 94.5])
            + PublishedScore.distills([83.1, 94.5, 94.1, 95.6, 88.6, 95.1], source: "open-r1"),
        fields: "problem, answer (or solution, with the answer in \\boxed{}), subject, level",
        questions: { rows, _ in try mathematics(rows, answer: boxedOrPlain) })

    package static let cnmo = Benchmark(
        name: "cnmo", title: "CNMO 2024", grader: MathGrader(),
        sampleCounts: SampleCounts(card: 64, quick: 4), expectedTokens: 13_000,
        caveat: "DeepSeek has not published its questions; other collections of that contest differ from it.",
        published: PublishedScore.models(r1: 78.8, zero: 88.1),
        fields: "problem, answer",
        questions: { rows, _ in try mathematics(rows, answer: boxedOrPlain) })

    package static let gsm8k = Benchmark(
        name: "gsm8k", title: "GSM8K", grader: MathGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
        caveat: "The card has no score for it.",
        fields: "question, answer (the number behind ####)",
        questions: { rows, _ in
            try mathematics(rows) { row in
                let answer = try row.text("answer", "golden")
                guard let mark = answer.ranges(of: "####").last else { return answer }
                let number = LatexText.trimmed(answer[mark.upperBound...])
                guard !number.isEmpty else { throw row.error("answer", "nothing follows ####; write the number there") }
                return number
            }
        })

    package static let cmath = Benchmark(
        name: "cmath", title: "CMATH", grader: MathGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 600,
        caveat: "The card has no score for it.",
        fields: "question, golden (or answer), grade",
        questions: { rows, _ in
            try mathematics(rows, instruction: chineseBoxedInstruction) { try $0.text("golden", "answer") }
        })

    private static func mathematics(
        _ rows: [DataRow], instruction: String = boxedInstruction, answer: (DataRow) throws -> String
    ) throws -> [Question] {
        try questions(rows) { row, id in
            let problem = try row.text("problem", "question", "Problem", "Question")
            var question = Question(id: id, prompt: "\(problem)\n\(instruction)", gold: .string(try answer(row)))
            question.subject = try row.optionalText("subject", "type")
            question.level = try row.optionalText("level", "grade")
            return question
        }
    }

    /// The field `answer`, or what the solution puts into its box.
    static func boxedOrPlain(_ row: DataRow) throws -> String {
        if let answer = try row.optionalText("answer", "Answer", "golden"), !answer.isEmpty { return answer }
        guard let solution = try row.optionalText("solution") else { throw row.missing(["answer", "solution"]) }
        guard let boxed = BoxedAnswer(in: solution), boxed.rule == .boxed else {
            throw row.error("solution", "it has no \\boxed{answer}; add one, or a field \"answer\"")
        }
        return boxed.text
    }
}
