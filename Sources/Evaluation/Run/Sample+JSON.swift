package import JSON

extension Sample {
    /// As a line of `samples.jsonl` has it.
    package var json: JSONObject {
        var object: JSONObject = [
            "benchmark": .string(benchmark), "question": .string(question), "index": .integer(index),
            "seed": .integer(Int(seed)),
        ]
        if let error {
            object["error"] = .string(error)
            guard isAnswered else { return object }
        }
        object["reasoning"] = .string(reasoning)
        object["content"] = .string(content)
        object["finish_reason"] = .string(finishReason)
        object["prompt_tokens"] = .integer(promptTokens)
        object["cached_tokens"] = .integer(cachedTokens)
        object["reasoning_tokens"] = .integer(reasoningTokens)
        object["completion_tokens"] = .integer(completionTokens)
        object["seconds"] = .number(seconds)
        object["verdict"] = verdict.map { .object($0.json) } ?? .null
        return object
    }

    /// nil where a member that every sample has is missing.
    package init?(json: JSONValue) {
        guard let benchmark = json["benchmark"]?.stringValue, let question = json["question"]?.stringValue,
            let index = json["index"]?.intValue, let seed = json["seed"]?.intValue.flatMap(UInt64.init(exactly:))
        else { return nil }
        self.init(benchmark: benchmark, question: question, index: index, seed: seed)
        error = json["error"]?.stringValue
        guard let content = json["content"]?.stringValue, let finish = json["finish_reason"]?.stringValue else {
            guard error == nil else { return }
            return nil
        }
        self.content = content
        finishReason = finish
        reasoning = json["reasoning"]?.stringValue ?? ""
        promptTokens = json["prompt_tokens"]?.intValue ?? 0
        cachedTokens = json["cached_tokens"]?.intValue ?? 0
        reasoningTokens = json["reasoning_tokens"]?.intValue ?? 0
        completionTokens = json["completion_tokens"]?.intValue ?? 0
        seconds = json["seconds"]?.doubleValue ?? 0
        verdict = json["verdict"].flatMap(Verdict.init(json:))
    }
}

extension Sample {
    /// Whether the server gave an answer; with an `error` beside it, it was the grader that failed.
    var isAnswered: Bool { completionTokens > 0 || !content.isEmpty || !reasoning.isEmpty || error == nil }
}

extension Verdict {
    var json: JSONObject {
        var object: JSONObject = ["score": .number(score)]
        if let lenientScore { object["lenient_score"] = .number(lenientScore) }
        if let answer { object["answer"] = .string(answer) }
        if let rule { object["rule"] = .string(rule) }
        if let detail { object["detail"] = detail }
        return object
    }

    init?(json: JSONValue) {
        guard let score = json["score"]?.doubleValue else { return nil }
        self.init(
            score: score, lenientScore: json["lenient_score"]?.doubleValue, answer: json["answer"]?.stringValue,
            rule: json["rule"]?.stringValue)
        detail = json["detail"]
    }
}
