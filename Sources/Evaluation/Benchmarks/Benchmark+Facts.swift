internal import JSON

extension Benchmark {
    package static func simpleQA(judge: (any Judge)?) -> Benchmark {
        Benchmark(
            name: "simpleqa", title: "SimpleQA", grader: JudgeGrader(judge: judge, language: .english),
            sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
            caveat: "Another judge than OpenAI's, with instructions in other words, decides what is correct.",
            published: PublishedScore.models(r1: 30.1, zero: 30.3),
            fields: "problem (or question), answer", needsJudge: true,
            questions: { rows, _ in try facts(rows) })
    }

    package static func chineseSimpleQA(judge: (any Judge)?) -> Benchmark {
        Benchmark(
            name: "chinese-simpleqa", title: "Chinese SimpleQA", grader: JudgeGrader(judge: judge, language: .chinese),
            sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 800,
            caveat: "Another judge than the card's, with instructions in other words, decides what is correct.",
            published: PublishedScore.models(r1: 63.7, zero: 66.4),
            fields: "question, answer, primary_category", needsJudge: true,
            questions: { rows, _ in try facts(rows) })
    }

    private static func facts(_ rows: [DataRow]) throws -> [Question] {
        try questions(rows) { row, id in
            let problem = try row.text("problem", "question")
            var question = Question(
                id: id, prompt: problem,
                gold: ["question": .string(problem), "answer": .string(try row.text("answer"))])
            question.subject = try row.optionalText("primary_category", "topic")
            return question
        }
    }
}
