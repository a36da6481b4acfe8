internal import JSON

/// Lets a judge say whether an answer is right (A), wrong (B) or none (C).
package struct JudgeGrader: Grader {
    package enum Language: String, Sendable {
        case english, chinese
    }

    /// No judge was given.
    package struct Missing: Error, CustomStringConvertible {
        package var description: String {
            "this benchmark's answers are judged by a model: give one with --judge URL#MODEL"
        }
    }

    let judge: (any Judge)?
    let language: Language

    package var identity: String { "judge-\(language.rawValue) 1" }

    package init(judge: (any Judge)?, language: Language) {
        self.judge = judge
        self.language = language
    }

    /// The gold value has `question` and `answer`.
    package func grade(_ content: String, to question: Question) async throws -> Verdict {
        let answer = LatexText.trimmed(content)
        guard !answer.isEmpty else { return Verdict(score: 0) }
        guard let judge else { throw Missing() }
        let reply = try await judge.ask(
            prompt(
                question: question.gold["question"]?.stringValue ?? question.prompt,
                gold: question.gold["answer"]?.plainText ?? "", answer: answer))
        let letter = Self.letter(in: reply)
        var verdict = Verdict(score: letter == "A" ? 1 : 0, answer: letter == "C" ? nil : answer, rule: "judge")
        verdict.detail = ["letter": .string(letter), "reply": .string(String(reply.prefix(200)))]
        return verdict
    }

    package func isSame(_ answer: String, _ other: String) -> Bool {
        answer.lowercased() == other.lowercased()
    }

    /// The letter that the reply is, or the last that stands alone in it; C where there is none.
    static func letter(in reply: String) -> String {
        ChoiceAnswer(in: reply, options: 3)?.letter
            ?? reply.split { !($0.isLetter || $0.isNumber) }.last { ["A", "B", "C"].contains($0) }.map(String.init)
            ?? "C"
    }

    private func prompt(question: String, gold: String, answer: String) -> String {
        switch language {
        case .english:
            """
            You compare an answer to a question with the reference answer. Choose one letter:

            A: CORRECT. The answer states everything that the reference does and contradicts none of it. Wording, \
            order, case, grammar and small slips of spelling do not matter, nor do doubts that are voiced, nor \
            details beyond the reference, nor details left out that the question does not ask for. A number must \
            agree with the reference to the last digit that the reference gives.
            B: INCORRECT. Some statement in the answer contradicts the reference, even if it is hedged or if the \
            right one stands beside it.
            C: NOT ATTEMPTED. The answer leaves out what the reference states and contradicts nothing: it declines, \
            asks back, or stays too vague.

            Question: \(question)
            Reference answer: \(gold)
            Answer to judge: \(answer)

            Do not answer the question yourself and do not correct the reference. Reply with the letter A, B or C and \
            nothing else.
            """
        case .chinese:
            """
            请对照参考答案，判断待评回答属于哪一类，只选一个字母：

            A：正确。待评回答包含参考答案的全部要点，且与之没有矛盾。措辞、语序、大小写、语法、译名的细微差别、语气的犹豫、\
            参考答案之外的补充，以及问题没有问到的细节的省略，都不影响判断。数值须与参考答案给出的每一位一致。
            B：错误。待评回答中有与参考答案矛盾的内容，即使语气不肯定，或同时也给出了正确内容。
            C：未作答。待评回答没有给出参考答案的要点，也没有与之矛盾的内容，例如拒绝回答、反问或过于含糊。

            问题：\(question)
            参考答案：\(gold)
            待评回答：\(answer)

            不要自己回答问题，也不要修改参考答案。只回复字母 A、B 或 C，不要任何其他内容。
            """
        }
    }
}
