/// What went wrong in a benchmark's samples, in counts.
struct Rates: Sendable, Equatable {
    var samples = 0
    var truncated = 0
    /// Ended by themselves without an answer that the grader found; nil where the grader looks for none.
    var abstained: Int?
    /// Reasoning that never ended: no `</think>`.
    var unclosedThinking = 0
    /// No reasoning, or blank: `<think>\n\n</think>`.
    var emptyThinking = 0
    /// Cut while they repeated themselves.
    var looping = 0
    /// Chinese in the answer or reasoning to a question that has none; nil where all questions have some.
    var mixedLanguage: Int?

    /// - Parameter questions: each with its scored samples.
    init(_ questions: [QuestionOutcome]) {
        let findsAnswers = questions.contains { $0.samples.contains { $0.verdict?.answer != nil } }
        if findsAnswers { abstained = 0 }
        for question in questions {
            let isChinese = question.question.prompt.hanShare > 0
            if !isChinese, !question.samples.isEmpty, mixedLanguage == nil { mixedLanguage = 0 }
            for sample in question.samples {
                samples += 1
                if sample.isTruncated {
                    truncated += 1
                    if sample.isLooping { looping += 1 }
                } else if findsAnswers, sample.verdict?.answer == nil {
                    abstained? += 1
                }
                if sample.hasUnclosedThinking { unclosedThinking += 1 }
                if sample.reasoning.utf8.allSatisfy({ $0 <= 0x20 }) && !sample.hasUnclosedThinking {
                    emptyThinking += 1
                }
                if !isChinese, max(sample.reasoning.hanShare, sample.content.hanShare) > Self.mixedShare {
                    mixedLanguage? += 1
                }
            }
        }
    }

    /// A text with more Chinese characters than this mixes languages.
    static let mixedShare = 0.005
}

extension Sample {
    fileprivate var hasUnclosedThinking: Bool {
        if content.isEmpty { return !reasoning.isEmpty }
        return reasoning.isEmpty && content.hasPrefix("<think>") && !content.contains("</think>")
    }

    /// Whether the text ends in the same passage, of up to 500 bytes, four times or more over 400 bytes or more.
    fileprivate var isLooping: Bool {
        let backwards = Array((content.isEmpty ? reasoning : content).utf8.suffix(2000).reversed())
        guard backwards.count >= 400 else { return false }
        // A text whose longest border has b of n bytes repeats itself every n - b bytes.
        var borders = Array(repeating: 0, count: backwards.count)
        var border = 0
        for index in 1..<backwards.count {
            while border > 0, backwards[index] != backwards[border] { border = borders[border - 1] }
            if backwards[index] == backwards[border] { border += 1 }
            borders[index] = border
            let length = index + 1
            if length >= 400, (length - border) * 4 <= length { return true }
        }
        return false
    }
}

extension String {
    /// The share of Chinese characters, U+4000 to U+9FFF, among all characters.
    fileprivate var hanShare: Double {
        var han = 0
        var characters = 0
        for byte in utf8 {
            if byte & 0xC0 != 0x80 { characters += 1 }
            // The lead bytes of three-byte sequences from U+4000 to U+9FFF.
            if 0xE4...0xE9 ~= byte { han += 1 }
        }
        return characters == 0 ? 0 : Double(han) / Double(characters)
    }
}
