internal import Engine
internal import Tokenization

/// Makes one choice's tokens into reasoning, answer and log-probabilities, as they come.
///
/// token → incremental detokeniser → reasoning splitter → tool calls (answer only) → stop strings (content only) →
/// delta. Streams send the deltas and whole responses add them up, so that both always agree.
struct OutputAssembler: Sendable {
    private struct Entry {
        var value: OutputDelta.TokenLogprob
        /// UTF-8 offsets in the generated text; equal while the token's character is incomplete.
        var start: Int
        var end: Int
    }

    private let tokenizer: Tokenizer
    private let options: OutputOptions
    private let tags: ReasoningTags?
    private let presentation: ReasoningFormat.Presentation
    private var detokenizer: IncrementalDetokenizer
    private var splitter: ReasoningSplitter
    private var toolParser: ToolCallParser?
    /// Where the answer begins in the generated text.
    private var answerStart: Int?
    private var stopFilter: StopStringFilter?
    /// What the response shows of the prompt's end.
    private var prefix = OutputDelta()
    /// Reasoning that goes out when all of it is there.
    private var heldReasoning = OutputDelta()
    /// Calls so far.
    private var calls = 0
    /// Tokens whose text is not out yet.
    private var entries: [Entry] = []
    private var textLength = 0
    /// Offset in the generated text of what the stop filter emits next.
    private var answerPosition: Int?
    /// Tokens since the last delta that was not empty.
    private var pendingTokens: [Int32] = []

    /// Generated tokens up to the one that ended the choice.
    private(set) var tokenCount = 0
    /// Those of them between the tags.
    private(set) var reasoningTokenCount = 0
    private(set) var isFinished = false

    init(prompt: [Int32], tokenizer: Tokenizer, options: OutputOptions) {
        self.tokenizer = tokenizer
        self.options = options
        detokenizer = Self.makeDetokenizer(tokenizer, options)
        toolParser = options.tools?.parser
        stopFilter =
            options.stopStrings.isEmpty
            ? nil : StopStringFilter(options.stopStrings, includesStop: options.includesStopString)
        guard let format = options.reasoning else {
            tags = nil
            presentation = .inline
            splitter = .none
            return
        }
        tags = format.tags
        presentation = format.presentation
        splitter = ReasoningSplitter(format.tags.start(after: prompt), tagsAreSpelled: format.tags.openToken == nil)
        if !options.echo.isEmpty {
            repeatPrompt(options.echo)
        } else if presentation.isInline {
            prefix.content = format.tags.prefilledTag(of: prompt) ?? ""
        }
    }

    /// Takes the next token. A delta with an ending means that a stop string is complete: what follows is ignored, and
    /// the engine should be told.
    mutating func append(_ token: Int32, logprobs: TokenLogprobs?) -> OutputDelta {
        var delta = begin()
        guard !isFinished else { return delta }
        tokenCount += 1
        pendingTokens.append(token)
        let entry = logprobs.map { OutputDelta.TokenLogprob(token: token, logprobs: $0) }
        if let entry, options.logprobs == .everyToken { delta.contentLogprobs.append(entry) }

        if options.endTokens.contains(token)
            || options.stopTokens.contains(token) && !options.includesStopString
        {
            return end(delta)
        }
        if let tag = tag(of: token) {
            deliver(splitter.append(takeRest()), into: &delta)
            if !isFinished, let mark = splitter.take(tag) {
                note(entry, length: tag.text.utf8.count)
                deliver([mark], into: &delta)
                return end(delta)
            }
        }
        let startsInReasoning = splitter.state == .reasoning
        let text = text(of: token)
        note(entry, length: text.utf8.count)
        deliver(splitter.append(text), into: &delta)
        if startsInReasoning, splitter.state == .reasoning { reasoningTokenCount += 1 }
        return end(delta)
    }

    /// Ends the choice as the engine says and releases what was held.
    mutating func finish(_ reason: FinishReason) -> OutputDelta {
        var delta = begin()
        guard !isFinished else { return delta }
        deliver(splitter.append(takeRest()), into: &delta)
        if !isFinished { deliver(splitter.finish(), into: &delta) }
        if !isFinished, let pieces = toolParser?.finish() { deliver(pieces, into: &delta) }
        if !isFinished {
            if let rest = stopFilter?.finish() { release(answer: rest, into: &delta) }
            isFinished = true
            switch reason {
            case .stopToken(let token):
                let isOwnEnd = options.endTokens.contains(token)
                delta.ending = OutputDelta.Ending(reason: stopReason, trigger: isOwnEnd ? nil : .token(token))
            case .grammar:
                delta.ending = OutputDelta.Ending(reason: stopReason, trigger: nil)
            case .repetition:
                delta.ending = OutputDelta.Ending(reason: stopReason, trigger: .repetition)
            case .length, .cancelled:
                delta.ending = OutputDelta.Ending(reason: .length, trigger: nil)
            }
        }
        return end(delta)
    }

    private var stopReason: OutputDelta.Ending.Reason { calls > 0 ? .toolCalls : .stop }

    private mutating func begin() -> OutputDelta {
        defer { prefix = OutputDelta() }
        return prefix
    }

    private mutating func end(_ delta: OutputDelta) -> OutputDelta {
        var delta = delta
        if options.holdsReasoning { holdReasoning(of: &delta) }
        guard !delta.isEmpty else { return delta }
        delta.tokens = pendingTokens
        pendingTokens = []
        return delta
    }

