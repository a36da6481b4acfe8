internal import JSON

/// Writes what a chat template leaves out or gets wrong about tools: declarations, calls and results.
///
/// Declarations go to the end of the last system message. A tool loop whose turns the template does not write
/// correctly is written here: DeepSeek's becomes one assistant's message with calls, results and the answer after them,
/// since they are one turn of the model; in other dialects calls are the assistant's text and results a user's message.
struct ToolTurns: Sendable {
    /// nil: the template gets the messages as they are.
    let dialect: (any ToolDialect)?
    let traits: TemplateToolTraits
    /// Ends a turn of the model.
    let endText: String
    /// See ``ContentGuard``.
    let reasoningTags: Set<Int32>

    /// Messages for the template.
    struct Conversation {
        var messages: [JSONValue] = []
        /// Whether the model goes on with the last one, which ends in results.
        var endsInsideTurn = false
    }

    /// - Parameters:
    ///   - folds: whether declarations go into the first user's message.
    ///   - guarded: escapes what the client wrote.
    func conversation(
        _ messages: [ChatMessage], _ fields: ToolFields, folds: Bool, _ guarded: inout ContentGuard
    ) -> Conversation {
        var result = Conversation()
        guard let dialect else {
            for message in messages { result.messages.append(value(of: message, &guarded)) }
            return result
        }
        let ordered = messages.inOrderOfCalls
        var rest = (traits.takesSingleCalls ? ordered.withSingleCalls : ordered)[...]
        while let message = rest.popFirst() {
            let isCall = !message.toolCalls.isEmpty
            if traits.writesTurns || !isCall && message.role != .tool {
                result.messages.append(value(of: message, &guarded))
            } else if dialect.keepsResultsInTurn {
                result.messages.append(turn(dialect, from: message, &rest, &result.endsInsideTurn, &guarded))
            } else if isCall {
                let content = guarded.escape(message.content ?? "", keeping: reasoningTags)
                let text = content + (content.isEmpty ? "" : "\n") + calls(dialect, message, &guarded)
                result.messages.append(["role": "assistant", "content": .string(text)])
            } else {
                let texts = results(from: message, &rest, &guarded)
                let text = dialect.text(ofResults: texts, separator: "\n")
                result.messages.append(["role": "user", "content": .string(text)])
            }
        }
        if !fields.tools.isEmpty, !traits.declaresTools {
            let text = declarations(fields, dialect, &guarded)
            Self.insert(text, role: folds ? "user" : "system", into: &result.messages)
        }
        return result
    }

    private func value(of message: ChatMessage, _ guarded: inout ContentGuard) -> JSONValue {
        var object = message.templateValue
        if traits.takesArgumentObjects, case .array(let calls)? = object["tool_calls"] {
            object["tool_calls"] = .array(zip(calls, message.toolCalls).map(Self.withArgumentObject))
        }
        return .object(guarded.escape(object, keeping: message.role == .assistant ? reasoningTags : []))
    }

    private static func withArgumentObject(_ value: JSONValue, _ call: ChatMessage.ToolCall) -> JSONValue {
        guard case .object(var object) = value, case .object(var function)? = object["function"],
            let arguments = try? JSONValue(parsing: call.arguments)
        else { return value }
        function["arguments"] = arguments
        object["function"] = .object(function)
        return .object(object)
    }

    /// An assistant's message of all that belongs to one turn, from a message with calls or a result on.
    private func turn(
        _ dialect: any ToolDialect, from first: ChatMessage, _ rest: inout ArraySlice<ChatMessage>,
        _ endsInside: inout Bool,
        _ guarded: inout ContentGuard
    ) -> JSONValue {
        var text = ""
        var next: ChatMessage? = first
        var isOpen = false
        while let message = next {
            isOpen = false
            if message.role == .tool {
                let texts = results(from: message, &rest, &guarded)
                text += dialect.text(ofResults: texts, separator: traits.resultSeparator)
                isOpen = true
            } else {
                text += answer(of: message, &guarded)
                if !message.toolCalls.isEmpty { text += calls(dialect, message, &guarded) }
                if message.toolCalls.isEmpty { break }
            }
            next = rest.first.flatMap { following in
                let continues = isOpen ? following.role == .assistant : following.role == .tool
                return continues ? rest.popFirst() : nil
            }
            if let next, next.role == .tool { text += endText }
        }
        endsInside = isOpen && rest.isEmpty
        return ["role": "assistant", "content": .string(text)]
    }

