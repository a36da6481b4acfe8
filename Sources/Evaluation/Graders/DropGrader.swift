internal import JSON

/// DROP's F1, as the published evaluation works it out: the best over the references.
package struct DropGrader: Grader {
    package let identity = "drop 1"

    package init() {}

    /// The gold value is a list of references, each a string or a list of spans.
    package func grade(_ content: String, to question: Question) -> Verdict {
        let line = Self.answerLine(in: content)
        let answer = line ?? LatexText.trimmed(content)
        guard !answer.isEmpty else { return Verdict(score: 0) }
        let references = (question.gold.arrayValue ?? []).map { reference in
            reference.arrayValue?.compactMap(\.stringValue) ?? reference.stringValue.map { [$0] } ?? []
        }
        var best = DropScore(exactMatch: false, f1: 0)
        for reference in references where reference.contains(where: { $0.contains { !$0.isWhitespace } }) {
            best = best.joined(with: DropScore(predicted: [answer], gold: reference))
            // The published evaluation takes a listing as one span; its own data joins the spans.
            if reference.count > 1 {
                best = best.joined(with: DropScore(predicted: Self.listed(answer), gold: reference))
            }
        }
        var verdict = Verdict(score: best.f1, answer: answer, rule: line == nil ? "whole" : "line")
        verdict.detail = ["exactMatch": .bool(best.exactMatch)]
        return verdict
    }

    package func isSame(_ answer: String, _ other: String) -> Bool {
        DropScore(predicted: [answer], gold: [other]).exactMatch
    }

    /// What follows the first `Answer:`, up to the end of its line.
    private static func answerLine(in content: String) -> String? {
        var scanner = ByteScanner(content)
        for position in scanner.positions(behind: "answer") {
            scanner.position = position
            while let next = scanner.next, next.isSpace { scanner.position += 1 }
            guard scanner.take(":") else { continue }
            while let next = scanner.next, next.isSpace { scanner.position += 1 }
            let start = scanner.position
            while let next = scanner.next, next != UInt8(ascii: "\n") { scanner.position += 1 }
            if scanner.position > start { return scanner.text(start..<scanner.position) }
        }
        return nil
    }

    private static func listed(_ answer: String) -> [String] {
        answer.replacing(" and ", with: ",").split { $0 == "," || $0 == ";" }.map(LatexText.trimmed)
            .filter { !$0.isEmpty }
    }
}
