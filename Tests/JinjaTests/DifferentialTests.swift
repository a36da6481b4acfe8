import JSON
import Jinja
import Testing

/// Compares with what Python's jinja2 rendered; `Fixtures/generate.py` made the expectations.
struct DifferentialTests {
    @Test func `every case gives what jinja2 gives`() throws {
        let file = try Fixture.json("cases.json")
        let contexts = try #require(file["contexts"]?.arrayValue)
        for record in try #require(file["cases"]?.arrayValue) {
            let template = try #require(record["template"]?.stringValue)
            var context = record["context"]?.objectValue ?? [:]
            if let number = record["context"]?.intValue { context = try #require(contexts[number].objectValue) }
            check(Result { () throws(TemplateError) in try Template(template).render(context) }, record, template)
        }
    }

    @Test func `popular chat templates render conversations as jinja2 does`() throws {
        let conversations = try Fixture.json("conversations.json")
        for record in try #require(try Fixture.json("rendered.json").arrayValue) {
            let name = try #require(record["template"]?.stringValue)
            let conversation = try #require(record["conversation"]?.stringValue)
            let template = try Template(try Fixture.text("templates/\(name)"))
            let context = try #require(conversations[conversation]?.objectValue)
            check(
                Result { () throws(TemplateError) in try template.render(context) }, record, "\(name): \(conversation)")
        }
    }

    @Test(arguments: ["deepseek-r1", "r1-distill"])
    func `the models' own templates render their golden conversations`(family: String) throws {
        let template = try Template(try Fixture.text("templates/\(family).jinja"))
        for record in try #require(try Fixture.json("deepseek_goldens.json")[family]?.arrayValue) {
            var context = try #require(record.objectValue)
            context["bos_token"] = "<｜begin▁of▁sentence｜>"
            check(
                Result { () throws(TemplateError) in try template.render(context) },
                [
                    "expected": record["rendered"] ?? .null
                ], "\(family): \(record)")
        }
    }

    private func check(_ result: Result<String, TemplateError>, _ record: JSONValue, _ name: String) {
        switch result {
        case .success(let text):
            let expected = record["expected"]?.stringValue
            if expected.map({ JSONValue.string($0) != .string(text) }) ?? true {
                Issue.record(
                    "\(name)\n  expected \(expected ?? "the error \(record["error"] ?? nil)")\n  got      \(text)")
            }
        case .failure(let error):
            if let expected = record["expected"]?.stringValue {
                Issue.record("\(name)\n  expected \(expected)\n  got      the error \(error)")
            } else if let message = record["message"]?.stringValue, message != error.message {
                Issue.record("\(name)\n  expected the error \(message)\n  got      the error \(error.message)")
            }
        }
    }
}