    /// Keeps reasoning back until its end.
    private mutating func holdReasoning(of delta: inout OutputDelta) {
        heldReasoning.reasoning += delta.reasoning
        heldReasoning.reasoningLogprobs += delta.reasoningLogprobs
        let isDone = splitter.state != .reasoning || isFinished
        delta.reasoning = isDone ? heldReasoning.reasoning : ""
        delta.reasoningLogprobs = isDone ? heldReasoning.reasoningLogprobs : []
        if isDone { heldReasoning = OutputDelta() }
    }

    /// Text of the prompt's last message, which the response begins with.
    private mutating func repeatPrompt(_ text: String) {
        var splitter = ReasoningSplitter(.undecided, tagsAreSpelled: true)
        var shown = OutputDelta()
        for piece in splitter.append(text) + splitter.finish() {
            if piece.section == .content { shown.content += piece.text } else { show(piece, in: &shown) }
        }
        prefix = shown
    }

    /// Advances in the generated text by a token's part.
    private mutating func note(_ entry: OutputDelta.TokenLogprob?, length: Int) {
        if let entry, options.logprobs == .messageTokens {
            entries.append(Entry(value: entry, start: textLength, end: textLength + length))
        }
        textLength += length
    }

    private func tag(of token: Int32) -> ReasoningSplitter.Tag? {
        guard let tags, let open = tags.openToken else { return nil }
        return token == open ? .open : token == tags.closeToken ? .close : nil
    }

    private mutating func text(of token: Int32) -> String {
        guard let marker = options.tools?.markers[token] else { return detokenizer.append(token) }
        return flushDetokenizer() + marker
    }

    /// The text of tokens that no further token completes.
    private mutating func takeRest() -> String {
        let rest = flushDetokenizer()
        note(nil, length: rest.utf8.count)
        return rest
    }

    private mutating func flushDetokenizer() -> String {
        let rest = detokenizer.finish()
        detokenizer = Self.makeDetokenizer(tokenizer, options)
        return rest
    }

    private static func makeDetokenizer(_ tokenizer: Tokenizer, _ options: OutputOptions) -> IncrementalDetokenizer {
        IncrementalDetokenizer(tokenizer, skippingSpecialTokens: options.skipsSpecialTokens)
    }

    private mutating func deliver(_ pieces: [ReasoningSplitter.Piece], into delta: inout OutputDelta) {
        for piece in pieces where !isFinished {
            guard piece.section == .content else {
                show(piece, in: &delta)
                continue
            }
            if answerStart == nil { answerStart = piece.start }
            if let pieces = toolParser?.append(piece.text) {
                deliver(pieces, into: &delta)
            } else {
                if answerPosition == nil { answerPosition = piece.start }
                filter(piece.text, into: &delta)
            }
        }
    }

    private mutating func deliver(_ pieces: [ToolCallParser.Piece], into delta: inout OutputDelta) {
        for piece in pieces where !isFinished {
            switch piece {
            case .content(let text, let start):
                if answerPosition == nil { answerPosition = (answerStart ?? 0) + start }
                filter(text, into: &delta)
            case .call(let name):
                // No stop string goes across a call.
                if let rest = stopFilter?.finish() { release(answer: rest, into: &delta) }
                answerPosition = nil
                calls += 1
                delta.toolCalls.append(ToolCallDelta(index: calls - 1, id: ToolCallDelta.makeID(), name: name))
            case .arguments(let fragment):
                delta.toolCalls.add(ToolCallDelta(index: calls - 1, arguments: fragment))
            case .callEnd where options.tools?.endsAfterCall ?? false:
                isFinished = true
                delta.ending = OutputDelta.Ending(reason: .toolCalls, trigger: nil)
            case .callEnd:
                break
            }
        }
    }

    /// Reasoning and its tags, as the format wants them.
    private mutating func show(_ piece: ReasoningSplitter.Piece, in delta: inout OutputDelta) {
        let isSeparate = presentation.isSeparate && piece.section == .reasoning
        guard isSeparate || presentation.isInline else { return }
        if isSeparate { delta.reasoning += piece.text }
        if presentation.isInline { delta.content += piece.text }
        let taken = takeEntries(from: piece.start, to: piece.start + piece.text.utf8.count)
        if isSeparate { delta.reasoningLogprobs += taken }
        if presentation.isInline { delta.contentLogprobs += taken }
    }

    private mutating func filter(_ text: String, into delta: inout OutputDelta) {
        guard stopFilter != nil, tokenCount > options.minTokens else {
            release(answer: text, into: &delta)
            return
        }
        guard let (text, hasStopped) = stopFilter?.append(text) else { return }
        release(answer: text, into: &delta)
        if hasStopped {
            isFinished = true
            delta.ending = OutputDelta.Ending(reason: stopReason, trigger: stopFilter?.matched.map { .string($0) })
        }
    }

    private mutating func release(answer text: String, into delta: inout OutputDelta) {
        guard !text.isEmpty else { return }
        delta.content += text
        let start = answerPosition ?? 0
        answerPosition = start + text.utf8.count
        delta.contentLogprobs += takeEntries(from: start, to: start + text.utf8.count)
    }

    /// The tokens whose text begins in a range of the generated text that is going out; earlier ones are dropped.
    private mutating func takeEntries(from start: Int, to end: Int) -> [OutputDelta.TokenLogprob] {
        guard !entries.isEmpty else { return [] }
        let count = entries.prefix { $0.start < end }.count
        let taken = entries.prefix(count).filter { $0.end > start || $0.start >= start }
        entries.removeFirst(count)
        return taken.map(\.value)
    }
}
