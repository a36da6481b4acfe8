import Engine
import JSON
import Tokenization

@testable import OpenAI

/// What clients ask for, and what models answer.
enum RequestFuzzing {
    /// Every kind of request is decoded, rendered and counted, or refused.
    static func decode(_ input: [UInt8]) {
        guard let fields = try? FieldReader(body: input) else { return }
        let context = Fixtures.context
        let size = context.tokenizer.vocabularySize
        if let request = try? ChatCompletionRequest(fields, defaults: .openAI, vocabularySize: size) {
            _ = try? context.render(request.template, model: request.model)
        }
        _ = try? CompletionRequest(fields, defaults: .openAI, vocabularySize: size)
        let store = ResponseStore(capacity: 2, memory: 1 << 16)
        let translations = [
            try? MessagesRequest(fields).chat,
            try? ResponsesRequest(fields, id: "resp_1", defaults: .openAI, store: store).chat,
        ]
        for chat in translations.compactMap(\.self) {
            _ = try? chat.decode { (fields) throws(APIError) in try context.promptTokens(fields) }
        }
    }

    /// However an answer's text is cut, its calls and its texts are the same; however its tokens come, so are reasoning
    /// and content. The first byte chooses the dialect.
    static func assemble(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let dialects: [any ToolDialect] = [
            DeepSeekR1Tools(acceptsObjects: true), DeepSeekR1Tools(acceptsObjects: false), DeepSeekV31Tools(),
            Llama3Tools(), HermesTools(),
        ]
        let dialect = dialects[Int(first) % dialects.count]
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        let scalars = text.unicodeScalars.map { String(Character($0)) }
        let (whole, cut) = (calls([text], dialect), calls(scalars, dialect))
        guard whole == cut else { fatalError("cut differently:\n\(whole)\n\(cut)") }

        let (merged, spelled) = (output(Fixtures.tokens(text)), output(Fixtures.byteTokens(text)))
        guard merged == spelled else { fatalError("cut differently:\n\(merged)\n\(spelled)") }
    }

    private static func calls(_ pieces: [String], _ dialect: any ToolDialect) -> [String] {
        var parser = ToolCallParser(dialect, names: ["get_weather", "add"])
        var content = ""
        var calls: [String] = []
        for piece in pieces.flatMap({ parser.append($0) }) + parser.finish() {
            switch piece {
            case .content(let text, _): content += text
            case .call(let name): calls.append(name)
            case .arguments(let text): calls[calls.count - 1] += text
            case .callEnd: calls[calls.count - 1] += "."
            }
        }
        return [content] + calls
    }

    private static func output(_ tokens: [Int32]) -> [String] {
        let options = OutputOptions(
            reasoning: Fixtures.context.reasoning, stopStrings: StopStrings(["STOP", "\n\n\n", "éa"]))
        var assembler = OutputAssembler(prompt: [], tokenizer: Fixtures.tokenizer, options: options)
        var sum = OutputDelta()
        for token in tokens where !assembler.isFinished { sum.append(assembler.append(token, logprobs: nil)) }
        sum.append(assembler.finish(.length))
        return [sum.reasoning, sum.content]
    }
}