    /// An assistant's text without the chain of thought before it, which templates drop.
    private func answer(of message: ChatMessage, _ guarded: inout ContentGuard) -> String {
        var content = message.content ?? ""
        if let tag = content.ranges(of: ReasoningTags.close).last { content = String(content[tag.upperBound...]) }
        return guarded.escape(content)
    }

    private func calls(
        _ dialect: any ToolDialect, _ message: ChatMessage, _ guarded: inout ContentGuard
    ) -> String {
        dialect.text(
            of: message.toolCalls.map { call in
                ChatMessage.ToolCall(
                    id: call.id, name: guarded.escape(call.name), arguments: guarded.escape(call.arguments))
            })
    }

    /// The results that stand together.
    private func results(
        from first: ChatMessage, _ rest: inout ArraySlice<ChatMessage>, _ guarded: inout ContentGuard
    ) -> [String] {
        var texts = [guarded.escape(first.content ?? "")]
        while rest.first?.role == .tool, let message = rest.popFirst() {
            texts.append(guarded.escape(message.content ?? ""))
        }
        return texts
    }

    private func declarations(
        _ fields: ToolFields, _ dialect: any ToolDialect, _ guarded: inout ContentGuard
    ) -> String {
        var copy = guarded
        let text = ToolInstructions(fields: fields, dialect: dialect).text { copy.escape($0) }
        guarded = copy
        return text
    }

    /// Puts a text behind the last system message, or in front of the first user's.
    private static func insert(_ text: String, role: String, into messages: inout [JSONValue]) {
        let isOfRole = { (message: JSONValue) in message["role"]?.stringValue == role }
        guard let place = role == "user" ? messages.firstIndex(where: isOfRole) : messages.lastIndex(where: isOfRole)
        else {
            messages.insert(["role": .string(role), "content": .string(text)], at: 0)
            return
        }
        let content = messages[place]["content"]?.stringValue ?? ""
        let parts = (role == "user" ? [text, content] : [content, text]).filter { !$0.isEmpty }
        messages[place] = ["role": .string(role), "content": .string(parts.joined(separator: "\n\n"))]
    }
}

extension [ChatMessage] {
    /// Results in the order of the calls that they answer: dialects tell them apart by their places alone.
    var inOrderOfCalls: [ChatMessage] {
        var result = self
        var index = 0
        while index < count {
            let calls = self[index].toolCalls
            index += 1
            guard !calls.isEmpty else { continue }
            let end = self[index...].firstIndex { $0.role != .tool } ?? endIndex
            let order = Dictionary(calls.enumerated().map { ($1.id, $0) }) { first, _ in first }
            func rank(_ message: ChatMessage) -> Int { order[message.toolCallID] ?? calls.count }
            let sorted = self[index..<end].enumerated().sorted {
                (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
            }
            result.replaceSubrange(index..<end, with: sorted.map(\.element))
            index = end
        }
        return result
    }

    /// Messages of one call each, each before its result, in place of those of several; in the order of the calls.
    var withSingleCalls: [ChatMessage] {
        var result: [ChatMessage] = []
        var rest = self[...]
        while let message = rest.popFirst() {
            var results = rest.prefix { $0.role == .tool }
            guard message.toolCalls.count > 1 else {
                result.append(message)
                continue
            }
            rest = rest.dropFirst(results.count)
            for (index, call) in message.toolCalls.enumerated() {
                var single = message
                single.toolCalls = [call]
                if index > 0 { (single.content, single.reasoning) = (nil, nil) }
                result.append(single)
                if let answer = results.popFirst() { result.append(answer) }
            }
            result += results
        }
        return result
    }
}
