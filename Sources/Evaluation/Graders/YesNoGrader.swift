internal import JSON

/// Compares 是 or 否 with the gold one.
package struct YesNoGrader: Grader {
    package let identity = "yes-no 1"

    package init() {}

    package func grade(_ content: String, to question: Question) -> Verdict {
        guard let (answer, rule) = Self.find(in: content) else { return Verdict(score: 0) }
        return Verdict(score: answer == question.gold.stringValue ? 1 : 0, answer: answer, rule: rule)
    }

    /// 是 or 否 for a gold value; nil for others.
    static func gold(_ value: JSONValue) -> String? {
        switch value.boolValue.map(String.init) ?? value.plainText?.lowercased() {
        case "true", "1", "yes", "是": "是"
        case "false", "0", "no", "否": "否"
        default: nil
        }
    }

    /// The last `答案：是`, else the last box, else the last line.
    private static func find(in content: String) -> (answer: String, rule: String)? {
        var scanner = ByteScanner(content)
        for position in (scanner.positions(behind: "答案") + scanner.positions(behind: "answer")).sorted().reversed() {
            scanner.position = position
            scanner.skip([" ", "*", "\"", ":", "：", "为", "应", "该", "\n"])
            if let answer = word(&scanner) { return (answer, "line") }
        }
        for position in scanner.positions(behind: "boxed").reversed() {
            scanner.position = position
            if let answer = word(&scanner) { return (answer, "boxed") }
        }
        scanner = ByteScanner(content.split(separator: "\n").last { $0.contains { !$0.isWhitespace } } ?? "")
        return word(&scanner).map { ($0, "last_line") }
    }

    private static func word(_ scanner: inout ByteScanner) -> String? {
        scanner.skip([" ", "*", "\"", "“", "「", "{", "[", "【", "$", "\\text", "\\boxed"])
        // "答案是否" states 否: the first 是 is the verb.
        if scanner.take("是") {
            scanner.skip([" ", "*", "\"", "“", "「", ":", "：", "{", "[", "【", "$", "\\text", "\\boxed", "\n"])
            if scanner.take("否") || scanner.take("不是") { return "否" }
            return "是"
        }
        if scanner.take("否") || scanner.take("不是") || scanner.take("no", ignoringCase: true) { return "否" }
        return scanner.take("yes", ignoringCase: true) ? "是" : nil
    }
}
