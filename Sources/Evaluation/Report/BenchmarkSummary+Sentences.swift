extension BenchmarkSummary {
    /// What is to be known beside the score, most important first.
    var sentences: [String] {
        [
            partialSentence, caveatSentence, errorSentence, varianceSentence, consensusSentence, otherRulesSentence,
            ratesSentence, costSentence,
        ].compactMap { $0 }
    }

    var publishedSentences: [String] { published.map(\.sentence) }

    private var partialSentence: String? {
        guard isPartial else { return nil }
        let asked = questions.count * samplesPerQuestion
        return "Partial: \(Figures.count(rates.samples)) of \(Figures.count(asked)) samples, "
            + "\(Figures.count(finishedQuestions)) of \(Figures.plural(questions.count, "question")) finished. "
            + "Short answers finish first and are right more often, so the score may fall."
    }

    private var caveatSentence: String? {
        benchmark.caveat.map { "Not comparable with published scores: \($0)" }
    }

    private var errorSentence: String? {
        let parts = [
            errors > 0 ? "\(Figures.plural(errors, "sample")) ended in an error" : nil,
            ungraded > 0 ? "\(Figures.plural(ungraded, "sample")) could not be graded" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ") + ": not scored."
    }

    private var varianceSentence: String? {
        guard let score else { return nil }
        guard let split = VarianceSplit(score), let rerunError = score.rerunError,
            let questionError = score.questionError
        else {
            return score.withinVariance == nil
                ? "One sample for each question: how far a rerun would move the score is unknown." : nil
        }
        let share = Figures.percent(split.samplingShare, 0)
        let advice =
            switch (split.advice, split.samplingShare) {
            case (.moreSamples, _): "more samples of each question narrow it most"
            case (.moreQuestions, 0.1...): "more questions narrow it most"
            case (.moreQuestions, _): "only more questions would narrow it"
            }
        let rerun = Figures.percent(VarianceSplit.detectableDifference(error: rerunError))
        let other = Figures.percent(VarianceSplit.detectableDifference(error: questionError))
        return "Sampling makes \(share) % of the variance of the question error: \(advice). "
            + "Two such runs show a difference of \(rerun) points on the same questions, of \(other) on other ones "
            + "(80 % power)."
    }

    private var consensusSentence: String? {
        votes.map {
            "cons@\(samplesPerQuestion) \(Figures.percent($0.consensus.value)), 95 % of reruns within "
                + "\(Figures.range($0.rerunInterval)); tied answers share their score. "
                + "With ties to the first seen: \(Figures.percent($0.consensus.firstSeenValue))."
        }
    }

    private var otherRulesSentence: String? {
        let others = otherRules.filter { $0.passAt1 != score?.passAt1 }
        return others.isEmpty
            ? nil : others.map { "By \($0.name): \(Figures.percent($0.passAt1))." }.joined(separator: " ")
    }

    private var ratesSentence: String? {
        guard rates.samples > 0 else { return nil }
        let always = [("truncated", rates.truncated), ("without an answer", rates.abstained)]
        let seldom = [
            ("without </think>", rates.unclosedThinking), ("with empty reasoning", rates.emptyThinking),
            ("cut in a loop", rates.looping), ("with Chinese in them", rates.mixedLanguage),
        ].filter { ($0.1 ?? 0) > 0 }
        return "Of \(Figures.plural(rates.samples, "sample")): "
            + (always + seldom).compactMap { name, count in
                count.map { "\(Figures.share($0, of: rates.samples)) \(name)" }
            }.joined(separator: ", ") + "."
    }

    private var costSentence: String? {
        guard tokens.generated > 0 else { return nil }
        let parts = [
            "\(Figures.count(tokens.generated)) tokens generated",
            tokens.perSolved.map { "\(Figures.count($0)) for each solved question" },
            tokens.tokensPerSecond.map { "\(Figures.fixed($0)) a second and sequence" },
            tokens.cacheHitRate.map { "\(Figures.percent($0)) % of the prompt tokens from the prefix cache" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ") + "."
    }
}

extension PublishedDifference {
    fileprivate var sentence: String {
        let start =
            "Published for \(published.model) (\(published.source)): \(Figures.fixed(published.passAt1)); "
            + "this run \(Figures.signedPercent(difference))"
        guard let z, let p else { return start + "." }
        return start + " (z \(Figures.fixed(z)), p \(Figures.probability(p)) by rerun errors)."
    }
}
