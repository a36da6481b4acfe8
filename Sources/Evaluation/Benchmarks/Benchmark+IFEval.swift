internal import JSON

extension Benchmark {
    package static let ifeval = Benchmark(
        name: "ifeval", title: "IFEval", grader: InstructionGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 1500,
        published: PublishedScore.models(r1: 83.3, zero: 46.6),
        fields: "prompt, instruction_id_list, kwargs, key",
        questions: { rows, _ in
            try questions(rows) { row, id in
                let gold = row.fields.filter { ["instruction_id_list", "kwargs"].contains($0.key) }
                var question = Question(
                    id: id, prompt: try row.text("prompt"), gold: .object(JSONObject(gold.map { ($0.key, $0.value) })))
                do {
                    let names = try InstructionGrader.instructions(question.gold).map(\.0)
                    question.subject = names.first?.pieces(separatedBy: ":").first
                } catch let failure as InstructionArguments.Failure {
                    throw row.error("instruction_id_list", failure.problem)
                }
                return question
            }
        })
}
