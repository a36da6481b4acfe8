package import JSON

extension Report {
    /// All figures, scores as fractions of 1. What differs between two runs of the same samples stands in `timings`, so
    /// that everything else can be compared byte by byte.
    package var json: JSONValue {
        var manifest = manifest
        let started = manifest.removeValue(forKey: "started")
        return [
            "manifest": .object(manifest),
            "status": isPartial ? "partial" : "complete",
            "benchmarks": .array(benchmarks.map(\.json)),
            "timings": [
                "started": started ?? .null,
                "benchmarks": .object(JSONObject(benchmarks.map { ($0.benchmark.name, $0.tokens.timings) })),
            ],
        ]
    }
}

extension BenchmarkSummary {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "name": .string(benchmark.name),
            "title": .string(benchmark.title),
            "status": isPartial ? "partial" : "complete",
            "questions": .integer(questions.count),
            "finished_questions": .integer(finishedQuestions),
            "samples_per_question": .integer(samplesPerQuestion),
            "samples": .integer(rates.samples),
            "errors": .integer(errors),
            "ungraded": .integer(ungraded),
            "caveat": JSONValue(benchmark.caveat),
            "pass_at_1": score.map { $0.json(questionInterval) } ?? .null,
            "other_rules": .object(JSONObject(otherRules.map { ($0.name, .number($0.passAt1)) })),
            "pass_at_k": bestOf.json,
            "consensus": votes?.json ?? .null,
            "variance": score.flatMap { VarianceSplit($0)?.json($0) } ?? .null,
            "published": .array(published.map(\.json)),
            "rates": rates.json,
            "tokens": tokens.json,
        ]
        if !levels.isEmpty { members["levels"] = .array(levels.map(\.json)) }
        if !subjects.isEmpty { members["subjects"] = .array(subjects.map(\.json)) }
        if !instructions.isEmpty { members["instructions"] = .array(instructions.map(\.json)) }
        members["per_question"] = .array(questions.map(\.json))
        return .object(members)
    }
}

extension Score {
    fileprivate func json(_ questionInterval: Interval?) -> JSONValue {
        [
            "value": .number(passAt1),
            "rerun_se": JSONValue(rerunError),
            "rerun_interval": rerunInterval?.json ?? .null,
            "question_se": JSONValue(questionError),
            "question_interval": questionInterval?.json ?? .null,
            "clusters": .integer(groups.count),
        ]
    }
}

extension Interval {
    var json: JSONValue {
        ["low": .number(low), "high": .number(high), "level": .number(Self.level), "method": .string(method.rawValue)]
    }
}

extension [CurvePoint] {
    fileprivate var json: JSONValue { .object(JSONObject(map { (String($0.size), .number($0.value)) })) }
}

extension BenchmarkSummary.Votes {
    fileprivate var json: JSONValue {
        [
            "value": .number(consensus.value),
            "first_seen_value": .number(consensus.firstSeenValue),
            "rerun_interval": rerunInterval.json,
            "question_se": JSONValue(consensus.questionError),
            "at": curve.json,
        ]
    }
}

extension VarianceSplit {
    fileprivate func json(_ score: Score) -> JSONValue {
        [
            "within_questions": .number(within),
            "between_questions": .number(between),
            "sampling_share": .number(samplingShare),
            "advice": .string(advice.rawValue),
            "detectable_rerun": JSONValue(score.rerunError.map(Self.detectableDifference)),
            "detectable_questions": JSONValue(score.questionError.map(Self.detectableDifference)),
        ]
    }
}

extension PublishedDifference {
    fileprivate var json: JSONValue {
        [
            "model": .string(published.model),
            "source": .string(published.source),
            "pass_at_1": .number(published.passAt1 / 100),
            "consensus_at_64": JSONValue(published.consensusAt64.map { $0 / 100 }),
            "difference": .number(difference),
            "se": JSONValue(error),
            "z": JSONValue(z),
            "p": JSONValue(p),
        ]
    }
}

extension Rates {
    fileprivate var json: JSONValue {
        [
            "truncated": .integer(truncated),
            "no_answer": JSONValue(abstained),
            "unclosed_thinking": .integer(unclosedThinking),
            "empty_thinking": .integer(emptyThinking),
            "looping": .integer(looping),
            "mixed_language": JSONValue(mixedLanguage),
        ]
    }
}

extension TokenUse {
    fileprivate var json: JSONValue {
        var parts: JSONObject = [:]
        for part in Part.allCases {
            let lines = rows.filter { $0.part == part }
            parts[part.rawValue] = .object(
                JSONObject(lines.map { ($0.outcome?.rawValue ?? "all", $0.distribution.json) }))
        }
        return [
            "generated": .integer(generated),
            "prompted": .integer(prompted),
            "per_solved_question": JSONValue(perSolved),
            "distributions": .object(parts),
        ]
    }

    fileprivate var timings: JSONValue {
        [
            "sample_seconds": .number(seconds),
            "tokens_per_second": JSONValue(tokensPerSecond),
            "cached_prompt_tokens": .integer(cached),
            "cache_hit_rate": JSONValue(cacheHitRate),
        ]
    }
}

extension Distribution {
    fileprivate var json: JSONValue {
        [
            "samples": .integer(count), "mean": .number(mean), "p50": .number(median), "p90": .number(p90),
            "p99": .number(p99), "max": .integer(maximum),
        ]
    }
}

extension BenchmarkSummary.Group {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "questions": .integer(questions), "pass_at_1": .number(score.passAt1),
            "question_se": JSONValue(score.questionError), "rerun_se": JSONValue(score.rerunError),
        ]
    }
}

extension InstructionScore {
    fileprivate var json: JSONValue {
        [
            "id": .string(name), "count": .integer(count), "strict": .integer(strict), "loose": .integer(loose),
        ]
    }
}

extension QuestionOutcome {
    fileprivate var json: JSONValue {
        [
            "id": .string(question.id),
            "samples": .integer(samples.count),
            "pass_at_1": JSONValue(mean),
            "truncated": .integer(count(.truncated)),
        ]
    }
}
