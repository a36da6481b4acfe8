internal import JSON

/// Whether two runs differ: paired on questions, benchmark by benchmark.
package struct Comparison: Sendable {
    struct Entry: Sendable {
        let name: String
        let title: String
        /// Questions that both runs have samples of.
        let shared: Int
        /// Questions that only one of them has samples of.
        let unshared: Int
        /// Over the shared questions.
        let first: Double
        let second: Double
        let difference: PairedDifference
        /// Of the sign-flip test.
        let permutationP: Double
        /// Of t, over all benchmarks compared.
        var adjustedP: Double?
        let moved: [MovedQuestion]
        /// Why the two are not comparable, where that was asked for nevertheless.
        let objections: [String]
    }

    /// A benchmark that is not compared.
    struct Refusal: Sendable {
        let title: String
        let reasons: [String]
        /// Whether both runs have it and were not asked, read or graded in the same way.
        var isObjection = false
    }

    let models: (first: String, second: String)
    /// The difference that still counts as the same, as a fraction of 1.
    let margin: Double
    /// Members of the manifests that differ, with both values.
    let changes: [(path: String, first: String, second: String)]
    let entries: [Entry]
    let refusals: [Refusal]

    /// - Parameters:
    ///   - margin: the difference that still counts as the same, as a fraction of 1.
    ///   - isForced: compares also where prompts, data or graders differ.
    package init(_ first: Run, _ second: Run, margin: Double = 0.01, isForced: Bool = false) {
        models = (first.model, second.model)
        self.margin = margin
        changes = Self.changes(first.manifest, second.manifest)
        var entries: [Entry] = []
        var refusals: [Refusal] = []
        for one in first.benchmarks {
            let title = one.benchmark.title
            guard let other = second.benchmarks.first(where: { $0.benchmark.name == one.benchmark.name }) else {
                refusals.append(Refusal(title: title, reasons: ["only the first run has it"]))
                continue
            }
            let objections = Self.objections(one, other, first.manifest, second.manifest)
            if !objections.isEmpty, !isForced {
                refusals.append(Refusal(title: title, reasons: objections, isObjection: true))
            } else if let entry = Entry(one, other, margin: margin, objections: objections) {
                entries.append(entry)
            } else {
                refusals.append(Refusal(title: title, reasons: ["no question has samples in both runs"]))
            }
        }
        let known = first.benchmarks.map(\.benchmark.name)
        for other in second.benchmarks where !known.contains(other.benchmark.name) {
            refusals.append(Refusal(title: other.benchmark.title, reasons: ["only the second run has it"]))
        }
        let tested = entries.indices.filter { entries[$0].difference.tP != nil }
        let adjusted = Holm.adjusted(tested.compactMap { entries[$0].difference.tP })
        for (index, p) in zip(tested, adjusted) { entries[index].adjustedP = p }
        self.entries = entries
        self.refusals = refusals
    }

    /// Whether a benchmark of both runs was left out, since it was not asked, read or graded in the same way.
    package var isRefused: Bool { refusals.contains(where: \.isObjection) }

    private static func objections(
        _ one: Run.BenchmarkRun, _ other: Run.BenchmarkRun, _ manifest: JSONObject, _ otherManifest: JSONObject
    ) -> [String] {
        let name = one.benchmark.name
        var objections: [String] = []
        for (key, meaning) in Run.identityKeys {
            let values = [manifest, otherManifest].map { $0["benchmarks"]?[name]?[key]?.stringValue }
            if let left = values[0], let right = values[1], left != right {
                objections.append("\(meaning) differ: \(left) and \(right)")
            }
        }
        let questions = Dictionary(other.questions.map { ($0.id, $0) }) { first, _ in first }
        let pairs = one.questions.compactMap { question in questions[question.id].map { (question, $0) } }
        if let pair = pairs.first(where: { $0.0.prompt != $0.1.prompt }) {
            objections.append("the prompt of question \(pair.0.id) differs")
        }
        if let pair = pairs.first(where: { $0.0.gold != $0.1.gold }) {
            objections.append("the right answer of question \(pair.0.id) differs")
        }
        return objections
    }

    private static func changes(
        _ first: JSONObject, _ second: JSONObject
    ) -> [(path: String, first: String, second: String)] {
        let (left, others) = (first.leaves.filter(isShown), second.leaves.filter(isShown))
        let right = Dictionary(others.map { ($0.path, $0.value) }) { first, _ in first }
        let known = Set(left.map(\.path))
        func isShown(_ member: (path: String, value: String)) -> Bool { member.path != "started" }
        let changed = left.compactMap { path, value in
            right[path] == value ? nil : (path: path, first: value, second: right[path] ?? "—")
        }
        return changed
            + others.filter { !known.contains($0.path) }.map { (path: $0.path, first: "—", second: $0.value) }
    }
}

extension Run {
    /// Members of a benchmark in the manifest that must agree, with what they are.
    static let identityKeys = [("data_sha256", "data files"), ("prompts_sha256", "prompts"), ("grader", "graders")]
}

extension Comparison.Entry {
    fileprivate init?(
        _ one: Run.BenchmarkRun, _ other: Run.BenchmarkRun, margin: Double, objections: [String]
    ) {
        let first = QuestionOutcome.all(one)
        let others = Dictionary(QuestionOutcome.all(other).map { ($0.question.id, $0) }) { first, _ in first }
        let pairs = first.map { question in
            (question: question.question, first: question.scores, second: others[question.question.id]?.scores ?? [])
        }
        guard
            let difference = PairedDifference(
                pairs.map(\.first), pairs.map(\.second), clusters: pairs.map(\.question.cluster), margin: margin)
        else { return nil }
        let shared = pairs.filter { !$0.first.isEmpty && !$0.second.isEmpty }
        name = one.benchmark.name
        title = one.benchmark.title
        self.shared = shared.count
        unshared =
            first.count { !$0.samples.isEmpty } + others.values.count { !$0.samples.isEmpty } - 2 * shared.count
        self.first = shared.map { $0.first.mean }.mean
        second = shared.map { $0.second.mean }.mean
        self.difference = difference
        permutationP = difference.permutationP(seed: BenchmarkSummary.seed)
        adjustedP = nil
        moved = MovedQuestion.all(shared.map { (id: $0.question.id, first: $0.first, second: $0.second) })
        self.objections = objections
    }

    /// At 5 %, after Holm.
    var isSignificant: Bool { (adjustedP ?? 1) < 0.05 }
    var isEquivalent: Bool { (difference.equivalenceP ?? 1) < 0.05 }
}

extension JSONObject {
    /// All members that are no objects, with their dotted paths; of SHA-256 digests, the first twelve digits.
    var leaves: [(path: String, value: String)] {
        flatMap { key, value in
            switch value {
            case .object(let members): members.leaves.map { (path: "\(key).\($0.path)", value: $0.value) }
            case .string(let text):
                [(path: key, value: text.count == 64 && text.allSatisfy(\.isHexDigit) ? "\(text.prefix(12))…" : text)]
            default: [(path: key, value: value.serialized())]
            }
        }
    }
}
