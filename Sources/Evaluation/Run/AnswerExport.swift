import JSON

/// A run's answers as the harnesses of other benchmarks read them, without reasoning.
package enum AnswerExport: String, Sendable, CaseIterable {
    /// LiveCodeBench's `custom_evaluator`: an array of `question_id` and `code_list`.
    case lcb
    /// SWE-bench's predictions, a line each: `instance_id`, `model_name_or_path`, `model_patch`.
    case swe
    /// AlpacaEval's model outputs: an array of `instruction`, `output`, `generator`.
    case alpaca
    /// Arena-Hard's answers, a line each.
    case arena

    /// The file's text; for all but LiveCodeBench the first sample of each question.
    package func text(_ run: Run) -> String {
        let model = JSONValue.string(run.model)
        let answers = run.benchmarks.flatMap { part in
            let samples = Dictionary(grouping: part.samples.filter { $0.error == nil }) { $0.question }
            return part.questions.compactMap { question in
                samples[question.id].map { (question: question, samples: $0.sorted { $0.index < $1.index }) }
            }
        }
        let values = answers.map { question, samples -> JSONValue in
            let first = samples[0].content
            return switch self {
            case .lcb:
                [
                    "question_id": .string(question.id),
                    "code_list": .array(samples.map { .string(Self.block(in: $0.content) ?? "") }),
                ]
            case .swe:
                [
                    "instance_id": .string(question.id), "model_name_or_path": model,
                    "model_patch": .string(Self.block(in: first).map { $0 + "\n" } ?? ""),
                ]
            case .alpaca:
                ["instruction": .string(question.prompt), "output": .string(first), "generator": model]
            case .arena:
                [
                    "question_id": .string(question.id), "answer_id": .string("\(question.id)-0"), "model_id": model,
                    "choices": [["index": 0, "turns": [["content": .string(first)]]]],
                ]
            }
        }
        switch self {
        case .lcb, .alpaca: return JSONValue.array(values).serialized(pretty: true) + "\n"
        case .swe, .arena: return values.map { $0.serialized() + "\n" }.joined()
        }
    }

    /// The text between the last two lines with a fence; nil where there are fewer.
    private static func block(in content: String) -> String? {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
        let fences = lines.indices.filter { lines[$0].contains("```") }
        guard fences.count >= 2 else { return nil }
        return lines[(fences[fences.count - 2] + 1)..<fences[fences.count - 1]].joined(separator: "\n")
    }
}
