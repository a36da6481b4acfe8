import JSON

extension Benchmark {
    /// The built-in model's own problems, drawn anew: they show the whole of an evaluation without any data.
    package static let builtin = Benchmark(
        name: "builtin", title: "Problems of the built-in model", grader: BuiltinGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 110,
        caveat: "Drawn from the generator of the built-in model's training; no model card states a score.",
        fields: "none: the problems are drawn", needsData: false
    ) { _, _ in builtinQuestions }

    private static let builtinQuestionCount = 100
    /// No training had it: Python's generator gives other numbers for every seed.
    private static let builtinSeed: UInt64 = 0x4150_5553

    private static var builtinQuestions: [Question] {
        var generator = ProblemGenerator(seed: builtinSeed)
        var (questions, seen): ([Question], Set<String>) = ([], [])
        while questions.count < builtinQuestionCount {
            let problem = generator.next()
            guard seen.insert(problem.question).inserted else { continue }
            let instruction =
                problem.isChinese
                ? "请逐步推理，并将最终答案置于 \\boxed{} 内。"
                : "Please reason step by step, and put your final answer within \\boxed{}."
            var question = Question(
                id: "\(questions.count + 1)", prompt: "\(problem.question)\n\(instruction)",
                gold: .string(problem.answer))
            question.subject = problem.family.rawValue
            questions.append(question)
        }
        return questions
    }
}
