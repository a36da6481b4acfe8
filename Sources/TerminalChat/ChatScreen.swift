package import Terminal

/// The chat on a terminal: what is typed, what comes, and what is shown, one event after the other.
package struct ChatScreen {
    enum Event: Sendable {
        case terminal(TerminalEvents.Event)
        /// Nothing followed an escape; by the number of bytes that had come.
        case escapeTimeOut(Int)
        case tick
        case answer(AnswerEvent, ContinuousClock.Instant)
        case answerEnded(ChatFailure?)
        case queue(Int?)
        case models([String])
    }

    /// Between two drawings of a running answer.
    private static let frame = Duration.milliseconds(50)
    private static let escapeTime = Duration.milliseconds(50)
    static let notice = Style.dim
    static let failure = Style(colour: .red)

    let device: TerminalDevice
    var session: ChatSession
    var editor: LineEditor
    var transcript = Transcript()
    /// Rows that are settled and not written yet.
    var settled: [StyledLine] = []
    var size: (columns: Int, rows: Int)
    /// Below the editor, until the next key.
    var hint = ""
    var running: AnswerView?
    private let historyFile: HistoryFile?
    private var region: LiveRegion
    private var decoder = KeyDecoder()
    private var bytesRead = 0
    /// Typed while an answer comes.
    private var typedAhead: [Key] = []
    private var isEnding = false
    /// Whether the terminal belongs to others until SIGCONT.
    private var isSuspended = false
    private var answerTask: Task<Void, Never>?
    private let events: AsyncStream<Event>
    private let tell: AsyncStream<Event>.Continuation

    package init(session: ChatSession, device: TerminalDevice, history: HistoryFile?) {
        self.session = session
        self.device = device
        historyFile = history
        editor = LineEditor(history: History(history?.read() ?? []))
        size = device.size
        region = LiveRegion(width: size.columns, isColoured: device.isColoured)
        (events, tell) = AsyncStream.makeStream()
    }

    /// Runs until the user ends it. Returns false where the terminal cannot be used so.
    package mutating func run(greeting: String) async -> Bool {
        guard device.enterRawMode() else { return false }
        defer { device.restore() }
        let tell = tell
        let terminal = TerminalEvents { tell.yield(.terminal($0)) }
        defer { terminal.cancel() }
        let server = session.server
        let models = Task { if let models = try? await server.models() { tell.yield(.models(models)) } }
        defer { models.cancel() }

        settle(.notice([greeting, "/help lists the commands, Ctrl-D ends."], Self.notice))
        settle(.blank)
        show()
        for await event in events {
            await handle(event)
            if isEnding { break }
            if running == nil, !typedAhead.isEmpty { await replay() }
            if case .answer = event { continue }
            if isEnding { break }
            show()
        }
        answerTask?.cancel()
        hint = ""
        show()
        device.write(region.leave())
        return true
    }

    // MARK: Events

    private mutating func handle(_ event: Event) async {
        switch event {
        case .terminal(.typed(let bytes)): await typed(bytes)
        case .terminal(.ended): isEnding = true
        case .terminal(.resized): redraw()
        case .terminal(.suspended): suspend()
        case .terminal(.continued):
            isSuspended = false
            device.restore()
            _ = device.enterRawMode()
            redraw()
        case .escapeTimeOut(let count):
            if count == bytesRead, let key = decoder.timeOut() { await pressed(key) }
        case .tick: break
        case .answer(let event, let time): take(event, time)
        case .answerEnded(let failure): end(failure)
        case .queue(let waiting): running?.waitingRequests = waiting
        case .models(let models): session.models = models
        }
    }

    private mutating func typed(_ bytes: [UInt8]) async {
        bytesRead += bytes.count
        for key in decoder.append(bytes) {
            await pressed(key)
            if isEnding { return }
        }
        guard decoder.awaitsMore else { return }
        let count = bytesRead
        let tell = tell
        Task {
            try? await Task.sleep(for: Self.escapeTime)
            tell.yield(.escapeTimeOut(count))
        }
    }

    private mutating func pressed(_ key: Key) async {
        guard running != nil else { return await edit(key) }
        switch key {
        case .control("c"):
            typedAhead = []
            running?.isStopped = true
            answerTask?.cancel()
        case .control("o"): running?.isFolded.toggle()
        case .control("n"):
            if let identifier = running?.answer.identifier, running?.answer.phase == .thinking {
                let server = session.server
                Task { await server.endReasoning(identifier) }
            }
        case .control("l"): redraw()
        case .control("z"): suspend()
        default: typedAhead.append(key)
        }
    }

    private mutating func replay() async {
        while running == nil, !typedAhead.isEmpty, !isEnding { await edit(typedAhead.removeFirst()) }
    }

    private mutating func edit(_ key: Key) async {
        hint = ""
        switch editor.handle(key) {
        case .edited, .ignored: break
        case .submitted(let text): await submit(text)
        case .interrupted(let text):
            if text.isEmpty { hint = "Ctrl-D ends the chat; /help lists the commands." }
        case .ended: isEnding = true
        case .complete: complete()
        case .redraw: redraw()
        case .toggleThinking: await perform(.think(.show))
        case .suspend: suspend()
        }
    }

    private mutating func complete() {
        guard let completion = CommandCompletion(editor.text, models: session.models) else { return }
        editor.set(completion.text)
        hint = completion.choices.joined(separator: "  ")
    }

    private mutating func submit(_ text: String) async {
        guard !text.trimmed.isEmpty else { return }
        settle(.question(text))
        if editor.history.add(text) { historyFile?.append(text) }
        guard ChatCommand.isCommand(text) else { return ask(text) }
        do throws(ChatCommandError) {
            await perform(try ChatCommand(text.trimmed))
        } catch {
            settle(.notice(["\(error)"], Self.failure))
            settle(.blank)
        }
    }

    private mutating func perform(_ command: ChatCommand) async {
        switch await session.perform(command) {
        case .told(let lines): settle(.notice(lines.map { Sanitizer.text($0) }, Self.notice))
        case .failed(let text): settle(.notice([Sanitizer.text(text)], Self.failure))
        case .thought(let message): settle(.thought(Sanitizer.text(message.reasoning.trimmed)))
        case .ask:
            settle(.blank)
            return startAnswer()
        case .takenBack(let question):
            settle(.notice(["The last exchange is taken back."], Self.notice))
            editor.set(Sanitizer.text(question))
        case .replaced(let text): showConversation(text)
        case .multiline:
            editor.enterBreaksLines.toggle()
            let text = editor.enterBreaksLines ? "Enter breaks lines, Alt-Enter sends." : "Enter sends."
            settle(.notice([text], Self.notice))
        case .quit: isEnding = true
        }
        settle(.blank)
    }

    private mutating func showConversation(_ text: String) {
        for message in session.conversation.messages {
            if message.role == .user {
                settle(.question(Sanitizer.text(message.content)))
            } else {
                settle(.answer(MarkdownStream.blocks(Sanitizer.text(message.content))))
            }
            settle(.blank)
        }
        settle(.notice([Sanitizer.text(text)], Self.notice))
    }

    private mutating func suspend() {
        device.write(region.leave())
        isSuspended = true
        device.suspend()
    }

    // MARK: Answers

    private mutating func ask(_ text: String) {
        session.conversation.messages.append(ChatMessage(.user, text))
        settle(.blank)
        startAnswer()
    }

    private mutating func startAnswer() {
        running = AnswerView(width: size.columns)
        let body = session.conversation.request
        let server = session.server
        let tell = tell
        answerTask = Task {
            let ticks = Task {
                while !Task.isCancelled {
                    tell.yield(.tick)
                    try await Task.sleep(for: Self.frame)
                }
            }
            let queue = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(1))
                    tell.yield(.queue(await server.waiting()))
                }
            }
            var failure: ChatFailure?
            do {
                try await server.answer(body) { event in
                    if case .identifier = event {} else { queue.cancel() }
                    tell.yield(.answer(event, .now))
                }
            } catch {
                failure = error as? ChatFailure
            }
            ticks.cancel()
            queue.cancel()
            tell.yield(.answerEnded(failure))
        }
    }

    private mutating func take(_ event: AnswerEvent, _ time: ContinuousClock.Instant) {
        guard var view = running else { return }
        let wasAnswering = view.answer.phase == .answering
        let blocks = view.take(event, at: time)
        running = view
        if !wasAnswering, view.answer.phase == .answering { settleThought(view) }
        if !blocks.isEmpty { settle(.answer(blocks)) }
    }

    private mutating func settleThought(_ view: AnswerView) {
        guard let line = view.thoughtSummary else { return }
        settle(.notice([line], Self.notice))
        settle(.blank)
    }

    private mutating func end(_ failure: ChatFailure?) {
        guard var view = running else { return }
        running = nil
        answerTask = nil
        if view.answer.phase == .thinking { settleThought(view) }
        let blocks = view.finish()
        if !blocks.isEmpty { settle(.answer(blocks)) }
        settle(.blank)
        let isStopped = view.isStopped
        let message = view.answer.ended(isStopped ? "stopped" : failure == nil ? "stop" : "lost", at: .now)
        let hasAnything = !message.content.isEmpty || !message.reasoning.isEmpty
        if hasAnything { session.conversation.messages.append(message) }
        if isStopped {
            settle(.notice([hasAnything ? "(stopped; /retry asks again)" : "(stopped)"], Self.notice))
            if !hasAnything { takeBackQuestion() }
        } else if let failure {
            settle(.notice([failure.title, Sanitizer.text(failure.details), failure.advice], Self.failure))
            if !hasAnything { takeBackQuestion() }
        } else if message.finish == "length" {
            settle(.notice(["(cut off at the most tokens allowed; /max_tokens N allows more)"], Self.notice))
        }
        if let figures = message.figures { settle(.notice([figures.text], Self.notice)) }
        settle(.blank)
    }

    /// The question comes back into the editor, to be sent again.
    private mutating func takeBackQuestion() {
        guard let last = session.conversation.messages.last, last.role == .user else { return }
        session.conversation.messages.removeLast()
        editor.set(Sanitizer.text(last.content))
    }

    // MARK: Output

    mutating func settle(_ entry: Transcript.Entry) {
        settled += transcript.append(entry, width: size.columns)
    }

    private mutating func show() {
        guard !isSuspended else { return }
        let (rows, cursor) = liveRows()
        device.write(region.update(settled: settled, live: rows, cursor: cursor))
        settled = []
    }

    private mutating func redraw() {
        size = device.size
        region.width = size.columns
        running?.rewrap(width: size.columns)
        let (rows, cursor) = liveRows()
        let above = transcript.lastRows(size.rows - rows.count, width: size.columns)
        device.write(region.redraw(settled: above, live: rows, cursor: cursor))
        settled = []
    }

    /// The running answer's rows, or the editor's with its cursor; fewer than the terminal has.
    private func liveRows() -> (rows: [StyledLine], cursor: LiveRegion.Cursor?) {
        let height = size.rows - 1
        if let running {
            return (running.rows(height: height, now: .now).map { $0.truncated(to: size.columns) }, nil)
        }
        let hints = hint.isEmpty ? [] : Array(Wrapping(width: size.columns).rows([Span(hint, .dim)]).prefix(3))
        let layout = EditorLayout(
            editor.characters, cursor: editor.cursor, prompt: prompt, width: size.columns,
            height: max(1, height - hints.count))
        return (layout.rows + hints, LiveRegion.Cursor(row: layout.cursorRow, column: layout.cursorColumn))
    }

    private var prompt: StyledLine {
        guard let search = editor.search else { return Transcript.prompt }
        let isFound = search.match != nil || search.query.isEmpty
        return StyledLine("(search: \(search.query)\(isFound ? "" : ", not found")) ", .dim).truncated(
            to: size.columns / 2)
    }
}
