internal import JSON

extension Benchmark {
    /// Problems of a window of dates, both days included, as `2024-08-01`; the default is the card's. Without a sandbox
    /// it can be listed but not graded.
    package static func liveCodeBench(
        sandbox: PythonSandbox?, from start: String = "2024-08-01", to end: String = "2025-01-31"
    ) -> Benchmark {
        Benchmark(
            name: "livecodebench", title: "LiveCodeBench", grader: CodeGrader(sandbox: sandbox),
            sampleCounts: SampleCounts(card: 8, quick: 1), expectedTokens: 14_000,
            published: PublishedScore.models(r1: 65.9, zero: 50.0)
                + PublishedScore.distills([16.9, 37.6, 53.1, 57.2, 39.6, 57.5])
                + PublishedScore.distills([16.1, 37.4, 51.3, 56.0, 37.4, 53.9], source: "open-r1"),
            fields: "question_content, starter_code, public_test_cases, private_test_cases, metadata, contest_date",
            needsSandbox: true,
            questions: { rows, _ in
                try questions(rows) { row, id in
                    let day = String(try row.text("contest_date").prefix(10))
                    guard (start...end).contains(day) else { return nil }
                    let names = ["public_test_cases", "private_test_cases", "metadata"]
                    let gold = names.compactMap { name in row.fields[name].map { (name, $0) } }
                    var question = Question(
                        id: id,
                        prompt: codePrompt(
                            try row.text("question_content"), starter: try row.optionalText("starter_code") ?? ""),
                        gold: .object(JSONObject(gold)))
                    do {
                        // The private tests take long to unpack: they are read when an answer is graded.
                        _ = try CodeProblem(.object(JSONObject(gold.filter { $0.0 != "private_test_cases" })))
                    } catch let failure as CodeProblem.Failure {
                        throw row.error(failure.field, failure.problem)
                    }
                    question.level = try row.optionalText("difficulty")
                    question.subject = try row.optionalText("platform")
                    return question
                }
            })
    }

    /// LiveCodeBench's generic form, its system message in front.
    private static func codePrompt(_ problem: String, starter: String) -> String {
        let format =
            starter.isBlank
            ? """
            ### Format: Read the inputs from stdin solve the problem and write the answer to stdout (do not directly test \
            on the sample inputs). Enclose your code within delimiters as follows. Ensure that when the python program \
            runs, it reads the inputs, runs the algorithm and writes output to STDOUT.
            ```python
            # YOUR CODE HERE
            ```
            """
            : """
            ### Format: You will use the following starter code to write the solution to the problem and enclose your \
            code within delimiters.
            ```python
            \(starter)
            ```
            """
        return """
            You are an expert Python programmer. You will be given a question (problem specification) and will generate a \
            correct Python program that matches the specification and passes all tests.

            ### Question:
            \(problem)

            \(format)

            ### Answer: (use the provided format with backticks)


            """
    }
}
