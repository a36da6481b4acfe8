internal import JSON

/// All figures of one benchmark of a run. Everything random is drawn from `seed`: the same samples give the same figures.
struct BenchmarkSummary: Sendable {
    /// The score of those questions that share a subject or level.
    struct Group: Sendable {
        let name: String
        let questions: Int
        let score: Score
    }

    /// cons@k, where several samples vote.
    struct Votes: Sendable {
        let consensus: Consensus
        /// With the questions fixed.
        let rerunInterval: Interval
        let curve: [CurvePoint]
    }

    static let seed: UInt64 = 0

    let benchmark: Benchmark
    let samplesPerQuestion: Int
    let questions: [QuestionOutcome]
    /// nil where no sample counts.
    let score: Score?
    let questionInterval: Interval?
    /// pass@1 under other rules that the grader tells of, with their names.
    let otherRules: [(name: String, passAt1: Double)]
    let bestOf: [CurvePoint]
    let votes: Votes?
    let rates: Rates
    let tokens: TokenUse
    let levels: [Group]
    let subjects: [Group]
    let instructions: [InstructionScore]
    let published: [PublishedDifference]
    /// Samples that ended in an error and were not asked again with success.
    let errors: Int
    /// Samples that have an answer but no verdict.
    let ungraded: Int

    /// - Parameter model: the name that published scores are found by.
    init(_ run: Run.BenchmarkRun, model: String) {
        benchmark = run.benchmark
        samplesPerQuestion = run.samplesPerQuestion
        let questions = QuestionOutcome.all(run)
        self.questions = questions
        let samples = questions.flatMap(\.samples)
        let scores = questions.map(\.scores)
        let score = Score(samples: scores, clusters: questions.map(\.question.cluster))
        self.score = score
        questionInterval = score?.questionInterval(seed: Self.seed)
        otherRules = Self.otherRules(questions)
        bestOf = BestOf.curve(scores)
        votes =
            run.samplesPerQuestion > 1
            ? Consensus(questions.map { Ballot($0.samples, isSame: run.benchmark.grader.isSame) }).map {
                Votes(consensus: $0, rerunInterval: $0.rerunInterval(seed: Self.seed), curve: $0.curve(seed: Self.seed))
            } : nil
        rates = Rates(questions)
        tokens = TokenUse(samples)
        levels = Self.groups(questions, by: \.level)
        subjects = Self.groups(questions, by: \.subject)
        instructions = InstructionScore.all(questions)
        published =
            score.map { score in
                PublishedDifference.scores(for: model, in: run.benchmark.published)
                    .map { PublishedDifference($0, score: score) }
            } ?? []
        let known = Set(samples.map { SampleKey(question: $0.question, index: $0.index) })
        func left(_ isMeant: (Sample) -> Bool) -> Int {
            Set(run.samples.filter(isMeant).map { SampleKey(question: $0.question, index: $0.index) })
                .subtracting(known).count
        }
        errors = left { $0.error != nil }
        ungraded = left { $0.error == nil && $0.outcome == nil }
    }

    /// Questions with all their samples.
    var finishedQuestions: Int { questions.count { $0.samples.count >= samplesPerQuestion } }
    var isPartial: Bool { finishedQuestions < questions.count }

    /// The forgiving rules of mathematics, the literal one of multiple choice, exact match beside F1.
    private static func otherRules(_ questions: [QuestionOutcome]) -> [(name: String, passAt1: Double)] {
        let rules: [(name: String, score: (Verdict) -> Double?)] = [
            ("forgiving rules", \.lenientScore),
            ("simple-evals' literal rule", { $0.detail?["literalScore"]?.doubleValue }),
            ("exact match", { $0.detail?["exactMatch"]?.boolValue.map { $0 ? 1 : 0 } }),
        ]
        return rules.compactMap { name, score in
            guard questions.contains(where: { $0.samples.contains { $0.verdict.flatMap(score) != nil } }) else {
                return nil
            }
            let means = questions.filter { !$0.samples.isEmpty }.map { question in
                question.samples.map { $0.isTruncated ? 0 : $0.verdict.flatMap(score) ?? $0.score }.mean
            }
            return (name, means.mean)
        }
    }

    /// Names, sizes and scores of the groups; none where all questions are of one.
    private static func groups(
        _ questions: [QuestionOutcome], by key: KeyPath<Question, String?>
    ) -> [Group] {
        let groups = Dictionary(grouping: questions.filter { $0.question[keyPath: key] != nil }) {
            $0.question[keyPath: key] ?? ""
        }
        guard groups.count > 1 else { return [] }
        return groups.sorted { $0.key < $1.key }.compactMap { name, members in
            Score(samples: members.map(\.scores), clusters: members.map(\.question.cluster)).map {
                Group(name: name, questions: members.count, score: $0)
            }
        }
    }

    private struct SampleKey: Hashable {
        let question: String
        let index: Int
    }
}
