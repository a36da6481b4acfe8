package import JSON

extension Comparison {
    /// All figures, scores as fractions of 1.
    package var json: JSONValue {
        [
            "first": .string(models.first),
            "second": .string(models.second),
            "margin": .number(margin),
            "benchmarks": .array(entries.map(\.json)),
            "refused": .array(
                refusals.map {
                    ["title": .string($0.title), "reasons": .array($0.reasons.map(JSONValue.string))]
                }),
            "changes": .array(
                changes.map {
                    ["path": .string($0.path), "first": .string($0.first), "second": .string($0.second)]
                }),
        ]
    }
}

extension Comparison.Entry {
    fileprivate var json: JSONValue {
        [
            "name": .string(name),
            "title": .string(title),
            "shared_questions": .integer(shared),
            "unshared_questions": .integer(unshared),
            "first": .number(first),
            "second": .number(second),
            "difference": .number(difference.mean),
            "question_se": JSONValue(difference.questionError),
            "rerun_se": JSONValue(difference.rerunError),
            "interval": difference.interval?.json ?? .null,
            "t_p": JSONValue(difference.tP),
            "permutation_p": .number(permutationP),
            "mcnemar_p": JSONValue(difference.mcNemarP),
            "holm_p": JSONValue(adjustedP),
            "equivalence_p": JSONValue(difference.equivalenceP),
            "objections": .array(objections.map(JSONValue.string)),
            "moved": .array(moved.map(\.json)),
        ]
    }
}

extension MovedQuestion {
    fileprivate var json: JSONValue {
        [
            "id": .string(id),
            "first": .number(first),
            "second": .number(second),
            "p": JSONValue(p),
            "holm_p": JSONValue(adjustedP),
        ]
    }
}
