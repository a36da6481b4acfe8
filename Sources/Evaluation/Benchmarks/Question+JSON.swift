import JSON

extension Question {
    /// As a line of a run's `questions.jsonl` has it.
    var json: JSONObject {
        var object: JSONObject = ["id": .string(id), "prompt": .string(prompt), "gold": gold]
        if let subject { object["subject"] = .string(subject) }
        if let level { object["level"] = .string(level) }
        if let cluster { object["cluster"] = .string(cluster) }
        if let optionOrder { object["option_order"] = .array(optionOrder.map { .integer($0) }) }
        return object
    }

    init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let prompt = json["prompt"]?.stringValue, let gold = json["gold"] else {
            return nil
        }
        self.init(id: id, prompt: prompt, gold: gold)
        subject = json["subject"]?.stringValue
        level = json["level"]?.stringValue
        cluster = json["cluster"]?.stringValue
        optionOrder = json["option_order"]?.arrayValue?.compactMap(\.intValue)
    }
}
