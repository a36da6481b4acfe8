internal import JSON

extension Benchmark {
    package static let clueWSC = Benchmark(
        name: "clue-wsc", title: "CLUEWSC", grader: YesNoGrader(),
        sampleCounts: SampleCounts(card: 16, quick: 1), expectedTokens: 800,
        caveat: "The card's prompt is not published; this one asks the same in its own words.",
        published: PublishedScore.models(r1: 92.8, zero: 93.1),
        fields: "text, target (span1_text, span2_text), label",
        questions: { rows, _ in
            try questions(rows) { row, id in
                let spans = row.fields["target"]
                guard let noun = spans?["span1_text"]?.stringValue, let pronoun = spans?["span2_text"]?.stringValue
                else { throw row.error("target", "write an object with span1_text and span2_text") }
                guard let gold = row.value(["label", "answer"]).flatMap({ YesNoGrader.gold($0.value) }) else {
                    throw row.error("label", "write \"true\" or \"false\"; the test split has no labels")
                }
                let prompt = """
                    请阅读下面的句子，判断其中的代词“\(pronoun)”是否指代“\(noun)”。请先逐步思考，\
                    回答的最后一行写成“答案：是”或“答案：否”。

                    句子：\(try row.text("text"))
                    """
                return Question(id: id, prompt: prompt, gold: .string(gold))
            }
        })

    package static let drop = Benchmark(
        name: "drop", title: "DROP", grader: DropGrader(),
        sampleCounts: SampleCounts(card: 4, quick: 1), expectedTokens: 1000,
        caveat:
            "The card shows three examples; rows whose field \"split\" is \"train\" serve as such, and without them "
            + "none is shown.",
        published: PublishedScore.models(r1: 92.2, zero: 89.1),
        fields: "context, ref_text, completion; or passage, question, answer, validated_answers; split",
        questions: { rows, seed in
            let isExample = { (row: DataRow) in row.fields["split"]?.stringValue == "train" }
            let examples = try rows.filter(isExample).map(dropExample)
            return try questions(rows.filter { !isExample($0) }) { row, id in
                let context = try dropContext(row)
                var question = Question(
                    id: id,
                    prompt: dropPrompt(context, examples: drawn(3, of: examples, id: id, seed: seed)),
                    gold: try dropGold(row))
                // Questions about one passage are not independent.
                question.cluster = try row.optionalText("section_id") ?? passage(context)
                return question
            }
        })

    private static func dropContext(_ row: DataRow) throws -> String {
        if let context = try row.optionalText("context") { return LatexText.trimmed(context) }
        return "Passage: \(try row.text("passage"))\nQuestion: \(try row.text("question"))\nAnswer:"
    }

    private static func passage(_ context: String) -> String {
        guard let end = context.ranges(of: "\nQuestion:").last else { return context }
        return String(context[..<end.lowerBound])
    }

    private static func drawn(_ count: Int, of examples: [String], id: String, seed: UInt64) -> [String] {
        var generator = SplitMix64(seed: seed, id: id)
        return Array(examples.shuffled(using: &generator).prefix(count))
    }

    private static func dropExample(_ row: DataRow) throws -> String {
        if let completion = try row.optionalText("completion") {
            return "\(try dropContext(row)) \(LatexText.trimmed(completion))"
        }
        let answer = try dropGold(row)[0]?.arrayValue?.compactMap(\.stringValue).joined(separator: ", ")
        return "\(try dropContext(row)) \(answer ?? "")"
    }

    /// simple-evals' question.
    private static func dropPrompt(_ context: String, examples: [String]) -> String {
        let shown =
            examples.isEmpty
            ? "" : "\n\n# Examples\n" + examples.map { "---\n\($0)\n" }.joined(separator: "\n")
        let opening =
            "You will be asked to read a passage and answer a question."
            + (examples.isEmpty ? "" : " Some examples of passages and Q&A are provided below.")
        return """
            \(opening)\(shown)
            # Your Task

            ---
            \(context)

            Think step by step, then write a line of the form "Answer: $ANSWER" at the end of your response.
            """
    }

    /// References, each of them one or several spans.
    private static func dropGold(_ row: DataRow) throws -> JSONValue {
        if let text = try row.optionalText("ref_text") {
            let references = text.split(separator: "|").map(LatexText.trimmed).filter { !$0.isEmpty }
            guard !references.isEmpty else {
                throw row.error("ref_text", "it names no answer; write them with | between")
            }
            return .array(references.map { [.string($0)] })
        }
        guard let (name, answer) = row.value(["answer", "answers_spans"]) else {
            throw row.missing(["ref_text", "answer", "answers_spans"])
        }
        let references = ([answer] + validated(row.fields["validated_answers"])).map(spans).filter { !$0.isEmpty }
        guard !references.isEmpty else { throw row.error(name, "it has no number, no spans and no date; write one") }
        return .array(references.map { .array($0.map(JSONValue.string)) })
    }

    /// A list of answers, also where it is written as an object of lists.
    private static func validated(_ value: JSONValue?) -> [JSONValue] {
        guard let columns = value?.objectValue else { return value?.arrayValue ?? [] }
        let count = columns.values.map { $0.arrayValue?.count ?? 0 }.max() ?? 0
        return (0..<count).map { index in
            .object(JSONObject(columns.map { ($0.key, $0.value[index] ?? .null) }))
        }
    }

    private static func spans(_ answer: JSONValue) -> [String] {
        if let text = answer.plainText { return [text] }
        if let number = answer["number"]?.plainText, !number.isEmpty { return [number] }
        if let spans = answer["spans"]?.arrayValue, !spans.isEmpty { return spans.compactMap(\.plainText) }
        let date = ["day", "month", "year"].compactMap { answer["date"]?[$0]?.plainText }.filter { !$0.isEmpty }
        return date.isEmpty ? [] : [date.joined(separator: " ")]
    }
}
